#!/usr/bin/env python3
"""Rung `numba`: the loops of plain Python themselves, compiled at their first call.

A cell is an int of 32 bits in an array, in place of an element of a list. Compiling is outside the timer.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))  # PYTHONSAFEPATH leaves it out
from course import keeps_compiled, main, need  # noqa: E402
from plain_python import PlainPython, step, step_counting  # noqa: E402
from start import draw_array  # noqa: E402

need("numpy", "numba")
import numpy as np  # noqa: E402
from numba import njit  # noqa: E402


class NumbaLoop(PlainPython):
    name = "numba"
    bytes_per_cell = 16
    bits_per_cell = 64  # two arrays of int32
    step, step_counting = (staticmethod(njit(cache=keeps_compiled())(loop)) for loop in (step, step_counting))

    def __init__(self, cells, density, seed):
        self.road = np.zeros(cells + 2, dtype=np.int32)
        self.road[1:-1] = draw_array(cells, density, seed)
        self.other = np.zeros_like(self.road)
        for loop in (self.step, self.step_counting):
            loop(np.zeros(3, dtype=np.int32), np.zeros(3, dtype=np.int32))  # compiles

    def cells(self):
        return self.road[1:-1].astype(np.uint8).tobytes()


if __name__ == "__main__":
    main(NumbaLoop)
