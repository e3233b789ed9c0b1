"""Starts the program for the tests: trafficbench of one build, alone or on several ranks.

CMake says which build by TRAFFICBENCH_BUILD; by hand it is build/release:

    TRAFFICBENCH_BUILD=build/openmpi /usr/bin/python3 -m pytest tests/golden_test.py
"""

import json
import os
import random
import re
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BUILD = (ROOT / os.environ.get("TRAFFICBENCH_BUILD", "build/release")).resolve()
PROGRAM = BUILD / "bin" / "trafficbench"
YIELDING_WAITS = BUILD / "lib" / "yielding_waits.so"

# A call that takes longer hangs. Sanitizers and a busy machine are slow.
TIMEOUT_SECONDS = 300

CACHE_FOLDER = tempfile.TemporaryDirectory(prefix="trafficbench-cache-")

NO_MPI = "needs MPI: this build is without (TRAFFICBENCH_MPI=OFF), so nothing was tested on several ranks"


def launcher():
    """The launcher and its flags up to the number of ranks, as CMake chose them; None in a build without MPI."""
    text = (BUILD / "launcher.sh").read_text(encoding="utf-8")
    words = re.search(r"^launcher=\((.*)\)$", text, re.MULTILINE)
    return shlex.split(words[1]) or None if words else None


def wait_until(holds, what, seconds=TIMEOUT_SECONDS):
    """Fails the test if it does not hold in time."""
    limit = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < limit, f"waited {seconds} s in vain until {what}"
        time.sleep(0.005)


def ended(process, seconds=60):
    """(standard output, standard error) of a process at its end; kills it, and fails the test, if it does not end in time."""
    try:
        return process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        raise


def random_moments(count, longest):
    """Seconds from 0 to `longest`, others each time; pytest shows with a failure which."""
    seed = int(os.environ.get("TRAFFICBENCH_TEST_SEED", time.time_ns() % 10**6))
    print(f"Again: TRAFFICBENCH_TEST_SEED={seed}")
    dice = random.Random(seed)
    return [dice.uniform(0, longest) for _ in range(count)]


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
    # What starts keep for later ones is the user's, not the tests'.
    env["XDG_CACHE_HOME"] = CACHE_FOLDER.name
    # What another launcher has set round the tests is not for the program under test.
    for name in ["PMI_SIZE", "PMI_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", "SLURM_STEP_NUM_TASKS"]:
        env.pop(name, None)
    env.update(more or {})
    if YIELDING_WAITS.exists():  # MPICH's; Open MPI's is mpi_yield_when_idle
        env["LD_PRELOAD"] = " ".join(filter(None, [env.get("LD_PRELOAD"), str(YIELDING_WAITS)]))
    return env


def command(arguments, ranks=1):
    words = [str(PROGRAM), *map(str, arguments)]
    if ranks > 1:
        needs_ranks()
        words = [*launcher(), str(ranks), *words]
    return words


class NotEnded(AssertionError):
    """A command that took longer than it may; the text is what it had said."""


