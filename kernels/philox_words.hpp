// Cells of the start state `philox`, whole words at a time, in vectors.
#pragma once

#include <cstdint>

namespace trafficbench {

/// What a road of philox cells depends on (start_state.hpp).
struct PhiloxKey {
  std::uint64_t seed = 0;
  std::uint64_t threshold = 0;  ///< a word below it is a car; 2^32 at most
};

/// The cells of the blocks from `block` on, packed: 16 blocks, of four cells each, to a word. For the instruction set
/// in use; all give the same.
void philox_words(const PhiloxKey& key, std::uint64_t block, std::int64_t words, std::uint64_t* out);

}  // namespace trafficbench
