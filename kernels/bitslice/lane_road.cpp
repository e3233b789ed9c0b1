#include "kernels/bitslice/lane_road.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "kernels/bits.hpp"

namespace trafficbench::bitslice {

namespace {

constexpr std::int64_t kMinLength = 16;
// load and read go through the lanes in steps of so many blocks of 64 words, so that each call for a lane is worth it.
constexpr std::int64_t kMaxBlocks = 64;

constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

std::int64_t blocks_at_once(const LaneShape& lanes) { return std::min(kMaxBlocks, ceil_div(lanes.length, kWordCells)); }

std::int64_t buffer_words(const LaneShape& lanes, std::int64_t margin) { return lanes.length + 2 * margin; }

}  // namespace

LaneShape LaneShape::of(const SegmentShape& shape, std::int64_t register_cells, std::int64_t multiple) {
  const std::int64_t extended = shape.max_halo.left + shape.cells + shape.max_halo.right;
  const std::int64_t needed = std::max(kMinLength, ceil_div(extended, register_cells));
  const std::int64_t length = ceil_div(needed, multiple) * multiple;
  return {ceil_div(extended, length), length};
}

LaneRoad::LaneRoad(const SegmentShape& shape, const LaneShape& lanes, std::int64_t register_words, std::int64_t margin)
    : lane_moves_(lane_moves(static_cast<int>(register_words))),
      register_words_(register_words),
      cells_(shape.cells),
      first_own_(shape.max_halo.left),
      shape_(lanes),
      margin_(margin),
      words_(buffer_words(lanes, margin) * register_words) {}

std::int64_t LaneRoad::bytes(const LaneShape& lanes, std::int64_t register_words, std::int64_t margin) {
  const std::int64_t pieces = register_words * kWordCells * (blocks_at_once(lanes) + 1);
  return aligned_buffer_bytes<std::uint64_t>(buffer_words(lanes, margin) * register_words) +
         (pieces + 2 * kMaxBlocks) * 8;
}

void LaneRoad::load(const CellSource& source, std::int64_t first) {
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
}

std::uint64_t LaneRoad::read_bits(std::int64_t cell, std::int64_t count) const {
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

void LaneRoad::write_bits(std::int64_t cell, std::int64_t count, std::uint64_t bits) {
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

void LaneRoad::read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const {
  read_extended(first_own_ + first, count, out);
}

void LaneRoad::read_extended(std::int64_t cell, std::int64_t count, std::span<std::uint64_t> out) const {
  // 64 packed cells stand in 64 words. Where the range covers many lanes, the other cells of those words are wanted
  // too, and a transpose gets them all at once.
  if (count >= 8 * std::max(shape_.length, kWordCells)) return read_lanes(cell, count, out);
  for (std::int64_t done = 0; done < count; done += kWordCells) {
    out[static_cast<std::size_t>(done / kWordCells)] = read_bits(cell + done, std::min(kWordCells, count - done));
  }
}

void LaneRoad::read_lanes(std::int64_t cell, std::int64_t count, std::span<std::uint64_t> out) const {
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

void LaneRoad::set_halo(std::span<const std::uint64_t> left, std::span<const std::uint64_t> right, HaloWidth width) {
  for (std::int64_t done = 0; done < width.left; done += kWordCells) {
    write_bits(first_own_ - width.left + done, std::min(kWordCells, width.left - done),
               left[static_cast<std::size_t>(done / kWordCells)]);
  }
  for (std::int64_t done = 0; done < width.right; done += kWordCells) {
    write_bits(first_own_ + cells_ + done, std::min(kWordCells, width.right - done),
               right[static_cast<std::size_t>(done / kWordCells)]);
  }
}

void LaneRoad::fill_margins(std::int64_t count) {
  lane_moves_.from_lane_before(word(shape_.length - count), word(-count), count);
  lane_moves_.from_lane_after(word(0), word(shape_.length), count);
}

void LaneRoad::fill_mask(std::int64_t first, std::int64_t last, std::int64_t j, std::uint64_t* mask) const {
  const auto lanes_before = [&](std::int64_t cell) { return cell <= j ? 0 : ceil_div(cell - j, shape_.length); };
  const std::int64_t first_lane = lanes_before(first);
  const std::int64_t last_lane = lanes_before(last);
  for (std::int64_t i = 0; i < register_words_; ++i) {
    const std::int64_t lane = i * kWordCells;
    mask[i] = low_mask(std::clamp<std::int64_t>(last_lane - lane, 0, kWordCells)) &
              ~low_mask(std::clamp<std::int64_t>(first_lane - lane, 0, kWordCells));
  }
}

}  // namespace trafficbench::bitslice
