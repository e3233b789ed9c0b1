"""How much faster a point became, and how surely. docs/method.md, "Comparing two reports", has the figures.

Speeds are iterations a second; a change is the ratio of the medians, new over base, above 1 for faster.
"""

import math
import random
import statistics
from dataclasses import dataclass
from functools import lru_cache

CONFIDENCE = 0.95
# As for the interval of a median: no two ordered samples of fewer hold it with 95%.
LEAST_SAMPLES = 6
DRAWS = 2000
# No interval is narrower than this many times the launch noise. At 2 false alarms stay below 1 in 20 in every case of
# the table in docs/method.md; at 2.6 they halve, and far fewer real changes are found.
NOISE_WIDTHS = 2
# Makes a median of absolute values the standard deviation of a normal distribution.
TO_DEVIATION = 1.4826


@dataclass
class Change:
    """A ratio of speeds with its interval; no interval (None) where there are too few samples."""

    ratio: float
    low: float = None
    high: float = None
    noise: float = None  # launch noise, a standard deviation of log(ratio); None where it could not be seen


def changes_of(pairs):
    """The change at every pair."""
    ratios = [median_speed(pair.new) / median_speed(pair.base) for pair in pairs]
    noises = launch_noises(pairs, [math.log(ratio) for ratio in ratios])
    return [change_of(*each) for each in zip(pairs, ratios, noises)]


def change_of(pair, ratio, noise):
    if pair.base["origin"] != "measured":
        return Change(ratio, ratio, ratio)  # worked out, not measured: the same every time
    if min(len(pair.base["samples"]), len(pair.new["samples"])) < LEAST_SAMPLES:
        return Change(ratio, noise=noise)
    low, high = bootstrap_interval(pair)
    floor = math.exp(NOISE_WIDTHS * (noise or 0))
    return Change(ratio, min(low, ratio / floor), max(high, ratio * floor), noise)


def median_speed(row):
    return row["steps"] / row["real_time"]


def bootstrap_interval(pair):
    """Percentile bootstrap of the ratio of medians; the two launches are drawn apart, since no round is in both."""
    # The medians are of times: the new one divides.
    base = resampled_medians(pair.base, "base")
    new = resampled_medians(pair.new, "new")
    steps = pair.new["steps"] / pair.base["steps"]
    ratios = sorted(steps * a / b for a, b in zip(base, new))
    tail = (1 - CONFIDENCE) / 2
    return ratios[math.floor(tail * DRAWS)], ratios[math.ceil((1 - tail) * DRAWS) - 1]


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


def launch_noises(pairs, logs):
    """For each pair, how far other kernels moved between the two launches: a standard deviation, None if unknown.

    Samples of one launch share what the machine was like just then, so their spread says nothing of it. Other kernels,
    which a change to one kernel leaves alone, went through the same: those of the whole report, and those measured in
    the same rounds. Of these two medians the larger counts; lower medians, so that one changed kernel among three does
    not.
    """
    everywhere, here = {}, {}
    for pair, log in zip(pairs, logs):
        for groups, key in [(everywhere, ()), (here, pair.place)]:
            groups.setdefault(key, {}).setdefault(pair.base["kernel"], []).append(abs(log))

    @lru_cache(maxsize=None)
    def of_others(key, kernel):
        group = here[key] if key else everywhere[()]
        others = [logs for other, logs in group.items() if other != kernel]
        if len(others) < 2:
            return None  # one other kernel may itself be the one that changed
        return TO_DEVIATION * statistics.median_low([log for logs in others for log in logs])

    def noise(pair):
        known = [of_others(key, pair.base["kernel"]) for key in ((), pair.place)]
        return max((value for value in known if value is not None), default=None)

    return [noise(pair) for pair in pairs]
