// What options hold: values that are read from their texts at once. Each keeps its text, since a report says word for
// word what was asked for, and --resume compares it.
//
// Every type here is made from a text, throws BadInput, naming the option `what`, unless that will do, and has
//   kKind    what help calls it
//   text     as it was written
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/base/enum_names.hpp"
#include "drivers/base/numbers.hpp"

namespace trafficbench {

/// A whole number.
template <std::int64_t kMin, std::int64_t kMax>
struct Count {
  static constexpr const char* kKind = "COUNT";

  explicit Count(std::string_view written, std::string_view what = "value")
      : text(written), number(parse_count(written, what, kMin, kMax)) {}

  std::string text;
  std::int64_t number;
};

/// A whole number, or `auto`.
template <std::int64_t kMin, std::int64_t kMax>
struct CountOrAuto {
  static constexpr const char* kKind = "COUNT";

  explicit CountOrAuto(std::string_view written, std::string_view what = "value") : text(written) {
    if (written != "auto") number = parse_count(written, what, kMin, kMax);
  }

  /// The number, or what stands for `auto`.
  std::int64_t or_else(std::int64_t automatic) const { return number.value_or(automatic); }

  std::string text;
  std::optional<std::int64_t> number;  ///< nothing: auto
};

/// Whole numbers, each once, in the order in which they were written: a list with ranges in it.
template <std::int64_t kMin, std::int64_t kMax>
struct CountList {
  static constexpr const char* kKind = "COUNTS";

  explicit CountList(std::string_view written, std::string_view what = "value")
      : text(written), numbers(parse_counts(written, what, kMin, kMax)) {}

  std::string text;
  std::vector<std::int64_t> numbers;
};

/// Such a list, or `auto` in its place.
template <std::int64_t kMin, std::int64_t kMax>
struct CountListOrAuto {
  static constexpr const char* kKind = "COUNTS";

  explicit CountListOrAuto(std::string_view written, std::string_view what = "value") : text(written) {
    if (written != "auto") numbers = parse_counts(written, what, kMin, kMax);
  }

  bool automatic() const { return !numbers.has_value(); }

  std::string text;
  std::optional<std::vector<std::int64_t>> numbers;  ///< nothing: auto
};

/// What `auto` is among numbers.
inline constexpr std::int64_t kAuto = 0;

/// Such a list from 1 on, in which `auto` may stand among the numbers.
template <std::int64_t kMax>
struct CountListWithAuto {
  static constexpr const char* kKind = "COUNTS";

  explicit CountListWithAuto(std::string_view written, std::string_view what = "value")
      : text(written), numbers(parse_counts_or_auto(written, what, kMax)) {}

  std::string text;
  std::vector<std::int64_t> numbers;  ///< kAuto among them: auto
};

/// A part of a whole, 0 to 1.
struct Share {
  static constexpr const char* kKind = "PART";

  explicit Share(std::string_view written, std::string_view what = "value")
      : text(written), number(parse_number(written, what, 0, 1)) {}

  std::string text;
  double number;
};

/// A time above 0, in seconds.
struct Seconds {
  static constexpr const char* kKind = "TIME";

  explicit Seconds(std::string_view written, std::string_view what = "value")
      : text(written), number(parse_seconds(written, what)) {}

  std::string text;
  double number;
};

/// Throws BadInput: `name` is none of `names`. `meanings` explains these, or is empty; `list` says that several may be
/// named.
[[noreturn]] void refuse_name(std::string_view name, std::string_view what, const std::vector<std::string_view>& names,
                              const std::vector<std::string_view>& meanings, bool list);

/// The value of that name. EnumNames<Enum>::kMeanings, where it has them, explain the names in the refusal.
template <typename Enum>
Enum parse_name(std::string_view name, std::string_view what, bool list) {
  if (const std::optional<Enum> value = named<Enum>(name)) return *value;
  const auto& names = EnumNames<Enum>::kNames;
  std::vector<std::string_view> meanings;
  if constexpr (requires { EnumNames<Enum>::kMeanings; }) {
    meanings.assign(EnumNames<Enum>::kMeanings.begin(), EnumNames<Enum>::kMeanings.end());
  }
  refuse_name(name, what, {names.begin(), names.end()}, meanings, list);
}

/// One value of an enumeration, by its name.
template <typename Enum>
struct Choice {
  static constexpr const char* kKind = "NAME";

  explicit Choice(std::string_view written, std::string_view what = "value")
      : text(written), value(parse_name<Enum>(written, what, false)) {}

  std::string text;
  Enum value;
};

/// Values of an enumeration, by their names: a list, each once.
template <typename Enum>
struct ChoiceList {
  static constexpr const char* kKind = "NAMES";

  explicit ChoiceList(std::string_view written, std::string_view what = "value") : text(written) {
    for (const std::string& name : parse_names(written, what)) values.push_back(parse_name<Enum>(name, what, true));
  }

  std::string text;
  std::vector<Enum> values;
};

}  // namespace trafficbench
