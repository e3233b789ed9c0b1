// A part of a road that a Python program holds, and gives its halos.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "drivers/python/workers.hpp"
#include "drivers/road/pieces.hpp"
#include "kernels/segment.hpp"

namespace trafficbench::python {

/// trafficbench::Segment, whose calls check what they are given: BadInput, Misuse, OutOfMemory as in Road.
class HeldSegment {
 public:
  /// `length` own cells, and halos of up to `halo` cells on each side.
  HeldSegment(std::int64_t length, std::int64_t halo, const std::string& kernel, int threads);

  std::int64_t length() const { return length_; }
  std::int64_t max_halo() const { return max_halo_; }
  const Workers& workers() const { return workers_; }

  /// Iterations that the halo is still good for.
  std::int64_t halo() const;

  /// The own cells are cells [first, first + length()) of `words`.
  void load(std::span<const std::uint64_t> words, std::int64_t first);

  /// Own cells [first, first + count), packed.
  void read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out);

  /// `width` cells on each side, packed in road order.
  void set_halo(std::span<const std::uint64_t> left, std::span<const std::uint64_t> right, std::int64_t width);

  /// As Road::advance; returns the moves of the last iteration. An early end leaves the halo that is left.
  std::int64_t advance(std::int64_t steps, std::span<std::int64_t> each, const Pause& pause);

 private:
  Turn begin();

  std::int64_t length_;
  std::int64_t max_halo_;
  Workers workers_;
  std::unique_ptr<Segment> segment_;
  Pieces pieces_;
  std::vector<MoveCount> counts_;
  bool loaded_ = false;
  std::atomic_flag taken_ = ATOMIC_FLAG_INIT;
};

}  // namespace trafficbench::python
