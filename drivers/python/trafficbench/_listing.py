"""What this build has."""

from __future__ import annotations

from typing import List, NamedTuple

from trafficbench import _core


class Kernel(NamedTuple):
    """A way to hold a road and to advance it."""

    name: str  #: as Road and Segment take it
    summary: str  #: what a cell is, and the technique
    kind: str  #: "update": makes every iteration; "closed-form": jumps to the result
    isa: str  #: the instruction set that it runs here
    bits_per_cell: float  #: memory that a cell takes, in bits
    bytes_per_trip: float  #: of a long road: what one trip through its memory loads and stores, in bytes a cell; 0 of a closed form
    iterations_per_trip: int  #: that one such trip serves, at most


class Isa(NamedTuple):
    """An instruction set that the kernels were built for."""

    name: str
    runs_here: bool  #: whether this CPU has it
    register_bits: int  #: 0 where that is known at run time only, and the CPU has it not


def kernels() -> List[Kernel]:
    """Every kernel of this build, slowest first."""
    return [Kernel(*entry) for entry in _core.kernels()]


def isas() -> List[Isa]:
    """Every instruction set of this build, best first; kernels take the first that runs here."""
    return [Isa(*entry) for entry in _core.isas()]
