// bitpacked: a cell is a bit, 64 to a word. The segment is cut into as many strips as a vector has words, and word j of
// all strips lies in one vector. Sweeps take several iterations through it in registers (kernels/bitpack/sweep.hpp).
// docs/kernels.md draws it.
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "kernels/aligned_buffer.hpp"
#include "kernels/bitpack/sweep.hpp"
#include "kernels/bits.hpp"
#include "kernels/variant.hpp"

namespace trafficbench::variant {

namespace {

using bitpack::Sweep;
using bitpack::sweeps;

class BitpackedSegment final : public Segment {
 public:
  explicit BitpackedSegment(const SegmentShape& shape)
      : cells_(shape.cells),
        strips_(sweeps().strips),
        strip_words_(strip_words(shape, strips_)),
        home_(home(shape)),
        own_(home_),
        buffer_((strip_words_ + 2) * strips_),
        words_(buffer_.data() + strips_),
        run_sweep_(sweeps().run),
        max_levels_(sweeps().max_levels) {}

  std::int64_t cells() const override { return cells_; }
  HaloWidth halo() const override { return halo_; }

  void load(const CellSource& source, std::int64_t first) override {
    own_ = home_;
    halo_ = {};
    cars_.reset();
    std::array<std::uint64_t, 512> block;
    constexpr auto kBlock = static_cast<std::int64_t>(block.size());
    const std::int64_t begin = own_ / kWordCells;
    const std::int64_t end = begin + words_for(cells_);
    // All strips of a stretch before the next stretch, so that each cache line is filled while it is at hand.
    for (std::int64_t stretch = 0; stretch < strip_words_; stretch += kBlock) {
      for (std::int64_t strip = 0; strip < strips_; ++strip) {
        const std::int64_t strip_begin = strip * strip_words_;
        const std::int64_t from = std::max(begin, strip_begin + stretch);
        const std::int64_t to = std::min(end, strip_begin + std::min(stretch + kBlock, strip_words_));
        if (from >= to) continue;
        const std::int64_t cell = (from - begin) * kWordCells;
        source.read(first + cell, std::min((to - from) * kWordCells, cells_ - cell), block);
        std::uint64_t* const words = words_ + (from - strip_begin) * strips_ + strip;
        for (std::int64_t i = 0; i < to - from; ++i) {
          words[i * strips_] = block[static_cast<std::size_t>(i)];
        }
      }
    }
  }

  void read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const override {
    if (count <= 0) return;
    const std::int64_t shift = (own_ + first) % kWordCells;
    Cursor cursor(*this, (own_ + first) / kWordCells);
    std::uint64_t word = cursor.word();
    for (std::int64_t done = 0; done < count; done += kWordCells) {
      const std::int64_t step = std::min(kWordCells, count - done);
      std::uint64_t cells = word >> shift;
      if (shift + step > kWordCells || done + step < count) {
        cursor.next();
        word = cursor.word();
        if (shift > 0) cells |= word << (kWordCells - shift);
      }
      out[static_cast<std::size_t>(done / kWordCells)] = cells & low_mask(step);
    }
  }

  void set_halo(std::span<const std::uint64_t> left, std::span<const std::uint64_t> right, HaloWidth width) override {
    write(own_ - width.left, width.left, left);
    write(own_ + cells_, width.right, right);
    halo_ = width;
  }

  void advance(std::int64_t k, std::span<MoveCount> moves) override {
    for (std::int64_t done = 0; done < k;) {
      const auto wanted = [&](std::int64_t t) { return !moves.empty() && moves[static_cast<std::size_t>(t)].wanted; };
      // Iterations whose moves are not wanted are faster, so they have sweeps of their own.
      const bool count = wanted(done);
      const std::int64_t most = std::min(k - done, max_levels_);
      std::int64_t levels = 1;
      while (levels < most && wanted(done + levels) == count) ++levels;
      // Pairs of cars tell the moves only where the number of cars is known; a sweep with one level tells it.
      if (count && !cars_) levels = 1;
      if (levels < max_levels_) {
        levels = static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(levels)));
      }
      if (count) {
        sweep_and_count(levels, moves.subspan(static_cast<std::size_t>(done)));
      } else {
        sweep(levels, nullptr);
        cars_.reset();
      }
      done += levels;
    }
  }

  static std::unique_ptr<Segment> make(const SegmentShape& shape) { return std::make_unique<BitpackedSegment>(shape); }
  static std::int64_t bytes(const SegmentShape& shape) {
    const std::int64_t strips = sweeps().strips;
    return aligned_buffer_bytes<std::uint64_t>((strip_words(shape, strips) + 2) * strips);
  }

 private:
  static constexpr std::size_t kMaxCounts = 64;
  // Room for the drift of the cells, by less than a word and a sweep's levels, and for what end_cells() reads.
  static constexpr std::int64_t kDrift = 128;

