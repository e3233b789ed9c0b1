// A file that a rank writes and reads by the calls of POSIX, for the methods that do.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "drivers/base/files.hpp"
#include "drivers/io/block_stream.hpp"
#include "drivers/io/dealing.hpp"

namespace trafficbench {

/// All throw WorkFailed, which names the file. One that was never opened has nothing to sync and to close.
class PosixFile {
 public:
  /// `direct`: opened with O_DIRECT. What is read and written then begins at a multiple of a block in memory, too.
  /// Block 0 begins at byte `header_bytes`.
  PosixFile(std::string path, bool direct, std::int64_t header_bytes = 0)
      : path_(std::move(path)), direct_(direct), header_bytes_(header_bytes) {}

  const std::string& path() const { return path_; }

  /// Its path, if make() has made it.
  std::string made() const { return is_made_ ? path_ : std::string(); }

  /// Makes it; an error if there is such a file.
  void make();

  /// Opens the one that another rank has made.
  void open_to_write();
  void open_to_read();

  /// Blocks that follow each other in the file are one call, others a call each.
  void write(BlockRun blocks, std::span<const std::uint64_t> words);
  void read(BlockRun blocks, std::span<std::uint64_t> words);

  /// The same, piece by piece.
  void write(BlockRun blocks, BlockSource& source);
  void read(BlockRun blocks, BlockSink& sink);

  void sync();
  void close();

 private:
  void open(int flags, const char* doing);
  [[noreturn]] void fail(const char* doing, const std::string& why, bool is_there = true) const;

  std::string path_;
  bool direct_;
  std::int64_t header_bytes_;
  Descriptor file_;
  bool is_made_ = false;
};

}  // namespace trafficbench
