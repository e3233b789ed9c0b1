// A file that several ranks write by the calls of POSIX, each the blocks that are its own.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "drivers/io/io_method.hpp"
#include "drivers/io/methods/posix_file.hpp"

namespace trafficbench {

class SharedFile final : public IoFiles {
 public:
  /// `blocks`: where the owner's lie in the file. `makes`: this rank makes the file, and does so before the others open
  /// it; one rank does of those that share a file, unless it is there. `files`: of all ranks.
  SharedFile(Communicator& comm, PosixFile file, BlockRun blocks, bool makes, std::int64_t files)
      : comm_(comm), blocks_(blocks), file_(std::move(file)), makes_(makes), files_(files) {}

  void open_to_write() override;
  void open_to_read() override;
  void write(BlockSource& source) override { file_.write(blocks_, source); }
  void read(BlockSink& sink) override { file_.read(blocks_, sink); }
  void sync() override { file_.sync(); }
  void close() override { file_.close(); }
  std::string path() const override { return makes_ || blocks_.count > 0 ? file_.path() : std::string(); }
  std::string made() const override { return file_.made(); }
  std::int64_t files() const override { return files_; }

 private:
  Communicator& comm_;
  BlockRun blocks_;
  PosixFile file_;
  bool makes_;
  std::int64_t files_;
};

}  // namespace trafficbench
