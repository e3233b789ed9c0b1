#include "drivers/report/journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/checksum.hpp"
#include "drivers/base/known.hpp"
#include "drivers/base/new_file.hpp"
#include "drivers/report/append.hpp"
#include "drivers/report/fields.hpp"
#include "drivers/report/launches.hpp"
#include "drivers/report/parts.hpp"
#include "drivers/report/report_file.hpp"
#include "drivers/report/report_rules.hpp"
#include "drivers/report/values.hpp"
#include "version_info.hpp"

namespace trafficbench {

namespace {

// 2: rows are held against the table of fields. 3: each line has a checksum. 4: a line a visit.
constexpr int kJournalVersion = 4;

// A line is an object whose last field is the checksum of the text of the others.
constexpr std::string_view kBeforeChecksum = R"(,"checksum":")";
constexpr std::string_view kAfterChecksum = R"("})";

std::string checked_line(const Json& line) {
  std::string text = line.dump();
  const std::string sum = fmt::format("{:016x}", checksum(text));
  text.pop_back();
  return fmt::format("{}{}{}{}\n", text, kBeforeChecksum, sum, kAfterChecksum);
}

/// The object of a line without its line break; nothing if it is not as it was written.
std::optional<Json> checked(std::string_view line) {
  constexpr std::size_t kDigits = 16;
  constexpr std::size_t kEnd = kBeforeChecksum.size() + kDigits + kAfterChecksum.size();
  if (line.size() <= kEnd) return {};
  const std::string_view end = line.substr(line.size() - kEnd);
  const std::string text = std::string(line.substr(0, line.size() - kEnd)) + "}";
  if (end != fmt::format("{}{:016x}{}", kBeforeChecksum, checksum(text), kAfterChecksum)) return {};
  Json json;
  return parse_json(text, json).empty() ? std::optional(std::move(json)) : std::nullopt;
}

Json head_of(const Json& axes) { return {{"journal", kJournalVersion}, {"version", kVersion}, {"axes", axes}}; }

/// Whether that is a journal's first line.
bool is_head(const Json& line) {
  return line.is_object() && line.contains("journal") && line["journal"].is_number() && line.contains("version") &&
         line["version"].is_string();
}

bool is_launch(const Json& line) { return line.is_object() && line.contains("run") && line["run"].is_object(); }

bool is_plan(const Json& value) {
  const auto are_counts = [](const Json& rounds) {
    return rounds.is_object() && std::ranges::all_of(rounds, is_count);
  };
  return consists_of(value, {{"rounds", are_counts}, {"wave", is_text}});
}

bool is_energy_source(const Json& value) {
  return value.is_string() && named<EnergySource>(value.get_ref<const std::string&>()).has_value();
}

bool is_energy(const Json& value) {
  return consists_of(value, {{"row", is_text},
                             {"source", is_energy_source},
                             {"joules", is_positive},
                             {"seconds", is_positive},
                             {"steps", is_count}});
}

bool is_failure(const Json& value) { return consists_of(value, {{"row", is_text}, {"problem", is_text}}); }

/// What the first axis that differs was, and is now; empty if none of both tells.
std::string difference(const Json& before, const Json& now) {
  const auto value = [](const Json& axes, const std::string& name) {
    return axes.is_object() && axes.contains(name) ? axes[name].dump(-1, ' ', true) : std::string("nothing");
  };
  for (const Json* axes : {&now, &before}) {
    if (!axes->is_object()) continue;
    for (const auto& [name, ignored] : axes->items()) {
      if (value(before, name) != value(now, name)) {
        return fmt::format(" ({} was {} and is {} now)", name, value(before, name), value(now, name));
      }
    }
  }
  return {};
}

}  // namespace

