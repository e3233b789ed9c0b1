// A ring road on one rank: a segment whose neighbours are itself.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kernels/variant.hpp"

namespace trafficbench {

/// How a ring is to be advanced.
struct RingOptions {
  int threads = 1;          ///< OpenMP threads that share the road
  std::int64_t depth = 64;  ///< most iterations between two halos; see choose_depth
  bool count_every = true;  ///< whether advance will be asked for moves of other iterations than
                            ///< the last of a halo
  Tuning tuning;
};

/// A segment of one variant that holds a whole ring, and is shown its own edges as its halo.
class Ring {
 public:
  /// `cells` >= 1, `options.depth` >= 1 and `options.threads` >= 1. Keeps a reference to `variant`.
  Ring(const Variant& variant, std::int64_t cells, const RingOptions& options);

  /// Fills the road from a source of as many cells.
  void load(const CellSource& start) { segment_->load(start, 0); }

  /// Advances `iterations` >= 0, `depth` at a time. `moves` is empty, or `iterations` entries, of
  /// which those wanted are set. Without count_every, all that are wanted must be the last of a
  /// halo: every depth-th, and the last.
  void advance(std::int64_t iterations, std::span<MoveCount> moves = {});

  /// The road as it is now.
  const CellSource& cells() const { return *segment_; }

  std::int64_t depth() const { return depth_; }

 private:
  void show_own_edges(HaloWidth width);

  const Variant& variant_;
  std::int64_t depth_;
  std::unique_ptr<Segment> segment_;
  std::vector<std::uint64_t> left_;
  std::vector<std::uint64_t> right_;
};

}  // namespace trafficbench
