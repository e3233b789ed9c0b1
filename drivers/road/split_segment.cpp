#include "drivers/road/split_segment.hpp"

#include <algorithm>

#include "kernels/bits.hpp"
#include "kernels/registry.hpp"

namespace trafficbench {

namespace {

// The ends are as long as a halo, or this if that is more: few cells cost a kernel as much as some.
constexpr std::int64_t kLeastEnd = 256;

std::int64_t depth_of(const SegmentShape& shape) { return std::max(shape.max_halo.left, shape.max_halo.right); }

std::vector<std::uint64_t> words_of(std::int64_t cells) {
  return std::vector<std::uint64_t>(static_cast<std::size_t>(words_for(cells)));
}

}  // namespace

bool SplitSegment::fits(const SegmentShape& shape) { return shape.cells >= 3 * depth_of(shape) && shape.cells >= 3; }

std::array<Block, 3> SplitSegment::blocks_of(const SegmentShape& shape) {
  const std::int64_t end = std::clamp(kLeastEnd, depth_of(shape), std::max(depth_of(shape), shape.cells / 3));
  return {Block{0, end}, Block{end, shape.cells - 2 * end}, Block{shape.cells - end, end}};
}

SegmentShape SplitSegment::shape_of_part(const SegmentShape& shape, const Block& block) {
  SegmentShape part = shape;
  part.cells = block.cells;
  return part;
}

SplitSegment::SplitSegment(const Variant& variant, const SegmentShape& shape, int threads)
    : shape_(shape),
      end_of_left_(words_of(depth_of(shape))),
      begin_of_inside_(words_of(depth_of(shape))),
      end_of_inside_(words_of(depth_of(shape))),
      begin_of_right_(words_of(depth_of(shape))) {
  const std::array<Block, 3> blocks = blocks_of(shape);
  for (const Place place : {kLeft, kInside, kRight}) {
    parts_[place].block = blocks[place];
    parts_[place].segment = make_segment(variant, shape_of_part(shape, blocks[place]), place == kInside ? threads : 1);
  }
}

std::int64_t SplitSegment::bytes(const Variant& variant, const SegmentShape& shape, int threads) {
  const std::array<Block, 3> blocks = blocks_of(shape);
  return segment_bytes(variant, shape_of_part(shape, blocks[kInside]), threads) +
         2 * segment_bytes(variant, shape_of_part(shape, blocks[kLeft]), 1) + 4 * words_for(depth_of(shape)) * 8;
}

void SplitSegment::load(const CellSource& source, std::int64_t first) {
  for (const Part& part : parts_) part.segment->load(source, first + part.block.first);
  ahead_ = 0;
}

void SplitSegment::read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const {
  std::fill_n(out.begin(), words_for(count), std::uint64_t{0});
  std::vector<std::uint64_t> words;
  for (const Part& part : parts_) {
    const std::int64_t begin = std::max(first, part.block.first);
    const std::int64_t end = std::min(first + count, part.block.first + part.block.cells);
    if (begin >= end) continue;
    if (begin == first) {
      part.segment->read(begin - part.block.first, end - begin, out);
      continue;
    }
    words.resize(static_cast<std::size_t>(words_for(end - begin)));
    part.segment->read(begin - part.block.first, end - begin, words);
    copy_cells(words, 0, out, begin - first, end - begin);
  }
}

void SplitSegment::take_edges() {
  const std::int64_t depth = depth_of(shape_);
  const auto take = [&](Place place, bool at_end, std::vector<std::uint64_t>& words) {
    const Part& part = parts_[place];
    part.segment->read(at_end ? part.block.cells - depth : 0, depth, words);
  };
  take(kLeft, true, end_of_left_);
  take(kInside, false, begin_of_inside_);
  take(kInside, true, end_of_inside_);
  take(kRight, false, begin_of_right_);
}

void SplitSegment::begin_inside(std::int64_t k, std::span<MoveCount> moves) {
  take_edges();
  const std::int64_t depth = depth_of(shape_);
  parts_[kInside].segment->set_halo(end_of_left_, begin_of_right_, {depth, depth});
  moves_.assign(moves.begin(), moves.end());
  ahead_ = k;
}

void SplitSegment::advance_inside(std::int64_t k, std::span<MoveCount> moves) {
  begin_inside(k, moves);
  parts_[kInside].segment->advance(k, moves_);
}

ThreadSeconds SplitSegment::timed_advance_inside(std::int64_t k, std::span<MoveCount> moves) {
  begin_inside(k, moves);
  return parts_[kInside].segment->timed_advance(k, moves_);
}

void SplitSegment::set_halo(std::span<const std::uint64_t> left, std::span<const std::uint64_t> right,
                            HaloWidth width) {
  const std::int64_t depth = depth_of(shape_);
  if (ahead_ == 0) {
    take_edges();
    parts_[kInside].segment->set_halo(end_of_left_, begin_of_right_, {depth, depth});
  }
  parts_[kLeft].segment->set_halo(left, begin_of_inside_, {width.left, depth});
  parts_[kRight].segment->set_halo(end_of_inside_, right, {depth, width.right});
}

void SplitSegment::advance_part(Place place, std::int64_t k, std::span<MoveCount> moves) {
  part_moves_.assign(moves.begin(), moves.end());
  parts_[place].segment->advance(k, part_moves_);
  for (std::size_t t = 0; t < moves.size(); ++t) {
    if (moves[t].wanted) moves[t].moves += part_moves_[t].moves;
  }
}

void SplitSegment::advance(std::int64_t k, std::span<MoveCount> moves) {
  for (std::size_t t = 0; t < moves.size(); ++t) {
    if (moves[t].wanted) moves[t].moves = ahead_ > 0 ? moves_[t].moves : 0;
  }
  if (ahead_ == 0) advance_part(kInside, k, moves);
  ahead_ = 0;
  advance_part(kLeft, k, moves);
  advance_part(kRight, k, moves);
}

}  // namespace trafficbench
