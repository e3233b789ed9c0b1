"""What a study says of its scaling: speedup and efficiency of each kernel, by nodes."""

import os

from trafficbench_study import store
from trafficbench_study.bad_input import BadInput
from trafficbench_study.launches import axes_of, labels_of, launches_of, nodes_of, nodes_text
from trafficbench_tools.reading import read_json

HEADINGS = ("kernel", "nodes", "ranks x threads", "MCOPs", "speedup", "95% interval", "efficiency")
# Of columns that are read as text; numbers stand to the right.
TEXTS = (0,)
IN_HEADINGS = ("ranks", "threads", "cells", "count", "mode")


def lines_of(study, rows, every=False):
    """The lines of a table for each mode, road and counting mode. Of each kernel and number of nodes the fastest ranks x threads,
    and the baseline; `every`: all of them. None where no row has a speedup."""
    launches = launches_of(study)
    measured = [row for row in rows if row.get("speedup") is not None and (row["ranks"], row["threads"]) in launches]
    if not measured:
        return []
    labels = labels_of(measured, IN_HEADINGS)
    bases = {row["base"] for row in measured}
    tables = {}
    for row in measured:
        tables.setdefault((row["mode"], axes_of(row)["cells"], row["count"]), []).append(row)
    lines = []
    for (mode, cells, count), group in tables.items():
        lines.append("{} scaling: {} cells{}, counting mode {}".format(
            mode.capitalize(), cells, " per core" if mode == "weak" else "", count))
        shown = _shown(group, launches, labels, bases, every)
        lines += _aligned([HEADINGS] + [_cells_of(row, launches, labels, bases) for row in shown]) + [""]
    return lines + _notes(study, launches, rows, measured, bases, every)


def _shown(group, launches, labels, bases, every):
    """Rows in the order of the table."""
    order = {label: number for number, label in enumerate(dict.fromkeys(labels.values()))}

    def place(row):
        # One core is apart from the whole node: the fastest ranks x threads are not chosen from it.
        return order[labels[row["name"]]], launches[row["ranks"], row["threads"]]["nodes"]

    fastest = {}
    for row in group:
        fastest[place(row)] = max(row, fastest.get(place(row), row), key=lambda other: other["mcops"])
    chosen = [row for row in group if every or row["name"] in bases or row is fastest[place(row)]]
    return sorted(chosen, key=lambda row: place(row) + (row["name"] not in bases,))


def _cells_of(row, launches, labels, bases):
    interval = ("baseline" if row["name"] in bases else "none" if row["speedup_low"] is None else
                "{} .. {}".format(_digits(row["speedup_low"]), _digits(row["speedup_high"])))
    return (labels[row["name"]], str(nodes_of(launches[row["ranks"], row["threads"]])),
            "{} x {}".format(row["ranks"], row["threads"]), _digits(row["mcops"]), _digits(row["speedup"]), interval, "{:.0%}".format(row["efficiency"]))


def _digits(number):
    """Three digits of it: 0.0123, 1.00, 12,300."""
    return "{:#.3g}".format(number).rstrip(".") if number < 999.5 else "{:,.0f}".format(float("{:.3g}".format(number)))


def _aligned(table):
    widths = [max(len(line[column]) for line in table) for column in range(len(HEADINGS))]
    lines = []
    for line in table:
        words = [word.ljust(width) if column in TEXTS else word.rjust(width)
                 for column, (word, width) in enumerate(zip(line, widths))]
        lines.append("  ".join(words).rstrip())
    return lines


def _notes(study, launches, rows, measured, bases, every):
    cores, nodes = min((row["ranks"] * row["threads"], nodes_of(launches[row["ranks"], row["threads"]]))
                       for row in measured if row["name"] in bases)
    where = "one core" if cores == 1 else nodes_text(nodes)
    lines = ["Speedup: median rate over that of the baseline, the same kernel on {}. Efficiency: speedup".format(where),
             "over the ratio of cores. Intervals are over the visits."]
    if not every and len({(launch["ranks_per_node"], launch["threads"]) for launch in launches.values() if launch["nodes"]}) > 1:
        lines.append("Only the fastest ranks x threads are shown; for all: {}".format(store.how_to(study, "--table")))
    without = len(rows) - len(measured)
    if without:
        lines.append("Not shown: {} without a speedup (skipped, failed, or closed-form).".format(
            "{} row{}".format(without, "s" if without > 1 else "")))
    return lines


def print_table(study):
    """Prints the tables of the merged report, every ranks x threads among them; the exit status."""
    path = store.merged_path(study)
    if study["io"]:
        raise BadInput("{} is a study of files (--io), which has no speedups: name one of a sweep".format(study["folder"]))
    if not os.path.lexists(path):
        raise BadInput("{} does not exist yet: {} says how far the study is".format(path, store.how_to(study, "--status")))
    report = read_json(path)
    try:
        lines = lines_of(study, report["benchmarks"], every=True)
    except (LookupError, TypeError, AttributeError, ValueError):
        raise BadInput("{} is not the report of a study: it lacks rows, or their fields".format(path))
    if not lines:
        raise BadInput("{}: no row has a speedup: measure on several numbers of nodes".format(path))
    print("\n".join(lines))
    return 0
