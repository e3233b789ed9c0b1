#include "kernels/closed_form.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "kernels/bits.hpp"

namespace trafficbench {

namespace {

constexpr std::int64_t kBlockCells = 1 << 16;

/// The cells of a ring from `first` on, one after the other.
class CellStream {
 public:
  CellStream(const CellSource& ring, std::int64_t first, std::int64_t count)
      : ring_(ring), next_(first), left_(count) {}

  bool next() {
    if (at_ == filled_) refill();
    const bool car = get_cell(block_, at_);
    ++at_;
    return car;
  }

 private:
  void refill() {
    filled_ = std::min(left_, kWordCells * static_cast<std::int64_t>(block_.size()));
    read_ring(ring_, next_, filled_, block_);
    next_ += filled_;
    left_ -= filled_;
    at_ = 0;
  }

  const CellSource& ring_;
  std::int64_t next_;
  std::int64_t left_;
  std::int64_t filled_ = 0;
  std::int64_t at_ = 0;
  std::array<std::uint64_t, 512> block_;
};

/// Takes the cells of the last but one iteration in order, from the one left of the range on. Makes the last iteration
/// a word at a time, and hands the result to the sink in blocks.
class LastIteration {
 public:
  LastIteration(std::int64_t first, std::int64_t count, const ClosedForm::Sink& sink)
      : first_(first), left_(count), sink_(sink) {}

  void push(bool car) {
    word_ |= std::uint64_t{car} << (filled_ % kWordCells);
    ++filled_;
    if (filled_ % kWordCells == 0) flush_word();
    if (filled_ == std::min(kBlockCells, left_) + 2) flush_block();
  }

  std::int64_t moves() const { return moves_; }

 private:
  void flush_word() {
    before_[static_cast<std::size_t>((filled_ - 1) / kWordCells)] = word_;
    word_ = 0;
  }

  void flush_block() {
    if (filled_ % kWordCells != 0) flush_word();
    const std::int64_t count = filled_ - 2;
    for (std::int64_t done = 0; done < count; done += kWordCells) {
      const std::int64_t step = std::min(kWordCells, count - done);
      const std::uint64_t left = get_cells(before_, done, step);
      const std::uint64_t here = get_cells(before_, done + 1, step);
      const std::uint64_t right = get_cells(before_, done + 2, step);
      after_[static_cast<std::size_t>(done / kWordCells)] = (here & right) | (~here & left);
      moves_ += std::popcount(here & ~right);
    }
    sink_(after_, first_, count);
    first_ += count;
    left_ -= count;
    // The last two cells are the first two of the next block.
    word_ = get_cells(before_, count, 2);
    filled_ = 2;
  }

