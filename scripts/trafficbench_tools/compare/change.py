"""How much faster a point became, and how surely. docs/method.md, "Comparing two reports", has the figures.

Speeds are iterations a second. A change is the ratio of the medians, new over base, above 1 for faster. Where there are several
launches of each side, a point has a pair of rows for each launch, and its change is the median of the pairs' changes: if one
launch of six was disturbed, the median hardly moves, however much that one did.
"""

import math
import random
import statistics
from dataclasses import dataclass
from functools import lru_cache

from trafficbench_tools.intervals import FEWEST_SAMPLES, middle_95_percent

DRAWS = 2000
# No interval is narrower than this many times the launch noise. At 2 false alarms stay below 1 in 20 in every case of
# the table in docs/method.md; at 2.6 they halve, and far fewer real changes are found.
NOISE_WIDTHS = 2
# For two launches and more, where no other kernels tell of launch noise: quantiles of Student's t at 97.5%, by degrees of
# freedom; beyond the last, the last.
STUDENT = [12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23]
# A median of n normal values has this many times the standard deviation of their mean, for large n.
OF_MEDIAN = 1.2533
# No interval is wider to either side, as a logarithm: a factor of 10^130 says nothing, and what is larger is no number.
WIDEST = 300
# Makes a median of absolute values the standard deviation of a normal distribution.
TO_DEVIATION = 1.4826


@dataclass
class Change:
    """A ratio of speeds with its interval; no interval (None) where there are too few samples."""

    ratio: float
    low: float = None
    high: float = None
    noise: float = None  # launch noise, a standard deviation of log(ratio); None where it could not be seen
    moved: str = "other kernels"  # what showed it
    floor: float = None  # half the width that it gives the interval at least, of log(ratio)


def changes_of(points):
    """The change at every point; each is a list of pairs, one for each launch of both sides."""
    logs = [[math.log(median_speed(pair.new) / median_speed(pair.base)) for pair in pairs] for pairs in points]
    others = launch_noises(points, [statistics.median(each) for each in logs])
    return [change_of(*each) for each in zip(points, logs, others)]


def change_of(pairs, logs, others):
    """`logs` of the changes from launch to launch; `others`: how far other kernels moved, None if that is not known."""
    centre = statistics.median(logs)
    ratio = math.exp(centre)
    noise, moved, widths = others, "other kernels", NOISE_WIDTHS
    if len(logs) > 1:
        own = OF_MEDIAN * TO_DEVIATION * statistics.median(abs(log - centre) for log in logs) / math.sqrt(len(logs))
        if own > (others or 0):
            noise, moved = own, "the point itself"
        if others is None:
            widths = STUDENT[min(len(logs) - 1, len(STUDENT)) - 1]
    if pairs[0].base["origin"] != "measured":
        return Change(ratio, ratio, ratio)  # worked out, not measured: the same every time
    if fewest_samples(pairs) < FEWEST_SAMPLES:
        return Change(ratio, noise=noise, moved=moved)
    low, high = bootstrap_interval(pairs)
    floor = min(widths * (noise or 0), WIDEST)
    return Change(ratio, min(low, ratio / math.exp(floor)), max(high, ratio * math.exp(floor)), noise, moved, floor)


def median_speed(row):
    """Iterations a millisecond, by the median repetition."""
    return row["steps"] / row["real_time"]


def fewest_samples(pairs):
    """The number of repetitions in the row of the pairs that has fewest."""
    return min(len(row["samples"]) for pair in pairs for row in (pair.base, pair.new))


def bootstrap_interval(pairs):
    """Percentile bootstrap of the ratio of medians; launches are drawn apart, since no round is in two of them."""
    drawn = []
    for launch, pair in enumerate(pairs):
        # The medians are of times: the new one divides.
        base = resampled_medians(pair.base, f"base {launch}")
        new = resampled_medians(pair.new, f"new {launch}")
        steps = pair.new["steps"] / pair.base["steps"]
        drawn.append([steps * a / b for a, b in zip(base, new)])
    return middle_95_percent(map(statistics.median, zip(*drawn)))


def resampled_medians(row, side):
    """Medians of samples drawn with replacement. A row has one sample a round, so that these are rounds drawn too."""
    ordered = sorted(row["samples"])
    return [(ordered[low] + ordered[high]) / 2 for low, high in drawn_middles(len(ordered), side)]


@lru_cache(maxsize=None)
def drawn_middles(count, side):
    """For each draw of `count` from `count`, the ranks of the two middle ones.

    The same draws for every row: thousands of rows then take seconds, and a comparison says the same each time.
    """
    generator = random.Random(f"{side} {count}")
    draws = (sorted(generator.choices(range(count), k=count)) for _ in range(DRAWS))
    return [(drawn[(count - 1) // 2], drawn[count // 2]) for drawn in draws]


def launch_noises(points, logs):
    """For each point, how far other kernels moved between the two launches: a standard deviation, None if unknown.

    Samples of one launch share what the machine was like just then, so their spread says nothing of it. Other kernels,
    which a change to one kernel leaves alone, went through the same: those of the whole report, and those measured in
    the same rounds. Of these two medians the larger counts; lower medians, so that one changed kernel among three does
    not.
    """
    everywhere, here = {}, {}
    firsts = [pairs[0] for pairs in points]
    for pair, log in zip(firsts, logs):
        for groups, key in [(everywhere, ()), (here, pair.setting)]:
            groups.setdefault(key, {}).setdefault(pair.base["kernel"], []).append(abs(log))

    @lru_cache(maxsize=None)
    def of_others(key, kernel):
        group = here[key] if key else everywhere[()]
        others = [logs for other, logs in group.items() if other != kernel]
        if len(others) < 2:
            return None  # one other kernel may itself be the one that changed
        return TO_DEVIATION * statistics.median_low([log for logs in others for log in logs])

    def noise(pair):
        known = [of_others(key, pair.base["kernel"]) for key in ((), pair.setting)]
        return max((value for value in known if value is not None), default=None)

    return [noise(pair) for pair in firsts]
