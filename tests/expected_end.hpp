// Where the closed form says that a ring ends: what kernels are held against on roads that are too long for the model.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/closed_form.hpp"
#include "kernels/packed_road.hpp"
#include "kernels/segment.hpp"

namespace trafficbench {

struct ExpectedEnd {
  PackedRoad road;
  ClosedForm::Moves moves;
};

inline ExpectedEnd expected_end(const PackedRoad& start, std::int64_t iterations) {
  ExpectedEnd end{PackedRoad(start.cells()), {}};
  end.moves = ClosedForm(start, start.cars(), iterations).state(0, start.cells(), end.road.words());
  return end;
}

/// All moves that were counted.
inline std::int64_t total_of(const std::vector<MoveCount>& moves) {
  std::int64_t total = 0;
  for (const MoveCount& count : moves) total += count.moves;
  return total;
}

}  // namespace trafficbench
