// leap: the state after k iterations in one trip through the road, whatever k. Let P(i) be the cars in cells <= i, and
// M(i) = 2 P(i) - i: a walk that goes up by one at a car and down by one at an empty cell. Rule 184 is then (Fuks 1999;
// Belitsky & Ferrari 2005) a sliding maximum of that walk:
//
//     M_k(i) = max { M(i - k), M(i - k + 2), .. M(i + k) } - k,
//     cell i holds a car iff M_k(i) = M_k(i - 1) + 1.
//
// Here it slides a word at a time. For the 64 cells f .. f + 63 the window is
//
//     left word [f - k, f - k + 63]   middle (f - k + 63, f + k - 1]   right word [f + k, f + k + 63].
//
// The middle is the same for all 64 cells; of the left word a suffix is in the window, and of the right word a prefix.
// The middle's maximum slides over the maxima of whole words (van Herk 1992; Gil & Werman 1993). In the two edge words
// only values within 64 of that maximum matter, so they fit a byte: each byte lane of a vector takes eight cells of the
// walk, and all lanes step through their eight cells together. The result for f .. f + 63 replaces the left word, which
// no later window needs.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/variants/leap.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#ifndef TRAFFICBENCH_LEAP_JUMP
#define TRAFFICBENCH_LEAP_JUMP
namespace trafficbench::variant {
namespace {

// Below this many iterations there is no middle.
constexpr std::int64_t kMinJump = 32;
// Words that are handled together. As many may be read past the last word of the road.
constexpr std::int64_t kChunkWords = 64;

// The road is packed. The result replaces it from the word on that holds cell `first`.
struct Jump {
  std::uint64_t* words;
  std::int64_t first;         // bit of the first cell that the result depends on
  std::int64_t result_words;  // 64 cells each
  std::int64_t iterations;    // at least kMinJump
  std::int64_t* maxima;       // room for middle_words(iterations)
};

// Whole words in the middle of a window.
constexpr std::int64_t middle_words(std::int64_t iterations) { return (2 * iterations - 64) / 64; }

}  // namespace
}  // namespace trafficbench::variant
#endif

HWY_BEFORE_NAMESPACE();
namespace trafficbench::variant {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using D64 = hn::ScalableTag<std::uint64_t>;
using V64 = hn::Vec<D64>;
using DU8 = hn::Repartition<std::uint8_t, D64>;
using D8 = hn::Repartition<std::int8_t, D64>;
using V8 = hn::Vec<D8>;

HWY_INLINE std::int64_t vector_words() { return static_cast<std::int64_t>(hn::Lanes(D64())); }

// Consecutive words of 64 cells that begin at any bit of the packed road.
class Words {
 public:
  Words(const std::uint64_t* words, std::int64_t bit) : words_(words + bit / 64), shift_(static_cast<int>(bit % 64)) {}

  HWY_INLINE V64 load(std::int64_t word) const {
    const V64 low = hn::LoadU(D64(), words_ + word);
    const V64 high = hn::LoadU(D64(), words_ + word + 1);
    // In two steps, since a shift by a whole word is not defined.
    return hn::Or(hn::ShiftRightSame(low, shift_), hn::ShiftLeftSame(hn::ShiftLeft<1>(high), 63 - shift_));
  }

