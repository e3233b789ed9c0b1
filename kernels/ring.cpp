#include "kernels/ring.hpp"

#include <algorithm>

#include "kernels/bits.hpp"
#include "kernels/registry.hpp"

namespace trafficbench {

Ring::Ring(const Variant& variant, std::int64_t cells, const RingOptions& options)
    : variant_(variant), depth_(options.depth) {
  const HaloWidth most_halo = variant.halo_for(depth_, options.count_every);
  segment_ = make_segment(variant, {cells, most_halo, options.tuning}, options.threads);
  left_.resize(static_cast<std::size_t>(words_for(most_halo.left)));
  right_.resize(static_cast<std::size_t>(words_for(most_halo.right)));
}

void Ring::advance(std::int64_t iterations, std::span<MoveCount> moves) {
  for (std::int64_t done = 0; done < iterations;) {
    const std::int64_t step = std::min(depth_, iterations - done);
    std::span<MoveCount> counts;
    bool counted = false;
    if (!moves.empty()) {
      counts = moves.subspan(static_cast<std::size_t>(done), static_cast<std::size_t>(step));
      counted = std::ranges::any_of(counts.first(counts.size() - 1), &MoveCount::wanted);
      // Variants skip the counting altogether when there is no list.
      if (!counted && !counts.back().wanted) counts = {};
    }
    show_own_edges(variant_.halo_for(step, counted));
    segment_->advance(step, counts);
    done += step;
  }
}

void Ring::show_own_edges(HaloWidth width) {
  read_ring(*segment_, -width.left, width.left, left_);
  read_ring(*segment_, 0, width.right, right_);
  segment_->set_halo(left_, right_, width);
}

}  // namespace trafficbench
