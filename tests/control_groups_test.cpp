// Limits of made-up control groups: files in a folder that stands for the system's root.
#include "drivers/machine/control_groups.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "drivers/machine/memory.hpp"
#include "tests/temporary_folder.hpp"

namespace trafficbench {
namespace {

constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kGiB = std::int64_t{1} << 30;

class ControlGroups : public testing::Test {
 protected:
  void write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(root_.file(path)).parent_path());
    write_text(root_.file(path), text);
  }
  void write(const std::string& path, std::int64_t number) { write(path, std::to_string(number) + "\n"); }

  ControlGroupLimits limits() const { return read_control_groups(root_.file("")); }
  std::int64_t available() const { return available_memory(root_.file("")); }

 private:
  TemporaryFolder root_;
};

TEST_F(ControlGroups, SetNoLimitWhereNothingCanBeRead) {
  EXPECT_EQ(limits().memory_left, kUnlimited);
  EXPECT_TRUE(limits().cpu_quotas.empty());
  EXPECT_EQ(available(), kUnlimited);
  // Of a group that is named the files may be missing, or be folders, or hold something else.
  write("proc/self/cgroup", "0::/job/step\n1:cpu,memory:/job\nno colon\n::\n");
  EXPECT_EQ(limits().memory_left, kUnlimited);
  write("sys/fs/cgroup/job/step/memory.max/file", "");
  write("sys/fs/cgroup/job/step/cpu.max/file", "");
  write("sys/fs/cgroup/job/memory.max", "");
  write("sys/fs/cgroup/job/cpu.max", "fast 100000\n");
  write("sys/fs/cgroup/cpu.max", "100000\n");
  write("sys/fs/cgroup/cpu/job/cpu.cfs_quota_us", 100'000);  // of no period
  EXPECT_EQ(limits().memory_left, kUnlimited);
  EXPECT_TRUE(limits().cpu_quotas.empty());
}

TEST_F(ControlGroups, OfVersion2LeaveTheLeastOfAllThatAreNested) {
  write("proc/self/cgroup", "0::/slurm/job_7/step_0\n");
  write("sys/fs/cgroup/slurm/job_7/step_0/memory.max", "max\n");
  write("sys/fs/cgroup/slurm/job_7/step_0/memory.current", 1 * kGiB);
  EXPECT_EQ(limits().memory_left, kUnlimited);
  write("sys/fs/cgroup/slurm/job_7/memory.max", 16 * kGiB);
  write("sys/fs/cgroup/slurm/job_7/memory.current", 5 * kGiB);
  EXPECT_EQ(limits().memory_left, 11 * kGiB);
  write("sys/fs/cgroup/slurm/memory.max", 64 * kGiB);
  write("sys/fs/cgroup/slurm/memory.current", 60 * kGiB);
  EXPECT_EQ(limits().memory_left, 4 * kGiB);
  // Used up, and more: nothing is left, not less.
  write("sys/fs/cgroup/slurm/memory.current", 65 * kGiB);
  EXPECT_EQ(limits().memory_left, 0);
}

TEST_F(ControlGroups, OfAContainerMayBeTheRoot) {
  write("proc/self/cgroup", "0::/\n");
  write("sys/fs/cgroup/memory.max", 8 * kGiB);
  write("sys/fs/cgroup/memory.current", 1 * kGiB);
  write("sys/fs/cgroup/cpu.max", "150000 100000\n");
  EXPECT_EQ(limits().memory_left, 7 * kGiB);
  EXPECT_EQ(limits().cpu_quotas, (std::vector<CpuQuota>{{"/", 1.5}}));
  // The path may be the host's, and not exist here.
  write("proc/self/cgroup", "0::/docker/0123\n");
  EXPECT_EQ(limits().memory_left, 7 * kGiB);
  EXPECT_EQ(limits().cpu_quotas, (std::vector<CpuQuota>{{"/", 1.5}}));
}

TEST_F(ControlGroups, OfVersion1HaveAFolderForEachController) {
  write("proc/self/cgroup", "5:memory:/job/step\n4:cpu,cpuacct:/job\n3:cpuset:/other\n1:name=systemd:/\n0::/\n");
  write("sys/fs/cgroup/memory/job/step/memory.limit_in_bytes", 9223372036854771712);  // how version 1 says "none"
  write("sys/fs/cgroup/memory/job/step/memory.usage_in_bytes", 3 * kGiB);
  write("sys/fs/cgroup/cpu/job/cpu.cfs_quota_us", -1);  // likewise
  write("sys/fs/cgroup/cpu/job/cpu.cfs_period_us", 100'000);
  EXPECT_EQ(limits().memory_left, kUnlimited);
  EXPECT_TRUE(limits().cpu_quotas.empty());
  write("sys/fs/cgroup/memory/job/memory.limit_in_bytes", 4 * kGiB);
  write("sys/fs/cgroup/memory/job/memory.usage_in_bytes", 3 * kGiB);
  write("sys/fs/cgroup/cpu/job/cpu.cfs_quota_us", 250'000);
  EXPECT_EQ(limits().memory_left, 1 * kGiB);
  EXPECT_EQ(limits().cpu_quotas, (std::vector<CpuQuota>{{"/job", 2.5}}));
}

TEST_F(ControlGroups, OfAContainerAreFoundWhereTheyAreMounted) {
  // Version 1 in Docker: the path is the host's, and what is mounted is that group.
  write("proc/self/cgroup", "5:memory:/docker/0123/inner\n4:cpu,cpuacct:/docker/0123\n0::/docker/0123\n");
  write("proc/self/mountinfo",
        "20 1 0:20 / / rw - overlay overlay rw\n"
        "31 20 0:31 /docker/0123 /sys/fs/cgroup/cpu,cpuacct ro shared:9 master:2 - cgroup cgroup rw,cpu,cpuacct\n"
        "32 20 0:32 /docker/0123 /cgroup\\040one/memory ro - cgroup cgroup rw,memory\n");
  write("cgroup one/memory/memory.limit_in_bytes", 8 * kGiB);
  write("cgroup one/memory/memory.usage_in_bytes", 2 * kGiB);
  write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", 100'000);
  write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", 100'000);
  EXPECT_EQ(limits().memory_left, 6 * kGiB);
  EXPECT_EQ(limits().cpu_quotas, (std::vector<CpuQuota>{{"/", 1}}));
  write("cgroup one/memory/inner/memory.limit_in_bytes", 3 * kGiB);
  EXPECT_EQ(limits().memory_left, 3 * kGiB);
  // What stands on groups above the one that is mounted is told by it.
  write("cgroup one/memory/memory.stat", "cache 0\nhierarchical_memory_limit 4294967296\n");
  write("cgroup one/memory/inner/memory.limit_in_bytes", 9223372036854771712);
  EXPECT_EQ(limits().memory_left, 2 * kGiB);
}

TEST_F(ControlGroups, OfVersion2AreFoundWhereTheyAreMounted) {
  write("sys/fs/cgroup/unified/memory.max", 8 * kGiB);
  write("sys/fs/cgroup/unified/memory.current", 1 * kGiB);
  write("sys/fs/cgroup/unified/cpu.max", "100000 100000\n");
  const std::vector<CpuQuota> one{{"/", 1}};
  const auto mount = [&](const std::string& mounted) {
    write("proc/self/mountinfo", "41 31 0:38 " + mounted + " /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
  };
  // Kubernetes with the host's names; a name space of the container's own; a process that was moved into another group.
  for (const auto& [path, mounted] :
       {std::pair("/kubepods/pod7/0123", "/kubepods/pod7/0123"), {"/", "/"}, {"/", "/../.."}, {"/../other", "/"}}) {
    write("proc/self/cgroup", "0::" + std::string(path) + "\n");
    mount(mounted);
    EXPECT_EQ(limits().memory_left, 7 * kGiB) << path << " of " << mounted;
    EXPECT_EQ(limits().cpu_quotas, one) << path << " of " << mounted;
  }
  // Another container's name begins alike.
  write("proc/self/cgroup", "0::/docker/0123\n");
  mount("/docker/01");
  EXPECT_EQ(limits().cpu_quotas, one);
  // Mounted twice it is the same quota.
  write("proc/self/cgroup", "0::/\n");
  write("proc/self/mountinfo",
        "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
        "42 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
  EXPECT_EQ(limits().cpu_quotas, one);
}

TEST_F(ControlGroups, LeaveWhatHoldsOnlyFilesThatWereRead) {
  write("proc/self/cgroup", "0::/\n");
  write("sys/fs/cgroup/memory.max", 4 * kGiB);
  write("sys/fs/cgroup/memory.current", 4 * kGiB);
  EXPECT_EQ(limits().memory_left, 0);
  // Files in memory alone are not among them.
  write("sys/fs/cgroup/memory.stat",
        "anon 1073741824\nshmem 5\nfile 3221225472\ninactive_file 2147483648\n"
        "active_file 1073741824\n");
  EXPECT_EQ(limits().memory_left, 3 * kGiB);
  // The two files are not read at the same moment.
  write("sys/fs/cgroup/memory.current", 2 * kGiB);
  EXPECT_EQ(limits().memory_left, 4 * kGiB);

  write("proc/self/cgroup", "5:memory:/\n");
  write("sys/fs/cgroup/memory/memory.limit_in_bytes", 4 * kGiB);
  write("sys/fs/cgroup/memory/memory.usage_in_bytes", 3 * kGiB);
  write("sys/fs/cgroup/memory/memory.stat",
        "inactive_file 7\nhierarchical_memory_limit 9223372036854771712\n"
        "total_inactive_file 1073741824\ntotal_active_file 1073741824\n");
  EXPECT_EQ(limits().memory_left, 3 * kGiB);
}

TEST_F(ControlGroups, HaveEachItsQuota) {
  write("proc/self/cgroup", "0::/job/task_1\n");
  write("sys/fs/cgroup/job/task_1/cpu.max", "200000 100000\n");
  write("sys/fs/cgroup/job/cpu.max", "30000 10000\n");
  write("sys/fs/cgroup/cpu.max", "max 100000\n");
  EXPECT_EQ(limits().cpu_quotas, (std::vector<CpuQuota>{{"/job/task_1", 2}, {"/job", 3}}));
}

TEST_F(ControlGroups, LimitTheMemoryThatTheSystemSays) {
  write("proc/meminfo", "MemTotal:       33554432 kB\nMemFree:  1024 kB\nMemAvailable:   20971520 kB\nBuffers: 5 kB\n");
  EXPECT_EQ(available(), 20 * kGiB);
  write("proc/self/cgroup", "0::/job\n");
  write("sys/fs/cgroup/job/memory.max", 30 * kGiB);
  write("sys/fs/cgroup/job/memory.current", 1 * kGiB);
  EXPECT_EQ(available(), 20 * kGiB);
  write("sys/fs/cgroup/job/memory.max", 3 * kGiB);
  EXPECT_EQ(available(), 2 * kGiB);
}

TEST(AvailableMemory, IsSomethingHere) {
  EXPECT_GT(available_memory(), 0);
  EXPECT_LT(available_memory(), kUnlimited);
}

}  // namespace
}  // namespace trafficbench