 private:
  const std::uint64_t* words_;
  int shift_;
};

HWY_INLINE V8 bytes(V64 words) { return hn::BitCast(D8(), words); }

// Byte b of a word goes to byte b + kBytes; zeros come in.
template <int kBytes>
HWY_INLINE V8 up(V8 v) {
  return bytes(hn::ShiftLeft<8 * kBytes>(hn::BitCast(D64(), v)));
}
template <int kBytes>
HWY_INLINE V8 down(V8 v) {
  return bytes(hn::ShiftRight<8 * kBytes>(hn::BitCast(D64(), v)));
}

// How much the walk rises in each byte.
HWY_INLINE V8 rise(V8 cells) {
  const V8 cars = hn::BitCast(D8(), hn::PopulationCount(hn::BitCast(DU8(), cells)));
  return hn::Sub(hn::Add(cars, cars), hn::Set(D8(), 8));
}

// +1 or -1: the walk's step at cell kCell of every byte.
template <int kCell>
HWY_INLINE V8 step(V8 cells) {
  const D8 d;
  const auto car = hn::TestBit(cells, hn::Set(d, static_cast<std::int8_t>(1 << kCell)));
  return hn::IfThenElse(car, hn::Set(d, 1), hn::Set(d, -1));
}

// Sum of the bytes before this one in its word.
HWY_INLINE V8 sum_before(V8 v) {
  V8 sum = up<1>(v);
  sum = hn::Add(sum, up<1>(sum));
  sum = hn::Add(sum, up<2>(sum));
  return hn::Add(sum, up<4>(sum));
}
HWY_INLINE V8 sum_after(V8 v) {
  V8 sum = down<1>(v);
  sum = hn::Add(sum, down<1>(sum));
  sum = hn::Add(sum, down<2>(sum));
  return hn::Add(sum, down<4>(sum));
}

// Maximum of 0 and the bytes before this one in its word.
HWY_INLINE V8 max_before(V8 v) {
  V8 most = up<1>(hn::Max(v, hn::Zero(D8())));
  most = hn::Max(most, up<1>(most));
  most = hn::Max(most, up<2>(most));
  return hn::Max(most, up<4>(most));
}
HWY_INLINE V8 max_after(V8 v) {
  V8 most = down<1>(hn::Max(v, hn::Zero(D8())));
  most = hn::Max(most, down<1>(most));
  most = hn::Max(most, down<2>(most));
  return hn::Max(most, down<4>(most));
}

// In the lowest byte of every word, the greatest value of the walk in it; the walk is 0 at the word's start.
HWY_INLINE V64 word_maximum(V64 words) {
  const V8 cells = bytes(words);
  V8 value = step<0>(cells);
  V8 most = value;
  const auto go_on = [&](V8 by) HWY_ATTR {
    value = hn::Add(value, by);
    most = hn::Max(most, value);
  };
  go_on(step<1>(cells));
  go_on(step<2>(cells));
  go_on(step<3>(cells));
  go_on(step<4>(cells));
  go_on(step<5>(cells));
  go_on(step<6>(cells));
  go_on(step<7>(cells));
  most = hn::Max(hn::Add(most, sum_before(value)), hn::Zero(D8()));
  most = hn::Max(most, down<1>(most));
  most = hn::Max(most, down<2>(most));
  most = hn::Max(most, down<4>(most));
  return hn::And(hn::BitCast(D64(), most), hn::Set(D64(), 0xFF));
}

// Cells f .. f + 63 of every word after the iterations. `left` and `right` are the edge words of the windows.
// `left_end` is the walk at the end of the left word, and `right_begin` at the beginning of the right one, both in
// every byte. They count from a level that makes them even: the middle's maximum less `middle`, which is 0 or 1.
HWY_INLINE V64 cells_after(V64 left, V64 right, V8 left_end, V8 right_begin, V8 middle) {
  const D8 d;
  // The left word, backwards: the greatest value from before cell i of the byte to its end, less the value at its end.
  const V8 left_cells = bytes(left);
  const V8 back7 = hn::Neg(step<7>(left_cells));
  const V8 back6 = hn::Sub(back7, step<6>(left_cells));
  const V8 back5 = hn::Sub(back6, step<5>(left_cells));
  const V8 back4 = hn::Sub(back5, step<4>(left_cells));
  const V8 back3 = hn::Sub(back4, step<3>(left_cells));
  const V8 back2 = hn::Sub(back3, step<2>(left_cells));
  const V8 back1 = hn::Sub(back2, step<1>(left_cells));
  const V8 back0 = hn::Sub(back1, step<0>(left_cells));
  const V8 most_back6 = hn::Max(back6, back7);
  const V8 most_back5 = hn::Max(back5, most_back6);
  const V8 most_back4 = hn::Max(back4, most_back5);
  const V8 most_back3 = hn::Max(back3, most_back4);
  const V8 most_back2 = hn::Max(back2, most_back3);
  const V8 most_back1 = hn::Max(back1, most_back2);
  const V8 most_back0 = hn::Max(back0, most_back1);
  const V8 byte_end = hn::Sub(left_end, sum_after(rise(left_cells)));

  // The right word: the greatest value from the byte's beginning to cell i, less the value at its beginning.
  const V8 right_cells = bytes(right);
  const V8 value0 = step<0>(right_cells);
  const V8 value1 = hn::Add(value0, step<1>(right_cells));
  const V8 value2 = hn::Add(value1, step<2>(right_cells));
  const V8 value3 = hn::Add(value2, step<3>(right_cells));
  const V8 value4 = hn::Add(value3, step<4>(right_cells));
  const V8 value5 = hn::Add(value4, step<5>(right_cells));
  const V8 value6 = hn::Add(value5, step<6>(right_cells));
  const V8 value7 = hn::Add(value6, step<7>(right_cells));
  const V8 most1 = hn::Max(value0, value1);
  const V8 most2 = hn::Max(most1, value2);
  const V8 most3 = hn::Max(most2, value3);
  const V8 most4 = hn::Max(most3, value4);
  const V8 most5 = hn::Max(most4, value5);
  const V8 most6 = hn::Max(most5, value6);
  const V8 most7 = hn::Max(most6, value7);
  const V8 byte_begin = hn::Add(right_begin, sum_before(value7));

  // The greatest value of what is in the window for every cell of the byte.
  const V8 always =
      hn::Max(middle, hn::Max(max_after(hn::Add(byte_end, most_back0)), max_before(hn::Add(byte_begin, most7))));

  // `before`: the maximum of the window before cell i, lowered to the walk's parity there. Cell i holds a car iff the
  // next maximum is greater, whatever its own parity.
  const auto even = hn::Set(d, -2);
  const auto one = hn::Set(d, 1);
  V8 cells = hn::Zero(d);
  V8 before = hn::And(hn::Max(always, hn::Add(byte_end, most_back0)), even);
  const auto emit = [&](V8 most, std::int8_t bit, bool odd) HWY_ATTR {
    cells = hn::Or(cells, hn::IfThenElseZero(hn::Gt(most, before), hn::Set(d, bit)));
    before = odd ? hn::Or(hn::Sub(most, one), one) : hn::And(most, even);
  };
  const auto window = [&](V8 back, V8 most) HWY_ATTR {
    return hn::Max(always, hn::Max(hn::Add(byte_end, back), hn::Add(byte_begin, most)));
  };
  emit(window(most_back1, value0), 1, true);
  emit(window(most_back2, most1), 2, false);
  emit(window(most_back3, most2), 4, true);
  emit(window(most_back4, most3), 8, false);
  emit(window(most_back5, most4), 16, true);
  emit(window(most_back6, most5), 32, false);
  emit(window(back7, most6), 64, true);
  emit(hn::Max(always, hn::Add(byte_begin, most7)), static_cast<std::int8_t>(-128), false);
  return hn::BitCast(D64(), cells);
}

// Cars in every word.
HWY_INLINE V64 cars(V64 words) { return hn::PopulationCount(words); }

std::int64_t rise_of(std::uint64_t cars_in_word) { return 2 * static_cast<std::int64_t>(cars_in_word) - 64; }

// An edge that begins 64 or more below the middle's maximum cannot rise above it, so lower values are all the same.
std::uint64_t in_every_byte(std::int64_t value) {
  return static_cast<std::uint8_t>(std::max<std::int64_t>(value, -64)) * 0x0101010101010101u;
}

// What is known of the windows of a chunk's words.
struct Chunk {
  alignas(256) std::uint64_t near_cars[kChunkWords];
  alignas(256) std::uint64_t far_cars[kChunkWords];
  alignas(256) std::uint64_t far_maximum[kChunkWords];
  alignas(256) std::uint64_t tail_cars[kChunkWords];
  alignas(256) std::uint64_t tail_maximum[kChunkWords];
  alignas(256) std::uint64_t left_end[kChunkWords];
  alignas(256) std::uint64_t right_begin[kChunkWords];
  alignas(256) std::uint64_t middle[kChunkWords];
};

void jump(const Jump& jump) {
  const D64 d;
  const std::int64_t lanes = vector_words();
  // The middle of a window begins after the left word. It has `full` whole words, then `rest` cells of another word,
  // the tail. The right word begins after those.
  const std::int64_t full = middle_words(jump.iterations);
  const std::int64_t rest = (2 * jump.iterations - 64) % 64;
  const Words left(jump.words, jump.first);
  const Words right(jump.words, jump.first + 64 * (full + 1) + rest);
  std::uint64_t* const result = jump.words + jump.first / 64;
  std::int64_t* const maxima = jump.maxima;
  const V64 in_tail = hn::Set(d, (std::uint64_t{1} << rest) - 1);

  Chunk chunk;
  // The walk, counted from 0 before the first left word: `near` at the end of the left word, `far` at the beginning of
  // the middle's last whole word.
  std::int64_t near = 0;
  std::int64_t far = 0;
  // The maxima of the first `full` words, all but the last.
  for (std::int64_t word = 0; word < full; word += kChunkWords) {
    const std::int64_t count = std::min(kChunkWords, full - word);
    for (std::int64_t i = 0; i < count; i += lanes) {
      const V64 cells = left.load(word + i);
      hn::Store(cars(cells), d, chunk.far_cars + i);
      hn::Store(word_maximum(cells), d, chunk.far_maximum + i);
    }
    for (std::int64_t i = 0; i < count; ++i) {
      if (word + i > 0) {
        maxima[word + i - 1] = far + static_cast<std::int64_t>(chunk.far_maximum[i]);
      }
      far += rise_of(chunk.far_cars[i]);
    }
  }
  near = rise_of(hn::GetLane(cars(left.load(0))));

  // Van Herk, Gil & Werman: words are taken in runs of `full`, so that a middle begins in one run and ends in the next.
  // From `slot` on, `maxima` holds the maxima of the one run's suffixes; before `slot`, those of the next run's words
  // so far, and `prefix` is the greatest of these.
  std::int64_t slot = 0;
  std::int64_t prefix = 0;
  for (std::int64_t word = 0; word < jump.result_words; word += kChunkWords) {
    const std::int64_t count = std::min(kChunkWords, jump.result_words - word);
    for (std::int64_t i = 0; i < count; i += lanes) {
      const V64 last = left.load(word + i + full);
      const V64 tail = hn::And(left.load(word + i + full + 1), in_tail);
      hn::Store(cars(left.load(word + i + 1)), d, chunk.near_cars + i);
      hn::Store(cars(last), d, chunk.far_cars + i);
      hn::Store(word_maximum(last), d, chunk.far_maximum + i);
      hn::Store(cars(tail), d, chunk.tail_cars + i);
      hn::Store(word_maximum(tail), d, chunk.tail_maximum + i);
    }
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t last_maximum = far + static_cast<std::int64_t>(chunk.far_maximum[i]);
      far += rise_of(chunk.far_cars[i]);
      std::int64_t middle = std::max(near, far + static_cast<std::int64_t>(chunk.tail_maximum[i]));
      if (full > 0) {
        if (slot == 0) {
          maxima[full - 1] = last_maximum;
          for (std::int64_t j = full - 1; j > 0; --j) {
            maxima[j - 1] = std::max(maxima[j - 1], maxima[j]);
          }
          middle = std::max(middle, maxima[0]);
        } else {
          prefix = slot == 1 ? last_maximum : std::max(prefix, last_maximum);
          maxima[slot - 1] = last_maximum;
          middle = std::max({middle, maxima[slot], prefix});
        }
        slot = slot + 1 == full ? 0 : slot + 1;
      }
      const std::int64_t tail_rise = 2 * static_cast<std::int64_t>(chunk.tail_cars[i]) - rest;
      const std::int64_t odd = (middle - near) & 1;
      chunk.left_end[i] = in_every_byte(near - middle + odd);
      chunk.right_begin[i] = in_every_byte(far + tail_rise - middle + odd);
      chunk.middle[i] = in_every_byte(odd);
      near += rise_of(chunk.near_cars[i]);
    }
    for (std::int64_t i = 0; i < count; i += lanes) {
      const V64 cells = cells_after(left.load(word + i), right.load(word + i), bytes(hn::Load(d, chunk.left_end + i)),
                                    bytes(hn::Load(d, chunk.right_begin + i)), bytes(hn::Load(d, chunk.middle + i)));
      hn::StoreU(cells, d, result + word + i);
    }
  }
}

