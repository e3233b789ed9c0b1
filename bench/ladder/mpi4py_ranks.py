#!/usr/bin/env python3
"""Rung `mpi4py`: `numpy-inplace` on every rank, a block of the road each.

In each iteration a rank shows its first cell to the rank behind and its last cell to the rank ahead, and the moves are summed
over all ranks. Start it with the launcher of the MPI that mpi4py was built with.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))  # PYTHONSAFEPATH leaves it out
from course import BadInput, Rung, keep_output_to_ourselves, main, need  # noqa: E402
from start import draw_array  # noqa: E402

need("numpy", "mpi4py")
keep_output_to_ourselves()
import numpy as np  # noqa: E402
from mpi4py import MPI  # noqa: E402
from numpy_inplace import move  # noqa: E402


class Mpi4pyRanks(Rung):
    name = "mpi4py"
    bytes_per_cell = 4
    bits_per_cell = 16  # the road and what moves: a byte each

    def __init__(self, cells, density, seed):
        first, count = self.take_block(cells)
        self.road = draw_array(cells, density, seed, first, count)
        self.moving = np.empty_like(self.road)

    def take_block(self, cells):
        """(first cell, cells) of this rank's block; it knows its neighbours then."""
        self.world = MPI.COMM_WORLD
        self.rank, self.ranks = self.world.Get_rank(), self.world.Get_size()
        if cells < self.ranks:
            raise BadInput(f"cells is {cells}: each of {self.ranks} ranks needs one; start fewer")
        self.behind, self.ahead = (self.rank - 1) % self.ranks, (self.rank + 1) % self.ranks
        first = cells * self.rank // self.ranks
        return first, cells * (self.rank + 1) // self.ranks - first

    def advance(self, steps, every):
        moves = []
        from_ahead, from_behind = np.empty(1, np.bool_), np.empty(1, np.bool_)
        for iteration in range(1, steps + 1):
            road = self.road
            self.world.Sendrecv(road[:1], self.behind, recvbuf=from_ahead, source=self.ahead)
            self.world.Sendrecv(road[-1:], self.ahead, recvbuf=from_behind, source=self.behind)
            arrives = from_behind[0] and not road[0]
            move(road, self.moving, ahead_of_last=from_ahead[0])
            road[0] |= arrives
            if every or iteration == steps:
                moves.append(self.world.allreduce(int(np.count_nonzero(self.moving))))
        return moves

    def cells(self):
        parts = self.world.gather(self.road.astype(np.uint8).tobytes())
        return b"".join(parts) if self.rank == 0 else None

    def library(self):
        return MPI.Get_library_version().strip("\x00"), list(MPI.Get_version()), MPI.Query_thread()

    # What every rank takes part in.
    def barrier(self):
        self.world.Barrier()

    def gather(self, value):
        return self.world.gather(value)

    def agree(self, problem):
        problems = [text for text in self.world.allgather(problem) if text]
        return problems[0] if problems else None

    @classmethod
    def rank_of_world(cls):
        return MPI.COMM_WORLD.Get_rank()


if __name__ == "__main__":
    main(Mpi4pyRanks)
