"""The checker of reports, scripts/check_report.py, for the tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))
from check_report import SCHEMA_PATH, ReportError, check_fields, check_schema, load_report  # noqa: E402, F401
