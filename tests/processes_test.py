"""Processes that end with whoever waits for them, whenever an interrupt comes.

Run: /usr/bin/python3 -m pytest tests/processes_test.py
"""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import script  # noqa: F401  the search path
from program import wait_until
from trafficbench_tools import processes

# Starts a process of its own, then ends or not, and says who there are.
FAMILY = "import os, signal, subprocess\n{}\nprint(os.getpid(), subprocess.Popen(['sleep', '1000']).pid, flush=True)\nsignal.pause()"


def runs(process):
    """Whether it does more than wait to be asked for its status."""
    try:
        with open(f"/proc/{process}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


class InterruptedAt:
    """subprocess.Popen, in which Ctrl-C comes at that place."""

    def __init__(self, monkeypatch, place):
        self.started = []
        real, here = subprocess.Popen, self

        class Interrupted(real):
            def __init__(self, *words, **how):
                if place == "before":
                    signal.raise_signal(signal.SIGINT)
                super().__init__(*words, **how)
                here.started.append(self.pid)
                if place == "after":
                    signal.raise_signal(signal.SIGINT)

            def communicate(self, *words, **how):
                if place == "communicate" and not self.returncode:
                    signal.raise_signal(signal.SIGINT)
                return super().communicate(*words, **how)

        monkeypatch.setattr(processes.subprocess, "Popen", Interrupted)


@pytest.mark.parametrize("place", ["before", "after", "communicate"])
def test_an_interrupt_ends_what_has_begun(monkeypatch, place):
    interrupted = InterruptedAt(monkeypatch, place)
    with pytest.raises(KeyboardInterrupt):
        processes.run_apart(["sleep", "1000"], patience=20)
    assert len(interrupted.started) == 1 and not runs(interrupted.started[0])
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_interrupt_is_not_lost_where_nothing_starts(monkeypatch):
    InterruptedAt(monkeypatch, "before")
    with pytest.raises(KeyboardInterrupt):
        processes.run_apart(["/no/such/program"], patience=20)


@pytest.mark.parametrize("deaf", [False, True])
def test_all_that_it_started_ends_with_it(tmp_path, deaf):
    code = FAMILY.format("signal.signal(signal.SIGTERM, signal.SIG_IGN)" if deaf else "")
    said = tmp_path / "family"

    def interrupt():
        wait_until(lambda: said.read_text(encoding="ascii").endswith("\n"), "both were there")
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    with open(said, "w", encoding="ascii") as file, ThreadPoolExecutor(1) as pool, pytest.raises(KeyboardInterrupt):
        pool.submit(interrupt)
        processes.run_apart([sys.executable, "-c", code], patience=0.5 if deaf else 20, stdout=file)
    family = list(map(int, said.read_text(encoding="ascii").split()))
    assert len(family) == 2
    wait_until(lambda: not any(map(runs, family)), "both had ended")


def test_an_interrupt_is_seen_whichever_thread_it_comes_to():
    """A read of what the command says is not ended by it."""
    reader, writer = os.pipe()

    def interrupt():
        os.read(reader, 1)
        signal.raise_signal(signal.SIGINT)

    with ThreadPoolExecutor(1) as pool, pytest.raises(KeyboardInterrupt):
        pool.submit(interrupt)
        words = ["bash", "-c", f"echo begun >&{writer}; exec sleep 1000"]
        processes.run_apart(words, patience=20, stdout=subprocess.DEVNULL, pass_fds=[writer])
    os.close(reader)
    os.close(writer)


def test_the_time_that_it_gets_is_kept_to():
    with pytest.raises(subprocess.TimeoutExpired):
        processes.run_apart(["sleep", "1000"], patience=20, timeout=0.1)


def test_what_it_left_behind_ends_too(tmp_path):
    """A launcher that dies leaves its ranks, which hold what it would say open."""
    words = ["bash", "-c", f"sleep 1000 & echo $! > {tmp_path}/left"]
    with pytest.raises(subprocess.TimeoutExpired):
        processes.run_apart(words, patience=20, timeout=2)
    left = int((tmp_path / "left").read_text(encoding="ascii"))
    wait_until(lambda: not runs(left), "it had ended")


def test_what_it_said_is_returned():
    code = "import os, sys; print('out'); print('err', file=sys.stderr); print(repr(sys.stdin.read()), os.getsid(0) == os.getpid()); sys.exit(3)"
    assert processes.run_apart([sys.executable, "-c", code], patience=1, encoding="utf-8") == (3, "out\n'' True\n", "err\n")
    with pytest.raises(FileNotFoundError):
        processes.run_apart(["/no/such/program"], patience=1)


def test_it_can_be_waited_for_in_another_thread():
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(processes.run_apart, ["true"], patience=1).result() == (0, b"", b"")
