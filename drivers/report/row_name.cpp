#include "drivers/report/row_name.hpp"

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

/// Where in that the communication begins.
std::size_t communication_in(std::string_view axes) {
  for (std::size_t at = 0; at < axes.size();) {
    for (const std::string_view axis : {"exchange:", "overlap:", "reduce:"}) {
      if (axes.substr(at).starts_with(axis)) return at;
    }
    const std::size_t end = axes.find('/', at);
    at = end == std::string_view::npos ? axes.size() : end + 1;
  }
  return axes.size();
}

}  // namespace

std::string_view knobs_asked_for(std::string_view row_name) {
  const std::string_view axes = after_isa(row_name);
  const std::string_view knobs = axes.substr(0, communication_in(axes));
  return knobs.ends_with('/') ? knobs.substr(0, knobs.size() - 1) : knobs;
}

std::string_view communication_asked_for(std::string_view row_name) {
  const std::string_view axes = after_isa(row_name);
  return axes.substr(communication_in(axes));
}

}  // namespace trafficbench
