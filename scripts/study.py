#!/usr/bin/env python3
"""A scaling study. scripts/study.sh starts it, and so do the jobs that it writes."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from trafficbench_tools.start import start  # noqa: E402

if __name__ == "__main__":
    start("study.sh", "trafficbench_study.main", of_login_nodes=True)