  /// Goes through the words in the order of the road.
  class Cursor {
   public:
    Cursor(const BitpackedSegment& segment, std::int64_t word)
        : segment_(segment), strip_(word / segment.strip_words_), row_(word % segment.strip_words_) {}

    std::int64_t index() const { return row_ * segment_.strips_ + strip_; }
    std::uint64_t word() const { return segment_.words_[index()]; }
    void next() {
      if (++row_ < segment_.strip_words_) return;
      row_ = 0;
      ++strip_;
    }

   private:
    const BitpackedSegment& segment_;
    std::int64_t strip_;
    std::int64_t row_;
  };

  /// Where own cell 0 is after load, in bits: at a word's first bit, with room for halo and drift before it.
  static std::int64_t home(const SegmentShape& shape) { return words_for(shape.max_halo.left + 32) * kWordCells; }

  static std::int64_t strip_words(const SegmentShape& shape, std::int64_t strips) {
    const std::int64_t cells = home(shape) + shape.cells + shape.max_halo.right + kDrift;
    return std::max<std::int64_t>(2, (words_for(cells) + strips - 1) / strips);
  }

  void write(std::int64_t bit, std::int64_t count, std::span<const std::uint64_t> cells) {
    Cursor cursor(*this, bit / kWordCells);
    std::int64_t shift = bit % kWordCells;
    for (std::int64_t done = 0; done < count;) {
      const std::int64_t step = std::min(count - done, kWordCells - shift);
      std::uint64_t& word = words_[cursor.index()];
      word = (word & ~(low_mask(step) << shift)) | get_cells(cells, done, step) << shift;
      done += step;
      shift = 0;
      cursor.next();
    }
  }

  void sweep(std::int64_t levels, std::int64_t* counts) {
    const bool lower = own_ - home_ >= kWordCells;
    run_sweep_({.words = words_,
                .strip_words = strip_words_,
                .lower = lower,
                .own_first = own_,
                .own_cells = cells_,
                .levels = levels,
                .counts = counts});
    own_ += levels - (lower ? kWordCells : 0);
    halo_.left -= levels;
    halo_.right -= levels;
  }

  /// The same, and sets moves[t] for as many iterations.
  void sweep_and_count(std::int64_t levels, std::span<MoveCount> moves) {
    // Cars come and go over the ends of the own cells.
    EndCells left = end_cells(0);
    EndCells right = end_cells(cells_);
    std::array<std::int64_t, kMaxCounts> counts;
    sweep(levels, counts.data());
    std::int64_t cars = levels == 1 ? counts[0] + counts[1] : cars_.value_or(0);
    for (std::int64_t t = 0; t < levels; ++t) {
      moves[static_cast<std::size_t>(t)].moves = levels == 1 ? counts[0] : cars - counts[static_cast<std::size_t>(t)];
      cars += left.advance() - right.advance();
    }
    cars_ = cars;
  }

  /// The cells round one end of the own cells.
  struct EndCells {
    std::uint64_t cells;  ///< the one after the end is the 32nd
    /// Makes an iteration, up to 31 of them. Returns how many cars go over the end: 0 or 1.
    std::int64_t advance() {
      const std::uint64_t ahead = cells >> 1;
      const std::uint64_t moving = cells & ~ahead;
      cells = (cells & ahead) | (moving << 1);
      return static_cast<std::int64_t>(moving >> 31 & 1);
    }
  };

  EndCells end_cells(std::int64_t end) const {
    std::array<std::uint64_t, 1> cells;
    read(end - 32, kWordCells, cells);
    return {cells[0]};
  }

  std::int64_t cells_;
  std::int64_t strips_;
  std::int64_t strip_words_;
  std::int64_t home_;
  std::int64_t own_;  // bit of own cell 0, numbered through all strips in order
  HaloWidth halo_;
  std::optional<std::int64_t> cars_;  // own ones, if they were counted
  AlignedBuffer<std::uint64_t> buffer_;
  std::uint64_t* words_;
  void (*run_sweep_)(const Sweep& sweep);
  std::int64_t max_levels_;
};

}  // namespace

const Variant& bitpacked() {
  static const Variant variant{.name = "bitpacked",
                               .summary =
                                   "a cell is a bit, 64 a word: funnel shifts between neighbour "
                                   "words, many iterations in registers",
                               .kernel_class = KernelClass::update,
                               .uses_simd = true,
                               .nominal_rate = 750,
                               .nominal_rate_plain = 320,
                               .make = BitpackedSegment::make,
                               .bytes = BitpackedSegment::bytes,
                               // A funnel shift an iteration; a sweep loads and stores each bit once.
                               .work = {.bits_per_cell = 1,
                                        .register_bits_per_cell = 1,
                                        .extra_operations = 1,
                                        .bytes_per_update = 0.25 / 16,
                                        .bytes_per_trip = 0.25,
                                        .iterations_per_trip = 16}};
  return variant;
}

}  // namespace trafficbench::variant
