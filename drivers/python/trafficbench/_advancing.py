"""What roads and segments have in common."""

from __future__ import annotations

from typing import Literal, Union, overload

import numpy
from numpy.typing import NDArray

from trafficbench import _core as compiled
from trafficbench._arguments import is_every, whole


class Advancing:
    """Cells that a kernel advances, with so many threads."""

    __slots__ = ("_core",)

    _core: Union[compiled.Road, compiled.Segment]

    @overload
    def advance(self, steps: int, count: Literal["every"] = "every") -> NDArray[numpy.int64]: ...

    @overload
    def advance(self, steps: int, count: Literal["sampled"]) -> int: ...

    def advance(self, steps: int, count: str = "every") -> Union[NDArray[numpy.int64], int]:
        """Makes so many iterations, 0 or more; a segment up to `halo`, which uses so much of it up.

        count="every" returns the cars that moved in each of them, an array of `steps` numbers (numpy.int64). count="sampled"
        returns those of the last one alone, a number, so that there must be one: that leaves the kernel less to count. A car counts
        where it left.
        """
        if is_every(count):
            return self._core.advance_every(whole(steps, "steps"))
        return self._core.advance_sampled(whole(steps, "steps"))

    @property
    def length(self) -> int:
        """Cells: of the road, or a segment's own."""
        return self._core.length

    @property
    def kernel(self) -> str:
        """Name of the kernel."""
        return self._core.kernel

    @property
    def isa(self) -> str:
        """The instruction set that the kernel runs."""
        return self._core.isa

    @property
    def threads(self) -> int:
        """Threads that share the work."""
        return self._core.threads

    def __len__(self) -> int:
        return self.length

    def _at_work(self) -> str:
        """By which kernel, and how many threads, for a repr."""
        return f"kernel {self.kernel} ({self.isa}), {self.threads} thread{'' if self.threads == 1 else 's'}"
