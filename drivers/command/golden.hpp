// What the course's own programs print, for `trafficbench check` and the tests.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace trafficbench {

/// One run of a program of EPCC's traffic model: the average velocities that it prints at every print_every-th
/// iteration, with six decimals.
struct GoldenRun {
  std::string_view init;
  std::int64_t cells;
  double density;
  std::int64_t seed;
  std::int64_t print_every;
  std::array<double, 10> velocity;
};

/// The C program, and the last one numpy's (EPCCed/PythonHPC), each ten lines.
inline constexpr std::array<GoldenRun, 4> kGoldenRuns{{
    {"uni",
     10240000,
     0.52,
     5743,
     10,
     {0.789610, 0.837313, 0.858284, 0.870655, 0.879054, 0.885213, 0.889865, 0.893506, 0.896469, 0.898993}},
    {"uni",
     100000,
     0.52,
     5743,
     200,
     {0.919951, 0.926559, 0.928743, 0.930308, 0.930849, 0.931196, 0.931312, 0.931506, 0.931737, 0.931989}},
    {"uni",
     777777,
     0.71,
     90210,
     50,
     {0.409162, 0.409162, 0.409162, 0.409162, 0.409162, 0.409162, 0.409162, 0.409162, 0.409162, 0.409162}},
    {"mt19937",
     10240000,
     0.52,
     5743,
     10,
     {0.789451, 0.837291, 0.858276, 0.870672, 0.879025, 0.885042, 0.889747, 0.893434, 0.896450, 0.898941}},
}};

}  // namespace trafficbench
