// Numbers, times and lists as a user writes them, and numbers as the program shows them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace trafficbench {

/// A whole number: 10240000, 1e9, 2.5e6, 2^30, 16Ki, 16Mi, 4Gi, 1Ti, and 5k, 16M, 1G, 1T by powers of ten. Throws
/// BadInput, naming `what`, unless it is whole and least <= number <= most.
std::int64_t parse_count(std::string_view text, std::string_view what, std::int64_t least, std::int64_t most);

/// For a number that was read already, once it is known what it must be between: throws BadInput, naming `what`.
void check_count(std::int64_t number, std::string_view what, std::int64_t least, std::int64_t most);

/// A list of such numbers: 1,2,4 or ranges 1e5:1e9:x10 (times ten), 100:500:100 (plus 100), 1:128 (times two), mixed
/// with commas; in the order written, each number once. 10,000 numbers at most.
std::vector<std::int64_t> parse_counts(std::string_view text, std::string_view what, std::int64_t least,
                                       std::int64_t most);

/// The same from 1 on, in which "auto" may stand: 0.
std::vector<std::int64_t> parse_counts_or_auto(std::string_view text, std::string_view what, std::int64_t most);

/// The parts of a comma-separated list of names; throws BadInput if one is empty.
std::vector<std::string> parse_names(std::string_view text, std::string_view what);

/// A number, 0.02 or 1e-3. Throws BadInput, naming `what`, unless least <= number <= most, both finite.
double parse_number(std::string_view text, std::string_view what, double least, double most);

/// A time in seconds: 90, 2.5, 1:30 (minutes and seconds), 12:00:00, 1-12:00:00 (days, as Slurm writes them). Throws
/// BadInput, naming `what`, unless it is above 0.
double parse_seconds(std::string_view text, std::string_view what);

/// The whole number that a text of the system begins with: "12" and "12,13" are 12. 0 for what begins otherwise.
int leading_number(std::string_view text);

/// How many there are of something: 1 visit, 2 visits.
std::string counted(std::size_t number, std::string_view what);

/// A rate for people to read: whole from 100 on, else three digits: 1234, 12.3, 0.00123.
std::string format_rate(double rate);

/// The shortest usual way to write a count: 1e9 and 2.5e6 when that is shorter than the digits, else the digits.
std::string format_count(std::int64_t number);

}  // namespace trafficbench
