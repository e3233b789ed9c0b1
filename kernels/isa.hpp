// Instruction sets: what was built, what this CPU runs, what is in use.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace trafficbench {

/// Name of plain C++ compiled for the compiler's default target: what variants without SIMD run.
inline constexpr std::string_view kGenericIsa = "generic";

/// One instruction set that this binary was built for, named as in --isa: "avx2", "neon".
struct Isa {
  std::string name;
  bool runs_here = false;
  int register_bits = 0;  ///< 0 where the width is known at run time only and the CPU does not run it
};

/// All that were built, best first.
std::vector<Isa> built_isas();

/// The one in use: the best that runs here, unless select_isa chose another.
std::string selected_isa();

/// Whether that one has a boolean operation of three operands on vectors: ternary logic, or a select bit by bit.
bool has_ternary_logic();

/// From now on, segments are made for that instruction set. "auto" goes back to the best. Throws std::invalid_argument,
/// saying which would do, for one that is not built or does not run here. Not for use while another thread makes
/// segments.
void select_isa(std::string_view name);

}  // namespace trafficbench
