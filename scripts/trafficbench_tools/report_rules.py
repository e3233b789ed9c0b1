"""What a report must be that a schema cannot say; docs/schema.md lists the rules at its end.

drivers/report/ has the same rules, and tests/report_rules_test.py holds the two to each other.
"""

import math
import statistics

from trafficbench_tools.errors import ReportError
from trafficbench_tools.reading import shortened
from trafficbench_tools.visits import (
    best_rate,
    median_and_interval,
    medians_by_visit,
    per_iteration,
    rates_by_visit,
    visit_ratios,
)

# Derived numbers may have been rounded on their way into the file, by no more than this.
RELATIVE_ROUNDING = 1e-6
# What is measured is divided by: with reading.GREATEST, quotients and their products are numbers. No clock sees so little.
SMALLEST = 1e-30
NOT_DIVIDED_BY = {"density"}
SHARE_ROUNDING = 1e-3
NANOSECONDS = 1e9
MEGABYTE = 1e6
MEBIBYTE = 2**20

ONE_A_SAMPLE = ["sample_visits", "sample_runs", "sample_steps"]
ONE_A_SAMPLE_OR_NONE = ["rank_seconds", "cpu_seconds", "sample_clock_hz", "phase_seconds", "resident"]
INTERVALS = ["real_time", "mcops", "megabytes_per_second", "speedup", "efficiency", "ladder_speedup"]
SAME_AS_BASE = ["count", "origin", "kernel", "mode"]
SAME_AS_LADDER_BASE = ["count", "origin", "cells"]


def check_fields(report, known):
    """Raises ReportError for what a schema cannot say. `report` must have passed the schema; `known` are the fields of a row
    that it names."""
    rows = rows_by_name(report)
    visits = Visits()
    check_each_row(rows, lambda row: _check_row(row, rows, report["context"]["runs"], visits, known))
    check_fits(report, rows)
    _check_nodes(report["context"].get("nodes", []))


def _check_nodes(nodes):
    hosts = [node["host"] for node in nodes]
    require(len(hosts) == len(set(hosts)), "a node appears twice in context.nodes")
    for node in nodes:
        name = f"node {_shown(node['host'])}"
        low, high = node["kernel_ratio_low"], node["kernel_ratio_high"]
        is_missing = [part is None for part in (low, high, node["interval_over"])]
        require(any(is_missing) == all(is_missing), f"{name} has only part of an interval")
        ordered = low is None or low <= node["kernel_ratio"] <= high
        require(ordered, f"{name}: expected kernel_ratio_low <= kernel_ratio <= kernel_ratio_high")


class Visits:
    """Of rows that have samples: rates and median times by visit, worked out once, since many rows may have one base."""

    def __init__(self):
        self._rates, self._times = {}, {}

    def rates(self, row):
        """{(launch, visit): rates of its repetitions}."""
        if row["name"] not in self._rates:
            self._rates[row["name"]] = rates_by_visit(row)
        return self._rates[row["name"]]

    def times(self, row):
        """{(launch, visit): median of its repetitions}, seconds an iteration."""
        if row["name"] not in self._times:
            self._times[row["name"]] = medians_by_visit(row, per_iteration(row, row["samples"]))
        return self._times[row["name"]]


def _check_row(row, rows, runs, visits, known):
    require(row["run_name"] == row["name"], "run_name is not name")
    _check_iterations(row)
    check_magnitudes(row, known)
    _check_samples(row, runs)
    check_rank_seconds(row)
    check_shares(row)
    _check_times(row, visits.times(row))
    _check_rates(row, visits.times(row))
    _check_bytes(row)
    if row["mcops"] is not None and row["clock_hz"] is not None:
        require(row["cells_per_cycle"] is not None, "clock_hz without cells_per_cycle")
    check_cycles(row, row["mcops"] and row["mcops"] * 1e6)
    check_workers(row)
    _check_limit(row, runs)
    _check_energy(row)
    _check_ratio(row, "", "base", SAME_AS_BASE, rows, visits)
    _check_ratio(row, "ladder_", "ladder_base", SAME_AS_LADDER_BASE, rows, visits)
    _check_efficiency(row, rows)
    check_order(row)


