"""The Python rungs of the ladder for the tests: how they are started, and the model that they are held against."""

import importlib
import importlib.util
import json
import os
import sys
import tempfile

import pytest
from program import BUILD, PROGRAM, ROOT, start, succeed
from script import run_script

sys.path.insert(1, str(ROOT / "bench" / "ladder"))
from start import draw_lists  # noqa: E402

from trafficbench_tools.ladder import rungs  # noqa: E402

# What numba has compiled serves the next launch too. It reads this when it is imported.
COMPILED = tempfile.TemporaryDirectory(prefix="numba-")
os.environ.setdefault("NUMBA_CACHE_DIR", COMPILED.name)
# Their module trafficbench is the build's, here and in what is started.
rungs.use_module_of(PROGRAM)
sys.path.append(str(BUILD / "python"))
SCRIPTS = {name: ROOT / "bench" / "ladder" / program.file for name, program in rungs.PYTHON_RUNGS.items()}


def lacking(name):
    return [module for module in rungs.PYTHON_RUNGS[name].modules if importlib.util.find_spec(module) is None]


def needs(name):
    for module in lacking(name):
        pytest.skip(f"needs {module} (Debian: python3-{module})")


def start_rung(name, *arguments, ranks=1, cwd=None):
    needs(name)
    if ranks == 1:
        for module in rungs.PYTHON_RUNGS[name].modules:
            importlib.import_module(module)  # here, and so once for all forks; MPI begins with mpi4py.MPI only
        return run_script(SCRIPTS[name], *arguments, cwd=cwd, env={"NUMBA_CACHE_DIR": os.environ["NUMBA_CACHE_DIR"]})
    launcher, reason = rungs.launcher_of_mpi4py(sys.executable)
    if reason:
        pytest.skip(f"needs a launcher for mpi4py: {reason}")
    return start([*launcher, ranks, sys.executable, SCRIPTS[name], *arguments], cwd=cwd)


def rung(name, *arguments, ranks=1):
    """What a rung says in JSON."""
    done = start_rung(name, "--json", *arguments, ranks=ranks)
    assert done.returncode == 0, f"{name} {arguments}: status {done.returncode}\n{done.stderr}"
    return json.loads(done.stdout)


def moved(road):
    """One iteration, straight from the definition: the new road and how many cars moved."""
    cells = len(road)
    new = [0] * cells
    moves = 0
    for cell, car in enumerate(road):
        ahead = (cell + 1) % cells
        if car and not road[ahead]:
            new[ahead] = 1
            moves += 1
        elif car:
            new[cell] = 1
    return new, moves


def model(cells, density, seed, steps):
    road = draw_lists(cells, density, seed)
    moves = []
    for _ in range(steps):
        road, made = moved(road)
        moves.append(made)
    return road, moves


def saved(path, cells, density, seed, steps):
    """A road file that the program has written: after `steps` iterations, counted from the start state mt19937."""
    options = ["--cells", cells, "--density", density, "--seed", seed, "--steps", steps, "--threads", 1]
    succeed("run", "--init", "mt19937", *options, "--save", path)
    return path
