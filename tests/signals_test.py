"""Signals that ask a command to stop: at any moment, to any rank, and where they are ignored."""

import os
import signal
import subprocess
import time

import pytest
from program import PROGRAM, QUICK, command, ended, environment, needs_ranks, own_lines, random_moments, wait_until
from report_helpers import load_report

# Ends a command that would go on for hours.
LONG_RUN = ["run", "--cells", "1e6", "--steps", "1e9", "--save", "road"]
LONG_CHECK = ["check", "--cases", "1000000"]
SHORT_POINTS = [
    *("sweep", "--kernels", "naive", "--cells", "1e3:4e3:1e3", "--threads", 1, "--count", "every", "--steps", 20),
    *("--output", "r.json"),
]
SWEEP = [*SHORT_POINTS, *QUICK]


def begin(words, folder, **more):
    """A process of its own session, so that a signal reaches nobody else."""
    return subprocess.Popen(
        [str(word) for word in words],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **more,
    )


def end_of(process, patience=100):
    """Its status and what it said; the test fails if it hangs."""
    _, said = ended(process, patience)
    return process.returncode, said


def catches(process, number):
    """Whether the process has a handler for the signal."""
    with open(f"/proc/{process}/status", encoding="ascii") as lines:
        caught = next((int(line.split()[1], 16) for line in lines if line.startswith("SigCgt:")), 0)
    return caught >> (number - 1) & 1 == 1


@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
@pytest.mark.parametrize("arguments", [LONG_RUN, LONG_CHECK], ids=["run", "check"])
def test_a_long_command_stops_in_order_and_leaves_nothing(tmp_path, arguments, number):
    process = begin(command(arguments), tmp_path)
    wait_until(lambda: catches(process.pid, signal.SIGTERM) or process.poll() is not None, "signals were watched")
    time.sleep(0.3)
    process.send_signal(number)
    status, said = end_of(process)
    assert status == 4, f"status {status}\n{said}"
    (line,) = own_lines(said)
    assert "interrupted" in line and os.listdir(tmp_path) == []


def test_a_scheduler_s_signal_hangs_no_start(tmp_path):
    # MPICH has a handler of its own for SIGUSR1 while it starts.
    for moment in random_moments(20, 0.15):
        process = begin(command(["run", "--cells", 1000, "--steps", 10]), tmp_path)
        time.sleep(moment)
        process.send_signal(signal.SIGUSR1)
        status, said = end_of(process)
        # Before the program is loaded nobody can catch it.
        assert status in (0, 4, -signal.SIGUSR1), f"after {moment:.3f} s: status {status}\n{said}"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_that_was_ignored_when_the_program_started_stays_so(tmp_path, number):
    process = begin(command(SWEEP), tmp_path, preexec_fn=lambda: signal.signal(number, signal.SIG_IGN))
    wait_until(lambda: (tmp_path / "r.json.journal").exists() or process.poll() is not None, "the sweep began")
    process.send_signal(number)
    status, said = end_of(process)
    assert status == 0, f"status {status}\n{said}"
    assert len(load_report(tmp_path / "r.json")["benchmarks"]) == 4


def test_a_signal_to_one_rank_is_not_called_the_time_limit(tmp_path):
    needs_ranks()
    arguments = [*SHORT_POINTS, *QUICK, "--visits", 100000, "--oversubscribe"]
    process = begin(command(arguments, 2), tmp_path)
    journal = tmp_path / "r.json.journal"
    wait_until(lambda: journal.exists() or process.poll() is not None, "the sweep began")
    time.sleep(0.5)
    os.kill(max(ranks_in(tmp_path)), signal.SIGUSR1)
    _, said = end_of(process)
    lines = own_lines(said)
    assert lines and "interrupted after" in lines[-1], said


def ranks_in(folder):
    return [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and works_in(entry, folder)]


def works_in(process, folder):
    try:
        here = os.readlink(f"/proc/{process}/cwd") == str(folder)
        return here and os.readlink(f"/proc/{process}/exe") == str(PROGRAM.resolve())
    except OSError:
        return False  # gone meanwhile, or not ours to see


def test_signals_that_come_again_and_again_hang_no_launch(tmp_path):
    needs_ranks()
    for moment in random_moments(8, 0.4):
        process = begin(command([*SWEEP, "--oversubscribe", "--force"], 2), tmp_path)
        time.sleep(moment)
        for _ in range(40):
            for rank in ranks_in(tmp_path):
                try:
                    os.kill(rank, signal.SIGUSR1)
                except ProcessLookupError:
                    pass  # gone meanwhile
            time.sleep(0.01)
        status, said = end_of(process)
        # Before the program is loaded nobody can catch it, and the launcher makes a status of that.
        assert status is not None
        for name in ["r.json.journal", "r.json"]:
            (tmp_path / name).unlink(missing_ok=True)