def _check_iterations(row):
    updates = row["class"] == "update" or row["steps"] is None
    should = row["steps"] if updates else 1
    require(row["iterations"] == should, f"iterations is {row['iterations']}: expected {should}, {'as steps' if updates else 'since no cells are updated'}")


def _check_samples(row, runs):
    require(row["repetitions"] == len(row["samples"]), "repetitions is not the number of samples")
    for field in ONE_A_SAMPLE + [field for field in ONE_A_SAMPLE_OR_NONE if row.get(field)]:
        require(len(row[field]) == len(row["samples"]), f"{field} does not have one entry per sample")
    places = list(zip(row["sample_runs"], row["sample_visits"]))
    for before, after in zip(places, places[1:]):
        require(
            before <= after,
            f"samples are not in the order of launches and their visits: run {after[0]}, visit {after[1]}"
            f" after run {before[0]}, visit {before[1]}",
        )
    for run, visit in set(places):
        require(run < len(runs), f"run {run} of sample_runs is not one of the {len(runs)} in context.runs")
        visits = runs[run].get("visits")
        require(visits is None or visit < len(visits), f"visit {visit} of sample_visits is not one of those of run {run}")


def _check_times(row, times):
    scale = NANOSECONDS * (1 if row["class"] == "update" else row["steps"] or 1)
    low = high = over = None
    if times:
        value, low, high, over = median_and_interval(times)
        require(
            close(row["real_time"], scale * value),
            f"real_time {row['real_time']} ns is not the median of the visits' medians, which is {scale * value} ns",
        )
    if row["origin"] != "measured":
        low = high = over = None
    require(row["interval_over"] == over, f"interval_over is {row['interval_over']}: expected {over}, by the samples")
    _require_same(row, "real_time_low", low and scale * low)
    _require_same(row, "real_time_high", high and scale * high)
    if row.get("cpu_seconds"):
        should = scale * statistics.median(medians_by_visit(row, per_iteration(row, row["cpu_seconds"])).values())
        require(close(row["cpu_time"], should), f"cpu_time {row['cpu_time']} ns is not that of cpu_seconds, which is {should} ns")
    if row.get("sample_clock_hz"):
        should = statistics.median(medians_by_visit(row, row["sample_clock_hz"]).values())
        require(
            row["clock_hz"] is not None and close(row["clock_hz"], should),
            "clock_hz is not the median of the visits' medians of sample_clock_hz",
        )


def _check_rates(row, times):
    if row["mcops"] is None:
        return
    per_microsecond = 1e-6 * row["cells"]
    # A time so short that it has no thousandth has no rate either.
    should = per_microsecond * NANOSECONDS / (row["real_time"] or math.nan)
    require(close(row["mcops"], should), f"mcops {row['mcops']} is not cells / real_time, which is {should}")
    if times:
        _, low, high, _ = median_and_interval(times)
        if row["interval_over"] is None:
            low = high = None
        _require_same(row, "mcops_low", high and per_microsecond / high)
        _require_same(row, "mcops_high", low and per_microsecond / low)
    best = per_microsecond * best_rate(row) if times else row["mcops"]
    require(close(row["mcops_best"], best), f"mcops_best {row['mcops_best']} is not the rate of the fastest sample, which is {best}")