  std::int64_t first_;
  std::int64_t left_;
  const ClosedForm::Sink& sink_;
  std::uint64_t word_ = 0;
  std::int64_t filled_ = 0;
  std::int64_t moves_ = 0;
  std::vector<std::uint64_t> before_ = std::vector<std::uint64_t>(kBlockCells / kWordCells + 1);
  std::vector<std::uint64_t> after_ = std::vector<std::uint64_t>(kBlockCells / kWordCells);
};

void copy_states(const CellSource& ring, std::int64_t first, std::int64_t count, const ClosedForm::Sink& sink) {
  std::vector<std::uint64_t> block(kBlockCells / kWordCells);
  for (std::int64_t done = 0; done < count; done += kBlockCells) {
    const std::int64_t step = std::min(kBlockCells, count - done);
    read_ring(ring, first + done, step, block);
    sink(block, first + done, step);
  }
}

}  // namespace

ClosedForm::ClosedForm(const CellSource& start, std::int64_t cars, std::int64_t iterations)
    : start_(start), cells_(start.cells()), cars_(cars), iterations_(iterations) {}

std::int64_t ClosedForm::steady_moves() const { return std::min(cars_, cells_ - cars_); }

ClosedForm::Moves ClosedForm::states(std::int64_t first, std::int64_t count, const Sink& sink) const {
  const std::int64_t settled = (cells_ - 1) / 2;
  if (iterations_ <= settled) return states_after(iterations_, first, count, sink);

  // From then on all cars move (or, on a crowded road, all holes), so that the pattern only shifts.
  const std::int64_t rest = iterations_ - settled;
  const std::int64_t shift = (2 * cars_ <= cells_ ? -rest : rest) % cells_;
  Moves moves = states_after(settled, first + shift, count,
                             [&](std::span<const std::uint64_t> words, std::int64_t block_first,
                                 std::int64_t block_count) { sink(words, block_first - shift, block_count); });
  // The steady flow is known of the whole ring alone, so whoever has cell 0 accounts for all of it.
  const bool has_first_cell = first <= 0 && 0 < first + count;
  moves.total += has_first_cell ? rest * steady_moves() : 0;
  moves.last = has_first_cell ? steady_moves() : 0;
  return moves;
}

ClosedForm::Moves ClosedForm::states_after(std::int64_t iterations, std::int64_t first, std::int64_t count,
                                           const Sink& sink) const {
  Moves moves;
  if (count <= 0) return moves;
  if (iterations == 0) {
    copy_states(start_, first, count, sink);
    return moves;
  }
  // The maximum gives the last but one iteration, of the range and one cell on each side. One plain iteration from
  // there gives the state and the moves of the last iteration together.
  const std::int64_t reach = iterations - 1;
  const std::int64_t window = 2 * reach + 1;
  const std::int64_t wanted = count + 3;  // M of the cells first - 2 .. first + count
  CellStream cells(start_, first - 1 - reach, wanted + 2 * reach - 1);
  LastIteration last(first, count, sink);

  // value: M_0 less its value at the first cell of the stream, so that value - index is always even.
  std::int64_t value = 0;
  std::int64_t index = 0;
  std::int64_t sum_before = 0;  // of M_0 over the range
  std::int64_t sum_after = 0;   // of M_(T-1) + reach over the range
  const auto advance_value = [&] {
    value += cells.next() ? 1 : -1;
    ++index;
  };
  const auto sum_value = [&] {
    if (index >= reach + 2 && index < reach + 2 + count) sum_before += value;
  };

  std::int64_t done = 0;
  std::int64_t previous = 0;
  // A maximum of the wrong parity is one more than the greatest value of the right parity, which stands next to it.
  const auto emit = [&](std::int64_t greatest) {
    greatest -= (greatest ^ done) & 1;
    if (done > 0) last.push(greatest > previous);
    if (done >= 2 && done < count + 2) sum_after += greatest;
    previous = greatest;
    ++done;
  };

  // Van Herk, Gil & Werman: a window that starts in one chunk and ends in the next is a suffix of the one and a prefix
  // of the other. `suffix` holds the greatest values of the first chunk's suffixes.
  const auto size = static_cast<std::size_t>(window);
  std::vector<std::int64_t> suffix(size);
  std::vector<std::int64_t> chunk(size);
  chunk[0] = value;
  sum_value();
  for (std::size_t j = 1; j < size; ++j) {
    advance_value();
    sum_value();
    chunk[j] = value;
  }
  while (true) {
    std::swap(suffix, chunk);
    for (std::size_t j = size - 1; j > 0; --j) suffix[j - 1] = std::max(suffix[j - 1], suffix[j]);
    emit(suffix[0]);
    if (done == wanted) break;
    std::int64_t prefix = value - 1;
    for (std::size_t j = 0; j + 1 < size && done < wanted; ++j) {
      advance_value();
      sum_value();
      chunk[j] = value;
      prefix = std::max(prefix, value);
      emit(std::max(suffix[j + 1], prefix));
    }
    if (done == wanted) break;
    advance_value();
    sum_value();
    chunk[size - 1] = value;
  }
  // M of a cell falls by two whenever a car leaves that cell.
  moves.last = last.moves();
  moves.total = (sum_before - (sum_after - reach * count)) / 2 + moves.last;
  return moves;
}

ClosedForm::Moves ClosedForm::state(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const {
  return states(first, count,
                [&](std::span<const std::uint64_t> words, std::int64_t block_first, std::int64_t block_count) {
                  std::copy_n(words.begin(), words_for(block_count), out.begin() + (block_first - first) / kWordCells);
                });
}

}  // namespace trafficbench
