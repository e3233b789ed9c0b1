// How the cars that moved on each rank become one number for the road: what all methods have in common.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "drivers/ranks/communicator.hpp"

namespace trafficbench {

/// Cars of the whole road that moved.
struct MovesMade {
  std::int64_t counted = 0;  ///< in all counted iterations together
  std::int64_t last = 0;     ///< in the last iteration that was counted
};

/// Sums moves over the ranks. Both calls are collective.
class MovesSum {
 public:
  virtual ~MovesSum() = default;

  /// What moved on this rank in each of some iterations, at least one; on every rank as many.
  virtual void add(std::span<const std::int64_t> moves) = 0;

  /// The sum over all ranks of what was added since the last call.
  virtual MovesMade take() = 0;

 protected:
  MovesSum() = default;
  MovesSum(const MovesSum&) = default;
  MovesSum& operator=(const MovesSum&) = default;

  /// Into `made`, numbers that are summed over the ranks.
  static void put(std::span<const std::int64_t> summed, MovesMade& made);
};

/// A way to sum them.
struct ReduceMethod {
  std::string_view name;
  std::string_view summary;  ///< one line: when ranks speak to each other
  std::unique_ptr<MovesSum> (*make)(Communicator& comm) = nullptr;

  bool each_iteration = false;  ///< ranks speak in each, whatever the depth
  bool hides = false;           ///< the next iterations are made meanwhile
};

/// All methods, the default first.
std::span<const ReduceMethod> reduce_methods();

std::unique_ptr<MovesSum> make_sum_per_exchange(Communicator& comm);
std::unique_ptr<MovesSum> make_sum_per_iteration(Communicator& comm);
std::unique_ptr<MovesSum> make_sum_nonblocking(Communicator& comm);

}  // namespace trafficbench
