#include "drivers/road/start.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/utf8.hpp"
#include "drivers/io/road_file.hpp"
#include "kernels/bits.hpp"
#include "kernels/start_state.hpp"

namespace trafficbench {

namespace {

std::string pattern_of(const StartOptions& options) { return options.init.substr(8); }

}  // namespace

void check_start(const StartOptions& options) {
  if (!(options.density >= 0 && options.density <= 1)) {
    throw BadInput(fmt::format("density is {}: it must be between 0 and 1", options.density));
  }
  std::int64_t most_seed = INT64_MAX;
  if (options.init == "uni") {
    most_seed = kMaxUniSeed;
  } else if (options.init == "mt19937") {
    most_seed = UINT32_MAX;
  } else if (options.is_pattern()) {
    const std::string pattern = pattern_of(options);
    if (pattern.empty() || pattern.find_first_not_of("01") != std::string::npos) {
      throw BadInput(fmt::format("pattern '{}' is not a text of 0 and 1: write pattern:1100", echoed(pattern)));
    }
  } else if (options.is_file()) {
    if (options.path().empty()) throw BadInput("init file: has no path: write file:PATH");
  } else if (options.init != "philox") {
    throw BadInput(fmt::format("init '{}' is unknown: it is philox, uni, mt19937, file:PATH or pattern:1100",
                               echoed(options.init)));
  }
  if (options.seed < 0 || options.seed > most_seed) {
    throw BadInput(
        fmt::format("seed is {}: for init {} it must be between 0 and {}", options.seed, options.init, most_seed));
  }
}

std::unique_ptr<CellSource> make_start(const StartOptions& options, std::int64_t cells) {
  check_start(options);
  if (options.is_file()) {
    auto file = std::make_unique<RoadFile>(options.path());
    if (file->cells() != cells) {
      throw BadInput(fmt::format("{} holds a road of {} cells, not {}", options.path(), file->cells(), cells));
    }
    return file;
  }
  if (options.is_pattern()) return pattern_start(cells, pattern_of(options));
  if (options.init == "uni") return uni_start(cells, options.density, options.seed);
  if (options.init == "mt19937") {
    return mt19937_start(cells, options.density, static_cast<std::uint32_t>(options.seed));
  }
  return philox_start(cells, options.density, static_cast<std::uint64_t>(options.seed));
}

bool is_stream(const StartOptions& options) { return options.init == "uni" || options.init == "mt19937"; }

HeldStart::HeldStart(std::shared_ptr<const CellSource> origin, Block block, int threads)
    : origin_(std::move(origin)), block_(block), held_(block.cells) {
  constexpr std::int64_t kPieceCells = 1 << 20;
  const std::int64_t pieces = (block.cells + kPieceCells - 1) / kPieceCells;
#pragma omp parallel for num_threads(threads) if (threads > 1 && pieces > 1)
  for (std::int64_t piece = 0; piece < pieces; ++piece) {
    const std::int64_t first = piece * kPieceCells;
    const std::int64_t count = std::min(kPieceCells, block.cells - first);
    origin_->read(block.first + first, count, held_.words().subspan(static_cast<std::size_t>(first / kWordCells)));
  }
}

HeldStart::HeldStart(std::shared_ptr<const CellSource> origin, Block block, PackedRoad held)
    : origin_(std::move(origin)), block_(block), held_(std::move(held)) {}

void HeldStart::read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const {
  if (first >= block_.first && first + count <= block_.first + block_.cells) {
    held_.read(first - block_.first, count, out);
  } else {
    origin_->read(first, count, out);
  }
}

std::shared_ptr<const HeldStart> HeldStarts::of(const std::shared_ptr<const CellSource>& origin, Block block,
                                                int threads) {
  std::weak_ptr<const HeldStart>& place = held_[{origin->cells(), block.first, block.cells}];
  std::shared_ptr<const HeldStart> held = place.lock();
  if (!held) {
    held = std::make_shared<HeldStart>(origin, block, threads);
    place = held;
  }
  return held;
}

}  // namespace trafficbench
