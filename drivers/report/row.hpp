// One row of a report: one point, and what came of it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "drivers/base/enum_names.hpp"
#include "drivers/io/dealing.hpp"
#include "drivers/io/file_system.hpp"
#include "drivers/io/io_method.hpp"
#include "drivers/machine/energy_source.hpp"
#include "drivers/machine/placement.hpp"
#include "drivers/report/scaling_mode.hpp"
#include "drivers/road/counting_mode.hpp"
#include "drivers/road/overlap.hpp"
#include "kernels/variant.hpp"

namespace trafficbench {

/// Where a row's time comes from.
enum class Origin { measured, simulated, modelled };

/// What a row is of: an update rate, a jump to the result, messages alone, files.
enum class RowClass { update, closed_form, network, io };

/// What set the number of a point's visits, or cut it short.
enum class StopReason { fixed, budget, time_limit, interrupted, failed };

/// What the values are that an interval runs over.
enum class IntervalOver { visits, launches };

/// How a final state was held against what is right.
enum class VerificationMethod { full, windows, golden, none };

/// What was not as it should be while a point was measured.
enum class Warning { clock_changed, placement_changed, shared_core, oversubscribed, short_repetition };

/// What was done with files.
enum class IoOperation { write, read };

/// Whether a write ends on the disk, and a read begins there, as far as the system lets the page cache be emptied.
enum class IoSync { synced, cached };

/// Who reads back what a rank wrote.
enum class IoReader { other_ranks, same_ranks };

template <>
struct EnumNames<IoOperation> {
  static constexpr std::array<std::string_view, 2> kNames{"write", "read"};
};
template <>
struct EnumNames<IoSync> {
  static constexpr std::array<std::string_view, 2> kNames{"synced", "cached"};
};
template <>
struct EnumNames<IoReader> {
  static constexpr std::array<std::string_view, 2> kNames{"other_ranks", "same_ranks"};
};
template <>
struct EnumNames<KernelClass> {
  static constexpr std::array<std::string_view, 2> kNames{"update", "closed-form"};
};
template <>
struct EnumNames<RowClass> {
  static constexpr std::array<std::string_view, 4> kNames{"update", "closed-form", "network", "io"};
};
template <>
struct EnumNames<IntervalOver> {
  static constexpr std::array<std::string_view, 2> kNames{"visits", "launches"};
};
template <>
struct EnumNames<Origin> {
  static constexpr std::array<std::string_view, 3> kNames{"measured", "simulated", "modelled"};
};
template <>
struct EnumNames<StopReason> {
  static constexpr std::array<std::string_view, 5> kNames{"fixed", "budget", "time_limit", "interrupted", "failed"};
};
template <>
struct EnumNames<VerificationMethod> {
  static constexpr std::array<std::string_view, 4> kNames{"full", "windows", "golden", "none"};
};
template <>
struct EnumNames<Warning> {
  static constexpr std::array<std::string_view, 5> kNames{"clock_changed", "placement_changed", "shared_core",
                                                          "oversubscribed", "short_repetition"};
};

/// A number with its 95% interval. All three empty: there is no such number. The ends empty: there is no interval.
struct Estimate {
  std::optional<double> value;
  std::optional<double> low;
  std::optional<double> high;
};

/// What the ranks did in one repetition: seconds.
struct RankSeconds {
  double min = 0;
  double median = 0;
  double max = 0;
};

/// Where the time went: shares of the time of all cores together, 0 to 1. What is missing to 1 is the driver's own.
struct Shares {
  double compute = 0;
  double exchange = 0;
  double reduction = 0;
  double waiting = 0;
};

/// The phases of one write or read of files: seconds of the slowest rank in each.
struct IoPhases {
  double open = 0;
  double transfer = 0;
  double sync = 0;  ///< 0 where nothing was synced
  double close = 0;
};

/// A row's rate over that of another row, its base.
struct Speedup {
  std::optional<std::string> base;   ///< the base's name; nothing: no ratio was formed
  std::optional<double> base_mcops;  ///< its rate over the visits that both rows share, else its own row's
  Estimate ratio;
};

/// What a row that was not measured was worked out with.
struct Model {
  using Parameter = std::variant<bool, std::int64_t, double, std::string>;
  std::string name;
  std::optional<std::string> version;
  std::vector<std::pair<std::string, Parameter>> parameters;  ///< by name; units stand in the names
  std::optional<std::string> calibrated_from;
};

/// results/schema/report.schema.json describes every field; fields.cpp says how it is written and what it may hold.
/// Times are seconds unless their names say otherwise.
struct Row {
  // The point.
  std::string name;  ///< spells every axis as it was asked for: see row_name.hpp
  std::string kernel;
  std::optional<std::int64_t> rung;
  std::optional<double> bits_per_cell;
  std::optional<std::string> isa;
  std::optional<std::string> configuration;
  std::int64_t cells = 0;             ///< of the whole road
  std::optional<std::int64_t> steps;  ///< iterations of one repetition, from the start state
  int ranks = 1;
  int threads = 1;
  std::optional<std::int64_t> depth;            ///< as used
  std::optional<std::string> exchange;          ///< how edges travel between ranks; nothing on one rank
  std::optional<Overlap> overlap;               ///< whether the inside is advanced while they travel
  std::optional<std::string> reduce;            ///< how moves are summed over ranks
  std::optional<std::string> placement_policy;  ///< by which workers were placed; nothing for one worker
  std::optional<std::int64_t> ranks_per_node;   ///< as asked for; nothing: auto
  std::optional<double> density;
  std::optional<std::int64_t> cars;
  std::string init;
  std::optional<std::uint64_t> seed;
  ScalingMode mode = ScalingMode::strong;
  CountingMode count = CountingMode::every;
  RowClass row_class = RowClass::update;
  Origin origin = Origin::measured;

