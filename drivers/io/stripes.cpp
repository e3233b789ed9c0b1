#include "drivers/io/stripes.hpp"

#include <fmt/format.h>

#include <charconv>
#include <sstream>

#include "drivers/base/other_program.hpp"

namespace trafficbench {

namespace {

/// A number above 0, or nothing.
std::optional<std::int64_t> count_in(const std::string& word) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size() || number < 1) return {};
  return number;
}

}  // namespace

Stripes stripes_in(const std::string& text) {
  Stripes found;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const bool is_count = word.ends_with("stripe_count:");
    if (!is_count && !word.ends_with("stripe_size:")) continue;
    if (!(words >> word)) break;
    (is_count ? found.count : found.bytes) = count_in(word);
  }
  if (found.count && found.bytes) return found;
  constexpr std::size_t kShown = 80;
  return {.count = {}, .bytes = {}, .note = fmt::format("lfs getstripe says no numbers: '{}'", text.substr(0, kShown))};
}

Stripes stripes_of(const std::string& path) {
  constexpr double kSeconds = 5;
  const Answer answer = ask_program({"lfs", "getstripe", "-c", "-S", path}, kSeconds);
  if (!answer.problem.empty()) return {.count = {}, .bytes = {}, .note = answer.problem};
  return stripes_in(answer.text);
}

}  // namespace trafficbench
