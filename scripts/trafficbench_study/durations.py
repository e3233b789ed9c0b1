"""Wall times, as Slurm writes them."""

import re

from trafficbench_study.bad_input import BadInput


def seconds_of(text, what):
    """[[D-]HH:]MM:SS, or minutes, as seconds."""
    form = re.fullmatch(r"(?:(?:([0-9]{1,4})-)?([0-9]{1,6}):)?([0-9]{1,2}):([0-9]{2})", text)
    if form:
        days, hours, minutes, seconds = (int(part or 0) for part in form.groups())
        total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    elif re.fullmatch(r"[0-9]{1,9}", text):
        total = int(text) * 60
    else:
        raise BadInput("{} is '{}': expected HH:MM:SS, as in 01:30:00".format(what, text))
    if total < 60:
        raise BadInput("{} is '{}': expected 00:01:00 or more".format(what, text))
    return total


def text_of(seconds):
    """HH:MM:SS"""
    return "{:02d}:{:02d}:{:02d}".format(seconds // 3600, seconds // 60 % 60, seconds % 60)
