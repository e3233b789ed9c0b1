"""Laws that were fitted to curves of a report, as lines to draw and words to say."""

import math

from trafficbench_tools.report import rows, words
from trafficbench_tools.report.chart import Curve
from trafficbench_tools.report.palette import key_of

NAMES = {"amdahl": "Amdahl", "gunther": "Gunther"}
DASHES = {"amdahl": "dot", "gunther": "dashdot"}
LINES = {"amdahl": "dotted", "gunther": "dots and dashes"}
POINTS = 33
# Of the point that a law misses most; one that is further off than that describes something else.
MOST_MISSED = 0.25


def law(fit, p):
    """Speedup at p times the cores of the base."""
    value = {name: parameter["value"] for name, parameter in fit["parameters"].items()}
    contention = value.get("serial_fraction", value.get("contention", 0.0))
    time = 1 + contention * (p - 1) + value.get("coherency", 0.0) * p * (p - 1)
    return p / time if time else None


def curves(source, drawn):
    """(curves, sentences) of the fits whose points are all among the rows drawn."""
    by_name = {row["name"]: row for row in drawn}
    found, told, bound, missed = [], {}, 0, []
    for fit in source.fits:
        if not all(name in by_name for name in fit["rows"]):
            continue
        # The base is given; a law through no more other points than it has parameters meets them all, and shows nothing.
        if len(fit["rows"]) - 1 <= len(fit["parameters"]):
            bound += 1
            continue
        miss = largest_miss(fit, by_name)
        if miss > MOST_MISSED:
            missed.append(f"{NAMES[fit['law']]}'s for {by_name[fit['rows'][0]]['kernel']} by {100 * miss:.0f}%")
            continue
        members = sorted((by_name[name] for name in fit["rows"]), key=rows.cores)
        base = rows.cores(source.by_name[members[0]["base"]])
        first, last = rows.cores(members[0]), rows.cores(members[-1])
        ats = [first * (last / first) ** (i / (POINTS - 1)) for i in range(POINTS)]
        kernel = members[0]["kernel"]
        label = f"{kernel}: {NAMES[fit['law']]}"
        # A fit may have a pole, beyond which it says nothing.
        points = [(at, speedup) for at, speedup in ((at, law(fit, at / base)) for at in ats) if speedup and speedup > 0]
        if points:
            found.append(Curve(label, points, key_of(kernel), DASHES[fit["law"]], listed=False))
        told.setdefault(fit["law"], []).append(
            f"{kernel} {parameters(fit)}, largest residual {words.significant(largest(fit), 2)}"
        )
    remarks = [f"{NAMES[name]}'s law ({LINES[name]}): {'; '.join(parts)}." for name, parts in told.items()]
    if bound:
        remarks.append(f"Not drawn: {words.count_of(bound, 'law')} fitted through no more points than parameters.")
    if missed:
        remarks.append(f"Not drawn: laws that miss a point by more than {100 * MOST_MISSED:.0f}%: {', '.join(missed)}.")
    return found, remarks


def largest_miss(fit, by_name):
    """The largest residual over the speedup that it is of."""
    speedups = [by_name[name]["speedup"] for name in fit["rows"]]
    return max((abs(residual) / speedup for residual, speedup in zip(fit["residuals"], speedups) if speedup), default=0.0)


def parameters(fit):
    """The fitted parameters with their intervals, in words."""
    return ", ".join(
        f"{name.replace('_', ' ')} {words.interval(part['value'], part['low'], part['high'], 3)}"
        for name, part in fit["parameters"].items()
    )


def largest(fit):
    """The largest residual."""
    return max((abs(residual) for residual in fit["residuals"] if math.isfinite(residual)), default=0.0)
