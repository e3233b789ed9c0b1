// What the drivers need of MPI, and no more: so that only ranks/exchange, communicator_mpi.cpp and mpi_group.* know it.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "drivers/base/bad_input.hpp"

namespace trafficbench {

/// What one rank sends another. Two ranks match their messages by tag, and those of one tag by order.
struct Message {
  int peer = 0;  ///< the other rank
  int tag = 0;
  std::span<std::uint64_t> words;  ///< to send from, or to receive into
};

/// A group of ranks. Every call but rank() and size() is collective.
class Communicator {
 public:
  virtual ~Communicator() = default;

  virtual int rank() const = 0;
  virtual int size() const = 0;

  /// Ranks that share this rank's node, and this rank's place among them.
  virtual int node_size() const = 0;
  virtual int node_rank() const = 0;

  /// Nodes, and the number of this rank's in the order of their first ranks.
  virtual int nodes() const = 0;
  virtual int node() const = 0;

  /// Starts a timed region: ranks leave it as close together as the library manages.
  virtual void barrier() = 0;

  /// Ends a long wait: ranks sleep rather than spin, so that those who work have the cores to themselves.
  virtual void sleeping_barrier() = 0;

  /// Element-wise sum (maximum) over the ranks, in place, on every rank.
  virtual void sum(std::span<std::int64_t> values) = 0;
  virtual void max(std::span<double> values) = 0;

  /// Rank 0's values, on every rank.
  virtual void broadcast(std::span<double> values) = 0;

  /// Every rank's text on rank 0, by rank; empty elsewhere.
  virtual std::vector<std::string> gather(const std::string& text) = 0;

  /// Begins to send and to receive. Each message has the length that the other rank expects. Until finish_exchange() no
  /// other exchange begins, and the words stay as they are.
  virtual void start_exchange(std::span<const Message> sends, std::span<const Message> receives) = 0;

  /// Returns when all messages of the exchange have arrived.
  virtual void finish_exchange() = 0;

  /// The one, then the other.
  void exchange(std::span<const Message> sends, std::span<const Message> receives) {
    start_exchange(sends, receives);
    finish_exchange();
  }

  /// sum(), begun now and done when finish_sum() returns. Until then no other begins, and the values are not touched.
  virtual void start_sum(std::span<std::int64_t> values) = 0;
  virtual void finish_sum() = 0;

  /// A communicator of the ranks that belong to it, in their order; nullptr on the others. The first rank of all
  /// belongs to it.
  virtual std::unique_ptr<Communicator> part(bool belongs) = 0;

  /// The library, for the report: name, full version text, standard ("3.1") and thread level ("funneled"). All empty
  /// without MPI.
  struct Library {
    std::string name;
    std::string version;
    std::string standard;
    std::string thread_level;
  };
  virtual Library library() const = 0;

  /// Ends all ranks at once, for an error that only this one has seen.
  [[noreturn]] virtual void abort(int status) = 0;

  /// True on every rank iff `mine` is on each.
  bool all(bool mine) {
    std::int64_t failures = mine ? 0 : 1;
    sum({&failures, 1});
    return failures == 0;
  }

  std::int64_t sum_of(std::int64_t mine) {
    sum({&mine, 1});
    return mine;
  }

  double max_of(double mine) {
    max({&mine, 1});
    return mine;
  }

  double min_of(double mine) { return -max_of(-mine); }

  /// Throws on every rank iff one of the texts is not empty on one of them: WorkFailed if `failure` is on any, else
  /// BadInput. What it says is the lowest such rank's.
  void agree(const std::string& bad_input, const std::string& failure = {});

 protected:
  Communicator() = default;
  Communicator(const Communicator&) = default;
  Communicator& operator=(const Communicator&) = default;
};

/// Collective: carries out on every rank what may find bad input, or fail; if it does on one, all throw that.
template <typename Task>
void together(Communicator& comm, const Task& task) {
  std::string bad_input;
  std::string failure;
  try {
    task();
  } catch (const BadInput& bad) {
    bad_input = bad.what();
  } catch (const WorkFailed& failed) {
    failure = failed.what();
  }
  comm.agree(bad_input, failure);
}

/// Collective: rank 0's text, on every rank.
std::string text_of_rank_0(Communicator& comm, const std::string& text);

/// Collective: whether a signal has asked any rank to stop, see interrupted().
bool asked_to_stop(Communicator& comm);

/// Collective, before anything that follows from the command line: throws BadInput on every rank unless all were
/// started with the same one, since ranks that do different things wait for each other for ever.
void check_same_arguments(Communicator& world, std::span<const std::string> arguments);

/// Every rank's numbers on rank 0, by rank, each rank as many; nothing elsewhere. Collective.
std::vector<double> gather_numbers(Communicator& comm, std::initializer_list<double> mine);

/// Starts the library and gives the world; the library ends with the object. Throws BadInput if the world has not the
/// size that the launcher was asked for.
std::unique_ptr<Communicator> start_world(int& argc, char**& argv);

/// A rank that is alone, whatever launched this process.
std::unique_ptr<Communicator> make_lone_rank();

/// Throws BadInput when this process was launched as one of several, yet sees a world of `world_size` 1: the launcher
/// belongs to another MPI than the program, or the program was built without.
void check_world_size(int world_size);

/// Whether a launcher says that it started this process as one of several.
bool launched_as_several();

}  // namespace trafficbench
