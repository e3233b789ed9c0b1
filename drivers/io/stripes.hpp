// Over how many servers of Lustre a file is spread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace trafficbench {

struct Stripes {
  std::optional<std::int64_t> count;  ///< of the file; of one that changes its striping as it grows, those of its end
  std::optional<std::int64_t> bytes;  ///< of a stripe
  std::string note;                   ///< why they are not known; empty if they are

  bool operator==(const Stripes&) const = default;
};

/// Asks `lfs getstripe`, for some seconds at most.
Stripes stripes_of(const std::string& path);

/// What `lfs getstripe` has said: a word that ends in stripe_count: and one that ends in stripe_size:, a number after
/// each.
Stripes stripes_in(const std::string& text);

}  // namespace trafficbench
