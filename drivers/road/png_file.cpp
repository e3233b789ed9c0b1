#include "drivers/road/png_file.hpp"

#include <png.h>

#include <array>

namespace trafficbench {

bool has_png() { return true; }

std::string write_png(std::FILE* file, std::int64_t width, std::int64_t height, std::span<const std::uint8_t> pixels) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  // A map of two colours: libpng then writes one bit a pixel.
  image.format = PNG_FORMAT_RGB_COLORMAP;
  image.colormap_entries = 2;
  static constexpr std::array<std::uint8_t, 6> kWhiteAndBlack{255, 255, 255, 0, 0, 0};
  if (png_image_write_to_stdio(&image, file, 0, pixels.data(), 0, kWhiteAndBlack.data()) != 0) return {};
  return static_cast<const char*>(image.message);
}

}  // namespace trafficbench
