#!/usr/bin/env python3
"""A page and figures from reports, and their check against the twelve rules. See --help."""

from trafficbench_tools.report.main import main
from trafficbench_tools.printing import run

if __name__ == "__main__":
    run("report.py", main)
