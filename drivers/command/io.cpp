// trafficbench io
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "drivers/base/known.hpp"
#include "drivers/base/numbers.hpp"
#include "drivers/base/positioned_io.hpp"
#include "drivers/base/standard_output.hpp"
#include "drivers/base/utf8.hpp"
#include "drivers/base/wall_clock.hpp"
#include "drivers/command/commands.hpp"
#include "drivers/command/io_table.hpp"
#include "drivers/command/measuring.hpp"
#include "drivers/command/text_table.hpp"
#include "drivers/io/block_words.hpp"
#include "drivers/io/file_system.hpp"
#include "drivers/io/io_patience.hpp"
#include "drivers/io/launch_files.hpp"
#include "drivers/machine/memory.hpp"
#include "drivers/machine/topology.hpp"
#include "drivers/measure/io_row.hpp"
#include "drivers/plan/visit_plan.hpp"
#include "drivers/report/provenance.hpp"
#include "drivers/report/ratios.hpp"
#include "drivers/report/report.hpp"
#include "drivers/report/visits.hpp"
#include "drivers/road/start.hpp"

namespace trafficbench {

namespace {

/// What is measured, and how far it has come.
struct Stay {
  IoPoint point;
  std::string stem;               ///< of its files
  LaunchFiles* launch = nullptr;  ///< on rank 0: whose names they have
  int visits = 0;                 ///< made, those of earlier launches included
  double last = -1e300;           ///< when the last one began
  double seconds = 0;             ///< that it took; 0: none was made in this launch
  bool is_measured = true;
};

/// Why a method cannot be had as it was asked for; empty if it can.
std::string why_not(const IoMethod& method, bool direct) {
  if (direct && !method.can_be_direct) return "--direct is for methods that open their files without a library";
  return method.why_not();
}

struct ChosenMethods {
  std::vector<const IoMethod*> methods;
  std::map<std::string, std::vector<std::string_view>> left_out;  ///< names, by the reason
};

/// One that was asked for by name and cannot be had is refused.
ChosenMethods methods_of(const IoOptions& options) {
  ChosenMethods chosen;
  for (const IoMethod* method : options.methods.methods) {
    const std::string reason = why_not(*method, options.direct);
    if (reason.empty()) {
      chosen.methods.push_back(method);
    } else if (options.methods.text == "all") {
      chosen.left_out[reason].push_back(method->name);
    } else {
      throw BadInput(fmt::format("methods has {}, which is not available: {}", method->name, reason));
    }
  }
  return chosen;
}

Hints hints_of(const IoOptions& options, const std::vector<const IoMethod*>& methods) {
  const Hints hints = parse_hints(options.hints);
  check_promise(hints, methods);
  const bool taken = std::ranges::any_of(methods, [](const IoMethod* method) { return method->takes_hints; });
  if (!hints.empty() && !taken) throw BadInput("hints are for MPI-IO and HDF5, and the methods asked for are others");
  return hints;
}

std::int64_t cells_of(const IoOptions& options) {
  return options.cells ? options.cells->number : 8 * options.bytes.number;
}

/// Folders as they were asked for, with the one path of each: however they are spelled, --resume knows them again.
struct Folders {
  std::string text;
  std::vector<std::string> paths;
  bool are_told = true;  ///< in the axes, which of earlier versions do not tell the paths
};

/// On rank 0. What is to be resumed has the names of its rows from the first spelling.
Folders spelled_as_before(const IoOptions& options) {
  Folders folders{.text = options.directory, .paths = {}, .are_told = true};
  for (const std::string& name : parse_names(options.directory, "directory")) {
    folders.paths.push_back(valid_utf8(canonical_path(name)));
  }
  if (!options.resume) return folders;
  const Json before = Journal::axes_before(options.output);
  if (!before.is_object()) return folders;
  folders.are_told = before.contains("folders");
  if (before.value("folders", Json()) != Json(folders.paths)) return folders;
  const Json spelled = before.value("directory", Json());
  const std::string text = spelled.is_string() ? spelled.get<std::string>() : std::string();
  const bool is_other = text != valid_utf8(options.directory);
  if (is_other && parse_names(text, "directory").size() == folders.paths.size()) folders.text = text;
  return folders;
}

/// As they were asked for: what --resume compares.
Json axes_of(Communicator& world, const IoOptions& options, const Folders& folders) {
  Json axes = {{"methods", options.methods.text},
               {"layouts", options.layouts.text},
               {"ops", options.ops.text},
               {"sync", options.sync.text},
               {"directory", valid_utf8(folders.text)},
               {"folders", folders.paths},
               {"visits", options.visits},
               {"spacing", options.spacing},
               {"files", options.files.text},
               {"direct", options.direct}};
  if (!folders.are_told) axes.erase("folders");
  axes["bytes"] = options.cells ? Json() : Json(options.bytes.text);
  axes["cells"] = options.cells ? Json(options.cells->text) : Json();
  axes["hints"] = Json::array();
  for (const std::string& hint : options.hints) axes["hints"].push_back(valid_utf8(hint));
  axes["ranks"] = world.size();
  return axes;
}

/// A folder to write into.
struct Place {
  FileSystem system;                    ///< as rank 0 sees it
  std::string stem;                     ///< of the files there
  std::unique_ptr<LaunchFiles> launch;  ///< on rank 0
};

/// On any rank: writes a block of this file past the page cache. Throws BadInput.
void write_directly(const std::string& path, const std::string& folder) {
  const BlockWords block(kBlockWords);
  const Descriptor file(open(path.c_str(), O_WRONLY | O_DIRECT | O_NOFOLLOW | O_CLOEXEC));
  if (file.is_open() && write_at(file.get(), 0, kBlockBytes, block.data())) return;
  throw BadInput(
      fmt::format("--direct is not available in {}: its file system does not take blocks of {} bytes by O_DIRECT: {}",
                  folder, kBlockBytes, system_text()));
}

/// Collective: whether all ranks can write so many bytes into the folder at `path`, which is the same on all of them.
Place take_place(Communicator& world, const std::string& folder, const std::string& path, std::int64_t bytes,
                 bool direct) {
  Place place;
  together(world, [&] { place.system = file_system_of(path); });
  on_rank_0(world, [&] {
    place.launch = std::make_unique<LaunchFiles>(path, folder, host_name());
    place.system = file_system_of(path);  // with the space of what it has removed
  });
  place.system.folder = folder;
  place.stem = text_of_rank_0(world, place.launch ? place.launch->stem() : std::string());
  const std::string lock = text_of_rank_0(world, place.launch ? place.launch->lock_path() : std::string());
  together(world, [&] {
    if (access(lock.c_str(), F_OK) != 0) {
      throw BadInput(fmt::format("rank {} does not see what rank 0 writes into {}: all nodes need the same folder",
                                 world.rank(), folder));
    }
    if (direct) write_directly(lock, folder);
  });
  on_rank_0(world, [&] { check_free_bytes(place.system, bytes, "ask for less with --bytes"); });
  return place;
}

/// Every rank holds what it writes and what it reads.
void check_memory(Communicator& world, const Dealing& dealing) {
  together(world, [&] {
    const std::int64_t needed = 2 * kBlockBytes * dealing.most() * world.node_size();
    const std::int64_t available = available_memory();
    if (needed > available) {
      throw BadInput(
          fmt::format("a road of {} bytes takes {} bytes of memory on a node, twice what its ranks write, and {} are "
                      "available: ask for less with --bytes",
                      dealing.bytes(), needed, available));
    }
  });
}

class IoSession {
 public:
  IoSession(Communicator& world, const IoOptions& options, std::vector<Stay> stays, Journal* journal, double began)
      : world_(world), options_(options), stays_(std::move(stays)), journal_(journal), began_(began) {}

