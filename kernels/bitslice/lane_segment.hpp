// What the segments on bit lanes share: the road in lanes and its halo. A kind of segment adds advance().
#pragma once

#include <cstdint>
#include <span>

#include "kernels/bitslice/lane_road.hpp"
#include "kernels/segment.hpp"

namespace trafficbench::bitslice {

class LaneSegment : public Segment {
 public:
  std::int64_t cells() const final { return road_.cells(); }
  HaloWidth halo() const final { return halo_; }

  void load(const CellSource& source, std::int64_t first) final {
    road_.load(source, first);
    halo_ = {};
  }

  void read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const final {
    road_.read(first, count, out);
  }

  void set_halo(std::span<const std::uint64_t> left, std::span<const std::uint64_t> right, HaloWidth width) final {
    road_.set_halo(left, right, width);
    halo_ = width;
  }

 protected:
  /// As LaneRoad's constructor.
  LaneSegment(const SegmentShape& shape, const LaneShape& lanes, std::int64_t register_words, std::int64_t margin)
      : road_(shape, lanes, register_words, margin) {}

  LaneRoad& road() { return road_; }
  const LaneRoad& road() const { return road_; }

  void use_halo(std::int64_t k) {
    halo_.left -= k;
    halo_.right -= k;
  }

 private:
  LaneRoad road_;
  HaloWidth halo_;
};

}  // namespace trafficbench::bitslice
