"""The rows of one report that differ only in how ranks communicate or are placed, beside the one with the default."""

import argparse
import sys

from trafficbench_tools.command_line import Parser
from trafficbench_tools.report.grouping import WAYS
from trafficbench_tools.report.ties import Ratio
from trafficbench_tools.with_packages import need

DESCRIPTION = """\
For each kernel, road, counting mode, depth and number of cores of a report, all on several ranks: a line for each way in which ranks
communicate or are placed. At depth auto each way has the depth that suits it.

  us          an iteration, microseconds: the median over visits, and its 95% interval
  x default   its rate over that of the default, formed within visits, with its interval; a tie where that holds 1
  network     the part of its cores' time that exchanges and sums took, without waiting
  of limit    its best repetition, as a part of what kernel, edges and sums allow together"""

EPILOG = """\
exit status:
  0  done
  1  standard output takes no more, which one line says
  2  bad input, or no two rows that differ in this alone: one line says what was wrong
  4  interrupted

Example:
  trafficbench-mpiexec -n 2 trafficbench sweep --kernels auto --cells 1e5 --ranks 1,2 --depth 1,auto --exchange all --output ways.json
  scripts/ways.py ways.json --only count:every"""

HEAD = ["kernel", "cells", "count", "depth", "way", "us", "interval", "x default", "interval", "network", "of limit"]
LEFT = {"kernel", "count", "way"}
POINT = ("kernel", "cells", "count", "depth")


def parse_arguments(words):
    """The options of the command line."""
    parser = Parser(
        "ways.py", prog="ways.py", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("report", metavar="REPORT", help="JSON that trafficbench sweep wrote")
    parser.add_argument(
        "--only", action="append", default=[], metavar="WORD", help="rows whose names hold this word alone; may be repeated"
    )
    parser.add_argument("--single", action="store_true", help="leave out what differs from the default in several ways at once")
    parser.add_argument("--markdown", action="store_true", help="print a table in Markdown, without columns of the point on which all rows agree")
    return parser.parse_args(words)


def split_name(row):
    """(what a name spells beside its ways, the ways)."""
    parts = row["name"].split("/")
    is_way = [part.split(":", 1)[0] in WAYS and ":" in part for part in parts]
    rest = "/".join(part for part, way in zip(parts, is_way) if not way)
    return rest, ", ".join(part.replace(":", " ") for part, way in zip(parts, is_way) if way)


def groups_of(rows):
    """[{way: row}], the default's way is empty: those with at least one other way beside it."""
    groups = {}
    for row in rows:
        if row["ranks"] > 1 and row.get("samples") and row["class"] == "update":
            rest, way = split_name(row)
            groups.setdefault(rest, {})[way] = row
    return [group for group in groups.values() if "" in group and len(group) > 1]


def cells_of_line(way, row, default):
    """The cells of a row's line, as HEAD names them."""
    from trafficbench_tools.visits import median_and_interval, per_iteration, medians_by_visit, visit_ratios

    middle, low, high, _ = median_and_interval(medians_by_visit(row, per_iteration(row, row["samples"])))
    line = [row["kernel"], f"{row['cells']:,}", row["count"], f"{row['depth']:,}", way or "default"]
    line += [f"{1e6 * middle:.3f}", "" if low is None else f"{1e6 * low:.3f} .. {1e6 * high:.3f}"]
    ratios = {} if row is default else visit_ratios(row, default)
    if ratios:
        ratio = Ratio(*median_and_interval(ratios)[:3], True)
        line.append(f"{ratio.value:.3f}" + (", a tie" if ratio.tie else ""))
        line.append("" if ratio.low is None else f"{ratio.low:.3f} .. {ratio.high:.3f}")
    else:
        line += ["1" if row is default else "", ""]
    shares = row.get("shares")
    line.append(f"{100 * (shares['exchange'] + shares['reduction']):.0f}%" if shares else "")
    line.append("" if row["fraction_of_limit"] is None else f"{100 * row['fraction_of_limit']:.0f}%")
    return line


def printed(lines, markdown):
    """The lines of a table."""
    if markdown:
        # What all rows agree on is for the text beside the table.
        kept = [at for at, name in enumerate(HEAD) if name not in POINT or len({line[at] for line in lines}) > 1]
        rule = "|".join("---" if HEAD[at] in LEFT else "---:" for at in kept)
        head, *rest = ("| " + " | ".join(line[at] for at in kept) + " |" for line in [HEAD, *lines])
        return [head, f"|{rule}|", *rest]
    widths = [max(len(line[at]) for line in [HEAD, *lines]) for at in range(len(HEAD))]
    return [
        "  ".join(f"{cell:<{width}}" if name in LEFT else f"{cell:>{width}}" for cell, width, name in zip(line, widths, HEAD)).rstrip()
        for line in [HEAD, *lines]
    ]


def lines_of(report, name, only, single, markdown):
    """The lines of the table of a report's rows whose names hold all words of `only`; `single`: that differ in one way at most."""
    from trafficbench_tools.errors import BadInput

    rows = [row for row in report["benchmarks"] if all(word in row["name"] for word in only)]
    groups = groups_of([row for row in rows if not single or ", " not in split_name(row)[1]])
    if not groups:
        raise BadInput(
            f"{name}: no row on several ranks has a default and another way beside it: measure with several of "
            "--exchange, --overlap, --reduce, --placement or --ranks-per-node"
        )
    return printed([cells_of_line(way, row, group[""]) for group in groups for way, row in group.items()], markdown)


def main():
    """Carries out the command line; returns the exit status."""
    options = parse_arguments(sys.argv[1:])
    need("jsonschema")
    from trafficbench_tools.reports import load_report

    for line in lines_of(load_report(options.report), options.report, options.only, options.single, options.markdown):
        print(line)
    return 0
