// Tells how far a road has got into its file, or from it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <thread>

#include "drivers/command/progress.hpp"
#include "drivers/io/road_file.hpp"
#include "drivers/ranks/communicator.hpp"
#include "kernels/cell_source.hpp"

namespace trafficbench {

/// Says on rank 0 how far a road has got into its file, or from it, if that takes long.
class FileProgress {
 public:
  /// `doing`: "saving" or "reading".
  FileProgress(Communicator& world, const char* doing, std::string path);

  /// So many bytes have been moved, of all.
  void at(std::int64_t moved, std::int64_t all);

 private:
  bool leads_;
  const char* doing_;
  std::string path_;
  std::unique_ptr<Progress> progress_;
};

/// Rounds that say how far they are, and end where a signal asks to stop.
FileRounds rounds_of(Communicator& world, FileProgress& progress);

/// Gives the cells of a file, and says how far its reading has come.
class ToldFile final : public CellSource {
 public:
  /// `own_cells`: that this rank reads.
  ToldFile(const CellSource& file, std::int64_t own_cells, FileProgress& progress)
      : file_(file), own_cells_(own_cells), progress_(progress) {}

  std::int64_t cells() const override { return file_.cells(); }
  void read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const override;
  std::string fault() const override { return file_.fault(); }

 private:
  const CellSource& file_;
  std::int64_t own_cells_;
  FileProgress& progress_;
  std::thread::id owner_ = std::this_thread::get_id();
  mutable std::int64_t next_told_ = 0;  // the owner's
  mutable std::atomic<std::int64_t> read_ = 0;
};

}  // namespace trafficbench
