#!/usr/bin/env python3
"""What the ways in which ranks speak to each other take, beside the default. See --help."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from trafficbench_tools.start import start  # noqa: E402

if __name__ == "__main__":
    start("ways.py", "trafficbench_tools.ways")
