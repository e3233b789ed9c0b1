#!/usr/bin/env python3
"""Rung `numpy-where`: the whole road in one expression.

A cell is an int of 32 bits, as in the course's loop. Each iteration makes a new array: where there is a car, the cell ahead
decides; elsewhere the cell behind does.
"""

from course import Rung, main, need
from start import draw_array

need("numpy")
import numpy as np  # noqa: E402


class NumpyWhere(Rung):
    name = "numpy-where"
    bytes_per_cell = 24

    def __init__(self, cells, density, seed):
        self.road = draw_array(cells, density, seed).astype(np.int32)

    def advance(self, steps, every):
        moves = []
        for iteration in range(1, steps + 1):
            here = self.road
            ring = np.concatenate((here[-1:], here, here[:1]))
            self.road = np.where(here == 1, ring[2:], ring[:-2])
            if every or iteration == steps:
                moves.append(int(np.count_nonzero(self.road < here)))  # cells that have lost their car
        return moves

    def cells(self):
        return self.road.astype(np.uint8).tobytes()


if __name__ == "__main__":
    main(NumpyWhere)
