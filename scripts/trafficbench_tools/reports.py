"""Reads a report and refuses one that is wrong in any way. The check needs jsonschema (Debian: python3-jsonschema).

    from trafficbench_tools.reports import load_report
    report = load_report("results/host-20261123T080000Z.json")
"""

import functools
import math
import re
import statistics
from pathlib import Path

from trafficbench_tools.errors import BadInput, ReportError
from trafficbench_tools.reading import read_json, shortened

SCHEMA_PATH = Path(__file__).resolve().parents[2] / "results" / "schema" / "report.schema.json"

# Derived numbers may have been rounded on their way into the file, by no more than this.
RELATIVE_ROUNDING = 1e-6
# What is measured is divided by: with reading.GREATEST, quotients and their products are numbers. No clock sees so little.
SMALLEST = 1e-30
NOT_DIVIDED_BY = {"density"}
SHARE_ROUNDING = 1e-3

INTERVALS = [
    ("real_time_low", "real_time", "real_time_high"),
    ("mcops_low", "mcops", "mcops_high"),
    ("speedup_low", "speedup", "speedup_high"),
    ("efficiency_low", "efficiency", "efficiency_high"),
    ("ladder_speedup_low", "ladder_speedup", "ladder_speedup_high"),
]


def load_report(path, prepare=None):
    """The report in the file `path`, a dict. Raises ReportError for one that breaks a rule of docs/schema.md.

    `prepare`, if given, takes the parsed JSON before it is checked and returns what to check in its place.
    """
    report = read_report(path)
    try:
        if prepare is not None:
            report = prepare(report)
        check_schema(report)
        check_fields(report)
    except ReportError as error:
        raise ReportError(f"{path}: {error}") from error
    return report


def read_report(path):
    """The JSON in the file `path`, unchecked: for what the program has just written. Raises ReportError if it is none."""
    try:
        return read_json(path)
    except BadInput as error:
        raise ReportError(str(error)) from error


def check_schema(report):
    """Raises ReportError unless `report` follows results/schema/report.schema.json."""
    # A value that breaks a plain rule often sets off conditional ones too: name the plain rule.
    conditions = {"allOf", "then", "else"}
    error = min(
        _validator().iter_errors(report),
        key=lambda error: sum(part in conditions for part in error.absolute_schema_path),
        default=None,
    )
    if error is not None:
        where = "/".join(ascii(str(part))[1:-1] for part in error.absolute_path) or "the report"
        raise ReportError(f"{where}: {shortened(error.message)}")


@functools.lru_cache(maxsize=None)
def _validator():
    import jsonschema  # not everybody who reads a report checks it

    def matches(validator, pattern, instance, schema):
        # The end is the end in a schema; in Python, where $ stands, a line feed may follow.
        if validator.is_type(instance, "string") and not re.search(re.sub(r"\$$", r"\\Z", pattern), instance):
            yield jsonschema.ValidationError(f"{instance!r} does not match {pattern!r}")

    # To a schema 2.0 is an integer, to Python it is no index.
    kind = jsonschema.validators.extend(
        jsonschema.Draft202012Validator,
        {"pattern": matches},
        type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine(
            "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
        ),
    )
    return kind(read_json(SCHEMA_PATH))


def check_fields(report):
    """Raises ReportError for what a schema cannot say. `report` must have passed check_schema."""
    rows = {}
    for row in report["benchmarks"]:
        if row["name"] in rows:
            raise ReportError(f"row '{row['name']}' stands twice")
        rows[row["name"]] = row
    for row in rows.values():
        try:
            _check_row(row, rows, report["context"]["runs"])
        except ReportError as error:
            raise ReportError(f"row '{row['name']}': {error}") from error
    for fit in report.get("fits", []):
        _check_fit(fit, rows)


def _check_row(row, rows, runs):
    _require(row["run_name"] == row["name"], "run_name is not name")
    _require(row["iterations"] == row["steps"], "iterations is not steps")
    _require(row["run"] < len(runs), f"run {row['run']} is none of the {len(runs)} in context.runs")
    _check_magnitudes(row)
    _check_times(row)
    _check_rates(row)
    _check_workers(row)
    if row["limit"] is not None:
        _require(
            row["limit"] in (runs[row["run"]]["limits"] or {}),
            f"limit {_shown(row['limit'])} is not among the limits of its run",
        )
    _check_base(row, "base", rows)
    _check_base(row, "ladder_base", rows)


def _check_magnitudes(row):
    for field, value in row.items():
        if field in NOT_DIVIDED_BY:
            continue
        for part in value if isinstance(value, list) else [value]:
            for number in part.values() if isinstance(part, dict) else [part]:
                if isinstance(number, float) and 0 < abs(number) < SMALLEST:
                    raise ReportError(f"{field} {number} is less than all that can be measured: {SMALLEST:g} or more")


