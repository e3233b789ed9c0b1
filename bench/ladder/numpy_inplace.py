#!/usr/bin/env python3
"""Rung `numpy-inplace`: booleans, moved in place.

A cell is a byte that is true or false. What is worked out first is which cars move; then they leave and arrive. Two arrays
serve for all iterations, and none is made anew.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))  # PYTHONSAFEPATH leaves it out
from course import Rung, main, need  # noqa: E402
from start import draw_array  # noqa: E402

need("numpy")
import numpy as np  # noqa: E402


def move(road, moving, ahead_of_last):
    """Cars of `road` that can move do so; `moving` says which, the last one by the cell ahead of it."""
    np.greater(road[:-1], road[1:], out=moving[:-1])
    moving[-1] = road[-1] and not ahead_of_last
    np.logical_xor(road, moving, out=road)
    np.logical_or(road[1:], moving[:-1], out=road[1:])


class NumpyInplace(Rung):
    name = "numpy-inplace"
    bytes_per_cell = 4
    bits_per_cell = 16  # the road and what moves: a byte each

    def __init__(self, cells, density, seed):
        self.road = draw_array(cells, density, seed)
        self.moving = np.empty_like(self.road)

    def advance(self, steps, every):
        moves = []
        for iteration in range(1, steps + 1):
            move(self.road, self.moving, ahead_of_last=self.road[0])
            self.road[0] |= self.moving[-1]
            if every or iteration == steps:
                moves.append(int(np.count_nonzero(self.moving)))
        return moves

    def cells(self):
        return self.road.astype(np.uint8).tobytes()


if __name__ == "__main__":
    main(NumpyInplace)