  /// Makes the visits that are missing. Returns whether a signal stopped it.
  bool measure() {
    take_up();
    std::size_t missing = 0;
    for (const Stay& stay : stays_) {
      if (stay.is_measured) missing += static_cast<std::size_t>(std::max(0, options_.visits - stay.visits));
    }
    if (leads()) progress_ = std::make_unique<Progress>(missing);
    for (int pass = 0; pass < options_.visits; ++pass) {
      for (Stay& stay : stays_) {
        if (!stay.is_measured || stay.visits > pass) continue;
        if (wait_until(world_, stay.last + options_.spacing, progress_.get(),
                       fmt::format("waiting, {:g} s between visits", options_.spacing))) {
          return true;
        }
        if (!visit(stay)) return true;
      }
    }
    progress_.reset();
    return false;
  }

 private:
  bool leads() const { return world_.rank() == 0; }

  /// What the journal knows of earlier launches.
  void take_up() {
    for (Stay& stay : stays_) {
      double numbers[] = {static_cast<double>(options_.visits), 1};  // visits, is measured
      for (const IoOperation operation : options_.ops.values) {
        if (!leads()) break;
        const Row* row = journal_->row(row_name(stay.point, operation));
        numbers[0] = std::min(numbers[0], row == nullptr ? 0.0 : count_visits(*row));
        if (row != nullptr && row->failed()) numbers[1] = 0;
      }
      world_.broadcast(numbers);
      stay.visits = static_cast<int>(std::lround(numbers[0]));
      stay.is_measured = numbers[1] > 0;
    }
  }

