"""faster, same, slower or unclear, and why."""

import math
from dataclasses import dataclass

from compare.change import LEAST_SAMPLES, NOISE_WIDTHS

FASTER, SAME, SLOWER, UNCLEAR = "faster", "same", "slower", "unclear"


@dataclass
class Verdict:
    word: str
    reason: str


def judge(pair, change, threshold, margin):
    """`threshold`: smallest change that counts; `margin`: what must be ruled out for `same`. Parts of 1."""
    notes = "".join(f"; {note}" for note in notes_of(pair))
    word, reason = decide(pair, change, math.log1p(threshold), math.log1p(margin))
    return Verdict(word, reason + notes)


def decide(pair, change, threshold, margin):
    if pair.base["class"] == "closed-form" and pair.base["steps"] != pair.new["steps"]:
        return UNCLEAR, f"jumps of {pair.base['steps']} and of {pair.new['steps']} iterations are not the same work"
    if change.low is None:
        counts = [len(row["samples"]) for row in (pair.base, pair.new)]
        return UNCLEAR, f"{counts[0]} and {counts[1]} repetitions: an interval needs {LEAST_SAMPLES}"
    log = math.log(change.ratio)
    if (change.low > 1 or change.high < 1) and abs(log) >= threshold:
        other = other_cause(pair, log)
        if other:
            return UNCLEAR, other
        return FASTER if log > 0 else SLOWER, f"the whole interval is {'above' if log > 0 else 'below'} zero"
    if math.log(change.low) > -margin and math.log(change.high) < margin:
        shown = f"a change below {percent(threshold)}" if change.low > 1 or change.high < 1 else "no change shown"
        return SAME, f"{shown}, {percent(margin)} ruled out"
    return UNCLEAR, f"neither a change shown nor {percent(margin)} ruled out: {what_widens(pair, change)}"


def what_widens(pair, change):
    if change.noise and NOISE_WIDTHS * change.noise >= 0.99 * math.log(change.high / change.ratio):
        return f"other kernels moved by {percent(change.noise)} from launch to launch"
    fewest = min(len(pair.base["samples"]), len(pair.new["samples"]))
    return f"the repetitions (at least {fewest}) are too far apart"


def other_cause(pair, log):
    """What else moved the speed by at least half as much, the same way: then the program may be innocent."""
    for factor, text in [(clock_change(pair), clock_text), (core_change(pair), core_text)]:
        if factor is not None and factor * log > 0 and abs(factor) >= abs(log) / 2:
            return text(pair, log - factor)
    return None


def clock_change(pair):
    before, after = pair.base["clock_hz"], pair.new["clock_hz"]
    return math.log(after / before) if before and after else None


def clock_text(pair, rest):
    before, after = pair.base["clock_hz"] / 1e9, pair.new["clock_hz"] / 1e9
    return f"the clock ran at {before:.2f} and {after:.2f} GHz; in cells a cycle the change is {signed(rest)}"


def core_share(row):
    """How much of their cores' time the workers had; below 1, they slept or other programs ran there."""
    if row["origin"] != "measured" or not row["cpu_time"]:
        return None
    return min(1.0, row["cpu_time"] / (row["real_time"] * row["ranks"] * row["threads"]))


def core_change(pair):
    before, after = core_share(pair.base), core_share(pair.new)
    return math.log(after / before) if before and after else None


def core_text(pair, rest):
    before, after = core_share(pair.base), core_share(pair.new)
    return f"the workers had {before:.0%} and {after:.0%} of their cores; in CPU time the change is {signed(rest)}"


def notes_of(pair):
    """What a reader of this row should know besides."""
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
    value = 100 * math.expm1(log)
    return f"{value:.0f}%" if value >= 10 else f"{value:.2g}%"


def signed(log):
    return f"{round(100 * math.expm1(log), 1) + 0.0:+.1f}%"  # + 0.0: no minus before a zero
