#!/usr/bin/env python3
"""The tables of documents that show what was measured, made from the reports in results/. See --help."""

from trafficbench_tools.document_tables.main import main
from trafficbench_tools.printing import run

if __name__ == "__main__":
    run("document_tables.py", main)
