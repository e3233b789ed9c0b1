// What the name of a row says: sweep/tiled/cells:1e9/ranks:2/threads:1/... spells every axis as it was asked for.
#pragma once

#include <string>
#include <string_view>

namespace trafficbench {

/// The command that made the row: "sweep".
std::string_view command_of(std::string_view row_name);

/// What the name says of an axis: "auto" of ".../depth:auto/...". Empty if it says nothing.
std::string_view asked_for(std::string_view row_name, std::string_view axis);

/// The knobs of kernels that the name says were set, which stand after the axis isa: "tile:256". Empty if none was.
std::string knobs_asked_for(std::string_view row_name);

/// What concerns rows of several ranks alone, where the name says that it is not the default: how these speak to each
/// other, and how many there are on a node: "exchange:fence/reduce:iteration".
std::string communication_asked_for(std::string_view row_name);

/// Likewise the policy by which workers are placed, which concerns all rows but those of one worker:
/// "placement:spread".
std::string placement_asked_for(std::string_view row_name);

}  // namespace trafficbench
