#include "drivers/report/values.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

namespace trafficbench {

namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kHexadecimal = "0123456789abcdef";

constexpr std::string_view kDigits = "0123456789";

/// Whether a text begins with one of `first` and goes on with letters of `rest`.
bool is_word(const Json& value, std::string_view first, std::string_view rest) {
  if (!is_text(value)) return false;
  const auto& text = value.get_ref<const std::string&>();
  return first.find(text[0]) != std::string_view::npos && text.find_first_not_of(rest) == std::string::npos;
}

/// Whether a terminal would do something at one of the letters in place of showing it: U+0000 to U+001F, U+007F to
/// U+009F. The text is UTF-8.
bool has_control(std::string_view text) {
  unsigned char before = 0;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if (byte < 0x20 || byte == 0x7f || (before == 0xc2 && byte < 0xa0)) return true;
    before = byte;
  }
  return false;
}

}  // namespace

bool is_string(const Json& value) { return value.is_string(); }
bool is_string_or_null(const Json& value) { return value.is_null() || value.is_string(); }
bool is_text(const Json& value) { return value.is_string() && !value.get_ref<const std::string&>().empty(); }
bool is_text_or_null(const Json& value) { return value.is_null() || is_text(value); }
bool is_flag(const Json& value) { return value.is_boolean(); }
bool is_number(const Json& value) { return value.is_number() && std::isfinite(value.get<double>()); }
bool is_number_or_null(const Json& value) { return value.is_null() || is_number(value); }
bool is_positive(const Json& value) { return is_number(value) && value.get<double>() > 0; }
bool is_positive_or_null(const Json& value) { return value.is_null() || is_positive(value); }
bool is_not_negative(const Json& value) { return is_number(value) && value.get<double>() >= 0; }
bool is_share(const Json& value) { return is_not_negative(value) && value.get<double>() <= 1; }

bool is_integer(const Json& value) {
  // What is beyond a signed number would turn negative on its way.
  return value.is_number_integer() && (!value.is_number_unsigned() || value.get<std::uint64_t>() <= INT64_MAX);
}
bool is_index(const Json& value) { return is_integer(value) && value.get<std::int64_t>() >= 0; }
bool is_count(const Json& value) { return is_integer(value) && value.get<std::int64_t>() >= 1; }
bool is_shape(const Json& value) { return is_count(value) && value.get<std::int64_t>() <= INT32_MAX; }
bool is_shape_index(const Json& value) { return is_index(value) && value.get<std::int64_t>() <= INT32_MAX; }
bool is_shape_index_or_null(const Json& value) { return value.is_null() || is_shape_index(value); }
bool is_seed(const Json& value) { return value.is_number_unsigned() || is_index(value); }

bool is_kernel(const Json& value) { return is_word(value, kLetters, "abcdefghijklmnopqrstuvwxyz0123456789_-"); }
bool is_isa(const Json& value) { return is_word(value, kLetters, "abcdefghijklmnopqrstuvwxyz0123456789_"); }
bool is_hash(const Json& value) {
  return is_word(value, kHexadecimal, kHexadecimal) && value.get_ref<const std::string&>().size() == 16;
}

bool is_row_name(const Json& value) {
  if (!is_text(value)) return false;
  const std::string_view text = value.get_ref<const std::string&>();
  // A control character would write over the line that names the row.
  if (has_control(text)) return false;
  const auto slash = text.find('/');
  return slash != std::string_view::npos && slash > 0 && text[0] != '-' &&
         text.substr(0, slash).find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos &&
         slash + 1 < text.size() && text[slash + 1] != '/' && text[slash + 1] != ' ';
}

bool is_init(const Json& value) {
  if (!is_text(value)) return false;
  const std::string_view text = value.get_ref<const std::string&>();
  if (text.starts_with("file:")) return text.size() > 5 && !has_control(text);
  if (text.starts_with("pattern:")) {
    return text.size() > 8 && text.substr(8).find_first_not_of("01") == std::string_view::npos;
  }
  return text == "philox" || text == "uni" || text == "mt19937";
}

bool is_utc_date(const Json& value) {
  if (!value.is_string()) return false;
  constexpr std::string_view kGreatest = "9999-19-39T29:59:69Z";
  const std::string_view text = value.get_ref<const std::string&>();
  const auto fits = [](char letter, char greatest) {
    return greatest >= '0' && greatest <= '9' ? letter >= '0' && letter <= greatest : letter == greatest;
  };
  return text.size() == kGreatest.size() && std::ranges::equal(text, kGreatest, fits);
}

bool is_release_number(const Json& value) {
  if (!value.is_string()) return false;
  const std::string_view text = value.get_ref<const std::string&>();
  const auto is_number = [](std::string_view part) {
    return !part.empty() && part.find_first_not_of(kDigits) == std::string_view::npos;
  };
  const auto dot = text.find('.');
  return dot != std::string_view::npos && is_number(text.substr(0, dot)) && is_number(text.substr(dot + 1));
}

bool is_object(const Json& value) { return value.is_object(); }
bool is_object_or_null(const Json& value) { return value.is_null() || value.is_object(); }
bool are_strings_by_name(const Json& value) { return value.is_object() && std::ranges::all_of(value, is_string); }

bool is_list_of(const Json& value, bool (*good)(const Json&)) {
  return value.is_array() && std::ranges::all_of(value, good);
}

bool is_list_of_different(const Json& value, bool (*good)(const Json&)) {
  if (!is_list_of(value, good)) return false;
  std::vector<const Json*> members;
  for (const Json& member : value) members.push_back(&member);
  std::ranges::sort(members, [](const Json* one, const Json* other) { return *one < *other; });
  return std::ranges::adjacent_find(members, [](const Json* one, const Json* other) { return *one == *other; }) ==
         members.end();
}

std::string shown(const Json& value) {
  constexpr std::size_t kMaxLetters = 60;
  const std::string text = value.dump(-1, ' ', true);
  return text.size() <= kMaxLetters ? text : text.substr(0, kMaxLetters) + "...";
}

}  // namespace trafficbench
