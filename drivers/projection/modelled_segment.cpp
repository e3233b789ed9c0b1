#include "drivers/projection/modelled_segment.hpp"

#include <algorithm>
#include <utility>

namespace trafficbench::projection {

namespace {

PassTime& pass_time() {
  static PassTime function;
  return function;
}

class ModelledSegment final : public Segment {
 public:
  explicit ModelledSegment(std::int64_t cells) : cells_(cells) {}

  std::int64_t cells() const override { return cells_; }
  void read(std::int64_t /*first*/, std::int64_t /*count*/, std::span<std::uint64_t> /*out*/) const override {}
  void load(const CellSource& /*source*/, std::int64_t /*first*/) override { halo_ = {}; }
  void set_halo(std::span<const std::uint64_t> /*left*/, std::span<const std::uint64_t> /*right*/,
                HaloWidth width) override {
    halo_ = width;
  }
  void advance(std::int64_t k, std::span<MoveCount> moves) override {
    pass_time()(cells_, halo_.right, k);
    halo_.left -= k;
    halo_.right -= k;
    for (MoveCount& count : moves) count.moves = 0;
  }
  HaloWidth halo() const override { return halo_; }

 private:
  std::int64_t cells_;
  HaloWidth halo_;
};

std::unique_ptr<Segment> make(const SegmentShape& shape) { return std::make_unique<ModelledSegment>(shape.cells); }

std::int64_t bytes(const SegmentShape& /*shape*/) { return sizeof(ModelledSegment); }

}  // namespace

void set_pass_time(PassTime function) { pass_time() = std::move(function); }

Variant modelled(const Variant& variant) {
  Variant result = variant;
  result.make = make;
  result.bytes = bytes;
  result.configuration = nullptr;
  return result;
}

}  // namespace trafficbench::projection
