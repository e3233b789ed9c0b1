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
#include "drivers/base/new_file.hpp"
#include "drivers/report/fields.hpp"
#include "drivers/report/launches.hpp"
#include "drivers/report/report_file.hpp"
#include "drivers/report/report_rules.hpp"
#include "drivers/report/values.hpp"
#include "version_info.hpp"

namespace trafficbench {

namespace {

// 2: rows are held against the table of fields. 3: each line has a checksum.
constexpr int kJournalVersion = 3;

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
    : output_(options.output), path_(options.output + ".journal"), replaces_(options.force) {
  const bool exists = plain_file_at(path_);
  std::optional<Report> report;
  if (options.resume && plain_file_at(output_)) {
    report = read_report(output_);
    const Json before = report->context.value("axes", Json());
    if (before != axes) {
      throw BadInput(
          fmt::format("{} is the report of another sweep{}: name another file", output_, difference(before, axes)));
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
    throw BadInput(fmt::format(
        "{} is the journal of a sweep that was not finished: go on with --resume, or start over with --force", path_));
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
    if (runs_.empty() && rows_.empty() && !complete_) {
      make_empty();
      append(head_of(axes));
      sync_folder_of(path_);
    }
  } catch (const std::runtime_error& error) {
    if (!exists) unlink(path_.c_str());
    throw BadInput(error.what());  // nothing is under way yet
  }
}

void Journal::open_file() {
  file_ = Descriptor(open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666));
  if (!file_.is_open() && errno == ELOOP) {
    throw BadInput(fmt::format("{} is a link, and the journal of a sweep is not: name another output", path_));
  }
  if (!file_.is_open()) throw BadInput(fmt::format("cannot write {}: {}", path_, system_text()));
  // Not every file system has locks; one that has none is no reason to stop.
  const bool is_locked = flock(file_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  // Whoever held the lock may have completed the sweep meanwhile: the file has no name any more.
  if (is_locked || !bears_its_name()) throw BadInput(fmt::format("another sweep is writing to {}", path_));
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
            fmt::format("{} belongs to a sweep with other axes{}: resume with the same options, or name another file",
                        path_, difference(before, axes)));
      }
    } else if (is_launch(*line)) {
      if (const std::string fault = fault_of_launch((*line)["run"]); !fault.empty()) {
        throw damaged(fmt::format(" (its launch {})", fault));
      }
      runs_.push_back((*line)["run"]);
    } else if (line->is_object() && line->contains("row")) {
      if (const std::string fault = take_row((*line)["row"], names); !fault.empty()) {
        throw damaged(fmt::format(" (its row {})", fault));
      }
    } else {
      throw damaged("");
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

std::string Journal::take_row(const Json& json, const std::vector<std::string>& names) {
  Row row;
  if (std::string fault = read_row(json, Completeness::whole, row); !fault.empty()) return fault;
  if (row.run >= runs_.size()) return "is of a launch that is not there";
  // Ratios are formed when all rows are there.
  if (std::string fault = broken_report_rule(row, {}, runs_, Completeness::given); !fault.empty()) return fault;
  if (std::ranges::find(names, row.name) == names.end()) return fmt::format("is called {}, as no point is", row.name);
  if (has_row(row.name)) return fmt::format("is called {}, as another is", row.name);
  rows_.push_back(std::move(row));
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

bool Journal::has_row(const std::string& name) const {
  return std::ranges::any_of(rows_, [&](const Row& row) { return row.name == name; });
}

void Journal::add_run(Json run) {
  append({{"run", run}});
  runs_.push_back(std::move(run));
}

void Journal::add_row(Row row) {
  append({{"row", to_json(row)}});
  rows_.push_back(std::move(row));
}

void Journal::make_empty() {
  if (ftruncate(file_.get(), 0) != 0) throw BadInput(fmt::format("cannot write {}: {}", path_, system_text()));
}

void Journal::append(const Json& line) {
  if (!bears_its_name()) {
    throw WorkFailed(fmt::format("{} was removed or replaced while the sweep was writing to it", path_));
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
