"""The samples of a row by the visits and launches that they were made in, and what follows from those.

drivers/report/visits.hpp has the same rules, and works out what stands in the rows; here they check that, and serve what is said
between reports.
"""

import functools
import itertools
import math
import statistics

from trafficbench_tools.intervals import FEWEST_SAMPLES, TAIL


def rates_by_visit(row):
    """{(launch, visit): rates of its repetitions}, in order: iterations a second."""
    return _by_visit(row, [steps / seconds for steps, seconds in zip(row["sample_steps"], row["samples"])])


def medians_by_visit(row, values):
    """{(launch, visit): median of `values`, one a repetition}, in order."""
    return {visit: statistics.median(of_visit) for visit, of_visit in _by_visit(row, values).items()}


def two_best_by_visit(row, values):
    """The two greatest of `values`, one a repetition, of each visit, or the one there is; in order."""
    return tuple(tuple(sorted(of_visit, reverse=True)[:2]) for of_visit in _by_visit(row, values).values())


def per_iteration(row, values):
    """Of `values`, one a repetition, what one iteration has of each."""
    return [value / steps for value, steps in zip(values, row["sample_steps"])]


def _by_visit(row, values):
    visits = {}
    for run, visit, value in zip(row["sample_runs"], row["sample_visits"], values):
        visits.setdefault((run, visit), []).append(value)
    return visits


def best_rate(row):
    """Iterations a second of the fastest repetition."""
    return max(steps / seconds for steps, seconds in zip(row["sample_steps"], row["samples"]))


def visit_ratios(row, base, rates_of=rates_by_visit):
    """{(launch, visit): rate of the row over that of the base}, of the visits that both share: the median of the ratios of
    the rounds."""
    ours, theirs = rates_of(row), rates_of(base)
    # The roads of a weak sweep differ in length, and rates are of cells.
    cells = row["cells"] / base["cells"]
    return {
        visit: cells * statistics.median(one / other for one, other in zip(rates, theirs[visit]))
        for visit, rates in ours.items()
        if visit in theirs
    }


def median_and_interval(by_visit):
    """(median, low, high, over) of {(launch, visit): value}: over is "visits" or "launches"; low, high and over are None below
    six of either."""
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
    """(low, high): the narrowest symmetric pair of ordered values that hold the median with 95%, by the binomial distribution."""
    ordered, rank = sorted(values), _values_left_out(len(values)) - 1
    if rank < 0:
        raise ValueError("no pair of {} values holds their median with 95%".format(len(ordered)))
    return ordered[rank], ordered[-1 - rank]


@functools.lru_cache(maxsize=None)
def _values_left_out(many):
    """How many of so many ordered values the interval has on each side, its end included."""
    out, tail = 0, 0.0
    for below in range(many // 2):
        # By logarithms, as in drivers/base/statistics.cpp: 2**many is beyond a double where there are a thousand values.
        tail += math.exp(_log_choose(many, below) - many * math.log(2))
        if tail > TAIL:
            break
        out = below + 1
    return out


def _log_choose(many, few):
    return math.lgamma(many + 1) - math.lgamma(few + 1) - math.lgamma(many - few + 1)
