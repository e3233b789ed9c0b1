"""The tables of documents that show what was measured, made from the reports in results/: see main.py."""
