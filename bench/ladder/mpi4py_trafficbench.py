#!/usr/bin/env python3
"""Rung `mpi4py-trafficbench`: the suite's kernels on every rank, a block of the road each, with halos that last for many iterations.

Ranks show each other `depth` cells of their edges, packed, and then make as many iterations alone (docs/python.md). The moves are
summed once for all iterations. Start it with the launcher of the MPI that mpi4py was built with.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))  # PYTHONSAFEPATH leaves it out
from course import keep_output_to_ourselves, main, need  # noqa: E402

need("numpy", "mpi4py", "trafficbench")
keep_output_to_ourselves()
import numpy as np  # noqa: E402
import trafficbench as tb  # noqa: E402
from mpi4py import MPI  # noqa: E402
from mpi4py_ranks import Mpi4pyRanks  # noqa: E402

DEPTH = 256  # iterations between exchanges, at most


class Mpi4pyTrafficbench(Mpi4pyRanks):
    name = "mpi4py-trafficbench"
    bytes_per_cell = 2
    bits_per_cell = None

    def __init__(self, cells, density, seed):
        first, count = self.take_block(cells)
        # A halo comes from one neighbour alone: no wider than the shortest block.
        self.depth = min(DEPTH, cells // self.ranks)
        self.block = tb.Segment(count, self.depth)
        self.block.load(tb.start(cells, density, "mt19937", seed, first, count))
        self.halos = np.zeros((2, (self.depth + 63) // 64), np.uint64)

    def advance(self, steps, every):
        block, depth = self.block, self.depth
        from_behind, from_ahead = self.halos
        moves = []
        for done in range(0, steps, depth):
            self.world.Sendrecv(block.read(0, depth), self.behind, recvbuf=from_ahead, source=self.ahead)
            self.world.Sendrecv(block.read(block.length - depth, depth), self.ahead, recvbuf=from_behind, source=self.behind)
            block.set_halo(from_behind, from_ahead)
            moves.append(block.advance(min(depth, steps - done), "every" if every else "sampled"))
        total = np.concatenate(moves) if every else np.array(moves[-1:])
        self.world.Allreduce(MPI.IN_PLACE, total)
        return total.tolist()

    def cells(self):
        words = self.block.read()
        own = np.unpackbits(words.view(np.uint8), bitorder="little", count=self.block.length).tobytes()
        parts = self.world.gather(own)
        return b"".join(parts) if self.rank == 0 else None


if __name__ == "__main__":
    main(Mpi4pyTrafficbench)