Journal::Journal(const Options& options, const Json& axes)
    : output_(options.output), path_(options.output + ".journal"), what_(options.what), replaces_(options.force) {
  const bool exists = plain_file_at(path_);
  std::optional<Report> report;
  if (options.resume && plain_file_at(output_)) {
    report = read_report(output_);
    const Json before = report->context.value("axes", Json());
    if (before != axes) {
      throw BadInput(
          fmt::format("{} is the report of another {}{}: name another file", output_, what_, difference(before, axes)));
    }
    for (const std::string& name : options.names) {
      if (std::ranges::find(report->rows, name, &Row::name) == report->rows.end()) {
        throw BadInput(fmt::format("{} is damaged: it has no row {}", output_, name));
      }
    }
    if (!exists) {
      complete_ = true;
      return;
    }
  }
  // Report and journal: the job died in finish(), or in a sweep that was to replace the report. The runs tell.
  check_free(output_, options.force || report);
  if (exists && !options.resume && !options.force) {
    throw BadInput(
        fmt::format("{} is the journal of a {} that was not finished: go on with --resume, or start over with --force",
                    path_, what_));
  }
  // Permissions say nothing of root, nor of file systems that take no files: try, before the work is done.
  { const NewFile trial(output_, true); }
  open_file();
  try {
    if (exists && options.resume) {
      read(axes, options.names);
      if (report) settle_with(report->launches, options.force);
    } else {
      make_empty();
    }
    if (runs_.empty() && rows_.empty() && plan_.is_null() && !complete_) {
      make_empty();
      append(head_of(axes));
      sync_folder_of(path_);
    }
  } catch (const std::runtime_error& error) {
    if (!exists) unlink(path_.c_str());
    throw BadInput(error.what());  // nothing is under way yet
  }
}

Json Journal::axes_before(const std::string& output) {
  try {
    if (const std::string path = output + ".journal"; plain_file_at(path)) {
      const std::string text = text_of_file(path);
      const std::optional<Json> head = checked(std::string_view(text).substr(0, text.find('\n')));
      return head && is_head(*head) ? head->value("axes", Json()) : Json();
    }
    return plain_file_at(output) ? read_report(output).context.value("axes", Json()) : Json();
  } catch (const BadInput&) {
    return {};  // which is told by whoever reads all of it
  }
}

void Journal::open_file() {
  file_ = Descriptor(open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666));
  if (!file_.is_open() && errno == ELOOP) {
    throw BadInput(fmt::format("{} is a link, and the journal of a {} is not: name another output", path_, what_));
  }
  if (!file_.is_open()) throw BadInput(fmt::format("cannot write {}: {}", path_, system_text()));
  // Not every file system has locks; one that has none is no reason to stop.
  const bool is_locked = flock(file_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  // Whoever held the lock may have completed the sweep meanwhile: the file has no name any more.
  if (is_locked || !bears_its_name()) throw BadInput(fmt::format("another {} is writing to {}", what_, path_));
}

