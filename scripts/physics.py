#!/usr/bin/env python3
"""Pictures of the physics: what is measured, over what theory says. See --help."""

from trafficbench_tools.physics.main import main
from trafficbench_tools.printing import run

if __name__ == "__main__":
    run("physics.py", main)
