// What the registry knows of a kernel variant.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "kernels/segment.hpp"

namespace trafficbench {

/// A number that a variant chooses for itself unless the user sets it. The programs make an option --<name> of it.
/// Variants that share a name share the knob: text and limit are then the same.
struct Knob {
  std::string_view name;       ///< a word: "tile"
  std::string_view summary;    ///< what it is, for --help: "Vector words a block"
  std::string_view automatic;  ///< how the variant chooses, likewise: "by the size of the cache"
  std::int64_t max = 0;        ///< the greatest value; the least is 1
};

/// Knobs that the user set, by name. 0, like a name that is absent, leaves the choice to the variant.
using KnobValues = std::map<std::string, std::int64_t, std::less<>>;

/// What a variant may fit itself to: the bytes of cache that one worker may count on (a shared level is divided by the
/// workers that share it), and the user's knobs. kernels/ never asks the machine: its callers do.
struct Tuning {
  std::int64_t l1_bytes = 32 << 10;
  std::int64_t l2_bytes = 512 << 10;
  std::int64_t l3_bytes = 4 << 20;
  // g++ warns of designated initializers that leave out a member without one of its own.
  KnobValues knobs = {};  // NOLINT(readability-redundant-member-init)

  /// The value that the user set, or 0.
  std::int64_t knob(std::string_view name) const {
    const auto found = knobs.find(name);
    return found == knobs.end() ? 0 : found->second;
  }
};

/// What a segment is made from.
struct SegmentShape {
  std::int64_t cells = 0;  ///< own cells, at least 1
  HaloWidth max_halo;      ///< the widest halo that set_halo will get
  Tuning tuning;
};

enum class KernelClass {
  update,      ///< updates every cell in every iteration: has an update rate
  closed_form  ///< jumps to the state after k iterations: has none
};

/// What an update costs, as far as it bounds the rate. Callers work out from it which limit of a machine a variant
/// meets. Nominal, for the widest registers that the variant is written for; 0 means that no limit is known from that
/// side.
struct Work {
  double bits_per_cell = 0;  ///< memory that one cell of the road takes, second arrays included: above 0 in any variant

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
  bool is_native = false;  ///< plain C++, compiled for the CPU of the build

  /// Whether the rate changes with the iterations that were made since the start state, because the road orders itself:
  /// rows that are divided by each other then make the same number.
  bool rate_depends_on_steps = false;

  /// Nominal cells updated in a nanosecond on one current core: only used to choose a depth and the order of work,
  /// never reported.
  double nominal_rate = 1.0;

  /// The same where vectors have no boolean operation of three operands; 0: the same number. Used for the choice of a
  /// kernel alone: depths come from the one above, so that all ranks have the same, whatever their CPUs.
  double nominal_rate_plain = 0;

  /// Makes a segment; its memory is touched by the calling thread. Throws std::bad_alloc.
  std::unique_ptr<Segment> (*make)(const SegmentShape& shape) = nullptr;

  /// Upper bound of the bytes that make(shape) allocates.
  std::int64_t (*bytes)(const SegmentShape& shape) = nullptr;

  Work work = {};

  /// What make(shape) chooses for itself on this machine, with the instruction set in use: one line of text. nullptr
  /// for a variant that has nothing to choose.
  std::string (*configuration)(const SegmentShape& shape) = nullptr;

  /// The choices that the user may make instead.
  std::span<const Knob> knobs = {};  // NOLINT(readability-redundant-member-init)
};

}  // namespace trafficbench
