// One file by parallel HDF5, in which the road is one dataset. All ranks make all calls together.
#include <fmt/format.h>
#include <hdf5.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "drivers/base/bad_input.hpp"
#include "drivers/io/io_method.hpp"
#include "drivers/io/methods/mpiio_helpers.hpp"
#include "drivers/ranks/mpi_handle.hpp"

namespace trafficbench {

namespace {

constexpr const char* kDataset = "road";

/// Where the dataset may begin: at a multiple of 1 MiB, and so at the beginning of a stripe of Lustre, as the road does
/// in the files of other methods. What is before it and is not the library's own is a hole.
constexpr hsize_t kAlignment = hsize_t{1} << 20;

/// Before anything else is asked of the library.
void prepare_library() {
  static const bool is_done [[maybe_unused]] = [] {
    // A file that a failure left open would be written at the program's end, by one rank alone and after MPI.
    H5dont_atexit();
    // What goes wrong is told in one line, ours.
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    return true;
  }();
}

/// The innermost of what the last call says of its failure: the cause.
std::string cause() {
  std::string text = "no reason is given";
  const auto look = [](unsigned depth, const H5E_error2_t* error, void* found) -> herr_t {
    if (depth == 0 && error->desc != nullptr) *static_cast<std::string*>(found) = last_line_of(error->desc);
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, look, &text);
  return text;
}

/// A number by which the library knows something that is this rank's alone; given back at the end.
class Id {
 public:
  Id() = default;
  Id(hid_t number, herr_t (*give_back)(hid_t)) : number_(number), give_back_(give_back) {}
  Id(Id&& other) noexcept : number_(std::exchange(other.number_, H5I_INVALID_HID)), give_back_(other.give_back_) {}
  Id& operator=(Id&& other) noexcept {
    std::swap(number_, other.number_);
    std::swap(give_back_, other.give_back_);
    return *this;
  }
  ~Id() {
    if (number_ >= 0) give_back_(number_);
  }

  operator hid_t() const { return number_; }

 private:
  hid_t number_ = H5I_INVALID_HID;
  herr_t (*give_back_)(hid_t) = nullptr;
};

class Hdf5File final : public IoFiles {
 public:
  Hdf5File(const IoTask& task, int owner)
      : comm_(mpi_handle(*task.comm)),
        rank_(task.comm->rank()),
        path_(task.path),
        road_words_(static_cast<hsize_t>(task.dealing.blocks() * kBlockWords)),
        blocks_(task.dealing.of(owner)),
        most_(task.dealing.most()),
        hints_(task.hints) {}

  void open_to_write() override {
    const Id access = access_list("write");
    // The library does not say whether it has made the file, or failed since there is one.
    is_made_ = rank_ == 0 && ::access(path_.c_str(), F_OK) != 0;
    file_ = H5Fcreate(path_.c_str(), H5F_ACC_EXCL, H5P_DEFAULT, access);
    check(file_, "write", "H5Fcreate");
    bytes_ = 0;
    // One stretch of the file, which has its place from now on (parallel HDF5 knows no other way) and in which nothing
    // is written: a fill would write the road once before it is written.
    const Id creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    check(H5Pset_layout(creation, H5D_CONTIGUOUS), "write", "H5Pset_layout");
    check(H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY), "write", "H5Pset_alloc_time");
    check(H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER), "write", "H5Pset_fill_time");
    const Id extent(H5Screate_simple(1, &road_words_, nullptr), H5Sclose);
    check(extent, "write", "H5Screate_simple");
    dataset_ = H5Dcreate2(file_, kDataset, H5T_STD_U64LE, extent, H5P_DEFAULT, creation, H5P_DEFAULT);
    check(dataset_, "write", "H5Dcreate2");
    prepare_transfers("write");
  }

