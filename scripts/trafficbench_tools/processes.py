"""Processes that end with whoever waits for them."""

import contextlib
import os
import signal
import subprocess
import threading
import time

# A signal that comes while output is being read, or to another thread, wakes nobody: Python looks for signals as often as this.
LOOKS_SECONDS = 0.2


@contextlib.contextmanager
def later_interrupts():
    """Signals that Python handles, Ctrl-C among them, are handled at the end of the block: it is carried out whole."""
    if threading.current_thread() is not threading.main_thread():
        yield  # no signal is handled there
        return
    came, handlers = [], {}

    def keep(*signal_and_frame):
        came.append(signal_and_frame)

    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            handler = signal.getsignal(number)
            if callable(handler):
                handlers[number] = handler
                signal.signal(number, keep)
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if came:
            handlers[came[0][0]](*came[0])


def run_apart(command, patience, timeout=None, **how):
    """Runs a command to its end in a session of its own: (exit status, standard output, standard error), or None in the place of
    an output that `how` sends elsewhere. It has nothing to read.

    Whatever ends the wait before, Ctrl-C or the timeout, ends the command and all that it has started: SIGTERM, and SIGKILL after
    `patience` seconds. Raises OSError where it does not start, subprocess.TimeoutExpired after `timeout` seconds.
    """
    how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how}
    child = None
    try:
        # An interrupt within Popen would lose a process that has begun.
        with later_interrupts():
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, **how)
        out, err = _output(child, timeout)
    except BaseException:
        if child is not None:
            with later_interrupts():
                _end(child, patience)
        raise
    return child.returncode, out, err


def _output(child, timeout):
    end = time.monotonic() + timeout if timeout is not None else float("inf")
    while True:
        left = end - time.monotonic()
        try:
            return child.communicate(timeout=min(LOOKS_SECONDS, left))
        except subprocess.TimeoutExpired as late:
            if left <= LOOKS_SECONDS:
                raise subprocess.TimeoutExpired(child.args, timeout) from late


def _end(child, patience):
    # The command may be gone, and what it started at work.
    with child, contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGTERM)
        try:
            child.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
