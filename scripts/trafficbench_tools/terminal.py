"""How wide what is printed may be."""

import os
import sys
import textwrap

UNLIMITED = 10**6


def columns():
    """Columns of the terminal that standard output is; a great number where it is a file or a pipe."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or 80
    except (OSError, ValueError, AttributeError):
        return UNLIMITED


def wrapped(text, most=UNLIMITED):
    """The text in lines of no more columns than the terminal has, and no more than that; lines after the first stand further in."""
    inside = " " * (len(text) - len(text.lstrip()) + 2)
    return textwrap.fill(text, min(columns(), most), subsequent_indent=inside, break_long_words=False, break_on_hyphens=False,
                         drop_whitespace=True) if len(text) > min(columns(), most) else text  # fmt: skip