def _check_times(row):
    samples = row["samples"]
    _require(row["repetitions"] == len(samples), "repetitions is not the number of samples")
    if samples:
        _require(
            _close(row["real_time"], 1e3 * statistics.median(samples)),
            f"real_time {row['real_time']} ms is not the median of the samples,"
            f" {1e3 * statistics.median(samples)} ms",
        )
    if row.get("rank_seconds"):
        _require(len(row["rank_seconds"]) == len(samples), "rank_seconds has not one entry a sample")
        for sample, ranks in zip(samples, row["rank_seconds"]):
            _require(ranks["min"] <= ranks["median"] <= ranks["max"], "rank_seconds not min <= median <= max")
            _require(_close(sample, ranks["max"]), "a sample is not the slowest rank's time")
    if row.get("rounds"):
        _require(len(row["rounds"]) == len(samples), "rounds has not one entry a sample")
        _require(row["rounds"] == sorted(row["rounds"]), "rounds are not in order")
    if "shares" in row:
        _require(sum(row["shares"].values()) <= 1 + SHARE_ROUNDING, "shares add up to more than 1")


def _check_rates(row):
    for low, middle, high in INTERVALS:
        if row.get(low) is not None:
            _require(row[low] <= row[middle] <= row[high], f"not {low} <= {middle} <= {high}")
    if row["mcops"] is None:
        return
    # A time so short that it has no thousandth has no rate either.
    rate = row["cells"] * row["steps"] / (row["real_time"] * 1e-3 or math.nan)
    _require(
        _close(row["mcops"], rate / 1e6), f"mcops {row['mcops']} is not cells * steps / median, {rate / 1e6}"
    )
    if row["cells_per_cycle"] is not None:
        _require(row["clock_hz"] is not None, "cells_per_cycle without clock_hz")
        _require(
            _close(row["cells_per_cycle"], rate / row["clock_hz"] / _cores(row)),
            "cells_per_cycle is not the rate over clock_hz and cores",
        )


def _check_workers(row):
    workers = [(worker["rank"], worker["thread"]) for worker in row["placement"] or []]
    _require(len(workers) == len(set(workers)), "placement names a worker twice")
    for rank, thread in workers:
        _require(
            rank < row["ranks"] and thread < row["threads"],
            f"placement names rank {rank}, thread {thread}, which the row has not",
        )


def _check_base(row, field, rows):
    if row[field] is None:
        return
    base = rows.get(row[field])
    _require(base is not None, f"{field} '{row[field]}' is not a row of this report")
    _require(base["mcops"] is not None, f"{field} '{row[field]}' has no rate")
    _require(base["verified"] is not False, f"{field} '{row[field]}' failed verification")
    same = ["count", "origin", "kernel", "mode"] if field == "base" else ["count", "origin", "cells"]
    if field == "base" and row["mode"] == "strong":
        same.append("cells")
    for key in same:
        _require(row[key] == base[key], f"{field} has {key} {base[key]}, the row {row[key]}")
    if f"{field}_steps" in row:
        _require(bool(row.get(f"{field}_samples")), f"{field}_steps stands there without {field}_samples")
        rate = base["cells"] * row[f"{field}_steps"] / statistics.median(row[f"{field}_samples"])
        _require(_close(row[f"{field}_mcops"], rate / 1e6), f"{field}_mcops is not cells * {field}_steps / median")
    if field == "base":
        _require(
            _close(row["efficiency"] * _cores(row), row["speedup"] * _cores(base)),
            "efficiency is not speedup over the ratio of cores",
        )
    else:
        _require(_cores(base) == 1, "ladder_base is not a row of one core")


def _check_fit(fit, rows):
    name = f"fit of {fit['law']}"
    _require(len(fit["residuals"]) == len(fit["rows"]), f"{name}: residuals has not one entry a row")
    for row in fit["rows"]:
        _require(row in rows, f"{name}: '{row}' is not a row of this report")
        _require(rows[row]["speedup"] is not None, f"{name}: '{row}' has no speedup")
    for key, parameter in fit["parameters"].items():
        if parameter["low"] is not None and parameter["high"] is not None:
            _require(
                parameter["low"] <= parameter["value"] <= parameter["high"],
                f"{name}: {_shown(key)} not low <= value <= high",
            )


def _cores(row):
    return row["ranks"] * row["threads"]


def _close(a, b):
    return math.isclose(a, b, rel_tol=RELATIVE_ROUNDING)


def _require(holds, message):
    if not holds:
        raise ReportError(message)


def _shown(text):
    # It may hold anything, and a message is one line.
    return shortened(ascii(text), 60)
