#include "drivers/report/journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/files.hpp"
#include "drivers/report/fields.hpp"
#include "drivers/report/report_file.hpp"
#include "drivers/report/values.hpp"
#include "version_info.hpp"

namespace trafficbench {

namespace {

// 2: rows are held against the table of fields.
constexpr int kJournalVersion = 2;

std::string system_text() { return std::strerror(errno); }

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
    : output_(options.output), path_(options.output + ".journal") {
  const bool exists = plain_file_at(path_);
  Json report;
  if (options.resume && plain_file_at(output_)) {
    report = Json::parse(text_of_file(output_), nullptr, false);
    const auto context = report.is_object() ? report.find("context") : report.end();
    const Json before = context != report.end() && context->is_object() ? context->value("axes", Json()) : Json();
    if (before != axes) {
      throw BadInput(
          fmt::format("{} is the report of another sweep{}: name another file", output_, difference(before, axes)));
    }
    if (!exists) {
      complete_ = true;
      return;
    }
  }
  // Report and journal: the job died in finish(), or in a sweep that was to replace the report. The runs tell.
  check_writable(output_, options.force || !report.is_null() ? Replace::all
                          : exists && options.resume         ? Replace::partial
                                                             : Replace::nothing);
  if (exists && !options.resume && !options.force) {
    throw BadInput(fmt::format(
        "{} is the journal of a sweep that was not finished: go on with --resume, or start over with --force", path_));
  }
  file_ = open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND, 0666);
  if (file_ < 0) throw BadInput(fmt::format("cannot write {}: {}", path_, system_text()));
  // Not every file system has locks; one that has none is no reason to stop.
  if (flock(file_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    close(file_);
    throw BadInput(fmt::format("another sweep is writing to {}", path_));
  }
  try {
    if (exists && options.resume) {
      read(axes);
      if (!report.is_null()) settle_with(report, options.force);
    } else if (ftruncate(file_, 0) != 0) {
      throw BadInput(fmt::format("cannot write {}: {}", path_, system_text()));
    }
    if (runs_.empty() && rows_.empty() && !complete_) {
      if (ftruncate(file_, 0) != 0) throw BadInput(fmt::format("cannot write {}: {}", path_, system_text()));
      append({{"journal", kJournalVersion}, {"version", kVersion}, {"axes", axes}});
    }
  } catch (...) {
    close(file_);
    throw;
  }
}

Journal::~Journal() {
  if (file_ >= 0) close(file_);
}

void Journal::read(const Json& axes) {
  const std::string text = text_of_file(path_);
  std::size_t good = 0;
  for (std::size_t at = 0, number = 1; at < text.size(); ++number) {
    const auto end = text.find('\n', at);
    if (end == std::string::npos) break;  // the job died while it wrote this line
    const Json line = Json::parse(text.substr(at, end - at), nullptr, false);
    const auto damaged = [&](const std::string& why) {
      return BadInput(fmt::format("line {} of {} is damaged{}: start over with --force", number, path_, why));
    };
    if (number == 1) {
      if (!is_head(line)) throw damaged("");
      if (line["journal"] != kJournalVersion) {
        throw BadInput(fmt::format("{} is a journal of format {}, and this program writes {}: start over with --force",
                                   path_, shown(line["journal"]), kJournalVersion));
      }
      if (line.value("version", "") != kVersion) {
        throw BadInput(fmt::format("{} was written by another version ({}) of this program: start over with --force",
                                   path_, line.value("version", "unknown")));
      }
      if (const Json before = line.value("axes", Json()); before != axes) {
        throw BadInput(
            fmt::format("{} belongs to a sweep with other axes{}: resume with the same options, or name another file",
                        path_, difference(before, axes)));
      }
    } else if (is_launch(line)) {
      runs_.push_back(line["run"]);
    } else if (line.is_object() && line.contains("row")) {
      const std::string fault = read_row(line["row"], Completeness::whole, rows_.emplace_back());
      if (!fault.empty()) throw damaged(" (its row " + fault + ")");
      if (rows_.back().run >= runs_.size()) throw damaged(" (its row is of a launch that is not there)");
    } else {
      throw damaged("");
    }
    good = at = end + 1;
  }
  if (good < text.size() && ftruncate(file_, static_cast<off_t>(good)) != 0) {
    throw BadInput(fmt::format("cannot write {}: {}", path_, system_text()));
  }
}

void Journal::settle_with(const Json& report, bool force) {
  if (report["context"].value("runs", Json()) == Json(runs_)) {
    complete_ = true;
    unlink(path_.c_str());
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

void Journal::append(const Json& line) { write_durably(file_, line.dump() + "\n", path_); }

void Journal::finish(const Json& report) {
  write_report(output_, report);
  unlink(path_.c_str());
}

}  // namespace trafficbench