def _check_bytes(row):
    """How fast the bytes of a row of files went, by its times."""
    should = dict.fromkeys(
        f"{name}_per_second{end}"
        for name, end in (("megabytes", ""), ("megabytes", "_low"), ("megabytes", "_high"), ("megabytes", "_best"), ("mebibytes", ""))
    )
    if row["class"] == "io" and "bytes" in row and row["real_time"]:
        scale = NANOSECONDS * row["bytes"] / MEGABYTE
        should["megabytes_per_second"] = scale / row["real_time"]
        if "real_time_low" in row:
            should["megabytes_per_second_low"] = scale / row["real_time_high"]
            should["megabytes_per_second_high"] = scale / row["real_time_low"]
        fastest = min(per_iteration(row, row["samples"]), default=0) * NANOSECONDS * (row["steps"] or 1)
        should["megabytes_per_second_best"] = scale / (fastest or row["real_time"])
        should["mebibytes_per_second"] = scale * MEGABYTE / MEBIBYTE / row["real_time"]
    for field, value in should.items():
        _require_same(row, field, value)


def _check_limit(row, runs):
    if row["limit"] is None:
        return
    require(
        any(row["limit"] in (runs[run]["limits"] or {}) for run in set(row["sample_runs"])),
        f"limit {_shown(row['limit'])} is not among the limits of its runs",
    )
    require(
        close(row["fraction_of_limit"] * row["limit_mcops"], row["mcops_best"]),
        "fraction_of_limit is not mcops_best over limit_mcops",
    )


def _check_energy(row):
    if row.get("updates_per_joule") is not None:
        _require_same(row, "updates_per_joule", row["cells"] * row["steps"] / row["energy_joules"])


def _check_ratio(row, prefix, field, same, rows, visits):
    if row[field] is None:
        return
    base = check_base(row, field, same, rows)
    # By the visits of the row: a base may have those of all rows that it was measured with.
    of_base = visits.times(base)
    shared = [of_base[visit] for visit in visits.times(row) if visit in of_base]
    low = high = None
    if shared:
        base_mcops = 1e-6 * base["cells"] / statistics.median(shared)
        value, low, high, _ = median_and_interval(visit_ratios(row, base, visits.rates))
        if row["origin"] != "measured":
            low = high = None
    else:
        base_mcops, value = base["mcops"], row["mcops"] / base["mcops"]
        if row["mcops_low"] is not None and base["mcops_low"] is not None:
            low, high = row["mcops_low"] / base["mcops_high"], row["mcops_high"] / base["mcops_low"]
    for name, should in (
        (f"{field}_mcops", base_mcops),
        (f"{prefix}speedup", value),
        (f"{prefix}speedup_low", low),
        (f"{prefix}speedup_high", high),
    ):
        _require_same(row, name, should)


def _check_efficiency(row, rows):
    if row["base"] is None:
        return
    ratio = cores(rows[row["base"]]) / cores(row)
    for end in ("", "_low", "_high"):
        if row.get(f"efficiency{end}") is not None:
            require(
                row[f"speedup{end}"] is not None and close(row[f"efficiency{end}"], row[f"speedup{end}"] * ratio),
                f"efficiency{end} is not speedup{end} over the ratio of cores",
            )


def _require_same(row, field, should):
    value = row.get(field)
    same = value is should is None if value is None or should is None else close(value, should)
    require(same, f"{field} is {value}: expected {should}, by the samples")


# --- what version 1 has too --------------------------------------------------------------------------------------------


def rows_by_name(report):
    """{name: row}, each name once."""
    rows = {}
    for row in report["benchmarks"]:
        if row["name"] in rows:
            raise ReportError(f"row '{row['name']}' appears twice")
        rows[row["name"]] = row
    return rows


def check_each_row(rows, check):
    """Calls check(row) for each, and says of which row a complaint is."""
    for row in rows.values():
        try:
            check(row)
        except ReportError as error:
            raise ReportError(f"row '{row['name']}': {error}") from error


