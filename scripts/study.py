#!/usr/bin/env python3
"""A scaling study. scripts/study.sh starts it, and so do the jobs that it writes."""

from trafficbench_study.main import main
from trafficbench_tools.printing import run

if __name__ == "__main__":
    run("study.sh", main)
