"""What the Python scripts of trafficbench share, and what each of them does.

report/ makes pages and figures, compare/ says which points became slower, ladder/ measures from plain Python up, physics/
holds measured roads against theory. The scripts beside this package start them and do nothing else.
"""
