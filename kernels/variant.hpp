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

/// What an update costs, as far as it bounds the rate: what the limit of a row is worked out from
/// (drivers/measure/ceiling.hpp). Nominal, for the widest registers that the variant is written for; 0 means that no
/// limit is known from that side.
struct Work {
  double bits_per_cell = 0;  ///< memory that the road takes, second arrays included

  int register_bits_per_cell = 0;  ///< bits of a vector register that a cell takes; 0: no vector code
  /// Vector operations for one register of cells and one iteration, beside the boolean function of three operands.
  double extra_operations = 0;

  double bytes_per_update = 0;  ///< loaded and stored by the core for one cell and one iteration
  double bytes_per_trip = 0;    ///< loaded and stored in the memory that holds the road for one cell and one trip
  std::int64_t iterations_per_trip = 1;  ///< iterations that one trip through that memory serves
  int block_level = 1;                   ///< level of the cache that a trip works in
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

  Work work = {};
};

/// halo_for of every variant that updates cell by cell: k cells on each side.
constexpr HaloWidth one_cell_an_iteration(std::int64_t k, bool /*counted*/) { return {k, k}; }

}  // namespace trafficbench
