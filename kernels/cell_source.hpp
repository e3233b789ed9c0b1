// What cells can be read from: a start state, a packed road, a file, another kernel's segment.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace trafficbench {

/// A range of cells that can be read in any order, by several threads at once.
class CellSource {
 public:
  virtual ~CellSource() = default;

  /// Number of cells; valid indices are 0 .. cells() - 1.
  virtual std::int64_t cells() const = 0;

  /// Writes cells [first, first + count) packed into words_for(count) words of `out`; bits past `count` in the last
  /// word are zero.
  virtual void read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const = 0;

  /// What went wrong in some read() so far, in one line; empty if nothing. The cells it gave were empty then. Told here
  /// and not thrown there, since threads read: whoever uses the cells looks here afterwards.
  virtual std::string fault() const { return {}; }

 protected:
  CellSource() = default;
  CellSource(const CellSource&) = default;
  CellSource& operator=(const CellSource&) = default;
};

/// How many cells to read at once when `count` of them are read in order: a multiple of 64, or all. A source that holds
/// its cells in lanes is read much faster in one long range than in many short ones. An eighth of the road is a buffer
/// that any machine can spare.
std::int64_t piece_to_read(std::int64_t count);

/// Reads [first, first + count) of the ring that `source` is, for any `first`, negative too: indices wrap, as often as
/// the count asks for.
void read_ring(const CellSource& source, std::int64_t first, std::int64_t count, std::span<std::uint64_t> out);

}  // namespace trafficbench