def start(words, cwd=None, env=None, timeout=TIMEOUT_SECONDS):
    """Runs a command to its end, with nothing to read; a subprocess.CompletedProcess with texts. Raises NotEnded."""
    words = [str(word) for word in words]
    try:
        return subprocess.run(
            words,
            capture_output=True,
            text=True,
            errors="surrogateescape",  # names of files may hold any bytes
            stdin=subprocess.DEVNULL,
            cwd=cwd,
            env=environment(env),
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as hang:
        said = b"".join(filter(None, [hang.stdout, hang.stderr])).decode("utf-8", "replace")
        raise NotEnded(f"not ended after {timeout} s: {shlex.join(words)}\n{said[-5000:]}") from hang


def call(*arguments, ranks=1, **how):
    """Runs the program to its end."""
    return start(command(arguments, ranks), **how)


def succeed(*arguments, **how):
    """Runs the program and returns its standard output; fails the test unless its status is 0."""
    done = call(*arguments, **how)
    assert done.returncode == 0, f"{arguments}: status {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def row_of(run, *arguments, ranks, **how):
    """The row that this `run` writes with these arguments; fails the test unless it is verified."""
    done = call(*run, *arguments, "--json", ranks=ranks, **how)
    assert done.returncode == 0, done.stderr
    row = json.loads(done.stdout)["benchmarks"][0]
    assert row["verified"], row
    return row


def own_lines(text):
    """Lines of standard error that the program wrote; an MPI launcher may add its own below a status that is not 0."""
    return [line for line in text.splitlines() if line.startswith("trafficbench: ")]


# Options of a sweep that waits for nothing: one repetition a visit; and one that looks in once.
QUICK = ["--spacing", "0", "--rounds", "1"]
ONE_VISIT = [*QUICK, "--visits", "1"]

# Little, and the same every time.
SMALL_SWEEP = {
    "--kernels": "naive,bitsliced,leap",
    "--cells": "1000,5e3",
    "--threads": "1",
    "--steps": "20",
    "--visits": "2",
    "--rounds": "1",
    "--spacing": "0",
}
SMALL_SWEEP_POINTS = 3 * 2 * 2


def small_sweep(**changes):
    """Arguments of the small sweep, some of them changed."""
    options = SMALL_SWEEP | {f"--{name.replace('_', '-')}": value for name, value in changes.items()}
    return ["sweep", *(word for option in options.items() for word in option)]


def save_road(folder, name="road", cells=1000, steps=10, *more):
    """A road file that the program has written."""
    succeed("run", "--cells", cells, "--steps", steps, *more, "--save", name, cwd=folder)
    return folder / name


def plain_files(folder):
    """What each plain file of a folder holds, and the names of what else is in it."""
    return {
        entry.name: Path(entry.path).read_bytes() if entry.is_file(follow_symlinks=False) else None
        for entry in os.scandir(folder)
    }


def one_line_of(done, name):
    """The line in which a command said what was wrong: the only one on standard error, with status 2."""
    said = f"status {done.returncode}\n{done.stdout}\n{done.stderr}"
    # OpenMP's own library may have a word to say about its own variables.
    lines = [line for line in done.stderr.splitlines() if line and not line.startswith(("libgomp:", "OMP: "))]
    assert done.returncode == 2 and len(lines) == 1 and lines[0].startswith(f"{name}: "), f"not refused in one line: {said}"
    return lines[0]


def refused(*arguments, word, ranks=1, cwd=None, env=None, before_all=True):
    """Asserts that the program refuses these arguments in the one way there is, and leaves `cwd` as it was.

    `word` is what the line must name. The line, which is one on any number of ranks, is returned. It comes before all
    that is printed, unless what is wrong shows later, in the cells of a road.
    """
    before = plain_files(cwd) if cwd else None
    done = call(*arguments, ranks=ranks, cwd=cwd, env=env)
    if ranks > 1:
        done.stderr = "\n".join(own_lines(done.stderr))
    line = one_line_of(done, "trafficbench")
    assert not (before_all and done.stdout), f"{arguments}: printed before it refused: {done.stdout}"
    assert word in line, f"{arguments}: no {word!r} in: {line}"
    assert not cwd or plain_files(cwd) == before, f"{arguments}: a file was left, changed or taken away"
    return line


def write_executable(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


def pretended(path, lines):
    """A trafficbench that is the real one but for these lines of Python, which find and change `out`, `err` and `status`."""
    return write_executable(
        path,
        f"#!{sys.executable}\nimport json, re, subprocess, sys\n"
        f"done = subprocess.run([{str(PROGRAM)!r}, *sys.argv[1:]], capture_output=True, text=True)\n"
        f"out, err, status = done.stdout, done.stderr, done.returncode\n{lines}"
        "print(out, end=''); sys.stderr.write(err); sys.exit(status)\n",
    )


def kernels():
    """Names of all kernel variants of this build, as `list` has them."""
    listed = json.loads(succeed("list", "--json"))["kernels"]
    return list(dict.fromkeys(entry["kernel"] for entry in listed))
