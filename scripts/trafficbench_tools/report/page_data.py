"""What the page's scripts read: rows for the table, charts for the plots, as plain lists and dicts."""

import itertools

from trafficbench_tools.report import efficiency, file_words, palette, placement, rows, views, words
from trafficbench_tools.report.chart import joined_runs

# key, heading, explanation. In this order in the table; the page formats by `kind`.
COLUMNS = [
    ("status", "status", "word", "verified, failed, warned, skipped, simulated, modelled"),
    ("kernel", "kernel", "word", ""),
    ("cells", "cells", "integer", "of the whole road"),
    ("ranks", "ranks", "integer", ""),
    ("threads", "threads", "integer", "of each rank"),
    ("count", "count", "word", "counting mode: moves counted in every iteration, or in the last one only (sampled)"),
    ("mode", "mode", "word", "strong or weak"),
    ("mcops_best", "best MCOPs", "rate", "of the fastest repetition, 10^6 cell updates per second: what the kernel can do"),
    ("mcops", "median MCOPs", "rate", "median over visits of the medians within a visit: what one gets here"),
    ("mcops_low", "low", "rate", "95% interval of the median"),
    ("mcops_high", "high", "rate", "95% interval of the median"),
    ("interval_over", "interval over", "word", "visits, or launches; repetitions within one launch in a report of version 1"),
    ("visits", "visits", "integer", "how many, of all launches"),
    ("repetitions", "n", "integer", "repetitions, of all visits"),
    ("real_time", "median time, ns", "number", "of one iteration, slowest rank; closed form: of one repetition"),
    ("speedup", "speedup", "number", "by the median, against the same kernel on its fewest cores"),
    ("speedup_low", "low", "number", "95% interval"),
    ("speedup_high", "high", "number", "95% interval"),
    ("efficiency", "efficiency", "percent", "by the median: speedup over the ratio of cores"),
    ("ladder_speedup", "× ladder base", "number", "by the median, against the lowest rung on one core"),
    ("cells_per_cycle", "cells/cycle", "number", "by the median, of one core"),
    ("fraction_of_limit", "best of limit", "percent", "how much of the machine's limit the fastest repetition reached"),
    ("limit_mcops", "limit, MCOPs", "rate", "the rate that the limit allows"),
    ("limit", "limit", "word", "what bounds it"),
    ("isa", "isa", "word", "instruction set"),
    ("configuration", "configuration", "word", "what the kernel chose for itself: waves, tiles"),
    ("depth", "depth", "integer", "iterations between exchanges, as used"),
    ("exchange", "exchange", "word", "how edges travel between ranks"),
    ("overlap", "overlap", "word", "whether the inside advances while they travel"),
    ("reduce", "reduce", "word", "how moves are summed over ranks"),
    ("placement_policy", "placement", "word", "by which policy workers were placed"),
    ("ranks_per_node", "ranks per node", "integer", "ranks on each node, where that was asked for"),
    ("steps", "steps", "integer", "iterations of one repetition"),
    ("class", "class", "word", "update, closed-form, network or io"),
    ("origin", "origin", "word", "measured, simulated or modelled"),
    ("stopped", "stopped", "word", "why there were no more visits"),
    ("verification", "verification", "word", "how the end state was checked"),
    ("hash", "hash", "word", "of the final state"),
    ("megabytes_per_second", "MB/s", "rate", "of files: median over visits, 10^6 bytes per second"),
    ("megabytes_per_second_low", "low", "rate", "95% interval of the median"),
    ("megabytes_per_second_high", "high", "rate", "95% interval of the median"),
    ("megabytes_per_second_best", "best MB/s", "rate", "of the fastest repetition"),
    ("operation", "operation", "word", "write or read"),
    ("sync", "sync", "word", "synced: to the disk, and from it; cached: the page cache had a part in it"),
    ("layout", "layout", "word", "how the road was dealt to the ranks"),
    ("energy_joules", "energy, J", "number", "of one repetition, all nodes"),
    ("updates_per_joule", "updates/J", "number", "cell updates per joule, all nodes"),
    ("plots", "plots", "integer", "how many plots show this row"),
    ("report", "report", "word", "the file"),
    ("name", "name", "word", "every requested axis"),
]
# Columns that are no field of a row.
OWN_COLUMNS = ["status", "visits", "plots", "report"]
# Shown when a row is opened.
DETAILS = [
    "samples", "beyond_110_percent", "real_time_low", "real_time_high", "cpu_time", "density", "init", "seed", "cars",
    "restarted", "clock_hz", "energy_source", "energy_run_seconds", "energy_run_steps", "warnings", "skipped", "error_message", "note", "base", "base_mcops",
    "efficiency_low", "efficiency_high", "ladder_base", "ladder_base_mcops", "ladder_speedup_low", "ladder_speedup_high",
    "shares", "model", "placement", "rung", "bits_per_cell", "direct", "bytes", "files", "mebibytes_per_second", "resident", "reader",
    "file_system", "stripe_count", "stripe_bytes", "stripes_note", "phase_seconds", "hints", "hints_ignored",
]  # fmt: skip
# Details that are no field of a row: the likely cause of an efficiency beyond 110%.
OWN_DETAILS = ["beyond_110_percent"]
# Fields of a row that the page does not show, and why.
NOT_SHOWN = {
    "run_name": "the name again",
    "verified": "the status says it",
    "error_occurred": "the status says it",
    "iterations": "steps again",
    "repetition_index": "always 0",
    "run_type": "for Google Benchmark's tools",
    "aggregate_name": "for Google Benchmark's tools",
    "time_unit": "always ns",
    "sample_visits": "samples are shown by visit",
    "sample_runs": "samples are shown by visit",
    "sample_steps": "samples are shown by visit",
    "rank_seconds": "one entry a repetition",
    "cpu_seconds": "one entry a repetition",
    "sample_clock_hz": "one entry a repetition",
}


