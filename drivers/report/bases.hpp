// The one rule of which row a speedup is over. A sweep measures a row and its bases in the same visits
// (plan/groups.hpp).
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "drivers/report/row.hpp"

namespace trafficbench {

/// A row, as far as it matters to whom it may be divided by.
struct RatioMember {
  /// Members that differ in one of these are never divided by each other.
  struct Setting {
    std::string command;
    std::int64_t cells = 0;  ///< of the whole road, or of each core where it is weak
    ScalingMode mode = ScalingMode::strong;
    CountingMode count = CountingMode::every;
    std::string knobs;  ///< as asked for
    std::string density;
    std::string init;
    std::string seed;
    Origin origin = Origin::measured;
    std::size_t machine = 0;  ///< a number for each kind of machine
    auto operator<=>(const Setting&) const = default;
  };
  Setting setting;
  std::string depth;  ///< as asked for; "none" for a program that exchanges nothing
  std::string kernel;
  std::string isa;
  std::string communication;  ///< as asked for: see row_name.hpp
  std::string placement;      ///< likewise
  std::int64_t road_cells = 0;
  int ranks = 1;
  std::int64_t workers = 1;
  bool has_rate = true;  ///< else it has no base and is none
};

/// `machine` is a number that rows of one kind of machine share: see kinds_of_machine().
RatioMember ratio_member(const Row& row, std::size_t machine);

/// Indices of the members that a member's ratios are over; -1 if there is none.
struct Bases {
  /// The same kernel and instruction set at the same depth on the fewest cores; the first of several. Its ranks speak
  /// to each other in the same way, or it has one; its workers are placed in the same way, or it has one.
  int base = -1;
  /// The lowest rung on one core on the same road: plain Python in a ladder, else `naive`.
  int ladder_base = -1;
};

/// The bases of each member.
std::vector<Bases> bases_of(std::span<const RatioMember> members);

}  // namespace trafficbench
