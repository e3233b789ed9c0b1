// Memory for blocks of a road.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

#include "drivers/io/dealing.hpp"

namespace trafficbench {

/// Takes memory at a multiple of kBlockBytes, which is what O_DIRECT wants of it.
template <typename T>
struct BlockAllocator {
  using value_type = T;

  BlockAllocator() = default;
  template <typename U>
  BlockAllocator(const BlockAllocator<U>& /*other*/) {}

  T* allocate(std::size_t size) { return static_cast<T*>(::operator new(size * sizeof(T), kAlignment)); }
  void deallocate(T* memory, std::size_t /*size*/) { ::operator delete(memory, kAlignment); }

  bool operator==(const BlockAllocator& /*other*/) const { return true; }

 private:
  static constexpr std::align_val_t kAlignment{kBlockBytes};
};

/// kBlockWords words a block.
using BlockWords = std::vector<std::uint64_t, BlockAllocator<std::uint64_t>>;

}  // namespace trafficbench
