"""Compares two reports of trafficbench, point by point."""

import argparse
import json
import sys

from trafficbench_tools.command_line import Parser
from trafficbench_tools.compare.change import BEST, MEDIAN, changes_of
from trafficbench_tools.compare.verdict import MARGIN, SLOWER, THRESHOLD, UNCLEAR, judge
from trafficbench_tools.with_packages import need

DESCRIPTION = """\
Says of every point that two reports have in common whether it became faster, stayed the same or became slower, or
whether that is unclear; by how much; and why.

  --by best     did a change of the code make it slower? What else runs on a machine only slows, so that the best
                repetitions of a program repeat better than its medians. The two best of each side are compared, in
                work a cycle where the clock of each repetition was kept: slower, faster where they differ by
                --threshold, else same
  --by median   did the service change: the machine, its system, the time of day? slower, faster where the intervals of
                the medians lie apart; same where both together rule out a change of --margin; else unclear

By best a change is unclear where other programs on the cores explain half of it, or the clock where work a cycle is not
known; either way with fewer than six visits and for jumps of other lengths. Both changes are shown. --again takes reports of further launches, best
made in turns (base, new, base, new): their repetitions are put together. docs/method.md, "Comparing two reports",
explains all of it.

Refused: reports that break a rule of docs/schema.md, rows that failed their verification, measured against simulated
rows, different counting modes, different machines. Points that are not in both are listed and change nothing."""

EPILOG = """\
exit status:
  0  every point is same or faster
  1  a point is slower; or standard output takes no more, which one line says
  2  bad input: one line says what was wrong
  3  no point is slower, and one is unclear
  4  interrupted

Example:
  scripts/compare.py results/before.json results/after.json
  scripts/compare.py before.json after.json --only count:every --only cells:1e8 --threshold 3
  scripts/compare.py monday.json friday.json --by median
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
        "--by", choices=[BEST, MEDIAN], default=BEST, help="what is judged: a change of the code (best) or of the service"
    )
    parser.add_argument(
        "--threshold", type=percentage, metavar="PERCENT",
        help=f"by best: smallest change that counts as faster or slower (default {THRESHOLD:g})",
    )  # fmt: skip
    parser.add_argument(
        "--margin", type=percentage, metavar="PERCENT",
        help=f"by median: change that must be ruled out for `same` (default {MARGIN:g})",
    )  # fmt: skip
    parser.add_argument(
        "--only", action="append", default=[], metavar="WORD",
        help="only points whose names hold this word, such as ranks:2/ or count:every; given twice: both words",
    )  # fmt: skip
    parser.add_argument("--other-machine", action="store_true", help="compare although the machines differ")
    parser.add_argument(
        "--other-contract", action="store_true",
        help="pair points that differ in the counting mode (count) alone, where neither report has both",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    options = parser.parse_args(words)
    for name, by in [("threshold", BEST), ("margin", MEDIAN)]:
        if getattr(options, name) is not None and options.by != by:
            parser.error(f"--{name} is for --by {by}")
    options.threshold = THRESHOLD if options.threshold is None else options.threshold
    options.margin = MARGIN if options.margin is None else options.margin
    return options


def main():
    """Carries out the command line; returns the exit status."""
    options = parse_arguments(sys.argv[1:])
    need("jsonschema")
    from trafficbench_tools.compare.output import as_json, count_words, print_table
    from trafficbench_tools.compare.pairing import pair
    from trafficbench_tools.reports import load_report

    paths = [[options.base, options.new], *options.again]
    reports = [[load_report(path) for path in both] for both in paths]
    pairing = pair(*map(list, zip(*reports)), options.only, options.other_machine, options.other_contract)
    points = [changes_of(one.base, one.new) for one in pairing.pairs]
    limit = (options.threshold if options.by == BEST else options.margin) / 100
    verdicts = [judge(one, change[options.by], limit) for one, change in zip(pairing.pairs, points)]
    counts = count_words(verdicts)
    status = 1 if counts[SLOWER] else 3 if counts[UNCLEAR] else 0
    if options.json:
        result = as_json(paths, reports, pairing, points, verdicts, options, status)
        print(json.dumps(result, indent=1, allow_nan=False))
    else:
        print_table(paths, reports, pairing, points, verdicts, options)
    return status
