"""Kinds of values in the JSON files of a study. Each knows its bounds, and how to say what would be right.

    KIND = Object({"nodes": Number(1, 1000), "note": Either(None, TEXT)})
    KIND.check("mine.json", value)      # raises BadInput
"""

import os
import re

from trafficbench_study.bad_input import PLAIN, BadInput, is_one_line, is_plain, one_of

# A system takes no longer word on a command line.
MOST_LETTERS = 2**17


class Kind:
    """`words` say what is right: they follow "must be"."""

    words = ""

    def holds(self, value):
        raise NotImplementedError

    def check(self, where, value):
        if not self.holds(value):
            raise BadInput("{} must be {}".format(where, self.words))


class Text(Kind):
    """A text of one line for which `may_be` holds, where that is given."""

    def __init__(self, words="a text of one line", may_be=bool):
        self.words, self._may_be = words, may_be

    def holds(self, value):
        return isinstance(value, str) and len(value) <= MOST_LETTERS and is_one_line(value) and bool(self._may_be(value))


class Number(Kind):
    def __init__(self, least, most):
        self.words, self._least, self._most = "a number from {} to {}".format(least, most), least, most

    def holds(self, value):
        return isinstance(value, int) and not isinstance(value, bool) and self._least <= value <= self._most


class Flag(Kind):
    words = "true or false"

    def holds(self, value):
        return isinstance(value, bool)


class Either(Kind):
    """One of some words, of null (None), or of another kind."""

    def __init__(self, *choices):
        self._choices = choices
        self.words = one_of("null" if choice is None else choice.words if isinstance(choice, Kind) else '"{}"'.format(choice)
                            for choice in choices)

    def holds(self, value):
        return any(choice.holds(value) if isinstance(choice, Kind) else value is None if choice is None else
                   isinstance(value, str) and value == choice for choice in self._choices)

    def check(self, where, value):
        last = self._choices[-1]
        # What is no word but an object is looked into, to say what is wrong there.
        if isinstance(last, (Object, ListOf)) and isinstance(value, last.type):
            return last.check(where, value)
        return Kind.check(self, where, value)


class ListOf(Kind):
    type = list

    def __init__(self, kind, least=0, most=10000):
        self._kind, self._least, self._most = kind, least, most
        self.words = "a list, each entry {}".format(kind.words)

    def holds(self, value):
        return isinstance(value, list)

    def check(self, where, value):
        Kind.check(self, where, value)
        if not self._least <= len(value) <= self._most:
            raise BadInput("{} has {} entries: expected {} to {}".format(where, len(value), self._least, self._most))
        for number, entry in enumerate(value):
            self._kind.check("{}[{}]".format(where, number), entry)


class Object(Kind):
    """Every field must be there, unless `optional`, and no other."""

    type = dict
    words = "an object"

    def __init__(self, fields, optional=False):
        self.fields, self._optional = fields, optional

    def holds(self, value):
        return isinstance(value, dict)

    def check(self, where, value):
        Kind.check(self, where, value)
        for name in value:
            if name not in self.fields:
                raise BadInput('{} has an unknown key "{}": choose from {}'.format(where, name, ", ".join(sorted(self.fields))))
        for name, kind in self.fields.items():
            if name in value:
                kind.check("{}: {}".format(where, name) if isinstance(value[name], (dict, list)) else
                           '{}: "{}"'.format(where, name), value[name])
            elif not self._optional:
                raise BadInput('{} lacks the key "{}" ({})'.format(where, name, kind.words))


class Variables(Kind):
    """Names of the shell's variables, each with a text of one line, which may be empty."""

    type = dict
    words = "an object of variables"

    def holds(self, value):
        return isinstance(value, dict)

    def check(self, where, value):
        Kind.check(self, where, value)
        for name, text in value.items():
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) or not LINE.holds(text):
                raise BadInput('{}: "{}" must be a variable\'s name, with a text of one line'.format(where, name))


def _is_file_name(text):
    return re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}", text)


TEXT = Text()
LINE = Text("a text of one line, which may be empty", lambda text: True)
PLAIN_TEXT = Text("a text of " + PLAIN, is_plain)
NAME = Text("a name of 1 to 100 letters, digits and _ . -", _is_file_name)
PATH = Text("the path of a file or folder, which begins with /", os.path.isabs)
