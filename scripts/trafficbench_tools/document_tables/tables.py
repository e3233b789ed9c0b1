"""The kinds of tables. Each is a function of the reports and the words behind its name, and returns Markdown."""

from trafficbench_tools.command_line import Parser
from trafficbench_tools.counts import parse_count
from trafficbench_tools.document_tables.numbers import Rate, between, percent, ratio_of, rounded
from trafficbench_tools.errors import BadInput
from trafficbench_tools.ladder import table
from trafficbench_tools.visits import rates_by_visit
from trafficbench_tools.ways import lines_of

# Instruction sets that vector code is compiled for, and how people write them.
SIMD = {"sse4": "SSE4", "avx2": "AVX2", "avx512": "AVX-512", "avx512_dl": "AVX-512 with VBMI2"}


def measured(report, only=lambda row: True):
    """The rows of a report that have samples."""
    return [row for row in report["benchmarks"] if row.get("samples") and row.get("verified") and only(row)]


def cores_of(row):
    """Cores at work."""
    return row["ranks"] * row["threads"]


def markdown(head, left, lines):
    """A table, of which so many columns are words and the others numbers."""
    rule = "|---" * left + "|---:" * (len(head) - left) + "|\n"
    head, *lines = ("| " + " | ".join(line) + " |\n" for line in [head, *lines])
    return head + rule + "".join(lines)


def ladder(reports, words):
    """How many times faster than plain Python: the fastest rung in each language, on one core and on all, with those that tie."""
    report = reports.load(options("ladder").parse_args(words).report)
    lines = []
    for language in table.LANGUAGES:
        rows = measured(report, lambda row: table.language_of(row) == language and row["kernel"] != "python")
        for cores in sorted({cores_of(row) for row in rows}):
            line = [f"in {language}, {'one core' if cores == 1 else f'{cores} cores'}"]
            for count in table.CONTRACTS:
                line += fastest_over_python(report, [row for row in rows if row["count"] == count and cores_of(row) == cores])
            lines.append(line)
    head = ["", "`every`: fastest", "times plain Python", "+-%", "`sampled`: fastest", "times plain Python", "+-%"]
    return markdown(head, 2, lines)


def fastest_over_python(report, rows):
    """The names of the fastest, and of those that tie with it; times plain Python; half the width of the interval in percent."""
    if not rows:
        return ["", "", ""]
    best = table.fastest(rows)
    base = next((row for row in measured(report) if row["name"] == best[0]["ladder_base"]), None)
    if base is None:
        raise BadInput(f"the ladder has no row {best[0]['ladder_base']}")
    times = ratio_of(best[0], base)
    return [" = ".join(f"`{row['kernel']}`" for row in best), rounded(*times), percent(*times)]


def kernels(reports, words):
    """The kernels on one road in both counting modes, on one core and on all."""
    parser = options("kernels")
    parser.add_argument("--cells", default="1e6")
    given = parser.parse_args(words)
    report = reports.load(given.report)
    cells = parse_count(given.cells, "cells", 1, 2**40)
    rows = measured(report, lambda row: row["cells"] == cells and row["class"] == "update")
    by_name = {row["name"]: row for row in rows}
    bases = {by_name[row["ladder_base"]]["kernel"] for row in rows if row["ladder_base"] in by_name}
    times = " and ".join(f"x `{kernel}`" for kernel in bases)
    columns = [("every", 1), ("sampled", 1), ("sampled", max(cores_of(row) for row in rows))]
    head = ["kernel"]
    for count, ranks in columns:
        head += [f"`{count}`, {'one core' if ranks == 1 else f'{ranks} ranks'}: MCOPs", "+-%", times]
    by_point = {(row["kernel"], row["count"], row["ranks"]): row for row in rows if row["threads"] == 1}
    lines = []
    for kernel in dict.fromkeys(row["kernel"] for row in rows):
        points = [by_point.get((kernel, *column)) for column in columns]
        if not any(points):
            continue
        line = [f"`{kernel}`"]
        for row in points:
            line += cells_of_kernel(row, by_name)
        lines.append([*line, str(Rate(next(row for row in points if row)).visits)])
    return markdown([*head, "n"], 1, lines)


def cells_of_kernel(row, by_name):
    """MCOPs, half the width of its interval in percent, and times the base of the ladder with the interval."""
    if row is None:
        return ["", "", ""]
    rate = Rate(row)
    line = [rounded(rate.median, rate.low, rate.high), percent(rate.median, rate.low, rate.high)]
    base = by_name.get(row["ladder_base"])
    if base is None or row is base:
        return [*line, "1" if row is base else ""]
    times = ratio_of(row, base)
    text = rounded(*times)
    return [*line, text + between(times[1], times[2], text)]


