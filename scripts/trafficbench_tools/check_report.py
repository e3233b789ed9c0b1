"""Checks files of reports; started by scripts/check_report.py."""

import sys

from trafficbench_tools.command_line import check_words
from trafficbench_tools.errors import BadInput, ReportError
from trafficbench_tools.printing import tell
from trafficbench_tools.with_packages import need

HELP = """Usage: scripts/check_report.py FILE...

Checks reports: the schema, results/schema/report.schema.json, and the rules that a schema cannot say, at the end of
docs/schema.md. One line a file.

Example:
  scripts/check_report.py results/*.json

Exit status: 0 all are valid; 1 one is not; 2 wrong use."""


def main():
    """Carries out the command line; returns the exit status."""
    paths = sys.argv[1:]
    need("jsonschema")
    from trafficbench_tools.reports import load_report

    if "--help" in paths or "-h" in paths:
        print(HELP)
        return 0
    check_words(paths, "check_report.py")
    if not paths or any(path.startswith("--") for path in paths):
        raise BadInput("expected reports to check, FILE...; see scripts/check_report.py --help")
    failed = False
    for path in paths:
        try:
            report = load_report(path)
            print(f"{path}: {len(report['benchmarks'])} rows, valid")
        except ReportError as error:
            tell("check_report.py", error)
            failed = True
    return 1 if failed else 0
