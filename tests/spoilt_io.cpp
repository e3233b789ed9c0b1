// Methods to write and read files with a mistake each, in the place of the program's own: what `io` must find.
#include <algorithm>
#include <new>
#include <vector>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/positioned_io.hpp"
#include "drivers/io/io_method.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace trafficbench {

namespace {

enum class Mistake {
  flips_a_bit,     ///< on the disk, behind the writers' backs
  drops_a_block,   ///< leaves a hole
  swaps_blocks,    ///< two that one rank has
  writes_nothing,  ///< but makes a file of the right length
  reads_nothing,
  cuts_the_end,       ///< off the file, once it has been written
  fails_on_last,      ///< rank alone, in the middle of its work
  runs_out_of_memory  ///< there, where the others wait for it
};

/// Where the road begins in the file of `hdf5`.
constexpr std::int64_t kHdf5Road = std::int64_t{1} << 20;

/// What a method with one file does, in which the road begins at that byte, but for one mistake.
template <Mistake kMistake, auto kMake, std::int64_t kRoad>
class Spoilt final : public IoFiles {
 public:
  Spoilt(const IoTask& task, int owner) : task_(task), blocks_(task.dealing.of(owner)), files_(kMake(task, owner)) {}

  void open_to_write() override { files_->open_to_write(); }
  void open_to_read() override { files_->open_to_read(); }

  void write(BlockSource& source) override {
    const bool is_last = task_.comm->rank() + 1 == task_.comm->size();
    if (kMistake == Mistake::fails_on_last && is_last) throw WorkFailed("cannot write: made up");
    if (kMistake == Mistake::runs_out_of_memory && is_last) throw std::bad_alloc();
    const std::span<const std::uint64_t> words = source.blocks(0, blocks_.count);
    std::vector<std::uint64_t> changed(words.begin(), words.end());
    if (kMistake == Mistake::swaps_blocks && blocks_.count > 1) {
      std::swap_ranges(changed.begin(), changed.begin() + kBlockWords, changed.begin() + kBlockWords);
    }
    BlocksInMemory blocks(changed);
    if (kMistake != Mistake::writes_nothing) files_->write(blocks);
    if (kMistake == Mistake::drops_a_block && blocks_.count > 0)
      change([&](int file) {
        const std::vector<std::uint64_t> hole(kBlockWords);
        return write_at(file, kRoad + kBlockBytes * blocks_.first, kBlockBytes, hole.data());
      });
    if (kMistake == Mistake::writes_nothing)
      change([&](int file) { return ftruncate(file, kRoad + task_.dealing.bytes()) == 0; });
  }

  void read(BlockSink& sink) override {
    if (kMistake != Mistake::reads_nothing) files_->read(sink);
  }

  void sync() override { files_->sync(); }
  void close() override {
    files_->close();
    if (made().empty()) return;
    if (kMistake == Mistake::cuts_the_end)
      change([&](int file) { return ftruncate(file, kRoad + task_.dealing.bytes() / 2 + 1) == 0; });
    if (kMistake != Mistake::flips_a_bit) return;
    change([&](int file) {
      std::uint8_t byte = 0;
      if (!read_at(file, kRoad + kBlockBytes / 2, 1, &byte).empty()) return false;
      byte ^= 4;
      return write_at(file, kRoad + kBlockBytes / 2, 1, &byte);
    });
  }
  std::string path() const override { return files_->path(); }
  std::string made() const override { return files_->made(); }
  std::int64_t files() const override { return files_->files(); }

 private:
  template <typename Change>
  void change(const Change& how) const {
    const int file = open(task_.path.c_str(), O_RDWR | O_CLOEXEC);
    const bool done = file >= 0 && how(file);
    if (file >= 0) ::close(file);
    if (!done) throw WorkFailed("the mistake could not be made");
  }

  IoTask task_;
  BlockRun blocks_;
  std::unique_ptr<IoFiles> files_;
};

template <Mistake kMistake>
std::unique_ptr<IoFiles> make(const IoTask& task, int owner) {
  return std::make_unique<Spoilt<kMistake, make_posix_file, 0>>(task, owner);
}

template <auto kMake, std::int64_t kRoad>
std::unique_ptr<IoFiles> make_cut(const IoTask& task, int owner) {
  return std::make_unique<Spoilt<Mistake::cuts_the_end, kMake, kRoad>>(task, owner);
}

template <Mistake kMistake>
std::unique_ptr<IoFiles> make_by_hdf5(const IoTask& task, int owner) {
  return std::make_unique<Spoilt<kMistake, make_hdf5_file, kHdf5Road>>(task, owner);
}

}  // namespace

std::span<const IoMethod> io_methods() {
  static const IoMethod methods[] = {
      {.name = "posix", .summary = "sound", .make = make_posix_file},
      {.name = "flips-a-bit", .summary = "on the disk", .make = make<Mistake::flips_a_bit>},
      {.name = "drops-a-block", .summary = "leaves a hole", .make = make<Mistake::drops_a_block>},
      {.name = "swaps-blocks", .summary = "two of one rank", .make = make<Mistake::swaps_blocks>},
      {.name = "writes-nothing", .summary = "makes a file", .make = make<Mistake::writes_nothing>},
      {.name = "reads-nothing", .summary = "opens the file", .make = make<Mistake::reads_nothing>},
      {.name = "hdf5-flips-a-bit",
       .summary = "on the disk",
       .make = make_by_hdf5<Mistake::flips_a_bit>,
       .why_not = why_no_hdf5},
      {.name = "hdf5-drops-a-block",
       .summary = "leaves a hole",
       .make = make_by_hdf5<Mistake::drops_a_block>,
       .why_not = why_no_hdf5},
      {.name = "hdf5-swaps-blocks",
       .summary = "two of one rank",
       .make = make_by_hdf5<Mistake::swaps_blocks>,
       .why_not = why_no_hdf5},
      {.name = "hdf5-writes-nothing",
       .summary = "makes a file",
       .make = make_by_hdf5<Mistake::writes_nothing>,
       .why_not = why_no_hdf5},
      {.name = "hdf5-reads-nothing",
       .summary = "opens the file",
       .make = make_by_hdf5<Mistake::reads_nothing>,
       .why_not = why_no_hdf5},
      {.name = "cut-posix", .summary = "once it is written", .make = make_cut<make_posix_file, 0>},
      {.name = "cut-independent",
       .summary = "once it is written",
       .make = make_cut<make_independent_file, 0>,
       .why_not = why_no_mpi_io},
      {.name = "cut-collective",
       .summary = "once it is written",
       .make = make_cut<make_collective_file, 0>,
       .why_not = why_no_mpi_io},
      {.name = "cut-hdf5",
       .summary = "once it is written",
       .make = make_cut<make_hdf5_file, kHdf5Road>,
       .survives_failure = false,
       .why_not = why_no_hdf5},
      {.name = "fails-on-last", .summary = "on one rank", .make = make<Mistake::fails_on_last>},
      {.name = "runs-out-of-memory", .summary = "on one rank", .make = make<Mistake::runs_out_of_memory>},
  };
  return methods;
}

}  // namespace trafficbench
