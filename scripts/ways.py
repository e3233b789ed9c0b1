#!/usr/bin/env python3
"""What the ways in which ranks speak to each other take, beside the default. See --help."""

from trafficbench_tools.ways import main
from trafficbench_tools.printing import run

if __name__ == "__main__":
    run("ways.py", main)
