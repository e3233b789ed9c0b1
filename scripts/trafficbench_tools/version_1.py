"""Reports of version 1, which earlier versions of the suite wrote: their rules, and how they read in the form of version 2.

What version 1 had and version 2 has not: one launch a row (`run`), one number of iterations for all samples, times in ms a
repetition, intervals over the repetitions of one launch, and the base's samples in the row that was divided by them.
"""

import math
import statistics

from trafficbench_tools.report_rules import (
    SAME_AS_BASE,
    SAME_AS_LADDER_BASE,
    check_base,
    check_cycles,
    check_each_row,
    check_fits,
    check_magnitudes,
    check_order,
    check_rank_seconds,
    check_shares,
    check_workers,
    close,
    cores,
    require,
    rows_by_name,
)
from trafficbench_tools.schemas import FOLDER, check_by
from trafficbench_tools.visits import best_rate

SCHEMA_PATH = FOLDER / "report-1.schema.json"
# No row of version 2 has it.
INTERVAL_OVER = "repetitions"
GONE = ["run", "rounds", "discarded", "base_samples", "base_steps", "ladder_base_samples", "ladder_base_steps"]
TIMES = ["real_time", "real_time_low", "real_time_high", "cpu_time"]
NANOSECONDS_A_MILLISECOND = 1e6


def is_version_1(report):
    """Whether it says nothing of a version: so did version 1."""
    context = report.get("context") if isinstance(report, dict) else None
    return isinstance(context, dict) and "trafficbench_schema" not in context


def check(report):
    """Raises ReportError for a report that is not of version 1."""
    check_by(SCHEMA_PATH, report)
    rows = rows_by_name(report)
    check_each_row(rows, lambda row: _check_row(row, rows, report["context"]["runs"]))
    check_fits(report, rows)


def _check_row(row, rows, runs):
    require(row["run_name"] == row["name"], "run_name is not name")
    require(row["iterations"] == row["steps"], "iterations is not steps")
    require(row["run"] < len(runs), f"run {row['run']} is not one of the {len(runs)} in context.runs")
    check_magnitudes(row, row)
    _check_times(row)
    check_rank_seconds(row)
    check_shares(row)
    check_order(row)
    if row["mcops"] is not None:
        rate = row["cells"] * row["steps"] / (row["real_time"] * 1e-3 or math.nan)
        require(close(row["mcops"], rate / 1e6), f"mcops {row['mcops']} is not cells * steps / median, which is {rate / 1e6}")
        check_cycles(row, rate)
    check_workers(row)
    if row["limit"] is not None:
        require(row["limit"] in (runs[row["run"]]["limits"] or {}), "limit is not among the limits of its run")
    for field, same in (("base", SAME_AS_BASE), ("ladder_base", SAME_AS_LADDER_BASE)):
        if row[field] is not None:
            _check_base_samples(row, field, check_base(row, field, same, rows))
    if row["base"] is not None:
        require(
            close(row["efficiency"] * cores(row), row["speedup"] * cores(rows[row["base"]])),
            "efficiency is not speedup over the ratio of cores",
        )


def _check_times(row):
    samples = row["samples"]
    require(row["repetitions"] == len(samples), "repetitions is not the number of samples")
    if samples:
        should = 1e3 * statistics.median(samples)
        require(
            close(row["real_time"], should), f"real_time {row['real_time']} ms is not the median of the samples, which is {should} ms"
        )
    if row.get("rounds"):
        require(len(row["rounds"]) == len(samples), "rounds does not have one entry per sample")
        require(row["rounds"] == sorted(row["rounds"]), "rounds are not in order")


def _check_base_samples(row, field, base):
    if f"{field}_steps" in row:
        require(bool(row.get(f"{field}_samples")), f"{field}_steps is there without {field}_samples")
        rate = base["cells"] * row[f"{field}_steps"] / statistics.median(row[f"{field}_samples"])
        require(close(row[f"{field}_mcops"], rate / 1e6), f"{field}_mcops is not cells * {field}_steps / median")


def converted(report):
    """The report in the form of version 2. It keeps no `trafficbench_schema`: its intervals are within one launch."""
    return {**report, "benchmarks": [_converted_row(row) for row in report["benchmarks"]]}


def _converted_row(row):
    updates, many = row["class"] == "update", len(row["samples"])
    new = {field: value for field, value in row.items() if field not in GONE}
    new.update(sample_visits=[0] * many, sample_runs=[row["run"]] * many, sample_steps=[row["steps"]] * many)
    if row["steps"] is not None:
        new["time_unit"] = "ns"
        new["iterations"] = row["steps"] if updates else 1
        for field in TIMES:
            if field in row:
                new[field] = row[field] * NANOSECONDS_A_MILLISECOND / new["iterations"]
    has_interval = row["mcops_low"] is not None or "real_time_low" in row
    new["interval_over"] = INTERVAL_OVER if has_interval else None
    new["mcops_best"] = row["mcops"]
    if row["mcops"] is not None and many:
        new["mcops_best"] = row["cells"] * best_rate(new) / 1e6
    new["limit_mcops"] = None if row["limit"] is None else row["mcops"] / row["fraction_of_limit"]
    return new
