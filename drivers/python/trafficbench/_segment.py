"""Parts of roads."""

from __future__ import annotations

from typing import Optional

import numpy
from numpy.typing import NDArray

from trafficbench import _core as compiled
from trafficbench._advancing import Advancing
from trafficbench._arguments import count_of, text_of, threads_of, whole, words_of


class Segment(Advancing):
    """A part of a longer road, which its owner (a rank of an MPI program, say) gives the cells of its neighbours.

    Segment(length, halo, kernel="auto", threads=1)

    length   own cells
    halo     the most cells of a neighbour that it is given at once, on each side
    kernel, threads   as for Road

    With `halo` cells of each neighbour it can advance as many iterations alone: what lies beyond reaches one cell further in with
    every iteration. So its life is

        segment.load(packed)
        while more is to do:
            left = the left neighbour's last cells;  right = the right neighbour's first cells      # 64 a word
            segment.set_halo(left, right)
            moves = segment.advance(halo)

    segment.read gives the own edges, which the neighbours need. All cells are packed, in arrays of numpy.uint64 that are read and
    written where they lie. There is no MPI in here: any way to pass an array on will do.

    Raises ValueError, TypeError, MemoryError; RuntimeError where another thread is in a call, and after a fork.
    """

    __slots__ = ()

    _core: compiled.Segment

    def __init__(self, length: int, halo: int, kernel: str = "auto", threads: int = 1) -> None:
        self._core = compiled.Segment(
            whole(length, "length"), whole(halo, "halo"), text_of(kernel, "kernel"), threads_of(threads)
        )

    def load(self, packed: NDArray[numpy.uint64], first: int = 0) -> None:
        """The own cells become cells [first, first + length) of `packed`. No halo is left."""
        self._core.load(words_of(packed, "packed"), whole(first, "first"))

    def read(
        self, first: int = 0, count: Optional[int] = None, out: Optional[NDArray[numpy.uint64]] = None
    ) -> NDArray[numpy.uint64]:
        """Own cells [first, first + count), packed; without `count` all from `first` on.

        Written into the first ceil(count / 64) words of `out`, which is returned, or into a new array.
        """
        begin = whole(first, "first")
        cells = count_of(count, begin, self.length)
        if out is None:
            out = numpy.zeros(max(0, min(cells, self.length) + 63) // 64, numpy.uint64)
        self._core.read(begin, cells, words_of(out, "out", writable=True))
        return out

    def set_halo(
        self, left: NDArray[numpy.uint64], right: NDArray[numpy.uint64], width: Optional[int] = None
    ) -> None:
        """The cells just outside, in road order: `left` ends at own cell 0, `right` begins after the last one.

        `width` cells on each side, at most `max_halo`, which is the default.
        """
        cells = self._core.max_halo if width is None else whole(width, "width")
        self._core.set_halo(words_of(left, "left"), words_of(right, "right"), cells)

    @property
    def halo(self) -> int:
        """Iterations that the halo is still good for."""
        return self._core.halo

    @property
    def max_halo(self) -> int:
        """The widest halo that it takes."""
        return self._core.max_halo

    def __repr__(self) -> str:
        return (
            f"<trafficbench.Segment of {self.length} cells, halo {self.halo} of {self.max_halo}, "
            f"{self._at_work()}>"
        )
