// A picture of a road in space and time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "drivers/base/new_file.hpp"
#include "drivers/ranks/communicator.hpp"
#include "drivers/road/simulation.hpp"
#include "kernels/block.hpp"

namespace trafficbench {

/// --window: "FIRST:COUNT" cells of a road of `cells`; "auto" is the first 1000, or all of a shorter road. Throws
/// BadInput.
Block parse_window(const std::string& text, std::int64_t cells);

/// A window of a road as rows of pixels, the start state above, one iteration below the other; a car is black.
class SpaceTime {
 public:
  /// Throws BadInput, before anything is allocated, unless the path ends in .png or .pgm, this build can write that,
  /// and `rows` x the window make a picture that programs open.
  SpaceTime(std::string path, Block window, std::int64_t rows);

  /// Collective: the next row is the road as it is.
  void add(Communicator& comm, const Simulation& simulation);

  /// On rank 0, which holds the pixels: writes the picture and publishes its file. Throws WorkFailed.
  void save(NewFile& file) const;

 private:
  std::string path_;
  Block window_;
  std::int64_t rows_;
  std::vector<std::uint8_t> pixels_;  // 1: a car
};

}  // namespace trafficbench
