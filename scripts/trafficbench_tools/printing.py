"""How a script ends: with a status, and at most one line on standard error for what went wrong. Never with a traceback.

    from trafficbench_tools.printing import run
    if __name__ == "__main__":
        run("report.py", main)      # main() returns the exit status

    0  done                  2  BadInput               4  interrupted
    1  FailedUnderWay; standard output takes no more; or an error of the script itself
    what else main() returns

A script may have been started only for what it prints: so it is an error if a line cannot be printed. What cannot be told on
standard error stops nothing.

Understood by Python 3.6 too, which login nodes have.
"""

import codecs
import errno
import io
import os
import signal
import sys
import traceback

from trafficbench_tools.errors import BadInput, FailedUnderWay
from trafficbench_tools.reading import shortened

# Of a line that says what went wrong, and quotes what somebody wrote.
MOST_LETTERS = 1000


class CannotPrint(Exception):
    """Standard output takes no more. Not an OSError: a script catches these for files of its own."""


def _escape_bytes(error):
    """For what cannot be encoded: a byte of a file's name that is no text becomes \\xe9, another character \\u20ac."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(
        "\\x{:02x}".format(ord(letter) - 0xDC00) if 0xDC80 <= ord(letter) <= 0xDCFF
        else letter.encode("ascii", "backslashreplace").decode("ascii")
        for letter in wrong
    ), error.end  # fmt: skip


codecs.register_error("trafficbench_escape", _escape_bytes)


def printable(text):
    """The text with all that cannot stand in UTF-8 escaped: names of files may hold any bytes."""
    return str(text).encode("utf-8", "trafficbench_escape").decode("utf-8")


def escaped(text, but=""):
    """The text with what a terminal would obey, or nobody would see, written as \\x1b or \\u202e: control characters, and marks that turn
    the order in which letters are read. Bytes that are no text are left to the stream."""
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() or letter in but or 0xDC80 <= ord(letter) <= 0xDCFF
        else letter.encode("unicode_escape").decode("ascii") for letter in text
    )  # fmt: skip


class _Watched(io.TextIOWrapper):
    """A stream that a script prints to, whatever stands in its files: nothing that a terminal would obey gets there. failed() is called
    with what went wrong as it was written."""

    def write(self, text):
        return self._tried(super().write, escaped(text, but="\n\t"))

    def flush(self):
        return self._tried(super().flush)

    def _tried(self, what, *arguments):
        try:
            return what(*arguments)
        except OSError as error:
            return self.failed(error)


class _Output(_Watched):
    def failed(self, error):
        raise CannotPrint(error) from error


class _Told(_Watched):
    """Standard error, which may fail without a word."""

    def failed(self, _error):
        _close_to_all(2)


def _close_to_all(number):
    """What is left in its buffer goes nowhere: Python tries once more at its end."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    if nothing != number:
        os.dup2(nothing, number)
        os.close(nothing)


def _take_over_error():
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")
    elif not isinstance(sys.stderr, _Told):
        encoding = sys.stderr.encoding
        sys.stderr.flush()
        sys.stderr = sys.__stderr__ = _Told(sys.stderr.detach(), encoding, "trafficbench_escape", line_buffering=True)


def _take_over_output():
    if sys.stdout is None:
        raise CannotPrint(OSError(errno.EBADF, "it is closed"))
    # A name that is not of the terminal's alphabet is printed with \\x.., and stops nothing.
    encoding, terminal = sys.stdout.encoding, sys.stdout.isatty()
    at_once = getattr(sys.stdout, "write_through", False)
    sys.stdout = sys.__stdout__ = _Output(sys.stdout.detach(), encoding, "trafficbench_escape", line_buffering=terminal,
                                          write_through=at_once)


def interrupt(_signal=None, _frame=None):
    """What Ctrl-C, SIGTERM and a terminal that is closed do: what was begun is put away."""
    # An object of a library that is half made as it is put away makes Python print a traceback, which says nothing.
    sys.unraisablehook = lambda _: None
    raise KeyboardInterrupt


def _as_interrupts():
    if signal.getsignal(signal.SIGINT) != signal.default_int_handler:
        return  # a program to which Ctrl-C is none either
    signal.signal(signal.SIGINT, interrupt)
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name)
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, interrupt)


def one_line(text):
    """The text in one line that a person reads: both ends of it if it is long."""
    return shortened(escaped(" ".join(str(text).split())), MOST_LETTERS)


def tell(name, text):
    """One line on standard error."""
    print("{}: {}".format(name, one_line(text)), file=sys.stderr)


def _carry_out(main):
    _take_over_output()
    try:
        status = main()
    except SystemExit as end:  # argparse, after --help
        status = end.code
    sys.stdout.flush()
    return status


def _told_of(problem):
    """(status, the line) of an exception that a script ended with."""
    if isinstance(problem, BadInput):
        return 2, str(problem)
    if isinstance(problem, FailedUnderWay):
        return 1, str(problem)
    if isinstance(problem, KeyboardInterrupt):
        return 4, str(problem) or "interrupted; start it again"
    if isinstance(problem, MemoryError):
        return 1, "there is not enough memory"
    if isinstance(problem, OSError):
        return 1, ": ".join(str(part) for part in (problem.filename, problem.strerror or problem) if part is not None)
    place = traceback.extract_tb(problem.__traceback__)[-1]
    return 1, "an error of this script itself, please report it: {}: {} ({}:{})".format(
        type(problem).__name__, problem, os.path.basename(place[0]), place[1])


def run(name, main):
    """Ends the process with the status that main() returns, or with that of what went wrong."""
    try:
        _take_over_error()
        _as_interrupts()
        status = _carry_out(main)
    except CannotPrint as problem:
        error = problem.args[0]
        if sys.stdout is not None:
            _close_to_all(sys.stdout.fileno())
        # A reader that has seen enough (head) is told nothing.
        if not isinstance(error, BrokenPipeError):
            tell(name, "cannot write to standard output: {}".format(error.strerror or error))
        status = 1
    except (Exception, KeyboardInterrupt) as problem:
        status, line = _told_of(problem)
        try:
            sys.stdout.flush()
        except CannotPrint:
            _close_to_all(sys.stdout.fileno())
        tell(name, line)
    # All is said and done: a signal that comes while Python puts itself away changes nothing of that.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.exit(status)
