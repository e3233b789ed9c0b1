// A kernel that ends in a wrong state, in cells that a test chooses.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kernels/bits.hpp"
#include "kernels/registry.hpp"
#include "kernels/variant.hpp"
#include "tests/wrapped_segment.hpp"

namespace trafficbench {

/// Cells of the road that are read wrongly, an empty one as a car and a car as an empty one. By their places when the
/// road was loaded: a settled closed-form road shifts, and they with it. Change them only while no rank reads.
inline std::vector<std::int64_t>& spoilt_cells() {
  static std::vector<std::int64_t> cells;
  return cells;
}

/// Right until it has advanced, then wrong in spoilt_cells().
class SpoiltSegment final : public WrappedSegment {
 public:
  using WrappedSegment::WrappedSegment;

  void load(const CellSource& source, std::int64_t first) override {
    WrappedSegment::load(source, first);
    first_ = first;
    advanced_ = false;
  }
  void advance(std::int64_t k, std::span<MoveCount> moves) override {
    WrappedSegment::advance(k, moves);
    advanced_ = true;
  }
  void read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const override {
    WrappedSegment::read(first, count, out);
    if (!advanced_) return;
    for (const std::int64_t cell : spoilt_cells()) {
      const std::int64_t at = cell - first_ - first;
      if (0 <= at && at < count) set_cell(out, at, !get_cell(out, at));
    }
  }

 private:
  std::int64_t first_ = 0;
  bool advanced_ = false;
};

/// An update kernel, spoilt.
inline Variant spoilt_bitpacked() {
  Variant variant = *find_variant("bitpacked");
  variant.make = [](const SegmentShape& shape) -> std::unique_ptr<Segment> {
    return std::make_unique<SpoiltSegment>(find_variant("bitpacked")->make(shape));
  };
  return variant;
}

/// The closed form, spoilt.
inline Variant spoilt_leap() {
  Variant variant = *find_variant("leap");
  variant.make = [](const SegmentShape& shape) -> std::unique_ptr<Segment> {
    return std::make_unique<SpoiltSegment>(find_variant("leap")->make(shape));
  };
  return variant;
}

}  // namespace trafficbench
