#include "drivers/io/edge_cells.hpp"

#include <algorithm>
#include <utility>

#include "kernels/bits.hpp"

namespace trafficbench {

namespace {

std::vector<std::uint64_t> buffer_for(const RoadPart& part) {
  return std::vector<std::uint64_t>(
      static_cast<std::size_t>(kBlockWords * std::min(PartSource::kPieceBlocks, part.blocks.count)));
}

}  // namespace

RoadPart part_of(int rank, const Block& cells) {
  RoadPart part{.rank = rank, .cells = cells, .blocks = {}};
  const std::int64_t first = blocks_for(cells.first);
  part.blocks = {.first = first, .stride = 1, .count = blocks_for(part.end()) - first};
  return part;
}

std::vector<std::vector<std::uint64_t>> fetch_edges(Communicator& comm, std::span<const RoadPart> parts,
                                                    const CellSource& road) {
  /// Cells of a part that lie before its first block: a part before it writes them.
  struct Head {
    std::size_t writer;  // index of its part
    std::int64_t first;
    std::int64_t cells;
    std::vector<std::uint64_t> words;
  };
  std::vector<std::pair<int, Head>> given;  // by the rank that gets them, in the road's order
  std::vector<std::pair<int, Head>> taken;  // by the rank that had them
  std::size_t writer = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const RoadPart& part = parts[i];
    const std::int64_t cells = std::min(part.end(), part.blocks.first * kBlockCells) - part.cells.first;
    const int writing_rank = parts[writer].rank;
    if (cells > 0 && (part.rank == comm.rank() || writing_rank == comm.rank())) {
      Head head{writer, part.cells.first, cells,
                std::vector<std::uint64_t>(static_cast<std::size_t>(words_for(cells)))};
      if (part.rank == comm.rank()) road.read(head.first, cells, head.words);
      const bool is_given = part.rank == comm.rank() && writing_rank != comm.rank();
      (is_given ? given : taken).emplace_back(is_given ? writing_rank : part.rank, std::move(head));
    }
    if (part.blocks.count > 0) writer = i;
  }
  constexpr int kTag = 0;
  const auto messages = [&](std::vector<std::pair<int, Head>>& heads) {
    std::vector<Message> all;
    for (auto& [peer, head] : heads) {
      if (peer != comm.rank()) all.push_back({peer, kTag, head.words});
    }
    return all;
  };
  comm.exchange(messages(given), messages(taken));
  std::vector<std::vector<std::uint64_t>> edges(parts.size());
  for (const auto& [peer, head] : taken) {
    std::vector<std::uint64_t>& edge = edges[head.writer];
    edge.resize(kBlockWords);
    copy_cells(head.words, 0, edge, head.first - parts[head.writer].end(), head.cells);
  }
  return edges;
}

PartSource::PartSource(const CellSource& road, const RoadPart& part, std::vector<std::uint64_t> edge)
    : road_(road), part_(part), edge_(std::move(edge)), words_(buffer_for(part)) {}

std::span<const std::uint64_t> PartSource::blocks(std::int64_t first, std::int64_t count) {
  const std::int64_t begin = part_.blocks[first] * kBlockCells;
  const std::int64_t cells = count * kBlockCells;
  const std::int64_t own = std::min(cells, part_.end() - begin);
  const auto words = words_of_blocks(std::span(words_), 0, count);
  road_.read(begin, own, words);
  std::ranges::fill(words.subspan(static_cast<std::size_t>(words_for(own))), 0);
  if (!edge_.empty() && cells > own) copy_cells(edge_, 0, words, own, cells - own);
  return words;
}

PartSink::PartSink(const RoadPart& part, std::span<std::uint64_t> cells)
    : part_(part), cells_(cells), words_(buffer_for(part)) {}

std::span<std::uint64_t> PartSink::room(std::int64_t /*first*/, std::int64_t count) {
  return words_of_blocks(std::span(words_), 0, count);
}

void PartSink::filled(std::int64_t first, std::int64_t count) {
  const std::int64_t begin = part_.blocks[first] * kBlockCells;
  const std::int64_t cells = std::min(count * kBlockCells, part_.end() - begin);
  copy_cells(words_, 0, cells_, begin - part_.cells.first, cells);
}

}  // namespace trafficbench
