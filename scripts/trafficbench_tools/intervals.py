"""Intervals of confidence that no report holds, by the rules of drivers/base/statistics.cpp.

What a row says of itself (its interval, its ratios) the program has worked out, and the row is believed. Here stands what is
worked out between reports, and for rows that hold samples alone. Both languages are held to tests/expected/statistics.json.
"""

import math

# What is left out on each side of an interval of 95%.
TAIL = 0.025
# No two ordered samples of fewer hold the median with 95%.
FEWEST_SAMPLES = 6


def median_interval(samples):
    """(low, high): the 95% interval of the median; (None, None) below 6 samples.

    The narrowest symmetric pair of ordered samples that holds the median with at least 95%, by the binomial distribution.
    """
    count = len(samples)
    if count < FEWEST_SAMPLES:
        return None, None
    tail, rank = 0.0, -1
    while tail + math.comb(count, rank + 1) / 2**count <= TAIL:
        rank += 1
        tail += math.comb(count, rank) / 2**count
    ordered = sorted(samples)
    return ordered[rank], ordered[count - 1 - rank]


def middle_95_percent(values):
    """(low, high): the ends of the middle 95% of n values, the ceil(0.025 n)-th and the ceil(0.975 n)-th smallest."""
    ordered = sorted(values)
    low, high = (max(math.ceil(share * len(ordered)), 1) - 1 for share in (TAIL, 1 - TAIL))
    return ordered[low], ordered[high]
