"""A ring over ranks, with mpi4py and trafficbench.Segment: prints on rank 0 whether it became the road that one process makes.

Not a test: python_module_test.py launches it.
"""

import sys

import numpy
import trafficbench as tb
from mpi4py import MPI

comm = MPI.COMM_WORLD
rank, size = comm.Get_rank(), comm.Get_size()
length, halo, steps, kernel = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]

first, end = (length * number // size for number in (rank, rank + 1))
segment = tb.Segment(end - first, halo, kernel)
segment.load(tb.start(length, first=first, count=end - first))
left, right = (rank - 1) % size, (rank + 1) % size
words = (halo + 63) // 64
from_left, from_right = numpy.zeros(words, numpy.uint64), numpy.zeros(words, numpy.uint64)
moves = []
while len(moves) < steps:
    comm.Sendrecv(segment.read(0, halo), left, recvbuf=from_right, source=right)
    comm.Sendrecv(segment.read(segment.length - halo, halo), right, recvbuf=from_left, source=left)
    segment.set_halo(from_left, from_right)
    moves.extend(segment.advance(min(halo, steps - len(moves))))

total = comm.reduce(numpy.array(moves))
parts = comm.gather(segment.read())
if rank == 0:
    cells = numpy.concatenate([
        numpy.unpackbits(part.view(numpy.uint8), bitorder="little")[: length * (number + 1) // size - length * number // size]
        for number, part in enumerate(parts)
    ])
    road = tb.Road(length, threads=1)
    every = road.advance(steps)
    print("same road:", bool((cells == road.cells()).all()), "same moves:", bool((total == every).all()))
