"""How long a list of numbers is, without writing it down: 1:1e12:1 is short to write."""

from trafficbench_tools import counts
from trafficbench_study.bad_input import BadInput

MOST = 10000
BEYOND = 10**100


def _number(text):
    return counts.parse_count(text, "", 0, BEYOND)


def _length_of(part):
    """Values of one part of a list; a part that is wrong counts as one, because the program says better what is wrong."""
    words = part.split(":")
    try:
        if len(words) not in (2, 3):
            return 1
        first, last, step = _number(words[0]), _number(words[1]), (words[2:] or ["x2"])[0]
        if not step.startswith("x"):
            return max(1, (last - first) // max(1, _number(step)) + 1)
        factor = _number(step[1:])
    except counts.BadInput:
        return 1
    length = 1
    while 0 < first * factor <= last and factor > 1 and length <= MOST:
        first *= factor
        length += 1
    return length


def check_length(text, what):
    """Refuses a list of more values than anybody means."""
    if sum(map(_length_of, text.split(","))) > MOST:
        raise BadInput("{} '{}' has more than {:,} values: give a larger step, or a factor, as in 1e5:1e9:x10".format(
            what, text if len(text) < 60 else text[:60] + "...", MOST))
