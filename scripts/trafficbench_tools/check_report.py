"""Checks files of reports; started by scripts/check_report.py."""

import sys

from trafficbench_tools.command_line import check_words
from trafficbench_tools.errors import BadInput, ReportError
from trafficbench_tools.printing import tell
from trafficbench_tools.reading import shortened
from trafficbench_tools.with_packages import need

HELP = """Usage: scripts/check_report.py FILE...

Checks reports: the schema, results/schema/report.schema.json, and the rules that a schema cannot say, at the end of
docs/schema.md. One line a file. Names the fields of rows that this version does not know, and passes over. A report of
version 1 is held against the rules of that.

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
    if not paths or any(path.startswith("--") for path in paths):
        raise BadInput("expected reports to check, FILE...; see scripts/check_report.py --help")
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
    return f"{version}; passed over, as unknown: {names}" if unknown else version
