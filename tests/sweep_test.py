"""A sweep on one rank: the points it lists, its visits, the report it writes, and how it is interrupted and goes on."""

import itertools
import os
import re
import signal
import subprocess
import time

import pytest
from journals import check_kept, check_visits, lines_of, visits_in
from program import (
    ONE_VISIT,
    QUICK,
    SMALL_SWEEP_POINTS,
    call,
    command,
    ended,
    environment,
    kernels,
    own_lines,
    refused,
    small_sweep,
    succeed,
    wait_until,
)
from report_helpers import load_report
from trafficbench_tools.report import words


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
    # The ladder, for both counting modes.
    told = " ".join(done.stdout.split())
    for word in [*words.COUNTED.values(), "naive", "bitsliced", "leap", "MCOPs", "r.json"]:
        assert word in told
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


def test_visits_and_rounds_are_written_as_other_counts_and_kernels_with_all(tmp_path):
    lines = succeed("sweep", "--kernels", "leap,all,naive", "--cells", "1e3", "--threads", 1, "--count", "every", "--dry-run")
    others = [kernel for kernel in kernels() if kernel != "leap"]
    assert [line.split("/")[1] for line in lines.splitlines()] == ["leap", *others]
    arguments = small_sweep(kernels="naive", cells="1000", count="every", visits="2e0", rounds="1e1")
    succeed(*arguments, "--output", "r.json", cwd=tmp_path)
    check_visits(load_report(tmp_path / "r.json"), 2, 10)


# --- visits ------------------------------------------------------------------------------------------------------------

# Two roads under two contracts: four groups of points that are measured together.
GROUPS = ["sweep", "--kernels", "naive,tiled,leap", "--cells", "1e3,2e3", "--threads", 1, "--min-seconds", 0.001]


def test_sweep_goes_round_its_groups_six_times_with_as_many_samples_of_each_point(tmp_path):
    succeed(*GROUPS, "--spacing", 0, "--rounds", 2, "--output", "r.json", cwd=tmp_path)
    report = load_report(tmp_path / "r.json")
    check_visits(report, 6, 2)
    (run,) = report["context"]["runs"]
    assert len(run["visits"]) == 6 * 4
    groups = {}
    for row in report["benchmarks"]:
        groups.setdefault((row["cells"], row["count"]), []).append(sorted(set(row["sample_visits"])))
        assert row["interval_over"] == "visits" and row["stopped"] == "fixed"
        assert row["real_time_low"] <= row["real_time"] <= row["real_time_high"]
        if row["class"] == "update":
            assert row["mcops_low"] <= row["mcops"] <= row["mcops_high"] <= row["mcops_best"] * (1 + 1e-9)
    # All of a group at once, and every group once before one is visited again.
    assert all(visits == its[0] for its in groups.values() for visits in its)
    passes = [sorted(its[0][number] for its in groups.values()) for number in range(6)]
    assert passes == [list(range(4 * number, 4 * number + 4)) for number in range(6)]


def test_each_visit_says_what_disturbed_it(tmp_path):
    succeed(*GROUPS, *QUICK, "--visits", 2, "--output", "r.json", cwd=tmp_path)
    (run,) = load_report(tmp_path / "r.json")["context"]["runs"]
    for before, after in itertools.pairwise(run["visits"]):
        assert after["began"] >= before["began"] + before["seconds"] * 0.999
    for visit in run["visits"]:
        (node,) = visit["nodes"]
        assert node["host"] == run["host"] and node["reference_hz"] > 1e6
        assert node["steal_seconds"] is None or node["steal_seconds"] >= 0
        assert node["involuntary_switches"] is None or node["involuntary_switches"] >= 0


@pytest.mark.parametrize("visits", [1, 5])
def test_fewer_than_six_visits_give_no_interval(tmp_path, visits):
    succeed(*GROUPS, *QUICK, "--visits", visits, "--output", "r.json", cwd=tmp_path)
    report = load_report(tmp_path / "r.json")
    check_visits(report, visits, 1)
    for row in report["benchmarks"]:
        assert row["interval_over"] is row["mcops_low"] is row["mcops_high"] is row["speedup_low"] is None
        assert "real_time_low" not in row
        assert (row["speedup"] is None) == (row["class"] != "update")


def test_visits_of_a_point_lie_apart(tmp_path):
    succeed(*GROUPS, "--spacing", 0.8, "--rounds", 1, "--visits", 3, "--output", "r.json", cwd=tmp_path)
    report = load_report(tmp_path / "r.json")
    began = [visit["began"] for visit in report["context"]["runs"][0]["visits"]]
    for row in report["benchmarks"]:
        for before, after in itertools.pairwise(row["sample_visits"]):
            assert began[after] - began[before] >= 0.8


