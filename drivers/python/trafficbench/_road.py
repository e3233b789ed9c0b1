"""Whole roads."""

from __future__ import annotations

import os
from typing import Any, Optional, Tuple, Union

import numpy
from numpy.typing import NDArray

from trafficbench import _core as compiled
from trafficbench._advancing import Advancing
from trafficbench._arguments import cells_of, count_of, number_of, path_of, shown, text_of, threads_of, whole

DEFAULT_WINDOW = 1000


class Road(Advancing):
    """A ring road that is advanced by one of the suite's kernels.

    Road(length, density=0.52, init="philox", seed=5743, kernel="auto", threads=None)

    length   cells, from 1 up to 2^40
    density  the chance that a cell has a car, 0 to 1
    init     the start state, as `trafficbench run --init` has it: "philox"; "uni", the course's programs in C and Fortran;
             "mt19937", its programs in numpy; "pattern:1100", repeated; "file:PATH", a road of that length that was saved
    seed     of a random start state
    kernel   the name of one of kernels(); "auto" is the fastest that makes every iteration
    threads  that share the work, the caller among them; None: OMP_NUM_THREADS if that is set, else all cores that this process may
             use, or 1 in a program that was launched as several ranks

    A road is for one thread at a time. Long calls let other threads of Python run, and can be interrupted (Ctrl-C): the road is
    then whole, after as many iterations as `iteration` says. Where the caller runs is never changed; the other threads are bound
    to a core each, except in a program of several ranks.

    Raises ValueError, TypeError, MemoryError; RuntimeError where another thread is in a call, and after a fork.
    """

    __slots__ = ()

    _core: compiled.Road

    def __init__(
        self,
        length: int,
        density: float = 0.52,
        init: str = "philox",
        seed: int = 5743,
        kernel: str = "auto",
        threads: Optional[int] = None,
    ) -> None:
        self._core = compiled.Road.make(
            whole(length, "length"),
            number_of(density, "density"),
            os.fsencode(text_of(init, "init")),
            whole(seed, "seed"),
            text_of(kernel, "kernel"),
            threads_of(threads),
        )

    @classmethod
    def _of(cls, core: compiled.Road) -> "Road":
        road = cls.__new__(cls)
        road._core = core
        return road

    @classmethod
    def from_cells(cls, cells: NDArray[Any], kernel: str = "auto", threads: Optional[int] = None) -> "Road":
        """A road of these cells, an array of one dimension, of whole numbers or bool: 1 is a car, 0 an empty cell."""
        core = compiled.Road.from_cells(cells_of(cells), text_of(kernel, "kernel"), threads_of(threads))
        return cls._of(core)

    @classmethod
    def load(
        cls, path: Union[str, "os.PathLike[str]"], kernel: str = "auto", threads: Optional[int] = None
    ) -> "Road":
        """The road that save(), or `trafficbench run --save`, wrote. Raises ValueError if it is none, or damaged."""
        return cls._of(compiled.Road.load(path_of(path), text_of(kernel, "kernel"), threads_of(threads)))

    def save(self, path: Union[str, "os.PathLike[str]"], replace: bool = False) -> None:
        """Writes the road to a file, 8 cells a byte, with its iteration and hash. The file appears whole or not at all.

        Raises ValueError where a file has that name and `replace` is not set; OSError if it cannot be written.
        """
        self._core.save(path_of(path), bool(replace))

    @property
    def cars(self) -> int:
        """Cars on the road."""
        return self._core.cars

    @property
    def density(self) -> float:
        """Cars a cell."""
        return self.cars / self.length

    @property
    def iteration(self) -> int:
        """Iterations since the start state."""
        return self._core.iteration

    @property
    def velocity(self) -> Optional[float]:
        """Average velocity in the last iteration: cars that moved, over all cars. None before one was made here; 0 without cars."""
        moves = self._core.last_moves
        if moves < 0:
            return None
        return moves / self.cars if self.cars else 0.0

    @property
    def hash(self) -> str:
        """A hash of the cells, 16 hexadecimal digits, as in road files and reports: equal roads have equal ones. Reads all cells."""
        return format(self._core.hash(), "016x")

    def packed(self) -> NDArray[numpy.uint64]:
        """All cells, packed: ceil(length / 64) words; bits past the last cell are 0."""
        return self._core.packed()

    def cells(self, first: int = 0, count: Optional[int] = None) -> NDArray[numpy.uint8]:
        """Cells [first, first + count), a byte each; without `count` all from `first` on."""
        begin = whole(first, "first")
        return self._core.cells(begin, count_of(count, begin, self.length))

    def space_time(self, steps: int, window: Optional[Tuple[int, int]] = None) -> NDArray[numpy.uint8]:
        """A picture: the cells of a window as they are, and after each of `steps` iterations, which it makes.

        window is (first cell, number of cells); None: the first 1000, or all of a shorter road. Returns an array of shape (steps + 1,
        number of cells), 1 where a car is.
        """
        if window is None:
            first, count = 0, min(DEFAULT_WINDOW, self.length)
        else:
            try:
                first, count = window
            except (TypeError, ValueError):
                raise TypeError(f"window is {shown(window)}: expected (first cell, number of cells)") from None
        return self._core.space_time(
            whole(steps, "steps"), whole(first, "first cell of the window"), whole(count, "cells of the window")
        )

    def __repr__(self) -> str:
        return (
            f"<trafficbench.Road of {self.length} cells, {self.cars} cars, iteration {self.iteration}, "
            f"{self._at_work()}>"
        )


def start(
    length: int,
    density: float = 0.52,
    init: str = "philox",
    seed: int = 5743,
    first: int = 0,
    count: Optional[int] = None,
) -> NDArray[numpy.uint64]:
    """Cells [first, first + count) of the start state that Road has for the same arguments, packed; without `count` all from `first`
    on. With "philox" a part costs what it is long, so that each rank of a program makes its own."""
    cells, begin = whole(length, "length"), whole(first, "first")
    return compiled.start(
        cells,
        number_of(density, "density"),
        os.fsencode(text_of(init, "init")),
        whole(seed, "seed"),
        begin,
        count_of(count, begin, cells),
    )


def exact(road: NDArray[Any], steps: int) -> NDArray[numpy.uint8]:
    """The ring `road` after `steps` iterations, by the closed form: an array of cells to an array of as many.

    Takes time for length + min(steps, length / 2) cells, and 32 bytes of memory for each of min(steps, length / 2).
    """
    return compiled.exact(cells_of(road, "road"), whole(steps, "steps"))
