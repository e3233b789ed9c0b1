#include "drivers/io/hints.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <vector>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/utf8.hpp"
#include "drivers/io/dealing.hpp"
#include "drivers/io/io_method.hpp"

namespace trafficbench {

namespace {

/// A hint whose value is a whole number. ROMIO reads it as far as there are digits, into 32 bits, and uses it as it is.
struct NumberHint {
  std::string_view name;
  std::int64_t least;
  std::int64_t multiple_of;
  const char* why;  ///< not less
};

constexpr std::int64_t kMost = INT32_MAX;
constexpr std::int64_t kStripe = 64 << 10;

constexpr NumberHint kNumberHints[] = {
    {"cb_buffer_size", kBlockBytes, 1, "a collective call goes in rounds of so many bytes"},
    {"cb_nodes", 1, 1, "so many ranks write and read for all"},
    {"ind_rd_buffer_size", kBlockBytes, 1, "so many bytes are read at once"},
    {"ind_wr_buffer_size", kBlockBytes, 1, "so many bytes are written at once"},
    {"romio_lustre_co_ratio", 1, 1, "so many ranks write to one server"},
    {"romio_lustre_coll_threshold", 0, 1, "so many bytes make a request too long to be gathered"},
    {"romio_min_fdomain_size", 0, 1, "each rank that writes gets so many bytes of the file at least"},
    {"start_iodevice", -1, 1, "the first server has this number, and -1 leaves it to the file system"},
    {"striping_factor", -1, 1, "over so many servers a file is spread, and -1 takes all"},
    {"striping_unit", kStripe, kStripe, "Lustre's stripes are of whole 64 KiB"},
};

void check_number(const std::string& name, const std::string& value) {
  const auto* const rule = std::ranges::find(kNumberHints, name, &NumberHint::name);
  if (rule == std::end(kNumberHints)) return;
  std::int64_t number = 0;
  const char* const end = value.data() + value.size();
  const auto [after, error] = std::from_chars(value.data(), end, number);
  const bool is_number = error == std::errc() && after == end;
  if (is_number && rule->least <= number && number <= kMost && number % rule->multiple_of == 0) return;
  throw BadInput(fmt::format("hints has {}={}: it must be a whole number from {} to {}, in digits alone: {}", name,
                             echoed(value), rule->least, kMost, rule->why));
}

}  // namespace

Hints parse_hints(std::span<const std::string> texts) {
  // As much as every library takes.
  constexpr std::size_t kLongestName = 35;
  constexpr std::size_t kLongestValue = 255;
  Hints hints;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
      throw BadInput(fmt::format("hints is '{}': write a name and a value, as in cb_nodes=2", echoed(text)));
    }
    const std::string name = text.substr(0, equals);
    const std::string value = text.substr(equals + 1);
    if (name.size() > kLongestName || value.size() > kLongestValue) {
      throw BadInput(fmt::format("hints is '{}': a name has {} letters at most, a value {}", echoed(text), kLongestName,
                                 kLongestValue));
    }
    check_number(name, value);
    if (!hints.emplace(name, value).second) throw BadInput(fmt::format("hints names {} twice", echoed(name)));
  }
  return hints;
}

void check_promise(const Hints& hints, std::span<const IoMethod* const> methods) {
  // ROMIO opens the file on some ranks alone then, and on others later as far as it sees that they need it.
  const auto promise = hints.find("romio_no_indep_rw");
  if (promise == hints.end() || (promise->second != "true" && promise->second != "TRUE")) return;
  const auto breaker = std::ranges::find_if(methods, [](const IoMethod* method) { return method->moves_alone; });
  if (breaker == methods.end()) return;
  throw BadInput(fmt::format("hints has romio_no_indep_rw={}, a promise that {} does not keep: leave out either",
                             promise->second, (*breaker)->name));
}

std::string suspicion_of(const Hints& hints) {
  if (hints.empty()) return {};
  std::vector<std::string> texts;
  for (const auto& [name, value] : hints) texts.push_back(echoed(fmt::format("{}={}", name, value)));
  return fmt::format(" (the hints may be to blame: {})", fmt::join(texts, ", "));
}

}  // namespace trafficbench
