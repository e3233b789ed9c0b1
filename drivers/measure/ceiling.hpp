// What this machine can do at most, measured, and which of its limits bounds a kernel.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/road/counting_mode.hpp"
#include "kernels/variant.hpp"

namespace trafficbench {

/// Boolean operations that one core makes in a cycle on vector registers of one length. 0: it has none of that kind.
///
/// On Zen 4, 256-bit registers: four of two operands. Three operands: four if two of them stay as they are, two if all
/// have been computed freshly, about three if neighbouring operations share two of theirs. 512-bit registers: half of
/// that.
struct BooleanRate {
  std::string isa;  ///< as in --isa
  int register_bits = 0;
  double two_operand = 0;
  double ternary_constant = 0;
  double ternary_fresh = 0;
  double ternary_shared = 0;
};

/// What a level of memory delivers to some cores at once, in bytes a second, all of them together.
struct Bandwidth {
  std::string level;                ///< "L1", "L2", "L3" or "memory"
  int threads = 1;                  ///< cores at work
  std::int64_t capacity_bytes = 0;  ///< of one core's share of that level; 0 for memory: no end
  std::int64_t block_bytes = 0;     ///< what each core went through to measure it
  double read = 0;                  ///< loads alone
  double update = 0;                ///< loads and stores in place, both counted
};

/// The limits of one machine. Best of many short runs each: whatever disturbs a run makes it slower.
struct Ceiling {
  double clock_hz = 0;
  std::vector<BooleanRate> boolean;  ///< every instruction set that runs here, best first
  std::vector<Bandwidth> bandwidth;  ///< nearest level first; one core, then all
};

/// What two measurements of one machine say together: the better of each.
Ceiling best_of(const Ceiling& one, const Ceiling& other);

/// Boolean rates of the calling thread's core. Leaves the selected instruction set as it was.
std::vector<BooleanRate> measure_boolean_rates(int samples);

/// The name of the level that holds `road_bytes` of a core: "memory" if no cache does.
std::string level_that_holds(std::int64_t road_bytes, const Tuning& tuning);

/// How several ranks measure at one time.
struct Together {
  std::function<void()> start = [] {};                             ///< a barrier: before each sample all stream at once
  std::function<bool(bool)> all = [](bool mine) { return mine; };  ///< whether something holds on every rank
};

/// Bandwidth of `threads` OpenMP threads together, each on a block of its own in each level up to `last_level`. Memory
/// is measured with 8 times the last cache level a thread, 64 MiB at least, or with less where a quarter of
/// `thread_memory`, the bytes that each thread may take, is less; a level for which there is no memory is left out.
/// Ranks that measure together give the same arguments.
std::vector<Bandwidth> measure_bandwidth(int threads, const Tuning& tuning, const std::string& last_level, int samples,
                                         std::int64_t thread_memory = std::numeric_limits<std::int64_t>::max(),
                                         const Together& together = {});

/// Bytes of the road that each core has, where it has `cells_per_core` cells.
std::int64_t road_bytes_per_core(const Variant& variant, std::int64_t cells_per_core);

/// One limit of the rate at which a road can be updated.
struct Limit {
  std::string name;  ///< "avx2 operations", "L2 bandwidth", "memory bandwidth"
  double cells_per_second = 0;
};

/// Where a limit is asked for.
struct LimitPoint {
  std::string_view isa;             ///< what the variant runs
  std::int64_t cells_per_core = 0;  ///< own cells of each core at work
  int cores = 1;
  CountingMode counting = CountingMode::sampled;
};

/// The limit that bounds `variant` there: the lowest of those that can be worked out from its `work`. None for a
/// closed-form variant.
///
/// - Operations: what this machine was measured to do in a cycle, spent on the cheapest known way to do the work. To
///   update a register of cells takes one ternary operation (rule 184), or two plain ones (the compare-exchange form:
///   a minimum and a maximum). Where every iteration is counted, a car that moves changes two neighbour cells, so that
///   every second register tells all moves: one plain operation finds the cells of it that changed, and a full adder
///   adds them up (Harley-Seal), two ternary operations or five plain ones. Of the w operations that a core makes in a
///   cycle, t may be ternary, the better of fresh and shared operands. Further operations of the variant take 1 / w
///   cycles each. Of several register lengths the best counts.
/// - Bandwidth of the cache that a trip works in: Work::bytes_per_update for each cell and iteration.
/// - Bandwidth of the level that holds the road: Work::bytes_per_trip for each cell and trip, which makes
///   Work::iterations_per_trip iterations.
///
/// A bandwidth is the better of `read` and `update`. That of many cores is the lower of two: what all were measured to
/// get together, and what one gets times their number. Cores beyond those that were measured (other nodes) add in
/// proportion.
std::optional<Limit> limit_of(const Ceiling& ceiling, const Variant& variant, const LimitPoint& point);

}  // namespace trafficbench
