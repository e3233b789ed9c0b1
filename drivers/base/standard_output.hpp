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
/// the course's lines in it. Writing to such an output fails. Then keeps standard output for print_out() alone: what
/// libraries write there, UCX its warnings for one, comes out on standard error and spoils no JSON. To be called before
/// any library is set up, see main.cpp: calls nothing that a library could have its hands in. A second call does
/// nothing.
void claim_standard_files();

/// The file to which print_out() writes: standard output as the program was given it.
int own_standard_output();

/// Prints on standard output, see printable(): a report may hold anything. What goes wrong is kept for check_output(),
/// so that a command ends on all ranks alike.
void print_out(std::string_view text);

/// Prints on standard error, likewise. What is told there is lost if that fails, on a full disk or in a pipe that was
/// closed or that nobody empties: a measurement goes on without it.
void say(std::string_view text);

/// Empties the line that a terminal at standard error stands on.
void erase_line();

/// Says on standard error what went wrong, in one line of bounded length, see one_line(): a name may hold anything. An
/// empty text, which is for another rank or for nobody to say, prints nothing.
void print_error(const char* program, std::string_view text);

/// At the end of a command: throws OutputFailed unless everything that was printed has been written. A reader that has
/// seen enough (`| head`) is told nothing: the text is empty then.
void check_output();

}  // namespace trafficbench
