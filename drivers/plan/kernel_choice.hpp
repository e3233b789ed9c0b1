// Which code is to run: kernels and the instruction set, by the names that `trafficbench list` prints.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/ranks/communicator.hpp"
#include "kernels/variant.hpp"

namespace trafficbench {

/// The kernel variants that a command may use: variants() in the program, others in its tests.
using KernelTable = std::span<const Variant* const>;

/// A kernel that was asked for.
struct KernelChoice {
  const Variant* variant = nullptr;
  bool threaded = false;  ///< by the name of its OpenMP form: at two threads or more. Else at any number

  int min_threads() const { return threaded ? 2 : 1; }
  std::string name() const;  ///< as it was asked for: "tiled" or "tiled+threads"
};

/// What --kernel holds: the name of a variant, of its OpenMP form, or auto.
struct KernelName {
  static constexpr const char* kKind = "NAME";

  explicit KernelName(std::string_view written, std::string_view /*what*/ = "kernel") : text(written) {}

  /// auto is the table's fastest update variant, with or without ternary logic on vectors. Throws BadInput, naming
  /// those there are, for one that the table lacks.
  KernelChoice choose(KernelTable table, bool ternary) const;

  std::string text;
};

/// What --kernels holds: a list of such names, and all.
struct KernelNames {
  static constexpr const char* kKind = "NAMES";

  explicit KernelNames(std::string_view written, std::string_view what = "kernels");

  /// Each variant once, in the order written; where both its forms are named, at any number of threads.
  std::vector<KernelChoice> choose(KernelTable table, bool ternary) const;

  std::string text;
  std::vector<KernelName> names;
};

/// Throws BadInput: that kernel was asked for by the name of its OpenMP form, and there are no two threads for it.
/// `reason` says why, as in "--threads is 1".
[[noreturn]] void refuse_one_thread(const KernelChoice& kernel, std::string_view reason);

/// Chooses the instruction set for all kernels; throws BadInput for one that cannot be used.
void use_isa(const std::string& name);

/// Collective, after use_isa: whether all ranks have ternary logic on vectors, so that auto means one kernel on all.
bool ternary_everywhere(Communicator& world);

/// Waves that are in use, and how they came about.
struct ChosenWaves {
  std::string name;
  std::string how;  ///< "--wave", "kept in PATH", "a race, kept in PATH": filled in on rank 0
};

/// Collective, after use_isa: the same waves on all ranks, those of that name, or with auto those that rank 0 finds. It
/// looks for what was kept for this CPU, build and instruction set at an earlier start (kept_choices.hpp), else it lets
/// them race and keeps the winner; `retune`: it races in any case. A rank whose node is of another kind may not have
/// them, and then finds its own. Throws BadInput for a name that rank 0 does not know.
ChosenWaves use_waves(Communicator& world, const std::string& name, bool retune = false);

}  // namespace trafficbench
