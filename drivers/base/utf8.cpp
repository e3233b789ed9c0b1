#include "drivers/base/utf8.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <nlohmann/json.hpp>

#include "drivers/base/json.hpp"

namespace trafficbench {

namespace {

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

/// The character that begins at `at` of a text in UTF-8, and how many bytes it has. Beyond U+FFFF only that it is.
struct Letter {
  std::uint32_t number = 0;
  std::size_t bytes = 1;
};

Letter letter_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(text[at + i])}; };
  Letter letter{byte(0), 1};
  while (at + letter.bytes < text.size() && continues(text[at + letter.bytes])) ++letter.bytes;
  if (letter.bytes == 2) letter.number = (byte(0) & 0x1f) << 6 | (byte(1) & 0x3f);
  if (letter.bytes == 3) letter.number = (byte(0) & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f);
  if (letter.bytes > 3) letter.number = 0x10000;
  return letter;
}

/// Whether a terminal would do something in place of showing it.
bool is_obeyed(std::uint32_t letter) {
  const auto is_within = [letter](std::uint32_t first, std::uint32_t last) {
    return first <= letter && letter <= last;
  };
  return letter < 0x20 || is_within(0x7f, 0x9f) || letter == 0x61c || is_within(0x200e, 0x200f) ||
         is_within(0x2028, 0x202e) || is_within(0x2066, 0x2069) || letter == 0xfeff;
}

std::string escaped(std::string_view raw, bool keep_lines) {
  const std::string text = valid_utf8(raw);
  std::string shown;
  shown.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Letter letter = letter_at(text, at);
    const bool is_kept = keep_lines && (letter.number == '\n' || letter.number == '\t');
    if (is_kept || !is_obeyed(letter.number)) {
      shown.append(text, at, letter.bytes);
    } else if (letter.number == '\n' || letter.number == '\t') {
      shown += letter.number == '\n' ? "\\n" : "\\t";
    } else {
      shown += fmt::format("\\u{:04x}", letter.number);
    }
    at += letter.bytes;
  }
  return shown;
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  return Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace)).get<std::string>();
}

std::string printable(std::string_view text) { return escaped(text, true); }

std::string one_line(std::string_view text) { return escaped(text, false); }

std::string_view beginning(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && continues(text[most])) --most;
  return text.substr(0, most);
}

std::string shortened(std::string text, std::size_t most) {
  constexpr std::string_view kGap = " ... ";
  if (text.size() <= most) return text;
  // Two thirds are of its beginning; no character is cut.
  const std::size_t aim = (most - kGap.size()) * 2 / 3;
  const std::size_t head = beginning(text, aim).size();
  std::size_t tail = text.size() - (most - kGap.size() - aim);
  while (tail < text.size() && continues(text[tail])) ++tail;
  return text.replace(head, tail - head, kGap);
}

std::string echoed(std::string_view text) {
  constexpr std::size_t kMost = 140;  // names of files among them
  return shortened(one_line(text), kMost);
}

}  // namespace trafficbench
