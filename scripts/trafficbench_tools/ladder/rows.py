"""Rows of the report, and the report, from what the launches said."""

import statistics
from datetime import datetime, timezone

from trafficbench_tools.ladder.ratios import median_interval, speedup

THREAD_LEVELS = ["single", "funneled", "serialized", "multiple"]
RATIO = {
    "base": ["base", "base_mcops", "speedup", "speedup_low", "speedup_high", "efficiency"],
    "ladder_base": [
        "ladder_base", "ladder_base_mcops", "ladder_speedup", "ladder_speedup_low", "ladder_speedup_high"
    ],
}  # fmt: skip


def now():
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def row_name(rung, road_name):
    """As in a sweep; `road_name` has what belongs to the road and not to the rung."""
    depth = "none" if rung.python else "auto"
    return (
        f"ladder/{rung.kernel}/cells:{road_name['cells']}/ranks:{rung.ranks}/threads:{rung.threads}/depth:{depth}"
        f"/count:{rung.count}/steps:auto/mode:strong/density:{road_name['density']}/init:mt19937"
        f"/seed:{road_name['seed']}/isa:auto"
    )


def measured_row(rung, road, steps, results, stopped, name, run, note):
    """A row without ratios. `results` are those of the rounds, in order; the hash is that of the closed form."""
    last = results[-1]
    samples = [result.seconds for result in results]
    row = empty_row(rung, road, name, run)
    row.update({key: value for key, value in last.row.items() if key in ("isa", "depth", "cars", "hash")})
    row.update(
        run_type="iteration",
        repetitions=len(samples),
        iterations=steps,
        steps=steps,
        real_time=1e3 * statistics.median(samples),
        cpu_time=1e3 * statistics.median(result.cpu_seconds for result in results),
        time_unit="ms",
        samples=samples,
        rank_seconds=[result.rank_seconds for result in results],
        rounds=list(range(len(samples))),
        verified=not last.problem,
        verification="full",
        restarted=True,
        stopped=stopped,
        placement=last.placement,
        note=note,
    )
    warnings = {warning for result in results for warning in result.row.get("warnings", [])}
    if warnings:
        row["warnings"] = sorted(warnings)
    updates = road.cells * steps
    row["mcops"] = updates / statistics.median(samples) / 1e6
    interval = median_interval(samples)
    if interval:
        row["mcops_low"], row["mcops_high"] = updates / interval[1] / 1e6, updates / interval[0] / 1e6
    clocks = [result.row["clock_hz"] for result in results if result.row.get("clock_hz")]
    if clocks:
        row["clock_hz"] = statistics.median(clocks)
        row["cells_per_cycle"] = updates / statistics.median(samples) / row["clock_hz"] / rung.cores
    if last.problem:
        row.update(stopped="failed", error_occurred=True, error_message=last.problem)
    return row


def skipped_row(rung, road, name, run, reason):
    row = empty_row(rung, road, name, run)
    row.update(run_type="aggregate", aggregate_name="skipped", verification="none", error_occurred=True)
    row.update(error_message=reason, skipped=reason)
    return row


def empty_row(rung, road, name, run):
    """Every required field; what does not exist is null."""
    row = dict.fromkeys(
        ["iterations", "steps", "real_time", "cpu_time", "time_unit", "isa", "depth", "mcops", "mcops_low", "mcops_high",
         "cells_per_cycle", "limit", "fraction_of_limit", *RATIO["base"], *RATIO["ladder_base"], "hash", "verified",
         "restarted", "stopped", "placement", "clock_hz"]
    )  # fmt: skip
    row.update({"name": name, "run_name": name, "repetitions": 0, "repetition_index": 0, "kernel": rung.kernel})
    row.update({"cells": road.cells, "ranks": rung.ranks, "threads": rung.threads, "density": road.density})
    row.update({"init": "mt19937", "seed": road.seed, "mode": "strong", "count": rung.count, "class": "update"})
    row.update({"origin": "measured", "samples": [], "run": run})
    return row


def add_ratios(rows):
    """Each row over plain Python on one core, and over the same kernel on one core; within one contract."""
    good = [row for row in rows if row["verified"]]
    for row in good:
        for other in good:
            if other["count"] != row["count"] or other["ranks"] * other["threads"] != 1:
                continue
            if other["kernel"] == "python":
                add_ratio(row, other, "ladder_base")
            if other["kernel"] == row["kernel"]:
                add_ratio(row, other, "base")
                row["efficiency"] = row["speedup"] / (row["ranks"] * row["threads"])
                if row["speedup_low"] is not None:
                    cores = row["ranks"] * row["threads"]
                    row["efficiency_low"], row["efficiency_high"] = (
                        row["speedup_low"] / cores,
                        row["speedup_high"] / cores,
                    )


def add_ratio(row, base, field):
    prefix = "ladder_" if field == "ladder_base" else ""
    value, low, high = speedup(base["samples"], row["samples"], row["steps"] / base["steps"])
    row.update({field: base["name"], f"{field}_mcops": base["mcops"], f"{field}_samples": base["samples"]})
    row.update({f"{prefix}speedup": value, f"{prefix}speedup_low": low, f"{prefix}speedup_high": high})


def runs_of(cpp_run, argv, software, mpi, date):
    """The launches, by what they ran on: Python, Python with MPI, C++. A repetition is a launch; its command is in the row."""
    note = "One launch a repetition; the command stands in the note of the row."
    cpp = dict(cpp_run, argv=argv, date=date, note=note)
    python = dict(cpp, compiler=None, flags=None, build_type=None, isas=[], mpi=None, limits=None)
    python["software"] = {name: version for name, version in software.items() if name != "mpi4py"}
    with_mpi = dict(python, software=software)
    if mpi:
        text, standard, level = mpi
        words = text.split()
        with_mpi["mpi"] = {
            "library": "Open MPI" if text.startswith("Open MPI") else words[0].rstrip(":"),
            "version": next((word.strip("v,") for word in words if word.strip("v,")[:1].isdigit()), "unknown"),
            "standard": ".".join(map(str, standard)),
            "thread_level": THREAD_LEVELS[level],
        }
    return [python, with_mpi, cpp]


def run_of(rung):
    """Index of a rung's launches in runs_of."""
    return 2 if not rung.python else 1 if rung.kernel == "mpi4py" else 0


def make_report(context, axes, runs, rows, note):
    """`context` is that of a report of the program, written on this machine."""
    return {
        "context": dict(context, date=now(), command="ladder", axes=axes, runs=runs, note=note),
        "benchmarks": rows,
    }