bool Journal::bears_its_name() const {
  struct stat opened {};
  struct stat named {};
  return fstat(file_.get(), &opened) == 0 && lstat(path_.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
         opened.st_dev == named.st_dev;
}

void Journal::read(const Json& axes, const std::vector<std::string>& names) {
  const std::string text = text_of_file(path_);
  std::size_t good = 0;
  for (std::size_t at = 0, number = 1; at < text.size(); ++number) {
    const auto end = text.find('\n', at);
    // Where a line has no end, the job died while it wrote it. A first one must be ours all the same.
    if (end == std::string::npos && (number > 1 || checked_line(head_of(axes)).starts_with(text))) break;
    const auto damaged = [&](const std::string& why) {
      return BadInput(fmt::format("line {} of {} is damaged{}: start over with --force", number, path_, why));
    };
    const std::string_view raw = std::string_view(text).substr(at, end - at);
    if (number == 1) check_format(raw);
    const std::optional<Json> line = checked(raw);
    if (!line) throw damaged("");
    if (number == 1) {
      if (!is_head(*line)) throw damaged("");
      if (line->value("version", "") != kVersion) {
        throw BadInput(fmt::format("{} was written by another version ({}) of this program: start over with --force",
                                   path_, line->value("version", "unknown")));
      }
      if (const Json before = line->value("axes", Json()); before != axes) {
        throw BadInput(
            fmt::format("{} belongs to a {} with other axes{}: resume with the same options, or name another file",
                        path_, what_, difference(before, axes)));
      }
    } else {
      try {
        read_line(*line, names);
      } catch (const BadInput& bad) {
        throw damaged(bad.what());
      }
    }
    good = at = end + 1;
  }
  if (good < text.size() && ftruncate(file_.get(), static_cast<off_t>(good)) != 0) {
    throw BadInput(fmt::format("cannot write {}: {}", path_, system_text()));
  }
}

void Journal::check_format(std::string_view line) const {
  // Journals of older formats have no checksum: that is worth another word than damage.
  Json head;
  if (parse_json(line, head).empty() && is_head(head) && head["journal"] != kJournalVersion) {
    throw BadInput(fmt::format("{} is a journal of format {}, and this program writes {}: start over with --force",
                               path_, shown(head["journal"]), kJournalVersion));
  }
}

void Journal::read_line(const Json& line, const std::vector<std::string>& names) {
  if (is_launch(line)) {
    if (const std::string fault = fault_of_launch(line["run"]); !fault.empty()) {
      throw BadInput(fmt::format(" (its launch {})", fault));
    }
    runs_.push_back(line["run"]);
  } else if (line.is_object() && line.contains("visit") && line.contains("rows") && line["rows"].is_array()) {
    std::vector<Row> rows;
    for (const Json& json : line["rows"]) rows.push_back(row_of_line(json, names));
    if (const std::string fault = take_visit(line["visit"], rows); !fault.empty()) {
      throw BadInput(fmt::format(" (its visit {})", fault));
    }
  } else if (line.is_object() && line.contains("row")) {
    Row row = row_of_line(line["row"], names);
    if (const std::string fault = broken_report_rule(row, {}, runs_, Completeness::given); !fault.empty()) {
      throw BadInput(fmt::format(" (its row {})", fault));
    }
    if (this->row(row.name) != nullptr) throw BadInput(fmt::format(" (its row is called {}, as another is)", row.name));
    places_.emplace(row.name, rows_.size());
    rows_.push_back(std::move(row));
  } else if (line.is_object() && line.contains("energy") && is_energy(line["energy"])) {
    if (const std::string fault = take_energy_run(line["energy"]); !fault.empty()) {
      throw BadInput(fmt::format(" (its energy {})", fault));
    }
  } else if (line.is_object() && line.contains("failure") && is_failure(line["failure"])) {
    if (const std::string fault = take_failure(line["failure"]); !fault.empty()) {
      throw BadInput(fmt::format(" (its failure {})", fault));
    }
  } else if (line.is_object() && line.contains("limits") && line["limits"].is_object() && !runs_.empty()) {
    runs_.back()["limits"] = line["limits"];
  } else if (line.is_object() && line.contains("plan") && is_plan(line["plan"]) && plan_.is_null()) {
    plan_ = line["plan"];
  } else {
    throw BadInput("");
  }
}

Row Journal::row_of_line(const Json& json, const std::vector<std::string>& names) const {
  const auto refuse = [](const std::string& fault) { throw BadInput(fmt::format(" (its row {})", fault)); };
  Row row;
  if (const std::string fault = read_row(json, Completeness::whole, row); !fault.empty()) refuse(fault);
  // Nothing but such a name makes a later line's row one of this sweep.
  if (std::ranges::find(names, row.name) == names.end()) refuse(fmt::format("is called {}, as no point is", row.name));
  return row;
}

std::string Journal::take_visit(const Json& visit, const std::vector<Row>& rows) {
  if (runs_.empty()) return "is of a launch that is not there";
  const std::size_t run = runs_.size() - 1;
  const std::int64_t number = next_visit();
  Json launch = runs_.back();
  launch["visits"].push_back(visit);
  if (std::string fault = fault_of_launch(launch); !fault.empty()) return fault;
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.samples.size(); ++i) {
      if (row.sample_runs[i] != run || row.sample_visits[i] != number) {
        return fmt::format("has a row of visit {} of launch {}, and is visit {} of launch {}", row.sample_visits[i],
                           row.sample_runs[i], number, run);
      }
    }
  }
  runs_.back() = std::move(launch);
  for (const Row& row : rows) {
    // Ratios are formed when all rows are there.
    if (std::string fault = broken_report_rule(row, {}, runs_, Completeness::given); !fault.empty()) {
      return fmt::format("has a row that {}", fault);
    }
    const auto [place, is_new] = places_.emplace(row.name, rows_.size());
    if (is_new) {
      rows_.push_back(row);
    } else if (std::string fault = append_samples(rows_[place->second], row); !fault.empty()) {
      return fmt::format("has a row {} that {}", row.name, fault);
    }
  }
  return {};
}

std::string Journal::take_energy_run(const Json& line) {
  const auto name = line["row"].get<std::string>();
  const auto place = places_.find(name);
  if (place == places_.end() || rows_[place->second].samples.empty()) {
    return fmt::format("is of a row {} that has no visits", name);
  }
  Row row = rows_[place->second];
  if (row.energy_joules || row.failed()) return fmt::format("is of a row {} that takes none", name);
  const auto source = line["source"].get<std::string>();
  set_energy(row, {known(named<EnergySource>(source)), line["joules"].get<double>(), line["seconds"].get<double>(),
                   line["steps"].get<std::int64_t>()});
  if (std::string fault = broken_report_rule(row, {}, runs_, Completeness::given); !fault.empty()) return fault;
  rows_[place->second] = std::move(row);
  return {};
}