def cycles(reports, words):
    """Cells a cycle of one core: by kernel and road, or on one road by kernel and instruction set."""
    parser = options("cycles", many=True)
    parser.add_argument("--kernels")
    parser.add_argument("--cells")
    given = parser.parse_args(words)
    rows = [row for name in given.report for row in measured(reports.load(name), has_cycles)]
    if given.cells:
        cells = parse_count(given.cells, "cells", 1, 2**40)
        rows = [row for row in rows if row["cells"] == cells and row["isa"] in SIMD]
    wanted = given.kernels.split(",") if given.kernels else list(dict.fromkeys(row["kernel"] for row in rows))
    axis = "isa" if given.cells else "cells"
    columns = {row[axis] for row in rows if row["kernel"] in wanted}
    columns = sorted(columns, key=list(SIMD).index if given.cells else None)
    best = {(row["kernel"], row[axis], row["count"]): best_in_cycles(row) for row in rows}
    lines = []
    for kernel in wanted:
        pairs = [[best.get((kernel, column, count)) for count in ("sampled", "every")] for column in columns]
        lines.append([f"`{kernel}`", *(" / ".join(f"{value:.3g}" for value in pair if value is not None) or "-" for pair in pairs)])
    heads = [SIMD[isa] for isa in columns] if given.cells else [f"{cells:.0e}".replace("e+0", "e").replace("e+", "e") for cells in columns]
    return markdown(["kernel", *heads], 1, lines)


def has_cycles(row):
    """Whether cells were updated on one core whose clock was measured."""
    return row["class"] == "update" and cores_of(row) == 1 and row.get("sample_clock_hz")


def best_in_cycles(row):
    """Cells a cycle of the fastest repetition, by the clock measured beside it."""
    repetitions = zip(row["sample_steps"], row["samples"], row["sample_clock_hz"])
    return max(row["cells"] * steps / seconds / hertz for steps, seconds, hertz in repetitions)


def ways(reports, words):
    """What ways.py prints."""
    parser = options("ways")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--single", action="store_true")
    given = parser.parse_args(words)
    return "".join(line + "\n" for line in lines_of(reports.load(given.report), given.report, given.only, given.single, markdown=True))


def io(reports, words):
    """How fast a road went into files and back, by method and layout; of several folders or ranks there is no such table."""
    parser = options("io")
    parser.add_argument("--sync", choices=("synced", "cached"), default="synced")
    parser.add_argument("--layout")
    given = parser.parse_args(words)
    rows = measured(reports.load(given.report), lambda row: row["class"] == "io" and row["sync"] == given.sync)
    rows = [row for row in rows if given.layout in (None, row["layout"])]
    by_point = {(row["kernel"], row["layout"], row["operation"]): row for row in rows}
    if not rows or len(by_point) < len(rows):
        raise BadInput(f"{given.report}: no {given.sync} row of files, or several of one method, layout and operation")
    columns = list(dict.fromkeys((row["layout"], row["operation"]) for row in rows))
    head = ["method"]
    for layout, operation in columns:
        head += [f"`{layout}`, {'written' if operation == 'write' else 'read'}: MB/s", "+-%"]
    lines = []
    for method in dict.fromkeys(row["kernel"] for row in rows):
        points = [by_point.get((method, *column)) for column in columns]
        line = [f"`{method}`"]
        for row in points:
            rate = [row.get(f"megabytes_per_second{end}") for end in ("", "_low", "_high")] if row else None
            line += [rounded(*rate), percent(*rate)] if rate else ["", ""]
        lines.append([*line, str(len(rates_by_visit(next(filter(None, points)))))])
    return markdown([*head, "n"], 1, lines)


def simulated(reports, words):
    """Efficiency over one core of what was simulated: by road, depth and number of ranks."""
    parser = options("simulated")
    parser.add_argument("--ranks", default="1")
    given = parser.parse_args(words)
    ranks = [parse_count(text, "ranks", 1, 2**40) for text in given.ranks.split(",")]
    efficiencies = {}
    for row in reports.load(given.report)["benchmarks"]:
        if row["origin"] == "simulated" and row["efficiency"] is not None:
            axes = dict(part.split(":", 1) for part in row["name"].split("/") if ":" in part)
            road = axes["cells"] + (" per core" if row["mode"] == "weak" else "")
            efficiencies.setdefault((road, axes["depth"]), {})[row["ranks"]] = f"{100 * row['efficiency']:.1f}%"
    if not efficiencies:
        raise BadInput(f"{given.report}: no simulated row has an efficiency")
    lines = [[*point, *(by_ranks.get(number, "") for number in ranks)] for point, by_ranks in efficiencies.items()]
    return markdown(["cells", "depth", *(f"{number:,} ranks" if number > 1 else "1 rank" for number in ranks)], 2, lines)


KINDS = {"ladder": ladder, "kernels": kernels, "cycles": cycles, "ways": ways, "io": io, "simulated": simulated}


def options(kind, many=False):
    """A parser of the words behind a kind."""
    parser = Parser("document_tables.py", prog=kind, add_help=False)
    parser.add_argument("report", nargs="+" if many else None)
    return parser
