#include "drivers/io/methods/mpiio_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "drivers/base/bad_input.hpp"
#include "drivers/io/methods/mpiio_helpers.hpp"
#include "drivers/ranks/mpi_handle.hpp"

namespace trafficbench {

namespace {

std::string text_of(int error) {
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  int length = 0;
  MPI_Error_string(error, text.data(), &length);
  return last_line_of(std::string(text.data(), static_cast<std::size_t>(length)));
}

}  // namespace

std::string why_no_mpi_io() { return {}; }

MpiIoFile::MpiIoFile(const IoTask& task, int owner, const MpiIoCalls& calls)
    : comm_(mpi_handle(*task.comm)),
      rank_(task.comm->rank()),
      path_(task.path),
      blocks_(task.dealing.of(owner)),
      most_(task.dealing.most()),
      header_bytes_(task.header_bytes),
      makes_(!task.is_made),
      bytes_(task.is_made ? std::optional<std::int64_t>(0) : std::nullopt),
      hints_(task.hints),
      calls_(calls) {
  MPI_Type_contiguous(kBlockBytes, MPI_BYTE, &block_);
  MPI_Type_commit(&block_);
  MPI_Type_create_resized(block_, 0, kBlockBytes * blocks_.stride, &spaced_);
  MPI_Type_commit(&spaced_);
}

MpiIoFile::~MpiIoFile() {
  // Closing is collective: the driver does it. One that is open here belongs to a launch that is about to end.
  MPI_Type_free(&block_);
  MPI_Type_free(&spaced_);
}

void MpiIoFile::check(int error, const char* doing, const char* call) const {
  if (error == MPI_SUCCESS) return;
  throw library_failure(doing, path_, bytes_, fmt::format("{}: {}", call, text_of(error)), hints_);
}

void MpiIoFile::open(int mode, const char* doing) {
  MPI_File_set_errhandler(MPI_FILE_NULL, MPI_ERRORS_RETURN);
  const MpiHints hints(hints_);
  const int error = MPI_File_open(comm_, path_.c_str(), mode, hints.get(), &file_);
  int error_class = MPI_SUCCESS;
  MPI_Error_class(error, &error_class);
  is_made_ = (mode & MPI_MODE_CREATE) != 0 && rank_ == 0 && error_class != MPI_ERR_FILE_EXISTS;
  check(error, doing, "MPI_File_open");
  MPI_File_set_errhandler(file_, MPI_ERRORS_RETURN);
  check(MPI_File_set_view(file_, header_bytes_ + kBlockBytes * blocks_.first, block_, spaced_, "native", MPI_INFO_NULL),
        doing, "MPI_File_set_view");
  hints_in_force_ = hints_in_force(file_);
  const bool reads_blocks = (mode & MPI_MODE_RDONLY) != 0 && blocks_.count > 0;
  bytes_ = reads_blocks ? header_bytes_ + kBlockBytes * (blocks_[blocks_.count - 1] + 1) : 0;
}

void MpiIoFile::open_to_write() { open(MPI_MODE_WRONLY | (makes_ ? MPI_MODE_CREATE | MPI_MODE_EXCL : 0), "write"); }

void MpiIoFile::open_to_read() {
  bytes_ = 0;
  open(MPI_MODE_RDONLY, "read");
}

/// `most`: blocks at once. All calls are made, whatever became of one: others may be waiting in them. Returns the first
/// error.
template <typename Move>
MpiIoFile::Outcome MpiIoFile::each_call(std::int64_t most, const Move& move) const {
  Outcome outcome;
  each_piece(calls_.collective ? most_ : blocks_.count, std::min(kPieceBlocks, most),
             [&](std::int64_t first, std::int64_t blocks) {
               const auto count = static_cast<int>(std::clamp<std::int64_t>(blocks_.count - first, 0, blocks));
               MPI_Status status{};
               const int error = move(count > 0 ? first : 0, count, &status);
               if (outcome.error != MPI_SUCCESS || outcome.is_short) return;
               outcome.error = error;
               // Open MPI 4.1.4 tells of a full disk in this way alone.
               int moved = 0;
               outcome.is_short = MPI_Get_count(&status, block_, &moved) != MPI_SUCCESS || moved != count;
             });
  return outcome;
}

void MpiIoFile::check(const Outcome& outcome, const char* doing, const char* call) const {
  check(outcome.error, doing, call);
  if (!outcome.is_short) return;
  throw library_failure(doing, path_, bytes_, fmt::format("{} did less than was asked for", call), hints_);
}

void MpiIoFile::write(BlockSource& source) {
  const Outcome outcome = each_call(source.piece(), [&](std::int64_t first, int count, MPI_Status* status) {
    const auto words = count > 0 ? source.blocks(first, count) : std::span<const std::uint64_t>();
    return calls_.write(file_, first, words.data(), count, block_, status);
  });
  if (outcome.error != MPI_SUCCESS) unlock_file(path_);
  check(outcome, "write", calls_.write_name);
}

void MpiIoFile::read(BlockSink& sink) {
  const Outcome outcome = each_call(sink.piece(), [&](std::int64_t first, int count, MPI_Status* status) {
    const auto words = count > 0 ? sink.room(first, count) : std::span<std::uint64_t>();
    const int error = calls_.read(file_, first, words.data(), count, block_, status);
    if (count > 0) sink.filled(first, count);
    return error;
  });
  check(outcome, "read", calls_.read_name);
}

void MpiIoFile::sync() { check(MPI_File_sync(file_), "write to the disk", "MPI_File_sync"); }

void MpiIoFile::close() {
  if (file_ != MPI_FILE_NULL) check(MPI_File_close(&file_), "close", "MPI_File_close");
}

}  // namespace trafficbench
