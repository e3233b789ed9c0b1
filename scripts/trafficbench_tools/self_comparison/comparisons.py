"""How often compare.py is wrong and what it finds, on made-up disturbance and on what a machine did; and how far two launches of
so many visits differ there. The appendix of docs/method.md shows both."""

import random

from trafficbench_tools.compare.change import BEST, MEDIAN, changes, changes_of, figures_of
from trafficbench_tools.compare.pairing import Pair, one_row
from trafficbench_tools.compare.verdict import FASTER, MARGIN, SLOWER, THRESHOLD, judge
from trafficbench_tools.self_comparison.made_up import Machine, launch, measured_launch, measured_pairs, measured_visits

LIMITS = {BEST: THRESHOLD / 100, MEDIAN: MARGIN / 100}
POINT = ("made-up", 0)
FACTOR = 1.1

# What it is, the machine, launches of each side.
CASES = [
    ("repetitions, 1%", Machine("independent", 0.0001), 1),
    ("visits, 5%", Machine("independent", 0.05), 1),
    ("visits, 15%", Machine("independent", 0.15), 1),
    ("one visit in three, 30%", Machine("states", 0.3), 1),
    ("one repetition in five, 15% or more", Machine("independent", 0.0001, spikes=0.2), 1),
    ("visits, 15%, correlation 0.8", Machine("alike", 0.15), 1),
    ("the same, six launches a side", Machine("alike", 0.15), 6),
    ("slow drift, 0 to 30%", Machine("drift", 0.15), 1),
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


def rates(unchanged, slowed):
    """By way: the parts of 1 that are called slower or faster though nothing changed, and slower where they are."""
    parts = []
    for way in LIMITS:
        parts.append(sum(word[way] in (SLOWER, FASTER) for word in unchanged) / len(unchanged))
        parts.append(sum(word[way] == SLOWER for word in slowed) / len(slowed))
    return parts


def made_up_rates(pairs):
    """(disturbance, rates) of so many made-up pairs of launches each."""
    generator = random.Random(1)
    for name, machine, launches in CASES:
        unchanged, slowed = [], []
        for _ in range(pairs):
            base = side(machine, launches, generator)
            unchanged.append(verdicts(base, side(machine, launches, generator)))
            slowed.append(verdicts(base, side(machine, launches, generator, FACTOR)))
        yield name, rates(unchanged, slowed)


def measured_rates():
    """{point: rates} of the launches that can be cut out of the measured visits, every two that are six minutes apart."""
    points = measured_visits()
    pairs = [both for one, other in measured_pairs() for both in ((one, other), (other, one))]
    firsts = {first for pair in pairs for first in pair}
    same, slow = (
        {first: measured_launch(first, slowed=slowed) for first in firsts} for slowed in (None, dict.fromkeys(points, FACTOR))
    )
    return {
        point: rates(
            [verdicts(same[one][point], same[other][point]) for one, other in pairs],
            [verdicts(same[one][point], slow[other][point]) for one, other in pairs],
        )
        for point in points
    }


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


def differences_by_visits(counts):
    """(visits, [(least, greatest)]) over the points: within what the medians and the bests of 95% of pairs lie; and the part of
    the pairs whose bests differ by the threshold or more."""
    for visits in counts:
        points = [differences(visits, point) for point in measured_visits()]
        parts = [[each[way][int(0.95 * len(each[way]))] for each in points] for way in (MEDIAN, BEST)]
        parts.append([sum(part >= LIMITS[BEST] for part in each[BEST]) / len(each[BEST]) for each in points])
        yield visits, [(min(each), max(each)) for each in parts]
