#include "drivers/python/watched_source.hpp"

#include <algorithm>
#include <utility>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/wall_clock.hpp"
#include "kernels/bits.hpp"

namespace trafficbench::python {

WatchedSource::WatchedSource(std::shared_ptr<const CellSource> origin, Pause pause)
    : origin_(std::move(origin)), pause_(std::move(pause)), looked_up_(wall_seconds()) {}

void WatchedSource::read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const {
  constexpr std::int64_t kPieceCells = 1 << 20;
  for (std::int64_t done = 0; done < count; done += kPieceCells) {
    if (std::this_thread::get_id() == owner_) look_up();
    const std::int64_t step = std::min(kPieceCells, count - done);
    const auto words =
        out.subspan(static_cast<std::size_t>(done / kWordCells), static_cast<std::size_t>(words_for(step)));
    if (ended_) {
      std::ranges::fill(words, 0);
    } else {
      origin_->read(first + done, step, words);
    }
  }
}

void WatchedSource::look_up() const {
  if (ended_ || wall_seconds() - looked_up_ < kPieceSeconds) return;
  try {
    pause_();
  } catch (...) {
    thrown_ = std::current_exception();
    ended_ = true;
  }
  looked_up_ = wall_seconds();
}

void WatchedSource::end() const {
  if (thrown_) std::rethrow_exception(thrown_);
  if (const std::string problem = fault(); !problem.empty()) throw WorkFailed(problem);
}

}  // namespace trafficbench::python
