#include "kernels/isa.hpp"

#include <hwy/highway.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace trafficbench {

namespace {

// Highway's names in lower case, but AVX-512 by the name that people know it by.
std::string name_of(std::int64_t target) {
  std::string name = hwy::TargetName(target);
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  if (name.starts_with("avx3")) name.replace(0, 4, "avx512");
  return name;
}

// Highway numbers targets best first, from the lowest bit up.
std::vector<std::int64_t> built_targets() {
  std::vector<std::int64_t> targets;
  for (std::int64_t rest = HWY_TARGETS; rest != 0; rest &= rest - 1) {
    targets.push_back(rest & -rest);
  }
  return targets;
}

// What the CPU runs, whatever has been selected.
std::int64_t supported_targets() {
  hwy::SetSupportedTargetsForTest(0);
  return hwy::SupportedTargets();
}

// Set by select_isa; 0 stands for the best.
std::int64_t selected_target = 0;

void use_target(std::int64_t target) {
  selected_target = target;
  hwy::SetSupportedTargetsForTest(target);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

// Width of SVE's registers: Linux sets it for each process. 0 where there are none.
int scalable_register_bits() {
#ifdef PR_SVE_GET_VL
  const int answer = prctl(PR_SVE_GET_VL);
  if (answer > 0) return (answer & PR_SVE_VL_LEN_MASK) * 8;
#endif
  return 0;
}

int register_bits_of(std::string_view name) {
  if (name.starts_with("avx512") || name.starts_with("avx10")) return 512;
  if (name == "avx2" || name == "sve_256") return 256;
  if (name == "sve" || name == "sve2") return scalable_register_bits();
  return 128;
}

}  // namespace

std::vector<Isa> built_isas() {
  const std::int64_t supported = supported_targets();
  use_target(selected_target);
  std::vector<Isa> isas;
  for (const std::int64_t target : built_targets()) {
    const std::string name = name_of(target);
    isas.push_back({name, (supported & target) != 0, register_bits_of(name)});
  }
  return isas;
}

std::string selected_isa() {
  if (selected_target != 0) return name_of(selected_target);
  const std::int64_t usable = hwy::SupportedTargets() & HWY_TARGETS;
  return name_of(usable & -usable);
}

bool has_ternary_logic() {
  const std::string isa = selected_isa();
  return isa.starts_with("avx512") || isa.starts_with("avx10") || isa.starts_with("neon") || isa.starts_with("sve");
}

void select_isa(std::string_view name) {
  const std::int64_t supported = supported_targets();
  if (name == "auto") return use_target(0);
  std::string usable;
  for (const std::int64_t target : built_targets()) {
    if ((supported & target) == 0) continue;
    if (name_of(target) == name) return use_target(target);
    usable += (usable.empty() ? "" : ", ") + name_of(target);
  }
  use_target(selected_target);
  // What cannot be a name is not repeated.
  const auto may_stand = [](char letter) {
    return letter == '_' || std::isalnum(static_cast<unsigned char>(letter)) != 0;
  };
  const bool is_name = name.size() <= 20 && std::ranges::all_of(name, may_stand);
  throw std::invalid_argument("instruction set " + (is_name ? "'" + std::string(name) + "' " : std::string()) +
                              "is not one that this binary and this CPU have: auto, " + usable);
}

}  // namespace trafficbench