  /// Of the visits that are missing once `now` has one more, waits included. A way that was not visited yet takes as
  /// long as others did.
  double seconds_of_missing(const Stay& now) const {
    std::vector<VisitsMade> ways;
    ways.reserve(stays_.size());
    for (const Stay& stay : stays_) {
      ways.push_back({.guess = 1,
                      .first = 0,
                      .seconds = stay.seconds,
                      .made = stay.is_measured ? stay.visits + (&stay == &now ? 1 : 0) : options_.visits,
                      .last = stay.last});
    }
    return seconds_left({.visits = options_.visits, .spacing = options_.spacing}, std::move(ways), wall_seconds(), 0);
  }

  /// False if a signal came before its end.
  bool visit(Stay& stay) {
    const IoPoint& point = stay.point;
    const std::string label = fmt::format("{} {} {}{}", point.method->name, name_of(point.layout), name_of(point.sync),
                                          point.names_folder ? " in " + point.file_system.folder : std::string());
    const std::string title = fmt::format("visit {} of {}: {}", stay.visits + 1, options_.visits, label);
    if (leads()) progress_->start(title);
    deal(point);
    stay.last = wall_seconds();
    DisturbanceWatch watch(world_);
    const IoVisit what{.method = point.method,
                       .sync = point.sync,
                       .path = fmt::format("{}.{}", stay.stem, ++number_),
                       .hints = point.method->takes_hints ? point.hints : Hints{},
                       .direct = point.direct,
                       .patience = patience(),
                       .keep = options_.files.value == KeptFiles::keep && stay.visits + 1 == options_.visits,
                       .asks_for_stripes = point.file_system.type == "lustre",
                       .give_up = [this, &stay] { give_up(stay); }};
    const std::optional<IoMeasurement> measured = make_visit(what);
    if (!measured) return false;
    const std::vector<NodeDisturbance> nodes = watch.finish();
    on_rank_0(world_, [&] {
      std::vector<Row> rows;
      rows.reserve(options_.ops.values.size());
      const VisitOfRow place{.run = journal_->runs().size() - 1, .visit = journal_->next_visit()};
      for (const IoOperation operation : options_.ops.values) {
        rows.push_back(measured_row(point, operation, *measured, place));
      }
      journal_->add_visit(json_of_visit(stay.last - began_, wall_seconds() - stay.last, nodes), rows);
      const auto bytes = static_cast<double>(road_->dealing().bytes());
      stay.seconds = wall_seconds() - stay.last;
      progress_->forecast(seconds_of_missing(stay));
      progress_->done(fmt::format("{}: wrote {} MB/s, read {} MB/s", title,
                                  format_rate(1e-6 * bytes / measured->write.seconds),
                                  format_rate(1e-6 * bytes / measured->read.seconds)));
    });
    ++stay.visits;
    stay.is_measured = measured->verdict.problem.empty();
    return !asked_to_stop(world_);
  }

