"""Compares two reports of trafficbench, point by point."""

import argparse
import json
import sys

from trafficbench_tools.command_line import Parser
from trafficbench_tools.with_packages import need

DESCRIPTION = """\
Says of every point that two reports have in common whether it became faster, stayed the same or became slower, or
whether that is unclear; by how much, with a 95% interval of the ratio of the medians; and why. Speeds are iterations a
second.

  slower, faster   the whole interval is on one side of zero, the change is at least --threshold, and neither the clock
                   nor other programs on the cores explain half of it
  same             neither of these, and a change of --margin is ruled out
  unclear          the rest: more repetitions or a quieter machine are needed

With three kernels or more, no interval is narrower than what other kernels moved between the launches. --again takes
reports of further launches, best made in turns (base, new, base, new): the median change over the launches then counts, and
smaller ones are found. docs/method.md, "Comparing two reports", explains and justifies all of it.

Refused: reports that break a rule of docs/schema.md, rows that failed their verification, measured against simulated
rows, different contracts, different machines. Points that are not in both are listed and change nothing."""

EPILOG = """\
exit status:
  0  every point is same or faster
  1  a point is slower; or standard output takes no more, which one line says
  2  bad input: one line says what was wrong
  3  no point is slower, and one is unclear
  4  interrupted

Example:
  scripts/compare.py results/before.json results/after.json
  scripts/compare.py before.json after.json --only count:every --only cells:1e8 --threshold 1
  scripts/compare.py before1.json after1.json --again before2.json after2.json --again before3.json after3.json"""


def percentage(text):
    """An option that is a percentage. Raises argparse's error for anything else."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1000:
        raise argparse.ArgumentTypeError(f"'{text}' is not a percentage from 0 to 1000")
    return value


def parse_arguments(words):
    """The options of the command line, checked."""
    parser = Parser(
        "compare.py",
        prog="compare.py",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("base", metavar="BASE.json", help="the report of before")
    parser.add_argument("new", metavar="NEW.json", help="the report of after")
    parser.add_argument(
        "--again", action="append", default=[], nargs=2, metavar=("BASE.json", "NEW.json"),
        help="reports of another launch of each; any number of times",
    )  # fmt: skip
    parser.add_argument(
        "--threshold", type=percentage, default=2.0, metavar="PERCENT",
        help="smallest change that counts as faster or slower (default 2)",
    )  # fmt: skip
    parser.add_argument(
        "--margin", type=percentage, default=5.0, metavar="PERCENT",
        help="change that must be ruled out for `same`; no less than the threshold (default 5)",
    )  # fmt: skip
    parser.add_argument(
        "--only", action="append", default=[], metavar="WORD",
        help="only points whose names hold this word, such as ranks:2/ or count:every; given twice: both words",
    )  # fmt: skip
    parser.add_argument("--other-machine", action="store_true", help="compare although the machines differ")
    parser.add_argument(
        "--other-contract", action="store_true",
        help="pair points that differ in the contract (count) alone, where neither report has both",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    options = parser.parse_args(words)
    if options.margin < options.threshold:
        parser.error(f"--margin {options.margin:g} is below --threshold {options.threshold:g}")
    return options


def main():
    """Carries out the command line; returns the exit status."""
    options = parse_arguments(sys.argv[1:])
    need("jsonschema")
    from trafficbench_tools.compare.change import changes_of
    from trafficbench_tools.compare.output import as_json, count_words, print_table
    from trafficbench_tools.compare.pairing import launches
    from trafficbench_tools.compare.verdict import SLOWER, UNCLEAR, judge
    from trafficbench_tools.reports import load_report

    paths = [[options.base, options.new], *options.again]
    reports = [[load_report(path) for path in both] for both in paths]
    pairing = launches(reports, options.only, options.other_machine, options.other_contract)
    changes = changes_of(pairing.pairs)
    verdicts = [
        judge(pairs, change, options.threshold / 100, options.margin / 100)
        for pairs, change in zip(pairing.pairs, changes)
    ]
    counts = count_words(verdicts)
    status = 1 if counts[SLOWER] else 3 if counts[UNCLEAR] else 0
    if options.json:
        print(json.dumps(as_json(paths, pairing, changes, verdicts, options, status), indent=1, allow_nan=False))
    else:
        print_table(paths, reports, pairing, changes, verdicts)
    return status
