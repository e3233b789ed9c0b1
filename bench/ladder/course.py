"""What every Python rung of the ladder shares: its command line, the timer, the course's lines, the check, the JSON."""

import argparse
import json
import os
import signal
import sys
import time
from pathlib import Path

sys.path.insert(1, str(Path(__file__).resolve().parents[2] / "scripts"))
from trafficbench_tools import printing  # noqa: E402
from trafficbench_tools.counts import parse_count, parse_share  # noqa: E402
from trafficbench_tools.errors import BadInput  # noqa: E402
from trafficbench_tools.reading import read_bytes  # noqa: E402
from trafficbench_tools.with_packages import need  # noqa: E402,F401  (for the rungs)

MOST_CELLS = 2**40
# Of a road file, by its format version: docs/usage.md.
HEADER_BYTES = {2: 48, 3: 4096}
# Bytes of 0 and 1 -> the digits of a binary number.
DIGITS = bytes([ord("0"), ord("1"), *range(2, 256)])


class Rung:
    """A road and its kernel. A rung of several ranks overrides what is said of ranks."""

    name = ""  # as reports call it
    bytes_per_cell = 0  # at most, while it runs
    bits_per_cell = None  # of the arrays that an iteration reads and writes, where that is known for sure
    rank, ranks = 0, 1
    threads = 1  # of each rank

    def __init__(self, cells, density, seed):
        """Puts the road into its start state."""
        raise NotImplementedError

    def advance(self, steps, every):
        """Makes `steps` iterations; returns the moves of each, or of the last alone unless `every`."""
        raise NotImplementedError

    def cells(self):
        """The whole road on rank 0, a byte a cell, 0 or 1."""
        raise NotImplementedError

    def library(self):
        """Name of the MPI library, version of the standard, thread level; None without MPI."""
        return None

    def cpus(self):
        """The logical CPU that each thread of this rank was last seen on."""
        fields = Path("/proc/self/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        return [int(fields[36])]

    def barrier(self):
        pass

    def gather(self, value):
        return [value]

    def agree(self, problem):
        """The first problem that a rank has, on every rank."""
        return problem

    @classmethod
    def rank_of_world(cls):
        return 0


def keep_output_to_ourselves():
    """Before MPI is loaded: what its libraries write to standard output goes to standard error, and what print() prints does not."""
    if sys.stdout is not None and sys.stderr is not None:
        sys.stdout.flush()
        own = os.dup(sys.stdout.fileno())
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        sys.stdout = open(own, "w", buffering=1 if os.isatty(own) else -1, encoding=sys.stdout.encoding)


def main(rung):
    """Runs the rung as a program; ends it with the suite's exit status."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    printing.run(Path(sys.argv[0]).name, lambda: carry_out(rung))


def carry_out(rung):
    speaks = rung.rank_of_world() == 0
    try:
        return run(rung, read_options(rung, speaks))
    except (BadInput, MemoryError) as problem:
        text = str(problem) or "the road does not fit into memory: take fewer --cells"
        if speaks:
            print(f"{Path(sys.argv[0]).name}: {text}", file=sys.stderr)
        return 2


def read_options(rung, speaks):
    class Parser(argparse.ArgumentParser):
        def error(self, message):
            raise BadInput(f"{message}; see --help")

    parser = Parser(
        description=sys.modules["__main__"].__doc__.split("\n\n", 1)[0] + "\nPrints what the course's programs print.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"Example:\n  bench/ladder/{Path(sys.argv[0]).name} --cells 1e6 --steps 20\n\n"
        "Exit status: 0 done; 1 the final road is not the one expected; 2 bad input.",
    )
    parser.add_argument("--cells", default="1e6", help="length of the road [1e6; the course's has 10240000]")
    parser.add_argument("--steps", default="10", help="iterations [10]")
    parser.add_argument("--density", default="0.52", help="part of the cells that hold a car, 0 to 1 [0.52]")
    parser.add_argument("--seed", default="5743", help="of the start state mt19937 [5743]")
    parser.add_argument("--print-every", default=None, help="iterations between two lines [a tenth of the steps]")
    parser.add_argument(
        "--count",
        choices=["every", "sampled"],
        default="every",
        help="count the moves of every iteration, as the course does, or of the printed ones only [every]",
    )
    parser.add_argument("--json", action="store_true", help="print one line of JSON instead of the course's lines")
    parser.add_argument(
        "--expect",
        metavar="ROAD",
        help="check the final road against a file that `trafficbench run --save` has written",
    )
    parser.add_argument("--cpu", default=None, help="comma-separated logical CPUs to bind to, one for each thread of each rank")
    if not speaks:
        parser.print_help = lambda: None
    options = parser.parse_args()
    options.cells = parse_count(options.cells, "cells", 1, MOST_CELLS)
    options.steps = parse_count(options.steps, "steps", 1, 10**9)
    options.density = parse_share(options.density, "density")
    options.seed = parse_count(options.seed, "seed", 0, 2**32 - 1)
    options.print_every = parse_count(
        options.print_every or str(max(1, options.steps // 10)), "print-every", 1, 10**9
    )
    return options


def run(rung_type, options):
    """Makes the road, times it, prints."""
    refuse_too_large(rung_type, options.cells)
    expected = read_road(options.expect, options.cells) if options.expect else None
    show = print_nothing if options.json or rung_type.rank_of_world() else print_line
    show(f"Length of road is {options.cells}")
    show(f"Number of iterations is {options.steps}")
    show(f"Target density of cars is {options.density}")
    show("Initialising ...")
    bind(rung_type, options.cpu)  # first: threads are where the one is that starts them
    rung = rung_type(options.cells, options.density, options.seed)
    road = rung.cells()
    cars = road.count(1) if rung.rank == 0 else 0
    show(f"Actual density of cars is {cars / options.cells}\n")

    def show_velocity(done, moves):
        velocities[done] = moves / cars if cars else 0.0
        show(f"At iteration {done} average velocity is {velocities[done]:.6f}")

    velocities, counted, done = {}, 0, 0
    rung.barrier()
    cpu_start, start = time.process_time(), time.perf_counter()
    while done < options.steps:
        chunk = min(options.print_every, options.steps - done)
        moves = rung.advance(chunk, options.count == "every")
        done += chunk
        counted += sum(moves)
        if rung.rank == 0 and done % options.print_every == 0:
            show_velocity(done, moves[-1])
    own_seconds = time.perf_counter() - start
    rank_seconds = rung.gather(own_seconds)
    rank_cpu = rung.gather(time.process_time() - cpu_start)
    placement = rung.gather({"host": os.uname().nodename, "cpus": rung.cpus()})
    road = rung.cells()
    if rung.rank != 0:
        return 1 if rung.agree(None) else 0
    seconds = max(rank_seconds)
    problem = compare(road, cars, expected) if expected is not None else None
    show("\nFinished\n")
    show(f"Time taken was {seconds:.6f} seconds")
    show(f"Update rate was {options.cells * options.steps / seconds * 1e-6:.6f} MCOPs")
    if options.json:
        print(
            json.dumps(
                {
                    "rung": rung.name,
                    "bits_per_cell": rung.bits_per_cell,
                    "cells": options.cells,
                    "steps": options.steps,
                    "ranks": rung.ranks,
                    "threads": rung.threads,
                    "density": options.density,
                    "seed": options.seed,
                    "init": "mt19937",
                    "count": options.count,
                    "cars": cars,
                    "moves": counted,
                    "velocity": {str(iteration): velocity for iteration, velocity in velocities.items()},
                    "seconds": seconds,
                    "rank_seconds": rank_seconds,
                    "cpu_seconds": sum(rank_cpu),
                    "mcops": options.cells * options.steps / seconds * 1e-6,
                    "placement": placement,
                    "verified": None if expected is None else problem is None,
                    "software": software(),
                    "mpi": rung.library(),
                }
            )
        )
    if problem:
        print(f"{Path(sys.argv[0]).name}: NOT VERIFIED: {problem}", file=sys.stderr)
    return 1 if rung.agree(problem) else 0


def print_line(text):
    print(text, flush=True)


def print_nothing(text):
    pass


def refuse_too_large(rung_type, cells):
    wanted = cells * rung_type.bytes_per_cell
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("MemAvailable:"):
            available = int(line.split()[1]) * 1024
            if wanted > available:
                raise BadInput(
                    f"a road of {cells} cells takes {wanted / 2**30:.1f} GiB here, and {available / 2**30:.1f} GiB are"
                    " available: take fewer --cells"
                )


def read_road(path, cells):
    """The cells of a road file as one number, cell i its bit i."""
    data = read_bytes(path, MOST_CELLS)
    if data[:8] != b"TRAFROAD" or len(data) < min(HEADER_BYTES.values()):
        raise BadInput(f"{path} is not a road file: one is written by `trafficbench run --save PATH`")
    version = int.from_bytes(data[8:16], "little")
    if version not in HEADER_BYTES:
        raise BadInput(f"{path} is a road file of format version {version}: this program reads versions 2 and 3")
    header_bytes = HEADER_BYTES[version]
    held = int.from_bytes(data[16:24], "little")
    if held != cells or len(data) != header_bytes + 8 * ((cells + 63) // 64):
        raise BadInput(f"{path} holds a road of {held} cells, not {cells}")
    return int.from_bytes(data[header_bytes:], "little")


def compare(road, cars, expected):
    """What is wrong with the final road; None if nothing."""
    if road.count(1) != cars:
        return f"the road ends with {road.count(1)} cars, not {cars}"
    wrong = int(road[::-1].translate(DIGITS), 2) ^ expected
    return f"{bin(wrong).count('1')} cells of the final road are wrong" if wrong else None


def bind(rung_type, cpus):
    if cpus is None:
        return
    rank, threads = rung_type.rank_of_world(), rung_type.threads
    try:
        own = {int(cpu) for cpu in cpus.split(",")[rank * threads : (rank + 1) * threads]}
        if len(own) < threads:
            raise ValueError(f"{len(own)} of {threads} CPUs for rank {rank}")
        os.sched_setaffinity(0, own)
    except (ValueError, OSError) as error:
        raise BadInput(f"cannot bind every rank and thread to one of the CPUs '{cpus}'") from error


def keeps_compiled():
    """Whether numba is to keep what it has compiled for the next launch: where it was given a folder for that."""
    return "NUMBA_CACHE_DIR" in os.environ


def software():
    versions = {"python": sys.version.split()[0]}
    for name in ("numpy", "numba", "mpi4py", "trafficbench"):
        if name in sys.modules:
            versions[name] = sys.modules[name].__version__
    return versions
