// The start state that a command asks for: --init, --cells, --density, --seed.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "drivers/ranks/communicator.hpp"
#include "kernels/bits.hpp"
#include "kernels/block.hpp"
#include "kernels/cell_source.hpp"
#include "kernels/packed_road.hpp"

namespace trafficbench {

/// As written on the command line.
struct StartOptions {
  std::string init = "philox";  ///< uni, mt19937, philox, file:PATH or pattern:1100
  double density = 0.52;
  std::int64_t seed = 5743;

  bool is_file() const { return init.starts_with("file:"); }
  bool is_pattern() const { return init.starts_with("pattern:"); }
  bool is_random() const { return !is_file() && !is_pattern(); }  ///< density and seed matter
  std::string path() const { return init.substr(5); }
};

/// Throws BadInput, on every rank alike, unless the options make sense; does not look at files.
void check_start(const StartOptions& options);

/// The start state of a road of `cells` cells. A file is opened, and must hold a road of that length. Throws BadInput.
std::unique_ptr<CellSource> make_start(const StartOptions& options, std::int64_t cells);

/// A start state of which one block is held packed, because it will be read often, or in an order that its generator
/// does not like: uni and mt19937 are streams.
class HeldStart final : public CellSource {
 public:
  /// Takes 1 bit for each cell of `block`, filled by `threads` threads. Cells elsewhere are the origin's to read.
  HeldStart(std::shared_ptr<const CellSource> origin, Block block, int threads);

  /// `held`: the cells of `block`.
  HeldStart(std::shared_ptr<const CellSource> origin, Block block, PackedRoad held);

  std::int64_t cells() const override { return origin_->cells(); }
  void read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const override;
  std::string fault() const override { return origin_->fault(); }

  /// That it takes.
  std::int64_t bytes() const { return 8 * words_for(block_.cells); }

 private:
  std::shared_ptr<const CellSource> origin_;
  Block block_;
  PackedRoad held_;
};

/// The held start states of a sweep: a block of a road is held once, however many points begin from it, and as long as
/// somebody holds on to it. For one StartOptions.
class HeldStarts {
 public:
  /// As HeldStart's constructor, if that block is not held yet.
  std::shared_ptr<const HeldStart> of(const std::shared_ptr<const CellSource>& origin, Block block, int threads);

 private:
  struct Key {
    std::int64_t cells;  // of the whole road
    std::int64_t first;  // of the block, likewise the next
    std::int64_t count;
    auto operator<=>(const Key&) const = default;
  };
  std::map<Key, std::weak_ptr<const HeldStart>> held_;
};

/// Whether that start state is a stream, which must be held to be read in any order.
bool is_stream(const StartOptions& options);

}  // namespace trafficbench
