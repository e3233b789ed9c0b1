// Options that several commands share, and how they are read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "drivers/road/start.hpp"
#include "kernels/variant.hpp"

namespace trafficbench {

/// The kernel variants that a command may use: variants() in the program, others in its tests.
using KernelTable = std::span<const Variant* const>;

/// Texts of --density, --init and --seed until they are checked.
struct StartTexts {
  std::string density = "0.52";
  std::string init = "philox";
  std::string seed = "5743";

  /// Throws BadInput.
  StartOptions read() const;
};

/// Throws BadInput, naming those there are, for a name that is not in the table. "auto" is the fastest update variant,
/// "all" every one.
const Variant& kernel_named(KernelTable table, const std::string& name);
std::vector<const Variant*> kernels_named(KernelTable table, const std::string& list);

/// Cells of a road, 1 .. kMostCells.
std::int64_t parse_cells(const std::string& text);

/// "auto" -> 0, else a count between 1 and `most`.
std::int64_t parse_or_auto(const std::string& text, const std::string& what, std::int64_t most);

/// Throws BadInput for a product of axes of so many values each that is more points than a command takes.
void check_points(std::initializer_list<std::size_t> axes);

/// Chooses the instruction set for all kernels; throws BadInput for one that cannot be used.
void use_isa(const std::string& name);

/// Most iterations that a command takes.
inline constexpr std::int64_t kMostSteps = std::int64_t{1} << 50;

}  // namespace trafficbench
