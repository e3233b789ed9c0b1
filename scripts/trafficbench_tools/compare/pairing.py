"""Which rows of two reports are the same point, and whether the reports may be compared at all."""

import re
import statistics
from dataclasses import dataclass

from trafficbench_tools.errors import ReportError
from trafficbench_tools.machines import differences

# What people call the facts by which machines are told apart.
FACTS = {"model": "CPU", "revision": "CPU revision", "threads_per_core": "threads per core"}
# What two rows of one name must have in common.
KIND = ("kernel", "cells", "ranks", "threads", "mode", "class", "origin", "density", "init", "seed")


@dataclass
class Pair:
    """One point in both reports."""

    name: str  # of the base's row
    base: dict
    new: dict


@dataclass
class Pairing:
    """The points of two reports, or of several of each side."""

    pairs: list
    left_out: list  # name and why, of the points that are not on both sides


def pair(bases, news, words=(), other_machine=False, other_contract=False):
    """Pairs the rows whose names hold all the words. Raises ReportError where the reports do not fit.

    `bases` and `news` are reports, each of another launch: what a side's launches measured of one point is one row.
    """
    base_rows, base_runs = pooled(bases, "base", words)
    new_rows, new_runs = pooled(news, "new", words)
    pairs, left_out, new_left = [], [], dict(new_rows)
    for name, row in base_rows.items():
        partner = name if name in new_left else other_contract and contract_twin(name, base_rows, new_left)
        if not partner:
            left_out.append((name, f"only in the base report{skipped(row)}"))
            continue
        new_row = new_left.pop(partner)
        if is_timed(row) and is_timed(new_row):
            pairs.append(Pair(name, row, new_row))
        else:
            sides = [("base", row), ("new", new_row)]
            left_out.append((name, "; ".join(f"in {side}{skipped(each) or ' measured'}" for side, each in sides)))
    left_out += [(name, f"only in the new report{skipped(row)}") for name, row in new_left.items()]
    if not pairs:
        refuse_nothing_in_common(base_rows, new_rows)
    for one in pairs:
        check_same_kind(one.name, one.base, one.new, ["in the base report", "in the new one"])
        if one.base["count"] != one.new["count"] and not other_contract:
            raise ReportError(f"row '{one.name}' has other counting modes: --other-contract compares all the same")
    if not other_machine:
        check_same_machine(
            runs_of([one.base for one in pairs], base_runs, "base"), runs_of([one.new for one in pairs], new_runs, "new")
        )
    return Pairing(pairs, left_out)


def pooled(reports, which, words):
    """({name: row}, runs) of one side. Samples of equal names are put together, and know their launch among all runs."""
    starts = [str(run["date"]) + run["host"] for report in reports for run in report["context"]["runs"]]
    if len(set(starts)) < len(starts) and len(reports) > 1:
        raise ReportError(f"two of the {which} reports are of one launch: it cannot count twice")
    rows, runs = {}, []
    for report in reports:
        for name, row in chosen(report, which, words).items():
            if row["verified"] is False:
                raise ReportError(
                    f"row '{name}' of the {which} report failed its verification: a wrong result has no speed;"
                    " mend it, or leave it out with --only"
                )
            if runs:
                row = {**row, "sample_runs": [run + len(runs) for run in row["sample_runs"]]}
            rows.setdefault(name, []).append(row)
        runs += report["context"]["runs"]
    return {name: one_row(name, each, which) for name, each in rows.items()}, runs


def one_row(name, rows, which):
    """One row of those of several launches."""
    timed = [row for row in rows if is_timed(row)]
    if len(timed) < 2:
        return (timed or rows)[0]
    first = dict(timed[0])
    for other in timed[1:]:
        check_same_kind(name, first, other, [f"in one {which} report", "in another"], [*KIND, "count"])
    for field in ("samples", "sample_runs", "sample_visits", "sample_steps", "cpu_seconds", "sample_clock_hz"):
        parts = [row.get(field) or [] for row in timed]
        # What was not kept of all samples is kept of none.
        first[field] = sum(parts, []) if all(len(part) == len(row["samples"]) for part, row in zip(parts, timed)) else []
    for field in ("real_time", "cpu_time", "clock_hz"):
        known = [row[field] for row in timed if row[field] is not None]
        first[field] = statistics.median(known) if known else None
    first["warnings"] = sorted({warning for row in timed for warning in row.get("warnings", [])})
    return first


def chosen(report, which, words):
    """{name: row} of a report, of names that hold all the words. Raises ReportError if there is none."""
    rows = {row["name"]: row for row in report["benchmarks"] if all(word in row["name"] for word in words)}
    if not rows:
        has = f" whose name has {' and '.join(words)}" if words else ""
        raise ReportError(f"the {which} report has no row{has}: nothing can be compared")
    return rows


def is_timed(row):
    """Whether the row has a time: skipped ones have none."""
    return row["real_time"] is not None


def skipped(row):
    """The reason why a row was skipped, to follow other words; empty if it was not."""
    return f" skipped: {row['skipped']}" if "skipped" in row else ""


def contract_twin(name, base_rows, new_rows):
    """The row of the new report that differs from this one in the counting mode alone; None if there is none or either
    side has both."""

    def stem(text):
        return re.sub(r"/count:\w+", "", text)

    here = [other for other in base_rows if stem(other) == stem(name)]
    there = [other for other in new_rows if stem(other) == stem(name)]
    return there[0] if len(here) == len(there) == 1 else None


def refuse_nothing_in_common(base_rows, new_rows):
    """Raises ReportError, which says why no row of one report is a point of the other."""
    def values(rows, field):
        return sorted({row[field] for row in rows.values()})

    for field, what, hint in [
        ("origin", "is {}, the new one {}: these are not compared", ""),
        ("count", "has the counting mode {}, the new one {}: other work", "; --other-contract compares all the same"),
    ]:
        ours, theirs = values(base_rows, field), values(new_rows, field)
        if not set(ours) & set(theirs):
            raise ReportError(f"the base report {what.format(' and '.join(ours), ' and '.join(theirs))}{hint}")
    ours, theirs = next(iter(base_rows)), next(iter(new_rows))
    raise ReportError(f"no point was measured in both reports: base has {ours}, for example, new has {theirs}")


def check_same_kind(name, one, other, places, fields=KIND):
    """Raises ReportError where two rows of one name are not the same work."""
    for field in fields:
        if one[field] != other[field]:
            raise ReportError(f"row '{name}' has {field} {one[field]} {places[0]} and {other[field]} {places[1]}")


def runs_of(rows, runs, which):
    """[(side, launch)] of those that the rows were measured in; all of the side's where that does not show."""
    used = sorted({run for row in rows for run in row["sample_runs"]})
    return [(which, runs[run]) for run in used] or [(which, run) for run in runs]


def check_same_machine(base_runs, new_runs):
    """Raises ReportError if any two of the launches were on different machines."""
    (which, first), *others = base_runs + new_runs
    for side, run in others:
        for name, values in differences(first, run).items():
            ours, theirs = (caches_text(value) if name == "caches" else value for value in values)
            there = "in the new one" if side != which else "in another of that side"
            raise ReportError(
                f"the reports are of different machines: {FACTS.get(name, name)} {ours} in the base report, {theirs} {there};"
                " --other-machine compares all the same"
            )


def caches_text(caches):
    """Caches in the words of a message."""
    return ", ".join(
        f"L{cache['level']} {cache['type'].lower()} {cache['size'] // 1024} KiB for {cache['num_sharing']}"
        for cache in caches
    )
