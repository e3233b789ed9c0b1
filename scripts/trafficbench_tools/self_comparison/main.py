"""Judges launches of one program that were made to be compared with each other."""

import argparse
import json
import sys
from pathlib import Path

from trafficbench_tools.command_line import Parser
from trafficbench_tools.compare.main import percentage
from trafficbench_tools.compare.verdict import MARGIN, THRESHOLD
from trafficbench_tools.errors import BadInput, ReportError
from trafficbench_tools.with_packages import need

DESCRIPTION = """\
Reads the reports (*.json) of a folder, launches of one program on one machine as scripts/self_comparison.sh makes them,
and says what can be believed there, point by point and of all together:

  held      how often the interval of a launch holds the median of the other launches' medians
  alarms    how often compare.py calls a point slower or faster, by best and by median, though nothing changed; and the
            threshold of --by best that keeps this at 5%
  found     how often it finds a slowdown of 3% to 20%, and which one it finds in 80%. For this all repetitions of a
            launch are made longer by that much, by calculation; --slowed shows what a slowed program gives"""

EPILOG = """\
exit status:
  0  done
  1  standard output takes no more, which one line says
  2  bad input: one line says what was wrong
  4  interrupted

Example:
  scripts/self_comparison.py results/self
  scripts/self_comparison.py results/self --slowed results/slowed --json"""


def parse_arguments(words):
    """The options of the command line, checked."""
    parser = Parser(
        "self_comparison.py",
        prog="self_comparison.py",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", metavar="FOLDER", help="reports of launches of one program")
    parser.add_argument("--slowed", metavar="FOLDER", help="reports of launches of a program that is slower somewhere")
    parser.add_argument(
        "--threshold", type=percentage, default=THRESHOLD, metavar="PERCENT", help=f"the threshold of compare.py --by best [{THRESHOLD:g}]"
    )
    parser.add_argument(
        "--margin", type=percentage, default=MARGIN, metavar="PERCENT", help=f"the margin of compare.py --by median [{MARGIN:g}]"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON in place of the tables")
    form.add_argument("--markdown", action="store_true", help="print one table, by kernel and road: least and greatest of the points")
    return parser.parse_args(words)


def load_folder(folder, fewest):
    """{path: report}, in the order in which they began. Raises BadInput where there are too few."""
    from trafficbench_tools.reports import load_report

    if not Path(folder).is_dir():
        wrong = "is not a folder" if Path(folder).exists() else "does not exist"
        raise BadInput(f"{folder} {wrong}: name a folder of reports that scripts/self_comparison.sh made")
    found = {str(path): load_report(path) for path in sorted(Path(folder).glob("*.json"))}
    if len(found) < fewest:
        raise BadInput(f"{folder} has {len(found)} reports (*.json): expected {fewest} or more")
    starts = {}
    for path, report in found.items():
        for run in report["context"]["runs"]:
            other = starts.setdefault(str(run["date"]) + run["host"], path)
            if other != path:
                raise ReportError(f"{path}: the same launch appears twice, here and in {other}: keep one of them")
    return dict(sorted(found.items(), key=lambda each: each[1]["context"]["runs"][0]["date"]))


def main():
    """Carries out the command line; returns the exit status."""
    options = parse_arguments(sys.argv[1:])
    need("jsonschema")
    from trafficbench_tools.self_comparison.output import print_markdown, print_tables
    from trafficbench_tools.self_comparison.rates import study

    launches = load_folder(options.folder, 2)
    slowed = load_folder(options.slowed, 1) if options.slowed else {}
    result = study(launches, slowed, options.threshold / 100, options.margin / 100)
    if options.json:
        print(json.dumps(result, indent=1, allow_nan=False))
    elif options.markdown:
        print_markdown(result)
    else:
        print_tables(result)
    return 0
