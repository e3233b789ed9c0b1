// The MPI communicator behind a Communicator, for the methods of ranks/exchange.
#pragma once

#include <mpi.h>

#include <string>

#include "drivers/ranks/communicator.hpp"

namespace trafficbench {

/// Of a communicator that start_world of ranks/communicator_mpi.cpp gave, or its part().
MPI_Comm mpi_handle(Communicator& comm);

/// While this lives, calls on `comm` return their errors instead of ending the program: those that make windows and
/// other communicators from it.
class ErrorsReturned {
 public:
  explicit ErrorsReturned(MPI_Comm comm);
  ~ErrorsReturned();
  ErrorsReturned(const ErrorsReturned&) = delete;
  ErrorsReturned& operator=(const ErrorsReturned&) = delete;

 private:
  MPI_Comm comm_;
  MPI_Errhandler before_ = MPI_ERRHANDLER_NULL;
};

/// Throws BadInput with what the library says of `error`, unless that is MPI_SUCCESS. `call` is the call's name.
void check_mpi(int error, const std::string& call);

}  // namespace trafficbench
