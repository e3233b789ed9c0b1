// What the programs print, where standard output may fail: a full disk, or none at all.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace trafficbench {

/// What was printed did not get where it goes. Nothing more is to be done: other ranks are not waited for.
class OutputFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Opens what is closed of standard input, output and error, before any other file takes its place: a report would have
/// the course's lines in it. Writing to such an output fails.
void claim_standard_files();

/// Prints. What goes wrong is kept for check_output(), so that a command ends on all ranks alike.
void print_out(std::string_view text);

/// Prints on standard error. What is told there is lost if that fails, on a full disk or in a pipe that was closed or
/// that nobody empties: a measurement goes on without it.
void say(std::string_view text);

/// Says on standard error what went wrong, in one line, see one_line(): a name may hold anything. An empty text,
/// which is for another rank or for nobody to say, prints nothing.
void print_error(const char* program, std::string_view text);

/// At the end of a command: throws OutputFailed unless everything that was printed has been written. A reader that has
/// seen enough (`| head`) is told nothing: the text is empty then.
void check_output();

}  // namespace trafficbench
