#include "drivers/python/cells.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/numbers.hpp"
#include "drivers/base/wall_clock.hpp"
#include "drivers/machine/memory.hpp"
#include "drivers/python/watched_source.hpp"
#include "kernels/bits.hpp"
#include "kernels/closed_form.hpp"

namespace trafficbench::python {

PackedRoad packed(std::span<const std::uint8_t> cells) {
  if (cells.empty()) throw BadInput("the array is empty: expected one cell or more");
  PackedRoad road(std::ssize(cells));
  const std::span<std::uint64_t> words = road.words();
  for (std::size_t first = 0; first < cells.size(); first += 64) {
    const std::size_t count = std::min<std::size_t>(64, cells.size() - first);
    std::uint64_t word = 0;
    std::uint8_t all = 0;
    for (std::size_t i = 0; i < count; ++i) {
      all |= cells[first + i];
      word |= std::uint64_t{cells[first + i]} << i;
    }
    if (all > 1) {
      const auto wrong = std::ranges::find_if(cells.subspan(first), [](std::uint8_t cell) { return cell > 1; });
      throw BadInput(fmt::format("cell {} is {}: expected 0, or 1 for a car",
                                 wrong - cells.subspan(first).begin() + static_cast<std::ptrdiff_t>(first), *wrong));
    }
    words[first / 64] = word;
  }
  return road;
}

void unpack(std::span<const std::uint64_t> words, std::span<std::uint8_t> cells) {
  for (std::size_t cell = 0; cell < cells.size(); ++cell) cells[cell] = (words[cell / 64] >> (cell % 64)) & 1;
}

void read_start(const StartOptions& start, std::int64_t length, std::int64_t first, std::int64_t count,
                std::span<std::uint64_t> out, const Pause& pause) {
  check_count(length, "length", 1, kMaxCells);
  check_count(first, "first", 0, length);
  check_count(count, "count", 0, length - first);
  const WatchedSource source(make_start(start, length), pause);
  if (is_stream(start)) {
    // What lies before is generated in any case: in pieces, so that it can be ended.
    constexpr std::int64_t kPieceCells = 1 << 20;
    std::vector<std::uint64_t> passed(static_cast<std::size_t>(words_for(std::min(kPieceCells, first))));
    for (std::int64_t at = 0; at < first; at += kPieceCells) {
      source.read(at, std::min(kPieceCells, first - at), passed);
      source.end();
    }
  }
  source.read(first, count, out);
  source.end();
}

void exact_cells(std::span<const std::uint8_t> before, std::int64_t steps, std::span<std::uint8_t> after,
                 const Pause& pause) {
  const PackedRoad start = packed(before);
  const double bytes = 32.0 * static_cast<double>(std::min(steps, start.cells() / 2));  // ClosedForm::states
  if (const auto available = static_cast<double>(available_memory()); bytes > available) {
    throw OutOfMemory(fmt::format("the closed form takes {:.1f} GiB here, and {:.1f} GiB are available", bytes / 0x1p30,
                                  available / 0x1p30));
  }
  double looked_up = wall_seconds();
  ClosedForm(start, start.cars(), steps)
      .states(0, start.cells(), [&](std::span<const std::uint64_t> words, std::int64_t first, std::int64_t count) {
        unpack(words, after.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)));
        if (wall_seconds() - looked_up < kPieceSeconds) return;
        pause();
        looked_up = wall_seconds();
      });
}

}  // namespace trafficbench::python
