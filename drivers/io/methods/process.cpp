// A file a rank, with its blocks one after the other. Ranks that have none make none.
#include <fmt/format.h>

#include <algorithm>

#include "drivers/io/io_method.hpp"
#include "drivers/io/methods/posix_file.hpp"

namespace trafficbench {

namespace {

class ProcessFiles final : public IoFiles {
 public:
  ProcessFiles(const IoTask& task, int owner)
      : blocks_{.first = 0, .stride = 1, .count = task.dealing.of(owner).count},
        file_(fmt::format("{}.rank{}", task.path, owner), task.direct),
        files_(std::min<std::int64_t>(task.dealing.ranks(), task.dealing.blocks())) {}

  void open_to_write() override {
    if (blocks_.count > 0) file_.make();
  }
  void open_to_read() override {
    if (blocks_.count > 0) file_.open_to_read();
  }
  void write(BlockSource& source) override { file_.write(blocks_, source); }
  void read(BlockSink& sink) override { file_.read(blocks_, sink); }
  void sync() override { file_.sync(); }
  void close() override { file_.close(); }
  std::string path() const override { return blocks_.count > 0 ? file_.path() : std::string(); }
  std::string made() const override { return file_.made(); }
  std::int64_t files() const override { return files_; }

 private:
  BlockRun blocks_;
  PosixFile file_;
  std::int64_t files_;
};

}  // namespace

std::unique_ptr<IoFiles> make_process_files(const IoTask& task, int owner) {
  return std::make_unique<ProcessFiles>(task, owner);
}

}  // namespace trafficbench
