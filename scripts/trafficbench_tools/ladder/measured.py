"""What a session hands to `trafficbench derive`: a report whose rows hold what was asked for and what was measured.

The program works out the rest (rates, intervals, bases, ratios) as for any other report: docs/schema.md.
"""

from datetime import datetime, timezone

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
    row.update({"class": "update", "origin": "measured"})
    if rung.number is not None:
        row["rung"] = rung.number
    return row


def skipped_row(rung, road, name):
    """The row of a rung that could not run, with the reason."""
    row = {**asked_row(rung, road, name), "verification": "none", "skipped": rung.skipped, "error_message": rung.skipped}
    row.update({field: [] for field in ("samples", "sample_visits", "sample_runs", "sample_steps")})
    return row


def measured_row(rung, road, name, steps, results, stopped, least_seconds, note):
    """`results` are those of the first visits, one each, in order; `steps` the iterations of each repetition."""
    last = results[-1]
    row = asked_row(rung, road, name)
    row.update({key: last.row[key] for key in OF_THE_LAUNCH if last.row.get(key) is not None})
    row.update(
        steps=steps,
        samples=[result.seconds for result in results],
        sample_visits=list(range(len(results))),
        sample_runs=[0] * len(results),
        sample_steps=[steps] * len(results),
        cpu_seconds=[result.cpu_seconds for result in results],
        verified=not last.problem,
        verification="full",
        restarted=True,
        stopped=stopped,
        placement=last.placement,
        note=note,
    )
    if rung.ranks > 1:
        row["rank_seconds"] = [result.rank_seconds for result in results]
    warnings = {warning for result in results for warning in result.row.get("warnings", [])}
    if results[0].seconds < least_seconds:
        warnings.add("short_repetition")
    if warnings:
        row["warnings"] = sorted(warnings)
    clocks = [result.row.get("clock_hz") for result in results]
    if all(clocks):
        row["sample_clock_hz"] = clocks
    if last.problem:
        row.update(stopped="failed", error_message=last.problem)
    return row


def launch(program_launch, argv, software, mpi, date, visits):
    """The entry of context.runs: the session, of which every repetition is a launch of its own.

    `program_launch` is how the program describes itself and the machine; what Python's rungs ran with stands in `software`,
    where `mpi` is what mpi4py says of its library.
    """
    software = dict(program_launch.get("software") or {}, **software)
    if mpi:
        text, standard, _ = mpi
        words = text.split()
        library = "Open MPI" if text.startswith("Open MPI") else words[0].rstrip(":")
        version = next((word.strip("v,") for word in words if word.strip("v,")[:1].isdigit()), "unknown")
        software["mpi4py's MPI"] = f"{library} {version}, MPI {'.'.join(map(str, standard))}"
    note = (
        "A visit is a round of all rungs, a repetition each, and a repetition is a launch; its command stands in the note of"
        " the row. Compiler, flags and MPI are the program's; what Python's rungs ran with is named under software."
    )
    said = {"argv": argv, "date": date, "note": note, "software": software, "visits": visits}
    return dict(program_launch, **said)


def report(context, axes, run, rows, note):
    """`context` is that of a report of the program, written on this machine."""
    return {
        "context": dict(context, date=now(), command="ladder", axes=axes, runs=[run], note=note),
        "benchmarks": rows,
    }