def check_magnitudes(row, known):
    """No measured number of a field that is known is next to nothing."""
    for field, value in row.items():
        if field in NOT_DIVIDED_BY or field not in known:
            continue
        for part in value if isinstance(value, list) else [value]:
            for number in part.values() if isinstance(part, dict) else [part]:
                if isinstance(number, float) and 0 < abs(number) < SMALLEST:
                    raise ReportError(f"{field} is {number}: expected {SMALLEST:g} or more, the least that can be measured")


def check_rank_seconds(row):
    """One entry a sample, in order, with the sample as the slowest."""
    if row.get("rank_seconds"):
        require(len(row["rank_seconds"]) == len(row["samples"]), "rank_seconds does not have one entry per sample")
        for sample, ranks in zip(row["samples"], row["rank_seconds"]):
            require(ranks["min"] <= ranks["median"] <= ranks["max"], "rank_seconds: expected min <= median <= max")
            require(close(sample, ranks["max"]), "a sample is not the slowest rank's time")


def check_shares(row):
    """Shares of one time."""
    if "shares" in row:
        require(sum(row["shares"].values()) <= 1 + SHARE_ROUNDING, "shares add up to more than 1")


def check_order(row):
    """low <= value <= high for every interval."""
    for middle in INTERVALS:
        low, high = f"{middle}_low", f"{middle}_high"
        if row.get(low) is not None:
            require(row[low] <= row[middle] <= row[high], f"expected {low} <= {middle} <= {high}")


def check_cycles(row, rate):
    """Cells a cycle and core, of the rate in cells a second."""
    if row["cells_per_cycle"] is not None:
        require(row["clock_hz"] is not None, "cells_per_cycle without clock_hz")
        require(
            close(row["cells_per_cycle"], rate / row["clock_hz"] / cores(row)),
            "cells_per_cycle is not the rate over clock_hz and cores",
        )


def check_workers(row):
    """The placement names workers of the row, each once."""
    workers = [(worker["rank"], worker["thread"]) for worker in row["placement"] or []]
    require(len(workers) == len(set(workers)), "a worker appears twice in placement")
    for rank, thread in workers:
        require(
            rank < row["ranks"] and thread < row["threads"],
            f"placement names rank {rank}, thread {thread}, which the row does not have",
        )


def check_base(row, field, same, rows):
    """The base that the row names in `field`: a row that it may be divided by."""
    base = rows.get(row[field])
    require(base is not None, f"{field} '{row[field]}' is not a row of this report")
    require(base["mcops"] is not None, f"{field} '{row[field]}' has no rate")
    require(base["verified"] is not False, f"{field} '{row[field]}' failed verification")
    for key in same + (["cells"] if field == "base" and row["mode"] == "strong" else []):
        require(row[key] == base[key], f"{field} has {key} {base[key]}, the row {row[key]}")
    require(field == "base" or cores(base) == 1, "ladder_base is not a row of one core")
    return base


def check_fits(report, rows):
    """Fits are of rows of the report."""
    for fit in report.get("fits", []):
        name = f"fit of {fit['law']}"
        require(len(fit["residuals"]) == len(fit["rows"]), f"{name}: residuals does not have one entry per row")
        for row in fit["rows"]:
            require(row in rows, f"{name}: '{row}' is not a row of this report")
            require(rows[row]["speedup"] is not None, f"{name}: '{row}' has no speedup")
        for key, parameter in fit["parameters"].items():
            if parameter["low"] is not None and parameter["high"] is not None:
                require(
                    parameter["low"] <= parameter["value"] <= parameter["high"],
                    f"{name}: {_shown(key)}: expected low <= value <= high",
                )


def cores(row):
    """Workers, one thread of one rank each."""
    return row["ranks"] * row["threads"]


def close(one, other):
    """Whether one is the other but for rounding."""
    return math.isclose(one, other, rel_tol=RELATIVE_ROUNDING)


def require(holds, message):
    """Raises ReportError unless it holds."""
    if not holds:
        raise ReportError(message)


def _shown(text):
    # It may hold anything, and a message is one line.
    return shortened(ascii(text), 60)
