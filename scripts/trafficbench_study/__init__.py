"""What scripts/study.sh does. It runs on login nodes: Python 3.6 or later, and nothing but its standard library."""
