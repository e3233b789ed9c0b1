#include "kernels/threads.hpp"

#include <omp.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <vector>

#include "kernels/bits.hpp"
#include "kernels/block.hpp"

namespace trafficbench {

namespace {

using Words = std::vector<std::uint64_t>;

Words words_of(std::int64_t cells) { return Words(static_cast<std::size_t>(words_for(cells))); }

/// Runs task(index) for index 0 .. count - 1 on OpenMP threads: index i always on thread i, so that a thread works on
/// the memory that it touched first. One exception of those thrown is thrown on.
template <typename Task>
void on_threads(int count, const Task& task) {
  std::exception_ptr failure;
#pragma omp parallel num_threads(count)
  {
    // The runtime may start fewer threads than asked for; every index is still served.
    for (int index = omp_get_thread_num(); index < count; index += omp_get_num_threads()) {
      try {
        task(index);
      } catch (...) {
#pragma omp critical(trafficbench_on_threads)
        failure = std::current_exception();
      }
    }
  }
  if (failure) std::rethrow_exception(failure);
}

SegmentShape child_shape(SegmentShape shape, int owners, int index) {
  shape.cells = block_of(shape.cells, owners, index).cells;
  return shape;
}

int owners_of(std::int64_t cells, int threads) { return static_cast<int>(std::min<std::int64_t>(threads, cells)); }

class ThreadsSegment final : public Segment {
 public:
  ThreadsSegment(const Variant& variant, const SegmentShape& shape, int threads)
      : cells_(shape.cells),
        max_halo_(shape.max_halo),
        owners_(owners_of(shape.cells, threads)),
        children_(static_cast<std::size_t>(owners_)),
        outer_left_(words_of(shape.max_halo.left)),
        outer_right_(words_of(shape.max_halo.right)) {
    on_threads(owners_, [&](int index) {
      Child& child = this->child(index);
      child.block = block_of(cells_, owners_, index);
      child.segment = variant.make(child_shape(shape, owners_, index));
      for (Edges& edges : child.edges) {
        edges.left = words_of(std::min(child.block.cells, max_halo_.right));
        edges.right = words_of(std::min(child.block.cells, max_halo_.left));
      }
      child.halo_left = words_of(max_halo_.left);
      child.halo_right = words_of(max_halo_.right);
    });
  }

  std::int64_t cells() const override { return cells_; }
  HaloWidth halo() const override { return halo_; }

  void load(const CellSource& source, std::int64_t first) override {
    on_threads(owners_, [&](int index) {
      Child& child = this->child(index);
      child.segment->load(source, first + child.block.first);
      copy_edges(child, child.edges[current_]);
    });
    halo_ = {};
  }

  void read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const override {
    // Cut at words of `out`, so that no two threads write to one word. A short range is not worth a thread.
    const std::int64_t words = words_for(count);
    const std::int64_t pieces = std::clamp<std::int64_t>(words / 4096, 1, owners_);
    if (pieces == 1) return read_piece(first, count, out);
#pragma omp parallel for num_threads(static_cast <int>(pieces))
    for (std::int64_t piece = 0; piece < pieces; ++piece) {
      const Block block = block_of(words, pieces, piece);
      const std::int64_t begin = block.first * kWordCells;
      const std::int64_t end = std::min(count, (block.first + block.cells) * kWordCells);
      read_piece(first + begin, end - begin,
                 out.subspan(static_cast<std::size_t>(block.first), static_cast<std::size_t>(block.cells)));
    }
  }

  void set_halo(std::span<const std::uint64_t> left, std::span<const std::uint64_t> right, HaloWidth width) override {
    copy_cells(left, 0, outer_left_, 0, width.left);
    copy_cells(right, 0, outer_right_, 0, width.right);
    halo_ = width;
    fresh_halo_ = true;
  }

  void advance(std::int64_t k, std::span<MoveCount> moves) override { advance_children(k, moves, false); }

  ThreadSeconds timed_advance(std::int64_t k, std::span<MoveCount> moves) override {
    advance_children(k, moves, true);
    ThreadSeconds sum;
    for (const Child& child : children_) {
      sum.compute += child.seconds.compute;
      sum.edges += child.seconds.edges;
    }
    return sum;
  }

 private:
  /// The outermost own cells of a child: `left` its first max_halo_.right cells, `right` its last max_halo_.left cells,
  /// all of them if it has fewer.
  struct Edges {
    Words left;
    Words right;
  };

  // Has cache lines of its own, so that threads do not disturb each other.
  struct alignas(128) Child {
    Block block;
    std::unique_ptr<Segment> segment;
    std::array<Edges, 2> edges;  // neighbours read one while the other is written
    Words halo_left;
    Words halo_right;
    std::vector<MoveCount> moves;
    ThreadSeconds seconds;  // of the last advance that was timed
  };

