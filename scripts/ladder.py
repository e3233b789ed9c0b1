#!/usr/bin/env python3
"""One session of the ladder. scripts/ladder.sh starts it, once everything is built."""

from trafficbench_tools.ladder.main import main
from trafficbench_tools.printing import run

if __name__ == "__main__":
    run("ladder.sh", main)
