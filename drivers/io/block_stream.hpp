// What methods write and read: an owner's blocks, in memory or made as they are asked for.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "drivers/io/dealing.hpp"

namespace trafficbench {

/// Where the blocks of an owner come from that are written. A method asks for each of them once, in pieces of its own
/// choice.
class BlockSource {
 public:
  virtual ~BlockSource() = default;

  /// Most blocks that may be asked for at once; the same on every rank.
  virtual std::int64_t piece() const = 0;

  /// The owner's blocks from its `first`-th on, kBlockWords words each. Valid until the next call.
  virtual std::span<const std::uint64_t> blocks(std::int64_t first, std::int64_t count) = 0;

 protected:
  BlockSource() = default;
  BlockSource(const BlockSource&) = default;
  BlockSource& operator=(const BlockSource&) = default;
};

/// Where blocks go that are read.
class BlockSink {
 public:
  virtual ~BlockSink() = default;

  /// As BlockSource::piece().
  virtual std::int64_t piece() const = 0;

  /// Room for the owner's blocks from its `first`-th on; those of the room before have been taken, or do not count.
  virtual std::span<std::uint64_t> room(std::int64_t first, std::int64_t count) = 0;

  /// They are in the room now.
  virtual void filled(std::int64_t first, std::int64_t count) = 0;

 protected:
  BlockSink() = default;
  BlockSink(const BlockSink&) = default;
  BlockSink& operator=(const BlockSink&) = default;
};

/// Words of `count` blocks from the `first`-th on among all of an owner.
template <typename Word>
std::span<Word> words_of_blocks(std::span<Word> all, std::int64_t first, std::int64_t count) {
  return all.subspan(static_cast<std::size_t>(first * kBlockWords), static_cast<std::size_t>(count * kBlockWords));
}

/// All of an owner's blocks, which are in memory.
class BlocksInMemory final : public BlockSource {
 public:
  explicit BlocksInMemory(std::span<const std::uint64_t> words) : words_(words) {}
  std::int64_t piece() const override { return INT64_MAX; }
  std::span<const std::uint64_t> blocks(std::int64_t first, std::int64_t count) override {
    return words_of_blocks(words_, first, count);
  }

 private:
  std::span<const std::uint64_t> words_;
};

/// Room in memory for all of them.
class RoomInMemory final : public BlockSink {
 public:
  explicit RoomInMemory(std::span<std::uint64_t> words) : words_(words) {}
  std::int64_t piece() const override { return INT64_MAX; }
  std::span<std::uint64_t> room(std::int64_t first, std::int64_t count) override {
    return words_of_blocks(words_, first, count);
  }
  void filled(std::int64_t /*first*/, std::int64_t /*count*/) override {}

 private:
  std::span<std::uint64_t> words_;
};

/// Calls move(first, count) for so many blocks, piece by piece; one piece is one call.
template <typename Move>
void each_piece(std::int64_t blocks, std::int64_t piece, const Move& move) {
  for (std::int64_t first = 0; first < blocks; first += std::min(piece, blocks - first)) {
    move(first, std::min(piece, blocks - first));
  }
}

}  // namespace trafficbench
