#include "kernels/ring.hpp"

#include <algorithm>

#include "kernels/bits.hpp"
#include "kernels/registry.hpp"

namespace trafficbench {

Ring::Ring(const Variant& variant, std::int64_t cells, const RingOptions& options)
    : depth_(options.depth),
      segment_(make_segment(variant, {cells, {depth_, depth_}, options.tuning}, options.threads)),
      left_(static_cast<std::size_t>(words_for(depth_))),
      right_(left_.size()) {}

void Ring::advance(std::int64_t iterations, std::span<MoveCount> moves) {
  for (std::int64_t done = 0; done < iterations;) {
    const std::int64_t step = std::min(depth_, iterations - done);
    std::span<MoveCount> counts;
    if (!moves.empty()) {
      counts = moves.subspan(static_cast<std::size_t>(done), static_cast<std::size_t>(step));
      // A variant skips the counting altogether when there is no list.
      if (std::ranges::none_of(counts, &MoveCount::wanted)) counts = {};
    }
    set_halo(step);
    segment_->advance(step, counts);
    done += step;
  }
}

void Ring::set_halo(std::int64_t cells) {
  read_ring(*segment_, -cells, cells, left_);
  read_ring(*segment_, 0, cells, right_);
  segment_->set_halo(left_, right_, {cells, cells});
}

}  // namespace trafficbench
