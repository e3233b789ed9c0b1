#include "drivers/measure/io_visit.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cmath>
#include <exception>
#include <new>
#include <thread>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/new_file.hpp"
#include "drivers/base/standard_output.hpp"
#include "drivers/base/wall_clock.hpp"
#include "drivers/io/file_system.hpp"
#include "drivers/io/io_patience.hpp"
#include "drivers/io/launch_files.hpp"

namespace trafficbench {

namespace {

/// Removes at its end what this rank has made, unless it has been given a name to stay.
class FileOfVisit {
 public:
  explicit FileOfVisit(const IoFiles& files) : files_(files) {}
  FileOfVisit(const FileOfVisit&) = delete;
  FileOfVisit& operator=(const FileOfVisit&) = delete;
  ~FileOfVisit() {
    const std::string made = files_.made();
    if (!stays_ && !made.empty()) remove_or_name(made);
  }

  /// Throws WorkFailed.
  void keep() {
    if (const std::string made = files_.made(); !made.empty()) give_name(made, kept_name(made), false);
    stays_ = true;
  }

 private:
  const IoFiles& files_;
  bool stays_ = false;
};

/// Carries out the phases of one operation, and lets all ranks know after each how it went.
class Phases {
 public:
  Phases(Communicator& world, const IoVisit& visit, IoFiles& files) : world_(world), visit_(visit), files_(files) {
    world_.barrier();
    cpu_began_ = process_cpu_seconds();
    began_ = wall_seconds();
  }

  template <typename Task>
  void phase(double IoPhases::*seconds, const Task& task) {
    std::string failure;
    const double began = wall_seconds();
    try {
      task();
    } catch (const WorkFailed& failed) {
      failure = failed.what();
    } catch (const std::exception& error) {
      if (world_.size() == 1) throw;
      give_up(error);
    }
    own_.*seconds = wall_seconds() - began;
    try {
      world_.agree({}, failure);
    } catch (const WorkFailed&) {
      if (visit_.method->survives_failure) files_.close_after_failure();
      throw;
    }
  }

  IoTimes finish() {
    world_.barrier();
    const double seconds = wall_seconds() - began_;
    const double cpu = process_cpu_seconds() - cpu_began_;
    std::array<double, 5> slowest{seconds, own_.open, own_.transfer, own_.sync, own_.close};
    world_.max(slowest);
    constexpr double kNanoseconds = 1e9;
    return {.seconds = slowest[0],
            .phases = {.open = slowest[1], .transfer = slowest[2], .sync = slowest[3], .close = slowest[4]},
            .cpu_seconds = static_cast<double>(world_.sum_of(std::llround(kNanoseconds * cpu))) / kNanoseconds,
            .hints = files_.hints()};
  }

 private:
  /// This rank has left a phase in which others wait for it.
  void give_up(const std::exception& error) {
    const bool no_memory = dynamic_cast<const std::bad_alloc*>(&error) != nullptr;
    if (const std::string path = files_.path(); !path.empty()) remove_or_name(path);
    print_error("trafficbench", fmt::format("{} on rank {}: files that begin with {} may be left",
                                            no_memory ? "out of memory" : error.what(), world_.rank(), visit_.path));
    // A launcher may lose what was said just before the end.
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    world_.abort(static_cast<int>(Status::check_failed));
  }

  Communicator& world_;
  const IoVisit& visit_;
  IoFiles& files_;
  double cpu_began_ = 0;
  double began_ = 0;
  IoPhases own_;
};

IoTimes timed_write(Communicator& world, const IoVisit& visit, IoFiles& files, const IoRoad& road) {
  Phases phases(world, visit, files);
  phases.phase(&IoPhases::open, [&] { files.open_to_write(); });
  BlocksInMemory blocks(road.words());
  phases.phase(&IoPhases::transfer, [&] { files.write(blocks); });
  if (visit.sync == IoSync::synced) phases.phase(&IoPhases::sync, [&] { files.sync(); });
  phases.phase(&IoPhases::close, [&] { files.close(); });
  return phases.finish();
}

IoTimes timed_read(Communicator& world, const IoVisit& visit, IoFiles& files, std::span<std::uint64_t> words) {
  Phases phases(world, visit, files);
  phases.phase(&IoPhases::open, [&] { files.open_to_read(); });
  RoomInMemory room(words);
  phases.phase(&IoPhases::transfer, [&] { files.read(room); });
  phases.phase(&IoPhases::close, [&] { files.close(); });
  return phases.finish();
}

void drop(const IoFiles& files) {
  if (const std::string path = files.path(); !path.empty()) drop_from_cache(path);
}

/// The mean over the ranks that read a file: each looks on its own node.
std::optional<double> resident_part(Communicator& world, const IoFiles& files) {
  const std::string path = files.path();
  const std::optional<double> part = path.empty() ? std::nullopt : part_in_cache(path);
  constexpr double kParts = 1e9;
  std::array<std::int64_t, 2> sums{part ? std::llround(kParts * *part) : 0, part ? 1 : 0};
  world.sum(sums);
  if (sums[1] == 0) return {};
  return static_cast<double>(sums[0]) / kParts / static_cast<double>(sums[1]);
}

}  // namespace

std::optional<IoMeasurement> make_io_visit(Communicator& world, const IoVisit& visit, IoRoad& road) {
  IoTask task{.comm = &world,
              .dealing = road.dealing(),
              .nodes = {},
              .path = visit.path,
              .hints = visit.hints,
              .direct = visit.direct};
  task.nodes.resize(static_cast<std::size_t>(world.size()));
  task.nodes[static_cast<std::size_t>(world.rank())] = world.node();
  world.sum(task.nodes);
  const std::unique_ptr<IoFiles> written = visit.method->make(task, world.rank());
  const std::unique_ptr<IoFiles> read = visit.method->make(task, owner_read_by(world.rank(), world.size()));
  const std::span<std::uint64_t> words = road.poisoned();
  const auto made = [&written] { return written->made(); };
  FileOfVisit file(*written);
  IoMeasurement measured;
  {
    const IoPatience patience(world.rank(), visit.patience, "write", visit.path, *visit.method, visit.hints, made,
                              visit.give_up);
    measured.write = timed_write(world, visit, *written, road);
  }
  measured.files = written->files();
  if (asked_to_stop(world)) return {};
  if (visit.sync == IoSync::synced) {
    // Where it was written, and where it is to be read.
    drop(*written);
    drop(*read);
    world.barrier();
  }
  measured.resident = resident_part(world, *read);
  {
    const IoPatience patience(world.rank(), visit.patience, "read", visit.path, *visit.method, visit.hints, made,
                              visit.give_up);
    measured.read = timed_read(world, visit, *read, words);
  }
  measured.verdict = road.verify();
  // Libraries read beyond the end of a file without a word. Of several files each rank has read its own.
  if (std::string& problem = measured.verdict.problem; !problem.empty() && read->files() == 1) {
    const std::string path = read->path();
    const std::string why = path.empty() ? path : reason_for(path, road.dealing().bytes(), "");
    if (!why.empty()) problem += "; of the file: " + why;
  }
  if (visit.asks_for_stripes && world.rank() == 0) measured.stripes = stripes_of(written->path());
  if (visit.keep) together(world, [&] { file.keep(); });
  return measured;
}

}  // namespace trafficbench
