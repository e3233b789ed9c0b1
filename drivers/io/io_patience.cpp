#include "drivers/io/io_patience.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <thread>
#include <utility>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/new_file.hpp"
#include "drivers/base/standard_output.hpp"
#include "drivers/io/file_system.hpp"

namespace trafficbench {

double usual_patience(std::int64_t bytes) {
  constexpr double kLeast = 60;
  constexpr double kBytesPerSecond = 1e7;
  return kLeast + static_cast<double>(bytes) / kBytesPerSecond;
}

// The watchdog must not call MPI: the main thread is there. And files may be what hangs: what touches them has its
// time.
IoPatience::IoPatience(int rank, double seconds, const char* doing, std::string path, const IoMethod& method,
                       Hints hints, std::function<std::string()> made, std::function<void()> leave)
    : watchdog_(seconds, [rank, seconds, doing, path = std::move(path), &method, hints = std::move(hints),
                          made = std::move(made), leave = std::move(leave)] {
        constexpr double kLookSeconds = 2;
        constexpr double kEndSeconds = 10;
        const auto end = [] { _exit(static_cast<int>(Status::check_failed)); };
        const Watchdog last_resort(kEndSeconds, end);
        if (rank == 0) {
          const std::string why =
              (method.may_hang ? "the disks are slow, or one rank has failed in a call that the others "
                                 "cannot leave"
                               : "the disks are slow") +
              suspicion_of(hints);
          const std::string reason = answer_within(
              kLookSeconds, [path, why] { return reason_for(path, {}, why); }, why);
          print_error("trafficbench", fmt::format("to {} {} by {} takes longer than {:g} s, the patience there is: {}",
                                                  doing, path, method.name, seconds, reason));
        }
        if (const std::string file = made(); !file.empty()) remove_or_name(file);
        if (rank != 0) return;
        std::this_thread::sleep_for(std::chrono::seconds(1));  // others remove theirs
        leave();
        end();
      }) {}

}  // namespace trafficbench
