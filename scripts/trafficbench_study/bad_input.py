"""What the user gave is wrong: one line says what, and what would be right."""

import re

from trafficbench_tools.errors import BadInput  # noqa: F401  (of all scripts)


def is_one_line(text):
    """Whether it can stand in a line of a script: no line break in it, no other control character, nothing but characters."""
    return not re.search("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]", text)


def is_plain(text):
    """Whether it can stand in a line that Slurm reads: a name, or several with commas."""
    return re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.:+@,-]{0,199}", text) is not None


PLAIN = "letters, digits and _ . : + @ , - only"


def one_of(names):
    """a, b or c"""
    names = list(names)
    return names[0] if len(names) == 1 else "{} or {}".format(", ".join(names[:-1]), names[-1])
