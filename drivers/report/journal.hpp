// The file of a sweep that is not finished: a point is on disk before the next one starts.
#pragma once

#include <string>
#include <vector>

#include "drivers/base/json.hpp"
#include "drivers/report/row.hpp"

namespace trafficbench {

/// <output>.journal: a first line that says what is being measured, then a line for each launch and each row. Used by
/// one rank. Throws BadInput wherever something is wrong with files or requests.
class Journal {
 public:
  struct Options {
    std::string output;  ///< of the report; the journal lies beside it
    bool resume = false;
    bool force = false;
  };

  /// Starts a journal, or goes on with the one that is there; a last line that was not finished is dropped. `axes` must
  /// be those it was started with. Holds a lock, so that no two sweeps write to one journal.
  Journal(const Options& options, const Json& axes);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// True if the report is there already, with these axes: nothing is left to do.
  bool complete() const { return complete_; }

  const std::vector<Json>& runs() const { return runs_; }
  const std::vector<Row>& rows() const { return rows_; }
  bool has_row(const std::string& name) const;

  /// Both return when the line is on disk.
  void add_run(Json run);
  void add_row(Row row);

  /// Writes the report and removes the journal.
  void finish(const Json& report);

 private:
  void read(const Json& axes);
  /// Called where a report bears the output's name already: removes the journal if it is that report's own.
  void settle_with(const Json& report, bool force);
  void append(const Json& line);

  std::string output_;
  std::string path_;
  int file_ = -1;
  bool complete_ = false;
  std::vector<Json> runs_;
  std::vector<Row> rows_;
};

}  // namespace trafficbench
