#!/usr/bin/env python3
"""One session of the ladder. scripts/ladder.sh starts it, once everything is built."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from trafficbench_tools.start import start  # noqa: E402

if __name__ == "__main__":
    start("ladder.sh", "trafficbench_tools.ladder.main")
