"""How much faster a point became, by its best repetitions and by its median. docs/method.md, "Comparing two reports", says why.

Speeds are iterations a second, and by best iterations a cycle where that can be said. A change is the ratio of two speeds, new
over base, above 1 for faster.
"""

import bisect
import functools
import math
import statistics
from dataclasses import dataclass, replace

from trafficbench_tools.version_1 import INTERVAL_OVER as REPETITIONS
from trafficbench_tools.visits import (
    best_rate, median_and_interval, median_interval, medians_by_visit, per_iteration, two_best_by_visit
)  # fmt: skip

BEST, MEDIAN = "best", "median"


@dataclass
class Figure:
    """The speed of a row in one of the two ways, and what the machine was like then."""

    speed: float
    low: float = None
    high: float = None
    over: str = None  # what the interval is over: visits, launches, or repetitions of one launch
    bests: tuple = ()  # by best: the speeds of the two best repetitions of each visit; empty in a row that was worked out
    bests_a_cycle: tuple = ()  # the same in iterations a cycle; empty where that says nothing
    visits: int = 0
    clock: float = None  # Hz; None where it was not measured
    share: float = None  # of their cores' time that the workers had; below 1, they slept or other programs ran there


@dataclass
class Change:
    """A ratio of speeds, by the best or by the median, and the speeds themselves."""

    by: str
    ratio: float
    base: Figure
    new: Figure
    low: float = None  # ends of the ratio, by the ends of both intervals; None where a side has none
    high: float = None
    a_cycle: bool = False  # speeds are iterations a cycle
    in_seconds: float = None  # the ratio by iterations a second, where `ratio` is not by these
    speeds: tuple = None  # base and new in iterations a second, where the figures are not in these


def changes_of(base, new):
    """{way: Change} of two rows."""
    return changes(figures_of(base), figures_of(new))


def changes(base, new):
    """{way: Change} by the figures of two rows."""
    return {BEST: change_of_bests(base[BEST], new[BEST]), MEDIAN: change_of_medians(base[MEDIAN], new[MEDIAN])}


def change_of_bests(base, new):
    """By work a cycle where both sides know it: a clock that is higher for a moment is no faster program. On equal numbers of
    visits: the best of more is higher, whatever was measured."""
    visits = min(base.visits, new.visits)
    if visits == 0:
        return Change(BEST, new.speed / base.speed, base, new)
    a_cycle = bool(base.bests_a_cycle and new.bests_a_cycle)
    by_second, by_cycle = (
        [two_best(getattr(side, bests), visits) if getattr(side, bests) else None for side in (base, new)]
        for bests in ("bests", "bests_a_cycle")
    )
    speeds = by_cycle if a_cycle else by_second
    sides = [replace(side, speed=speed) for side, speed in zip((base, new), speeds)]
    in_seconds = by_second[1] / by_second[0] if a_cycle else None
    in_time = tuple(by_second) if a_cycle else None
    return Change(BEST, speeds[1] / speeds[0], *sides, a_cycle=a_cycle, in_seconds=in_seconds, speeds=in_time)


@functools.cache
def two_best(bests, visits):
    """The mean of the two best repetitions of so many visits, on average over all ways to choose them among these; `bests` are
    the two best of each, or the one it has. Two, so that one that was timed a little wrong decides nothing by itself."""
    first = sorted(each[0] for each in bests)
    second = sorted(each[1] for each in bests if len(each) > 1)
    if not second and visits == 1:
        return statistics.mean(first)
    ways = math.comb(len(bests), visits)
    levels = sorted({*first, *second})
    total = 2 * levels[0]
    for below, level in zip(levels, levels[1:]):
        # How likely it is that one repetition, and that two, reach this level.
        none = bisect.bisect_left(first, level)
        single = len(first) - none - (len(second) - bisect.bisect_left(second, level))
        not_one = math.comb(none, visits) / ways
        not_two = not_one + single * (math.comb(none, visits - 1) / ways)
        total += (level - below) * (2 - not_one - not_two)
    return total / 2


def change_of_medians(base, new):
    """With the worst-case interval: from the ends of the two that are farthest apart."""
    change = Change(MEDIAN, new.speed / base.speed, base, new)
    if base.low is not None and new.low is not None:
        change.low, change.high = new.low / base.high, new.high / base.low
    return change


def figures_of(row):
    """{way: Figure} of a row that has a time."""
    if row["origin"] != "measured":
        # Worked out, not measured: the same every time, so that the interval has no width.
        speed = 1e9 * (1 if row["class"] == "update" else row["steps"]) / row["real_time"]
        best = best_rate(row) if row["samples"] else speed
        return {BEST: Figure(best), MEDIAN: Figure(speed, speed, speed)}
    return {BEST: best_figure(row), MEDIAN: median_figure(row)}


def best_figure(row):
    """Those of the best repetitions of its visits."""
    speeds = [steps / seconds for steps, seconds in zip(row["sample_steps"], row["samples"])]
    bests = two_best_by_visit(row, speeds)
    clocks = row.get("sample_clock_hz")
    bests_a_cycle = ()
    # Memory has a clock of its own.
    if clocks and not (row.get("limit") or "").endswith("memory bandwidth"):
        bests_a_cycle = two_best_by_visit(row, [speed / clock for speed, clock in zip(speeds, clocks)])
    fastest = max(range(len(speeds)), key=speeds.__getitem__)
    share = None
    if row.get("cpu_seconds"):
        share = share_of_cores(row, row["cpu_seconds"][fastest], row["samples"][fastest])
    return Figure(
        speeds[fastest],
        bests=bests,
        bests_a_cycle=bests_a_cycle,
        visits=len(bests),
        clock=clocks[fastest] if clocks else row["clock_hz"],
        share=share,
    )


def median_figure(row):
    """The median over visits, with its interval."""
    seconds = per_iteration(row, row["samples"])
    times = medians_by_visit(row, seconds)
    middle, low, high, over = median_and_interval(times)
    if over is None and len(times) == 1 and row["interval_over"] == REPETITIONS:
        # Of version 1: all that is known is how far its repetitions were apart.
        low, high = median_interval(seconds)
        over = REPETITIONS
    ends = {} if over is None else {"low": 1 / high, "high": 1 / low, "over": over}
    share = share_of_cores(row, row["cpu_time"], row["real_time"])
    return Figure(1 / middle, **ends, visits=len(times), clock=median_clock(row), share=share)


def median_clock(row):
    """The median over visits of the clock before each repetition, Hz; that of the row where these were not kept."""
    if not row.get("sample_clock_hz"):
        return row["clock_hz"]
    return statistics.median(medians_by_visit(row, row["sample_clock_hz"]).values())


def share_of_cores(row, cpu, wall):
    """The part of their cores' time that the workers had; None where CPU time is not known."""
    return min(1.0, cpu / (wall * row["ranks"] * row["threads"])) if cpu else None
