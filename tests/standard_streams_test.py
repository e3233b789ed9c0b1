"""Standard output that libraries write to as well; and standard output and standard error that cannot be written: on a full disk,
closed, or a pipe that nobody reads any more."""

import contextlib
import fcntl
import json
import os
import shlex
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from program import (
    BUILD, PROGRAM, ROOT, SMALL_SWEEP_POINTS, TIMEOUT_SECONDS, call, command, ended, environment, launcher, needs_ranks, small_sweep, start,
    succeed, wait_until, write_executable,
)  # fmt: skip
from report_helpers import load_report

FOREIGN_OUTPUT = {"LD_PRELOAD": str(BUILD / "lib" / "foreign_output.so")}


def test_what_libraries_print_goes_to_standard_error(tmp_path):
    for arguments in [["list", "--json"], ["run", "--cells", 1000, "--json"]]:
        done = call(*arguments, cwd=tmp_path, env=FOREIGN_OUTPUT)
        assert done.returncode == 0 and json.loads(done.stdout).get("foreign") is None
        for line in ['{"foreign": "loaded"}', '{"foreign": "at the end"}', "foreign, unbuffered"]:
            assert line in done.stderr.splitlines()
    assert '{"foreign": "asked for the host"}' in done.stderr.splitlines()
    plain = succeed("--help", cwd=tmp_path)
    assert call("--help", cwd=tmp_path, env=FOREIGN_OUTPUT).stdout == plain
    # To a file, and where only one of the two is open.
    words = shlex.join(["env", f"LD_PRELOAD={FOREIGN_OUTPUT['LD_PRELOAD']}", *command(["--help"])])
    start(["sh", "-c", f"{words} > out 2>&-"], cwd=tmp_path)
    assert (tmp_path / "out").read_text(encoding="utf-8") == plain
    done = start(["sh", "-c", f"{words} >&-"], cwd=tmp_path)
    assert done.returncode == 1 and "trafficbench: cannot write to standard output: Bad file descriptor\n" in done.stderr


def test_what_libraries_of_any_rank_print_is_not_taken_for_ours(tmp_path):
    # Those of the launcher itself are none of ours.
    ranks = 1 if launcher() is None else 2
    words = ["env", f"LD_PRELOAD={FOREIGN_OUTPUT['LD_PRELOAD']}", *command(["run", "--cells", 1000, "--json"])]
    if ranks > 1:
        words = [*launcher(), str(ranks), *words]
    done = start(words, cwd=tmp_path)
    assert done.returncode == 0 and json.loads(done.stdout)["benchmarks"][0]["ranks"] == ranks
    assert done.stderr.count('{"foreign": "at the end"}') == ranks


def test_a_variable_that_ucx_does_not_know_spoils_no_json(tmp_path):
    """MPICH's UCX says so on standard output."""
    ranks = 1 if launcher() is None else 2
    for arguments, started in [(["list", "--json"], 1), (["run", "--cells", 1000, "--json"], ranks)]:
        done = call(*arguments, ranks=started, cwd=tmp_path, env={"UCX_BOGUS_VAR": "1"})
        assert done.returncode == 0 and "BOGUS" not in done.stdout.replace('"UCX_BOGUS_VAR": "1"', "")
        json.loads(done.stdout)


@pytest.fixture
def noisy(tmp_path):
    """The program as ladder.sh and study.sh start it, with a library that prints, and a variable that MPICH's UCX warns of."""
    program = write_executable(
        tmp_path / "build" / "bin" / "trafficbench",
        f'#!/bin/sh\nLD_PRELOAD={FOREIGN_OUTPUT["LD_PRELOAD"]} UCX_BOGUS_VAR=1 exec {shlex.quote(str(PROGRAM))} "$@"\n')  # fmt: skip
    shutil.copy(BUILD / "launcher.sh", tmp_path / "build")
    return program


def test_ladder_takes_nothing_that_libraries_print_for_the_programs_words(tmp_path, noisy):
    words = ["--program", noisy, "--cells", 3000, "--min-seconds", 0.0005, "--visits", 1, "--spacing", 0, "--rungs", "python,tiled"]
    done = start(["bash", ROOT / "scripts" / "ladder.sh", *words, "--output", "ladder.json"], cwd=tmp_path, env={"UCX_BOGUS_VAR": "1"})
    assert done.returncode == 0, done.stderr
    assert "foreign" not in done.stdout and "BOGUS" not in done.stdout
    rows = load_report(tmp_path / "ladder.json")["benchmarks"]
    assert {row["kernel"] for row in rows if row.get("samples")} == {"python", "tiled"}


def test_study_takes_nothing_that_libraries_print_for_the_programs_words(tmp_path, noisy):
    needs_ranks()
    words = ["--site", "local", "--mode", "strong", "--cores", "2", "--shapes", "2x1", "--cells", "1e4", "--kernels", "tiled", "--count", "every"]
    measured = ["--", "--visits", "6", "--rounds", "1", "--spacing", "0", "--min-seconds", "0.001", "--oversubscribe"]
    done = start(["bash", ROOT / "scripts" / "study.sh", *words, "--program", noisy, "--output", tmp_path / "study", *measured],
                 env={"UCX_BOGUS_VAR": "1"})  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "foreign" not in done.stdout and "BOGUS" not in done.stdout
    assert "  host: rank 0 on " in done.stdout, "the placement is what the program said"
    assert len(load_report(tmp_path / "study" / "report.json")["benchmarks"]) == 2


def test_standard_output_is_not_kept_open_by_what_is_started(tmp_path):
    """Who reads to its end waits for all who have it."""
    words = command(["run", "--cells", "1e6", "--steps", "1e9", "--json"])
    running = subprocess.Popen(words, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        files = Path(f"/proc/{running.pid}")
        reached = os.readlink(f"/proc/self/fd/{running.stdout.fileno()}")

        def kept():
            found = []
            for file in (files / "fd").iterdir():
                with contextlib.suppress(FileNotFoundError):  # the program closes some as it starts
                    found += [file.name] if os.readlink(file) == reached else []
            return found

        wait_until(lambda: [name != "1" for name in kept()] == [True], "standard output is kept apart")
        (number,) = kept()
        assert int(number) > 2
        (flags,) = [line for line in (files / "fdinfo" / number).read_text(encoding="ascii").splitlines() if "flags:" in line]
        assert int(flags.split()[1], 8) & os.O_CLOEXEC
    finally:
        running.kill()
        ended(running)


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
    # What `run` says beside the course's lines went where it could.
    (line,) = [each for each in done.stderr.splitlines() if not each.endswith(" MCOPs")]
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
