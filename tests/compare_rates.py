#!/usr/bin/env python3
"""Prints the table of docs/method.md, "Comparing two reports": how often compare.py is wrong, on made-up launches.

    python3 tests/compare_rates.py [PAIRS]     pairs of sweeps for each line (default 100: about five minutes)
"""

import random
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))
from synthetic_launch import KERNELS, Machine, launch  # noqa: E402
from trafficbench_tools.with_packages import need  # noqa: E402

need("jsonschema")
from trafficbench_tools.compare.change import changes_of  # noqa: E402
from trafficbench_tools.compare.pairing import Pair  # noqa: E402
from trafficbench_tools.compare.verdict import FASTER, SAME, SLOWER, judge  # noqa: E402

PLACES = 12
SLOWED, FACTOR = "tiled", 1.05
THRESHOLD, MARGIN = 0.02, 0.05

# What it is, repetitions, the machine, launches of each side.
CASES = [
    ("delays of 1%", 6, Machine(0.01)),
    ("delays of 1%", 10, Machine(0.01)),
    ("delays of 3%", 10, Machine(0.03)),
    ("delays of 3%", 30, Machine(0.03)),
    ("normal, 3%", 10, Machine(0.03, "normal")),
    ("spikes of 10%", 10, Machine(0.01, "spikes")),
    ("delays of 2%, correlated by 0.5", 10, Machine(0.02, memory=0.5)),
    ("delays of 1%, launches differ by 1%, all kernels alike", 10, Machine(0.01, shared=0.01)),
    ("delays of 1%, launches differ by 1%, each kernel alone", 10, Machine(0.01, own=0.01)),
    ("delays of 1%, launches differ by 0.5%, correlated by 0.5", 20, Machine(0.01, memory=0.5, own=0.005)),
    ("delays of 1%, launches differ by 2%, each kernel alone", 10, Machine(0.01, own=0.02)),
    ("the same", 10, Machine(0.01, own=0.02), 3),
    ("the same", 10, Machine(0.01, own=0.02), 6),
    ("delays of 3%, launches differ by 2%, all kernels alike", 6, Machine(0.03, shared=0.02), 6),
]


def row(kernel, place, samples):
    return {
        **{"kernel": kernel, "cells": place, "ranks": 1, "threads": 1, "mode": "strong", "count": "every"},
        **{"class": "update", "origin": "measured", "isa": "avx2", "steps": 100, "samples": samples},
        **{"real_time": 1e3 * statistics.median(samples), "cpu_time": None, "clock_hz": None},
    }


def verdicts(bases, news):
    """Of each point; `bases` and `news` are launches."""
    points = list(bases[0])
    pairs = [
        [Pair(str(point), row(*point, base[point]), row(*point, new[point])) for base, new in zip(bases, news)]
        for point in points
    ]
    return {
        point: judge(one, change, THRESHOLD, MARGIN).word for point, one, change in zip(points, pairs, changes_of(pairs))
    }


def rates(machine, count, launches, sweeps, generator):
    """Parts of the unchanged points called slower or faster, and same; and of the slowed ones called slower."""
    unchanged, slowed = [], []
    for _ in range(sweeps):
        bases = [launch(machine, PLACES, count, generator) for _ in range(launches)]
        again = [launch(machine, PLACES, count, generator) for _ in range(launches)]
        unchanged += verdicts(bases, again).values()
        slower = [launch(machine, PLACES, count, generator, [SLOWED], FACTOR) for _ in range(launches)]
        changed = verdicts(bases, slower)
        slowed += [word for (kernel, _), word in changed.items() if kernel == SLOWED]
    return (
        sum(word in (SLOWER, FASTER) for word in unchanged) / len(unchanged),
        unchanged.count(SAME) / len(unchanged),
        slowed.count(SLOWER) / len(slowed),
    )


def main():
    sweeps = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    generator = random.Random(1)
    print(f"| made-up noise | launches | repetitions | called slower or faster | called same | {FACTOR - 1:.0%} slower found |")
    print("|---|---|---|---|---|---|")
    for name, count, machine, *launches in CASES:
        wrong, same, found = rates(machine, count, *(launches or [1]), sweeps, generator)
        print(f"| {name} | {launches[0] if launches else 1} | {count} | {wrong:.1%} | {same:.0%} | {found:.0%} |", flush=True)
    print(f"\n{sweeps} pairs of sweeps of {len(KERNELS) * PLACES} points for each line.")


if __name__ == "__main__":
    main()
