"""Questions about one row of a report."""

import math
import statistics


def cores(row):
    """A core is one worker: one thread of one rank."""
    return row["ranks"] * row["threads"]


def shape(row):
    return f"{row['ranks']} × {row['threads']}"


def axes(row):
    """The requested axes that the name spells, {"cells": "1e9", "depth": "auto", ...}."""
    parts = row["name"].split("/")[2:]
    return dict(part.split(":", 1) for part in parts if ":" in part)


def has_failed(row):
    return row["verified"] is False


def is_skipped(row):
    return "skipped" in row


def is_measured(row):
    return row["origin"] == "measured" and not is_skipped(row)


def is_flawed(row):
    """A row whose number must not pass for a good one."""
    return has_failed(row) or bool(row.get("warnings"))


def status(row):
    """In one word."""
    if is_skipped(row):
        return "skipped"
    if has_failed(row):
        return "failed"
    if row["origin"] != "measured":
        return row["origin"]
    return "warned" if row.get("warnings") else "verified"


def median_ranks(count):
    """Positions, from 0, of the two ordered samples that bound the 95% interval of the median; None below 6 samples.

    The narrowest symmetric pair of order statistics that holds the median with at least 95% (docs/method.md).
    """
    if count < 6:
        return None
    tail, k = 0.0, -1
    while tail + math.comb(count, k + 1) / 2**count <= 0.025:
        k += 1
        tail += math.comb(count, k) / 2**count
    return k, count - 1 - k


def median_interval(samples):
    """(low, median, high); low and high are None below 6 samples."""
    ranks = median_ranks(len(samples))
    ordered = sorted(samples)
    if ranks is None:
        return None, statistics.median(ordered), None
    return ordered[ranks[0]], statistics.median(ordered), ordered[ranks[1]]
