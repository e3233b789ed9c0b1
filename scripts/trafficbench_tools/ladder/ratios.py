"""Medians, their intervals, and ratios of medians, as docs/method.md defines them. Needs nothing but Python."""

import math
import random
import statistics

FEWEST = 6  # fewer samples hold the median of no interval with 95%
RESAMPLES = 2000


def median_interval(samples):
    """The 95% interval of the median from binomial order statistics, (low, high); None for fewer than 6 samples."""
    count = len(samples)
    if count < FEWEST:
        return None
    # The narrowest symmetric pair of ranks that the median lies between with at least 95%.
    tail, rank = 0.0, -1
    while tail + math.comb(count, rank + 1) / 2**count <= 0.025:
        rank += 1
        tail += math.comb(count, rank) / 2**count
    ordered = sorted(samples)
    return ordered[rank], ordered[count - 1 - rank]


def speedup(base_seconds, seconds, work):
    """How many times faster than the base: (value, low, high). `work` is the iterations of the row over those of the base.

    Sample i of both was taken in round i. The interval is the percentile bootstrap by round (Efron & Tibshirani, An
    Introduction to the Bootstrap, 1993): rounds are drawn with replacement, both sides of the ratio from the same ones, so
    that what slows a whole round cancels. Both ends are None for fewer than 6 rounds.
    """
    value = work * statistics.median(base_seconds) / statistics.median(seconds)
    rounds = range(len(seconds))
    if len(seconds) < FEWEST:
        return value, None, None
    generator = random.Random(1)  # the same samples give the same interval
    ratios = []
    for _ in range(RESAMPLES):
        drawn = generator.choices(rounds, k=len(seconds))
        ratios.append(
            work * statistics.median(base_seconds[i] for i in drawn) / statistics.median(seconds[i] for i in drawn)
        )
    ratios.sort()
    low, high = ratios[math.ceil(0.025 * RESAMPLES) - 1], ratios[math.ceil(0.975 * RESAMPLES) - 1]
    return value, min(low, value), max(high, value)