def build(sources, charts):
    """The page's data, and {section: panels} with each chart as the page draws it."""
    numbers = {id(row): number for number, row in enumerate(row for source in sources for row in source.rows)}
    plots = {}
    for chart in (chart for found in charts.values() for chart in found):
        for row in {id(row) for row in chart.rows()}:
            plots[row] = plots.get(row, 0) + 1
    causes = {id(row): efficiency.cause(source, row) for source in sources for row in efficiency.too_good(source)}
    return {
        "columns": [{"key": key, "title": title, "kind": kind, "about": about} for key, title, kind, about in COLUMNS],
        "details": DETAILS,
        "rows": [table_row(source, row, plots.get(id(row), 0), numbers, causes) for source in sources for row in source.rows],
        "counted": words.COUNTED,
        "palette": palette.palette([chart for found in charts.values() for chart in found]),
        "panels": [
            {
                "section": section,
                "title": title,
                "count": count,
                "views": [view(chart, label, numbers) for chart, label in zip(found, views.view_labels(found))],
            }
            for section, section_charts in charts.items()
            for title, count, found in views.panels(section_charts)
        ],
    }


def table_row(source, row, plots, numbers, causes):
    """The values of one row, in the order of COLUMNS and DETAILS. A base is the number of its row."""
    extra = {
        "status": rows.status(row),
        "plots": plots,
        "report": source.label,
        "placement": placement.summary(row),
        # A seed may have more digits than a number of JavaScript.
        "seed": str(row["seed"]) if row["seed"] is not None else None,
        "visits": rows.visits(row) if row["samples"] else None,
        "beyond_110_percent": causes.get(id(row)),
        "samples": samples(row),
        "file_system": file_words.file_system(row),
        "phase_seconds": file_words.phases(row),
        "hints": file_words.hints(row),
        "model": model(row),
    }
    for field in ("base", "ladder_base"):
        extra[field] = numbers[id(source.by_name[row[field]])] if row[field] is not None else None
    return [extra[key] if key in extra else row.get(key) for key in [*(column[0] for column in COLUMNS), *DETAILS]]


def model(row):
    """What stood in for the machine, with all its parameters; None of what was measured."""
    if "model" not in row:
        return None
    parameters = ", ".join(f"{key} {words.significant(value) if isinstance(value, float) else value}" for key, value in row["model"]["parameters"].items())
    return f"{row['model']['name']} {row['model']['version']}: {parameters}"


def samples(row):
    """[[launch, visit, iterations, [seconds]]]: of each visit the repetitions that made as many iterations, in order."""
    every = zip(row["sample_runs"], row["sample_visits"], row["sample_steps"], row["samples"])
    return [
        [*visit, [drawn(seconds) for *_, seconds in of_visit]]
        for visit, of_visit in itertools.groupby(every, key=lambda sample: sample[:3])
    ]


def view(chart, label, numbers):
    """A chart as the page's scripts draw it; `label` tells it from others of its frame."""
    return {
        "label": label,
        "kind": chart.kind,
        "categories": chart.categories(),
        "x": axis(chart.x),
        "y": axis(chart.y),
        "lanes": [axis(lane) for lane in chart.lanes],
        "series": [
            {
                "label": series.label,
                "colour": series.colour,
                "dash": series.dash,
                "loose": series.loose,
                "shift": shift,
                "lane": series.lane,
                "marks": [mark_list(mark, numbers) for mark in series.marks],
                "runs": runs(series),
            }
            for series, shift in zip(chart.series, chart.shifts())
        ],
        "curves": [
            {
                "label": curve.label,
                "colour": curve.colour,
                "dash": curve.dash,
                "listed": curve.listed,
                "points": [[drawn(number) for number in point] for point in curve.points],
            }
            for curve in chart.curves
        ],
        "guides": chart.guides,
        "notes": chart.notes(),
    }


def runs(series):
    """The marks that are joined, by their places in the series."""
    places = {id(mark): place for place, mark in enumerate(series.marks)}
    return [[places[id(mark)] for mark in run] for run in joined_runs(series)]


def axis(axis_of_chart):
    """An axis as the page's scripts read it."""
    return {
        "title": axis_of_chart.title,
        "scale": axis_of_chart.scale,
        "zero": axis_of_chart.from_zero,
        "kind": axis_of_chart.kind,
    }


def mark_list(mark, numbers):
    """[at, value, low, high, row, flaw, texts, median, below]; flaw is "", "failed" or "warned"; a visit or node has no row."""
    numbers_shown = [drawn(value) for value in (mark.at, mark.value, mark.low, mark.high)]
    if mark.row is None:
        return [*numbers_shown, None, "", mark.texts, None, []]
    flaw = rows.status(mark.row) if rows.is_flawed(mark.row) else ""
    median = [drawn(value) for value in mark.median] if mark.median else None
    return [*numbers_shown, numbers[id(mark.row)], flaw, mark.texts, median, mark.below]


def drawn(value):
    """More digits than a screen can show would only make the page larger."""
    return float(f"{value:.8g}") if isinstance(value, float) else value
