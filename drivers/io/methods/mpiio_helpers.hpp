// What all methods need that have a file opened by MPI, be it by another library.
#pragma once

#include <mpi.h>

#include <cstdint>
#include <optional>
#include <string>

#include "drivers/base/bad_input.hpp"
#include "drivers/io/io_method.hpp"

namespace trafficbench {

/// What one call moves at most: 1 GiB. Libraries count bytes in 32 bits here and there.
inline constexpr std::int64_t kPieceBlocks = (std::int64_t{1} << 30) / kBlockBytes;

/// Hints as the library takes them.
class MpiHints {
 public:
  explicit MpiHints(const Hints& hints);
  MpiHints(const MpiHints&) = delete;
  MpiHints& operator=(const MpiHints&) = delete;
  ~MpiHints();

  MPI_Info get() const { return info_; }

 private:
  MPI_Info info_ = MPI_INFO_NULL;  // there are none
};

/// Those in force, as the library says.
Hints hints_in_force(MPI_File file);

/// The cause in what libraries say of an error. The first line of MPICH is a heading, and its last one the
/// cause; a closing quote of HDF5's, whose opening one was in the first line, is taken off.
std::string last_line_of(std::string text);

/// What a library's failure comes to: the cause as far as it can be seen, see reason_for(), else what was `said` of it
/// and which hints there were. `doing`: "read", for one.
WorkFailed library_failure(const char* doing, const std::string& path, std::optional<std::int64_t> bytes,
                           const std::string& said, const Hints& hints);

/// Frees what this process has locked in a file. ROMIO locks what it reads, changes and writes back, and keeps the lock
/// if one of that fails: others would wait for it for ever.
void unlock_file(const std::string& path);

}  // namespace trafficbench
