"""Which of several rows is the fastest. By the best repetition; but rows that tie have no winner.

Two rows of the same visits tie when the interval of their ratio within a visit includes 1. Rows that were not measured together
tie when their intervals overlap: with no six visits in common, an interval of their ratio cannot be had.
"""

from dataclasses import dataclass

from trafficbench_tools import visits
from trafficbench_tools.intervals import FEWEST_SAMPLES


@dataclass
class Ratio:
    """How many times faster one row's median is than another's."""

    value: float
    low: float
    high: float
    together: bool  # each visit gave one ratio; else it is what the intervals of both rows allow

    @property
    def tie(self):
        """None where there is no interval to tell by."""
        return None if self.low is None else self.low <= 1 <= self.high


def ratio(source, row, other, rate="mcops"):
    """The ratio of the medians of two rows of a source, with its interval; `rate` is the field of their rates."""
    shared = visits.visit_ratios(row, other, source.rates_of)
    if len(shared) >= FEWEST_SAMPLES:
        value, low, high, _ = visits.median_and_interval(shared)
        return Ratio(value, low, high, True)
    value, low, high = row[rate] / other[rate], f"{rate}_low", f"{rate}_high"
    if row.get(low) is None or other.get(low) is None:
        return Ratio(value, None, None, False)
    return Ratio(value, row[low] / other[high], row[high] / other[low], False)


@dataclass
class Fastest:
    """The row with the best repetition of all, and what else must be said with it."""

    row: dict
    tied: list  # others that tie with it, the best first
    untold: bool  # whether one of the others is near and has no interval to tell by
    by_median: dict  # the row with the highest median, where that is not one of these; else None

    @property
    def rows(self):
        return [self.row, *self.tied]


def fastest(source, members, rate="mcops"):
    """The fastest of these rows of a source, which have rates of this field."""
    best = f"{rate}_best"
    ranked = sorted(members, key=lambda row: row[best], reverse=True)
    first, others = ranked[0], ranked[1:]
    told = [(row, ratio(source, first, row, rate).tie) for row in others]
    tied = [row for row, tie in told if tie]
    untold = any(tie is None and row[best] >= first[rate] for row, tie in told)
    highest = max(members, key=lambda row: row[rate])
    return Fastest(first, tied, untold, None if any(highest is row for row in [first, *tied]) else highest)


def named(found, name):
    """As in "a", or "a and b, a tie"; `name` makes a text of a row."""
    texts = list(dict.fromkeys(name(row) for row in found.rows))
    if len(texts) == 1:
        return texts[0]
    return f"{', '.join(texts[:-1])} and {texts[-1]}, a tie"


def remarks(found, name):
    """What the naming leaves open: "; no interval tells of ties", "; by the median: c"."""
    text = "; without intervals of six visits ties cannot be told" if found.untold else ""
    return text + (f"; by the median it is {name(found.by_median)}" if found.by_median else "")
