#!/usr/bin/env python3
"""The tables of documents that show what was measured, made from the reports in results/. See --help."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from trafficbench_tools.start import start  # noqa: E402

if __name__ == "__main__":
    start("document_tables.py", "trafficbench_tools.document_tables.main")
