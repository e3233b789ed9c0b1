// The Communicator over MPI.
#include <mpi.h>

#include <array>
#include <cstdlib>
#include <numeric>

#include "drivers/base/interrupt.hpp"
#include "drivers/ranks/communicator.hpp"
#include "drivers/ranks/mpi_group.hpp"
#include "drivers/ranks/mpi_handle.hpp"

namespace trafficbench {

namespace {

const char* thread_level_name(int level) {
  switch (level) {
    case MPI_THREAD_SINGLE:
      return "single";
    case MPI_THREAD_FUNNELED:
      return "funneled";
    case MPI_THREAD_SERIALIZED:
      return "serialized";
    default:
      return "multiple";
  }
}

class MpiCommunicator final : public Communicator {
 public:
  /// Takes `comm` over; the world additionally ends the library.
  MpiCommunicator(MPI_Comm comm, bool world) : comm_(comm), world_(world), group_(comm) {
    MPI_Comm_rank(comm_, &rank_);
    MPI_Comm_size(comm_, &size_);
  }
  MpiCommunicator(const MpiCommunicator&) = delete;
  MpiCommunicator& operator=(const MpiCommunicator&) = delete;
  ~MpiCommunicator() override {
    if (!world_) {
      MPI_Comm_free(&comm_);
      return;
    }
    const SignalsHeld held;
    // Ranks may be far apart at the end of a command; spinning in MPI_Finalize would disturb those still at work.
    sleeping_barrier();
    // MPICH 4.0.2 over TCP now and then hangs in MPI_Finalize when the last thing was a nonblocking barrier: one rank
    // has left for the process manager while another still waits for its word.
    MPI_Barrier(comm_);
    MPI_Finalize();
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  int node_size() const override { return group_.node_size(); }
  int node_rank() const override { return group_.node_rank(); }
  int nodes() const override { return group_.nodes(); }
  int node() const override { return group_.node(); }

  void barrier() override { MPI_Barrier(comm_); }

  void sleeping_barrier() override { group_.sleeping_barrier(); }

  void sum(std::span<std::int64_t> values) override {
    if (size_ == 1) return;
    group_.allreduce(values.data(), static_cast<int>(values.size()), MPI_INT64_T, MPI_SUM);
  }

  void max(std::span<double> values) override {
    if (size_ == 1) return;
    group_.allreduce(values.data(), static_cast<int>(values.size()), MPI_DOUBLE, MPI_MAX);
  }

  void broadcast(std::span<double> values) override {
    MPI_Bcast(values.data(), static_cast<int>(values.size()), MPI_DOUBLE, 0, comm_);
  }

  std::vector<std::string> gather(const std::string& text) override {
    const int length = static_cast<int>(text.size());
    std::vector<int> lengths(rank_ == 0 ? static_cast<std::size_t>(size_) : 0);
    MPI_Gather(&length, 1, MPI_INT, lengths.data(), 1, MPI_INT, 0, comm_);
    std::vector<int> offsets(lengths.size());
    std::exclusive_scan(lengths.begin(), lengths.end(), offsets.begin(), 0);
    const int total = std::accumulate(lengths.begin(), lengths.end(), 0);
    std::string joined(static_cast<std::size_t>(total), '\0');
    MPI_Gatherv(text.data(), length, MPI_CHAR, joined.data(), lengths.data(), offsets.data(), MPI_CHAR, 0, comm_);
    std::vector<std::string> texts(lengths.size());
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      texts[i] = joined.substr(static_cast<std::size_t>(offsets[i]), static_cast<std::size_t>(lengths[i]));
    }
    return texts;
  }

  void start_exchange(std::span<const Message> sends, std::span<const Message> receives) override {
    requests_.clear();
    for (const Message& receive : receives) {
      MPI_Irecv(receive.words.data(), static_cast<int>(receive.words.size()), MPI_UINT64_T, receive.peer, receive.tag,
                comm_, &requests_.emplace_back());
    }
    for (const Message& send : sends) {
      MPI_Isend(send.words.data(), static_cast<int>(send.words.size()), MPI_UINT64_T, send.peer, send.tag, comm_,
                &requests_.emplace_back());
    }
  }

