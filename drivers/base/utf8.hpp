// Text from outside: command lines, variables, host names, file names and reports may hold any bytes. JSON takes only
// UTF-8, and a terminal does what some characters say.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace trafficbench {

/// The same text, with U+FFFD, the replacement character, in place of each part that is no UTF-8.
std::string valid_utf8(std::string_view text);

/// The same as a terminal may have it: control characters and those that turn the direction of writing stand as JSON
/// writes them, \u001b. Line ends and tabs stay, so that JSON is the same JSON.
std::string printable(std::string_view text);

/// The same with line ends and tabs as \n and \t: it stays on its line.
std::string one_line(std::string_view text);

/// The beginning of a text in UTF-8, of so many bytes at most; no character is cut.
std::string_view beginning(std::string_view text, std::size_t most);

/// The same without its middle where it is longer than `most` bytes, which are 16 or more: "begins so ... and ends".
std::string shortened(std::string text, std::size_t most);

/// What a user wrote, or what stands in a file, as a message shows it: in one line, shortened.
std::string echoed(std::string_view text);

}  // namespace trafficbench
