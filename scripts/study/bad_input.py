"""What the user gave is wrong: one line says what, and what would be right."""


class BadInput(Exception):
    """Ends the program with its text on standard error and status 2."""


def one_of(names):
    """a, b or c"""
    names = list(names)
    return names[0] if len(names) == 1 else "{} or {}".format(", ".join(names[:-1]), names[-1])
