// A road that is spread over ranks and threads, and moves.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "drivers/ranks/communicator.hpp"
#include "drivers/road/counting_mode.hpp"
#include "drivers/road/halo_exchange.hpp"
#include "drivers/road/overlap.hpp"
#include "drivers/road/phase_times.hpp"
#include "drivers/road/reduce/moves_sum.hpp"
#include "drivers/road/split_segment.hpp"
#include "kernels/block.hpp"
#include "kernels/cell_source.hpp"
#include "kernels/road_hash.hpp"
#include "kernels/variant.hpp"

namespace trafficbench {

/// What a simulation is made from; the same on every rank.
struct SimulationSetup {
  const Variant* variant = nullptr;
  std::int64_t cells = 0;
  int threads = 1;
  std::int64_t depth = 0;       ///< iterations between exchanges; 0: auto_depth
  double exchange_seconds = 0;  ///< what one exchange was measured to cost; 0: it was not. For auto_depth
  std::int64_t jump = 1;        ///< closed-form variants only: most iterations that one advance is asked for
  CountingMode counting = CountingMode::every;
  Tuning tuning;
  const ExchangeMethod* exchange = &exchange_methods().front();
  const ReduceMethod* reduce = &reduce_methods().front();
  Overlap overlap = Overlap::off;
};

/// Collective: the hash of a whole road, on every rank, from what each rank has hashed of it.
RoadHash sum_over_ranks(Communicator& comm, const RoadHash& part);

/// As a CellSource it gives those cells of the road that this rank owns, as they are now.
class Simulation final : public CellSource {
 public:
  /// Collective, as is every call but the plain getters. Throws std::bad_alloc on every rank if memory is out on one,
  /// and BadInput where the MPI library lacks the method of exchange.
  Simulation(Communicator& comm, const SimulationSetup& setup);

  /// Bytes that the constructor takes on the rank with most cells.
  static std::int64_t bytes(const SimulationSetup& setup, int ranks);

  /// The depth that is used for this setup on `ranks` ranks.
  static std::int64_t depth(const SimulationSetup& setup, int ranks);

  /// Why this setup cannot overlap on `ranks` ranks; empty if it can.
  static std::string why_no_overlap(const SimulationSetup& setup, int ranks);

  /// Puts the road into its start state.
  void load(const CellSource& start);

  /// `iterations` >= 1 of the whole road. `each` is empty, or has a place for each of them: then it takes the moves of
  /// each, as far as they are counted, on one rank, which knows all.
  MovesMade advance(std::int64_t iterations, std::span<std::int64_t> each = {});

  /// What the next advance counts, in place of what the setup said.
  void set_counting(CountingMode counting) { setup_.counting = counting; }

  /// Where this rank was during the last advance, from timers of some of its phases.
  PhaseTimes phase_times() const;

  /// On rank 0, what the variant chose for itself there, and on those ranks where it chose otherwise. Empty on the
  /// other ranks, and if it has nothing to choose.
  std::string configuration();

  /// Cars on the whole road.
  std::int64_t cars();

  /// RoadHash of the whole road, on every rank.
  std::uint64_t hash();

  /// Cells [first, first + count) of the road, which must lie in one of this rank's own_blocks. Packed; not collective.
  void read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const override;

  /// This rank's block of the start state, which it loads.
  Block block() const { return block_; }

  /// Where on the road the cells are that a rank owns now: one block, or two if they lie across the road's end, or
  /// none. Until a closed-form road has settled that is the block which the rank loaded. From then on the road shifts,
  /// and so do the blocks: no rank gives cells to another.
  std::vector<Block> own_blocks(int rank) const;

  std::int64_t depth() const { return depth_; }
  std::int64_t cells() const override { return setup_.cells; }

 private:
  MovesMade update(std::int64_t iterations, std::span<std::int64_t> each);
  MovesMade jump(std::int64_t iterations, std::span<std::int64_t> each);
  MovesMade advance_segment(std::int64_t iterations, std::int64_t limit, std::span<std::int64_t> each);
  void exchange_halos(std::int64_t k);
  double advance_inside(std::int64_t k, bool timed);
  void add_work(const ThreadSeconds& threads, double seconds, double weight, PhaseTimes& times) const;
  void advance_cells(std::int64_t k);
  void sum_moves();
  MovesMade take_sums();

  Communicator& comm_;
  SimulationSetup setup_;
  Block block_;
  std::int64_t depth_;
  std::unique_ptr<HaloExchange> exchange_;
  std::unique_ptr<MovesSum> sum_;
  std::unique_ptr<Segment> segment_;  // nullptr where the block is empty
  SplitSegment* split_ = nullptr;     // the same, if it overlaps
  std::int64_t cars_ = -1;            // of the whole road; -1: not counted since load
  std::int64_t age_ = 0;              // iterations since load
  std::int64_t fresh_ = 0;            // iterations that the halo is still good for
  std::int64_t rotation_ = 0;         // cells that the road has shifted to the right beyond what the segment says
  std::vector<MoveCount> moves_;
  std::vector<std::int64_t> sums_;
  PhaseTimes timed_;  // of those phases that were timed
  SampledTimer exchange_timer_;
  SampledTimer advance_timer_;
  SampledTimer sum_timer_;
  double taking_ = 0;  // seconds of take_sums
  PhaseTimes inside_;  // of the inside while edges travel, in those exchanges that were timed
};

}  // namespace trafficbench
