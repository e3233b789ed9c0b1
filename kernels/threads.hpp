// The OpenMP form of any variant: a composite that holds one child segment a thread.
#pragma once

#include <cstdint>
#include <memory>

#include "kernels/variant.hpp"

namespace trafficbench {

/// A segment cut into blocks, one a thread, each a segment of `variant` allocated, first touched and advanced by its
/// own OpenMP thread. The children's halos come from copies of their neighbours' edges, so that there is one barrier
/// for each halo, whatever its width. Threads beyond the number of cells own nothing.
std::unique_ptr<Segment> make_threads(const Variant& variant, const SegmentShape& shape, int threads);

/// The shape of the child segment of the first thread, which has most cells.
SegmentShape first_child_shape(const SegmentShape& shape, int threads);

/// Upper bound of the bytes that make_threads allocates.
std::int64_t threads_bytes(const Variant& variant, const SegmentShape& shape, int threads);

}  // namespace trafficbench
