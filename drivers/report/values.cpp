#include "drivers/report/values.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace trafficbench {

namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kHexadecimal = "0123456789abcdef";

bool is_finite(const Json& value) { return value.is_number() && std::isfinite(value.get<double>()); }

/// Whether a text begins with one of `first` and goes on with letters of `rest`.
bool is_word(const Json& value, std::string_view first, std::string_view rest) {
  if (!is_text(value)) return false;
  const auto& text = value.get_ref<const std::string&>();
  return first.find(text[0]) != std::string_view::npos && text.find_first_not_of(rest) == std::string::npos;
}

}  // namespace

bool is_text(const Json& value) { return value.is_string() && !value.get_ref<const std::string&>().empty(); }
bool is_flag(const Json& value) { return value.is_boolean(); }
bool is_positive(const Json& value) { return is_finite(value) && value.get<double>() > 0; }
bool is_not_negative(const Json& value) { return is_finite(value) && value.get<double>() >= 0; }
bool is_share(const Json& value) { return is_not_negative(value) && value.get<double>() <= 1; }

bool is_integer(const Json& value) {
  // What is beyond a signed number would turn negative on its way.
  return value.is_number_integer() && (!value.is_number_unsigned() || value.get<std::uint64_t>() <= INT64_MAX);
}
bool is_index(const Json& value) { return is_integer(value) && value.get<std::int64_t>() >= 0; }
bool is_count(const Json& value) { return is_integer(value) && value.get<std::int64_t>() >= 1; }
bool is_shape(const Json& value) { return is_count(value) && value.get<std::int64_t>() <= INT32_MAX; }
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
  const auto is_control = [](char letter) { return static_cast<unsigned char>(letter) < ' ' || letter == '\x7f'; };
  if (std::ranges::any_of(text, is_control)) return false;
  const auto slash = text.find('/');
  return slash != std::string_view::npos && slash > 0 && text[0] != '-' &&
         text.substr(0, slash).find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos &&
         slash + 1 < text.size() && text[slash + 1] != '/' && text[slash + 1] != ' ';
}

bool is_init(const Json& value) {
  if (!is_text(value)) return false;
  const std::string_view text = value.get_ref<const std::string&>();
  if (text.starts_with("file:")) return text.size() > 5;
  if (text.starts_with("pattern:")) {
    return text.size() > 8 && text.substr(8).find_first_not_of("01") == std::string_view::npos;
  }
  return text == "philox" || text == "uni" || text == "mt19937";
}

std::string shown(const Json& value) {
  constexpr std::size_t kMaxLetters = 60;
  const std::string text = value.dump(-1, ' ', true);
  return text.size() <= kMaxLetters ? text : text.substr(0, kMaxLetters) + "...";
}

}  // namespace trafficbench
