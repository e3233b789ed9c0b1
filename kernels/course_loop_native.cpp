// Compiled with -march=native. It includes nothing that has inline functions: the linker could take their code for all.
#include "kernels/course_loop.hpp"

namespace trafficbench {

std::int64_t iterate_native(int* new_road, int* old_road, std::int64_t first, std::int64_t cells, std::int64_t last) {
  return iterate(new_road, old_road, first, cells, last);
}

bool native_runs_here() {
  bool runs = true;
#if defined(__x86_64__)
  __builtin_cpu_init();
#if defined(__AVX512F__)
  runs = runs && __builtin_cpu_supports("avx512f");
#endif
#if defined(__AVX512VL__)
  runs = runs && __builtin_cpu_supports("avx512vl");
#endif
#if defined(__AVX512BW__)
  runs = runs && __builtin_cpu_supports("avx512bw");
#endif
#if defined(__AVX2__)
  runs = runs && __builtin_cpu_supports("avx2");
#endif
#if defined(__BMI2__)
  runs = runs && __builtin_cpu_supports("bmi2");
#endif
#endif
  return runs;
}

}  // namespace trafficbench
