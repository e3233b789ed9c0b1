// A segment behind a wrapper, for tests that spoil some of its calls.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "kernels/segment.hpp"

namespace trafficbench {

/// Passes every call on.
class WrappedSegment : public Segment {
 public:
  explicit WrappedSegment(std::unique_ptr<Segment> inner) : inner_(std::move(inner)) {}

  std::int64_t cells() const override { return inner_->cells(); }
  HaloWidth halo() const override { return inner_->halo(); }
  void read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const override {
    inner_->read(first, count, out);
  }
  void load(const CellSource& source, std::int64_t first) override { inner_->load(source, first); }
  void set_halo(std::span<const std::uint64_t> left, std::span<const std::uint64_t> right, HaloWidth width) override {
    inner_->set_halo(left, right, width);
  }
  void advance(std::int64_t k, std::span<MoveCount> moves) override { inner_->advance(k, moves); }

 protected:
  std::unique_ptr<Segment> inner_;
};

}  // namespace trafficbench
