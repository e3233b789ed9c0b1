// A ring road on one rank: a segment whose neighbour is itself.
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
  std::int64_t depth = 64;  ///< iterations between two halos, at most; kernels/depth.hpp chooses one
  Tuning tuning;
};

/// A segment of one variant that holds a whole ring: its halo is its own edges.
class Ring {
 public:
  /// `cells` >= 1, `options.depth` >= 1 and `options.threads` >= 1.
  Ring(const Variant& variant, std::int64_t cells, const RingOptions& options);

  /// Loads the road from a source of as many cells.
  void load(const CellSource& start) { segment_->load(start, 0); }

  /// Advances `iterations` >= 0, `depth` at a time. `moves` is empty, or has `iterations` entries, of which those
  /// wanted are set.
  void advance(std::int64_t iterations, std::span<MoveCount> moves = {});

  /// The road as it is now.
  const CellSource& cells() const { return *segment_; }

  std::int64_t depth() const { return depth_; }

 private:
  void set_halo(std::int64_t cells);

  std::int64_t depth_;
  std::unique_ptr<Segment> segment_;
  std::vector<std::uint64_t> left_;
  std::vector<std::uint64_t> right_;
};

}  // namespace trafficbench
