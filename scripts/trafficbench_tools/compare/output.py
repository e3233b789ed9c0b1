"""A comparison as a table for people and as JSON for programs."""

from trafficbench_tools import terminal
from trafficbench_tools.compare.change import BEST, MEDIAN
from trafficbench_tools.compare.verdict import FASTER, SAME, SLOWER, UNCLEAR
from trafficbench_tools.contexts import Contexts
from trafficbench_tools.printing import printable

WORDS = [SLOWER, UNCLEAR, FASTER, SAME]
JUDGED = {BEST: "the two best repetitions", MEDIAN: "the median over visits"}


def count_words(verdicts):
    """{verdict: number of points}, every verdict among them."""
    return {word: sum(verdict.word == word for verdict in verdicts) for word in WORDS}


def print_table(paths, reports, pairing, points, verdicts, options):
    """Prints what was compared, a line a point with the worst first, and the counts."""
    print(printable(contexts_of(reports).said()[0]))
    for which, path, report in zip(("base", "new ") * len(reports), sum(paths, []), sum(reports, [])):
        for run in report["context"]["runs"]:
            print(f"{which}  {path}: version {run['version']} ({run['commit']}), host {run['host']}, {run['date']}")
    short, common = short_names([one.name for one in pairing.pairs])
    if common:
        print(terminal.wrapped(f"All points: {common}"))
    a_cycle = any(change[options.by].a_cycle for change in points)
    how = ", in work per clock cycle where the clock is known" if a_cycle else ""
    print()
    print(terminal.wrapped(f"Judged by {JUDGED[options.by]}{how}. Rates are MCOPs: million cell updates per second."))
    lines = [("verdict", "point", "best", "median, 95% interval", "base", "new")]
    order = sorted(range(len(verdicts)), key=lambda index: WORDS.index(verdicts[index].word))
    for index in order:
        change = points[index]
        rates = rates_of(pairing.pairs[index], change[options.by])
        figures_shown = signed_percent(change[BEST].ratio), interval(change[MEDIAN]), *rates
        lines.append((verdicts[index].word, short[index], *figures_shown))
    widths = [max(map(len, column)) for column in zip(*lines)]
    for index, line in zip([None, *order], lines):
        cells = [f"{cell:<{width}}" if place in (0, 1, 3) else f"{cell:>{width}}"
                 for place, (cell, width) in enumerate(zip(line, widths))]  # fmt: skip
        print("  ".join(cells).rstrip())
        if index is not None and verdicts[index].word != SAME:
            print(terminal.wrapped(f"    {verdicts[index].reason}"))
    print()
    for name, why in pairing.left_out:
        print(f"not compared: {name}: {why}")
    for note in notes(paths, reports):
        print(note)
    counts = count_words(verdicts)
    print(f"{len(verdicts)} points by {options.by}: {', '.join(f'{number} {word}' for word, number in counts.items())}.")


def contexts_of(reports):
    """The contexts of both sides, each of all its launches."""
    sides = [[both[side] for both in reports] for side in (0, 1)]
    contexts = [{"runs": [run for report in side for run in report["context"]["runs"]]} for side in sides]
    return Contexts(contexts, [[row for report in side for row in report["benchmarks"]] for side in sides], ["base", "new"])


def notes(paths, reports):
    """What is to be known of whole reports."""
    return [
        f"{path} is of version 1: its interval holds within one launch."
        for path, report in zip(sum(paths, []), sum(reports, []))
        if "trafficbench_schema" not in report["context"]
        and any(row["origin"] == "measured" for row in report["benchmarks"])
    ]


def signed_percent(ratio):
    """A ratio as a change in percent."""
    return f"{100 * (ratio - 1):+.1f}%"


def interval(change):
    """The change and its interval in percent, as in -4.8% (-5.1 .. -4.5)."""
    middle = signed_percent(change.ratio)
    if change.low is None:
        return middle
    return f"{middle} ({100 * (change.low - 1):+.1f} .. {100 * (change.high - 1):+.1f})"


def figures(pair, change):
    """Base, new and their unit: work in a time, or the time where the row has no rate; by seconds or by cycles."""
    base, new = change.base.speed, change.new.speed
    if pair.base["mcops"] is None:
        scale, unit = (1, "cycles") if change.a_cycle else (1e9, "ns")
        return {"base": scale * pair.base["steps"] / base, "new": scale * pair.new["steps"] / new, "unit": unit}
    scale, unit = (1, "cells/cycle") if change.a_cycle else (1e-6, "MCOPs")
    return {"base": scale * pair.base["cells"] * base, "new": scale * pair.base["cells"] * new, "unit": unit}


def rates_of(pair, change):
    """Base and new in MCOPs, or the time of a jump in ns, as texts."""
    speeds = change.speeds or (change.base.speed, change.new.speed)
    if pair.base["mcops"] is None:
        return [f"{number_text(1e9 * row['steps'] / speed)} ns" for row, speed in zip((pair.base, pair.new), speeds)]
    return [number_text(1e-6 * pair.base["cells"] * speed) for speed in speeds]


def number_text(value):
    """A rate as people read it."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def short_names(names):
    """The kernels with the parts of the names in which these differ, and the parts that all have."""
    parts = [name.split("/") for name in names]
    everywhere = [part for part in parts[0] if all(part in other for other in parts) and part != kernel_of(parts[0])]
    short = [" ".join(part for part in each if part not in everywhere) for each in parts]
    return short, " ".join(everywhere)


def kernel_of(parts):
    """It stands behind the command."""
    return parts[1] if len(parts) > 1 else parts[0]


def as_json(paths, reports, pairing, points, verdicts, options, status):
    """All that the table says, for programs."""
    return {
        "base": printable(paths[0][0]),
        "new": printable(paths[0][1]),
        "again": [list(map(printable, both)) for both in paths[1:]],
        "by": options.by,
        "threshold_percent": options.threshold,
        "margin_percent": options.margin,
        "exit_status": status,
        "counts": count_words(verdicts),
        "differs": [
            {"what": fact.title, **{side: printable(text) for side, text in zip(("base", "new"), fact.texts)}}
            for fact in contexts_of(reports).differing()
        ],
        "notes": [printable(note) for note in notes(paths, reports)],
        "points": [
            {
                "name": one.name,
                "verdict": verdict.word,
                "reason": verdict.reason,
                "best": {
                    "ratio": change[BEST].ratio,
                    "ratio_in_seconds": change[BEST].in_seconds or change[BEST].ratio,
                    **figures(one, change[BEST]),
                    "visits": [change[BEST].base.visits, change[BEST].new.visits],
                },
                "median": {
                    "ratio": change[MEDIAN].ratio,
                    "ratio_low": change[MEDIAN].low,
                    "ratio_high": change[MEDIAN].high,
                    **figures(one, change[MEDIAN]),
                    "interval_over": [change[MEDIAN].base.over, change[MEDIAN].new.over],
                },
            }
            for one, change, verdict in zip(pairing.pairs, points, verdicts)
        ],
        "not_compared": [{"name": name, "reason": why} for name, why in pairing.left_out],
    }