  void open_to_read() override {
    bytes_ = static_cast<std::int64_t>(kAlignment + sizeof(std::uint64_t) * road_words_);
    const Id access = access_list("read");
    file_ = H5Fopen(path_.c_str(), H5F_ACC_RDONLY, access);
    check(file_, "read", "H5Fopen");
    dataset_ = H5Dopen2(file_, kDataset, H5P_DEFAULT);
    check(dataset_, "read", "H5Dopen2");
    prepare_transfers("read");
    if (H5Sget_simple_extent_npoints(in_file_) != static_cast<hssize_t>(road_words_)) {
      throw WorkFailed(fmt::format("cannot read {}: its dataset {} is of another size", path_, kDataset));
    }
  }

  void write(BlockSource& source) override {
    const std::string failure = each_call("H5Dwrite", source.piece(), [&](const Call& call) {
      const auto words = call.count > 0 ? source.blocks(call.first, call.count) : std::span<const std::uint64_t>();
      return H5Dwrite(dataset_, H5T_NATIVE_UINT64, call.in_memory, in_file_, transfer_, words.data());
    });
    if (failure.empty()) return;
    unlock_file(path_);
    throw failed("write", failure);
  }

  void read(BlockSink& sink) override {
    const std::string failure = each_call("H5Dread", sink.piece(), [&](const Call& call) {
      const auto words = call.count > 0 ? sink.room(call.first, call.count) : std::span<std::uint64_t>();
      const herr_t outcome = H5Dread(dataset_, H5T_NATIVE_UINT64, call.in_memory, in_file_, transfer_, words.data());
      if (call.count > 0) sink.filled(call.first, call.count);
      return outcome;
    });
    if (!failure.empty()) throw failed("read", failure);
  }

  /// The library writes what it has of the file, and its driver for MPI then calls MPI_File_sync.
  void sync() override { check(H5Fflush(file_, H5F_SCOPE_GLOBAL), "write to the disk", "H5Fflush"); }

  void close() override {
    in_file_ = {};
    transfer_ = {};
    std::string failure;
    const auto give_up = [&](hid_t& number, const char* call, herr_t (*close_it)(hid_t)) {
      if (number < 0) return;
      if (close_it(std::exchange(number, H5I_INVALID_HID)) < 0 && failure.empty()) {
        failure = fmt::format("{}: {}", call, cause());
      }
    };
    give_up(dataset_, "H5Dclose", H5Dclose);
    give_up(file_, "H5Fclose", H5Fclose);
    if (!failure.empty()) throw failed("close", failure);
  }

  std::string path() const override { return blocks_.count > 0 ? path_ : std::string(); }
  std::string made() const override { return is_made_ ? path_ : std::string(); }
  std::int64_t files() const override { return 1; }
  Hints hints() const override { return hints_in_force_; }

 private:
  WorkFailed failed(const char* doing, const std::string& said) const {
    return library_failure(doing, path_, bytes_, said, hints_);
  }

  void check(hid_t outcome, const char* doing, const char* call) const {
    if (outcome < 0) throw failed(doing, fmt::format("{}: {}", call, cause()));
  }

  /// How the file is opened: by all ranks together, through MPI-IO, the library's own data moved together, too.
  Id access_list(const char* doing) const {
    prepare_library();
    MPI_File_set_errhandler(MPI_FILE_NULL, MPI_ERRORS_RETURN);
    Id access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    check(access, doing, "H5Pcreate");
    check(H5Pset_fapl_mpio(access, comm_, MpiHints(hints_).get()), doing, "H5Pset_fapl_mpio");
    check(H5Pset_all_coll_metadata_ops(access, true), doing, "H5Pset_all_coll_metadata_ops");
    check(H5Pset_coll_metadata_write(access, true), doing, "H5Pset_coll_metadata_write");
    check(H5Pset_alignment(access, kBlockBytes, kAlignment), doing, "H5Pset_alignment");
    return access;
  }

