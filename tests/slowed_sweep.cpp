// `trafficbench sweep` with one kernel slowed by a known part, to see whether a comparison finds it:
//
//     build/release/bin/slowed_sweep 0.05 tiled sweep --cells 1e8 --threads 1 --output slowed.json
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "drivers/command/command_line.hpp"
#include "drivers/machine/topology.hpp"
#include "drivers/ranks/communicator.hpp"
#include "kernels/registry.hpp"
#include "tests/wrapped_segment.hpp"

namespace trafficbench {
namespace {

double part = 0;

/// After each advance does nothing for that part of the time it took.
class Slowed final : public WrappedSegment {
 public:
  using WrappedSegment::WrappedSegment;
  void advance(std::int64_t k, std::span<MoveCount> moves) override {
    using Clock = std::chrono::steady_clock;
    const auto began = Clock::now();
    inner_->advance(k, moves);
    const auto until = Clock::now() + std::chrono::duration_cast<Clock::duration>(part * (Clock::now() - began));
    while (Clock::now() < until) {
    }
  }
};

template <std::size_t index>
std::unique_ptr<Segment> make_slowed(const SegmentShape& shape) {
  return std::make_unique<Slowed>(variants()[index]->make(shape));
}

template <std::size_t... indices>
std::vector<Variant> slowed_variants(const std::string& kernel, std::index_sequence<indices...> /*all*/) {
  std::vector<Variant> slowed;
  (
      [&] {
        if (indices >= variants().size()) return;
        slowed.push_back(*variants()[indices]);
        if (slowed.back().name == kernel) slowed.back().make = make_slowed<indices>;
      }(),
      ...);
  return slowed;
}

int run_sweep(const std::string& kernel, int argc, char** argv) {
  constexpr std::size_t kMaxVariants = 16;
  const std::vector<Variant> slowed = slowed_variants(kernel, std::make_index_sequence<kMaxVariants>());
  std::vector<const Variant*> table;
  for (const Variant& variant : slowed) table.push_back(&variant);
  this_machine();
  std::unique_ptr<Communicator> world;
  try {
    world = start_world(argc, argv);
    const CommandLine line = read_command_line(argc, argv, "");
    return static_cast<int>(sweep(*world, std::get<SweepOptions>(line.command), table, {argv, argv + argc}));
  } catch (const std::exception& error) {
    if (!world || world->rank() == 0) fmt::print(stderr, "slowed_sweep: {}\n", error.what());
    return 2;
  }
}

}  // namespace
}  // namespace trafficbench

int main(int argc, char** argv) {
  char* end = argv[0];
  if (argc > 3) trafficbench::part = std::strtod(argv[1], &end);
  if (argc <= 3 || *end != '\0' || trafficbench::find_variant(argv[2]) == nullptr || std::string(argv[3]) != "sweep") {
    fmt::print(stderr, "usage: slowed_sweep PART KERNEL sweep OPTIONS: with PART 0.05 that kernel takes 5% longer\n");
    return 2;
  }
  return trafficbench::run_sweep(argv[2], argc - 2, argv + 2);
}
