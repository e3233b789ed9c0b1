"""A sweep on one rank: the points it lists, the report it writes, and how it is interrupted and goes on."""

import json
import os
import re
import signal
import subprocess
import time

import pytest
from program import SMALL_SWEEP_POINTS, call, command, environment, kernels, own_lines, refused, small_sweep, succeed
from report_helpers import load_report


def test_dry_run_lists_the_points_and_writes_nothing(tmp_path):
    lines = succeed(*small_sweep(), "--dry-run", cwd=tmp_path).splitlines()
    assert len(lines) == len(set(lines)) == SMALL_SWEEP_POINTS
    assert os.listdir(tmp_path) == []


def test_sweep_writes_a_valid_report_of_the_points_it_lists(tmp_path):
    done = call(*small_sweep(), "--output", "r.json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    report = load_report(tmp_path / "r.json")
    rows = report["benchmarks"]
    assert [row["name"] for row in rows] == succeed(*small_sweep(), "--dry-run").splitlines()
    for row in rows:
        assert row["verified"] is True
        assert len(row["samples"]) == 2 and row["stopped"] == "fixed" and row["steps"] == 20
        assert (row["mcops"] is None) == (row["kernel"] == "leap")
    by_cells = {}
    for row in rows:
        by_cells.setdefault(row["cells"], set()).add(row["hash"])
    assert all(len(hashes) == 1 for hashes in by_cells.values())
    assert os.listdir(tmp_path) == ["r.json"]
    # The ladder, with its contracts.
    for word in ["every", "sampled", "naive", "bitsliced", "leap", "MCOPs", "r.json"]:
        assert word in done.stdout
    assert "\r" not in done.stderr + done.stdout, "plain lines where there is no terminal"

    # Once complete, nothing is left to do; and it is not overwritten.
    content = (tmp_path / "r.json").read_bytes()
    assert "complete" in succeed(*small_sweep(), "--output", "r.json", "--resume", cwd=tmp_path)
    refused(*small_sweep(), "--output", "r.json", word="--force", cwd=tmp_path)
    refused(*small_sweep(seed=1), "--output", "r.json", "--resume", word="another sweep", cwd=tmp_path)
    assert (tmp_path / "r.json").read_bytes() == content


def test_point_that_does_not_fit_is_skipped_with_the_reason_in_its_row(tmp_path):
    succeed(*small_sweep(kernels="naive", cells="1000,2^40", count="every", output="r.json"), cwd=tmp_path)
    small, large = load_report(tmp_path / "r.json")["benchmarks"]
    assert small["verified"] is True
    assert "GiB" in large["skipped"] and large["verified"] is None


def test_shape_that_the_machine_has_not_is_skipped_unless_asked_for(tmp_path):
    point = {"kernels": "naive", "cells": "1000", "count": "every"}
    succeed(*small_sweep(**point, threads="1,4000", output="r.json"), cwd=tmp_path)
    narrow, wide = load_report(tmp_path / "r.json")["benchmarks"]
    assert narrow["verified"] is True
    assert "4000 threads" in wide["skipped"]
    succeed(*small_sweep(**point, threads="5", output="s.json"), "--oversubscribe", cwd=tmp_path)
    (row,) = load_report(tmp_path / "s.json")["benchmarks"]
    assert row["threads"] == 5 and row["verified"] is True


def test_repetitions_are_written_as_other_counts_and_kernels_with_all(tmp_path):
    lines = succeed("sweep", "--kernels", "leap,all,naive", "--cells", "1e3", "--threads", 1, "--count", "every", "--dry-run")
    assert [line.split("/")[1] for line in lines.splitlines()] == ["leap", *(kernel for kernel in kernels() if kernel != "leap")]
    arguments = small_sweep(kernels="naive", cells="1000", count="every", min_repetitions="1e1", max_repetitions="1e1")
    succeed(*arguments, "--output", "r.json", cwd=tmp_path)
    (row,) = load_report(tmp_path / "r.json")["benchmarks"]
    assert row["repetitions"] == 10


def test_depths_mix_numbers_and_auto(tmp_path):
    arguments = small_sweep(kernels="bitpacked", cells="1000", threads="1", depth="1,auto,1", count="every")
    succeed(*arguments, "--output", "r.json", cwd=tmp_path)
    rows = load_report(tmp_path / "r.json")["benchmarks"]
    assert sorted(re.search("/depth:([^/]+)/", row["name"])[1] for row in rows) == ["1", "auto"]
    assert all(row["verified"] for row in rows)


class Interrupted:
    """A sweep that is stopped by a signal as soon as some points are on disk."""

    # Long enough to be caught in the middle.
    ARGUMENTS = [
        *("--kernels", "naive", "--cells", "1e3:1.2e4:1e3", "--threads", "1", "--count", "every", "--min-seconds", "0.01"),
        *("--min-repetitions", "6", "--max-repetitions", "6", "--output", "r.json"),
    ]
    POINTS = 12

    def __init__(self, folder, stop):
        self.journal = folder / "r.json.journal"
        process = subprocess.Popen(
            command(["sweep", *self.ARGUMENTS]),
            cwd=folder,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            limit = time.monotonic() + 100
            while self.rows() < 2:
                assert process.poll() is None and time.monotonic() < limit, "no point was finished"
                time.sleep(0.005)
            process.send_signal(stop)
            self.stderr = process.communicate(timeout=100)[1]
        finally:
            process.kill()
            process.wait()
        self.status = process.returncode

    def rows(self):
        if not self.journal.exists():
            return 0
        return sum(line.startswith('{"row"') for line in self.journal.read_text(encoding="utf-8").splitlines())


def check_resumed(folder, kept):
    """Goes on with the sweep and looks at what came of it: every point once, those there were as they were."""
    succeed("sweep", *Interrupted.ARGUMENTS, "--resume", cwd=folder)
    report = load_report(folder / "r.json")
    rows = report["benchmarks"]
    assert [row["cells"] for row in rows] == [1000 * i for i in range(1, Interrupted.POINTS + 1)]
    assert all(row["verified"] is True for row in rows)
    assert [row["samples"] for row in rows[: len(kept)]] == [row["samples"] for row in kept]
    assert len(report["context"]["runs"]) == 2
    assert [row["run"] for row in rows] == [0] * len(kept) + [1] * (len(rows) - len(kept))
    assert os.listdir(folder) == ["r.json"]


def rows_in(journal):
    lines = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    return [line["row"] for line in lines if "row" in line]


def test_sweep_that_is_killed_goes_on_where_it_was(tmp_path):
    sweep = Interrupted(tmp_path, signal.SIGKILL)
    assert sweep.status == -signal.SIGKILL
    kept = rows_in(sweep.journal)
    assert 2 <= len(kept) < Interrupted.POINTS
    assert os.listdir(tmp_path) == ["r.json.journal"]

    refused("sweep", *Interrupted.ARGUMENTS, word="--resume", cwd=tmp_path)
    word = 'other axes (seed was "5743" and is "1" now)'
    refused("sweep", *Interrupted.ARGUMENTS, "--resume", "--seed", 1, word=word, cwd=tmp_path)

    # The death may have torn the last line.
    with sweep.journal.open("a", encoding="utf-8") as journal:
        journal.write('{"row":{"name":"swe')
    check_resumed(tmp_path, kept)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1])
