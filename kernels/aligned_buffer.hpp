// Memory for cells: aligned for any vector register, on huge pages where the system has them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace trafficbench {

/// `size` zeroed elements, touched by the constructing thread (first touch decides the NUMA region).
template <typename T>
class AlignedBuffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(std::int64_t size) : size_(static_cast<std::size_t>(size)) {
    // Huge pages spare a long road the misses of the translation buffer: 2 MiB alignment lets the kernel use them.
    const std::size_t alignment = size_ * sizeof(T) >= kHugePage ? kHugePage : kLine;
    const std::size_t bytes = (size_ * sizeof(T) + alignment - 1) / alignment * alignment;
    data_.reset(static_cast<T*>(std::aligned_alloc(alignment, bytes == 0 ? alignment : bytes)));
    if (!data_) throw std::bad_alloc();
#if defined(__linux__)
    if (alignment == kHugePage) madvise(data_.get(), bytes, MADV_HUGEPAGE);
#endif
    std::uninitialized_fill_n(data_.get(), size_, T{});
  }

  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  T& operator[](std::size_t i) { return data_.get()[i]; }
  const T& operator[](std::size_t i) const { return data_.get()[i]; }
  operator std::span<T>() { return {data(), size_}; }
  operator std::span<const T>() const { return {data(), size_}; }

 private:
  static constexpr std::size_t kLine = 64;
  static constexpr std::size_t kHugePage = std::size_t{2} << 20;
  struct Free {
    void operator()(T* memory) const { std::free(memory); }
  };
  std::size_t size_ = 0;
  std::unique_ptr<T[], Free> data_;
};

/// Upper bound of the bytes that AlignedBuffer<T>(size) takes.
template <typename T>
constexpr std::int64_t aligned_buffer_bytes(std::int64_t size) {
  const std::int64_t bytes = size * static_cast<std::int64_t>(sizeof(T));
  return bytes + (bytes >= (2 << 20) ? (2 << 20) : 64);
}

}  // namespace trafficbench
