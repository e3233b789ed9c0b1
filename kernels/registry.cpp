#include "kernels/registry.hpp"

#include <algorithm>
#include <vector>

#include "kernels/bitslice/waves.hpp"
#include "kernels/course_loop.hpp"
#include "kernels/isa.hpp"
#include "kernels/threads.hpp"

// One line a variant, slowest first; each name is a function of that name in kernels/variants/<name>.cpp.
#define TRAFFICBENCH_VARIANTS(VARIANT) \
  VARIANT(naive)                       \
  VARIANT(naive_native)                \
  VARIANT(branchless)                  \
  VARIANT(bitpacked)                   \
  VARIANT(bitsliced)                   \
  VARIANT(tiled)                       \
  VARIANT(paired)                      \
  VARIANT(leap)

namespace trafficbench {

#define TRAFFICBENCH_DECLARE(name) const Variant& name();
namespace variant {
TRAFFICBENCH_VARIANTS(TRAFFICBENCH_DECLARE)
}
#undef TRAFFICBENCH_DECLARE

namespace {

/// Whether this build and this CPU can run it.
bool runs_here(const Variant& variant) {
#ifdef TRAFFICBENCH_NATIVE
  return !variant.is_native || native_runs_here();
#else
  return !variant.is_native;
#endif
}

}  // namespace

std::span<const Variant* const> variants() {
#define TRAFFICBENCH_ENTRY(name) &variant::name(),
  static const std::vector<const Variant*> table = [] {
    std::vector<const Variant*> all{TRAFFICBENCH_VARIANTS(TRAFFICBENCH_ENTRY)};
    std::erase_if(all, [](const Variant* variant) { return !runs_here(*variant); });
    return all;
  }();
#undef TRAFFICBENCH_ENTRY
  return table;
}

std::string isa_of(const Variant& variant) {
  if (variant.is_native) return "native";
  return variant.uses_simd ? selected_isa() : std::string(kGenericIsa);
}

const Variant* find_variant(std::string_view name) {
  const auto found = std::ranges::find(variants(), name, &Variant::name);
  return found == variants().end() ? nullptr : *found;
}

std::optional<std::int64_t> rung_of(std::string_view name) {
  const auto found = std::ranges::find(variants(), name, &Variant::name);
  if (found == variants().end()) return {};
  return found - variants().begin();
}

const Variant* fastest_of(std::span<const Variant* const> table, bool ternary) {
  const auto rate = [&](const Variant& variant) {
    return variant.nominal_rate_plain > 0 && !ternary ? variant.nominal_rate_plain : variant.nominal_rate;
  };
  const Variant* best = nullptr;
  for (const Variant* candidate : table) {
    if (candidate->kernel_class != KernelClass::update) continue;
    if (best == nullptr || rate(*candidate) > rate(*best)) best = candidate;
  }
  return best;
}

std::string threaded_name(const Variant& variant) { return std::string(variant.name) + "+threads"; }

std::string chosen_waves() { return name_of(bitslice::fastest_waves()); }

bool choose_waves(std::string_view name) { return bitslice::choose_waves(name); }

std::unique_ptr<Segment> make_segment(const Variant& variant, const SegmentShape& shape, int threads) {
  return threads > 1 ? make_threads(variant, shape, threads) : variant.make(shape);
}

std::int64_t segment_bytes(const Variant& variant, const SegmentShape& shape, int threads) {
  return threads > 1 ? threads_bytes(variant, shape, threads) : variant.bytes(shape);
}

std::string segment_configuration(const Variant& variant, const SegmentShape& shape, int threads) {
  if (variant.configuration == nullptr) return {};
  return variant.configuration(threads > 1 ? first_child_shape(shape, threads) : shape);
}

}  // namespace trafficbench
