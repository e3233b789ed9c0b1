"""What intervals of confidence are here, as in drivers/base/statistics.cpp. tests/expected/statistics.json holds both to it."""

# What is left out on each side of an interval of 95%.
TAIL = 0.025
# No two ordered samples of fewer hold the median with 95%.
FEWEST_SAMPLES = 6