  std::optional<IoMeasurement> make_visit(const IoVisit& what) {
    try {
      return make_io_visit(world_, what, *road_);
    } catch (const WorkFailed& failed) {
      if (!what.method->survives_failure) end_launch(what, failed);
      throw;
    }
  }

  /// All ranks come here alike.
  void end_launch(const IoVisit& what, const WorkFailed& failed) {
    if (leads()) {
      print_error("trafficbench", failed.what());
      what.give_up();
    }
    world_.barrier();
    // A launcher may lose what was said just before the end.
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    world_.abort(static_cast<int>(Status::check_failed));
  }

  /// On rank 0, before the launch is ended at once.
  void give_up(const Stay& stay) {
    stay.launch->leave();
    journal_->discard_if_empty();
  }

  double patience() const {
    return options_.patience ? options_.patience->number : usual_patience(road_->dealing().bytes());
  }

  /// The road as this point deals it: anew where the one before had another layout.
  void deal(const IoPoint& point) {
    if (road_ && road_->dealing().layout() == point.layout) return;
    road_.reset();
    road_ = std::make_unique<IoRoad>(world_, *make_start(point.start, point.cells),
                                     Dealing(point.layout, blocks_for(point.cells), world_.size()));
  }

  Communicator& world_;
  const IoOptions& options_;
  std::vector<Stay> stays_;
  Journal* journal_;  // on rank 0
  double began_;
  std::unique_ptr<IoRoad> road_;
  std::unique_ptr<Progress> progress_;  // on rank 0
  int number_ = 0;                      // of files
};

/// Of all files that are there at once.
std::int64_t bytes_of_files(const IoOptions& options, const std::vector<const IoMethod*>& methods,
                            std::int64_t road_bytes) {
  std::int64_t all = 0;
  std::int64_t most = 0;
  for (const IoMethod* method : methods) {
    all += road_bytes + method->own_bytes;
    most = std::max(most, road_bytes + method->own_bytes);
  }
  const std::size_t times = options.layouts.values.size() * options.sync.values.size();
  return options.files.value == KeptFiles::keep ? all * static_cast<std::int64_t>(times) : most;
}

/// Collective: rank 0's path to each folder, since other ranks may have been started elsewhere. `told`: what they are
/// called, in the same order.
std::vector<std::pair<std::string, std::string>> folders_of(Communicator& world, const std::string& list,
                                                            const std::string& told) {
  std::vector<std::pair<std::string, std::string>> folders;  // what it is called, and the path
  const std::vector<std::string> names = parse_names(list, "directory");
  const std::vector<std::string> told_names = parse_names(told, "directory");
  on_rank_0(world, [&] {
    for (std::size_t i = 0; i < names.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        std::error_code error;  // of one that is not there, which is told later
        if (!std::filesystem::equivalent(names[k], names[i], error)) continue;
        throw BadInput(fmt::format("directory names one folder twice: {} and {}", names[k], names[i]));
      }
    }
  });
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string own = world.rank() == 0 ? absolute_path(names[i]) : std::string();
    folders.emplace_back(told_names[i], text_of_rank_0(world, own));
  }
  return folders;
}

}  // namespace