  // Times and rates.
  // The first four lists have one entry a repetition, in the order of launches and their visits; the k-th of a visit is
  // of its k-th round. The next three have as many or none.
  std::vector<double> samples;              ///< of the slowest rank
  std::vector<std::int64_t> sample_visits;  ///< number of the visit in its launch
  std::vector<std::size_t> sample_runs;     ///< index of the launch in context.runs
  std::vector<std::int64_t> sample_steps;   ///< iterations timed, all restarts together
  std::vector<RankSeconds> rank_seconds;
  std::vector<double> cpu_seconds;         ///< summed over ranks
  std::vector<double> sample_clock_hz;     ///< of rank 0's core, just before
  std::optional<double> real_time_ns;      ///< of one iteration; where cells are not updated, of one repetition
  std::optional<double> real_time_low_ns;  ///< 95% interval of that
  std::optional<double> real_time_high_ns;
  std::optional<double> cpu_time_ns;  ///< likewise, summed over ranks
  Estimate mcops;                     ///< median over visits
  std::optional<IntervalOver> interval_over;
  std::optional<double> mcops_best;       ///< of the fastest repetition
  std::optional<double> cells_per_cycle;  ///< of one core
  std::optional<double> clock_hz;
  std::optional<std::string> limit;
  std::optional<double> limit_mcops;        ///< the rate that this limit allows
  std::optional<double> fraction_of_limit;  ///< by the fastest repetition

  // Ratios.
  Speedup speedup;  ///< over the same kernel on the fewest cores
  Estimate efficiency;
  Speedup ladder;  ///< over the lowest rung on one core

  // Can it be trusted.
  std::optional<std::string> hash;
  std::optional<bool> verified;
  VerificationMethod verification = VerificationMethod::none;
  std::optional<bool> restarted;
  std::optional<StopReason> stopped;
  std::optional<std::string> error_message;
  std::optional<std::string> skipped;
  std::set<Warning> warnings;
  std::vector<WorkerPlace> placement;

  // Where the time went, energy, models.
  std::optional<Shares> shares;
  std::optional<double> energy_joules;  ///< of one repetition, on all nodes
  std::optional<EnergySource> energy_source;
  std::optional<double> energy_run_seconds;      ///< timed, of the run that they were read in
  std::optional<std::int64_t> energy_run_steps;  ///< iterations of that run
  std::optional<double> updates_per_joule;       ///< cell updates
  std::optional<Model> model;

  // Files: in rows of class io, of which `kernel` is the method.
  std::optional<IoLayout> layout;
  std::optional<IoOperation> operation;
  std::optional<IoSync> sync;
  std::optional<bool> direct;                       ///< true: past the page cache; else nothing
  std::optional<std::int64_t> bytes;                ///< of all ranks
  std::optional<std::int64_t> files;                ///< the same
  Estimate megabytes_per_second;                    ///< 10^6 bytes a second: median over visits
  std::optional<double> megabytes_per_second_best;  ///< of the fastest repetition
  std::optional<double> mebibytes_per_second;       ///< 2^20 bytes a second: the median again
  std::vector<IoPhases> phase_seconds;              ///< one entry a sample
  std::vector<double> resident;  ///< part in the page cache as a read began: one entry a sample, or none
  std::optional<IoReader> reader;
  std::optional<FileSystem> file_system;     ///< as it was before the launch wrote to it
  std::optional<std::int64_t> stripe_count;  ///< on Lustre, of the file that rank 0 wrote to
  std::optional<std::int64_t> stripe_bytes;  ///< the same
  std::optional<std::string> stripes_note;   ///< why they are not known, or that they were not always so
  std::optional<Hints> hints;                ///< in force
  std::set<std::string> hints_ignored;       ///< of those asked for: "name=value"

  std::optional<std::string> note;

  std::int64_t workers() const { return std::int64_t{ranks} * threads; }

  /// What its length is compared by: cells of the whole road, or of each core where it comes from a weak sweep.
  std::int64_t comparable_cells() const { return mode == ScalingMode::weak ? cells / workers() : cells; }

  bool failed() const { return verified.has_value() && !*verified; }

  /// Whether it has a rate that others may be divided by: it was measured, and did not fail.
  bool has_rate() const { return mcops.value.has_value() && !failed(); }
};

}  // namespace trafficbench
