// Launches: the entries of context.runs.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "drivers/base/json.hpp"

namespace trafficbench {

/// What is wrong with an entry: "lacks cpu"; empty if nothing.
std::string fault_of_launch(const Json& launch);

/// Whether two launches ran on machines of one kind, whatever their hosts are called: every fact of `cpu` but its
/// measured clock, and the caches, are equal. A fact that one of them lacks says nothing.
bool same_machine(const Json& one, const Json& other);

/// What stands against putting samples of both launches into one row: "is of two machines", "is of commits a and b";
/// empty if nothing does.
std::string why_not_together(const Json& one, const Json& other);

/// A number for each launch: that of the first launch of its kind. All launches of a kind are on the same machine in
/// the sense of same_machine(), each with each: one that lacks a fact does not bring together two that differ in it.
std::vector<std::size_t> kinds_of_machine(const std::vector<Json>& launches);

}  // namespace trafficbench
