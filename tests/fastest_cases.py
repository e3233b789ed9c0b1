"""The rows of tests/expected/fastest.json, and what trafficbench_tools/report/ties.py says of them."""

from types import SimpleNamespace

import script  # noqa: F401

from trafficbench_tools import visits
from trafficbench_tools.report import ties

CELLS = 1000
STEPS = 10
SOURCE = SimpleNamespace(rates_of=visits.rates_by_visit)


def row_of(lists):
    """A row of a report, as far as ties.py reads one."""
    row = {
        "cells": CELLS,
        "samples": lists["seconds"],
        "sample_steps": [STEPS] * len(lists["seconds"]),
        "sample_runs": lists["runs"],
        "sample_visits": lists["visits"],
    }
    times = visits.medians_by_visit(row, visits.per_iteration(row, row["samples"]))
    value, low, high, _ = visits.median_and_interval(times)

    def rate(seconds):
        return None if seconds is None else CELLS / seconds / 1e6

    best = CELLS * visits.best_rate(row) / 1e6
    return {**row, "mcops": rate(value), "mcops_low": rate(high), "mcops_high": rate(low), "mcops_best": best}


def answer(rows):
    """What fastest.json holds of the rows beside them."""
    found = ties.fastest(SOURCE, rows)

    def place(row):
        return next(index for index, other in enumerate(rows) if other is row)

    return {
        "fastest": place(found.row),
        "tied": [place(row) for row in found.tied],
        "untold": int(found.untold),
        "by_median": [] if found.by_median is None else [place(found.by_median)],
    }
