"""Command lines of the Python scripts: what is wrong with one is a BadInput, one line.

Understood by Python 3.6 too, which login nodes have.
"""

import argparse

from trafficbench_tools.errors import BadInput


def check_words(words, script):
    """Refuses words that are empty, as in --output= or --output "". Nothing has an empty name or value, so that a variable
    of the caller's was empty."""
    for before, word in zip([""] + words, words):
        name, equals, value = word.partition("=")
        if not word:
            what = before + " ''" if before.startswith("--") else "a word of the command line"
        elif equals and not value and name.startswith("--"):
            what = word
        else:
            continue
        raise BadInput("{} is empty: give it a value; see scripts/{} --help".format(what, script))


class Parser(argparse.ArgumentParser):
    """A parser of the options of `script` that takes no shortened names. Raises BadInput."""

    def __init__(self, script, **how):
        super().__init__(allow_abbrev=False, **how)
        self._script = script

    def parse_args(self, args=None, namespace=None):
        """The options; `args` are the words of the command line."""
        check_words(args, self._script)
        return super().parse_args(args, namespace)

    def error(self, message):
        """What argparse found."""
        raise BadInput("{}; see scripts/{} --help".format(message, self._script))
