#include "drivers/command/file_progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace trafficbench {

FileProgress::FileProgress(Communicator& world, const char* doing, std::string path)
    : leads_(world.rank() == 0), doing_(doing), path_(std::move(path)) {}

void FileProgress::at(std::int64_t moved, std::int64_t all) {
  constexpr double kMegabytes = 1e-6;
  if (!leads_) return;
  if (!progress_) progress_ = std::make_unique<Progress>(1, static_cast<double>(all));
  progress_->so_far(static_cast<double>(moved),
                    fmt::format("{} {}: {:.0f} of {:.0f} MB", doing_, path_, kMegabytes * static_cast<double>(moved),
                                kMegabytes * static_cast<double>(all)));
}

FileRounds rounds_of(Communicator& world, FileProgress& progress) {
  return {.go_on = [&world, &progress](std::int64_t moved, std::int64_t all) {
    progress.at(moved, all);
    return !asked_to_stop(world);
  }};
}

void ToldFile::read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const {
  constexpr std::int64_t kCellsOfByte = 8;
  constexpr std::int64_t kStepCells = std::int64_t{1} << 23;
  file_.read(first, count, out);
  const std::int64_t read = std::min(read_ += count, own_cells_);
  // Threads read at once, and some kernels little at a time.
  if (std::this_thread::get_id() != owner_ || read < next_told_) return;
  next_told_ = read + kStepCells;
  progress_.at(read / kCellsOfByte, own_cells_ / kCellsOfByte);
}

}  // namespace trafficbench
