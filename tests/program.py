"""Starts the program for the tests: trafficbench of one build, alone or on several ranks.

CMake says which build by TRAFFICBENCH_BUILD; by hand it is build/release:

    TRAFFICBENCH_BUILD=build/openmpi /usr/bin/python3 -m pytest tests/golden_test.py
"""

import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BUILD = (ROOT / os.environ.get("TRAFFICBENCH_BUILD", "build/release")).resolve()
PROGRAM = BUILD / "bin" / "trafficbench"

# A call that takes longer hangs. Sanitizers and a busy machine are slow.
TIMEOUT_SECONDS = 300

NO_MPI = "needs MPI: this build is without (TRAFFICBENCH_MPI=OFF), so nothing was tested on several ranks"


def launcher():
    """The launcher and its flags up to the number of ranks, as CMake chose them; None in a build without MPI."""
    text = (BUILD / "launcher.sh").read_text(encoding="utf-8")
    words = re.search(r"^launcher=\((.*)\)$", text, re.MULTILINE)
    return shlex.split(words[1]) or None if words else None


def needs_ranks():
    if launcher() is None:
        pytest.skip(NO_MPI)


def environment(more=None):
    env = {key: value for key, value in os.environ.items() if not key.startswith("OMP_NUM_THREADS")}
    # Threads and ranks outnumber the cores in tests: those that wait must not take the core from those that work.
    env["OMP_WAIT_POLICY"] = "passive"
    for name in ["OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "OMPI_MCA_rmaps_base_oversubscribe"]:
        env[name] = "1"
    env["OMPI_MCA_mpi_yield_when_idle"] = "1"
    # What another launcher has set round the tests is not for the program under test.
    for name in ["PMI_SIZE", "PMI_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", "SLURM_STEP_NUM_TASKS"]:
        env.pop(name, None)
    env.update(more or {})
    return env


def command(arguments, ranks=1):
    words = [str(PROGRAM), *map(str, arguments)]
    if ranks > 1:
        needs_ranks()
        words = [*launcher(), str(ranks), *words]
    return words


def call(*arguments, ranks=1, cwd=None, env=None, timeout=TIMEOUT_SECONDS):
    """Runs the program to its end; a subprocess.CompletedProcess with texts."""
    return subprocess.run(
        command(arguments, ranks),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        cwd=cwd,
        env=environment(env),
        timeout=timeout,
        check=False,
    )


def succeed(*arguments, **how):
    """Runs the program and returns its standard output; fails the test unless its status is 0."""
    done = call(*arguments, **how)
    assert done.returncode == 0, f"{arguments}: status {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def own_lines(text):
    """Lines of standard error that the program wrote; an MPI launcher may add its own below a status that is not 0."""
    return [line for line in text.splitlines() if line.startswith("trafficbench: ")]


def kernels():
    """Names of all kernel variants of this build, as `list` has them."""
    listed = json.loads(succeed("list", "--json"))["kernels"]
    return list(dict.fromkeys(entry["kernel"] for entry in listed))
