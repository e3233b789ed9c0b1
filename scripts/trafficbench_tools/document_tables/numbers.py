"""What is told of a row, worked out from its samples, and how it is written: up to the digit in which its interval begins."""

import math

from trafficbench_tools.visits import best_rate, median_and_interval, medians_by_visit, rates_by_visit, visit_ratios

# A median may be an end of its interval: then no number of digits is enough.
MOST_MORE_DIGITS = 2


def rounded(value, low, high):
    """The number as people read it, up to the digit in which its interval begins, or a digit or two more where it would leave the
    interval; three digits where there is none."""
    spread = (high - low) / 2 if low is not None else 0
    digits = math.floor(math.log10(spread)) if spread > 0 else math.floor(math.log10(abs(value))) - 2 if value else 0
    for _ in range(MOST_MORE_DIGITS if spread > 0 else 0):
        if not low <= round(value, -digits) <= high:
            digits -= 1
    return f"{round(value, -digits):,.{max(0, -digits)}f}"


def percent(value, low, high):
    """Half the width of the interval, in percent of the number; empty where there is none."""
    if low is None:
        return ""
    half = 50 * (high - low) / value
    return f"{half:.1f}" if half < 9.95 else f"{half:.0f}"


class Rate:
    """MCOPs of a row: the median over visits with its interval, the best repetition, and how many visits there were."""

    def __init__(self, row):
        rates = {visit: [1e-6 * row["cells"] * rate for rate in of_visit] for visit, of_visit in rates_by_visit(row).items()}
        flat = [rate for of_visit in rates.values() for rate in of_visit]
        self.median, self.low, self.high, _ = median_and_interval(medians_by_visit(row, flat))
        self.best = 1e-6 * row["cells"] * best_rate(row)
        self.visits = len(rates)


def ratio_of(row, base):
    """(median, low, high) of the rate of one row over that of another, formed within visits."""
    return median_and_interval(visit_ratios(row, base))[:3]


def between(low, high, like):
    """An interval in as many digits as the number beside it has."""
    if low is None:
        return ""
    decimals = len(like.partition(".")[2])
    return f" ({low:,.{decimals}f} .. {high:,.{decimals}f})"
