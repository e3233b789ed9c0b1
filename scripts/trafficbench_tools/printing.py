"""Standard output that fails: closed, or on a disk that is full.

    from trafficbench_tools.printing import run
    if __name__ == "__main__":
        run("report.py", main)      # main() returns the exit status

A script may have been started only for what it prints. So it is an error if a line cannot be printed: the script says so in one
line on standard error and ends with status 2. Python by itself would end with a traceback.

Understood by Python 3.6 too, which login nodes have.
"""

import io
import os
import sys


class CannotPrint(Exception):
    """Standard output takes no more. Not an OSError: a script catches these for files of its own."""


class _Output(io.TextIOWrapper):
    def write(self, text):
        return self._tried(super().write, text)

    def flush(self):
        return self._tried(super().flush)

    @staticmethod
    def _tried(what, *arguments):
        try:
            return what(*arguments)
        except OSError as error:
            raise CannotPrint(error) from error


def _carry_out(main):
    if sys.stdout is None:
        raise CannotPrint(OSError(0, "it is closed"))
    # A name that is not of the terminal's alphabet is printed with \\x.., and stops nothing.
    encoding, terminal = sys.stdout.encoding, sys.stdout.isatty()
    at_once = getattr(sys.stdout, "write_through", False)
    sys.stdout = sys.__stdout__ = _Output(sys.stdout.detach(), encoding, "backslashreplace", line_buffering=terminal,
                                          write_through=at_once)
    try:
        status = main()
    except SystemExit as end:  # argparse, after --help
        status = end.code
    sys.stdout.flush()
    return status


def run(name, main):
    """Ends the process with the status that main() returns, or with 2 if not all of what it printed was taken."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")
    try:
        status = _carry_out(main)
    except CannotPrint as problem:
        error = problem.args[0]
        if sys.stdout is not None:
            # Python tries once more at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        # A reader that has seen enough (head) is told nothing.
        if not isinstance(error, BrokenPipeError):
            print("{}: cannot write to standard output: {}".format(name, error.strerror or error), file=sys.stderr)
        status = 2
    sys.exit(status)
