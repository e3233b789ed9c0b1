"""The samples of a row by the visits and launches that they were made in, and what follows from those.

drivers/report/visits.hpp has the same rules for what stands in the rows; here they serve what is said between reports.
"""

import itertools
import math
import statistics

from trafficbench_tools.intervals import FEWEST_SAMPLES, TAIL


def rates_by_visit(row):
    """{(launch, visit): rates of its repetitions}, in order: iterations a second."""
    visits = {}
    for run, visit, steps, seconds in zip(row["sample_runs"], row["sample_visits"], row["sample_steps"], row["samples"]):
        visits.setdefault((run, visit), []).append(steps / seconds)
    return visits


def best_rate(row):
    """Iterations a second of the fastest repetition."""
    return max(steps / seconds for steps, seconds in zip(row["sample_steps"], row["samples"]))


def visit_medians(row):
    """{(launch, visit): median rate}."""
    return {visit: statistics.median(rates) for visit, rates in rates_by_visit(row).items()}


def visit_ratios(row, base):
    """{(launch, visit): rate of the row over that of the base}, of the visits that both share: the median of the rounds' ratios."""
    ours, theirs = rates_by_visit(row), rates_by_visit(base)
    return {
        visit: statistics.median(one / other for one, other in zip(rates, theirs[visit]))
        for visit, rates in ours.items()
        if visit in theirs
    }


def median_and_interval(by_visit):
    """(median, low, high, over) of {(launch, visit): value}: over is "visits" or "launches"; low, high and over are None below six."""
    middle = statistics.median(by_visit.values())
    launches = [
        statistics.median(by_visit[visit] for visit in visits)
        for _, visits in itertools.groupby(sorted(by_visit), key=lambda visit: visit[0])
    ]
    if len(launches) >= FEWEST_SAMPLES:
        low, high = median_interval(launches)
        return middle, min(low, middle), max(high, middle), "launches"
    if len(by_visit) < FEWEST_SAMPLES:
        return middle, None, None, None
    low, high = median_interval(list(by_visit.values()))
    return middle, low, high, "visits"


def median_interval(values):
    """(low, high): the narrowest symmetric pair of ordered values that hold the median with 95%, from the binomial distribution."""
    ordered, rank, tail = sorted(values), -1, 0.0
    for below in range(len(ordered) // 2):
        tail += _choose(len(ordered), below) / 2.0 ** len(ordered)
        if tail > TAIL:
            break
        rank = below
    if rank < 0:
        raise ValueError("no pair of {} values holds their median with 95%".format(len(ordered)))
    return ordered[rank], ordered[-1 - rank]


def _choose(many, few):
    return math.factorial(many) // math.factorial(few) // math.factorial(many - few)
