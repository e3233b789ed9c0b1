// How the blocks of a road get into files and back: what all methods have in common.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/io/block_stream.hpp"
#include "drivers/io/dealing.hpp"
#include "drivers/io/hints.hpp"
#include "drivers/ranks/communicator.hpp"

namespace trafficbench {

/// What is written or read: the same on every rank.
struct IoTask {
  Communicator* comm = nullptr;
  Dealing dealing;
  std::vector<std::int64_t> nodes;  ///< of each rank: the number of its node
  std::string path;                 ///< of the file; a method that makes several appends to it
  Hints hints;                      ///< for methods that take them
  bool direct = false;              ///< past the page cache: for methods that can
  std::int64_t header_bytes = 0;    ///< before the first block; for methods of one plain file, as is the next
  bool is_made = false;             ///< the file is there: it is opened to be written to, and not made
};

/// The files of one road, as one rank takes part in them. open(), write() or read(), sync() and close() come in this
/// order, are collective over all ranks of the task, idle ones too, and are timed one by one: nothing is prepared in
/// one that belongs to another. All throw WorkFailed, on the rank where something went wrong, after it has played its
/// part in the phase's messages; the driver lets all ranks know before the next phase.
class IoFiles {
 public:
  virtual ~IoFiles() = default;

  /// Makes new files; one that bears such a name already is an error, unless the task says that it is made.
  virtual void open_to_write() = 0;
  virtual void open_to_read() = 0;

  /// The owner's blocks. Those that are whole in memory are one call, as far as the file has them in one place.
  virtual void write(BlockSource& source) = 0;
  virtual void read(BlockSink& sink) = 0;

  /// Returns when what was written is on the disk.
  virtual void sync() = 0;
  virtual void close() = 0;

  /// On all ranks, after a phase that failed on one: some methods close together. That failure is the one to tell.
  void close_after_failure() {
    try {
      close();
    } catch (const WorkFailed&) {
      return;
    }
  }

  /// The file that this rank's blocks are in; empty if it opens none. Told whether or not it has been opened.
  virtual std::string path() const = 0;

  /// The file that this rank has made, and that goes with it if files are removed; empty if it has made none.
  virtual std::string made() const = 0;

  /// Files of all ranks together.
  virtual std::int64_t files() const = 0;

  /// Hints that are in force, once opened.
  virtual Hints hints() const { return {}; }

 protected:
  IoFiles() = default;
  IoFiles(const IoFiles&) = default;
  IoFiles& operator=(const IoFiles&) = default;
};

/// A way to write and read a road.
struct IoMethod {
  std::string_view name;
  std::string_view summary;  ///< one line: the files and calls that it makes

  /// Not opened yet. The calling rank has the blocks of `owner`: its own to write, another's to read. Not collective;
  /// throws std::bad_alloc.
  std::unique_ptr<IoFiles> (*make)(const IoTask& task, int owner) = nullptr;

  bool one_plain_file = false;  ///< the road lies in one file as it is, so that it may be a road file
  bool reads_alone = false;     ///< each rank reads what it needs when it needs it, by calls of POSIX
  bool read_by_writer = false;  ///< one rank reads all, and it wrote all
  bool takes_hints = false;
  bool moves_alone = false;    ///< ranks write and read in calls of a library that others need not make
  bool may_hang = false;       ///< ranks may wait for ever, inside a library, for one that has failed
  bool can_be_direct = false;  ///< opens its files itself, and so can with O_DIRECT

  /// After a call that failed, files can be closed and the program ends in order; else it aborts with files open.
  bool survives_failure = true;

  /// The library that it needs beside MPI, if it needs one, and its version.
  const char* library = nullptr;
  std::string (*version)() = [] { return std::string(); };

  std::int64_t own_bytes = 0;  ///< what a file has at most beside the road

  /// Why this program has it not; empty if it has.
  std::string (*why_not)() = [] { return std::string(); };

  /// Throws BadInput if it cannot take this path.
  void check_path(const std::string& path) const;
};

/// All methods. A test has a table of its own in the place of io/methods.cpp.
std::span<const IoMethod> io_methods();

std::unique_ptr<IoFiles> make_serial_files(const IoTask& task, int owner);
std::unique_ptr<IoFiles> make_process_files(const IoTask& task, int owner);
std::unique_ptr<IoFiles> make_node_files(const IoTask& task, int owner);
std::unique_ptr<IoFiles> make_posix_file(const IoTask& task, int owner);
std::unique_ptr<IoFiles> make_independent_file(const IoTask& task, int owner);
std::unique_ptr<IoFiles> make_collective_file(const IoTask& task, int owner);
std::unique_ptr<IoFiles> make_hdf5_file(const IoTask& task, int owner);

/// Why this program has no MPI-IO, no parallel HDF5; empty if it has.
std::string why_no_mpi_io();
std::string why_no_hdf5();

/// Empty if it has none.
std::string hdf5_version();

}  // namespace trafficbench
