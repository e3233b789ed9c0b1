// A packed road on disk.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "drivers/base/files.hpp"
#include "drivers/base/new_file.hpp"
#include "drivers/io/io_method.hpp"
#include "drivers/ranks/communicator.hpp"
#include "kernels/block.hpp"
#include "kernels/cell_source.hpp"

namespace trafficbench {

/// What stands before the cells, all little-endian:
///
///     bytes 0..7    "TRAFROAD"
///     8..15         format version, 3
///     16..23        cells
///     24..31        iterations made since the road's start state
///     32..39        RoadHash of the road
///     40..4087      0
///     4088..4095    checksum (base/checksum.hpp) of the bytes before it
///     4096..        words_for(cells) words of 64 cells, cell i in bit i % 64 of word i / 64; bits past the last are 0
///
/// So the cells begin with a page, as blocks of 4 KiB do. Two older versions are still read: in version 2 the checksum
/// stands at byte 40 and the cells begin at byte 48, version 1 has no checksum, and cells from byte 40 on.
struct RoadFileHeader {
  std::int64_t cells = 0;
  std::int64_t iteration = 0;
  std::uint64_t hash = 0;
};

/// Most iterations that a header may tell of: more would be damage, and the sum of several runs must have room.
inline constexpr std::int64_t kMaxIterations = std::int64_t{1} << 60;

/// A road file, open for reading; its cells are read from disk as they are asked for.
class RoadFile final : public CellSource {
 public:
  /// Throws BadInput if the file cannot be read, is no road file, is damaged as far as its header, its length and the
  /// bits past its last cell tell.
  explicit RoadFile(const std::string& path);

  const std::string& path() const { return path_; }
  const RoadFileHeader& header() const { return header_; }

  /// Bytes before the cells: the version has it.
  std::int64_t header_bytes() const { return header_bytes_; }
  std::int64_t cells() const override { return header_.cells; }

  void read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const override;
  std::string fault() const override;

  /// Reads all cells and throws BadInput unless they agree with the hash.
  void check_cells() const;

 private:
  bool read_bytes(std::int64_t at, std::int64_t bytes, void* to) const;

  std::string path_;
  Descriptor file_;
  RoadFileHeader header_;
  std::int64_t header_bytes_ = 0;
  mutable std::mutex mutex_;   // of the next: threads read at once
  mutable std::string fault_;  // of the first read that failed
};

/// Methods that write and read road files: those of one plain file.
std::span<const IoMethod> road_file_methods();

/// Bytes of the file of a road of so many cells.
std::int64_t road_file_bytes(std::int64_t cells);

/// How a long transfer goes: in rounds, so that it can be told how far it is, and be left.
struct FileRounds {
  /// Collective, before each round and after the last: so many of all bytes have been moved. False: it ends here.
  std::function<bool(std::int64_t moved, std::int64_t all)> go_on = [](std::int64_t, std::int64_t) { return true; };

  std::int64_t most_blocks = 0;  ///< of a rank in a round; 0: as many as make 256 MiB of all ranks, and 8 MiB at least
};

/// Collective: writes a road and publishes its file, by one of road_file_methods(). Each rank writes whole blocks of
/// the file: those of which it owns the first cell; the few cells of others in them are sent to it. What a rank holds
/// beside the road is a few MiB. `own_blocks`: what a rank owns, two blocks at most, as `road` gives it on that rank;
/// those of all ranks together are the whole road. `file` is rank 0's. Returns whether it has been published: false if
/// a round was the last before its time. Throws WorkFailed on every rank if it cannot be written.
bool save_road(Communicator& comm, const IoMethod& method, const RoadFileHeader& header, const CellSource& road,
               const std::function<std::vector<Block>(int rank)>& own_blocks, NewFile* file,
               const FileRounds& rounds = {});

/// Collective: puts the cells of this rank's block, of an even split over the ranks, into `cells`, packed from its
/// first on, by one of road_file_methods(). Up to a block at either end each rank reads by itself. Returns whether all
/// of it has been read. Throws WorkFailed on every rank.
bool read_own_block(Communicator& comm, const IoMethod& method, const RoadFile& file, std::span<std::uint64_t> cells,
                    const FileRounds& rounds = {});

}  // namespace trafficbench
