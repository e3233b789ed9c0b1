// PNG, where the build has libpng.
#pragma once

#include <cstdint>
#include <cstdio>
#include <span>
#include <string>

namespace trafficbench {

/// Whether write_png can write.
bool has_png();

/// Pixels of two colours, 0 white and 1 black, row by row. Returns what went wrong, or nothing.
std::string write_png(std::FILE* file, std::int64_t width, std::int64_t height, std::span<const std::uint8_t> pixels);

}  // namespace trafficbench
