"""Valid reports of any size for the tests of what reads them. Every number is made up, by a formula or by chance."""

import copy
import json
import random
import statistics
from pathlib import Path

from report_helpers import example

from trafficbench_tools.visits import best_rate, median_and_interval, medians_by_visit, per_iteration, visit_ratios

RATES = {"naive": 300.0, "branchless": 3e4, "bitpacked": 7e5, "bitsliced": 1.9e6, "tiled": 2e6}
# Bits a cell; of others: 1.
BITS = {"naive": 64, "branchless": 16}
CLOCK_HZ = 2e9
LIMIT = 1200.0  # cells per cycle and core
VISIT_SECONDS = 20
RESTARTS = 3  # from the start state, in one sample
SIGMA = 0.001  # the serial fraction that speedups follow


def make(
    kernels=("naive", "bitsliced", "tiled"),
    cells=(10**6,),
    shapes=((1, 1), (2, 1), (4, 1)),
    counts=("every", "sampled"),
    mode="strong",
    visits=6,
    rounds=2,
    seed=1,
    cores=128,
):
    """A sweep over every combination, in one launch that visits each point so many times, for so many rounds.

    `cells` are those of each core where `mode` is weak. What has the same cells and contract is measured together.
    """
    chance = random.Random(seed)
    report = example("measured")
    template = report["benchmarks"][0]
    context = report["context"]
    context["note"] = "Example, made up for a test: nothing in it was measured."
    run = context["runs"][0]
    run["cpu"].update(cores=cores, clock_hz=CLOCK_HZ)
    run["limits"] = {"made up": {"value": LIMIT, "unit": "cells per cycle and core"}}
    run["note"] = context["note"]
    run["kernels"] = list(RATES)
    run["numa"] = [{"index": i, "cores": max(1, cores // 8), "bytes": 2**35} for i in range(8)]
    run["caches"][-1].update(size=2**24, num_sharing=min(4, cores))
    report.pop("fits", None)
    groups = [(length, count) for length in cells for count in counts]
    run["visits"] = [visit(number, chance) for number in range(visits * len(groups))]
    slower = [(number, 1 + abs(chance.gauss(0, 0.01))) for number in range(len(run["visits"]))]
    visits_of_groups = [dict(slower[group :: len(groups)]) for group in range(len(groups))]
    report["benchmarks"] = [
        row(template, kernel, length, ranks, threads, count, mode, its_visits, rounds, chance)
        for (length, count), its_visits in zip(groups, visits_of_groups)
        for ranks, threads in shapes
        for kernel in kernels
    ]
    add_ratios(report["benchmarks"], mode)
    return report


def visit(number, chance):
    """The entry of context.runs for a visit."""
    return {
        "began": float(VISIT_SECONDS * number),
        "seconds": VISIT_SECONDS - 1.0,
        "nodes": [
            {
                "host": "example",
                "steal_seconds": abs(chance.gauss(0, 0.1)),
                "involuntary_switches": chance.randrange(20),
                "reference_hz": CLOCK_HZ * (1 - abs(chance.gauss(0, 0.01))),
            }
        ],
    }


def row(template, kernel, length, ranks, threads, count, mode, visits, rounds, chance):
    """`visits`: of each in which it was measured, how many times longer all took."""
    workers = ranks * threads
    whole = length * workers if mode == "weak" else length
    name = (
        f"sweep/{kernel}/cells:{length}/ranks:{ranks}/threads:{threads}/depth:auto/count:{count}/steps:auto/mode:{mode}"
        "/density:0.52/init:philox/seed:5743/isa:auto"
    )
    rate = RATES.get(kernel, 1e5) * (0.4 if count == "every" else 1.0) * 1e6 * workers / (1 + SIGMA * (workers - 1))
    rate /= 1 + whole / workers / 1e9
    steps = 1000
    samples = [
        whole * steps * RESTARTS / rate * slower * (1 + abs(chance.gauss(0, 0.002)))
        for slower in visits.values()
        for _ in range(rounds)
    ]
    made = copy.deepcopy(template)
    for key in [key for key in made if "base" in key or "speedup" in key or "efficiency" in key]:
        made[key] = None
    for key in ("shares", "cars", "efficiency_low", "efficiency_high", "cpu_seconds"):
        made.pop(key, None)
    made.update(
        name=name,
        run_name=name,
        kernel=kernel,
        rung=list(RATES).index(kernel) if kernel in RATES else 99,
        bits_per_cell=BITS.get(kernel, 1),
        cells=whole,
        ranks=ranks,
        threads=threads,
        count=count,
        mode=mode,
        steps=steps,
        iterations=steps,
        samples=samples,
        sample_visits=[number for number in visits for _ in range(rounds)],
        sample_runs=[0] * len(samples),
        sample_steps=[steps * RESTARTS] * len(samples),
        sample_clock_hz=[CLOCK_HZ] * len(samples),
        repetitions=len(samples),
        clock_hz=CLOCK_HZ,
        limit="made up",
        limit_mcops=LIMIT * CLOCK_HZ * workers / 1e6,
        isa="avx512",
        depth=64,
        rank_seconds=[{"min": sample * 0.99, "median": sample, "max": sample} for sample in samples],
        placement=[
            {"rank": i // threads, "thread": i % threads, "host": "example", "core": i} for i in range(min(workers, 8))
        ],
    )
    if workers > 1:
        made["shares"] = {"compute": 0.9, "exchange": 0.05, "reduction": 0.02, "waiting": 0.02}
    add_rates(made)
    return made


def add_rates(made):
    """What follows from the samples of a measured update row."""
    workers = made["ranks"] * made["threads"]
    value, low, high, over = median_and_interval(medians_by_visit(made, per_iteration(made, made["samples"])))
    for key in ("real_time_low", "real_time_high"):
        made.pop(key, None)
    if over is not None:
        made.update(real_time_low=low * 1e9, real_time_high=high * 1e9)
    made.update(
        real_time=value * 1e9,
        cpu_time=value * 1e9 * workers,
        interval_over=over,
        mcops=made["cells"] / value / 1e6,
        mcops_low=high and made["cells"] / high / 1e6,
        mcops_high=low and made["cells"] / low / 1e6,
        mcops_best=made["cells"] * best_rate(made) / 1e6,
    )
    if made["clock_hz"] is not None:
        made["cells_per_cycle"] = made["mcops"] * 1e6 / made["clock_hz"] / workers
    if made["limit"] is not None:
        made["fraction_of_limit"] = made["mcops_best"] / made["limit_mcops"]


def add_ratios(rows, mode):
    """Base: the same kernel at the first shape; ladder base: naive on one core."""
    first, naive = {}, {}
    for made in rows:
        workers = made["ranks"] * made["threads"]
        key = (made["kernel"], made["count"], made["cells"] // (workers if mode == "weak" else 1))
        base = first.setdefault(key, made)
        if made["kernel"] == "naive" and workers == 1:
            naive[made["count"], made["cells"]] = made
        fill(made, base, "", workers / (base["ranks"] * base["threads"]))
    for made in rows:
        base = naive.get((made["count"], made["cells"]))
        if base is not None:
            fill(made, base, "ladder_", None)


def fill(made, base, prefix, ratio):
    """`made` divided by `base`, over the visits that they share, or by their rates where they share none."""
    ratios = visit_ratios(made, base)
    if ratios:
        speedup, low, high, _ = median_and_interval(ratios)
        times = medians_by_visit(base, per_iteration(base, base["samples"]))
        base_mcops = base["cells"] / statistics.median(times[shared] for shared in ratios) / 1e6
    else:
        speedup, base_mcops, low, high = made["mcops"] / base["mcops"], base["mcops"], None, None
        if made["mcops_low"] is not None and base["mcops_low"] is not None:
            low, high = made["mcops_low"] / base["mcops_high"], made["mcops_high"] / base["mcops_low"]
    made.update({f"{prefix}base": base["name"], f"{prefix}base_mcops": base_mcops, f"{prefix}speedup": speedup})
    made.update({f"{prefix}speedup_low": low, f"{prefix}speedup_high": high})
    if ratio is not None:
        made["efficiency"] = speedup / ratio


def add_fit(report, kernel, count):
    """Amdahl's law through the strong rows of a kernel, with the serial fraction that they were made with."""
    curve = [made for made in report["benchmarks"] if made["kernel"] == kernel and made["count"] == count]
    cores = [made["ranks"] * made["threads"] for made in curve]
    report["fits"] = [
        {
            "law": "amdahl",
            "rows": [made["name"] for made in curve],
            "parameters": {"serial_fraction": {"value": SIGMA, "low": SIGMA / 2, "high": SIGMA * 2}},
            "residuals": [made["speedup"] - p / (1 + SIGMA * (p - 1)) for made, p in zip(curve, cores)],
        }
    ]


def fail(report, number):
    """Row `number` failed verification: no ratio, no base, an error."""
    bad = report["benchmarks"][number]
    for other in report["benchmarks"]:
        for prefix in ("", "ladder_"):
            if other[f"{prefix}base"] == bad["name"] or other is bad:
                for key in ("base", "base_mcops", "speedup", "speedup_low", "speedup_high"):
                    other[prefix + key] = None
                if not prefix:
                    other["efficiency"] = None
    bad.update(
        verified=False, error_occurred=True, error_message="hash differs from the closed form's", stopped="failed"
    )
    return bad


# Bytes a second of one rank, and seconds to open.
METHODS = {"serial": (150e6, 0.001), "posix": (400e6, 0.002), "mpiio-collective": (300e6, 0.01)}


def make_io(
    methods=tuple(METHODS),
    ranks=(1, 2, 4),
    sizes=(2**24, 2**26, 2**28),
    layouts=("contiguous", "interleaved"),
    operations=("write", "read"),
    syncs=("synced", "cached"),
    folders=("striped", "unstriped"),
    direct=("posix",),
    visits=6,
    seed=1,
):
    """Rows of files over every combination, as of launches that were merged; those of `direct` synced and past the page cache, too."""
    chance = random.Random(seed)
    report = example("io")
    template = report["benchmarks"][0]
    report["benchmarks"] = [
        io_row(template, method, many, size, layout, operation, sync, folder, is_direct, visits, chance)
        for folder in folders
        for sync in syncs
        for size in sizes
        for many in ranks
        for layout in layouts
        for operation in operations
        for method in methods
        for is_direct in ((False, True) if sync == "synced" and method in direct else (False,))
    ]
    return report


def io_row(template, method, ranks, size, layout, operation, sync, folder, is_direct, visits, chance):
    """One write or read of all ranks; more of them are faster, but for the serial method."""
    rate, opening = METHODS.get(method, (200e6, 0.005))
    rate *= 1 if method == "serial" else ranks**0.7
    rate *= (1 if folder == "striped" else 0.5) * (0.8 if layout == "interleaved" else 1) * (1.5 if is_direct else 1)
    rate *= 10 if sync == "cached" else 1
    syncing = 0.4 * size / rate if (operation, sync) == ("write", "synced") else 0.0
    phases = []
    for _ in range(visits):
        slower = 1 + abs(chance.gauss(0, 0.03))
        phases.append({"open": opening, "transfer": slower * size / rate, "sync": slower * syncing, "close": opening / 10})
    name = f"io/{method}/cells:{8 * size}/ranks:{ranks}/layout:{layout}/op:{operation}/sync:{sync}"
    made = {
        **copy.deepcopy(template),
        "kernel": method,
        "cells": 8 * size,
        "bytes": size,
        "ranks": ranks,
        "layout": layout,
        "operation": operation,
        "sync": sync,
        "phase_seconds": phases,
        # The barriers take their time too.
        "samples": [sum(each.values()) + 1e-4 for each in phases],
        "reader": "same_ranks" if ranks == 1 or method == "serial" else "other_ranks",
        "sample_visits": list(range(visits)),
        "sample_runs": [0] * visits,
        "sample_steps": [1] * visits,
        "repetitions": visits,
    }
    made["name"] = made["run_name"] = f"{name}{'/direct:on' if is_direct else ''}/directory:{folder}"
    made["file_system"]["folder"] = folder
    for field in ("resident", "hints", "hints_ignored", "cpu_seconds", "direct"):
        made.pop(field, None)
    if is_direct:
        made["direct"] = True
    if operation == "read":
        made["resident"] = [1.0 if sync == "cached" else 0.0] * visits
    add_rates_of_files(made)
    return made


def add_rates_of_files(made):
    """What follows from the samples of a row of files."""
    value, low, high, over = median_and_interval(medians_by_visit(made, made["samples"]))
    for field in ("real_time_low", "real_time_high", "megabytes_per_second_low", "megabytes_per_second_high"):
        made.pop(field, None)
    scale = made["bytes"] / 1e6
    if over is not None:
        made.update(real_time_low=low * 1e9, real_time_high=high * 1e9)
        made.update(megabytes_per_second_low=scale / high, megabytes_per_second_high=scale / low)
    made.update(
        real_time=value * 1e9,
        cpu_time=value * 1e9 * made["ranks"],
        interval_over=over,
        megabytes_per_second=scale / value,
        megabytes_per_second_best=scale / min(made["samples"]),
        mebibytes_per_second=made["bytes"] / 2**20 / value,
    )


def save(report, path):
    Path(path).write_text(json.dumps(report), encoding="utf-8")
    return str(path)
