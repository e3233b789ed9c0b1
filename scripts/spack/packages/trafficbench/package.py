# SPDX-License-Identifier: Apache-2.0

from spack.package import *


class Trafficbench(CMakePackage):
    """Hybrid MPI + OpenMP + SIMD benchmark suite built round the traffic cellular automaton."""

    license("Apache-2.0")

    # Built from a checkout: spack dev-build --source-path CHECKOUT trafficbench@=0.1.0
    version("0.1.0")

    variant("mpi", default=True, description="Build the program with MPI; off: one rank")
    variant("hwloc", default=True, description="Find caches and cores with hwloc; off: what the system files say")
    variant("png", default=True, description="Draw pictures as PNG; off: PGM only")
    variant("hdf5", default=False, when="+mpi", description="Write roads by parallel HDF5, too")
    variant("bench", default=False, description="Build the Google Benchmark programs")

    depends_on("c", type="build")
    depends_on("cxx", type="build")
    depends_on("cmake@3.24:", type="build")
    depends_on("highway@1.0.3:")
    depends_on("nlohmann-json@3.11:")
    depends_on("cli11@2.1:")
    depends_on("fmt@9.0:")
    depends_on("xxhash@0.8:")
    depends_on("mpi", when="+mpi")
    depends_on("hwloc@2.0:", when="+hwloc")
    depends_on("pkgconfig", type="build", when="+hwloc")
    depends_on("hdf5@1.10:+mpi", when="+hdf5")
    depends_on("libpng@1.6:", when="+png")
    depends_on("benchmark@1.7:", when="+bench")
    depends_on("googletest@1.11:", type="test")
    # Of the scripts that read reports; they say which packages they want.
    depends_on("python@3.9:", type="run")

    conflicts("%gcc@:10", msg="C++20 as g++ 11 has it is needed")
    conflicts("%clang@:13", msg="C++20 as clang 14 has it is needed")

    def cmake_args(self):
        return [
            self.define_from_variant("TRAFFICBENCH_MPI", "mpi"),
            self.define_from_variant("TRAFFICBENCH_HWLOC", "hwloc"),
            self.define_from_variant("TRAFFICBENCH_PNG", "png"),
            self.define_from_variant("TRAFFICBENCH_HDF5", "hdf5"),
            self.define_from_variant("TRAFFICBENCH_BENCH", "bench"),
            self.define("TRAFFICBENCH_TESTS", self.run_tests),
            # Spack sets the target, and its binaries may go to other machines.
            self.define("TRAFFICBENCH_NATIVE", False),
            self.define("TRAFFICBENCH_PYTHON_MODULE", False),
            # Nothing is fetched: what is missing is an error here.
            self.define("FETCHCONTENT_TRY_FIND_PACKAGE_MODE", "ALWAYS"),
            self.define("FETCHCONTENT_FULLY_DISCONNECTED", True),
        ]