Status io(Communicator& world, const IoOptions& options, const std::vector<std::string>& argv) {
  const double began = wall_seconds();
  const auto [methods, left_out] = methods_of(options);
  const Hints hints = hints_of(options, methods);
  const std::int64_t cells = cells_of(options);
  if (options.resume && options.output.empty()) {
    throw BadInput("--resume needs --output with the name of the report that was begun");
  }
  check_points({methods.size(), options.layouts.values.size(), options.sync.values.size()});
  const bool leads = world.rank() == 0;
  const Dealing dealing(IoLayout::contiguous, blocks_for(cells), world.size());
  if (!options.dry_run) check_memory(world, dealing);
  Folders spelled;
  on_rank_0(world, [&] { spelled = spelled_as_before(options); });
  const auto folders = folders_of(world, options.directory, text_of_rank_0(world, spelled.text));
  for (const IoMethod* method : methods) {
    for (const auto& [folder, path] : folders) method->check_path(path);
  }
  const std::int64_t bytes_at_once = bytes_of_files(options, methods, dealing.bytes());
  std::vector<Place> places;
  for (const auto& [folder, path] : folders) {
    if (options.dry_run) {
      Place& place = places.emplace_back();
      place.system.folder = folder;
      continue;
    }
    places.push_back(take_place(world, folder, path, bytes_at_once, options.direct));
  }

  std::vector<Stay> stays;
  std::vector<std::string> names;
  for (const IoLayout layout : options.layouts.values) {
    for (const Place& place : places) {
      for (const IoSync sync : options.sync.values) {
        for (const IoMethod* method : methods) {
          const IoPoint point{.method = method,
                              .layout = layout,
                              .sync = sync,
                              .cells = cells,
                              .ranks = world.size(),
                              .file_system = place.system,
                              .names_folder = places.size() > 1,
                              .start = {},
                              .hints = hints,
                              .direct = options.direct};
          for (const IoOperation operation : options.ops.values) names.push_back(row_name(point, operation));
          stays.push_back({.point = point, .stem = place.stem, .launch = place.launch.get()});
        }
      }
    }
  }
  if (options.dry_run) {
    if (leads) print_out(fmt::format("{}\n", fmt::join(names, "\n")));
    return Status::done;
  }
  const Json axes = axes_of(world, options, spelled);
  const std::string output = options.output.empty() ? default_output() : options.output;
  std::unique_ptr<Journal> journal;
  on_rank_0(world, [&] {
    journal =
        std::make_unique<Journal>(Journal::Options{output, options.resume, options.force, names, "measurement"}, axes);
  });
  if (world.sum_of(journal && journal->complete() ? 1 : 0) > 0) {
    if (leads) print_out(fmt::format("{} is complete: nothing is left to do\n", output));
    return Status::done;
  }
  Json description = describe_run(world, argv);
  for (const IoMethod* method : methods) {
    if (method->library != nullptr) description["software"][method->library] = method->version();
  }
  on_rank_0(world, [&] { add_launch(*journal, description, output); });
  if (leads) {
    say(fmt::format("Writing to {}\n{} bytes, {}, {} of each\n", output, dealing.bytes(), counted(stays.size(), "way"),
                    counted(static_cast<std::size_t>(options.visits), "visit")));
    for (const auto& [reason, others] : left_out) {
      say(fmt::format("Without {}: {}\n", fmt::join(others, ", "), reason));
    }
  }
  IoSession session(world, options, std::move(stays), journal.get(), began);
  bool is_interrupted = false;
  try {
    is_interrupted = session.measure();
  } catch (...) {
    if (journal) journal->discard_if_empty();
    throw;
  }
  if (is_interrupted) {
    if (leads && journal->rows().empty()) {
      journal->discard();
      print_error("trafficbench", "interrupted before the first visit was complete: nothing was measured");
    } else if (leads) {
      say(fmt::format("trafficbench: interrupted after {}: go on with --resume --output {}\n",
                      counted(visits_of_launches(journal->runs()), "visit"), output));
    }
    return Status::interrupted;
  }
  bool verified = true;
  on_rank_0(world, [&] {
    std::vector<Row> rows = journal->rows();
    sort_rows(names, rows);
    add_ratios(rows, journal->runs());
    journal->finish(make_report("io", axes, journal->runs(), rows));
    verified = all_verified(rows);
    print_out(io_table(rows, columns_of_output()));
    print_out(fmt::format("\nReport: {}\n", output));
    if (options.files.value == KeptFiles::keep) {
      for (const Place& place : places) print_out(fmt::format("Files: {}.*\n", kept_name(place.stem)));
    }
    print_failures(rows);
    if (!verified) say("trafficbench: rows failed their verification, see above\n");
  });
  verified = world.all(verified);
  return verified ? Status::done : Status::check_failed;
}

}  // namespace trafficbench
