// Gives things out to ranks that may each have some of them: a bipartite matching.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace trafficbench {

/// Each thing, a core or a cache, belongs to one rank at most.
class Matching {
 public:
  /// The things that a rank may have, by ranks.
  explicit Matching(std::map<std::size_t, std::vector<int>> allowed) : allowed_(std::move(allowed)) {}

  /// Gives `rank` one more thing: the first of `wanted`, all that it may have, that is free; if none is, others move to
  /// other things of theirs. False if there is no way. An augmenting path (Kuhn 1955).
  bool give(std::size_t rank, const std::vector<int>& wanted);
  bool give(std::size_t rank) { return give(rank, allowed_.at(rank)); }

  /// The things that a rank has, in the order in which it may have them.
  std::vector<int> of(std::size_t rank) const;

  bool is_free(int thing) const { return !owner_.contains(thing); }

 private:
  bool find(std::size_t rank, const std::vector<int>& wanted);

  std::map<std::size_t, std::vector<int>> allowed_;
  std::map<int, std::size_t> owner_;
  std::set<int> tried_;
};

}  // namespace trafficbench
