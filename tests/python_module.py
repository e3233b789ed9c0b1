"""Gives tests the package trafficbench of one build, starts Python programs that use it, and makes iterations by the rule."""

import importlib
import os
import random
import sys
import time
from pathlib import Path

import numpy
import pytest
from program import BUILD, CACHE_FOLDER, start

# Of the build, or where else it is installed (python_install_test.py).
FOLDER = Path(os.environ.get("TRAFFICBENCH_MODULE", BUILD / "python"))

# As for the program (program.environment): before OpenMP is loaded, which looks once.
os.environ["OMP_WAIT_POLICY"] = "passive"
os.environ["XDG_CACHE_HOME"] = CACHE_FOLDER.name
os.environ.pop("OMP_NUM_THREADS", None)

# -m pytest puts nothing in front of it that bears the name.
sys.path.insert(0, str(FOLDER))


def package():
    """The package; the test is skipped where the build has none."""
    if not FOLDER.is_dir():
        pytest.skip("this build has no Python module (TRAFFICBENCH_PYTHON_MODULE)", allow_module_level=True)
    return importlib.import_module("trafficbench")


def run_python(code, *arguments, launch=(), **how):
    """Runs Python code that may import trafficbench to its end."""
    return start([*launch, sys.executable, "-c", code, *arguments], env={"PYTHONPATH": str(FOLDER), **how.pop("env", {})}, **how)


def dice():
    """Random choices; pytest shows with a failure which."""
    seed = int(os.environ.get("TRAFFICBENCH_TEST_SEED", time.time_ns() % 10**6))
    print(f"Again: TRAFFICBENCH_TEST_SEED={seed}")
    return random.Random(seed)


def plain_step(cells):
    """The course's rule, and the cars that move."""
    ahead, behind = numpy.roll(cells, -1), numpy.roll(cells, 1)
    return numpy.where(cells == 1, ahead, behind), int(((cells == 1) & (ahead == 0)).sum())


def plain(cells, steps):
    """(cells after so many iterations, moves of each), by the rule."""
    moves = []
    for _ in range(steps):
        cells, moved = plain_step(cells)
        moves.append(moved)
    return cells, moves


def unpacked(words, length):
    return numpy.unpackbits(words.view(numpy.uint8), bitorder="little")[:length]
