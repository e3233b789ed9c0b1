"""Standard output and standard error that cannot be written: on a full disk, closed, or a pipe that nobody reads any more."""

import fcntl
import os
import shlex
import signal
import subprocess
import time

import pytest
from program import SMALL_SWEEP_POINTS, TIMEOUT_SECONDS, command, environment, small_sweep, start, succeed
from report_helpers import load_report


@pytest.mark.parametrize("where", [">/dev/full", ">&-"])
@pytest.mark.parametrize(
    "arguments",
    [
        *("list", "list --json", "--help", "--version", "run --help", "merge --help", "derive --help"),
        *("run --cells 1000", "run --cells 1000 --json"),
    ],
)
def test_output_that_cannot_be_written_is_no_success(tmp_path, arguments, where):
    words = shlex.join(command(arguments.split()))
    done = start(["sh", "-c", f"{words} {where}"], cwd=tmp_path)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("trafficbench: cannot write to")


def test_files_are_whole_though_nothing_can_be_printed(tmp_path):
    words = shlex.join(command(["run", "--cells", 1000, "--output", "r.json", "--save", "road"]))
    done = start(["sh", "-c", f"{words} --json >&-"], cwd=tmp_path)
    assert done.returncode == 1
    assert load_report(tmp_path / "r.json")["benchmarks"][0]["verified"] is True
    succeed("run", "--init", "file:road", cwd=tmp_path)


def test_a_reader_that_has_seen_enough_is_told_nothing(tmp_path):
    done = start(["bash", "-c", f"set -o pipefail; {{ sleep 0.3; {shlex.join(command(['list']))}; }} | true"], cwd=tmp_path)
    assert done.returncode == 1 and done.stderr == "", f"status {done.returncode}\n{done.stderr}"


@pytest.mark.parametrize("where", ["2>/dev/full", "2>&-", "2> >(exit)"])
def test_progress_that_cannot_be_written_stops_no_sweep(tmp_path, where):
    words = shlex.join(command([*small_sweep(), "--output", "r.json"]))
    done = start(["bash", "-c", f"{words} {where}"], cwd=tmp_path)
    assert done.returncode == 0, f"status {done.returncode}\n{done.stdout}\n{done.stderr}"
    rows = load_report(tmp_path / "r.json")["benchmarks"]
    assert len(rows) == SMALL_SWEEP_POINTS and all(row["verified"] for row in rows)


def test_progress_into_a_pipe_that_nobody_empties_stops_no_sweep(tmp_path):
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    os.write(writer, b"x" * 4096)
    try:
        words = command([*small_sweep(), "--output", "r.json"])
        done = subprocess.run(
            words, cwd=tmp_path, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=writer,
            timeout=TIMEOUT_SECONDS, check=False,
        )  # fmt: skip
        # A signal ends the wait for the pipe, and must not end in another.
        long_run = command(["run", "--cells", "1e6", "--steps", "1e9", "--json"])
        stopped = subprocess.Popen(long_run, cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL, stderr=writer)
        time.sleep(0.7)
        stopped.send_signal(signal.SIGUSR1)
        status = stopped.wait(timeout=TIMEOUT_SECONDS)
    finally:
        os.close(reader)
        os.close(writer)
    assert done.returncode == 0 and status == 4
    assert len(load_report(tmp_path / "r.json")["benchmarks"]) == SMALL_SWEEP_POINTS


def test_bad_input_keeps_its_status_where_standard_error_cannot_be_written(tmp_path):
    for where in ["2>/dev/full", "2>&-"]:
        done = start(["bash", "-c", f"{shlex.join(command(['sweep', '--cells', '0']))} {where}"], cwd=tmp_path)
        assert done.returncode == 2, f"{where}: status {done.returncode}"
