"""A comparison as a table for people and as JSON for programs."""

import statistics

from trafficbench_tools.compare.verdict import FASTER, SAME, SLOWER, UNCLEAR
from trafficbench_tools.printing import printable

WORDS = [SLOWER, UNCLEAR, FASTER, SAME]


def count_words(verdicts):
    """{verdict: number of points}, every verdict among them."""
    return {word: sum(verdict.word == word for verdict in verdicts) for word in WORDS}


def print_table(paths, reports, pairing, changes, verdicts):
    """Prints what was compared, a line a point with the worst first, and the counts."""
    for which, path, report in zip(("base", "new ") * len(reports), sum(paths, []), sum(reports, [])):
        for run in report["context"]["runs"]:
            print(f"{which}  {path}: version {run['version']} ({run['commit']}), host {run['host']}, {run['date']}")
    short, common = short_names([pairs[0].name for pairs in pairing.pairs])
    if common:
        print(f"Every point: {common}")
    print(f"\n{'verdict':8} {'change of speed, 95% interval':30} {'base':>13} {'new':>13} {'':6}point: reason")
    order = sorted(range(len(verdicts)), key=lambda index: WORDS.index(verdicts[index].word))
    for index in order:
        verdict = verdicts[index]
        base, new, unit = speeds(pairing.pairs[index])
        print(f"{verdict.word:8} {interval(changes[index]):30} {base:>13} {new:>13} {unit:6}", end="")
        print(f"{short[index]}: {verdict.reason}")
    print()
    for name, why in pairing.left_out:
        print(f"not compared: {name}: {why}")
    noises = sorted(change.noise for change in changes if change.noise is not None)
    if noises:
        print(f"Launch noise, as other kernels show it: {100 * noises[0]:.1f}% to {100 * noises[-1]:.1f}%.")
    elif any(pairs[0].base["origin"] == "measured" for pairs in pairing.pairs):
        print("Launch noise unknown, which takes three kernels: whatever the machine did between the launches counts.")
    counts = count_words(verdicts)
    print(f"{len(verdicts)} points: {', '.join(f'{number} {word}' for word, number in counts.items())}.")


def interval(change):
    """The change and its interval in percent, as in -4.8% (-5.1 .. -4.5)."""
    middle = f"{100 * (change.ratio - 1):+.1f}%"
    if change.low is None:
        return middle
    return f"{middle} ({100 * (change.low - 1):+.1f} .. {100 * (change.high - 1):+.1f})"


def middle(pairs, side, field):
    """The median over the launches; None where a row has no such value."""
    values = [getattr(pair, side)[field] for pair in pairs]
    return None if None in values else statistics.median(values)


def speeds(pairs):
    """Base, new and their unit."""
    base, new = (middle(pairs, side, "mcops") for side in ("base", "new"))
    if base is None or new is None:
        return *(f"{middle(pairs, side, 'real_time'):,.4g}" for side in ("base", "new")), "ms"
    return f"{base:,.0f}", f"{new:,.0f}", "MCOPs"


def short_names(names):
    """The names without the parts that all of them have, and those parts."""
    parts = [name.split("/") for name in names]
    everywhere = [part for part in parts[0] if len(parts) > 1 and all(part in other for other in parts)]
    return ["/".join(part for part in each if part not in everywhere) for each in parts], "/".join(everywhere)


def as_json(paths, pairing, changes, verdicts, options, status):
    """All that the table says, for programs."""
    return {
        "base": printable(paths[0][0]),
        "new": printable(paths[0][1]),
        "again": [list(map(printable, both)) for both in paths[1:]],
        "threshold_percent": options.threshold,
        "margin_percent": options.margin,
        "exit_status": status,
        "counts": count_words(verdicts),
        "points": [
            {
                "name": pairs[0].name,
                "verdict": verdict.word,
                "reason": verdict.reason,
                "ratio": change.ratio,
                "ratio_low": change.low,
                "ratio_high": change.high,
                "launch_noise": change.noise,
                "base_mcops": middle(pairs, "base", "mcops"),
                "new_mcops": middle(pairs, "new", "mcops"),
                "base_real_time": middle(pairs, "base", "real_time"),
                "new_real_time": middle(pairs, "new", "real_time"),
            }
            for pairs, change, verdict in zip(pairing.pairs, changes, verdicts)
        ],
        "not_compared": [{"name": name, "reason": why} for name, why in pairing.left_out],
    }
