// The analytic model: what a road takes on many ranks, by formula. LogGP in spirit (Alexandrov et al. 1995): latency,
// and a gap a byte, for each message on the critical path.
#pragma once

#include <cstdint>

#include "drivers/projection/kernel_time.hpp"
#include "drivers/projection/machine_facts.hpp"

namespace trafficbench::projection {

/// Ranks 0, 1, ... fill one node after the other.
struct Layout {
  std::int64_t ranks = 1;
  int ranks_per_node = 1;

  std::int64_t nodes() const { return (ranks + ranks_per_node - 1) / ranks_per_node; }
  int on_a_node() const { return static_cast<int>(ranks < ranks_per_node ? ranks : ranks_per_node); }
};

/// One exchange of halos: the slowest pair of neighbours on the ring.
double exchange_seconds(const Network& network, const Layout& layout, std::int64_t depth);

/// A sum of `bytes` over all ranks, known to each: a tree on each node to its first rank, recursive doubling between
/// those, a tree back.
double allreduce_seconds(const Network& network, const Layout& layout, double bytes);

struct Prediction {
  double seconds = 0;  ///< of all iterations
  double compute = 0;  ///< of which by kernels, halo cells included
  double exchange = 0;
  double reduction = 0;
  double cells_per_cycle = 0;  ///< of the kernel alone, own and halo cells, as it runs at this point
};

/// `steps` iterations of a road of `cells` cells, which is exchanged every `depth` iterations.
Prediction predict(const KernelTime& kernel, const Variant& variant, const MachineFacts& facts, const Layout& layout,
                   CountingMode counting, std::int64_t cells, std::int64_t depth, std::int64_t steps);

}  // namespace trafficbench::projection
