#!/usr/bin/env python3
"""Checks reports. See --help."""

from trafficbench_tools.check_report import main
from trafficbench_tools.printing import run

if __name__ == "__main__":
    run("check_report.py", main)
