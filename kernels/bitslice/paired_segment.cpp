#include "kernels/bitslice/paired_segment.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <utility>

#include "kernels/bits.hpp"
#include "kernels/bitslice/tile_knob.hpp"
#include "kernels/bitslice/window.hpp"

namespace trafficbench::bitslice {

namespace {

constexpr std::int64_t kMaxLevels = 128;
// Trips have a multiple of so many levels, so that they end in few short waves.
constexpr std::int64_t kLevelStep = 8;
// A multiple of the positions that a counting wave takes at a time.
constexpr std::int64_t kPositionStep = 16;

// An even place and an odd one in every lane.
LaneShape lanes_of(const SegmentShape& shape, const PairSet& set) {
  return LaneShape::of(shape, set.register_words * kWordCells, 2);
}

// The last place of a trip makes a pair with the place after it.
std::int64_t margin_words(std::int64_t levels) { return levels + 1; }

/// The wave with most levels among those that have no more than `most`.
template <class AnyWave>
const AnyWave& longest(std::span<const AnyWave> waves, std::int64_t most) {
  const AnyWave* found = nullptr;
  for (const AnyWave& wave : waves) {
    if (wave.levels <= most) found = &wave;
  }
  return *found;
}

/// The wave with so many levels.
const PairWave& wave_of(std::span<const PairWave> waves, int levels) {
  return *std::ranges::find(waves, levels, &PairWave::levels);
}

/// Counts what a trip of `levels` iterations does not: near the ends of the own cells. In the frame of the pairs the
/// cells that it counts move on by one cell to the left with each iteration: at first they are [first + levels, last +
/// levels), and they never leave the own cells.
class Edges {
 public:
  Edges(const LaneRoad& road, std::int64_t levels)
      : levels_(levels), own_first_(road.first_own()), own_last_(road.first_own() + road.cells()) {
    first_ = own_first_ / 2 * 2;
    last_ = (own_last_ - levels) / 2 * 2;
    if (last_ <= first_) {
      last_ = first_;
      windows_ = {part(road, own_first_ - levels, own_last_ + levels), Part{}};
    } else {
      windows_ = {part(road, own_first_ - levels, first_ + levels + 1), part(road, last_ - levels, own_last_ + levels)};
    }
  }

  /// Of the cells [first(), last()) of the frame, both even. Empty if there are too few own cells.
  std::int64_t first() const { return first_; }
  std::int64_t last() const { return last_; }

  /// The moves in iteration t that the trip does not count, after as many calls of advance.
  std::int64_t moves(std::int64_t t) const {
    if (last_ == first_) return windows_[0].moves(own_first_, own_last_);
    return windows_[0].moves(own_first_, first_ + levels_ - t) + windows_[1].moves(last_ + levels_ - t, own_last_);
  }

  void advance() {
    for (Part& each : windows_) each.window.advance();
  }

 private:
  struct Part {
    std::int64_t begin = 0;
    Window window{0};
    std::int64_t moves(std::int64_t first, std::int64_t last) const {
      return window.moves(first - begin, last - begin);
    }
  };

  static Part part(const LaneRoad& road, std::int64_t begin, std::int64_t end) {
    Part made{begin, Window(end - begin)};
    road.read_extended(begin, end - begin, made.window.words());
    return made;
  }