// One iteration of `count` words. The result lies one cell lower than the cells it was made from.
void step_down(std::uint64_t* words, std::int64_t count) {
  const D64 d;
  for (std::int64_t i = 0; i < count; i += vector_words()) {
    const V64 old = hn::LoadU(d, words + i);
    const V64 next = hn::LoadU(d, words + i + 1);
    const V64 here = hn::Or(hn::ShiftRight<1>(old), hn::ShiftLeft<63>(next));
    const V64 ahead = hn::Or(hn::ShiftRight<2>(old), hn::ShiftLeft<62>(next));
    hn::StoreU(hn::Or(hn::And(here, ahead), hn::AndNot(here, old)), d, words + i);
  }
}

// Cars with a free cell ahead, in `count` words from bit `first` on.
std::int64_t count_movers(const std::uint64_t* words, std::int64_t first, std::int64_t count) {
  const D64 d;
  const Words here(words, first);
  const Words ahead(words, first + 1);
  V64 total = hn::Zero(d);
  std::int64_t i = 0;
  for (; i + vector_words() <= count; i += vector_words()) {
    total = hn::Add(total, cars(hn::AndNot(ahead.load(i), here.load(i))));
  }
  auto movers = static_cast<std::int64_t>(hn::GetLane(hn::SumOfLanes(d, total)));
  for (; i < count; ++i) {
    movers += static_cast<std::int64_t>(hn::GetLane(cars(hn::AndNot(ahead.load(i), here.load(i)))));
  }
  return movers;
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace trafficbench::variant
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <bit>
#include <memory>

#include "kernels/aligned_buffer.hpp"
#include "kernels/bits.hpp"
#include "kernels/variant.hpp"
#include "kernels/variants/leap_moves.hpp"

namespace trafficbench::variant {

namespace {

HWY_EXPORT(jump);
HWY_EXPORT(step_down);
HWY_EXPORT(count_movers);

class LeapSegment final : public Segment {
 public:
  explicit LeapSegment(const SegmentShape& shape)
      : cells_(shape.cells),
        home_(words_for(shape.max_halo.left) * kWordCells),
        own_(home_),
        words_(road_words(shape)),
        maxima_(max_middle_words(shape)),
        jump_(&HWY_DYNAMIC_DISPATCH(jump)),
        step_down_(&HWY_DYNAMIC_DISPATCH(step_down)),
        count_movers_(&HWY_DYNAMIC_DISPATCH(count_movers)) {}

  std::int64_t cells() const override { return cells_; }
  HaloWidth halo() const override { return halo_; }

  void load(const CellSource& source, std::int64_t first) override {
    own_ = home_;
    halo_ = {};
    source.read(first, cells_, std::span<std::uint64_t>(words_).subspan(static_cast<std::size_t>(own_ / kWordCells)));
  }

  void read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const override {
    for (std::int64_t done = 0; done < count; done += kWordCells) {
      out[static_cast<std::size_t>(done / kWordCells)] =
          get_cells(words_, own_ + first + done, std::min(kWordCells, count - done));
    }
  }

  void set_halo(std::span<const std::uint64_t> left, std::span<const std::uint64_t> right, HaloWidth width) override {
    if (own_ < width.left) move_home();
    copy_cells(left, 0, words_, own_ - width.left, width.left);
    copy_cells(right, 0, words_, own_ + cells_, width.right);
    halo_ = width;
  }

  void advance(std::int64_t k, std::span<MoveCount> moves) override {
    if (k == 0) return;
    const auto wanted = [](const MoveCount& count) { return count.wanted; };
    if (moves.empty() || std::ranges::none_of(moves, wanted)) return leap_over(k);
    if (std::ranges::none_of(moves.first(moves.size() - 1), wanted)) {
      leap_over(k - 1);
      moves.back().moves = moves_now();
      return leap_over(1);
    }
    count_moves_of_all(words_, own_, cells_, moves);
    leap_over(k);
  }

  static std::unique_ptr<Segment> make(const SegmentShape& shape) { return std::make_unique<LeapSegment>(shape); }
  static std::int64_t bytes(const SegmentShape& shape) {
    return aligned_buffer_bytes<std::uint64_t>(road_words(shape)) +
           aligned_buffer_bytes<std::int64_t>(max_middle_words(shape));
  }

 private:
  static std::int64_t road_words(const SegmentShape& shape) {
    return words_for(shape.max_halo.left) + words_for(shape.cells + shape.max_halo.right) + 2 * kChunkWords;
  }

  static std::int64_t max_middle_words(const SegmentShape& shape) {
    const std::int64_t most = std::min(shape.max_halo.left, shape.max_halo.right);
    return most < kMinJump ? 0 : middle_words(most);
  }

  // Moves the own cells back to where there is room for any halo; never to the left.
  void move_home() {
    const std::int64_t home_word = home_ / kWordCells;
    for (std::int64_t word = words_for(cells_) - 1; word >= 0; --word) {
      const std::int64_t done = word * kWordCells;
      words_[static_cast<std::size_t>(home_word + word)] =
          get_cells(words_, own_ + done, std::min(kWordCells, cells_ - done));
    }
    own_ = home_;
  }

  // Cars that move from own cells in the next iteration.
  std::int64_t moves_now() const {
    const std::int64_t words = cells_ / kWordCells;
    const std::int64_t rest = cells_ % kWordCells;
    const std::uint64_t here = get_cells(words_, own_ + words * kWordCells, rest);
    const std::uint64_t ahead = get_cells(words_, own_ + words * kWordCells + 1, rest);
    return count_movers_(words_.data(), own_, words) + std::popcount(here & ~ahead);
  }

  void leap_over(std::int64_t k) {
    // The result replaces the road from the first halo cell on.
    const std::int64_t first = own_ - halo_.left;
    const std::int64_t result_cells = halo_.left + cells_ + halo_.right - 2 * k;
    if (k >= kMinJump) {
      jump_({.words = words_.data(),
             .first = first,
             .result_words = words_for(result_cells),
             .iterations = k,
             .maxima = maxima_.data()});
      own_ = first / kWordCells * kWordCells + halo_.left - k;
    } else {
      const std::int64_t begin = first / kWordCells;
      for (std::int64_t t = 0; t < k; ++t) {
        step_down_(words_.data() + begin, words_for(own_ + cells_ + halo_.right) - begin);
      }
      own_ -= k;
    }
    halo_.left -= k;
    halo_.right -= k;
  }

  std::int64_t cells_;
  std::int64_t home_;
  std::int64_t own_;  // bit of own cell 0; the cells move to the left with every iteration
  HaloWidth halo_;
  AlignedBuffer<std::uint64_t> words_;
  AlignedBuffer<std::int64_t> maxima_;
  decltype(&HWY_DYNAMIC_DISPATCH(jump)) jump_;
  decltype(&HWY_DYNAMIC_DISPATCH(step_down)) step_down_;
  decltype(&HWY_DYNAMIC_DISPATCH(count_movers)) count_movers_;
};

}  // namespace

const Variant& leap() {
  static const Variant variant{
      .name = "leap",
      .summary = "a cell is a bit: straight to the state after all iterations, by a sliding maximum",
      .kernel_class = KernelClass::closed_form,
      .uses_simd = true,
      .nominal_rate = 3000,
      .make = LeapSegment::make,
      .bytes = LeapSegment::bytes,
      .work = {.bits_per_cell = 1}};
  return variant;
}

}  // namespace trafficbench::variant

#endif  // HWY_ONCE
