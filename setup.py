"""Lets CMake build and install the Python module: what `pip install .` calls. CMAKE_ARGS is added to what CMake is told."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).resolve().parent
# What the module can do without, so that little has to be there.
WITHOUT = ("MPI", "HWLOC", "PNG", "TESTS", "BENCH")


class CMakeBuild(build_ext):
    def run(self):
        build, prefix = Path(self.build_temp).resolve(), Path(self.build_lib).resolve()
        options = [f"-DTRAFFICBENCH_{part}=OFF" for part in WITHOUT]
        # -march=native and the machine that a wheel is for need not be one.
        options += ["-DTRAFFICBENCH_NATIVE=OFF", "-DTRAFFICBENCH_PYTHON_MODULE=ON", f"-DPython_EXECUTABLE={sys.executable}"]
        options += ["-DTRAFFICBENCH_PYTHON_FOLDER=.", *shlex.split(os.environ.get("CMAKE_ARGS", ""))]
        self.spawn(["cmake", "-S", str(ROOT), "-B", str(build), *options])
        self.spawn(["cmake", "--build", str(build), "--config", "Release", "--parallel", str(os.cpu_count()), "--target", "python_module"])
        self.spawn(["cmake", "--install", str(build), "--config", "Release", "--component", "python", "--prefix", str(prefix)])

    def spawn(self, command):
        try:
            subprocess.run(command, check=True)
        except FileNotFoundError:
            raise SystemExit(f"{command[0]} is needed to build trafficbench, and is not on the path") from None
        except subprocess.CalledProcessError as error:
            raise SystemExit(f"{command[0]} failed with status {error.returncode}: see above") from None


VERSION = re.search(r"project\(trafficbench VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text(encoding="utf-8"))[1]
setup(version=VERSION, ext_modules=[Extension("trafficbench._core", [])], cmdclass={"build_ext": CMakeBuild})
