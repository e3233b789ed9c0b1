"""What a session hands to `trafficbench derive`: a report whose rows hold what was asked for and what was measured.

The program works out the rest (rates, intervals, bases, ratios) as for any other report: docs/schema.md.
"""

import statistics
from datetime import datetime, timezone

THREAD_LEVELS = ["single", "funneled", "serialized", "multiple"]
# What the program's own row says of a launch, and the row of the rung says too.
OF_THE_LAUNCH = ("rung", "bits_per_cell", "configuration", "isa", "depth", "cars", "hash")


def now():
    """The time, as reports write it."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def row_name(rung, road_name):
    """As in a sweep; `road_name` has what belongs to the road and not to the rung."""
    depth = "none" if rung.python else "auto"
    return (
        f"ladder/{rung.kernel}/cells:{road_name['cells']}/ranks:{rung.ranks}/threads:{rung.threads}/depth:{depth}"
        f"/count:{rung.count}/steps:auto/mode:strong/density:{road_name['density']}/init:mt19937"
        f"/seed:{road_name['seed']}/isa:auto"
    )


def asked_row(rung, road, name):
    """What was asked for; all that a skipped row has."""
    row = {"name": name, "kernel": rung.kernel, "cells": road.cells, "ranks": rung.ranks, "threads": rung.threads}
    row.update({"density": road.density, "init": "mt19937", "seed": road.seed, "mode": "strong", "count": rung.count})
    row.update({"class": "update", "origin": "measured", "run": launch_of(rung)})
    if rung.number is not None:
        row["rung"] = rung.number
    return row


def skipped_row(rung, road, name):
    """The row of a rung that could not run, with the reason."""
    reason = rung.skipped
    return {**asked_row(rung, road, name), "samples": [], "verification": "none", "skipped": reason, "error_message": reason}


def measured_row(rung, road, name, steps, results, stopped, discarded, note):
    """`results` are those of the complete rounds, in order; `steps` the iterations of each repetition, `discarded` the
    repetitions that were too short and made again."""
    last = results[-1]
    row = asked_row(rung, road, name)
    row.update({key: last.row[key] for key in OF_THE_LAUNCH if last.row.get(key) is not None})
    row.update(
        steps=steps,
        samples=[result.seconds for result in results],
        rounds=list(range(len(results))),
        rank_seconds=[result.rank_seconds for result in results],
        cpu_time=1e3 * statistics.median(result.cpu_seconds for result in results),
        verified=not last.problem,
        verification="full",
        restarted=True,
        stopped=stopped,
        placement=last.placement,
        note=note,
    )
    if discarded:
        row["discarded"] = discarded
    warnings = {warning for result in results for warning in result.row.get("warnings", [])}
    if warnings:
        row["warnings"] = sorted(warnings)
    clocks = [result.row["clock_hz"] for result in results if result.row.get("clock_hz")]
    if clocks:
        row["clock_hz"] = statistics.median(clocks)
    if last.problem:
        row.update(stopped="failed", error_message=last.problem)
    return row


def launches(program_launch, argv, software, mpi, date):
    """Entries of context.runs, by what ran: Python, Python with MPI, the program. Each repetition is a launch of its own.

    `program_launch` is how the program describes itself and the machine; `mpi` is what mpi4py says of its library.
    """
    note = "One launch a repetition; the command stands in the note of the row."
    program = dict(program_launch, argv=argv, date=date, note=note)
    python = dict(program, compiler=None, flags=None, build_type=None, isas=[], mpi=None, limits=None)
    for field in ("kernels", "waves"):
        python.pop(field, None)
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
    return [python, with_mpi, program]


def launch_of(rung):
    """Index of a rung's entry in launches()."""
    return 2 if not rung.python else 1 if rung.uses_mpi else 0


def report(context, axes, runs, rows, note):
    """`context` is that of a report of the program, written on this machine."""
    return {
        "context": dict(context, date=now(), command="ladder", axes=axes, runs=runs, note=note),
        "benchmarks": rows,
    }
