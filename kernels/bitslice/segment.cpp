#include "kernels/bitslice/segment.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "kernels/bits.hpp"

namespace trafficbench::bitslice {

namespace {

constexpr std::int64_t kMaxWaveLevels = 16;
constexpr std::int64_t kMaxGroup = 64;
constexpr std::int64_t kMinLength = 16;
// load and read go through the lanes in steps of so many blocks of 64 words, so that each call for a lane is worth it.
constexpr std::int64_t kMaxBlocks = 64;

constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

std::int64_t margin_words(std::int64_t levels) { return levels + kMaxGroup; }

std::int64_t buffer_words(const LaneShape& lanes, std::int64_t levels) {
  return lanes.length + 2 * margin_words(levels);
}

std::int64_t blocks_at_once(const LaneShape& lanes) { return std::min(kMaxBlocks, ceil_div(lanes.length, kWordCells)); }

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

LaneShape LaneShape::of(const SegmentShape& shape, std::int64_t register_cells) {
  const std::int64_t extended = shape.max_halo.left + shape.cells + shape.max_halo.right;
  const std::int64_t length = std::max(kMinLength, ceil_div(extended, register_cells));
  return {ceil_div(extended, length), length};
}

BitsliceSegment::BitsliceSegment(const SegmentShape& shape, const TripPlan& plan, const FastestWaves& waves)
    : waves_(waves),
      lane_moves_(lane_moves(waves.set->register_words)),
      register_words_(waves.set->register_words),
      cells_(shape.cells),
      first_own_(shape.max_halo.left),
      shape_(LaneShape::of(shape, register_words_ * kWordCells)),
      plan_(fitted(plan, shape, waves)),
      front_(margin_words(plan_.levels)),
      words_(buffer_words(shape_, plan_.levels) * register_words_),
      states_(2 * plan_.levels * register_words_),
      masks_((kMaxGroup + kMaxWaveLevels) * register_words_) {}

TripPlan BitsliceSegment::fitted(const TripPlan& plan, const SegmentShape& shape, const FastestWaves& waves) {
  const LaneShape lanes = LaneShape::of(shape, waves.set->register_words * kWordCells);
  const std::int64_t one_wave = std::max(waves.wave->levels, waves.counting->levels);
  return {.levels = std::min(plan.levels > 0 ? plan.levels : one_wave, lanes.length),
          .block_words = std::max(plan.block_words, kMaxGroup)};
}

std::int64_t BitsliceSegment::bytes(const SegmentShape& shape, const TripPlan& plan, const FastestWaves& waves) {
  const std::int64_t register_words = waves.set->register_words;
  const LaneShape lanes = LaneShape::of(shape, register_words * kWordCells);
  const std::int64_t levels = fitted(plan, shape, waves).levels;
  const std::int64_t words = buffer_words(lanes, levels) + 2 * levels + kMaxGroup + kMaxWaveLevels;
  const std::int64_t pieces = register_words * kWordCells * (blocks_at_once(lanes) + 1);
  return aligned_buffer_bytes<std::uint64_t>(words * register_words) + 2 * aligned_buffer_bytes<std::uint64_t>(0) +
         (pieces + 2 * kMaxBlocks) * 8 + levels * static_cast<std::int64_t>(sizeof(Stage) + 8);
}

void BitsliceSegment::load(const CellSource& source, std::int64_t first) {
  const std::int64_t blocks = blocks_at_once(shape_);
  const std::int64_t rows = register_words_ * kWordCells;
  std::vector<std::uint64_t> pieces(static_cast<std::size_t>(rows * blocks));
  AlignedBuffer<std::uint64_t> square(kWordCells * register_words_);
  std::array<std::uint64_t, kMaxBlocks> cut;
  for (std::int64_t j = 0; j < shape_.length; j += blocks * kWordCells) {
    const std::int64_t step = std::min(blocks * kWordCells, shape_.length - j);
    for (std::int64_t lane = 0; lane < shape_.lanes; ++lane) {
      // Own cells of this piece of the lane; the others stay empty until set_halo.
      const std::int64_t piece_first = lane * shape_.length + j - first_own_;
      const std::int64_t begin = std::clamp<std::int64_t>(piece_first, 0, cells_);
      const std::int64_t end = std::clamp<std::int64_t>(piece_first + step, 0, cells_);
      const std::span piece(pieces.data() + lane * blocks, static_cast<std::size_t>(blocks));
      if (begin == piece_first && begin < end) {
        source.read(first + begin, end - begin, piece);
        std::fill(piece.begin() + words_for(end - begin), piece.end(), 0);
        continue;
      }
      std::ranges::fill(piece, 0);
      if (begin >= end) continue;
      source.read(first + begin, end - begin, cut);
      copy_cells(cut, 0, piece, begin - piece_first, end - begin);
    }
    for (std::int64_t block = 0; block * kWordCells < step; ++block) {
      for (std::int64_t lane = 0; lane < rows; ++lane) {
        square[static_cast<std::size_t>(lane % kWordCells * register_words_ + lane / kWordCells)] =
            pieces[static_cast<std::size_t>(lane * blocks + block)];
      }
      lane_moves_.transpose(square.data());
      const std::int64_t words = std::min(kWordCells, step - block * kWordCells);
      std::copy_n(square.data(), words * register_words_, word(j + block * kWordCells));
    }
  }
  halo_ = {};
}

std::uint64_t BitsliceSegment::read_bits(std::int64_t cell, std::int64_t count) const {
  constexpr std::uint64_t kTop = std::uint64_t{1} << (kWordCells - 1);
  std::uint64_t bits = 0;
  for (std::int64_t done = 0; done < count;) {
    const std::int64_t lane = (cell + done) / shape_.length;
    const std::int64_t j = (cell + done) % shape_.length;
    const std::int64_t step = std::min(count - done, shape_.length - j);
    const std::uint64_t* from = word(j) + lane / kWordCells;
    const std::int64_t to_top = kWordCells - 1 - lane % kWordCells;
    // Each cell comes in at the top and is shifted down as others follow.
    for (std::int64_t i = 0; i < step; ++i, from += register_words_) {
      bits = (bits >> 1) | ((*from << to_top) & kTop);
    }
    done += step;
  }
  return bits >> (kWordCells - count);
}

void BitsliceSegment::write_bits(std::int64_t cell, std::int64_t count, std::uint64_t bits) {
  for (std::int64_t done = 0; done < count;) {
    const std::int64_t lane = (cell + done) / shape_.length;
    const std::int64_t j = (cell + done) % shape_.length;
    const std::int64_t step = std::min(count - done, shape_.length - j);
    std::uint64_t* to = word(j) + lane / kWordCells;
    const std::uint64_t others = ~(std::uint64_t{1} << (lane % kWordCells));
    for (std::int64_t i = 0; i < step; ++i, to += register_words_, bits >>= 1) {
      *to = (*to & others) | ((bits & 1) << (lane % kWordCells));
    }
    done += step;
  }
}

void BitsliceSegment::read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const {
  // 64 packed cells stand in 64 words. Where the range covers many lanes, the other cells of those words are wanted
  // too, and a transpose gets them all at once.
  if (count >= 8 * std::max(shape_.length, kWordCells)) {
    return read_lanes(first_own_ + first, count, out);
  }
  for (std::int64_t done = 0; done < count; done += kWordCells) {
    out[static_cast<std::size_t>(done / kWordCells)] =
        read_bits(first_own_ + first + done, std::min(kWordCells, count - done));
  }
}

void BitsliceSegment::read_lanes(std::int64_t cell, std::int64_t count, std::span<std::uint64_t> out) const {
  const std::int64_t blocks = blocks_at_once(shape_);
  const std::int64_t first_lane = cell / shape_.length;
  const std::int64_t last_lane = (cell + count - 1) / shape_.length;
  std::vector<std::uint64_t> pieces(static_cast<std::size_t>(shape_.lanes * blocks));
  AlignedBuffer<std::uint64_t> square(kWordCells * register_words_);
  out[static_cast<std::size_t>(words_for(count) - 1)] = 0;
  for (std::int64_t j = 0; j < shape_.length; j += blocks * kWordCells) {
    const std::int64_t step = std::min(blocks * kWordCells, shape_.length - j);
    for (std::int64_t block = 0; block * kWordCells < step; ++block) {
      const std::int64_t words = std::min(kWordCells, step - block * kWordCells);
      std::copy_n(word(j + block * kWordCells), words * register_words_, square.data());
      lane_moves_.transpose(square.data());
      for (std::int64_t lane = first_lane; lane <= last_lane; ++lane) {
        pieces[static_cast<std::size_t>(lane * blocks + block)] =
            square[static_cast<std::size_t>(lane % kWordCells * register_words_ + lane / kWordCells)];
      }
    }
    for (std::int64_t lane = first_lane; lane <= last_lane; ++lane) {
      const std::int64_t piece_first = lane * shape_.length + j;
      const std::int64_t begin = std::max(piece_first, cell);
      const std::int64_t end = std::min(piece_first + step, cell + count);
      if (begin >= end) continue;
      const std::span piece(pieces.data() + lane * blocks, static_cast<std::size_t>(blocks));
      copy_cells(piece, begin - piece_first, out, begin - cell, end - begin);
    }
  }
}

void BitsliceSegment::set_halo(std::span<const std::uint64_t> left, std::span<const std::uint64_t> right,
                               HaloWidth width) {
  for (std::int64_t done = 0; done < width.left; done += kWordCells) {
    write_bits(first_own_ - width.left + done, std::min(kWordCells, width.left - done),
               left[static_cast<std::size_t>(done / kWordCells)]);
  }
  for (std::int64_t done = 0; done < width.right; done += kWordCells) {
    write_bits(first_own_ + cells_ + done, std::min(kWordCells, width.right - done),
               right[static_cast<std::size_t>(done / kWordCells)]);
  }
  halo_ = width;
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
  halo_.left -= k;
  halo_.right -= k;
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
    stage.state = states_.data() + 2 * t * register_words_;
    stage.moves = counts_.data() + t;
    // Each stage begins and ends nearer to the lanes' own words, by the levels of those before it.
    stage.next = -(most - t);
    stage.end = shape_.length + (most - t);
    stages_.push_back(stage);
    t += stage.levels;
  }
  return most;
}

/// Takes the segment through the planned waves. Each wave works on a block after the wave before it, and lags behind
/// that one by as many words as it has levels.
void BitsliceSegment::trip(std::int64_t levels) {
  lane_moves_.from_lane_before(word(shape_.length - levels), word(-levels), levels);
  lane_moves_.from_lane_after(word(0), word(shape_.length), levels);
  std::int64_t block_end = -levels;
  bool last = false;
  while (!last) {
    block_end += plan_.block_words;
    last = block_end >= shape_.length + levels;
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
  stage.wave->run(word(stage.next), groups, stage.state);
  stage.next += groups * stage.group;
}

/// Counts own cells only, each once. Which lanes those are changes at four words at most; a group that holds such a
/// word is taken by itself, with a mask for each word.
void BitsliceSegment::run_counting(Stage& stage, std::int64_t groups) {
  const std::array<std::int64_t, 4> changes{0, first_own_ % shape_.length, (first_own_ + cells_) % shape_.length,
                                            shape_.length};
  const std::int64_t masks = stage.group + stage.levels - 1;
  while (groups > 0) {
    const std::int64_t first = stage.next - stage.levels;  // the first word that the deepest level counts
    std::int64_t change = stage.next + groups * stage.group;
    for (const std::int64_t candidate : changes) {
      if (candidate > first) change = std::min(change, candidate);
    }
    std::int64_t step = 1;
    CountingWave::Function run = stage.counting->run_masked;
    if (change >= first + masks) {
      step = std::min(groups, (change - first - masks) / stage.group + 1);
      run = stage.counting->run_uniform;
      fill_mask(first, masks_.data());
    } else {
      for (std::int64_t i = 0; i < masks; ++i) {
        fill_mask(first + i, masks_.data() + i * register_words_);
      }
    }
    run(word(stage.next), step, stage.state, masks_.data(), stage.moves);
    stage.next += step * stage.group;
    groups -= step;
  }
}

/// The lanes whose cell j is an own cell.
void BitsliceSegment::fill_mask(std::int64_t j, std::uint64_t* mask) const {
  const bool in_run = 0 <= j && j < shape_.length;
  const auto lanes_before = [&](std::int64_t cell) {
    return cell <= j || !in_run ? 0 : ceil_div(cell - j, shape_.length);
  };
  const std::int64_t first = lanes_before(first_own_);
  const std::int64_t last = lanes_before(first_own_ + cells_);
  for (std::int64_t i = 0; i < register_words_; ++i) {
    const std::int64_t lane = i * kWordCells;
    mask[i] = low_mask(std::clamp<std::int64_t>(last - lane, 0, kWordCells)) &
              ~low_mask(std::clamp<std::int64_t>(first - lane, 0, kWordCells));
  }
}

}  // namespace trafficbench::bitslice
