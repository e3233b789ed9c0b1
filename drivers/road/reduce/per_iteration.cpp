// Each iteration has a sum of its own, whatever the depth.
#include <utility>

#include "drivers/road/reduce/moves_sum.hpp"

namespace trafficbench {

namespace {

class SumPerIteration final : public MovesSum {
 public:
  explicit SumPerIteration(Communicator& comm) : comm_(comm) {}

  void add(std::span<const std::int64_t> moves) override {
    for (const std::int64_t own : moves) {
      const std::int64_t all = comm_.sum_of(own);
      put({&all, 1}, made_);
    }
  }
  MovesMade take() override { return std::exchange(made_, {}); }

 private:
  Communicator& comm_;
  MovesMade made_;
};

}  // namespace

std::unique_ptr<MovesSum> make_sum_per_iteration(Communicator& comm) { return std::make_unique<SumPerIteration>(comm); }

}  // namespace trafficbench
