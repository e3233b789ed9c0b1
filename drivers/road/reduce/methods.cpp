#include "drivers/road/reduce/moves_sum.hpp"

namespace trafficbench {

std::span<const ReduceMethod> reduce_methods() {
  static const ReduceMethod methods[] = {
      {"exchange", "one allreduce for all iterations between two exchanges", make_sum_per_exchange, false, false},
      {"iteration", "an allreduce for each iteration, as the course's programs do", make_sum_per_iteration, true,
       false},
      {"nonblocking", "one for all iterations between two exchanges, which travels while the next are made",
       make_sum_nonblocking, false, true},
  };
  return methods;
}

void MovesSum::put(std::span<const std::int64_t> summed, MovesMade& made) {
  for (const std::int64_t moves : summed) made.counted += moves;
  made.last = summed.back();
}

}  // namespace trafficbench
