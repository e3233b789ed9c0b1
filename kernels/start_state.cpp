#include "kernels/start_state.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>

#include "kernels/bits.hpp"
#include "kernels/philox_words.hpp"

namespace trafficbench {

namespace {

class PhiloxStart final : public CellSource {
 public:
  PhiloxStart(std::int64_t cells, double density, std::uint64_t seed)
      : cells_(cells), key_{.seed = seed, .threshold = static_cast<std::uint64_t>(std::floor(density * 0x1p32))} {}

  std::int64_t cells() const override { return cells_; }

  void read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const override {
    if (count <= 0) return;
    const std::int64_t words = words_for(count);
    const std::int64_t block = first / kBlockCells;
    philox_words(key_, static_cast<std::uint64_t>(block), words, out.data());
    const std::span made = out.first(static_cast<std::size_t>(words));
    if (const auto shift = first % kBlockCells; shift != 0) {
      std::uint64_t next = 0;
      philox_words(key_, static_cast<std::uint64_t>(block + words * kWordCells / kBlockCells), 1, &next);
      for (std::size_t word = 0; word + 1 < made.size(); ++word) {
        made[word] = made[word] >> shift | made[word + 1] << (kWordCells - shift);
      }
      made.back() = made.back() >> shift | next << (kWordCells - shift);
    }
    made.back() &= low_mask(count - (words - 1) * kWordCells);
  }

 private:
  static constexpr std::int64_t kBlockCells = 4;

  std::int64_t cells_;
  PhiloxKey key_;
};

/// RANMAR, with values as integers in units of 2^-24.
class UniGenerator {
 public:
  UniGenerator(double density, std::int64_t seed)
      // The course's programs compare floats; both sides are exact in double.
      : threshold_(static_cast<double>(static_cast<float>(density)) * 0x1p24) {
    const auto ij = static_cast<std::uint32_t>(seed / 30082);
    const auto kl = static_cast<std::uint32_t>(seed % 30082);
    std::uint32_t i = ij / 177 % 177 + 2;
    std::uint32_t j = ij % 177 + 2;
    std::uint32_t k = kl / 169 % 178 + 1;
    std::uint32_t l = kl % 169;
    for (std::uint32_t& entry : table_) {
      entry = 0;
      for (int bit = 0; bit < 24; ++bit) {
        const std::uint32_t m = i * j % 179 * k % 179;
        i = j;
        j = k;
        k = m;
        l = (53 * l + 1) % 169;
        entry = entry << 1 | (l * m % 64 >= 32 ? 1u : 0u);
      }
    }
  }

  bool next_car() {
    std::uint32_t value = (table_[high_] - table_[low_]) & kMask;
    table_[high_] = value;
    high_ = high_ == 0 ? table_.size() - 1 : high_ - 1;
    low_ = low_ == 0 ? table_.size() - 1 : low_ - 1;
    weyl_ = weyl_ < kWeylStep ? weyl_ + kWeylModulus - kWeylStep : weyl_ - kWeylStep;
    value = (value - weyl_) & kMask;
    return value < threshold_;
  }

 private:
  static constexpr std::uint32_t kMask = (1u << 24) - 1;
  static constexpr std::uint32_t kWeylStep = 7654321;
  static constexpr std::uint32_t kWeylModulus = 16777213;
  std::array<std::uint32_t, 97> table_;
  std::size_t high_ = 96;
  std::size_t low_ = 32;
  std::uint32_t weyl_ = 362436;
  double threshold_;
};

class Mt19937Generator {
 public:
  Mt19937Generator(double density, std::uint32_t seed) : engine_(seed), density_(density) {}

  bool next_car() {
    const auto high = static_cast<double>(engine_() >> 5);
    const auto low = static_cast<double>(engine_() >> 6);
    return (high * 67108864.0 + low) / 9007199254740992.0 < density_;
  }

 private:
  std::mt19937 engine_;
  double density_;
};

/// A stream of cells that can be read in any order: a reader starts from the nearest known state before its range.
template <typename Generator>
class StreamStart final : public CellSource {
 public:
  StreamStart(std::int64_t cells, const Generator& start) : cells_(cells) { checkpoints_.emplace(0, start); }

  std::int64_t cells() const override { return cells_; }

