// The OpenMP form of any variant: a composite that holds one child segment a thread.
#pragma once

#include <cstdint>
#include <memory>

#include "kernels/variant.hpp"

namespace trafficbench {

/// A segment cut into blocks, one a thread, each a segment of `variant` allocated, first touched and advanced by its
/// own OpenMP thread. Neighbours see each other through copies of their edges, so that there is one barrier between two
/// halos, whatever their width. Threads beyond the number of cells own nothing.
std::unique_ptr<Segment> make_threads(const Variant& variant, const SegmentShape& shape, int threads);

/// Upper bound of the bytes that make_threads allocates.
std::int64_t threads_bytes(const Variant& variant, const SegmentShape& shape, int threads);

}  // namespace trafficbench
