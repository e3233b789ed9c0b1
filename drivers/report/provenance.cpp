#include "drivers/report/provenance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "drivers/base/utf8.hpp"
#include "drivers/machine/placement.hpp"
#include "drivers/machine/topology.hpp"
#include "drivers/report/parts.hpp"
#include "kernels/build.hpp"
#include "kernels/clock.hpp"
#include "kernels/isa.hpp"
#include "kernels/registry.hpp"
#include "version_info.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): not every libc declares it

namespace trafficbench {

namespace {

std::string formatted_now(const char* format) {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), format, &utc);
  return text.data();
}

/// Variables that steer threads, MPI, the scheduler and the loader; nothing private, such as the folders and addresses
/// of which Open MPI's launcher tells its processes.
bool is_relevant(std::string_view name) {
  constexpr std::array kPrivate{"OMPI_MCA_ess", "OMPI_MCA_initial_wdir", "OMPI_MCA_orte_"};
  if (std::ranges::any_of(kPrivate, [&](const char* prefix) { return name.starts_with(prefix); })) return false;
  constexpr std::array kPrefixes{"OMP_",
                                 "GOMP_",
                                 "KMP_",
                                 "LIBOMP",
                                 "MPICH_",
                                 "MPIR_",
                                 "OMPI_MCA_",
                                 "FI_",
                                 "UCX_",
                                 "PMI_",
                                 "CRAY_",
                                 "PE_ENV",
                                 "HWLOC_",
                                 "MALLOC_",
                                 "MV2_",
                                 "I_MPI_",
                                 "TRAFFICBENCH_ENERGY_ROOT",
                                 "TRAFFICBENCH_MOUNTINFO"};
  constexpr std::array kSlurm{"SLURM_JOB_ID",        "SLURM_JOB_NUM_NODES", "SLURM_JOB_PARTITION",
                              "SLURM_JOB_QOS",       "SLURM_NTASKS",        "SLURM_NTASKS_PER_NODE",
                              "SLURM_CPUS_PER_TASK", "SLURM_CPU_FREQ_REQ",  "SLURM_DISTRIBUTION",
                              "SLURM_HINT",          "SLURM_CPU_BIND",      "SRUN_CPUS_PER_TASK"};
  return std::ranges::any_of(kPrefixes, [&](const char* prefix) { return name.starts_with(prefix); }) ||
         std::ranges::find(kSlurm, name) != kSlurm.end();
}

Json environment() {
  Json variables = Json::object();
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || !is_relevant(text.substr(0, equals))) continue;
    variables[valid_utf8(text.substr(0, equals))] = valid_utf8(text.substr(equals + 1));
  }
  return variables;
}

Json scheduler_job() {
  struct Scheduler {
    const char* name;
    const char* variable;
  };
  constexpr Scheduler kSchedulers[] = {
      {"slurm", "SLURM_JOB_ID"}, {"pbs", "PBS_JOBID"}, {"lsf", "LSB_JOBID"}, {"flux", "FLUX_JOB_ID"}};
  for (const Scheduler& scheduler : kSchedulers) {
    const char* id = std::getenv(scheduler.variable);
    if (id != nullptr && *id != '\0') return {{"scheduler", scheduler.name}, {"id", valid_utf8(id)}};
  }
  return nullptr;
}

/// The launcher that the build, and an installation, puts beside the program.
std::string launcher_beside() {
  std::error_code unknown;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", unknown);
  if (unknown) return "unknown";
  const auto launcher = program.parent_path() / "trafficbench-mpiexec";
  return std::filesystem::exists(launcher, unknown) ? valid_utf8(launcher.string()) : "unknown";
}

}  // namespace

Json caches_of(const Machine& machine) {
  Json caches = Json::array();
  for (const Cache& cache : machine.caches) {
    Json entry = {{"type", cache.type}, {"level", cache.level}, {"size", cache.bytes}, {"num_sharing", cache.sharing}};
    // Virtual machines tell of caches without saying how large they are.
    if (are_caches(Json::array({entry}))) caches.push_back(std::move(entry));
  }
  return caches;
}

std::string utc_date() { return formatted_now("%Y-%m-%dT%H:%M:%SZ"); }
std::string utc_stamp() { return formatted_now("%Y%m%dT%H%M%SZ"); }

Json describe_run(Communicator& comm, const std::vector<std::string>& argv) {
  const Machine& machine = this_machine();
  std::set<std::string> hosts;
  for (const std::string& host : comm.gather(host_name())) hosts.insert(host);
  Json arguments = Json::array();
  for (const std::string& argument : argv) arguments.push_back(valid_utf8(argument));
  const std::string doubt = doubt_of(comm);
  const Communicator::Library library = comm.library();
  Json numa = Json::array();
  for (const NumaRegion& region : machine.numa) {
    numa.push_back({{"index", region.index}, {"cores", region.cores}, {"bytes", region.bytes}});
  }
  Json kernels = Json::array();
  for (const Variant* variant : variants()) {
    if (variant->kernel_class == KernelClass::update) kernels.push_back(variant->name);
  }
  Json isas = Json::array();
  for (const Isa& isa : built_isas()) isas.push_back(isa.name);
  isas.push_back(kGenericIsa);
  Json run = {{"version", kVersion},
              {"commit", kCommit},
              {"host", host_name()},
              {"hosts", hosts},
              {"cpu",
               {{"model", machine.cpu_model.empty() ? "unknown" : valid_utf8(machine.cpu_model)},
                {"cores", machine.cores},
                {"threads_per_core", machine.threads_per_core},
                {"logical_cpus", machine.cpus},
                {"clock_hz", measure_clock_hz()}}},
              {"caches", caches_of(machine)},
              {"numa", numa},
              {"mpi", nullptr},
              {"compiler", kCompiler},
              {"flags", kFlags},
              {"build_type", kBuildType},
              {"optimised", built_with_optimisation()},
              {"isas", isas},
              {"kernels", kernels},
              {"environment", environment()},
              {"job", scheduler_job()},
              {"date", utc_date()},
              {"argv", arguments},
              {"limits", nullptr}};
  if (const std::string revision = cpu_revision(); !revision.empty()) run["cpu"]["revision"] = valid_utf8(revision);
  if (hosts.empty()) run.erase("hosts");
  if (!doubt.empty()) run["note"] = doubt;
  if (!library.name.empty()) {
    run["mpi"] = {{"library", valid_utf8(library.name)},
                  {"version", library.version.empty() ? "unknown" : valid_utf8(library.version)},
                  {"standard", library.standard},
                  {"thread_level", library.thread_level}};
  }
  return run;
}

std::string version_text(Communicator& comm) {
  std::string isas;
  for (const Isa& isa : built_isas()) isas += (isas.empty() ? "" : ", ") + isa.name;
  const Communicator::Library library = comm.library();
  return fmt::format("trafficbench {} ({})\n{}, {} {}{}\nMPI: {}\nlauncher: {}\ninstruction sets: {}; in use: {}\n",
                     kVersion, kCommit, kCompiler, kBuildType, kFlags,
                     built_with_optimisation() ? "" : " (not optimised)",
                     library.name.empty() ? "none" : library.name + " " + library.version,
                     library.name.empty() ? "none" : launcher_beside(), isas, selected_isa());
}

}  // namespace trafficbench