  void read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const override {
    auto [at, generator] = nearest(first);
    for (; at < first; ++at) {
      keep_checkpoint(at, generator);
      generator.next_car();
    }
    for (std::int64_t done = 0; done < count; done += kWordCells) {
      std::uint64_t word = 0;
      const std::int64_t step = std::min(kWordCells, count - done);
      for (std::int64_t bit = 0; bit < step; ++bit, ++at) {
        keep_checkpoint(at, generator);
        word |= std::uint64_t{generator.next_car()} << bit;
      }
      out[static_cast<std::size_t>(done / kWordCells)] = word;
    }
    const std::scoped_lock lock(mutex_);
    if (cursors_.size() >= kMaxCursors) cursors_.clear();
    cursors_.insert_or_assign(at, std::move(generator));
  }

 private:
  using States = std::map<std::int64_t, Generator>;
  // Dense enough to start anywhere within milliseconds, and sparse enough to take little memory beside the road.
  static constexpr std::int64_t kCheckpointCells = std::int64_t{1} << 20;
  static constexpr std::size_t kMaxCursors = 1024;

  /// The greatest position <= first whose state is known, and that state. A cursor is taken out: its reader will put it
  /// back further on.
  std::pair<std::int64_t, Generator> nearest(std::int64_t first) const {
    const std::scoped_lock lock(mutex_);
    const auto checkpoint = std::prev(checkpoints_.upper_bound(first));
    const auto cursor = cursors_.upper_bound(first);
    if (cursor != cursors_.begin() && std::prev(cursor)->first > checkpoint->first) {
      auto node = cursors_.extract(std::prev(cursor));
      return {node.key(), std::move(node.mapped())};
    }
    return *checkpoint;
  }

  void keep_checkpoint(std::int64_t at, const Generator& generator) const {
    if (at % kCheckpointCells != 0) return;
    const std::scoped_lock lock(mutex_);
    checkpoints_.try_emplace(at, generator);
  }

  std::int64_t cells_;
  mutable std::mutex mutex_;
  mutable States checkpoints_;  // at 0 and multiples of kCheckpointCells
  mutable States cursors_;      // where readers stopped
};

class PatternStart final : public CellSource {
 public:
  PatternStart(std::int64_t cells, std::string_view pattern) : cells_(cells), pattern_(pattern) {}

  std::int64_t cells() const override { return cells_; }

  void read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const override {
    auto at = static_cast<std::size_t>(first) % pattern_.size();
    for (std::int64_t done = 0; done < count; done += kWordCells) {
      std::uint64_t word = 0;
      const std::int64_t step = std::min(kWordCells, count - done);
      for (std::int64_t bit = 0; bit < step; ++bit) {
        word |= std::uint64_t{pattern_[at] == '1'} << bit;
        at = at + 1 == pattern_.size() ? 0 : at + 1;
      }
      out[static_cast<std::size_t>(done / kWordCells)] = word;
    }
  }

 private:
  std::int64_t cells_;
  std::string pattern_;
};

void check_density(double density) {
  if (!(density >= 0 && density <= 1)) {
    throw std::invalid_argument("the density of cars is between 0 and 1");
  }
}

}  // namespace

std::unique_ptr<CellSource> philox_start(std::int64_t cells, double density, std::uint64_t seed) {
  check_density(density);
  return std::make_unique<PhiloxStart>(cells, density, seed);
}

std::unique_ptr<CellSource> uni_start(std::int64_t cells, double density, std::int64_t seed) {
  check_density(density);
  if (seed < 0 || seed > kMaxUniSeed) {
    throw std::invalid_argument("the seed of the start state uni is between 0 and 900000000");
  }
  return std::make_unique<StreamStart<UniGenerator>>(cells, UniGenerator(density, seed));
}

std::unique_ptr<CellSource> mt19937_start(std::int64_t cells, double density, std::uint32_t seed) {
  check_density(density);
  return std::make_unique<StreamStart<Mt19937Generator>>(cells, Mt19937Generator(density, seed));
}

std::unique_ptr<CellSource> pattern_start(std::int64_t cells, std::string_view pattern) {
  if (pattern.empty() || pattern.find_first_not_of("01") != std::string_view::npos) {
    throw std::invalid_argument("a pattern is a text of 0 and 1, such as 1100");
  }
  return std::make_unique<PatternStart>(cells, pattern);
}

}  // namespace trafficbench
