"""Laws that were fitted to curves of a report, as lines to draw and words to say."""

import math

from report import rows, words
from report.chart import Curve

NAMES = {"amdahl": "Amdahl", "gunther": "Gunther"}
POINTS = 33


def law(fit, p):
    """Speedup at p times the cores of the base."""
    value = {name: parameter["value"] for name, parameter in fit["parameters"].items()}
    contention = value.get("serial_fraction", value.get("contention", 0.0))
    return p / (1 + contention * (p - 1) + value.get("coherency", 0.0) * p * (p - 1))


def curves(source, drawn):
    """(curves, sentences) of the fits whose points are all among the rows drawn."""
    by_name = {row["name"]: row for row in drawn}
    found, remarks = [], []
    for fit in source.fits:
        if not all(name in by_name for name in fit["rows"]):
            continue
        members = sorted((by_name[name] for name in fit["rows"]), key=rows.cores)
        base = rows.cores(members[0]) / members[0]["speedup"]
        first, last = rows.cores(members[0]), rows.cores(members[-1])
        ats = [first * (last / first) ** (i / (POINTS - 1)) for i in range(POINTS)]
        label = f"{members[0]['kernel']}: {NAMES[fit['law']]}"
        found.append(Curve(label, [(at, law(fit, at / base)) for at in ats], members[0]["kernel"], "dot"))
        remarks.append(f"{label}'s law, {parameters(fit)}; largest residual {words.significant(largest(fit), 2)}.")
    return found, remarks


def parameters(fit):
    return ", ".join(
        f"{name.replace('_', ' ')} {words.interval(part['value'], part['low'], part['high'], 3)}"
        for name, part in fit["parameters"].items()
    )


def largest(fit):
    return max((abs(residual) for residual in fit["residuals"] if math.isfinite(residual)), default=0.0)
