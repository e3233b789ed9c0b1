"""faster, same, slower or unclear, and why."""

import math
from dataclasses import dataclass

from trafficbench_tools.compare.change import BEST
from trafficbench_tools.intervals import FEWEST_SAMPLES
from trafficbench_tools.version_1 import INTERVAL_OVER as REPETITIONS

FASTER, SAME, SLOWER, UNCLEAR = "faster", "same", "slower", "unclear"

# Percent. The best repetitions of two launches of one program may differ by so much: a little above what keeps false alarms
# at 5% of the points of the launches in results/self. scripts/self_comparison.py says what it is on another machine.
THRESHOLD = 4.8
# Percent: what a comparison of medians must rule out for `same`.
MARGIN = 5.0


@dataclass
class Verdict:
    """What is said of a point: one of the four words, and why."""

    word: str
    reason: str


def judge(pair, change, limit):
    """Of one point. `limit`, a part of 1: by best the threshold, by median the margin."""
    log_limit = math.log1p(limit)
    if pair.base["class"] == "closed-form" and pair.base["steps"] != pair.new["steps"]:
        word, reason = UNCLEAR, f"jumps of {pair.base['steps']} and of {pair.new['steps']} iterations are not the same work"
    else:
        word, reason = (by_best if change.by == BEST else by_median)(change, log_limit)
    return Verdict(word, "; ".join([reason, *notes_of(pair, change)]))


def by_best(change, threshold):
    """(word, reason); the threshold is a logarithm. Disturbance only slows, so that the best repetitions are repeatable."""
    log, limit = math.log(change.ratio), percent(threshold)
    measure = " in work a cycle" if change.a_cycle else ""
    fewest = min(change.base.visits, change.new.visits)
    if change.base.bests and fewest < FEWEST_SAMPLES:
        return UNCLEAR, f"{visits_text(fewest)}: the best of fewer than {FEWEST_SAMPLES} may be a disturbed one"
    if log == 0 or abs(log) < threshold:
        seconds = ""
        if change.a_cycle and abs(math.log(change.in_seconds)) >= threshold > 0:
            clocks = f"{change.base.clock / 1e9:.2f} and {change.new.clock / 1e9:.2f} GHz"
            seconds = f"; in seconds the change is {signed(math.log(change.in_seconds))}, the clock ran at {clocks}"
        return SAME, f"the best repetitions differ by less than {limit}{measure}{seconds}"
    other = other_cause(change)
    if other:
        return UNCLEAR, other
    return FASTER if log > 0 else SLOWER, f"the best repetitions differ by {limit} or more{measure}"


def by_median(change, margin):
    """(word, reason); the margin is a logarithm."""
    if change.low is None:
        fewest = min(figure.visits for figure in (change.base, change.new) if figure.low is None)
        return UNCLEAR, f"{visits_text(fewest)}: an interval needs {FEWEST_SAMPLES}"
    # Worked-out rows have intervals without a width, and may differ by a rounding.
    if (change.low > 1 or change.high < 1) and (change.base.over or abs(math.log(change.ratio)) >= margin):
        other = other_cause(change)
        return FASTER if change.low > 1 else SLOWER, "the intervals lie apart" + (f"; {other}" if other else "")
    if math.log(change.low) > -margin and math.log(change.high) < margin:
        return SAME, f"{'the intervals overlap, ' if change.base.over else ''}{percent(margin)} ruled out"
    return UNCLEAR, f"the intervals overlap, {percent(margin)} not ruled out"


def visits_text(count):
    """How few there are."""
    return f"only {count} visit{'' if count == 1 else 's'}"


def other_cause(change):
    """What explains at least half of the change, other than the program; None if nothing does."""
    log = math.log(change.ratio)
    base, new = change.base, change.new
    clocks = (None, None) if change.a_cycle else (base.clock, new.clock)
    for before, after, text in [(*clocks, clock_text), (base.share, new.share, core_text)]:
        if not before or not after:
            continue  # not known
        factor = math.log(after / before)
        if factor * log > 0 and abs(factor) >= abs(log) / 2:
            return text(before, after, log - factor)
    return None


def clock_text(before, after, rest):
    """Says that the clock explains the change; `rest` is the logarithm of what it leaves."""
    return f"the clock ran at {before / 1e9:.2f} and {after / 1e9:.2f} GHz; in cells a cycle the change is {signed(rest)}"


def core_text(before, after, rest):
    """Says that other programs on the cores explain the change."""
    return f"the workers had {before:.0%} and {after:.0%} of their cores; in CPU time the change is {signed(rest)}"


def notes_of(pair, change):
    """What else differs between the two rows, and their warnings."""
    base, new = pair.base, pair.new
    if base["origin"] != "measured":
        yield base["origin"]
    if change.by == BEST and change.base.visits != change.new.visits:
        yield f"{change.base.visits} and {change.new.visits} visits, judged by as many of each"
    elif change.by == BEST and change.base.bests:
        counts = [len(row["samples"]) / figure.visits for row, figure in ((base, change.base), (new, change.new))]
        if max(counts) > 2 * min(counts):
            yield f"{counts[0]:.3g} and {counts[1]:.3g} repetitions a visit: the best of more is higher"
    if REPETITIONS in (change.base.over, change.new.over):
        yield "interval within one launch"
    if base["count"] != new["count"]:
        yield f"counting modes {base['count']} and {new['count']}"
    if base["isa"] != new["isa"]:
        yield f"{base['isa']} and {new['isa']}"
    if base["depth"] != new["depth"]:
        yield f"depths {base['depth']} and {new['depth']}"
    if base["class"] == "update" and abs(math.log(new["steps"] / base["steps"])) > math.log(1.1):
        yield f"repetitions of {base['steps']} and {new['steps']} iterations"
    warnings = sorted({*base.get("warnings", []), *new.get("warnings", [])})
    if warnings:
        yield f"warned of {', '.join(warnings)}"


def percent(log):
    """The logarithm of a ratio as a percentage without a sign."""
    value = 100 * math.expm1(log)
    return f"{value:.0f}%" if value >= 10 else f"{value:.2g}%"


def signed(log):
    """The logarithm of a ratio as a percentage with its sign."""
    return f"{round(100 * math.expm1(log), 1) + 0.0:+.1f}%"  # + 0.0: no minus before a zero