def test_rounds_are_chosen_once_for_all_points_of_a_group(tmp_path):
    succeed(*GROUPS, "--spacing", 0, "--visits", 2, "--output", "r.json", cwd=tmp_path)
    report = load_report(tmp_path / "r.json")
    rounds = {}
    for row in report["benchmarks"]:
        rounds.setdefault((row["cells"], row["count"]), set()).add(row["repetitions"] // 2)
        assert row["stopped"] == "budget"
    assert all(len(its) == 1 and 2 <= min(its) and max(its) <= 10 for its in rounds.values())
    check_visits(report, 2)


def test_naive_makes_the_iterations_of_the_course_and_restarts_until_they_last(tmp_path):
    # naive-native is not in every build.
    names = ["naive", *({"naive-native"} & set(kernels())), "bitsliced", "leap"]
    point = ["sweep", "--kernels", ",".join(names), "--cells", 1000, "--threads", 1, "--count", "every", *ONE_VISIT]
    succeed(*point, "--min-seconds", 0.002, "--jump", 500, "--output", "r.json", cwd=tmp_path)
    *course, bitsliced, leap = load_report(tmp_path / "r.json")["benchmarks"]
    assert [row["kernel"] for row in course] == names[:-2]
    for row in course:
        assert row["steps"] == 100 and row["sample_steps"][0] > 100 and row["sample_steps"][0] % 100 == 0
        assert row["real_time"] == pytest.approx(1e9 * row["samples"][0] / row["sample_steps"][0])
    assert bitsliced["steps"] > 100 and leap["steps"] == 500
    succeed(*point, "--min-seconds", 0.002, "--steps", 7, "--output", "s.json", cwd=tmp_path)
    assert {row["steps"] for row in load_report(tmp_path / "s.json")["benchmarks"]} == {7}


# --- budget ------------------------------------------------------------------------------------------------------------

SHORT_POINT = ["sweep", "--kernels", "naive", "--threads", 1, "--count", "every"]
LONG_STEPS = [*SHORT_POINT, "--spacing", 0, "--steps", 5000]


def test_points_that_the_budget_does_not_hold_are_skipped_with_the_reason(tmp_path):
    # One repetition on the long road takes longer than there is time.
    succeed(*LONG_STEPS, "--cells", "1000,1e7", "--budget", 12, "--output", "r.json", cwd=tmp_path)
    short, long = load_report(tmp_path / "r.json")["benchmarks"]
    assert short["verified"] is True and len(set(short["sample_visits"])) == 6 and short["stopped"] == "budget"
    assert long["skipped"] == "6 visits of it did not fit into the budget of 12" and long["samples"] == []


@pytest.mark.parametrize(
    "options, word",
    [
        (["--budget", 100], "budget 100 is too small for 6 visits that lie 30 s apart"),
        (["--spacing", 0, "--budget", 4], "budget 4 is too small for 6 visits"),
        (["--spacing", 0, "--min-seconds", 10, "--budget", "0:01:00"], "budget 0:01:00 is too small for 6 visits"),
    ],
)
def test_budget_that_holds_six_visits_of_no_point_is_refused(tmp_path, options, word):
    refused(*SHORT_POINT, "--cells", 1000, *options, "--output", "r.json", word=word, cwd=tmp_path)


def test_budget_that_turns_out_to_hold_no_point_leaves_nothing(tmp_path):
    # That one repetition takes half a minute shows only when it is tried out.
    done = call(*LONG_STEPS, "--cells", "1e7", "--budget", 7, "--output", "r.json", cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    (line,) = own_lines(done.stderr)
    assert "budget 7 holds 6 visits, 0 s apart, of no point" in line
    assert os.listdir(tmp_path) == []


# --- interruptions -----------------------------------------------------------------------------------------------------


def test_depths_mix_numbers_and_auto(tmp_path):
    arguments = small_sweep(kernels="bitpacked", cells="1000", threads="1", depth="1,auto,1", count="every")
    succeed(*arguments, "--output", "r.json", cwd=tmp_path)
    rows = load_report(tmp_path / "r.json")["benchmarks"]
    assert sorted(re.search("/depth:([^/]+)/", row["name"])[1] for row in rows) == ["1", "auto"]
    assert all(row["verified"] for row in rows)


class Interrupted:
    """A sweep that is stopped by a signal as soon as some points have two visits, and others one."""

    # Long enough to be caught in the middle.
    ARGUMENTS = [
        *("--kernels", "naive,bitsliced", "--cells", "1e3:6e3:1e3", "--threads", "1", "--count", "every"),
        *("--min-seconds", "0.01", "--spacing", "0", "--visits", "6", "--rounds", "2", "--output", "r.json"),
    ]
    VISITS = 6 * 6

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
            wait_until(lambda: process.poll() is not None or len(visits_in(self.journal)) >= 8, "points had two visits", 100)
            process.send_signal(stop)
            self.stderr = ended(process, 100)[1]
        finally:
            process.kill()
            process.wait()
        self.status = process.returncode

    def visits(self):
        visits = visits_in(self.journal)
        assert 8 <= len(visits) < self.VISITS
        return visits


def with_option(arguments, option, value):
    """An option may be given once."""
    at = arguments.index(option) if option in arguments else len(arguments)
    return [*arguments[:at], option, value, *arguments[at + 2 :]]


def check_resumed(folder, kept):
    """Goes on with the sweep and looks at what came of it: the visits that were missing, and those there were as they were."""
    succeed("sweep", *Interrupted.ARGUMENTS, "--resume", cwd=folder)
    report = load_report(folder / "r.json")
    assert [row["cells"] for row in report["benchmarks"]] == [1000 * i for i in range(1, 7) for _ in range(2)]
    check_visits(report, 6, 2)
    check_kept(kept, report)
    first, second = (len(run["visits"]) for run in report["context"]["runs"])
    assert (first, second) == (len(kept), Interrupted.VISITS - len(kept))
    assert os.listdir(folder) == ["r.json"]


def test_sweep_that_is_killed_makes_the_visits_that_are_missing(tmp_path):
    sweep = Interrupted(tmp_path, signal.SIGKILL)
    assert sweep.status == -signal.SIGKILL
    kept = sweep.visits()
    assert os.listdir(tmp_path) == ["r.json.journal"]

    refused("sweep", *Interrupted.ARGUMENTS, word="--resume", cwd=tmp_path)
    for option, value, word in [
        ("--seed", "1", 'other axes (seed was "5743" and is "1" now)'),
        ("--visits", "7", 'other axes (visits was "6" and is "7" now)'),
        ("--rounds", "3", 'other axes (rounds was "2" and is "3" now)'),
        ("--spacing", "1", 'other axes (spacing was "0" and is "1" now)'),
        ("--budget", "1:00:00", "other axes (budget was"),
    ]:
        refused("sweep", *with_option(Interrupted.ARGUMENTS, option, value), "--resume", word=word, cwd=tmp_path)

    # The death may have torn the last line.
    with sweep.journal.open("a", encoding="utf-8") as journal:
        journal.write('{"visit":{"began":')
    check_resumed(tmp_path, kept)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1])
