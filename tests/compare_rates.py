#!/usr/bin/env python3
"""Prints the tables of docs/method.md, "Comparing two reports": how often compare.py is wrong, and what it finds; and how far
two launches of so many visits differ, by the visits that were measured.

    python3 tests/compare_rates.py [PAIRS]     pairs of launches for each line of made-up disturbance (default 2000)
"""

import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))
from synthetic_launch import Machine, launch, measured_launch, measured_pairs, measured_visits  # noqa: E402

from trafficbench_tools.compare.change import BEST, MEDIAN, changes, changes_of, figures_of  # noqa: E402
from trafficbench_tools.compare.pairing import Pair, one_row  # noqa: E402
from trafficbench_tools.compare.verdict import FASTER, MARGIN, SAME, SLOWER, THRESHOLD, judge  # noqa: E402

LIMITS = {BEST: THRESHOLD / 100, MEDIAN: MARGIN / 100}
POINT = ("tiled", 0)
FACTOR = 1.1

# What it is, the machine, launches of each side.
CASES = [
    ("repetitions delayed by 1% on average, nothing else", Machine("independent", 0.0001), 1),
    ("each visit delayed by itself, 5% on average", Machine("independent", 0.05), 1),
    ("each visit delayed by itself, 15%", Machine("independent", 0.15), 1),
    ("one visit in three delayed by 30%", Machine("states", 0.3), 1),
    ("one repetition in five delayed by 15% and more", Machine("independent", 0.0001, spikes=0.2), 1),
    ("visits delayed by 15% and alike (correlation 0.8)", Machine("alike", 0.15), 1),
    ("the same", Machine("alike", 0.15), 6),
    ("slow drift between 0 and 30%, 30 launches a wave", Machine("drift", 0.15), 1),
]


def verdicts(base, new):
    """{way: word} of two rows."""
    pair, ways = Pair("", base, new), changes_of(base, new)
    return {way: judge(pair, ways[way], limit).word for way, limit in LIMITS.items()}


def side(machine, launches, generator, factor=1.0):
    """The row that so many launches are together."""
    rows = []
    for run in range(launches):
        row = launch(machine, generator, rounds=2, points=[POINT], slowed={POINT: factor})[POINT]
        rows.append({**row, "sample_runs": [run] * len(row["samples"]), "density": 0.5, "init": "philox", "seed": 1})
    return one_row("", rows, "")


def rates(words):
    """{way: (called slower or faster, called same, called slower)}, parts of 1."""
    return {
        way: tuple(sum(word[way] in among for word in words) / len(words) for among in ([SLOWER, FASTER], [SAME], [SLOWER]))
        for way in LIMITS
    }


def line(name, launches, unchanged, slowed):
    """Prints a line of the table, by the verdicts of pairs of launches."""
    wrong, found = rates(unchanged), rates(slowed)
    cells = [f"{wrong[way][0]:.1%} | {wrong[way][1]:.0%} | {found[way][2]:.0%}" for way in LIMITS]
    print(f"| {name} | {launches} | {' | '.join(cells)} |", flush=True)


def differences(visits, point):
    """{way: how far every two launches of so many visits differ at a point}, parts of 1, in order."""
    pairs = measured_pairs(visits)
    firsts = {first for both in pairs for first in both}
    figures = {first: figures_of(measured_launch(first, visits)[point]) for first in firsts}
    return {
        way: sorted(
            abs(changes(figures[one], figures[other])[way].ratio - 1) for both in pairs for one, other in (both, both[::-1])
        )
        for way in LIMITS
    }


def print_differences():
    """By number of visits: least and greatest over the points."""
    print("\n| visits | medians of 95% of pairs within | best of 95% of pairs within ", end="")
    print(f"| pairs whose best differ by {THRESHOLD:g}% or more |")
    print("|---|---|---|---|")
    for visits in (1, 2, 3, 4, 5, 6, 9):
        every = [differences(visits, point) for point in measured_visits()]
        cells = []
        for way in (MEDIAN, BEST):
            within = [each[way][int(0.95 * len(each[way]))] for each in every]
            cells.append(f"{min(within):.1%} to {max(within):.1%}")
        beyond = [sum(part >= THRESHOLD / 100 for part in each[BEST]) / len(each[BEST]) for each in every]
        print(f"| {visits} | {' | '.join(cells)} | {min(beyond):.1%} to {max(beyond):.1%} |")


def main():
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    generator = random.Random(1)
    heads = [f"{way}: wrong | same | {FACTOR - 1:.0%} found" for way in LIMITS]
    print(f"| disturbance | launches | {' | '.join(heads)} |")
    print("|---|---|---|---|---|---|---|---|")
    for name, machine, launches in CASES:
        unchanged, slowed = [], []
        for _ in range(pairs):
            base = side(machine, launches, generator)
            unchanged.append(verdicts(base, side(machine, launches, generator)))
            slowed.append(verdicts(base, side(machine, launches, generator, FACTOR)))
        line(name, launches, unchanged, slowed)
    slower = {point: FACTOR for point in measured_visits()}
    firsts = sorted({first for pair in measured_pairs() for first in pair})
    same, slow = ({first: measured_launch(first, slowed=how) for first in firsts} for how in (None, slower))
    for point in sorted(slower):
        both = [both for one, other in measured_pairs() for both in ((one, other), (other, one))]
        unchanged = [verdicts(same[one][point], same[other][point]) for one, other in both]
        slowed = [verdicts(same[one][point], slow[other][point]) for one, other in both]
        line(f"measured: {point[0]}, {point[1]:.0e} cells".replace("e+0", "e"), 1, unchanged, slowed)
    print_differences()


if __name__ == "__main__":
    main()
