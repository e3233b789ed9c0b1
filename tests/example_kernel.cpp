// The example kernel of docs/kernels.md: the page shows what stands between the two marks.

// [example begins]
// example: a cell is a bit, 64 to a word, one word at a time. Each word needs one bit of either neighbour word.
#include <algorithm>
#include <bit>
#include <memory>
#include <vector>

#include "kernels/bits.hpp"
#include "kernels/variant.hpp"

namespace trafficbench::variant {

namespace {

/// The extended segment [left halo | own cells | right halo], packed. Own cell 0 is bit 0 of word first_word_.
class ExampleSegment final : public Segment {
 public:
  explicit ExampleSegment(const SegmentShape& shape)
      : cells_(shape.cells),
        first_word_(words_for(shape.max_halo.left)),
        words_(static_cast<std::size_t>(all_words(shape))) {}

  std::int64_t cells() const override { return cells_; }
  HaloWidth halo() const override { return halo_; }

  void load(const CellSource& source, std::int64_t first) override {
    source.read(first, cells_, std::span(words_).subspan(static_cast<std::size_t>(first_word_)));
    halo_ = {};
  }

  void read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const override {
    for (std::int64_t done = 0; done < count; done += kWordCells) {
      out[static_cast<std::size_t>(done / kWordCells)] =
          get_cells(words_, own_bit() + first + done, std::min(kWordCells, count - done));
    }
  }

  void set_halo(std::span<const std::uint64_t> left, std::span<const std::uint64_t> right, HaloWidth width) override {
    copy_cells(left, 0, words_, own_bit() - width.left, width.left);
    copy_cells(right, 0, words_, own_bit() + cells_, width.right);
    halo_ = width;
  }

  void advance(std::int64_t k, std::span<MoveCount> moves) override {
    for (std::int64_t t = 0; t < k; ++t) {
      const std::int64_t moved = iterate();
      if (!moves.empty()) moves[static_cast<std::size_t>(t)].moves = moved;
      halo_ = {halo_.left - 1, halo_.right - 1};
    }
  }

  static std::unique_ptr<Segment> make(const SegmentShape& shape) { return std::make_unique<ExampleSegment>(shape); }
  static std::int64_t bytes(const SegmentShape& shape) { return 8 * all_words(shape); }

 private:
  /// One word more than the cells take, so that every word has a right neighbour.
  static std::int64_t all_words(const SegmentShape& shape) {
    return words_for(shape.max_halo.left) + words_for(shape.cells + shape.max_halo.right) + 1;
  }

  std::int64_t own_bit() const { return first_word_ * kWordCells; }

  /// One iteration of every word; returns the own cars that moved. What lies beyond the halo is wrong, and
  /// reaches one cell further in with every iteration: so the halo is used up.
  std::int64_t iterate() {
    std::int64_t moved = 0;
    std::uint64_t before = 0;  // the word to the left, as it was
    for (std::size_t w = 0; w + 1 < words_.size(); ++w) {
      const std::uint64_t here = words_[w];
      const std::uint64_t left = here << 1 | before >> 63;
      const std::uint64_t right = here >> 1 | words_[w + 1] << 63;
      words_[w] = (here & right) | (left & ~here);
      moved += std::popcount(here & ~right & own_mask(static_cast<std::int64_t>(w)));
      before = here;
    }
    return moved;
  }

  std::uint64_t own_mask(std::int64_t word) const {
    const std::int64_t first = (word - first_word_) * kWordCells;
    return first < 0 || first >= cells_ ? 0 : low_mask(cells_ - first);
  }

  std::int64_t cells_;
  std::int64_t first_word_;
  HaloWidth halo_;
  std::vector<std::uint64_t> words_;
};

}  // namespace

const Variant& example() {
  static const Variant variant{.name = "example",
                               .summary = "a cell is a bit, 64 to a word, one word at a time",
                               .kernel_class = KernelClass::update,
                               .uses_simd = false,
                               .nominal_rate = 10,
                               .make = ExampleSegment::make,
                               .bytes = ExampleSegment::bytes,
                               .work = {.bits_per_cell = 1, .bytes_per_trip = 0.25}};
  return variant;
}

}  // namespace trafficbench::variant
// [example ends]
