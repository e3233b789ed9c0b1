"""faster, same, slower or unclear, and why."""

import math
import statistics
from dataclasses import dataclass

from trafficbench_tools.compare.change import fewest_samples
from trafficbench_tools.intervals import FEWEST_SAMPLES

FASTER, SAME, SLOWER, UNCLEAR = "faster", "same", "slower", "unclear"


@dataclass
class Verdict:
    """What is said of a point: one of the four words, and why."""

    word: str
    reason: str


def judge(pairs, change, threshold, margin):
    """Of one point. `threshold`: smallest change that counts; `margin`: what must be ruled out for `same`. Parts of 1."""
    notes = "".join(f"; {note}" for note in dict.fromkeys(note for pair in pairs for note in notes_of(pair)))
    word, reason = decide(pairs, change, math.log1p(threshold), math.log1p(margin))
    return Verdict(word, reason + notes)


def decide(pairs, change, threshold, margin):
    """(word, reason), by the change and its interval; threshold and margin are logarithms."""
    for pair in pairs:
        if pair.base["class"] == "closed-form" and pair.base["steps"] != pair.new["steps"]:
            return UNCLEAR, f"jumps of {pair.base['steps']} and of {pair.new['steps']} iterations are not the same work"
    if change.low is None:
        return UNCLEAR, f"only {fewest_samples(pairs)} repetitions in a row: an interval needs {FEWEST_SAMPLES}"
    log = math.log(change.ratio)
    if (change.low > 1 or change.high < 1) and abs(log) >= threshold:
        other = other_cause(pairs, log)
        if other:
            return UNCLEAR, other
        return FASTER if log > 0 else SLOWER, f"the whole interval is {'above' if log > 0 else 'below'} zero"
    if math.log(change.low) > -margin and math.log(change.high) < margin:
        shown = f"a change below {percent(threshold)}" if change.low > 1 or change.high < 1 else "no change shown"
        return SAME, f"{shown}, {percent(margin)} ruled out"
    return UNCLEAR, f"neither a change shown nor {percent(margin)} ruled out: {what_widens(pairs, change)}"


def what_widens(pairs, change):
    """Why the interval is as wide as it is."""
    if change.floor and change.floor >= 0.99 * math.log(change.high / change.ratio):
        return f"{change.moved} moved by {percent(change.noise)} from launch to launch"
    return f"the repetitions (at least {fewest_samples(pairs)}) are too far apart"


def other_cause(pairs, log):
    """What explains at least half of the change, other than the program; None if nothing does."""
    for measure, text in [(clock, clock_text), (core_share, core_text)]:
        sides = [[measure(row) for row in rows] for rows in zip(*((pair.base, pair.new) for pair in pairs))]
        if not all(map(all, sides)):
            continue  # not known of every launch
        before, after = map(statistics.geometric_mean, sides)
        factor = math.log(after / before)
        if factor * log > 0 and abs(factor) >= abs(log) / 2:
            return text(before, after, log - factor)
    return None


def clock(row):
    """The clock during the row, Hz; None if it was not measured."""
    return row["clock_hz"]


def clock_text(before, after, rest):
    """Says that the clock explains the change; `rest` is the logarithm of what it leaves."""
    return f"the clock ran at {before / 1e9:.2f} and {after / 1e9:.2f} GHz; in cells a cycle the change is {signed(rest)}"


def core_share(row):
    """How much of their cores' time the workers had; below 1, they slept or other programs ran there."""
    if row["origin"] != "measured" or not row["cpu_time"]:
        return None
    return min(1.0, row["cpu_time"] / (row["real_time"] * row["ranks"] * row["threads"]))


def core_text(before, after, rest):
    """Says that other programs on the cores explain the change."""
    return f"the workers had {before:.0%} and {after:.0%} of their cores; in CPU time the change is {signed(rest)}"


def notes_of(pair):
    """What else differs between the two rows, and their warnings."""
    base, new = pair.base, pair.new
    if base["origin"] != "measured":
        yield base["origin"]
    if base["count"] != new["count"]:
        yield f"contracts {base['count']} and {new['count']}"
    if base["isa"] != new["isa"]:
        yield f"{base['isa']} and {new['isa']}"
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
