// A file a node, in which the blocks of its ranks lie in the road's order. Nodes of which no rank has any make none.
#include <fmt/format.h>

#include <set>

#include "drivers/io/methods/shared_file.hpp"

namespace trafficbench {

namespace {

/// Where an owner's blocks lie among those of the ranks of its node.
BlockRun in_file_of_node(const IoTask& task, int owner) {
  const BlockRun own = task.dealing.of(owner);
  const std::int64_t node = task.nodes[static_cast<std::size_t>(owner)];
  std::int64_t ranks = 0;  // of the node
  std::int64_t first = 0;  // blocks of them before the owner's first
  for (int rank = 0; rank < task.dealing.ranks(); ++rank) {
    if (task.nodes[static_cast<std::size_t>(rank)] != node) continue;
    ++ranks;
    if (own.count > 0) first += task.dealing.of(rank).before(own.first);
  }
  // Rounds of an interleaved road are whole but for the last, in which the first ranks have theirs.
  const std::int64_t stride = task.dealing.layout() == IoLayout::interleaved ? ranks : 1;
  return {.first = first, .stride = stride, .count = own.count};
}

}  // namespace

std::unique_ptr<IoFiles> make_node_files(const IoTask& task, int owner) {
  // Those that have blocks come first, whatever the layout.
  std::set<std::int64_t> seen;
  bool makes = false;
  for (int rank = 0; rank < task.dealing.ranks() && task.dealing.of(rank).count > 0; ++rank) {
    const bool is_first = seen.insert(task.nodes[static_cast<std::size_t>(rank)]).second;
    if (rank == owner) makes = is_first;
  }
  std::string path = fmt::format("{}.node{}", task.path, task.nodes[static_cast<std::size_t>(owner)]);
  return std::make_unique<SharedFile>(*task.comm, PosixFile(std::move(path), task.direct), in_file_of_node(task, owner),
                                      makes, static_cast<std::int64_t>(seen.size()));
}

}  // namespace trafficbench
