// Limits of made-up control groups: files in a folder that stands for the system's root.
#include "drivers/machine/control_groups.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <string>

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
