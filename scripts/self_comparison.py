#!/usr/bin/env python3
"""Judges launches of one program that were made to be compared with each other. See --help."""

from trafficbench_tools.self_comparison.main import main
from trafficbench_tools.printing import run

if __name__ == "__main__":
    run("self_comparison.py", main)
