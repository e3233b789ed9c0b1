#!/usr/bin/env python3
"""Rung `python`: lists and loops, nothing imported. Where the ladder stands.

A cell is an element of a list, 0 or 1. The list has one cell more at each end, a copy of the cell at the other end of the
road, so that the loop needs no special case where the ring closes.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))  # PYTHONSAFEPATH leaves it out
from course import Rung, main  # noqa: E402
from start import draw_lists  # noqa: E402


def close_ring(road):
    road[0] = road[-2]
    road[-1] = road[1]


def step(old, new):
    for i in range(1, len(old) - 1):
        if old[i]:
            new[i] = old[i + 1]  # stays if the cell ahead is taken
        else:
            new[i] = old[i - 1]  # filled by the car behind, if there is one


def step_counting(old, new):
    moves = 0
    for i in range(1, len(old) - 1):
        if old[i]:
            if old[i + 1]:
                new[i] = 1
            else:
                new[i] = 0
                moves += 1
        else:
            new[i] = old[i - 1]
    return moves


class PlainPython(Rung):
    name = "python"
    bytes_per_cell = 24
    step, step_counting = staticmethod(step), staticmethod(step_counting)

    def __init__(self, cells, density, seed):
        self.road = [0, *draw_lists(cells, density, seed), 0]
        self.other = [0] * (cells + 2)

    def advance(self, steps, every):
        moves = []
        for iteration in range(1, steps + 1):
            close_ring(self.road)
            if every or iteration == steps:
                moves.append(self.step_counting(self.road, self.other))
            else:
                self.step(self.road, self.other)
            self.road, self.other = self.other, self.road
        return moves

    def cells(self):
        return bytes(self.road[1:-1])


if __name__ == "__main__":
    main(PlainPython)