def test_sweep_that_is_told_to_stop_does_so_in_order(tmp_path, stop):
    sweep = Interrupted(tmp_path, stop)
    assert sweep.status == 4, sweep.stderr
    assert "--resume" in own_lines(sweep.stderr)[-1]
    kept = rows_in(sweep.journal)
    assert 2 <= len(kept) < Interrupted.POINTS
    check_resumed(tmp_path, kept)


@pytest.mark.parametrize("last", [signal.SIGTERM, signal.SIGINT])
def test_repetition_without_end_is_ended_by_a_second_signal(tmp_path, last):
    arguments = ["sweep", "--kernels", "naive", "--cells", 1000, "--threads", 1, "--count", "every", "--steps", "1e12"]
    process = subprocess.Popen(
        command([*arguments, "--output", "r.json"]), cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        limit = time.monotonic() + 100
        journal = tmp_path / "r.json.journal"
        # The launch is written down when the repetitions begin.
        while not (journal.exists() and '"run"' in journal.read_text(encoding="utf-8")):
            assert process.poll() is None and time.monotonic() < limit, "nothing was begun"
            time.sleep(0.005)
        time.sleep(0.5)
        # A launcher may send both for one Ctrl-C.
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        time.sleep(2.5)
        assert process.poll() is None, "one request ended it in the middle of a repetition"
        process.send_signal(signal.SIGUSR1)
        time.sleep(0.5)
        assert process.poll() is None, "SIGUSR1 is no request to end at once"
        process.send_signal(last)
        assert process.wait(timeout=60) == -last
    finally:
        process.kill()
        process.wait()
    assert os.listdir(tmp_path) == ["r.json.journal"]


def test_damaged_journal_is_refused_and_left_as_it_is(tmp_path):
    sweep = Interrupted(tmp_path, signal.SIGTERM)
    text = sweep.journal.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    for number, damaged in [(2, '{"run"\n'), (3, "\n"), (3, '{"row":3}\n'), (1, '{"journal":1}\n')]:
        changed = "".join([*lines[: number - 1], damaged, *lines[number:]])
        sweep.journal.write_text(changed, encoding="utf-8")
        refused("sweep", *Interrupted.ARGUMENTS, "--resume", word=f"line {number}", cwd=tmp_path)
        assert sweep.journal.read_text(encoding="utf-8") == changed
