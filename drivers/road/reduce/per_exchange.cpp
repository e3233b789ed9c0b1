// One vector of sums travels for all iterations since the last call.
#include <utility>
#include <vector>

#include "drivers/road/reduce/moves_sum.hpp"

namespace trafficbench {

namespace {

class SumPerExchange final : public MovesSum {
 public:
  explicit SumPerExchange(Communicator& comm) : comm_(comm) {}

  void add(std::span<const std::int64_t> moves) override {
    sums_.assign(moves.begin(), moves.end());
    comm_.sum(sums_);
    put(sums_, made_);
  }
  MovesMade take() override { return std::exchange(made_, {}); }

 private:
  Communicator& comm_;
  std::vector<std::int64_t> sums_;
  MovesMade made_;
};

}  // namespace

std::unique_ptr<MovesSum> make_sum_per_exchange(Communicator& comm) { return std::make_unique<SumPerExchange>(comm); }

}  // namespace trafficbench
