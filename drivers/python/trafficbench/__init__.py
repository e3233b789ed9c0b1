"""The traffic model's fast kernels, in Python.

A road is a ring of cells, each empty (0) or with a car (1). In an iteration every car whose cell ahead is empty moves one cell on.

    import trafficbench as tb

    road = tb.Road(10_240_000)            # the course's road: density 0.52, as `trafficbench run` makes it
    moves = road.advance(100)             # cars that moved in each of 100 iterations, an array
    print(road.velocity)                  # of the last iteration: cars that moved, over all cars

Road         a whole ring, on the cores of this machine
Segment      a part of one: you give it its neighbours' cells (with mpi4py, say), a kernel does the rest
start        a start state, or a part of one, packed
exact        the road after any number of iterations, by a closed form: to check against
kernels      the kernels there are, slowest first
isas         the instruction sets they are built for
read_report  a report of the program trafficbench as a pandas DataFrame
sweep        runs the program with options by name; the same

Everywhere: `length` is a number of cells, `road` and `cells` are arrays of a byte a cell. Packed cells are arrays of numpy.uint64,
64 cells a word, cell i in bit i % 64 of word i // 64.

Errors are Python's own, with one sentence that says what was wrong and what would be right: ValueError, TypeError, MemoryError;
OSError for a file that cannot be written; RuntimeError for an object that another thread is in, or that a fork left behind.
"""

from trafficbench import _core
from trafficbench._listing import Isa, Kernel, isas, kernels
from trafficbench._reports import read_report
from trafficbench._road import Road, exact, start
from trafficbench._segment import Segment
from trafficbench._sweep import sweep

__all__ = ["Isa", "Kernel", "Road", "Segment", "exact", "isas", "kernels", "read_report", "start", "sweep"]
__version__: str = _core.version
