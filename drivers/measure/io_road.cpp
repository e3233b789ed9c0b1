#include "drivers/measure/io_road.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "drivers/base/checksum.hpp"

namespace trafficbench {

namespace {

std::span<const std::uint64_t> block_in(std::span<const std::uint64_t> words, std::int64_t k) {
  return words.subspan(static_cast<std::size_t>(k * kBlockWords), kBlockWords);
}

std::uint64_t hash_of(std::span<const std::uint64_t> words) {
  return checksum({reinterpret_cast<const char*>(words.data()), words.size_bytes()});
}

std::vector<std::uint64_t> hashes_of(std::span<const std::uint64_t> words, std::int64_t blocks) {
  std::vector<std::uint64_t> hashes(static_cast<std::size_t>(blocks));
  for (std::int64_t k = 0; k < blocks; ++k) hashes[static_cast<std::size_t>(k)] = hash_of(block_in(words, k));
  return hashes;
}

std::size_t words_of(const BlockRun& blocks) { return static_cast<std::size_t>(blocks.count * kBlockWords); }

}  // namespace

IoRoad::IoRoad(Communicator& world, const CellSource& source, const Dealing& dealing)
    : world_(world), dealing_(dealing), read_(dealing.of(owner_read_by(world.rank(), world.size()))) {
  const BlockRun own = dealing.of(world.rank());
  words_.resize(words_of(own));
  for (std::int64_t k = 0; k < own.count; ++k) {
    const std::int64_t first = own[k] * kBlockCells;
    source.read(first, std::min(kBlockCells, source.cells() - first),
                std::span(words_).subspan(static_cast<std::size_t>(k * kBlockWords), kBlockWords));
  }
  read_words_.resize(words_of(read_));
  std::vector<std::uint64_t> mine = hashes_of(words_, own.count);
  if (world.size() == 1) {
    expected_ = std::move(mine);
    return;
  }
  expected_.resize(static_cast<std::size_t>(read_.count));
  constexpr int kTag = 0;
  const Message send{reader_of(world.rank(), world.size()), kTag, mine};
  const Message receive{owner_read_by(world.rank(), world.size()), kTag, expected_};
  world.exchange({&send, 1}, {&receive, 1});
}

std::span<std::uint64_t> IoRoad::poisoned() {
  // No block is all alike but an empty or a full one.
  constexpr std::uint64_t kPoison = 0xa5c3'5a3c'9669'f00fU;
  std::ranges::fill(read_words_, kPoison);
  return read_words_;
}

IoRoad::Verdict IoRoad::verify() const {
  const std::vector<std::uint64_t> hashes = hashes_of(read_words_, read_.count);
  std::int64_t wrong = 0;
  std::int64_t first_wrong = dealing_.blocks();
  std::uint64_t sum = 0;
  for (std::int64_t k = 0; k < read_.count; ++k) {
    const auto at = static_cast<std::size_t>(k);
    const std::array<std::uint64_t, 2> placed{static_cast<std::uint64_t>(read_[k]), hashes[at]};
    sum += hash_of(placed);
    if (hashes[at] == expected_[at]) continue;
    ++wrong;
    first_wrong = std::min(first_wrong, read_[k]);
  }
  // In halves, which no number of ranks brings to overflow.
  std::array<std::int64_t, 3> sums{static_cast<std::int64_t>(sum >> 32), static_cast<std::int64_t>(sum & 0xffffffffU),
                                   wrong};
  world_.sum(sums);
  first_wrong = static_cast<std::int64_t>(world_.min_of(static_cast<double>(first_wrong)));
  Verdict verdict;
  verdict.hash = (static_cast<std::uint64_t>(sums[0]) << 32) + static_cast<std::uint64_t>(sums[1]);
  if (sums[2] > 0) {
    verdict.problem = fmt::format("{} of {} blocks were not read as they were written, block {} of the road first",
                                  sums[2], dealing_.blocks(), first_wrong);
  }
  return verdict;
}

}  // namespace trafficbench
