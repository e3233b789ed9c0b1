// Start states: roads that depend on a few numbers alone, generated wherever they are needed.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "kernels/cell_source.hpp"

namespace trafficbench {

/// Largest seed of uni_start: what its seeding takes.
inline constexpr std::int64_t kMaxUniSeed = 900'000'000;

/// Philox4x32-10 (Salmon et al. 2011), keyed by the low and high half of `seed`: cell i holds a car iff word i % 4 of
/// block floor(i / 4) is below density * 2^32. A cell depends on seed and index alone, so any range costs the same. 0
/// <= density <= 1, as in the functions below.
std::unique_ptr<CellSource> philox_start(std::int64_t cells, double density, std::uint64_t seed);

/// The start of the course's C and Fortran programs: the generator of Marsaglia, Zaman & Tsang as F. James published
/// it, Comp. Phys. Comm. 60 (1990) 329 (RANMAR), compared in single precision. 0 <= seed <= kMaxUniSeed.
///
/// The cells come from one stream, in order. To read a range costs the generation of all cells before it that nobody
/// has read yet; a reader that goes on where one stopped pays for its own cells alone.
std::unique_ptr<CellSource> uni_start(std::int64_t cells, double density, std::int64_t seed);

/// The start of the course's numpy programs: MT19937 seeded with init_genrand, 53-bit doubles. A stream as above.
std::unique_ptr<CellSource> mt19937_start(std::int64_t cells, double density, std::uint32_t seed);

/// `pattern`, a text of 0 and 1, repeated along the road. Throws std::invalid_argument for any other text.
std::unique_ptr<CellSource> pattern_start(std::int64_t cells, std::string_view pattern);

}  // namespace trafficbench