std::string Journal::take_failure(const Json& line) {
  const auto name = line["row"].get<std::string>();
  const auto place = places_.find(name);
  if (place == places_.end() || rows_[place->second].samples.empty()) {
    return fmt::format("is of a row {} that has no visits", name);
  }
  Row& row = rows_[place->second];
  row.verified = false;
  row.stopped = StopReason::failed;
  row.error_message = line["problem"].get<std::string>();
  return {};
}

void Journal::settle_with(const std::vector<Json>& launches, bool force) {
  if (launches == runs_) {
    complete_ = true;
    if (!bears_its_name() || unlink(path_.c_str()) != 0) {
      throw BadInput(
          fmt::format("{} is complete, and its journal {} cannot be removed: {}", output_, path_, system_text()));
    }
  } else if (!force) {
    throw BadInput(
        fmt::format("{} is there, and {} was to replace it: go on with --resume --force, or remove either of them",
                    output_, path_));
  }
}

const Row* Journal::row(const std::string& name) const {
  const auto place = places_.find(name);
  return place == places_.end() ? nullptr : &rows_[place->second];
}

std::int64_t Journal::next_visit() const {
  const Json& launch = runs_.back();
  return launch.contains("visits") ? static_cast<std::int64_t>(launch["visits"].size()) : 0;
}

void Journal::set_plan(Json plan) {
  append({{"plan", plan}});
  plan_ = std::move(plan);
}

void Journal::add_run(Json run) {
  append({{"run", run}});
  runs_.push_back(std::move(run));
}

void Journal::set_limits(Json limits) {
  append({{"limits", limits}});
  runs_.back()["limits"] = std::move(limits);
}

void Journal::add_visit(const Json& visit, const std::vector<Row>& rows) {
  Json list = Json::array();
  for (const Row& row : rows) list.push_back(to_json(row));
  // Before it is written: a journal with a line that does not fit could not be resumed.
  if (const std::string fault = take_visit(visit, rows); !fault.empty()) {
    throw WorkFailed(fmt::format("a visit {}", fault));
  }
  append({{"visit", visit}, {"rows", std::move(list)}});
}

void Journal::add_row(Row row) {
  append({{"row", to_json(row)}});
  places_.emplace(row.name, rows_.size());
  rows_.push_back(std::move(row));
}

void Journal::add_energy(const std::string& row, const EnergyRun& run) {
  const Json energy = {{"row", row},
                       {"source", name_of(run.source)},
                       {"joules", run.joules},
                       {"seconds", run.seconds},
                       {"steps", run.steps}};
  // As of a visit: what could not be read again is not written.
  if (!is_energy(energy)) throw WorkFailed(fmt::format("the energy of {} is no number", row));
  if (const std::string fault = take_energy_run(energy); !fault.empty()) {
    throw WorkFailed(fmt::format("an energy run {}", fault));
  }
  append({{"energy", energy}});
}

void Journal::add_failure(const std::string& row, const std::string& problem) {
  const Json failure = {{"row", row}, {"problem", problem}};
  if (const std::string fault = take_failure(failure); !fault.empty()) {
    throw WorkFailed(fmt::format("a failure {}", fault));
  }
  append({{"failure", failure}});
}

void Journal::discard() {
  if (bears_its_name()) unlink(path_.c_str());
}

void Journal::make_empty() {
  if (ftruncate(file_.get(), 0) != 0) throw BadInput(fmt::format("cannot write {}: {}", path_, system_text()));
}

void Journal::append(const Json& line) {
  if (!bears_its_name()) {
    throw WorkFailed(fmt::format("{} was removed or replaced while the {} was writing to it", path_, what_));
  }
  append_durably(file_.get(), checked_line(line), path_);
}

void Journal::finish(const Json& report) {
  try {
    write_new_file(output_, replaces_, text_of_report(report));
  } catch (const BadInput& bad) {
    throw WorkFailed(bad.what());
  }
  if (bears_its_name() && unlink(path_.c_str()) != 0) {
    throw WorkFailed(
        fmt::format("{} is complete, but its journal {} cannot be removed: {}", output_, path_, system_text()));
  }
}

}  // namespace trafficbench