  std::int64_t levels_;
  std::int64_t own_first_;
  std::int64_t own_last_;
  std::int64_t first_ = 0;
  std::int64_t last_ = 0;
  std::array<Part, 2> windows_;
};

}  // namespace

PairPlan PairPlan::of(const SegmentShape& shape, const PairSet& set) {
  const std::int64_t length = lanes_of(shape, set).length;
  // With N levels, a trip over L words computes N words more than it must, and costs as much as c levels beside them:
  // cells become pairs and cells again, margins are copied, a cell is followed. The sum is least at sqrt(c L); c is
  // about 4, and more where lanes are short.
  const std::int64_t levels = 8 + std::llround(2 * std::sqrt(static_cast<double>(length)));
  const std::int64_t position_bytes = kPositionWords * set.register_words * 8;
  const std::int64_t tile = tile_of(shape.tuning);
  const std::int64_t wanted = tile > 0 ? tile / 2 : shape.tuning.l1_bytes / 4 / position_bytes;
  const std::int64_t positions = std::min(wanted, length);  // no trip has more
  return {.levels = std::min({levels / kLevelStep * kLevelStep, kMaxLevels, length - 1}),
          .positions = std::max<std::int64_t>(positions / kPositionStep, 1) * kPositionStep};
}

PairedSegment::PairedSegment(const SegmentShape& shape)
    : PairedSegment(shape, pair_set(), PairPlan::of(shape, pair_set())) {}

PairedSegment::PairedSegment(const SegmentShape& shape, const PairSet& set, const PairPlan& plan)
    : LaneSegment(shape, lanes_of(shape, set), set.register_words, margin_words(plan.levels)),
      set_(set),
      plan_(plan),
      pairs_(plan_.positions * kPositionWords * set_.register_words),
      states_(2 * plan_.levels * set_.register_words),
      sums_(kSumWords * plan_.levels * set_.register_words),
      mask_(set_.register_words),
      followed_(set_.register_words) {
  stages_.reserve(static_cast<std::size_t>(plan_.levels));
  counts_.reserve(static_cast<std::size_t>(plan_.levels));
}

std::int64_t PairedSegment::bytes(const SegmentShape& shape) {
  const PairSet& set = pair_set();
  const PairPlan plan = PairPlan::of(shape, set);
  const std::int64_t words = plan.positions * kPositionWords + (2 + kSumWords) * plan.levels + 2;
  return LaneRoad::bytes(lanes_of(shape, set), set.register_words, margin_words(plan.levels)) +
         aligned_buffer_bytes<std::uint64_t>(words * set.register_words) + 4 * aligned_buffer_bytes<std::uint64_t>(0) +
         plan.levels * static_cast<std::int64_t>(sizeof(Stage) + 8) + 2 * words_for(3 * plan.levels + 2) * 8;
}

void PairedSegment::advance(std::int64_t k, std::span<MoveCount> moves) {
  for (std::int64_t done = 0; done < k;) {
    const std::int64_t levels = std::min(k - done, plan_.levels);
    const auto count =
        moves.empty() ? moves : moves.subspan(static_cast<std::size_t>(done), static_cast<std::size_t>(levels));
    plan_trip(levels, count);
    if (std::ranges::any_of(count, &MoveCount::wanted)) {
      trip_and_count(levels, count);
    } else {
      trip(levels, {});
    }
    done += levels;
  }
  use_halo(k);
}

/// Chooses the waves of the next trip.
void PairedSegment::plan_trip(std::int64_t levels, std::span<const MoveCount> moves) {
  const auto wanted = [&](std::int64_t t) { return !moves.empty() && moves[static_cast<std::size_t>(t)].wanted; };
  stages_.clear();
  for (std::int64_t t = 0; t < levels;) {
    std::int64_t run = 1;
    while (t + run < levels && wanted(t + run) == wanted(t)) ++run;
    Stage stage{.level = t,
                .state = states_.data() + 2 * t * set_.register_words,
                .sums = sums_.data() + kSumWords * t * set_.register_words};
    if (wanted(t)) {
      stage.counting = &longest(set_.counting, run);
      stage.wave = &wave_of(set_.waves, stage.counting->levels);
    } else {
      stage.wave = &longest(set_.waves, run);
    }
    t += stage.wave->levels;
    stages_.push_back(stage);
  }
}

/// A trip of which moves are wanted.
void PairedSegment::trip_and_count(std::int64_t levels, std::span<MoveCount> moves) {
  Edges edges(road(), levels);
  counts_.assign(static_cast<std::size_t>(levels), 0);
  trip(levels, {edges.first(), edges.last()});
  for (std::int64_t t = 0; t < levels; ++t) {
    MoveCount& count = moves[static_cast<std::size_t>(t)];
    if (count.wanted) count.moves = counts_[static_cast<std::size_t>(t)] + edges.moves(t);
    edges.advance();
  }
}

/// Takes the segment through the planned waves. Those that count do so at `counted`, cells of the frame.
void PairedSegment::trip(std::int64_t levels, Counted counted) {
  const std::int64_t length = road().length();
  road().fill_margins(margin_words(levels));
  run_blocks(0, levels - 1, levels, false);
  follow(levels);
  // The lanes in which cells are counted change at two positions at most.
  std::array cuts{std::int64_t{0}, counted.first % length / 2, counted.last % length / 2, length / 2};
  std::ranges::sort(cuts);
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    if (cuts[i] == cuts[i + 1]) continue;
    road().fill_mask(counted.first, counted.last, 2 * cuts[i], mask_.data());
    const bool any = std::any_of(mask_.data(), mask_.data() + mask_.size(), std::identity{});
    run_blocks(levels + cuts[i], levels + cuts[i + 1], levels, any);
    for (const Stage& stage : stages_) {
      if (any && stage.counting != nullptr)
        stage.counting->finish(stage.sums, mask_.data(), &counts_[static_cast<std::size_t>(stage.level)]);
    }
  }
}

/// Takes positions [first, last) through the trip. Position q holds the places 2 q - levels and the next one.
void PairedSegment::run_blocks(std::int64_t first, std::int64_t last, std::int64_t levels, bool count) {
  const std::int64_t position_words = kPositionWords * set_.register_words;
  for (std::int64_t begin = first; begin < last; begin += plan_.positions) {
    const std::int64_t end = std::min(begin + plan_.positions, last);
    set_.to_pairs(road().word(2 * begin - levels), pairs_.data(), end - begin);
    for (const Stage& stage : stages_) {
      // Positions before this one are junk by now.
      const std::int64_t from = std::max(begin, stage.level);
      if (from >= end) break;
      std::uint64_t* const pairs = pairs_.data() + (from - begin) * position_words;
      if (count && stage.counting != nullptr) {
        stage.counting->run(pairs, end - from, stage.state, mask_.data(), stage.sums);
      } else {
        stage.wave->run(pairs, end - from, stage.state);
      }
    }
    if (begin >= levels) {
      set_.to_cells(pairs_.data(), end - begin, followed_.data(), road().word(2 * (begin - levels)));
    }
  }
}

/// Takes the last position before the first cells that are right at the end through the trip, and with it the cells of
/// the place after it.
void PairedSegment::follow(std::int64_t levels) {
  std::copy_n(road().word(levels), set_.register_words, followed_.data());
  set_.to_pairs(road().word(levels - 2), pairs_.data(), 1);
  for (const Stage& stage : stages_) {
    set_.follow(pairs_.data(), stage.wave->levels, stage.state, followed_.data());
  }
}

}  // namespace trafficbench::bitslice
