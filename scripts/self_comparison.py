#!/usr/bin/env python3
"""Judges launches of one program that were made to be compared with each other. See --help."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from trafficbench_tools.start import start  # noqa: E402

if __name__ == "__main__":
    start("self_comparison.py", "trafficbench_tools.self_comparison.main")
