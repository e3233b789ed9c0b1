// The sums of one exchange travel while the iterations of the next are made. One at a time is under way.
#include <utility>
#include <vector>

#include "drivers/road/reduce/moves_sum.hpp"

namespace trafficbench {

namespace {

class SumNonblocking final : public MovesSum {
 public:
  explicit SumNonblocking(Communicator& comm) : comm_(comm) {}

  void add(std::span<const std::int64_t> moves) override {
    finish();
    sums_.assign(moves.begin(), moves.end());
    comm_.start_sum(sums_);
    under_way_ = true;
  }
  MovesMade take() override {
    finish();
    return std::exchange(made_, {});
  }

 private:
  void finish() {
    if (!under_way_) return;
    comm_.finish_sum();
    put(sums_, made_);
    under_way_ = false;
  }

  Communicator& comm_;
  std::vector<std::int64_t> sums_;
  bool under_way_ = false;
  MovesMade made_;
};

}  // namespace

std::unique_ptr<MovesSum> make_sum_nonblocking(Communicator& comm) { return std::make_unique<SumNonblocking>(comm); }

}  // namespace trafficbench
