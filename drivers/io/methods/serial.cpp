// One file, which rank 0 writes and reads alone: it gathers the road piece by piece, in the road's order, and hands out
// what it read in the same way.
#include <algorithm>
#include <string>
#include <tuple>
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
        file_(task.path, task.direct, task.header_bytes),
        is_made_(task.is_made) {
    if (!leads()) return;
    const std::int64_t blocks = std::min(kPieceBlocks, dealing_.blocks());
    piece_.resize(static_cast<std::size_t>(blocks * kBlockWords));
    in_parts_.resize(piece_.size());
  }

  void open_to_write() override {
    if (!leads()) return;
    if (is_made_) {
      file_.open_to_write();
    } else {
      file_.make();
    }
  }
  void open_to_read() override {
    if (leads()) file_.open_to_read();
  }

  void write(BlockSource& source) override {
    each_piece_of_road(source.piece(), [&](const Piece& piece) {
      const auto words =
          piece.own_count > 0 ? source.blocks(piece.own_first, piece.own_count) : std::span<const std::uint64_t>();
      // Nobody writes to what is sent.
      carry(piece, {const_cast<std::uint64_t*>(words.data()), words.size()}, true);
      if (leads()) attempt([&] { file_.write(piece.blocks, in_piece(piece)); });
    });
  }
  void read(BlockSink& sink) override {
    each_piece_of_road(sink.piece(), [&](const Piece& piece) {
      if (leads()) attempt([&] { file_.read(piece.blocks, in_piece(piece)); });
      const auto words = piece.own_count > 0 ? sink.room(piece.own_first, piece.own_count) : std::span<std::uint64_t>();
      carry(piece, words, false);
      if (piece.own_count > 0) sink.filled(piece.own_first, piece.own_count);
    });
  }

  void sync() override { file_.sync(); }
  void close() override { file_.close(); }
  std::string path() const override { return leads() ? file_.path() : std::string(); }
  std::string made() const override { return file_.made(); }
  std::int64_t files() const override { return 1; }

 private:
  /// 8 MiB: long enough for any disk, short enough to be there twice.
  static constexpr std::int64_t kPieceBlocks = 2048;

  bool leads() const { return comm_.rank() == 0; }

  /// Blocks of the road that follow each other, and what this rank's owner has of them.
  struct Piece {
    BlockRun blocks;
    std::int64_t own_first = 0;
    std::int64_t own_count = 0;
  };

  /// What the others have of a piece they send and receive whatever became of rank 0's file: nobody waits in vain.
  template <typename Task>
  void each_piece_of_road(std::int64_t most, const Task& task) {
    failure_.clear();
    for (const BlockRun& stretch : dealing_.stretches()) {
      each_piece(stretch.count, std::min(kPieceBlocks, most), [&](std::int64_t first, std::int64_t count) {
        Piece piece{.blocks = stretch.part(first, count)};
        std::tie(piece.own_first, piece.own_count) = part_of(own_, piece.blocks);
        task(piece);
      });
    }
    if (!failure_.empty()) throw WorkFailed(failure_);
  }

  template <typename Task>
  void attempt(const Task& task) {
    if (!failure_.empty()) return;
    try {
      task();
    } catch (const WorkFailed& failed) {
      failure_ = failed.what();
    }
  }

  /// On rank 0.
  std::span<std::uint64_t> in_piece(const Piece& piece) {
    return words_of_blocks(std::span(piece_), 0, piece.blocks.count);
  }

  /// What an owner has of a piece: the first of its blocks there, and how many.
  static std::pair<std::int64_t, std::int64_t> part_of(const BlockRun& own, const BlockRun& piece) {
    const std::int64_t before = own.before(piece.first);
    return {before, own.before(piece.first + piece.count) - before};
  }

  /// Between the ranks' memory and rank 0's piece, in which blocks lie in the road's order. `own_words`: what this
  /// rank's owner has of it.
  void carry(const Piece& piece, std::span<std::uint64_t> own_words, bool gather) {
    constexpr int kTag = 0;
    std::vector<Message> of_others;  // on rank 0
    std::vector<Message> own;
    if (!leads() && piece.own_count > 0) own.push_back({0, kTag, own_words});
    if (leads()) {
      std::int64_t at = 0;
      for (int rank = 0; rank < comm_.size(); ++rank) {
        const std::int64_t count = part_of(blocks_of(rank), piece.blocks).second;
        if (rank != 0 && count > 0) of_others.push_back({rank, kTag, words_of_blocks(std::span(in_parts_), at, count)});
        at += count;
      }
      if (!gather) sort(piece.blocks, own_words, false);
    }
    comm_.exchange(gather ? own : of_others, gather ? of_others : own);
    if (leads() && gather) sort(piece.blocks, own_words, true);
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
  bool is_made_;
  std::string failure_;
  BlockWords piece_;
  std::vector<std::uint64_t> in_parts_;
};

}  // namespace

std::unique_ptr<IoFiles> make_serial_files(const IoTask& task, int owner) {
  return std::make_unique<SerialFiles>(task, owner);
}

}  // namespace trafficbench
