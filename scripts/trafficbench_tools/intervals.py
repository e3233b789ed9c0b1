"""Intervals of confidence of what is worked out between reports, by the rules of drivers/base/statistics.cpp.

What a row says of itself (its interval, its ratios) the program has worked out, and the row is believed. Both languages are held
to tests/expected/statistics.json.
"""

import math

# What is left out on each side of an interval of 95%.
TAIL = 0.025
# No two ordered samples of fewer hold the median with 95%.
FEWEST_SAMPLES = 6


def middle_95_percent(values):
    """(low, high): the ends of the middle 95% of n values, the ceil(0.025 n)-th and the ceil(0.975 n)-th smallest."""
    ordered = sorted(values)
    low, high = (max(math.ceil(share * len(ordered)), 1) - 1 for share in (TAIL, 1 - TAIL))
    return ordered[low], ordered[high]
