// The table of kernel variants. To add one: a file in kernels/variants/ and a line in registry.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "kernels/variant.hpp"

namespace trafficbench {

/// Every plain variant, slowest first: the rungs of the ladder.
std::span<const Variant* const> variants();

/// The variant of that name, or nullptr.
const Variant* find_variant(std::string_view name);

/// The place of the variant of that name among variants(), from 0; nothing if there is none.
std::optional<std::int64_t> rung_of(std::string_view name);

/// The fastest update variant of a table, by its nominal rate with or without ternary logic on vectors: what `--kernel
/// auto` takes. nullptr if it has none.
const Variant* fastest_of(std::span<const Variant* const> table, bool ternary);

/// The instruction set that the variant runs now: the one in use, "generic", or "native".
std::string isa_of(const Variant& variant);

/// Name of a variant's OpenMP form, the composite of threads.hpp: "bitsliced+threads".
std::string threaded_name(const Variant& variant);

/// The inner loops that the bit-sliced variants chose by a race on this machine, with the instruction set in use: a
/// word.
std::string chosen_waves();

/// Makes these the ones that were chosen. False if the instruction set in use has none of that name.
bool choose_waves(std::string_view name);

/// A segment of `variant`, spread over `threads` >= 1 OpenMP threads: the plain segment for one thread, the composite
/// for more.
std::unique_ptr<Segment> make_segment(const Variant& variant, const SegmentShape& shape, int threads);

/// Upper bound of the bytes that make_segment allocates.
std::int64_t segment_bytes(const Variant& variant, const SegmentShape& shape, int threads);

/// What the variant chooses for itself in make_segment: Variant::configuration for one thread's part. Empty if it has
/// nothing to choose.
std::string segment_configuration(const Variant& variant, const SegmentShape& shape, int threads);

}  // namespace trafficbench
