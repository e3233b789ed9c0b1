#include "drivers/road/simulation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <new>
#include <utility>

#include "drivers/base/wall_clock.hpp"
#include "drivers/road/regions.hpp"
#include "kernels/bits.hpp"
#include "kernels/depth.hpp"
#include "kernels/registry.hpp"

namespace trafficbench {

namespace {

std::int64_t settling_time(std::int64_t cells) { return (cells - 1) / 2; }

/// `cell` counted round the ring.
std::int64_t on_ring(std::int64_t cell, std::int64_t cells) { return (cell % cells + cells) % cells; }

SegmentShape shape_of(const SimulationSetup& setup, std::int64_t cells, std::int64_t depth) {
  return {.cells = cells, .max_halo = {depth, depth}, .tuning = setup.tuning};
}

}  // namespace

RoadHash sum_over_ranks(Communicator& comm, const RoadHash& part) {
  std::int64_t halves[2] = {static_cast<std::int64_t>(part.partial() >> 32),
                            static_cast<std::int64_t>(part.partial() & 0xffffffffu)};
  comm.sum(halves);
  RoadHash whole;
  whole.merge(static_cast<std::uint64_t>(halves[0]), static_cast<std::uint64_t>(halves[1]));
  return whole;
}

Simulation::Simulation(Communicator& comm, const SimulationSetup& setup)
    : comm_(comm),
      setup_(setup),
      block_(block_of(setup.cells, comm.size(), comm.rank())),
      depth_(depth(setup, comm.size())) {
  // Whoever has no memory says so before the others wait for it in the library.
  const bool made = [&] {
    try {
      exchange_ = std::make_unique<HaloExchange>(comm, setup.cells, HaloWidth{depth_, depth_}, *setup.exchange,
                                                 setup.overlap == Overlap::on);
      sum_ = setup.reduce->make(comm);
      if (block_.cells > 0) {
        const SegmentShape shape = shape_of(setup, block_.cells, depth_);
        if (setup.overlap == Overlap::on) {
          auto split = std::make_unique<SplitSegment>(*setup.variant, shape, setup.threads);
          split_ = split.get();
          segment_ = std::move(split);
        } else {
          segment_ = make_segment(*setup.variant, shape, setup.threads);
        }
      }
      return true;
    } catch (const std::bad_alloc&) {
      return false;
    }
  }();
  if (!comm.all(made)) throw std::bad_alloc();
  exchange_->connect();
}

std::int64_t Simulation::bytes(const SimulationSetup& setup, int ranks) {
  const std::int64_t halo = depth(setup, ranks);
  const std::int64_t cells = block_of(setup.cells, ranks, 0).cells;
  // The segment, and in the exchange each cell of both halos three times: a method may keep two places for what
  // arrives.
  const SegmentShape shape = shape_of(setup, cells, halo);
  const std::int64_t segment = setup.overlap == Overlap::on && SplitSegment::fits(shape)
                                   ? SplitSegment::bytes(*setup.variant, shape, setup.threads)
                                   : segment_bytes(*setup.variant, shape, setup.threads);
  return segment + 12 * words_for(halo) * 8;
}

std::string Simulation::why_no_overlap(const SimulationSetup& setup, int ranks) {
  if (setup.variant->kernel_class != KernelClass::update) {
    return fmt::format("{} jumps over the iterations that --overlap would hide an exchange behind",
                       setup.variant->name);
  }
  if (ranks > 1 && !setup.exchange->overlaps) {
    return fmt::format("exchange {} sends nothing before it waits: --overlap has nothing to hide",
                       setup.exchange->name);
  }
  const std::int64_t shortest = setup.cells / ranks;  // an even split leaves no rank with fewer
  if (const std::int64_t halo = depth(setup, ranks); !SplitSegment::fits(shape_of(setup, shortest, halo))) {
    return fmt::format("--overlap needs three halos in each rank's block: {} cells are too few at depth {}", shortest,
                       halo);
  }
  return {};
}

std::int64_t Simulation::depth(const SimulationSetup& setup, int ranks) {
  if (setup.variant->kernel_class == KernelClass::closed_form) {
    return std::clamp<std::int64_t>(settling_time(setup.cells), 1, std::max<std::int64_t>(setup.jump, 1));
  }
  if (setup.depth > 0) return setup.depth;
  return auto_depth(*setup.variant, setup.cells, ranks, setup.threads, setup.exchange_seconds);
}

std::string Simulation::configuration() {
  const std::vector<std::string> all = comm_.gather(
      segment_ ? segment_configuration(*setup_.variant, shape_of(setup_, block_.cells, depth_), setup_.threads) : "");
  if (comm_.rank() != 0) return {};
  std::map<std::string, std::vector<std::size_t>> others;
  for (std::size_t rank = 1; rank < all.size(); ++rank) {
    if (!all[rank].empty() && all[rank] != all[0]) others[all[rank]].push_back(rank);
  }
  std::string text = all[0];
  for (const auto& [chosen, ranks] : others) {
    text += "; rank " + std::to_string(ranks[0]);
    if (ranks.size() > 1) text += " and " + std::to_string(ranks.size() - 1) + " more";
    text += ": " + chosen;
  }
  return text;
}

void Simulation::load(const CellSource& start) {
  if (segment_) segment_->load(start, block_.first);
  age_ = 0;
  fresh_ = 0;
  rotation_ = 0;
  if (setup_.variant->kernel_class == KernelClass::closed_form) cars_ = cars();
}

MovesMade Simulation::advance(std::int64_t iterations, std::span<std::int64_t> each) {
  timed_ = {};
  inside_ = {};
  taking_ = 0;
  exchange_timer_ = advance_timer_ = sum_timer_ = {};
  return setup_.variant->kernel_class == KernelClass::update ? update(iterations, each) : jump(iterations, each);
}

MovesMade Simulation::update(std::int64_t iterations, std::span<std::int64_t> each) {
  return advance_segment(iterations, depth_, each);
}

MovesMade Simulation::jump(std::int64_t iterations, std::span<std::int64_t> each) {
  // Once settled, the pattern only shifts, one cell an iteration: cars to the right, or the holes of a crowded road to
  // the left (docs/kernels.md).
  const std::int64_t unsettled = std::clamp<std::int64_t>(settling_time(setup_.cells) - age_, 0, iterations);
  MovesMade moves;
  if (unsettled > 0) {
    fresh_ = 0;
    moves = advance_segment(unsettled, std::min(unsettled, depth_), each);
    fresh_ = 0;
  }
  const std::int64_t rest = iterations - unsettled;
  if (rest == 0) return moves;
  const bool crowded = 2 * cars_ > setup_.cells;
  const std::int64_t steady = std::min(cars_, setup_.cells - cars_);
  rotation_ = (rotation_ + (crowded ? -rest : rest)) % setup_.cells;
  age_ += rest;
  if (!each.empty()) std::ranges::fill(each.last(static_cast<std::size_t>(rest)), steady);
  moves.last = steady;
  moves.counted = setup_.counting == CountingMode::every ? moves.counted + rest * steady : steady;
  return moves;
}

MovesMade Simulation::advance_segment(std::int64_t iterations, std::int64_t limit, std::span<std::int64_t> each) {
  for (std::int64_t done = 0; done < iterations;) {
    const bool stale = fresh_ == 0;
    if (stale) fresh_ = limit;
    const std::int64_t k = std::min(iterations - done, fresh_);
    const bool every = setup_.counting == CountingMode::every;
    const bool to_the_end = done + k == iterations;
    moves_.assign(static_cast<std::size_t>(every || to_the_end ? k : 0), {.wanted = every, .moves = 0});
    if (to_the_end) moves_.back().wanted = true;
    if (stale) exchange_halos(k);
    if (segment_) advance_cells(k);
    if (!moves_.empty()) {
      sums_.clear();
      for (const MoveCount& count : moves_) {
        if (count.wanted) sums_.push_back(count.moves);
      }
      if (!each.empty()) std::ranges::copy(sums_, each.begin() + (every ? done : done + k - 1));
      sum_moves();
    }
    fresh_ -= k;
    age_ += k;
    done += k;
  }
  return take_sums();
}

/// What the threads did in so many seconds, for as many advances as `weight` says.
void Simulation::add_work(const ThreadSeconds& threads, double seconds, double weight, PhaseTimes& times) const {
  times.compute += weight * threads.compute;
  times.edges += weight * threads.edges;
  times.waiting += weight * std::max(0.0, seconds * setup_.threads - threads.compute - threads.edges);
}

/// `k` iterations follow: with overlap, the inside makes them while the edges travel.
void Simulation::exchange_halos(std::int64_t k) {
  const Region region(Region::kExchange);
  const bool timed = exchange_timer_.due();
  const double began = timed ? wall_seconds() : 0;
  exchange_->start(segment_.get());
  const double inside = split_ != nullptr ? advance_inside(k, timed) : 0;
  exchange_->finish(segment_.get());
  if (!timed) return;
  const double seconds = wall_seconds() - began - inside;
  timed_.exchange += exchange_timer_.weight() * seconds;
  exchange_timer_.add(seconds);
}

/// Returns the seconds that it took, where the exchange is timed.
double Simulation::advance_inside(std::int64_t k, bool timed) {
  const Region region(Region::kAdvance, setup_.threads);
  if (!timed) {
    split_->advance_inside(k, moves_);
    return 0;
  }
  const double began = wall_seconds();
  const ThreadSeconds threads = split_->timed_advance_inside(k, moves_);
  const double seconds = wall_seconds() - began;
  add_work(threads, seconds, exchange_timer_.weight(), inside_);
  return seconds;
}

void Simulation::advance_cells(std::int64_t k) {
  const Region region(Region::kAdvance, setup_.threads);
  if (!advance_timer_.due()) return segment_->advance(k, moves_);
  const double began = wall_seconds();
  const ThreadSeconds threads = segment_->timed_advance(k, moves_);
  const double seconds = wall_seconds() - began;
  add_work(threads, seconds, advance_timer_.weight(), timed_);
  advance_timer_.add(seconds);
}

void Simulation::sum_moves() {
  const Region region(Region::kReduce);
  const bool timed = sum_timer_.due();
  const double began = timed ? wall_seconds() : 0;
  sum_->add(sums_);
  if (!timed) return;
  const double seconds = wall_seconds() - began;
  timed_.reduction += sum_timer_.weight() * seconds;
  sum_timer_.add(seconds);
}

MovesMade Simulation::take_sums() {
  const Region region(Region::kReduce);
  const double began = wall_seconds();
  const MovesMade made = sum_->take();
  taking_ += wall_seconds() - began;
  return made;
}

PhaseTimes Simulation::phase_times() const {
  PhaseTimes times = timed_;
  const double scale = exchange_timer_.scale();
  times.compute = times.compute * advance_timer_.scale() + inside_.compute * scale;
  times.edges = times.edges * advance_timer_.scale() + inside_.edges * scale;
  times.waiting = times.waiting * advance_timer_.scale() + inside_.waiting * scale;
  times.exchange *= scale;
  times.reduction = times.reduction * sum_timer_.scale() + taking_;
  return times;
}

void Simulation::read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const {
  segment_->read(on_ring(first - block_.first - rotation_, setup_.cells), count, out);
}

std::int64_t Simulation::cars() {
  const std::int64_t piece = piece_to_read(block_.cells);
  std::vector<std::uint64_t> words(static_cast<std::size_t>(words_for(piece)));
  std::int64_t cars = 0;
  for (std::int64_t done = 0; done < block_.cells; done += piece) {
    const std::int64_t step = std::min(piece, block_.cells - done);
    segment_->read(done, step, words);
    cars += count_cars(words, step);
  }
  return comm_.sum_of(cars);
}

std::vector<Block> Simulation::own_blocks(int rank) const {
  const Block loaded = block_of(setup_.cells, comm_.size(), rank);
  if (loaded.cells == 0) return {};
  const std::int64_t first = on_ring(loaded.first + rotation_, setup_.cells);
  const std::int64_t before_end = std::min(loaded.cells, setup_.cells - first);
  std::vector<Block> blocks{{first, before_end}};
  if (before_end < loaded.cells) blocks.push_back({0, loaded.cells - before_end});
  return blocks;
}

std::uint64_t Simulation::hash() {
  RoadHash hash;
  for (const Block& block : own_blocks(comm_.rank())) hash.add(*this, block.first, block.cells, block.first);
  return sum_over_ranks(comm_, hash).finish(setup_.cells);
}

}  // namespace trafficbench