  void prepare_transfers(const char* doing) {
    in_file_ = Id(H5Dget_space(dataset_), H5Sclose);
    check(in_file_, doing, "H5Dget_space");
    transfer_ = Id(H5Pcreate(H5P_DATASET_XFER), H5Pclose);
    check(transfer_, doing, "H5Pcreate");
    check(H5Pset_dxpl_mpio(transfer_, H5FD_MPIO_COLLECTIVE), doing, "H5Pset_dxpl_mpio");
    void* handle = nullptr;
    check(H5Fget_vfd_handle(file_, H5P_DEFAULT, &handle), doing, "H5Fget_vfd_handle");
    hints_in_force_ = trafficbench::hints_in_force(*static_cast<MPI_File*>(handle));
  }

  /// Selects `count` of the owner's blocks in the file, from its `first` on, and returns what lies as they do in
  /// memory.
  Id select(std::int64_t first, std::int64_t count) const {
    const auto words = static_cast<hsize_t>(std::max<std::int64_t>(count, 1) * kBlockWords);
    Id in_memory(H5Screate_simple(1, &words, nullptr), H5Sclose);
    if (count == 0) {
      H5Sselect_none(in_memory);
      H5Sselect_none(in_file_);
      return in_memory;
    }
    const hsize_t block = kBlockWords;
    const hsize_t start = static_cast<hsize_t>(blocks_[first]) * block;
    const hsize_t stride = static_cast<hsize_t>(blocks_.stride) * block;
    const auto blocks = static_cast<hsize_t>(count);
    H5Sselect_hyperslab(in_file_, H5S_SELECT_SET, &start, &stride, &blocks, &block);
    return in_memory;
  }

  /// One call of all ranks: `count` of the owner's blocks from its `first` on; count is 0 where the owner has no more.
  struct Call {
    Id in_memory;
    std::int64_t first = 0;
    std::int64_t count = 0;
  };

  /// `most`: blocks at once. All calls are made, whatever became of one: others may be waiting in them. Returns the
  /// first failure.
  template <typename Move>
  std::string each_call(const char* name, std::int64_t most, const Move& move) {
    std::string failure;
    each_piece(most_, std::min(kPieceBlocks, most), [&](std::int64_t first, std::int64_t blocks) {
      const std::int64_t count = std::clamp<std::int64_t>(blocks_.count - first, 0, blocks);
      const bool moved = move(Call{select(first, count), first, count}) >= 0;
      if (!failure.empty()) return;
      if (!moved) failure = fmt::format("{}: {}", name, cause());
      // The library goes on without the others where it cannot do with them, and says so only if asked.
      std::uint32_t own_cause = 0;
      std::uint32_t any_cause = 0;
      if (moved && H5Pget_mpio_no_collective_cause(transfer_, &own_cause, &any_cause) >= 0 && any_cause != 0) {
        failure = fmt::format("{} was not collective: cause 0x{:x}", name, any_cause);
      }
    });
    return failure;
  }

  MPI_Comm comm_;
  int rank_;
  std::string path_;
  hsize_t road_words_;
  BlockRun blocks_;
  std::int64_t most_;  // blocks of any rank
  Hints hints_;
  Hints hints_in_force_;
  std::optional<std::int64_t> bytes_;  // that the file must have by now; nothing: it may not be there
  // Closing these is collective: the driver does it. What is open at the end belongs to a launch that is about to end.
  hid_t file_ = H5I_INVALID_HID;
  hid_t dataset_ = H5I_INVALID_HID;
  Id in_file_;  // the dataset's extent, and what is selected of it
  Id transfer_;
  bool is_made_ = false;
};

}  // namespace

std::string why_no_hdf5() { return {}; }

// That of the headers: the library ends a program that was compiled with those of another.
std::string hdf5_version() { return fmt::format("{}.{}.{}", H5_VERS_MAJOR, H5_VERS_MINOR, H5_VERS_RELEASE); }

std::unique_ptr<IoFiles> make_hdf5_file(const IoTask& task, int owner) {
  return std::make_unique<Hdf5File>(task, owner);
}

}  // namespace trafficbench
