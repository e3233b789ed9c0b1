#include "drivers/io/methods/posix_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <optional>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/positioned_io.hpp"
#include "drivers/io/file_system.hpp"

namespace trafficbench {

namespace {

/// Calls whole(first block in the file, blocks, first word) for each piece that is one in the file.
template <typename Whole>
bool each_whole(BlockRun blocks, const Whole& whole) {
  if (blocks.stride == 1) return blocks.count == 0 || whole(blocks.first, blocks.count, 0);
  for (std::int64_t k = 0; k < blocks.count; ++k) {
    if (!whole(blocks[k], 1, k * kBlockWords)) return false;
  }
  return true;
}

}  // namespace

void PosixFile::fail(const char* doing, const std::string& why, bool is_there) const {
  const std::optional<std::int64_t> bytes = is_there ? std::optional<std::int64_t>(0) : std::nullopt;
  throw WorkFailed(fmt::format("cannot {} {}: {}", doing, path_, reason_for(path_, bytes, why)));
}

void PosixFile::open(int flags, const char* doing) {
  file_ = Descriptor(::open(path_.c_str(), flags | (direct_ ? O_DIRECT : 0) | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (!file_.is_open()) fail(doing, system_text(), (flags & O_CREAT) == 0);
}

void PosixFile::make() {
  open(O_WRONLY | O_CREAT | O_EXCL, "write");
  is_made_ = true;
}

void PosixFile::open_to_write() { open(O_WRONLY, "write"); }

void PosixFile::open_to_read() { open(O_RDONLY, "read"); }

void PosixFile::write(BlockRun blocks, std::span<const std::uint64_t> words) {
  const bool written = each_whole(blocks, [&](std::int64_t block, std::int64_t count, std::int64_t word) {
    return write_at(file_.get(), header_bytes_ + kBlockBytes * block, kBlockBytes * count, words.data() + word);
  });
  if (!written) fail("write", system_text());
}

void PosixFile::read(BlockRun blocks, std::span<std::uint64_t> words) {
  std::string why_not;
  each_whole(blocks, [&](std::int64_t block, std::int64_t count, std::int64_t word) {
    why_not = read_at(file_.get(), header_bytes_ + kBlockBytes * block, kBlockBytes * count, words.data() + word);
    return why_not.empty();
  });
  if (!why_not.empty()) fail("read", why_not);
}

void PosixFile::write(BlockRun blocks, BlockSource& source) {
  each_piece(blocks.count, source.piece(), [&](std::int64_t first, std::int64_t count) {
    write(blocks.part(first, count), source.blocks(first, count));
  });
}

void PosixFile::read(BlockRun blocks, BlockSink& sink) {
  each_piece(blocks.count, sink.piece(), [&](std::int64_t first, std::int64_t count) {
    read(blocks.part(first, count), sink.room(first, count));
    sink.filled(first, count);
  });
}

void PosixFile::sync() {
  if (file_.is_open() && fsync(file_.get()) != 0) fail("write to the disk", system_text());
}

void PosixFile::close() {
  if (file_.is_open() && !file_.close()) fail("close", system_text());
}

}  // namespace trafficbench
