"""Checks files of reports; started by scripts/check_report.py."""

import sys

from trafficbench_tools.command_line import check_words
from trafficbench_tools.errors import BadInput, ReportError
from trafficbench_tools.printing import tell
from trafficbench_tools.reading import shortened
from trafficbench_tools.with_packages import need

HELP = """Usage: scripts/check_report.py FILE...

Checks reports: the schema, results/schema/report.schema.json, and the rules that a schema cannot say, at the end of
docs/schema.md. One line a file. Fields of rows that this version does not know are named, and ignored. A report of
version 1 is checked against the rules of that version.

Example:
  scripts/check_report.py results/*.json

Exit status: 0 all are valid; 1 one is not; 2 wrong use."""


def main():
    """Carries out the command line; returns the exit status."""
    paths = sys.argv[1:]
    need("jsonschema")
    from trafficbench_tools.reports import load_report, unknown_fields

    if "--help" in paths or "-h" in paths:
        print(HELP)
        return 0
    check_words(paths, "check_report.py")
    for path in paths:
        if path.startswith("-"):
            raise BadInput(f"unknown option {path}: expected --help or reports, FILE...; see scripts/check_report.py --help")
    if not paths:
        raise BadInput("no report given: expected FILE...; see scripts/check_report.py --help")
    failed = False
    for path in paths:
        try:
            report = load_report(path)
            print(f"{path}: {len(report['benchmarks'])} rows, valid{_notes(report, unknown_fields(report))}")
        except ReportError as error:
            tell("check_report.py", error)
            failed = True
    return 1 if failed else 0


def _notes(report, unknown):
    version = "" if "trafficbench_schema" in report["context"] else " as version 1"
    # A name may hold anything, and be one of many.
    names = shortened(", ".join(ascii(name)[1:-1] for name in unknown))
    return f"{version}; unknown fields, ignored: {names}" if unknown else version
