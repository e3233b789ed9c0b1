#include "drivers/python/segment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/numbers.hpp"
#include "drivers/base/wall_clock.hpp"
#include "drivers/machine/memory.hpp"
#include "drivers/machine/topology.hpp"
#include "drivers/machine/tuning.hpp"
#include "kernels/bits.hpp"
#include "kernels/packed_road.hpp"
#include "kernels/registry.hpp"

namespace trafficbench::python {

namespace {

/// Packed cells that somebody else holds.
class Words final : public CellSource {
 public:
  explicit Words(std::span<const std::uint64_t> words) : words_(words) {}

  std::int64_t cells() const override { return std::ssize(words_) * kWordCells; }
  void read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const override {
    if (count == 0) return;
    out[static_cast<std::size_t>(words_for(count) - 1)] = 0;
    copy_cells(words_, first, out, 0, count);
  }

 private:
  std::span<const std::uint64_t> words_;
};

Workers workers_of(const std::string& kernel, int threads) {
  const std::unique_ptr<Communicator> alone = make_lone_rank();
  return find_workers(*alone, kernel, threads);
}

std::int64_t checked(std::int64_t number, std::string_view what, std::int64_t least, std::int64_t most) {
  check_count(number, what, least, most);
  return number;
}

std::unique_ptr<Segment> segment_of(const Workers& workers, std::int64_t length, std::int64_t halo) {
  const SegmentShape shape{length, {halo, halo}, tuning_for(this_machine(), workers.threads)};
  const std::int64_t bytes = segment_bytes(*workers.variant, shape, workers.threads);
  const std::string what = fmt::format("a segment of {} cells with halos of {}", length, halo);
  if (const std::int64_t available = available_memory(); bytes > available) {
    throw OutOfMemory(fmt::format("{} takes {:.1f} GiB with {}, and {:.1f} GiB are available", what,
                                  static_cast<double>(bytes) / 0x1p30, workers.variant->name,
                                  static_cast<double>(available) / 0x1p30));
  }
  try {
    return make_segment(*workers.variant, shape, workers.threads);
  } catch (const std::bad_alloc&) {
    throw OutOfMemory(what + " does not fit into the memory of this machine");
  }
}

/// Throws unless `words` hold so many cells.
void check_words(std::span<const std::uint64_t> words, std::string_view what, std::int64_t cells) {
  if (std::ssize(words) >= words_for(cells)) return;
  throw BadInput(fmt::format("{} has {} words: expected {} for {} cells", what, words.size(), words_for(cells), cells));
}

}  // namespace

HeldSegment::HeldSegment(std::int64_t length, std::int64_t halo, const std::string& kernel, int threads)
    : length_(checked(length, "length", 1, kMaxCells)),
      max_halo_(checked(halo, "halo", 1, kMaxCells)),
      workers_(workers_of(kernel, threads)),
      segment_(segment_of(workers_, length, halo)),
      pieces_(*workers_.variant, length + 2 * halo, workers_.threads, kPieceSeconds) {}

Turn HeldSegment::begin() {
  check_workers(workers_);
  return {taken_, "Segment"};
}

std::int64_t HeldSegment::halo() const {
  const HaloWidth left = segment_->halo();
  return std::min(left.left, left.right);
}

void HeldSegment::load(std::span<const std::uint64_t> words, std::int64_t first) {
  const Turn turn = begin();
  check_count(first, "first", 0, kMaxCells);
  check_words(words, "packed", first + length_);
  segment_->load(Words(words), first);
  loaded_ = true;
}

void HeldSegment::read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) {
  const Turn turn = begin();
  if (!loaded_) throw BadInput("this Segment has no cells yet: load them");
  check_count(first, "first", 0, length_);
  check_count(count, "count", 0, length_ - first);
  check_words(out, "out", count);
  if (count > 0) segment_->read(first, count, out);
}

void HeldSegment::set_halo(std::span<const std::uint64_t> left, std::span<const std::uint64_t> right,
                           std::int64_t width) {
  const Turn turn = begin();
  if (!loaded_) throw BadInput("this Segment has no cells yet: load them before their halo");
  check_count(width, "width", 0, max_halo_);
  check_words(left, "left", width);
  check_words(right, "right", width);
  segment_->set_halo(left, right, {width, width});
}

std::int64_t HeldSegment::advance(std::int64_t steps, std::span<std::int64_t> each, const Pause& pause) {
  const Turn turn = begin();
  if (!loaded_) throw BadInput("this Segment has no cells yet: load them");
  check_count(steps, "steps", 0, max_halo_);
  if (steps > halo()) {
    throw BadInput(fmt::format("the halo is good for {} iterations, not {}: set_halo first", halo(), steps));
  }
  std::int64_t last = 0;
  for (std::int64_t made = 0; made < steps;) {
    if (made > 0) pause();
    const std::int64_t piece = std::min(pieces_.iterations(), steps - made);
    const bool ends = made + piece == steps;
    const bool every = !each.empty();
    counts_.assign(static_cast<std::size_t>(every || ends ? piece : 0), {.wanted = every, .moves = 0});
    if (ends) counts_.back().wanted = true;
    const double began = wall_seconds();
    segment_->advance(piece, counts_);
    pieces_.learn(piece, wall_seconds() - began);
    if (every) std::ranges::transform(counts_, each.begin() + made, &MoveCount::moves);
    if (ends) last = counts_.back().moves;
    made += piece;
  }
  return last;
}

}  // namespace trafficbench::python
