#include "drivers/communicator.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "drivers/bad_input.hpp"

namespace trafficbench {

void Communicator::agree(const std::string& problem) {
  if (all(problem.empty())) return;
  std::string first;
  for (const std::string& text : gather(problem)) {
    if (first.empty()) first = text;
  }
  // Only rank 0 prints, so only rank 0 needs the text.
  throw BadInput(first);
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

void check_world_size(int world_size) {
  if (world_size != 1) return;
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
    if (size == nullptr || rank == nullptr || std::atoi(size) <= 1) continue;
    // Every process takes itself for rank 0 here: let one of them speak.
    if (std::atoi(rank) != 0) throw BadInput("");
    throw BadInput(
        fmt::format("{} started {} ranks, but each sees a world of one: the program was built with another MPI, or "
                    "with none; use the launcher that `trafficbench --version` names",
                    launcher.name, size));
  }
}

}  // namespace trafficbench
