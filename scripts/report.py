#!/usr/bin/env python3
"""A page and figures from reports, and their check against the twelve rules. See --help."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from trafficbench_tools.start import start  # noqa: E402

if __name__ == "__main__":
    start("report.py", "trafficbench_tools.report.main")
