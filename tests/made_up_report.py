"""Valid reports of any size for the tests of what reads them. Every number is made up, by a formula or by chance."""

import copy
import json
import random
import statistics
from pathlib import Path

from report_helpers import example

RATES = {"naive": 300.0, "branchless": 3e4, "bitpacked": 7e5, "bitsliced": 1.9e6, "tiled": 2e6}
# Bits a cell; of others: 1.
BITS = {"naive": 64, "branchless": 16}
CLOCK_HZ = 2e9
SIGMA = 0.001  # the serial fraction that speedups follow


def make(
    kernels=("naive", "bitsliced", "tiled"),
    cells=(10**6,),
    shapes=((1, 1), (2, 1), (4, 1)),
    counts=("every", "sampled"),
    mode="strong",
    repetitions=8,
    seed=1,
    cores=128,
):
    """A sweep over every combination; `cells` are those of each core where `mode` is weak."""
    chance = random.Random(seed)
    report = example("measured")
    template = report["benchmarks"][0]
    context = report["context"]
    context["note"] = "Example, made up for a test: nothing in it was measured."
    run = context["runs"][0]
    run["cpu"].update(cores=cores, clock_hz=CLOCK_HZ)
    run["limits"] = {"made up": {"value": 512.0, "unit": "cells per cycle and core"}}
    run["note"] = context["note"]
    run["kernels"] = list(RATES)
    run["numa"] = [{"index": i, "cores": max(1, cores // 8), "bytes": 2**35} for i in range(8)]
    run["caches"][-1].update(size=2**24, num_sharing=min(4, cores))
    report.pop("fits", None)
    report["benchmarks"] = [
        row(template, kernel, length, ranks, threads, count, mode, repetitions, chance)
        for length in cells
        for count in counts
        for ranks, threads in shapes
        for kernel in kernels
    ]
    add_ratios(report["benchmarks"], mode)
    return report


def row(template, kernel, length, ranks, threads, count, mode, repetitions, chance):
    workers = ranks * threads
    whole = length * workers if mode == "weak" else length
    name = (
        f"sweep/{kernel}/cells:{length}/ranks:{ranks}/threads:{threads}/depth:auto/count:{count}/steps:auto/mode:{mode}"
        "/density:0.52/init:philox/seed:5743/isa:auto"
    )
    rate = RATES.get(kernel, 1e5) * (0.4 if count == "every" else 1.0) * 1e6 * workers / (1 + SIGMA * (workers - 1))
    rate /= 1 + whole / workers / 1e9
    steps = 1000
    samples = [whole * steps / rate * (1 + abs(chance.gauss(0, 0.01))) for _ in range(repetitions)]
    median = statistics.median(samples)
    ordered = sorted(samples)
    mcops = whole * steps / median / 1e6
    made = copy.deepcopy(template)
    for key in [key for key in made if "base" in key or "speedup" in key or "efficiency" in key]:
        made[key] = None
    for key in ("real_time_low", "real_time_high", "base_samples", "base_steps", "ladder_base_samples", "ladder_base_steps",
                "discarded", "shares", "rounds", "cars", "efficiency_low", "efficiency_high"):
        made.pop(key, None)
    # Ends of the interval for 6 to 8 repetitions: the fastest and the slowest.
    has_interval = 6 <= repetitions <= 8
    per_cycle = mcops * 1e6 / CLOCK_HZ / workers
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
        repetitions=repetitions,
        real_time=median * 1e3,
        cpu_time=median * 1e3 * workers,
        mcops=mcops,
        mcops_low=whole * steps / ordered[-1] / 1e6 if has_interval else None,
        mcops_high=whole * steps / ordered[0] / 1e6 if has_interval else None,
        clock_hz=CLOCK_HZ,
        cells_per_cycle=per_cycle,
        limit="made up",
        fraction_of_limit=per_cycle / 1200,
        isa="avx512",
        depth=64,
        rank_seconds=[{"min": sample * 0.99, "median": sample, "max": sample} for sample in samples],
        placement=[
            {"rank": i // threads, "thread": i % threads, "host": "example", "core": i} for i in range(min(workers, 8))
        ],
    )
    if workers > 1:
        made["shares"] = {"compute": 0.9, "exchange": 0.05, "reduction": 0.02, "waiting": 0.02}
    return made


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
    speedup = made["mcops"] / base["mcops"]
    made.update({f"{prefix}base": base["name"], f"{prefix}base_mcops": base["mcops"], f"{prefix}speedup": speedup})
    low = high = speedup
    if made is not base and made["mcops_low"] is not None:
        low, high = made["mcops_low"] / base["mcops_high"], made["mcops_high"] / base["mcops_low"]
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


def save(report, path):
    Path(path).write_text(json.dumps(report), encoding="utf-8")
    return str(path)
