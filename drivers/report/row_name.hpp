// What the name of a row says: sweep/tiled/cells:1e9/ranks:2/threads:1/... spells every axis as it was asked for.
#pragma once

#include <string_view>

namespace trafficbench {

/// The command that made the row: "sweep".
std::string_view command_of(std::string_view row_name);

/// What the name says of an axis: "auto" of ".../depth:auto/...". Empty if it says nothing.
std::string_view asked_for(std::string_view row_name, std::string_view axis);

/// The knobs of kernels that the name says were set, which stand after the axis isa: "tile:256". Empty if none was.
std::string_view knobs_asked_for(std::string_view row_name);

/// How ranks speak to each other, where the name says that it is not the default: "exchange:fence/reduce:iteration".
std::string_view communication_asked_for(std::string_view row_name);

}  // namespace trafficbench
