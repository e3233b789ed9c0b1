// Signals that ask a command to stop in order: SIGTERM, SIGINT, SIGHUP, and SIGUSR1 and SIGXCPU as schedulers and
// limits send them before the end of a job.
#pragma once

#include <csignal>
#include <cstdint>

namespace trafficbench {

/// A second SIGTERM, SIGINT or SIGHUP ends the process at once if it comes so much later than the first. A launcher may
/// send both for one Ctrl-C: Open MPI's a second apart.
inline constexpr std::int64_t kPatienceMs = 2000;

/// From here on the first of those signals no longer ends the process. One that was ignored when the process was
/// started, as nohup does, and scripts for what they start in the background, stays so.
void watch_signals();

/// To be called before any library is set up, see main.cpp: notes which of the signals are ignored, and keeps those of
/// schedulers and limits waiting until watch_signals(). Calls nothing that a library could have its hands in.
void note_ignored_signals();

/// Gives SIGHUP its own meaning back, which libraries may have taken: until watch_signals() it ends the process.
void give_back_hangup();

/// Whether one has come. What is under way is finished first.
bool interrupted();

/// Keeps the signals of schedulers and limits waiting while it lives: MPI libraries have handlers of their own as they
/// start, and hang where a signal meets them at work. The others end a process that waits in MPI for ranks that never
/// come.
class SignalsHeld {
 public:
  SignalsHeld();
  ~SignalsHeld();
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;

 private:
  sigset_t before_{};
};

/// From here on a write that cannot be made is a failure, and no signal: to a pipe that nobody reads any more, or
/// beyond the size that a file may have.
void take_failed_writes();

}  // namespace trafficbench
