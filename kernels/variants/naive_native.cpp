// naive-native: the course's loop, compiled for the CPU that the program was built on (-march=native): what the option
// alone gives.
#include "kernels/course_loop.hpp"
#include "kernels/variant.hpp"
#include "kernels/variants/course_segment.hpp"

namespace trafficbench::variant {

const Variant& naive_native() {
  using NativeSegment = CourseSegment<iterate_native>;
  static const Variant variant{.name = "naive-native",
                               .summary = "the same loop, compiled with -march=native",
                               .kernel_class = KernelClass::update,
                               .uses_simd = false,
                               .is_native = true,
                               .rate_depends_on_steps = true,
                               .nominal_rate = 2,
                               .make = NativeSegment::make,
                               .bytes = NativeSegment::bytes,
                               .work = kCourseWork};
  return variant;
}

}  // namespace trafficbench::variant
