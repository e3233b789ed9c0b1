// One file, which rank 0 writes and reads alone: it gathers the road piece by piece, in the road's order, and hands out
// what it read in the same way.
#include <algorithm>
#include <utility>
#include <vector>

#include "drivers/base/bad_input.hpp"
#include "drivers/io/block_words.hpp"
#include "drivers/io/io_method.hpp"
#include "drivers/io/methods/posix_file.hpp"

namespace trafficbench {

namespace {

class SerialFiles final : public IoFiles {
 public:
  SerialFiles(const IoTask& task, int owner)
      : comm_(*task.comm),
        dealing_(task.dealing),
        shift_((owner - comm_.rank() + comm_.size()) % comm_.size()),
        own_(dealing_.of(owner)),
        file_(task.path, task.direct) {
    if (!leads()) return;
    const std::int64_t blocks = std::min(kPieceBlocks, dealing_.blocks());
    piece_.resize(static_cast<std::size_t>(blocks * kBlockWords));
    in_parts_.resize(piece_.size());
  }

  void open_to_write() override {
    if (leads()) file_.make();
  }
  void open_to_read() override {
    if (leads()) file_.open_to_read();
  }

  void write(std::span<const std::uint64_t> words) override {
    // Nobody writes to what is sent.
    each_piece({const_cast<std::uint64_t*>(words.data()), words.size()}, true);
  }
  void read(std::span<std::uint64_t> words) override { each_piece(words, false); }

  void sync() override { file_.sync(); }
  void close() override { file_.close(); }
  std::string path() const override { return leads() ? file_.path() : std::string(); }
  std::string made() const override { return file_.made(); }
  std::int64_t files() const override { return 1; }

 private:
  /// 8 MiB: long enough for any disk, short enough to be there twice.
  static constexpr std::int64_t kPieceBlocks = 2048;

  bool leads() const { return comm_.rank() == 0; }

  /// What the others have of a piece they send and receive whatever became of rank 0's file: nobody waits in vain.
  void each_piece(std::span<std::uint64_t> words, bool gather) {
    std::string failure;
    const auto attempt = [&](const auto& task) {
      if (!failure.empty()) return;
      try {
        task();
      } catch (const WorkFailed& failed) {
        failure = failed.what();
      }
    };
    for (std::int64_t first = 0; first < dealing_.blocks(); first += kPieceBlocks) {
      const BlockRun piece{.first = first, .stride = 1, .count = std::min(kPieceBlocks, dealing_.blocks() - first)};
      const auto in_piece = std::span(piece_).first(leads() ? static_cast<std::size_t>(piece.count * kBlockWords) : 0);
      if (gather) {
        carry(piece, words, true);
        if (leads()) attempt([&] { file_.write(piece, in_piece); });
      } else {
        if (leads()) attempt([&] { file_.read(piece, in_piece); });
        carry(piece, words, false);
      }
    }
    if (!failure.empty()) throw WorkFailed(failure);
  }

  /// What an owner has of a piece: the first of its blocks there, and how many.
  static std::pair<std::int64_t, std::int64_t> part_of(const BlockRun& own, const BlockRun& piece) {
    const std::int64_t before = own.before(piece.first);
    return {before, own.before(piece.first + piece.count) - before};
  }

  /// Between the ranks' memory and rank 0's piece, in which blocks lie in the road's order.
  void carry(const BlockRun& piece, std::span<std::uint64_t> words, bool gather) {
    constexpr int kTag = 0;
    const auto blocks_in = [](std::span<std::uint64_t> all, std::int64_t first, std::int64_t count) {
      return all.subspan(static_cast<std::size_t>(first * kBlockWords), static_cast<std::size_t>(count * kBlockWords));
    };
    std::vector<Message> of_others;  // on rank 0
    std::vector<Message> own;
    const auto [own_first, own_count] = part_of(own_, piece);
    const auto own_words = blocks_in(words, own_first, own_count);
    if (!leads() && own_count > 0) own.push_back({0, kTag, own_words});
    if (leads()) {
      std::int64_t at = 0;
      for (int rank = 0; rank < comm_.size(); ++rank) {
        const std::int64_t count = part_of(blocks_of(rank), piece).second;
        if (rank != 0 && count > 0) of_others.push_back({rank, kTag, blocks_in(in_parts_, at, count)});
        at += count;
      }
      if (!gather) sort(piece, own_words, false);
    }
    comm_.exchange(gather ? own : of_others, gather ? of_others : own);
    if (leads() && gather) sort(piece, own_words, true);
  }

  /// On rank 0, between what it has of each rank, one after the other, and the piece.
  void sort(const BlockRun& piece, std::span<std::uint64_t> own_words, bool into_piece) {
    std::int64_t at = 0;
    for (int rank = 0; rank < comm_.size(); ++rank) {
      const BlockRun blocks = blocks_of(rank);
      const auto [first, count] = part_of(blocks, piece);
      std::uint64_t* part = rank == 0 ? own_words.data() : in_parts_.data() + at * kBlockWords;
      for (std::int64_t k = 0; k < count; ++k) {
        std::uint64_t* const in_piece = piece_.data() + (blocks[first + k] - piece.first) * kBlockWords;
        std::uint64_t* const in_part = part + k * kBlockWords;
        std::copy_n(into_piece ? in_part : in_piece, kBlockWords, into_piece ? in_piece : in_part);
      }
      at += count;
    }
  }

  /// Those that a rank has: its own, or all those of the rank that is as far from it as this rank's owner from this.
  BlockRun blocks_of(int rank) const { return dealing_.of((rank + shift_) % comm_.size()); }

  Communicator& comm_;
  Dealing dealing_;
  int shift_;
  BlockRun own_;
  PosixFile file_;
  BlockWords piece_;
  std::vector<std::uint64_t> in_parts_;
};

}  // namespace

std::unique_ptr<IoFiles> make_serial_files(const IoTask& task, int owner) {
  return std::make_unique<SerialFiles>(task, owner);
}

}  // namespace trafficbench
