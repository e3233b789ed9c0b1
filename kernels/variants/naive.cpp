// naive: the course's loop, compiled as the course compiles it (-O3). A cell is an int. It is the baseline of every
// speedup.
#include "kernels/course_loop.hpp"
#include "kernels/variant.hpp"
#include "kernels/variants/course_segment.hpp"

namespace trafficbench::variant {

const Variant& naive() {
  using NaiveSegment = CourseSegment<iterate>;
  static const Variant variant{.name = "naive",
                               .summary = "a cell is an int32: the course's loop, with its branches and its copy back",
                               .kernel_class = KernelClass::update,
                               .uses_simd = false,
                               .rate_depends_on_steps = true,
                               .nominal_rate = 0.6,
                               .make = NaiveSegment::make,
                               .bytes = NaiveSegment::bytes,
                               .work = kCourseWork};
  return variant;
}

}  // namespace trafficbench::variant
