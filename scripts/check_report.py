#!/usr/bin/env python3
"""Checks reports. See --help."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from trafficbench_tools.start import start  # noqa: E402

if __name__ == "__main__":
    start("check_report.py", "trafficbench_tools.check_report")
