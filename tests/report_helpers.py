"""The package of the scripts, and its checker of reports, for the tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))
from trafficbench_tools.errors import ReportError  # noqa: E402, F401
from trafficbench_tools.reports import SCHEMA_PATH, check_fields, check_schema, load_report  # noqa: E402, F401
