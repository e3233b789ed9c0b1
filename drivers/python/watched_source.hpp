// A start state whose reading, which may take long, can be ended.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <thread>

#include "drivers/python/workers.hpp"
#include "kernels/cell_source.hpp"

namespace trafficbench::python {

/// Gives the cells of another source. The thread that made it pauses between pieces. Once a pause has thrown, all
/// threads get empty cells, so that they are done soon; end() throws that on.
class WatchedSource final : public CellSource {
 public:
  WatchedSource(std::shared_ptr<const CellSource> origin, Pause pause);

  std::int64_t cells() const override { return origin_->cells(); }
  void read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const override;
  std::string fault() const override { return origin_->fault(); }

  /// After the reading: throws what a pause threw, or WorkFailed where the origin has a fault.
  void end() const;

 private:
  void look_up() const;

  std::shared_ptr<const CellSource> origin_;
  Pause pause_;
  std::thread::id owner_ = std::this_thread::get_id();
  mutable double looked_up_;  // the owner's
  mutable std::exception_ptr thrown_;
  mutable std::atomic<bool> ended_ = false;
};

}  // namespace trafficbench::python
