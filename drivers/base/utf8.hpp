// Text from outside: command lines, variables, host names and file names may hold any bytes, and JSON only UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace trafficbench {

/// The same text, with U+FFFD, the replacement character, in place of each part that is no UTF-8.
std::string valid_utf8(std::string_view text);

/// The same with '?' in place of each control character: it stays on its line, and writes over nothing.
std::string one_line(std::string_view text);

}  // namespace trafficbench
