// What the registry knows of a kernel variant.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "kernels/segment.hpp"

namespace trafficbench {

/// Cache sizes in bytes that one worker may count on (shared levels divided by the workers that share them), and
/// overrides of what a variant derives from them. kernels/ never asks the machine: its callers do.
struct Tuning {
  std::int64_t l1_bytes = 32 << 10;
  std::int64_t l2_bytes = 512 << 10;
  std::int64_t l3_bytes = 4 << 20;
  std::int64_t tile_words = 0;  ///< vector words a tile of `tiled`; 0: derived from l2_bytes
};

/// What a segment is made from.
struct SegmentShape {
  std::int64_t cells = 0;  ///< own cells, at least 1
  HaloWidth most_halo;     ///< widest halo it will be shown
  Tuning tuning;
};

enum class KernelClass {
  update,      ///< updates every cell in every iteration: has an update rate
  closed_form  ///< jumps to the state after k iterations: has none
};

/// A kernel variant: a way to hold a segment of road and to advance it. One file in kernels/variants/ defines one.
struct Variant {
  std::string_view name;
  std::string_view summary;  ///< one line: what a cell is, and the technique
  KernelClass kernel_class = KernelClass::update;
  bool uses_simd = false;  ///< compiled for every instruction set, chosen at run time; else plain C++

  /// Nominal cells updated in a nanosecond on one current core: only used to choose a depth and the order of work,
  /// never reported.
  double nominal_rate = 1.0;

  /// Makes a segment; its memory is touched by the calling thread. Throws std::bad_alloc.
  std::unique_ptr<Segment> (*make)(const SegmentShape& shape) = nullptr;

  /// Upper bound of the bytes that make(shape) allocates.
  std::int64_t (*bytes)(const SegmentShape& shape) = nullptr;

  /// Halo that k iterations use up; `counted` says whether any of their moves but the last one's are wanted.
  HaloWidth (*halo_for)(std::int64_t k, bool counted) = nullptr;
};

/// halo_for of every variant that updates cell by cell: k cells on each side.
constexpr HaloWidth one_cell_an_iteration(std::int64_t k, bool /*counted*/) { return {k, k}; }

}  // namespace trafficbench
