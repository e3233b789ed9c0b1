#!/usr/bin/env python3
"""Compares two reports of trafficbench, point by point. See --help."""

from trafficbench_tools.compare.main import main
from trafficbench_tools.printing import run

if __name__ == "__main__":
    run("compare.py", main)
