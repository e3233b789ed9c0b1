// The commands of the program. Each has its options, and a function that carries it out on all ranks; it prints on rank
// 0, throws BadInput on every rank alike, and returns the exit status.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/base/bad_input.hpp"
#include "drivers/plan/axes.hpp"
#include "drivers/plan/kernel_choice.hpp"
#include "drivers/plan/knob_options.hpp"
#include "drivers/plan/sweep_options.hpp"
#include "drivers/ranks/communicator.hpp"
#include "drivers/report/row.hpp"

namespace trafficbench {

/// What becomes of the files that `trafficbench io` has written.
enum class KeptFiles { keep, remove };

template <>
struct EnumNames<KeptFiles> {
  static constexpr std::array<std::string_view, 2> kNames{"keep", "remove"};
};

/// Of a road in files, 8 cells each.
using RoadBytes = Count<1, kMaxCells / 8>;

/// trafficbench run: one road, what the course's programs print.
struct RunOptions {
  std::optional<RoadLength> cells;  ///< nothing: the course's, or the file's
  Steps steps{"100"};
  StartAxes start;
  KernelName kernel{"auto"};
  ThreadCount threads{"auto"};
  Depth depth{"auto"};
  Choice<CountingMode> count{"every"};  ///< sampled: of the printed iterations alone
  StepsOrAuto print_every{"auto"};
  std::string isa = "auto";
  Exchange exchange{"nonblocking"};
  Choice<Overlap> overlap{"off"};
  Reduce reduce{"exchange"};
  Placement placement{"packed"};
  RanksPerNode ranks_per_node{"auto"};
  std::string wave = "auto";
  bool retune = false;
  KnobOptions knobs;
  std::string output;                ///< path of the report; empty: none. Likewise the next two
  std::string save;                  ///< of the road
  std::optional<RoadFileMethod> io;  ///< how it is written, and a file: is read; nothing: posix
  std::string space_time;            ///< of the picture
  std::string window = "auto";       ///< read once the length of the road is known
  bool json = false;
  bool force = false;
};
Status run(Communicator& world, const RunOptions& options, KernelTable table, const std::vector<std::string>& argv);

/// trafficbench sweep: many points, a report.
Status sweep(Communicator& world, const SweepOptions& options, KernelTable table, const std::vector<std::string>& argv);

/// trafficbench io: how fast the road gets into files and back.
struct IoOptions {
  IoMethods methods{"all"};
  ChoiceList<IoLayout> layouts{"contiguous,interleaved"};
  ChoiceList<IoOperation> ops{"write,read"};
  ChoiceList<IoSync> sync{"synced"};
  RoadBytes bytes{"64Mi"};
  std::optional<RoadLength> cells;  ///< in the place of bytes
  std::string directory = ".";      ///< a list
  std::vector<std::string> hints;   ///< "name=value" each
  bool direct = false;              ///< past the page cache
  Choice<KeptFiles> files{"remove"};
  int visits = 6;
  double spacing = 0;
  std::optional<Seconds> patience;  ///< nothing: follows from the size of the road
  std::string output;
  bool dry_run = false;
  bool resume = false;
  bool force = false;
};
Status io(Communicator& world, const IoOptions& options, const std::vector<std::string>& argv);

/// trafficbench merge: several reports in one, with their ratios and fits. Works alone, without MPI.
struct MergeOptions {
  std::vector<std::string> reports;
  std::string output;
  bool force = false;
};
Status merge(const MergeOptions& options);

/// trafficbench derive: rates, intervals, ratios and fits of rows that another program measured. Works alone, without
/// MPI.
struct DeriveOptions {
  std::string measured;
  std::string output;
  bool force = false;
};
Status derive(const DeriveOptions& options);

/// trafficbench check: every variant against exact results.
struct CheckOptions {
  KernelNames kernels{"all"};
  Exchanges exchange{"all"};
  ChoiceList<Overlap> overlap{"off,on"};
  Reduces reduce{"all"};
  std::optional<Placements> placement;  ///< nothing: workers are not bound
  RanksPerNodes ranks_per_node{"auto"};
  int cases = 200;
  Seed seed{"1"};
  bool quick = false;
};
Status check(Communicator& world, const CheckOptions& options, KernelTable table);

/// trafficbench ceiling: what this machine can do at most.
struct CeilingCommandOptions {
  bool json = false;
};
Status ceiling(Communicator& world, const CeilingCommandOptions& options);

/// trafficbench list: the variants.
struct ListOptions {
  bool json = false;
};
Status list(Communicator& world, const ListOptions& options, KernelTable table);

/// The exit status of a command that wrote these rows: says on standard error if some failed their verification.
Status status_of(const std::vector<Row>& rows);

/// For a command of one process before it publishes its file: whether a signal came, which it then says.
bool say_if_interrupted(const char* program);

}  // namespace trafficbench
