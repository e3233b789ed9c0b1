#include "drivers/report/row_name.hpp"

#include <algorithm>

namespace trafficbench {

std::string_view command_of(std::string_view row_name) { return row_name.substr(0, row_name.find('/')); }

std::string_view asked_for(std::string_view row_name, std::string_view axis) {
  for (std::size_t at = row_name.find('/'); at != std::string_view::npos; at = row_name.find('/', at + 1)) {
    std::string_view part = row_name.substr(at + 1);
    if (!part.starts_with(axis) || part.size() == axis.size() || part[axis.size()] != ':') continue;
    part.remove_prefix(axis.size() + 1);
    return part.substr(0, part.find('/'));
  }
  return {};
}

namespace {

/// What stands after the axis isa.
std::string_view after_isa(std::string_view row_name) {
  const std::size_t isa = row_name.rfind("/isa:");
  const std::size_t end = isa == std::string_view::npos ? isa : row_name.find('/', isa + 1);
  return end == std::string_view::npos ? std::string_view() : row_name.substr(end + 1);
}

/// What an axis after isa concerns.
enum class Concern { knob, communication, placement };

Concern concern_of(std::string_view axis) {
  for (const std::string_view name : {"exchange:", "overlap:", "reduce:", "ranks-per-node:"}) {
    if (axis.starts_with(name)) return Concern::communication;
  }
  return axis.starts_with("placement:") ? Concern::placement : Concern::knob;
}

/// Those axes after isa, with slashes between.
std::string axes_of(std::string_view row_name, Concern concern) {
  std::string axes;
  for (std::string_view left = after_isa(row_name); !left.empty();) {
    const std::string_view axis = left.substr(0, left.find('/'));
    if (concern_of(axis) == concern) axes.append(axes.empty() ? "" : "/").append(axis);
    left.remove_prefix(std::min(left.size(), axis.size() + 1));
  }
  return axes;
}

}  // namespace

std::string knobs_asked_for(std::string_view row_name) { return axes_of(row_name, Concern::knob); }

std::string communication_asked_for(std::string_view row_name) { return axes_of(row_name, Concern::communication); }

std::string placement_asked_for(std::string_view row_name) { return axes_of(row_name, Concern::placement); }

}  // namespace trafficbench
