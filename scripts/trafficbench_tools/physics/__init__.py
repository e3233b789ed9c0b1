"""Measured roads against what theory says of them."""
