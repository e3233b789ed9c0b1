#include "drivers/ranks/communicator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <thread>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/interrupt.hpp"
#include "drivers/base/numbers.hpp"

namespace trafficbench {

void Communicator::agree(const std::string& bad_input, const std::string& failure) {
  const double worst = max_of(!failure.empty() ? 2 : !bad_input.empty() ? 1 : 0);
  if (worst == 0) return;
  std::string first;
  for (const std::string& text : gather(failure.empty() ? bad_input : failure)) {
    if (first.empty()) first = text;
  }
  // Only rank 0 prints, so only rank 0 needs the text.
  if (worst == 2) throw WorkFailed(first);
  throw BadInput(first);
}

std::string text_of_rank_0(Communicator& comm, const std::string& text) {
  const bool leads = comm.rank() == 0;
  std::vector<std::int64_t> letters(
      static_cast<std::size_t>(comm.sum_of(leads ? static_cast<std::int64_t>(text.size()) : 0)));
  if (leads) std::ranges::copy(text, letters.begin());
  comm.sum(letters);
  std::string received;
  for (const std::int64_t letter : letters) received += static_cast<char>(letter);
  return received;
}

bool asked_to_stop(Communicator& comm) { return comm.max_of(interrupted() ? 1 : 0) > 0; }

void check_same_arguments(Communicator& world, std::span<const std::string> arguments) {
  // The first is the program's own path, which hosts may have in different places.
  const auto own = arguments.subspan(std::min<std::size_t>(1, arguments.size()));
  // No argument can hold what stands between them here.
  const std::string_view between("\0", 1);
  const std::vector<std::string> lines = world.gather(fmt::format("{}", fmt::join(own, between)));
  const auto other = std::ranges::find_if(lines, [&](const std::string& line) { return line != lines.front(); });
  const auto quoted = [](std::string line) {
    for (std::size_t at = 0; (at = line.find('\0', at)) != std::string::npos;) line.replace(at, 1, "' '");
    return "'" + line + "'";
  };
  world.agree(
      other == lines.end()
          ? ""
          : fmt::format("all ranks need the same command line, but rank 0 was started with {} and rank {} with {}",
                        quoted(lines.front()), other - lines.begin(), quoted(*other)));
}

std::vector<double> gather_numbers(Communicator& comm, std::initializer_list<double> mine) {
  // As text nothing is lost: hexadecimal floats are exact.
  std::string text;
  for (const double number : mine) text += fmt::format("{:a} ", number);
  std::vector<double> numbers;
  for (const std::string& each : comm.gather(text)) {
    const char* at = each.c_str();
    for (std::size_t i = 0; i < mine.size(); ++i) {
      char* end = nullptr;
      numbers.push_back(std::strtod(at, &end));
      at = end;
    }
  }
  return numbers;
}

namespace {

/// One of several processes, as its launcher tells it.
struct Launched {
  const char* launcher;
  const char* size;
  int rank;
};

/// Nothing for a process that was started by itself.
std::optional<Launched> launched() {
  struct Launcher {
    const char* name;
    const char* size;
    const char* rank;
  };
  constexpr Launcher kLaunchers[] = {{"MPICH's or a PMI launcher", "PMI_SIZE", "PMI_RANK"},
                                     {"Open MPI's launcher", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},
                                     {"srun", "SLURM_STEP_NUM_TASKS", "SLURM_PROCID"}};
  for (const Launcher& launcher : kLaunchers) {
    const char* size = std::getenv(launcher.size);
    const char* rank = std::getenv(launcher.rank);
    if (size != nullptr && rank != nullptr && leading_number(size) > 1)
      return Launched{launcher.name, size, leading_number(rank)};
  }
  return {};
}

}  // namespace

void check_world_size(int world_size) {
  const auto process = launched();
  if (world_size != 1 || !process) return;
  // Every process takes itself for rank 0: one of them speaks. The others leave later, since Open MPI's launcher ends
  // all as soon as one of them has failed.
  if (process->rank != 0) {
    std::this_thread::sleep_for(std::chrono::seconds(1));
    throw BadInput("");
  }
  throw BadInput(
      fmt::format("{} started {} ranks, but each sees a world of one: the program was built with another MPI, or with "
                  "none; use the launcher that `trafficbench --version` names",
                  process->launcher, process->size));
}

bool launched_as_several() { return launched().has_value(); }

}  // namespace trafficbench
