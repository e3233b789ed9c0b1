"""Builds the program as the site wants it built."""

import os
import shlex
import subprocess

from trafficbench_study import site_profile
from trafficbench_study.bad_input import BadInput
from trafficbench_tools.errors import FailedUnderWay
from trafficbench_tools.files import make_folder

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def folder_of(site, measures_io):
    """Where it is built. With modules of its own that of --io is another program."""
    name = "release" if site["scheduler"] == "none" else site["name"]
    return os.path.join(ROOT, "build", name + ("-io" if measures_io and site["io"]["setup"] else ""))


def program_of(site, measures_io):
    return os.path.join(folder_of(site, measures_io), "bin", "trafficbench")


def commands(site, measures_io):
    """The lines of shell that build it, in the repository's folder."""
    folder = os.path.relpath(folder_of(site, measures_io), ROOT)
    build = site["build"]
    words = ["cmake", "--preset", "release", "-B", folder, "-DTRAFFICBENCH_TESTS=OFF"]
    if site["scheduler"] != "none":  # at home scripts/run.sh uses the same folder
        words.append("-DTRAFFICBENCH_BENCH=OFF")
    if build["cc"]:
        words.append("-DCMAKE_C_COMPILER=" + build["cc"])
    if build["cxx"]:
        words.append("-DCMAKE_CXX_COMPILER=" + build["cxx"])
    words += build["cmake_options"]
    processes = os.cpu_count() if build["processes"] == "auto" else build["processes"]
    # Configured once; the build configures again by itself when a CMake file changes.
    configure = "[[ -f {0}/build.ninja || -f {0}/Makefile ]] || {1}".format(folder, " ".join(map(shlex.quote, words)))
    return site_profile.setup(site, measures_io) + [configure, "cmake --build {} --config Release -j {} --target trafficbench".format(folder, processes)]


def build(site, measures_io):
    folder = folder_of(site, measures_io)
    log = folder + ".log"
    make_folder(os.path.dirname(log))
    print("Building {} (log: {})".format(os.path.relpath(folder, ROOT), os.path.relpath(log, ROOT)), flush=True)
    # A login shell knows the module command; its errors there are not ours.
    script = "cd {} || exit 1\n{}".format(shlex.quote(ROOT), "\n".join(line + " || exit 1" for line in commands(site, measures_io)))
    try:
        with open(log, "w", encoding="utf-8") as file:
            status = subprocess.call(["bash", "-l", "-c", script], stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT)
    except OSError as error:
        raise FailedUnderWay("the build did not start: {}: {}".format(error.filename, error.strerror))
    program = program_of(site, measures_io)
    if status != 0 or not os.access(program, os.X_OK):
        with open(log, encoding="utf-8", errors="replace") as file:
            print("".join(file.readlines()[-20:]), end="")
        raise FailedUnderWay("the build failed; the whole log is {}".format(log))
    return program


def check_program(path):
    if not os.access(path, os.X_OK) or os.path.isdir(path):
        raise BadInput("program {} is missing or not executable: name a trafficbench program with --program".format(path))
    return os.path.abspath(path)
