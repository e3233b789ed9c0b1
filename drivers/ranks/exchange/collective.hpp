// What MPI makes for all ranks together, and frees so: communicators, and memory of each rank that others write to.
#pragma once

#include <mpi.h>

#include <cstdint>
#include <exception>

#include "drivers/ranks/mpi_handle.hpp"

namespace trafficbench {

/// Tells, as its owner goes, whether all ranks are there to free something together. While an exception is on its way
/// others are elsewhere, and the program is about to end.
class InOrder {
 public:
  bool holds() const { return std::uncaught_exceptions() <= exceptions_; }

 private:
  int exceptions_ = std::uncaught_exceptions();
};

/// A communicator of a method's own, freed with this on all ranks together.
class OwnCommunicator {
 public:
  OwnCommunicator() = default;
  OwnCommunicator(const OwnCommunicator&) = delete;
  OwnCommunicator& operator=(const OwnCommunicator&) = delete;
  ~OwnCommunicator() {
    if (comm_ != MPI_COMM_NULL && in_order_.holds()) MPI_Comm_free(&comm_);
  }

  /// For the call that makes it.
  MPI_Comm* address() { return &comm_; }
  MPI_Comm handle() const { return comm_; }

 private:
  MPI_Comm comm_ = MPI_COMM_NULL;
  InOrder in_order_;
};

/// A window, freed with this on all ranks together.
class Window {
 public:
  Window() = default;
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;
  ~Window() {
    if (window_ != MPI_WIN_NULL && in_order_.holds()) MPI_Win_free(&window_);
  }

  /// Collective: `words` words on this rank, which others count in words. Throws BadInput where the library cannot.
  std::uint64_t* allocate(MPI_Comm comm, std::int64_t words) {
    std::uint64_t* memory = nullptr;
    const ErrorsReturned returned(comm);
    check_mpi(MPI_Win_allocate(bytes_of(words), 8, MPI_INFO_NULL, comm, static_cast<void*>(&memory), &window_),
              "MPI_Win_allocate");
    return memory;
  }

  /// The same in memory that the ranks of `node` share, each rank's words by themselves, near its core.
  std::uint64_t* allocate_shared(MPI_Comm node, std::int64_t words) {
    std::uint64_t* memory = nullptr;
    const ErrorsReturned returned(node);
    MPI_Info info = MPI_INFO_NULL;
    MPI_Info_create(&info);
    MPI_Info_set(info, "alloc_shared_noncontig", "true");
    const int error = MPI_Win_allocate_shared(bytes_of(words), 8, info, node, static_cast<void*>(&memory), &window_);
    MPI_Info_free(&info);
    check_mpi(error, "MPI_Win_allocate_shared");
    return memory;
  }

  MPI_Win handle() const { return window_; }

 private:
  /// Whole cache lines. MPICH 4.0.2 puts to a rank of the same node 8 bytes too low if the sizes of the ranks before it
  /// are no multiples of 16.
  static MPI_Aint bytes_of(std::int64_t words) { return (8 * words + 63) / 64 * 64; }

  MPI_Win window_ = MPI_WIN_NULL;
  InOrder in_order_;
};

}  // namespace trafficbench
