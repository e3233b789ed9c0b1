#include "drivers/road/space_time.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/files.hpp"
#include "drivers/base/numbers.hpp"
#include "drivers/base/utf8.hpp"
#include "drivers/road/png_file.hpp"
#include "kernels/bits.hpp"

namespace trafficbench {

namespace {

constexpr std::int64_t kDefaultWidth = 1000;
// What libpng takes by default, and what fits into the memory of a program that shows it.
constexpr std::int64_t kMaxPixelsASide = 1000000;
constexpr std::int64_t kMaxPixels = std::int64_t{1} << 28;

/// The part of `window` that lies in `block`; both count from the road's first cell.
Block common_part(Block window, Block block) {
  const std::int64_t first = std::max(window.first, block.first);
  const std::int64_t end = std::min(window.first + window.cells, block.first + block.cells);
  return {first, std::max<std::int64_t>(end - first, 0)};
}

std::string write_pgm(std::FILE* file, std::int64_t width, std::int64_t height, std::span<const std::uint8_t> pixels) {
  fmt::print(file, "P5\n{} {}\n255\n", width, height);
  std::vector<std::uint8_t> grey(pixels.size());
  std::ranges::transform(pixels, grey.begin(), [](std::uint8_t car) { return car != 0 ? 0 : 255; });
  return std::fwrite(grey.data(), 1, grey.size(), file) == grey.size() ? std::string() : std::strerror(errno);
}

}  // namespace

Block parse_window(const std::string& text, std::int64_t cells) {
  if (text == "auto") return {0, std::min(cells, kDefaultWidth)};
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) {
    throw BadInput(fmt::format("window is '{}': it is FIRST:COUNT, as in 0:1000", echoed(text)));
  }
  Block window;
  window.first = parse_count(text.substr(0, colon), "first cell of the window", 0, cells - 1);
  window.cells = parse_count(text.substr(colon + 1), "cells of the window", 1, cells);
  if (window.cells > cells - window.first) {
    throw BadInput(fmt::format("window is '{}': it ends beyond the road of {} cells; from cell {} on there are {}",
                               echoed(text), cells, window.first, cells - window.first));
  }
  return window;
}

SpaceTime::SpaceTime(std::string path, Block window, std::int64_t rows)
    : path_(std::move(path)), window_(window), rows_(rows) {
  const bool png = path_.ends_with(".png");
  if (!png && !path_.ends_with(".pgm")) {
    throw BadInput(fmt::format("{} is no name of a picture: it ends in .png or .pgm", path_));
  }
  if (png && !has_png()) {
    throw BadInput(fmt::format("this build has no libpng to write {}: name a file that ends in .pgm", path_));
  }
  if (window_.cells > kMaxPixelsASide || rows_ > kMaxPixelsASide || window_.cells * rows_ > kMaxPixels) {
    throw BadInput(fmt::format(
        "a picture of {} x {} pixels is too large: take fewer steps, or fewer cells with --window; up to {} a "
        "side and {} in all",
        window_.cells, rows_, kMaxPixelsASide, kMaxPixels));
  }
}

void SpaceTime::add(Communicator& comm, const Simulation& simulation) {
  const auto part_of = [&](int rank) { return common_part(window_, block_of(simulation.cells(), comm.size(), rank)); };
  const auto words_of = [](Block part) {
    return std::vector<std::uint64_t>(static_cast<std::size_t>(words_for(part.cells)));
  };
  const Block own = part_of(comm.rank());
  std::vector<std::uint64_t> own_words = words_of(own);
  if (own.cells > 0) simulation.read(own.first, own.cells, own_words);
  if (comm.rank() != 0) {
    const Message send{.peer = 0, .tag = 0, .words = own_words};
    comm.exchange({&send, own.cells > 0 ? std::size_t{1} : 0}, {});
    return;
  }
  std::vector<std::vector<std::uint64_t>> words;
  std::vector<Message> receives;
  words.push_back(std::move(own_words));
  for (int rank = 1; rank < comm.size(); ++rank) {
    words.push_back(words_of(part_of(rank)));
    if (!words.back().empty()) receives.push_back({.peer = rank, .tag = 0, .words = words.back()});
  }
  comm.exchange({}, receives);
  pixels_.reserve(static_cast<std::size_t>(window_.cells * rows_));
  // Blocks lie along the road in the order of their ranks.
  for (int rank = 0; rank < comm.size(); ++rank) {
    for (std::int64_t cell = 0; cell < part_of(rank).cells; ++cell) {
      pixels_.push_back(get_cell(words[static_cast<std::size_t>(rank)], cell) ? 1 : 0);
    }
  }
}

void SpaceTime::save(NewFile& file) const {
  const auto fail = [&](const std::string& why) { throw WorkFailed(fmt::format("cannot write {}: {}", path_, why)); };
  // Libraries of pictures close what they write to, or keep a buffer: it has a number of its own.
  const int own = dup(file.descriptor());
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream(own < 0 ? nullptr : fdopen(own, "wb"), std::fclose);
  if (!stream) fail(system_text());
  const auto height = static_cast<std::int64_t>(pixels_.size()) / window_.cells;
  const std::string problem = path_.ends_with(".png") ? write_png(stream.get(), window_.cells, height, pixels_)
                                                      : write_pgm(stream.get(), window_.cells, height, pixels_);
  if (!problem.empty()) fail(problem);
  if (std::fclose(stream.release()) != 0) fail(system_text());
  file.publish();
}

}  // namespace trafficbench
