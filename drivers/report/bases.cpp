#include "drivers/report/bases.hpp"

#include <fmt/format.h>

#include <map>

#include "drivers/report/row_name.hpp"

namespace trafficbench {

namespace {

// The base of the ladder is a definition, not an order: the course's own loop, or in a ladder its Python.
constexpr std::string_view kLadder = "ladder";
constexpr std::string_view kLowestKernel = "naive";
constexpr std::string_view kLowestRungOfTheLadder = "python";
constexpr std::string_view kNoDepth = "none";

bool is_ladder_base(const RatioMember& other, const RatioMember& member) {
  const std::string_view lowest = member.setting.command == kLadder ? kLowestRungOfTheLadder : kLowestKernel;
  return other.kernel == lowest && other.workers == 1 && other.road_cells == member.road_cells &&
         (other.depth == member.depth || other.depth == kNoDepth);
}

bool is_base(const RatioMember& other, const RatioMember& member) {
  return other.kernel == member.kernel && other.isa == member.isa && other.depth == member.depth &&
         (other.ranks == 1 || other.communication == member.communication) &&
         (other.workers == 1 || other.placement == member.placement);
}

}  // namespace

RatioMember ratio_member(const Row& row, std::size_t machine) {
  const auto text = [](const auto& number) { return number ? fmt::format("{}", *number) : std::string(); };
  return {.setting = {.command = std::string(command_of(row.name)),
                      .cells = row.comparable_cells(),
                      .mode = row.mode,
                      .count = row.count,
                      .knobs = knobs_asked_for(row.name),
                      .density = text(row.density),
                      .init = row.init,
                      .seed = text(row.seed),
                      .origin = row.origin,
                      .machine = machine},
          .depth = std::string(asked_for(row.name, "depth")),
          .kernel = row.kernel,
          .isa = row.isa.value_or(""),
          .communication = communication_asked_for(row.name),
          .placement = placement_asked_for(row.name),
          .road_cells = row.cells,
          .ranks = row.ranks,
          .workers = row.workers(),
          .has_rate = row.has_rate()};
}

std::vector<Bases> bases_of(std::span<const RatioMember> members) {
  std::map<RatioMember::Setting, std::vector<std::size_t>> by_setting;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (members[i].has_rate) by_setting[members[i].setting].push_back(i);
  }
  std::vector<Bases> bases(members.size());
  for (const auto& [setting, indices] : by_setting) {
    for (const std::size_t i : indices) {
      for (const std::size_t j : indices) {
        int& base = bases[i].base;
        if (is_base(members[j], members[i]) &&
            (base < 0 || members[j].workers < members[static_cast<std::size_t>(base)].workers)) {
          base = static_cast<int>(j);
        }
        if (is_ladder_base(members[j], members[i])) bases[i].ladder_base = static_cast<int>(j);
      }
    }
  }
  return bases;
}

}  // namespace trafficbench
