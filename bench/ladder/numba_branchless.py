#!/usr/bin/env python3
"""Rung `numba-branchless`: bytes, a loop without branches, and a piece of the road for each thread.

The compiler makes vector instructions of such a loop. Cars that have left are counted eight at a time, while the cells are in
the cache. NUMBA_NUM_THREADS says how many threads there are; without it there is one for each logical CPU.
"""

import ctypes
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))  # PYTHONSAFEPATH leaves it out
from course import Rung, keeps_compiled, main, need  # noqa: E402
from start import draw_array  # noqa: E402

need("numpy", "numba")
import numpy as np  # noqa: E402
from numba import get_num_threads, njit, prange  # noqa: E402

EDGE = 8  # cells of the array before the road and behind it: the road begins at a whole word
# A byte of a word counts up to 255 cars.
BLOCK = 8 * 255
LOW_BYTES = np.uint64(0x00FF00FF00FF00FF)
SUM_OF_PAIRS = np.uint64(0x0001000100010001)
CACHE = keeps_compiled()
# The system's own functions, of which numba keeps no compiled call.
cpu_of_thread, bind_thread = ctypes.CDLL(None).sched_getcpu, ctypes.CDLL(None).sched_setaffinity
cpu_of_thread.argtypes, cpu_of_thread.restype = (), ctypes.c_int
bind_thread.argtypes, bind_thread.restype = (ctypes.c_int, ctypes.c_size_t, ctypes.c_void_p), ctypes.c_int


@njit(cache=CACHE)
def move(old, new):
    for i in range(1, old.size - 1):
        new[i] = (old[i] & old[i + 1]) | (old[i - 1] & ~old[i])


@njit(cache=CACHE)
def left(old, new):
    """Cars that have left the cells of a block."""
    words = old.size // 8
    before, after = old[: 8 * words].view(np.uint64), new[: 8 * words].view(np.uint64)
    by_byte = np.uint64(0)
    for i in range(words):
        by_byte += before[i] & ~after[i]
    by_pair = (by_byte & LOW_BYTES) + ((by_byte >> np.uint64(8)) & LOW_BYTES)
    moves = np.int64((by_pair * SUM_OF_PAIRS) >> np.uint64(48))
    for i in range(8 * words, old.size):
        moves += old[i] & ~new[i]
    return moves


@njit(cache=CACHE)
def bound(cells, piece, pieces):
    """Where a piece of the road begins in the array."""
    return EDGE + (cells if piece == pieces else cells * piece // pieces // BLOCK * BLOCK)


@njit(parallel=True, cache=CACHE)
def step(old, new, counted, pieces):
    cells = old.size - 2 * EDGE
    moves = 0
    for piece in prange(pieces):
        first, end = bound(cells, piece, pieces), bound(cells, piece + 1, pieces)
        if counted:
            for at in range(first, end, BLOCK):
                to = min(at + BLOCK, end)
                move(old[at - 1 : to + 1], new[at - 1 : to + 1])
                moves += left(old[at:to], new[at:to])
        else:
            move(old[first - 1 : end + 1], new[first - 1 : end + 1])
    return moves


@njit(parallel=True, cache=CACHE)
def clear(road, pieces):
    """Each thread is the first to touch its piece, so that it lies in the memory near to it."""
    for piece in prange(pieces):
        road[bound(road.size - 2 * EDGE, piece, pieces) : bound(road.size - 2 * EDGE, piece + 1, pieces)] = 0


@njit(parallel=True)
def bind_threads(masks):
    for piece in prange(masks.shape[0]):
        bind_thread(0, 8 * masks.shape[1], masks[piece].ctypes)


def masks_of(cpus):
    """For each CPU the bits that stand for it alone."""
    masks = np.zeros((len(cpus), max(cpus) // 64 + 1), np.uint64)
    for mask, cpu in zip(masks, cpus):
        mask[cpu // 64] = 1 << (cpu % 64)
    return masks


@njit(parallel=True)
def seen(pieces):
    cpus = np.empty(pieces, np.int64)
    for piece in prange(pieces):
        cpus[piece] = cpu_of_thread()
    return cpus


class NumbaBranchless(Rung):
    name = "numba-branchless"
    bytes_per_cell = 5
    bits_per_cell = 16  # the road and the new one: a byte each
    threads = get_num_threads()

    def __init__(self, cells, density, seed):
        cpus = sorted(os.sched_getaffinity(0))
        if 1 < self.threads == len(cpus):
            bind_threads(masks_of(cpus))
        self.road, self.other = (np.empty(cells + 2 * EDGE, dtype=np.uint8) for _ in range(2))
        clear(self.road, self.threads)
        clear(self.other, self.threads)
        self.road[EDGE:-EDGE] = draw_array(cells, density, seed)
        short = np.zeros(1 + 2 * EDGE, dtype=np.uint8)
        step(short, short.copy(), True, self.threads)  # compiles

    def advance(self, steps, every):
        moves = []
        for iteration in range(1, steps + 1):
            road, counted = self.road, every or iteration == steps
            road[EDGE - 1], road[-EDGE] = road[-EDGE - 1], road[EDGE]
            moved = step(road, self.other, counted, self.threads)
            if counted:
                moves.append(int(moved))
            self.road, self.other = self.other, road
        return moves

    def cells(self):
        return self.road[EDGE:-EDGE].tobytes()

    def cpus(self):
        return super().cpus() if self.threads == 1 else [int(cpu) for cpu in seen(self.threads)]


if __name__ == "__main__":
    main(NumbaBranchless)
