// The road that files are written from, dealt by blocks, and what is held against it when it is read back.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "drivers/io/block_words.hpp"
#include "drivers/io/dealing.hpp"
#include "drivers/ranks/communicator.hpp"
#include "kernels/cell_source.hpp"

namespace trafficbench {

/// This rank's blocks of a road, and the hashes of those that it reads back.
class IoRoad {
 public:
  /// Collective: takes the cells from `source`; a last block that the road does not fill ends in empty cells. The hash
  /// of each block is taken from its writer's memory here, and sent to its reader.
  IoRoad(Communicator& world, const CellSource& source, const Dealing& dealing);

  const Dealing& dealing() const { return dealing_; }

  /// Those of this rank, in the road's order.
  std::span<const std::uint64_t> words() const { return words_; }

  /// What they are read into: as many words as the owner whose blocks this rank reads has. Poisoned: no block of it is
  /// what may be read.
  std::span<std::uint64_t> poisoned();

  struct Verdict {
    std::uint64_t hash = 0;  ///< of all blocks as they were read, whatever the layout
    std::string problem;     ///< empty: every block is what was written
  };

  /// Collective, the same on every rank: holds what has been read against what was written.
  Verdict verify() const;

 private:
  Communicator& world_;
  Dealing dealing_;
  BlockRun read_;  // blocks that this rank reads
  BlockWords words_;
  BlockWords read_words_;
  std::vector<std::uint64_t> expected_;  // a hash for each of read_
};

}  // namespace trafficbench
