"""ReFrame base module for trafficbench tests"""

import json
import os

import reframe as rfm
import reframe.utility.sanity as sn

# The checkout that this file lies in; a copy of it elsewhere says where by TRAFFICBENCH_SOURCE.
SOURCE = os.environ.get(
    "TRAFFICBENCH_SOURCE", os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
)
REPORT = "report.json"


class TrafficbenchBase(rfm.RegressionTest):
    """Builds trafficbench from the checkout, runs one sweep, and takes the rates from its report"""

    valid_systems = ["cirrus-ex:compute", "archer2:compute"]
    valid_prog_environs = ["PrgEnv-gnu"]
    tags = {"performance", "applications"}
    maintainers = ["the trafficbench authors"]
    strict_check = True

    sourcesdir = SOURCE
    build_system = "CMake"
    modules = ["cmake"]
    time_limit = "20m"
    keep_files = [REPORT]

    kernel = "tiled"
    cells = "1e9"

    @run_before("compile")
    def set_up_build(self):
        """An out-of-tree build, without what needs more than compilers and MPI"""
        self.build_system.builddir = "build/reframe"
        self.build_system.max_concurrency = 8
        self.build_system.config_opts = [
            "-DCMAKE_BUILD_TYPE=Release",
            "-DTRAFFICBENCH_HWLOC=OFF",
            "-DTRAFFICBENCH_TESTS=OFF",
            "-DTRAFFICBENCH_BENCH=OFF",
        ]

    @run_before("run")
    def set_up_run(self):
        """Ranks and threads are bound by the suite itself: it is launched unbound"""
        self.executable = "build/reframe/bin/trafficbench"
        self.executable_opts = ["sweep", "--kernels", self.kernel, "--cells", self.cells]
        self.executable_opts += ["--ranks", str(self.num_tasks), "--threads", str(self.num_cpus_per_task)]
        self.executable_opts += ["--output", REPORT]
        self.env_vars = {
            "OMP_NUM_THREADS": str(self.num_cpus_per_task),
            "SRUN_CPUS_PER_TASK": str(self.num_cpus_per_task),
        }
        self.job.launcher.options = ["--distribution=block:block", "--cpu-bind=none"]

    def rows(self) -> list:
        """The rows of the report that were measured"""
        with open(os.path.join(self.stagedir, REPORT), encoding="utf-8") as file:
            return [row for row in json.load(file)["benchmarks"] if "skipped" not in row]

    @sanity_function
    def assert_verified(self):
        """Every row's final state was the exact one, and there are rows"""
        rows = self.rows()
        return sn.all([
            sn.assert_true(rows, "the report has no row"),
            *(sn.assert_true(row["verified"], f"not verified: {row['name']}") for row in rows),
        ])

    def rate(self, count: str) -> float:
        """Median rate in this counting mode, in MCOPs"""
        return next(row["mcops"] for row in self.rows() if row["count"] == count)

    @performance_function("MCOPs", perf_key="every")
    def extract_every(self) -> float:
        """Rate with the moves of every iteration counted"""
        return self.rate("every")

    @performance_function("MCOPs", perf_key="sampled")
    def extract_sampled(self) -> float:
        """Rate with the moves of the last iteration counted"""
        return self.rate("sampled")
