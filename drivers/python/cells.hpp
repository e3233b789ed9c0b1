// Cells as numpy has them, a byte each, and what is worked out from them at once.
#pragma once

#include <cstdint>
#include <span>

#include "drivers/python/workers.hpp"
#include "drivers/road/start.hpp"
#include "kernels/packed_road.hpp"

namespace trafficbench::python {

/// A road of these cells, each 0 or 1. Throws BadInput for another, or none.
PackedRoad packed(std::span<const std::uint8_t> cells);

/// Cells a byte each, from the packed cells.
void unpack(std::span<const std::uint64_t> words, std::span<std::uint8_t> cells);

/// Cells [first, first + count) of a start state of `length` cells, packed. Throws BadInput.
void read_start(const StartOptions& start, std::int64_t length, std::int64_t first, std::int64_t count,
                std::span<std::uint64_t> out, const Pause& pause);

/// The ring `before` after so many iterations, by the closed form.
void exact_cells(std::span<const std::uint8_t> before, std::int64_t steps, std::span<std::uint8_t> after,
                 const Pause& pause);

}  // namespace trafficbench::python
