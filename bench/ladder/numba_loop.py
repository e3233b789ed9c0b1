#!/usr/bin/env python3
"""Rung `numba`: the loop of plain Python again, compiled at its first call.

A cell is an int of 32 bits. Compiling takes about a second, outside the timer.
"""

from course import Rung, main, need
from start import draw_array

need("numpy", "numba")
import numpy as np  # noqa: E402
from numba import njit  # noqa: E402


@njit
def step(old, new, counted):
    moves = 0
    cells = old.size - 2
    old[0] = old[cells]
    old[cells + 1] = old[1]
    for i in range(1, cells + 1):
        if old[i]:
            new[i] = old[i + 1]
        else:
            new[i] = old[i - 1]
    if counted:
        for i in range(1, cells + 1):
            moves += old[i] & (1 - old[i + 1])
    return moves


class NumbaLoop(Rung):
    name = "numba"
    bytes_per_cell = 16
    bits_per_cell = 64  # two arrays of int32

    def __init__(self, cells, density, seed):
        self.road = np.zeros(cells + 2, dtype=np.int32)
        self.road[1:-1] = draw_array(cells, density, seed)
        self.other = np.zeros_like(self.road)
        step(np.zeros(3, dtype=np.int32), np.zeros(3, dtype=np.int32), True)  # compiles

    def advance(self, steps, every):
        moves = []
        for iteration in range(1, steps + 1):
            counted = every or iteration == steps
            moved = step(self.road, self.other, counted)
            if counted:
                moves.append(int(moved))
            self.road, self.other = self.other, self.road
        return moves

    def cells(self):
        return self.road[1:-1].astype(np.uint8).tobytes()


if __name__ == "__main__":
    main(NumbaLoop)
