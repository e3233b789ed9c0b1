// A long run in pieces, between which whoever runs it looks up.
#pragma once

#include <cstdint>

#include "kernels/variant.hpp"

namespace trafficbench {

/// How many iterations to make at once, so that a piece takes about so many seconds.
class Pieces {
 public:
  /// A road of `cells` cells on `workers` workers.
  Pieces(const Variant& variant, std::int64_t cells, int workers, double seconds);

  std::int64_t iterations() const { return iterations_; }

  /// What a piece took: on the slowest rank, since all ranks make the same pieces.
  void learn(std::int64_t iterations, double seconds);

 private:
  double seconds_;
  std::int64_t iterations_ = 1;
};

}  // namespace trafficbench