def test_sweep_that_is_told_to_stop_does_so_in_order(tmp_path, stop):
    sweep = Interrupted(tmp_path, stop)
    assert sweep.status == 4, sweep.stderr
    kept = sweep.visits()
    last = own_lines(sweep.stderr)[-1]
    assert f"interrupted after {len(kept)} visits" in last and "--resume" in last
    check_resumed(tmp_path, kept)


def test_rows_that_an_interrupted_launch_completed_have_none_of_the_limits_of_the_next(tmp_path):
    """They may have their own, where it came to measure limits."""
    sweep = with_option(Interrupted.ARGUMENTS, "--visits", "1")
    process = subprocess.Popen(command(["sweep", *sweep]), cwd=tmp_path, env=environment(),
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        journal = tmp_path / "r.json.journal"
        wait_until(lambda: process.poll() is not None or visits_in(journal), "a visit was made", 100)
    finally:
        process.kill()
        process.wait()
    kept = visits_in(journal)
    assert 1 <= len(kept) < 6
    succeed("sweep", *sweep, "--resume", cwd=tmp_path)
    report = load_report(tmp_path / "r.json")
    check_kept(kept, report)
    for row in report["benchmarks"]:
        (run,) = set(row["sample_runs"])
        assert (row["limit"] is None) == (run == 0), row["name"]


@pytest.mark.parametrize("last", [signal.SIGTERM, signal.SIGINT])
def test_repetition_without_end_is_ended_by_a_second_signal(tmp_path, last):
    arguments = ["sweep", "--kernels", "naive", "--cells", 1000, "--threads", 1, "--count", "every", "--steps", "1e12"]
    process = subprocess.Popen(
        command([*arguments, "--output", "r.json"]), cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        # The launch is written down when the points are tried out.
        journal = tmp_path / "r.json.journal"
        wait_until(lambda: process.poll() is not None or any("run" in line for line in lines_of(journal)), "it was begun", 100)
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
