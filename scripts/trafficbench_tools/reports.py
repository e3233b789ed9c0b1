"""Reads a report and refuses one that is wrong in any way. The check needs jsonschema (Debian: python3-jsonschema).

    from trafficbench_tools.reports import load_report
    report = load_report("results/host-20261123T080000Z.json")
"""

import functools

from trafficbench_tools import report_rules, version_1
from trafficbench_tools.errors import BadInput, ReportError
from trafficbench_tools.reading import read_json
from trafficbench_tools.schemas import FOLDER, check_by

SCHEMA_PATH = FOLDER / "report.schema.json"


def load_report(path):
    """The report in the file `path`, a dict. Raises ReportError for one that breaks a rule of docs/schema.md.

    One of version 1 is held against the rules of that, and comes in the form of version 2 (version_1.py); what it has not got
    is `trafficbench_schema` in its context.
    """
    return checked(path, read_report(path))


def checked(path, report):
    """What load_report gives, of a report that was read already: read_report(path), or a part of that."""
    try:
        if version_1.is_version_1(report):
            return _load_version_1(report)
        check_schema(report)
        check_fields(report)
    except ReportError as error:
        raise ReportError(f"{path}: {error}") from error
    return report


def _load_version_1(report):
    try:
        version_1.check(report)
    except ReportError as error:
        raise ReportError(f"read as version 1, since its context has no trafficbench_schema: {error}") from error
    return version_1.converted(report)


def read_report(path):
    """The JSON in the file `path`, unchecked. Raises ReportError if it is none."""
    try:
        return read_json(path)
    except BadInput as error:
        raise ReportError(str(error)) from error


def check_schema(report):
    """Raises ReportError unless `report` follows results/schema/report.schema.json."""
    check_by(SCHEMA_PATH, report)


def check_fields(report):
    """Raises ReportError for what a schema cannot say. `report` must have passed check_schema."""
    report_rules.check_fields(report, _known_fields())


def unknown_fields(report):
    """Names of fields of rows that this version does not know, and passes over."""
    return sorted({field for row in report["benchmarks"] for field in row} - _known_fields())


@functools.lru_cache(maxsize=None)
def _known_fields():
    return frozenset(read_json(SCHEMA_PATH)["$defs"]["row"]["properties"])
