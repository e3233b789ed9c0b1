#!/usr/bin/env python3
"""Rung `numpy-where`: the whole road in one expression.

A cell is an int of 32 bits, as in the course's loop. Each iteration makes a new array: where there is a car, the cell ahead
decides; elsewhere the cell behind does.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))  # PYTHONSAFEPATH leaves it out
from course import Rung, main, need  # noqa: E402
from start import draw_array  # noqa: E402

need("numpy")
import numpy as np  # noqa: E402


class NumpyWhere(Rung):
    name = "numpy-where"
    bytes_per_cell = 24
    bits_per_cell = 72  # the road and the new one, int32 each, and where cars are, a byte

    def __init__(self, cells, density, seed):
        self.ring = np.zeros(cells + 2, dtype=np.int32)  # a cell more at each end, where the ring closes
        self.road = self.ring[1:-1]
        self.road[:] = draw_array(cells, density, seed)

    def advance(self, steps, every):
        moves = []
        for iteration in range(1, steps + 1):
            self.ring[0], self.ring[-1] = self.ring[-2], self.ring[1]
            new = np.where(self.road == 1, self.ring[2:], self.ring[:-2])
            if every or iteration == steps:
                moves.append(int(np.count_nonzero(new < self.road)))  # cells that have lost their car
            self.road[:] = new
        return moves

    def cells(self):
        return self.road.astype(np.uint8).tobytes()


if __name__ == "__main__":
    main(NumpyWhere)
