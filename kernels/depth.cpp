#include "kernels/depth.hpp"

#include <algorithm>
#include <cmath>

namespace trafficbench {

namespace {

/// A power of four microseconds.
double rounded(double seconds) {
  constexpr double kMicrosecond = 1e-6;
  constexpr double kLeast = 1e-3;
  return kMicrosecond * std::pow(4.0, std::round(std::log2(std::max(seconds / kMicrosecond, kLeast)) / 2));
}

}  // namespace

std::int64_t choose_depth(const Variant& variant, std::int64_t cells_per_worker, double exchange_seconds) {
  constexpr std::int64_t kSegmentParts = 4;
  constexpr std::int64_t kRound = 64;
  constexpr double kNanoseconds = 1e9;

  const double best = std::sqrt(exchange_seconds * kNanoseconds * variant.nominal_rate);
  const std::int64_t most = std::max<std::int64_t>(1, cells_per_worker / kSegmentParts);
  // Compared as floating point: a made-up exchange may take longer than an integer can say.
  std::int64_t depth = best >= static_cast<double>(most) ? most : static_cast<std::int64_t>(std::llround(best));
  depth = std::clamp(depth, std::min(most, variant.work.iterations_per_trip), most);
  if (depth > kRound) {
    const std::int64_t up = (depth + kRound - 1) / kRound * kRound;
    depth = up <= most ? up : depth / kRound * kRound;
  }
  return std::max<std::int64_t>(1, depth);
}

double nominal_exchange_seconds(int ranks, int threads) {
  if (ranks > 1) return 5e-6;    // messages from two neighbours, and a reduction
  if (threads > 1) return 2e-6;  // a barrier, and the copies of the edges
  return 2e-7;                   // the copies alone
}

std::int64_t auto_depth(const Variant& variant, std::int64_t road_cells, int ranks, int threads,
                        double exchange_seconds) {
  const std::int64_t workers = std::int64_t{ranks} * threads;
  const bool is_measured = ranks > 1 && exchange_seconds > 0;
  const double seconds = is_measured ? rounded(exchange_seconds) + nominal_exchange_seconds(1, threads)
                                     : nominal_exchange_seconds(ranks, threads);
  return choose_depth(variant, std::max<std::int64_t>(road_cells / workers, 1), seconds);
}

}  // namespace trafficbench
