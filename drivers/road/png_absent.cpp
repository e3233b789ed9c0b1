// In place of png_file.cpp in a build without libpng.
#include "drivers/road/png_file.hpp"

namespace trafficbench {

bool has_png() { return false; }

std::string write_png(std::FILE*, std::int64_t, std::int64_t, std::span<const std::uint8_t>) {
  return "this build has no libpng";
}

}  // namespace trafficbench