  Child& child(int index) { return children_[static_cast<std::size_t>(index)]; }
  const Child& child(int index) const { return children_[static_cast<std::size_t>(index)]; }

  void advance_children(std::int64_t k, std::span<MoveCount> moves, bool timed) {
    using Clock = std::chrono::steady_clock;
    on_threads(owners_, [&](int index) {
      Child& child = this->child(index);
      const Clock::time_point began = timed ? Clock::now() : Clock::time_point();
      if (fresh_halo_) set_child_halo(index);
      child.moves.assign(moves.begin(), moves.end());
      if (timed) {
        child.seconds = child.segment->timed_advance(k, child.moves);
      } else {
        child.segment->advance(k, child.moves);
      }
      // Into the other set of edges, because a slower neighbour may still be reading this one. The end of the parallel
      // region is the only barrier.
      copy_edges(child, child.edges[1 - current_]);
      if (timed) {
        child.seconds.edges = std::chrono::duration<double>(Clock::now() - began).count() - child.seconds.compute;
      }
    });
    current_ = 1 - current_;
    fresh_halo_ = false;
    halo_ = child(0).segment->halo();
    for (std::size_t t = 0; t < moves.size(); ++t) {
      if (!moves[t].wanted) continue;
      moves[t].moves = 0;
      for (const Child& child : children_) moves[t].moves += child.moves[t].moves;
    }
  }

  void copy_edges(const Child& child, Edges& edges) const {
    const std::int64_t left = std::min(child.block.cells, max_halo_.right);
    const std::int64_t right = std::min(child.block.cells, max_halo_.left);
    child.segment->read(0, left, edges.left);
    child.segment->read(child.block.cells - right, right, edges.right);
  }

  /// Sets the halo of one child from its neighbours' edges, as many of them as it takes, and from the outer halo.
  void set_child_halo(int index) {
    Child& child = this->child(index);
    std::int64_t missing = halo_.left;
    for (int from = index - 1; missing > 0; --from) {
      if (from < 0) {
        copy_cells(outer_left_, halo_.left - missing, child.halo_left, 0, missing);
        break;
      }
      const Child& owner = this->child(from);
      const std::int64_t stored = std::min(owner.block.cells, max_halo_.left);
      const std::int64_t step = std::min(missing, stored);
      copy_cells(owner.edges[current_].right, stored - step, child.halo_left, missing - step, step);
      missing -= step;
    }
    missing = halo_.right;
    for (int from = index + 1; missing > 0; ++from) {
      const std::int64_t done = halo_.right - missing;
      if (from == owners_) {
        copy_cells(outer_right_, 0, child.halo_right, done, missing);
        break;
      }
      const Child& owner = this->child(from);
      const std::int64_t step = std::min({missing, owner.block.cells, max_halo_.right});
      copy_cells(owner.edges[current_].left, 0, child.halo_right, done, step);
      missing -= step;
    }
    child.segment->set_halo(child.halo_left, child.halo_right, halo_);
  }

  void read_piece(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const {
    std::fill_n(out.begin(), words_for(count), 0);
    Words part;
    for (std::int64_t done = 0; done < count;) {
      const Child& owner = child(static_cast<int>(owner_of(cells_, owners_, first + done)));
      const std::int64_t at = first + done - owner.block.first;
      const std::int64_t step = std::min(count - done, owner.block.cells - at);
      if (done == 0 && step == count) return owner.segment->read(at, step, out);
      part.resize(static_cast<std::size_t>(words_for(step)));
      owner.segment->read(at, step, part);
      copy_cells(part, 0, out, done, step);
      done += step;
    }
  }

  std::int64_t cells_;
  HaloWidth max_halo_;
  int owners_;
  std::vector<Child> children_;
  Words outer_left_;
  Words outer_right_;
  HaloWidth halo_;
  bool fresh_halo_ = false;
  std::size_t current_ = 0;  // index of each child's edges that are up to date
};

}  // namespace

std::unique_ptr<Segment> make_threads(const Variant& variant, const SegmentShape& shape, int threads) {
  return std::make_unique<ThreadsSegment>(variant, shape, threads);
}

SegmentShape first_child_shape(const SegmentShape& shape, int threads) {
  return child_shape(shape, owners_of(shape.cells, threads), 0);
}

std::int64_t threads_bytes(const Variant& variant, const SegmentShape& shape, int threads) {
  const int owners = owners_of(shape.cells, threads);
  const std::int64_t halo_bytes = (words_for(shape.max_halo.left) + words_for(shape.max_halo.right)) * 8;
  // Two sets of edges and the halo of each child, and the outer halo once.
  std::int64_t bytes = halo_bytes * (3 * owners + 1);
  for (int index = 0; index < owners; ++index) {
    bytes += variant.bytes(child_shape(shape, owners, index));
  }
  return bytes;
}

}  // namespace trafficbench
