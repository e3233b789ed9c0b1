"""Counts as they are written on the command lines of the suite: 10240000, 1e7, 2.5e6, 2^20, 16Mi, 5k."""

import re
from fractions import Fraction

from trafficbench_tools.errors import BadInput

SUFFIXES = {
    "Ki": 2**10,
    "Mi": 2**20,
    "Gi": 2**30,
    "Ti": 2**40,
    "k": 10**3,
    "M": 10**6,
    "G": 10**9,
    "T": 10**12,
}


def parse_count(text, what, least, most):
    """The whole number that `text` spells. Raises BadInput, naming `what`, unless least <= number <= most."""
    power = re.fullmatch(r"(\d{1,9})\^(\d{1,3})", text)
    plain = re.fullmatch(r"(-?\d{1,40}(?:\.\d{1,40})?(?:[eE]\+?\d{1,2})?)(Ki|Mi|Gi|Ti|k|M|G|T)?", text)
    if power:
        number = Fraction(int(power[1]) ** int(power[2]))
    elif plain:
        number = Fraction(plain[1]) * SUFFIXES.get(plain[2], 1)
    else:
        raise BadInput(f"{what} is '{text}': expected a count such as 10240000, 1e7 or 16Mi")
    if number.denominator != 1 or not least <= number <= most:
        raise BadInput(f"{what} is {text}: expected a whole number from {least} to {most}")
    return int(number)


def parse_share(text, what):
    """A number from 0 to 1."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise BadInput(f"{what} is '{text}': expected a number from 0 to 1")
    return number
