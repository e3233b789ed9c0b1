// The file of a sweep, or another measurement, that is not finished: a visit is on disk before the next one starts.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/base/files.hpp"
#include "drivers/base/json.hpp"
#include "drivers/report/energy.hpp"
#include "drivers/report/row.hpp"

namespace trafficbench {

/// <output>.journal: a first line that says what is being measured, then a line for the plan, for each launch, each
/// visit with its rows, each row that no visit made, and each run whose energy was read, all with a checksum. Used by
/// one rank.
class Journal {
 public:
  struct Options {
    std::string output;  ///< of the report; the journal lies beside it
    bool resume = false;
    bool force = false;
    std::vector<std::string> names;  ///< of all rows that there may be
    std::string what = "sweep";      ///< how messages call what is measured
  };

  /// Starts a journal, or goes on with the one that is there; a last line that was not finished is dropped. `axes` must
  /// be those it was started with. What is read is not trusted: a line must be as it was written, and a row must pass
  /// the rules of a report. Holds a lock, so that no two sweeps write to one journal. Throws BadInput wherever
  /// something is wrong with files or requests, and leaves them as they were.
  Journal(const Options& options, const Json& axes);

  /// What the report of that name, or its journal, says of its axes; null if there is none that can be read.
  static Json axes_before(const std::string& output);

  /// True if the report is there already, with these axes: nothing is left to do.
  bool complete() const { return complete_; }

  /// What was fixed before the first visit; null as long as nothing was.
  const Json& plan() const { return plan_; }

  /// The launches, with what their visits recorded.
  const std::vector<Json>& runs() const { return runs_; }

  /// The rows, each with the samples of all its visits.
  const std::vector<Row>& rows() const { return rows_; }

  /// nullptr if there is none.
  const Row* row(const std::string& name) const;

  /// The number that the next visit of the last launch has.
  std::int64_t next_visit() const;

  /// All return when the line is on disk. Throw WorkFailed.
  void set_plan(Json plan);
  void add_run(Json run);

  /// What the last launch measured of its machine: an object. Replaces what it had.
  void set_limits(Json limits);

  /// `visit` is an entry of the launch's `visits`; the samples of the rows are of that visit alone.
  void add_visit(const Json& visit, const std::vector<Row>& rows);

  /// One that no visit made: skipped, or simulated.
  void add_row(Row row);

  /// What was read beside a run of a row's point, after its visits.
  void add_energy(const std::string& row, const EnergyRun& run);

  /// That such a run did not end as it must: the row has failed.
  void add_failure(const std::string& row, const std::string& problem);

  /// Removes the journal: nothing was measured, and nothing will be.
  void discard();

  /// The same if it has no rows: nothing has been measured yet, and the launch is about to end.
  void discard_if_empty() {
    if (rows_.empty()) discard();
  }

  /// Writes the report and removes the journal. Throws WorkFailed; nothing that was there is lost then.
  void finish(const Json& report);

 private:
  void open_file();
  void read(const Json& axes, const std::vector<std::string>& names);
  void check_format(std::string_view line) const;
  void read_line(const Json& line, const std::vector<std::string>& names);
  /// Throws BadInput for a row that is wrong.
  Row row_of_line(const Json& json, const std::vector<std::string>& names) const;
  /// Returns what is wrong; empty if nothing is.
  std::string take_visit(const Json& visit, const std::vector<Row>& rows);
  /// Both return what is wrong; empty if nothing is.
  std::string take_energy_run(const Json& line);
  std::string take_failure(const Json& line);
  /// Called where a report bears the output's name already: removes the journal if it is that report's own.
  void settle_with(const std::vector<Json>& launches, bool force);
  /// Whether the file still bears the journal's name.
  bool bears_its_name() const;
  void make_empty();
  void append(const Json& line);

  std::string output_;
  std::string path_;
  std::string what_;
  bool replaces_;  ///< a report that bears the output's name
  Descriptor file_;
  bool complete_ = false;
  Json plan_;
  std::vector<Json> runs_;
  std::vector<Row> rows_;
  std::map<std::string, std::size_t> places_;  // of the rows, by name
};

}  // namespace trafficbench
