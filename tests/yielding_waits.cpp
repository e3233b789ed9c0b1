// Loaded before the MPI library by the tests (program.py): a rank of MPICH that waits gives its core away. MPICH over
// UCX asks for messages in a loop without a pause, and tests start more ranks than there are cores: a rank that has the
// message would wait until the time slice of one that waits for it is over. Open MPI has a setting for this,
// mpi_yield_when_idle.
#include <dlfcn.h>
#include <sched.h>

#include <cstdlib>

extern "C" {

// UCX's: returns how many things it has moved on.
unsigned ucp_worker_progress(void* worker) {
  using Progress = unsigned(void*);
  static auto* const progress = reinterpret_cast<Progress*>(dlsym(RTLD_NEXT, "ucp_worker_progress"));
  if (progress == nullptr) std::abort();
  const unsigned moved = progress(worker);
  // A message between ranks that both have a core comes within these.
  constexpr int kTries = 100;
  thread_local int tries = 0;
  if (moved != 0) {
    tries = 0;
  } else if (++tries == kTries) {
    tries = 0;
    sched_yield();
  }
  return moved;
}
}
