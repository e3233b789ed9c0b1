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

std::string_view knobs_asked_for(std::string_view row_name) {
  const std::size_t isa = row_name.rfind("/isa:");
  const std::size_t end = isa == std::string_view::npos ? isa : row_name.find('/', isa + 1);
  return end == std::string_view::npos ? std::string_view() : row_name.substr(end + 1);
}

}  // namespace trafficbench
