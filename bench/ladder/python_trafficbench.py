#!/usr/bin/env python3
"""Rung `python-trafficbench`: Python hands the road to the suite's kernels (docs/python.md), on one core or a thread on each.

OMP_NUM_THREADS says how many threads there are; without it there is one.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))  # PYTHONSAFEPATH leaves it out
from course import Rung, main, need  # noqa: E402

need("numpy", "trafficbench")
import trafficbench as tb  # noqa: E402


class PythonTrafficbench(Rung):
    name = "python-trafficbench"
    bytes_per_cell = 2
    threads = int(os.environ.get("OMP_NUM_THREADS", "1").split(",")[0])  # a list is for nested regions

    def __init__(self, cells, density, seed):
        self.road = tb.Road(cells, density, "mt19937", seed, threads=self.threads)

    def advance(self, steps, every):
        moves = self.road.advance(steps, "every" if every else "sampled")
        return moves.tolist() if every else [moves]

    def cells(self):
        return self.road.cells().tobytes()

    def cpus(self):
        """The caller's, and those of the threads that are bound to one each."""
        threads = [int(name) for name in os.listdir("/proc/self/task")]
        workers = [thread for thread in threads if thread != os.getpid() and len(os.sched_getaffinity(thread)) == 1]
        fields = [Path(f"/proc/self/task/{thread}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split() for thread in workers]
        return (super().cpus() + [int(each[36]) for each in fields])[: self.threads]


if __name__ == "__main__":
    main(PythonTrafficbench)