  void finish_exchange() override {
    MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE);
  }

  void start_sum(std::span<std::int64_t> values) override {
    if (size_ == 1) return;
    MPI_Iallreduce(MPI_IN_PLACE, values.data(), static_cast<int>(values.size()), MPI_INT64_T, MPI_SUM, comm_, &sum_);
  }

  void finish_sum() override {
    if (size_ > 1) MPI_Wait(&sum_, MPI_STATUS_IGNORE);
  }

  std::unique_ptr<Communicator> part(bool belongs) override {
    MPI_Comm part = MPI_COMM_NULL;
    MPI_Comm_split(comm_, belongs ? 0 : MPI_UNDEFINED, rank_, &part);
    if (part == MPI_COMM_NULL) return nullptr;
    return std::make_unique<MpiCommunicator>(part, false);
  }

  Library library() const override {
    std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
    int length = 0;
    MPI_Get_library_version(text.data(), &length);
    std::string version(text.data(), static_cast<std::size_t>(length));
    if (const auto zero = version.find('\0'); zero != std::string::npos) version.resize(zero);
    int major = 0;
    int minor = 0;
    MPI_Get_version(&major, &minor);
    int level = MPI_THREAD_SINGLE;
    MPI_Query_thread(&level);
    return {name_of(version), number_of(version), std::to_string(major) + "." + std::to_string(minor),
            thread_level_name(level)};
  }

  MPI_Comm handle() const { return comm_; }

  [[noreturn]] void abort(int status) override {
    MPI_Abort(MPI_COMM_WORLD, status);
    std::abort();
  }

 private:
  static std::string name_of(const std::string& version) {
    for (const char* name : {"CRAY MPICH", "MPICH", "Open MPI", "Intel(R) MPI", "MVAPICH"}) {
      if (version.find(name) != std::string::npos) return name;
    }
    return version.substr(0, version.find_first_of(" \n"));
  }

  /// "4.0.2" of "MPICH Version:\t4.0.2\n..." and of "Open MPI v4.0.2, package: ...".
  static std::string number_of(const std::string& version) {
    const auto from = version.find_first_of("0123456789");
    if (from == std::string::npos) return version.substr(0, version.find('\n'));
    return version.substr(from, version.find_first_of(" ,\t\n", from) - from);
  }

  MPI_Comm comm_;
  bool world_;
  MpiGroup group_;
  int rank_ = 0;
  int size_ = 1;
  std::vector<MPI_Request> requests_;
  MPI_Request sum_ = MPI_REQUEST_NULL;
};

}  // namespace

MPI_Comm mpi_handle(Communicator& comm) { return dynamic_cast<MpiCommunicator&>(comm).handle(); }

ErrorsReturned::ErrorsReturned(MPI_Comm comm) : comm_(comm) {
  MPI_Comm_get_errhandler(comm_, &before_);
  MPI_Comm_set_errhandler(comm_, MPI_ERRORS_RETURN);
}

ErrorsReturned::~ErrorsReturned() {
  MPI_Comm_set_errhandler(comm_, before_);
  MPI_Errhandler_free(&before_);
}

void check_mpi(int error, const std::string& call) {
  if (error == MPI_SUCCESS) return;
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  int length = 0;
  MPI_Error_string(error, text.data(), &length);
  const std::string said(text.data(), static_cast<std::size_t>(length));
  throw BadInput("this MPI library cannot do " + call + ": " + said.substr(0, said.find('\n')));
}

std::unique_ptr<Communicator> start_world(int& argc, char**& argv) {
  start_mpi(argc, argv);
  auto world = std::make_unique<MpiCommunicator>(MPI_COMM_WORLD, true);
  check_world_size(world->size());
  return world;
}

}  // namespace trafficbench
