#!/usr/bin/env python3
"""Pictures of the physics: what is measured, over what theory says. See --help."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from trafficbench_tools.start import start  # noqa: E402

if __name__ == "__main__":
    start("physics.py", "trafficbench_tools.physics.main")
