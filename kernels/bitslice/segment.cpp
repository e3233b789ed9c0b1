#include "kernels/bitslice/segment.hpp"

#include <algorithm>
#include <utility>

#include "kernels/bits.hpp"

namespace trafficbench::bitslice {

namespace {

constexpr std::int64_t kMaxWaveLevels = 16;
constexpr std::int64_t kMaxGroup = 64;
// As many masks as a group may take.
constexpr std::int64_t kMaxMasks = kMaxGroup + kMaxWaveLevels;

constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

std::int64_t margin_words(std::int64_t levels) { return levels + kMaxGroup; }

LaneShape lanes_of(const SegmentShape& shape, const FastestWaves& waves) {
  return LaneShape::of(shape, waves.set->register_words * kWordCells);
}

/// `best` if it has no more than `most` levels, else the one with most levels among the waves that have no more.
template <class AnyWave>
const AnyWave& longest(std::span<const AnyWave> waves, const AnyWave& best, std::int64_t most) {
  if (best.levels <= most) return best;
  const AnyWave* found = nullptr;
  for (const AnyWave& wave : waves) {
    if (wave.levels <= most && (found == nullptr || wave.levels > found->levels)) found = &wave;
  }
  return *found;
}

}  // namespace

BitsliceSegment::BitsliceSegment(const SegmentShape& shape, const TripPlan& plan, const FastestWaves& waves)
    : LaneSegment(shape, lanes_of(shape, waves), waves.set->register_words,
                  margin_words(fitted(plan, shape, waves).levels)),
      waves_(waves),
      plan_(fitted(plan, shape, waves)),
      states_(2 * plan_.levels * road().register_words()),
      masks_(std::ssize(changes_) * 2 * kMaxMasks * road().register_words()),
      own_lanes_(std::ssize(changes_) * road().register_words()) {
  stages_.reserve(static_cast<std::size_t>(plan_.levels));
  counts_.reserve(static_cast<std::size_t>(plan_.levels));
  find_own_lanes();
}

TripPlan BitsliceSegment::fitted(const TripPlan& plan, const SegmentShape& shape, const FastestWaves& waves) {
  const std::int64_t one_wave = std::max(waves.wave->levels, waves.counting->levels);
  return {.levels = std::min(plan.levels > 0 ? plan.levels : one_wave, lanes_of(shape, waves).length),
          .block_words = std::max(plan.block_words, kMaxGroup)};
}

std::int64_t BitsliceSegment::bytes(const SegmentShape& shape, const TripPlan& plan, const FastestWaves& waves) {
  const std::int64_t register_words = waves.set->register_words;
  const std::int64_t levels = fitted(plan, shape, waves).levels;
  const std::int64_t words = 2 * levels + 4 * (2 * kMaxMasks + 1);
  return LaneRoad::bytes(lanes_of(shape, waves), register_words, margin_words(levels)) +
         aligned_buffer_bytes<std::uint64_t>(words * register_words) + 2 * aligned_buffer_bytes<std::uint64_t>(0) +
         levels * static_cast<std::int64_t>(sizeof(Stage) + 8);
}

void BitsliceSegment::advance(std::int64_t k, std::span<MoveCount> moves) {
  for (std::int64_t done = 0; done < k;) {
    const auto rest = moves.empty() ? moves : moves.subspan(static_cast<std::size_t>(done));
    const std::int64_t levels = plan_trip(std::min(k - done, plan_.levels), rest);
    trip(levels);
    for (std::size_t t = 0; !rest.empty() && std::cmp_less(t, levels); ++t) {
      if (rest[t].wanted) rest[t].moves = counts_[t];
    }
    done += levels;
  }
  use_halo(k);
}

/// Chooses the waves of the next trip, which have `most` levels together.
std::int64_t BitsliceSegment::plan_trip(std::int64_t most, std::span<const MoveCount> moves) {
  const auto wanted = [&](std::int64_t t) { return !moves.empty() && moves[static_cast<std::size_t>(t)].wanted; };
  stages_.clear();
  counts_.assign(static_cast<std::size_t>(most), 0);
  for (std::int64_t t = 0; t < most;) {
    std::int64_t run = 1;
    while (t + run < most && run < kMaxWaveLevels && wanted(t + run) == wanted(t)) ++run;
    Stage stage;
    if (wanted(t)) {
      stage.counting = &longest(waves_.set->counting, *waves_.counting, run);
      stage.levels = stage.counting->levels;
      stage.group = stage.counting->group;
    } else {
      stage.wave = &longest(waves_.set->waves, *waves_.wave, run);
      stage.levels = stage.wave->levels;
      stage.group = stage.wave->group;
    }
    stage.state = states_.data() + 2 * t * road().register_words();
    stage.moves = counts_.data() + t;
    // Each stage begins and ends nearer to the lanes' own words, by the levels of those before it.
    stage.next = -(most - t);
    stage.end = road().length() + (most - t);
    stages_.push_back(stage);
    t += stage.levels;
  }
  return most;
}

/// Takes the segment through the planned waves. Each wave works on a block after the wave before it, and lags behind
/// that one by as many words as it has levels.
void BitsliceSegment::trip(std::int64_t levels) {
  road().fill_margins(levels);
  std::int64_t block_end = -levels;
  bool last = false;
  while (!last) {
    block_end += plan_.block_words;
    last = block_end >= road().length() + levels;
    std::int64_t ready = block_end;
    for (Stage& stage : stages_) {
      const std::int64_t groups =
          last ? ceil_div(stage.end - stage.next, stage.group) : (ready - stage.next) / stage.group;
      if (groups > 0) run_groups(stage, groups);
      ready = stage.next - stage.levels;
    }
  }
}

void BitsliceSegment::run_groups(Stage& stage, std::int64_t groups) {
  if (stage.counting != nullptr) return run_counting(stage, groups);
  stage.wave->run(road().word(stage.next), groups, stage.state);
  stage.next += groups * stage.group;
}

/// Counts own cells only, each once. Which lanes those are changes at four words at most; a group that holds such a
/// word is taken by itself, with a mask for each word. These masks are made once: on a short road every fourth group or
/// so takes them, and to put them together anew took longer than all counting.
void BitsliceSegment::run_counting(Stage& stage, std::int64_t groups) {
  const std::int64_t masks = stage.group + stage.levels - 1;
  while (groups > 0) {
    const std::int64_t first = stage.next - stage.levels;  // the first word that the deepest level counts
    const std::int64_t end = stage.next + groups * stage.group;
    const auto next_change = std::ranges::upper_bound(changes_, first);
    const std::int64_t change = next_change == changes_.end() ? end : std::min(end, *next_change);
    std::int64_t step = 1;
    if (change >= first + masks) {
      step = std::min(groups, (change - first - masks) / stage.group + 1);
      stage.counting->run_uniform(road().word(stage.next), step, stage.state, own_lanes(first), stage.moves);
    } else {
      stage.counting->run_masked(road().word(stage.next), step, stage.state,
                                 masks_round(next_change - changes_.begin(), first), stage.moves);
    }
    stage.next += step * stage.group;
    groups -= step;
  }
}

/// Works out the masks of own_lanes and masks_round.
void BitsliceSegment::find_own_lanes() {
  const std::int64_t first = road().first_own();
  const std::int64_t last = first + road().cells();
  changes_ = {0, first % road().length(), last % road().length(), road().length()};
  std::ranges::sort(changes_);
  for (std::size_t i = 0; i + 1 < changes_.size(); ++i) {
    road().fill_mask(first, last, changes_[i],
                     own_lanes_.data() + static_cast<std::int64_t>(i + 1) * road().register_words());
  }
  std::uint64_t* mask = masks_.data();
  for (const std::int64_t change : changes_) {
    for (std::int64_t j = change - kMaxMasks; j < change + kMaxMasks; ++j) {
      mask = std::copy_n(own_lanes(j), road().register_words(), mask);
    }
  }
}

/// The masks of word j and the words after it, as many as a group takes. The i-th change is behind j, by less than
/// that.
const std::uint64_t* BitsliceSegment::masks_round(std::int64_t i, std::int64_t j) const {
  const std::int64_t first = changes_[static_cast<std::size_t>(i)] - kMaxMasks;
  return masks_.data() + (2 * kMaxMasks * i + j - first) * road().register_words();
}

/// The word of those lanes whose cell j is an own cell.
const std::uint64_t* BitsliceSegment::own_lanes(std::int64_t j) const {
  const std::int64_t before = std::ranges::upper_bound(changes_, j) - changes_.begin();
  // Behind the last change there are none, as before the first.
  return own_lanes_.data() + before % std::ssize(changes_) * road().register_words();
}

}  // namespace trafficbench::bitslice
