// One file, which all ranks open together by MPI-IO. Its methods differ in the call that moves the bytes.
#pragma once

#include <mpi.h>

#include <cstdint>
#include <optional>
#include <string>

#include "drivers/io/io_method.hpp"

namespace trafficbench {

/// A call that moves `count` blocks at place `first` of this rank's view.
struct MpiIoCalls {
  bool collective = false;  ///< all ranks make as many calls
  int (*write)(MPI_File, MPI_Offset, const void*, int, MPI_Datatype, MPI_Status*) = nullptr;
  int (*read)(MPI_File, MPI_Offset, void*, int, MPI_Datatype, MPI_Status*) = nullptr;
  const char* write_name = nullptr;
  const char* read_name = nullptr;
};

class MpiIoFile final : public IoFiles {
 public:
  MpiIoFile(const IoTask& task, int owner, const MpiIoCalls& calls);
  MpiIoFile(const MpiIoFile&) = delete;
  MpiIoFile& operator=(const MpiIoFile&) = delete;
  ~MpiIoFile() override;

  void open_to_write() override;
  void open_to_read() override;
  void write(BlockSource& source) override;
  void read(BlockSink& sink) override;
  void sync() override;
  void close() override;
  std::string path() const override { return blocks_.count > 0 ? path_ : std::string(); }
  std::string made() const override { return is_made_ ? path_ : std::string(); }
  std::int64_t files() const override { return 1; }
  Hints hints() const override { return hints_in_force_; }

 private:
  void open(int mode, const char* doing);
  void check(int error, const char* doing, const char* call) const;
  struct Outcome {
    int error = MPI_SUCCESS;
    bool is_short = false;  ///< a call did less than was asked for, and called that a success
  };
  template <typename Move>
  Outcome each_call(std::int64_t most, const Move& move) const;
  void check(const Outcome& outcome, const char* doing, const char* call) const;

  MPI_Comm comm_;
  int rank_;
  std::string path_;
  BlockRun blocks_;
  std::int64_t most_;  // blocks of any rank
  std::int64_t header_bytes_;
  bool makes_;                         // it is not there yet
  std::optional<std::int64_t> bytes_;  // that the file must have by now; nothing: it may not be there
  Hints hints_;
  Hints hints_in_force_;
  const MpiIoCalls& calls_;
  MPI_Datatype block_ = MPI_DATATYPE_NULL;
  MPI_Datatype spaced_ = MPI_DATATYPE_NULL;  // a block, and what is between it and the next
  MPI_File file_ = MPI_FILE_NULL;
  bool is_made_ = false;
};

}  // namespace trafficbench
