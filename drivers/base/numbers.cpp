#include "drivers/base/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/utf8.hpp"

namespace trafficbench {

namespace {

constexpr std::size_t kMaxNumbers = 10'000;

// All counts are below 2^53, where long double has every integer.
using Real = long double;

std::optional<Real> parse_decimal(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return {};
  return value;
}

std::optional<Real> parse_real(std::string_view text) {
  if (const auto caret = text.find('^'); caret != std::string_view::npos) {
    const auto base = parse_decimal(text.substr(0, caret));
    const auto exponent = parse_decimal(text.substr(caret + 1));
    if (!base || !exponent) return {};
    return std::pow(*base, *exponent);
  }
  constexpr std::array<std::pair<std::string_view, Real>, 8> kSuffixes{{{"Ki", 0x1p10L},
                                                                        {"Mi", 0x1p20L},
                                                                        {"Gi", 0x1p30L},
                                                                        {"Ti", 0x1p40L},
                                                                        {"k", 1e3L},
                                                                        {"M", 1e6L},
                                                                        {"G", 1e9L},
                                                                        {"T", 1e12L}}};
  for (const auto& [suffix, factor] : kSuffixes) {
    if (!text.ends_with(suffix)) continue;
    text.remove_suffix(suffix.size());
    const auto value = parse_decimal(text);
    if (!value) return {};
    return *value * factor;
  }
  return parse_decimal(text);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

[[noreturn]] void refuse_range(std::string_view text, std::string_view what, std::int64_t least, std::int64_t most) {
  throw BadInput(fmt::format("{} is {}: it must be between {} and {}", what, echoed(text), format_count(least),
                             format_count(most)));
}

[[noreturn]] void refuse_length(std::string_view text, std::string_view what) {
  throw BadInput(fmt::format("{} '{}' are more than {} numbers: take larger steps", what, echoed(text), kMaxNumbers));
}

std::vector<std::int64_t> expand_range(std::string_view text, std::string_view what, std::int64_t least,
                                       std::int64_t most) {
  const auto parts = split(text, ':');
  if (parts.size() > 3) {
    throw BadInput(fmt::format("{} '{}' is no range: write 1e5:1e9:x10 or 100:500:100", what, echoed(text)));
  }
  const std::int64_t first = parse_count(parts[0], what, least, most);
  const std::int64_t last = parse_count(parts[1], what, least, most);
  std::string_view step = parts.size() == 3 ? parts[2] : "x2";
  const bool multiply = step.starts_with('x');
  if (multiply) step.remove_prefix(1);
  const std::int64_t by = parse_count(step, fmt::format("step of the range of {}", what), multiply ? 2 : 1, most);
  if (last < first) {
    throw BadInput(fmt::format("{} '{}' ends before it begins", what, echoed(text)));
  }
  std::vector<std::int64_t> numbers;
  for (std::int64_t number = first; number <= last;) {
    numbers.push_back(number);
    if (numbers.size() > kMaxNumbers) refuse_length(text, what);
    if (multiply ? number > most / by : number > most - by) break;
    number = multiply ? number * by : number + by;
  }
  return numbers;
}

/// Each number once, in the order written; "auto", where it may stand, is 0.
std::vector<std::int64_t> numbers_in(std::string_view text, std::string_view what, std::int64_t least,
                                     std::int64_t most, bool or_auto) {
  std::vector<std::int64_t> numbers;
  std::size_t written = 0;
  for (const std::string_view part : split(text, ',')) {
    std::vector<std::int64_t> more{0};
    if (part.find(':') != std::string_view::npos) {
      more = expand_range(part, what, least, most);
    } else if (!or_auto || part != "auto") {
      more = {parse_count(part, what, least, most)};
    }
    // Those that are written twice count twice: looking for them takes time.
    written += more.size();
    if (written > kMaxNumbers) refuse_length(text, what);
    for (const std::int64_t number : more) {
      if (std::ranges::find(numbers, number) == numbers.end()) numbers.push_back(number);
    }
  }
  return numbers;
}

}  // namespace

void check_count(std::int64_t number, std::string_view what, std::int64_t least, std::int64_t most) {
  if (number < least || number > most) refuse_range(std::to_string(number), what, least, most);
}

std::int64_t parse_count(std::string_view text, std::string_view what, std::int64_t least, std::int64_t most) {
  // Digits alone are taken as they stand: a floating point number may be rounded to one that would do.
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end == text.data() + text.size() && !text.empty()) {
    if (error == std::errc::result_out_of_range || number < least || number > most)
      refuse_range(text, what, least, most);
    if (error == std::errc()) return number;
  }
  const auto value = parse_real(text);
  if (!value || !std::isfinite(*value) || std::floor(*value) != *value) {
    throw BadInput(fmt::format("{} '{}' is not a whole number: write 10240000, 1e9, 2^30 or 16Mi", what, echoed(text)));
  }
  if (*value < static_cast<Real>(least) || *value > static_cast<Real>(most)) {
    refuse_range(text, what, least, most);
  }
  return static_cast<std::int64_t>(*value);
}

std::vector<std::int64_t> parse_counts(std::string_view text, std::string_view what, std::int64_t least,
                                       std::int64_t most) {
  return numbers_in(text, what, least, most, false);
}

std::vector<std::int64_t> parse_counts_or_auto(std::string_view text, std::string_view what, std::int64_t most) {
  return numbers_in(text, what, 1, most, true);
}

std::vector<std::string> parse_names(std::string_view text, std::string_view what) {
  std::vector<std::string> names;
  for (const std::string_view part : split(text, ',')) {
    if (part.empty()) {
      throw BadInput(
          fmt::format("{} '{}' has an empty name in it: write names with single commas between", what, echoed(text)));
    }
    if (std::ranges::find(names, part) == names.end()) names.emplace_back(part);
  }
  return names;
}

double parse_seconds(std::string_view text, std::string_view what) {
  std::vector<std::string_view> parts = split(text, ':');
  double days = 0;
  bool good = parts.size() <= 3;
  if (const auto dash = parts.front().find('-'); dash != std::string_view::npos && dash > 0) {
    const auto value = parse_decimal(parts.front().substr(0, dash));
    good = good && value && parts.size() == 3;
    days = static_cast<double>(value.value_or(0));
    parts.front().remove_prefix(dash + 1);
  }
  double seconds = 0;
  for (const std::string_view part : parts) {
    const auto value = parse_decimal(part);
    good = good && value && *value >= 0;
    seconds = 60 * seconds + static_cast<double>(value.value_or(0));
  }
  seconds += 86400 * days;
  if (!good || !std::isfinite(seconds) || !(seconds > 0)) {
    throw BadInput(
        fmt::format("{} '{}' is no time: write seconds, 90, or 1:30, 12:00:00, 1-12:00:00", what, echoed(text)));
  }
  return seconds;
}

double parse_number(std::string_view text, std::string_view what, double least, double most) {
  const auto value = parse_decimal(text);
  if (!value || std::isnan(*value)) {
    throw BadInput(fmt::format("{} '{}' is not a number between {} and {}", what, echoed(text), least, most));
  }
  if (*value < static_cast<Real>(least) || *value > static_cast<Real>(most)) {
    throw BadInput(fmt::format("{} is {}: it must be between {} and {}", what, echoed(text), least, most));
  }
  // No sign where there is no number: -0.
  return *value == 0 ? 0 : static_cast<double>(*value);
}

int leading_number(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string counted(std::size_t number, std::string_view what) {
  return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

std::string format_rate(double rate) { return rate < 100 ? fmt::format("{:.3g}", rate) : fmt::format("{:.0f}", rate); }

std::string format_count(std::int64_t number) {
  std::string digits = std::to_string(number);
  const auto significant = digits.find_last_not_of('0');
  if (significant == std::string::npos || number < 0) return digits;
  std::string shorter = digits.substr(0, 1);
  if (significant > 0) shorter += "." + digits.substr(1, significant);
  shorter += "e" + std::to_string(digits.size() - 1);
  return shorter.size() < digits.size() ? shorter : digits;
}

}  // namespace trafficbench
