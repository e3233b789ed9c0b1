"""What a session of the ladder is asked for, read and checked."""

import argparse
import os
import re
import time
from pathlib import Path

from trafficbench_tools.command_line import Parser
from trafficbench_tools.counts import parse_count, parse_share
from trafficbench_tools.errors import BadInput
from trafficbench_tools.ladder import table
from trafficbench_tools.ladder.rungs import Road
from trafficbench_tools.places import program

COUNTS = ",".join(table.CONTRACTS)
MOST_SECONDS = 1e6


def read_options(words):
    """The options of the command line, checked. Raises BadInput."""
    parser = Parser(
        "ladder.sh",
        prog="scripts/ladder.sh",
        usage="%(prog)s [OPTION]...",
        description="Measures the whole ladder on this machine: plain Python, numpy, numba, mpi4py and every C++ kernel, on\n"
        "one core and on all, the same road for each. A visit launches each rung once; there are six visits, 30 s\n"
        "apart or more. Installs what is missing (Debian: apt-get, as root or through sudo) and builds the release preset.\n"
        "Prints the ladder and how many times faster than plain Python each rung is, and writes\n"
        "results/<host>-<YYYYMMDDThhmmssZ>.json. A rung whose packages are missing is skipped, and says so.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Example:\n  scripts/ladder.sh --cells 1e6 --rungs python,numpy-inplace\n\n"
        "Exit status: 0 done; 1 a rung failed its verification, or the build or something else under way failed; 2 something\n"
        "is missing, or an option is wrong (one line says what); 4 interrupted: the report holds the complete visits.",
    )
    parser.add_argument("--cells", default="10240000", help="length of the road [10240000, the course's]")
    parser.add_argument("--rungs", default="all", help="rungs and kernels, with commas between them, or all [all]")
    parser.add_argument("--count", default=COUNTS, help=f"counting modes: choose from {COUNTS} [{COUNTS}]")
    parser.add_argument("--visits", default="6", help="repetitions of each rung; below 6 there are no intervals [6]")
    parser.add_argument(
        "--spacing", default="30", help="least seconds from the beginning of a visit to that of the next [30]"
    )
    parser.add_argument(
        "--min-seconds", default="0.15", help="shortest repetition, which sets the iterations of a rung [0.15]"
    )
    parser.add_argument(
        "--time-limit", default="270", help="seconds: once 6 visits are done, none begins that would end later [270]"
    )
    parser.add_argument("--density", default="0.52", help="cars per cell, 0 to 1 [0.52]")
    parser.add_argument("--seed", default="5743", help="seed of the start state mt19937 [5743]")
    parser.add_argument("--output", help="the report to write [results/<host>-<YYYYMMDDThhmmssZ>.json]")
    parser.add_argument("--force", action="store_true", help="replace a report that exists")
    parser.add_argument("--dry-run", action="store_true", help="only list what one visit would launch")
    parser.add_argument(
        "--program", metavar="PATH", help="measure this trafficbench; nothing is built [build/release/bin/trafficbench]"
    )
    parser.add_argument(
        "--check-options", action="store_true", help=argparse.SUPPRESS
    )  # for ladder.sh, before it builds
    options = parser.parse_args(words)
    options.road = Road(
        parse_count(options.cells, "cells", 1, 2**40),
        parse_share(options.density, "density"),
        parse_count(options.seed, "seed", 0, 2**32 - 1),
    )
    options.visits = parse_count(options.visits, "visits", 1, 1000)
    options.spacing = parse_seconds(options.spacing, "spacing", zero=True)
    options.min_seconds = parse_seconds(options.min_seconds, "min-seconds")
    options.time_limit = parse_seconds(options.time_limit, "time-limit")
    options.counts = options.count.split(",")
    for count in options.counts:
        if count not in table.CONTRACTS:
            raise BadInput(f"unknown counting mode '{count}': choose from {COUNTS}")
        if options.counts.count(count) > 1:
            raise BadInput(f"counting mode '{count}' appears twice in --count")
    options.program = Path(options.program or program())
    return options


def check_program(program):
    """Raises BadInput unless `program` can be started."""
    if not os.access(program, os.X_OK) or os.path.isdir(program):
        raise BadInput(f"there is no program {program}: name a trafficbench program with --program, or leave --program out")


def default_output():
    """A name for the report that no other report has."""
    folder = Path("results") if os.path.isdir("results") else Path()
    host = re.sub(r"[^\w.-]", "-", os.uname().nodename) or "host"
    return folder / f"{host}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.json"


def parse_seconds(text, what, zero=False):
    """A number of seconds above 0, or 0 where that means something. Raises BadInput, naming `what`."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not (0 < seconds <= MOST_SECONDS or zero and seconds == 0):
        raise BadInput(f"{what} is '{text}': expected seconds, {'from 0' if zero else 'above 0 and'} to {MOST_SECONDS:g}")
    return seconds
