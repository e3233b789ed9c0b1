// The names of an enumeration's values, as reports and the command line write them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace trafficbench {

/// Specialise with `static constexpr std::array<std::string_view, N> kNames`, in the order of the values, which count
/// from 0.
template <typename Enum>
struct EnumNames;

template <typename Enum>
constexpr std::string_view name_of(Enum value) {
  return EnumNames<Enum>::kNames[static_cast<std::size_t>(value)];
}

/// The value of that name; nothing if there is none.
template <typename Enum>
constexpr std::optional<Enum> named(std::string_view name) {
  const auto& names = EnumNames<Enum>::kNames;
  const auto at = std::ranges::find(names, name);
  if (at == names.end()) return {};
  return static_cast<Enum>(at - names.begin());
}

}  // namespace trafficbench
