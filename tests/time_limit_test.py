"""trafficbench sweep --time-limit: the visits that fit are made, the rest is left for --resume."""

import os

import pytest
from journals import check_kept, check_visits, visits_in
from program import ONE_VISIT, QUICK, call, command, own_lines, refused, start
from report_helpers import load_report

# Four groups of two points; a visit of a group takes about half a second.
AXES = ["--kernels", "bitpacked,tiled", "--cells", "1e4:1e5:x10", "--threads", 1, "--min-seconds", 0.2, *QUICK]
POINTS = 8
# What the program asks for at least (it reckons with five seconds for the ceiling), and not enough for all visits.
LIMIT_SECONDS = 7


def test_sweep_stops_before_its_time_is_over_and_goes_on_later(tmp_path):
    journal = tmp_path / "r.json.journal"
    done = call("sweep", *AXES, "--output", "r.json", "--time-limit", LIMIT_SECONDS, cwd=tmp_path)
    assert done.returncode == 4, f"status {done.returncode}: all visits were made\n{done.stderr}"
    launches, kept = 1, []
    while done.returncode == 4 and launches < 12:
        visits = visits_in(journal)
        assert visits[: len(kept)] == kept and len(visits) > len(kept) and not (tmp_path / "r.json").exists()
        kept = visits
        last = own_lines(done.stderr)[-1]
        assert f"the time limit came after {len(kept)} visits" in last and "--resume" in last
        done = call("sweep", *AXES, "--output", "r.json", "--resume", "--time-limit", f"0:{LIMIT_SECONDS:02}", cwd=tmp_path)
        launches += 1
    assert done.returncode == 0, f"status {done.returncode} after {launches} launches\n{done.stderr}"
    report = load_report(tmp_path / "r.json")
    assert len({row["name"] for row in report["benchmarks"]}) == len(report["benchmarks"]) == POINTS
    assert len(report["context"]["runs"]) == launches
    assert {row["stopped"] for row in report["benchmarks"]} == {"fixed"}
    check_visits(report, 6, 1)
    check_kept(kept, report)


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="needs two cores: a point on two is measured, and then on one")
def test_point_that_cannot_be_measured_any_more_is_not_left_with_fewer_visits(tmp_path):
    axes = ["sweep", "--kernels", "bitpacked", "--cells", "1e4", "--threads", "1,2", "--count", "every", "--min-seconds", 0.5]
    axes += [*QUICK, "--output", "r.json"]
    done = call(*axes, "--time-limit", LIMIT_SECONDS, cwd=tmp_path)
    assert done.returncode == 4, f"status {done.returncode}: all visits were made\n{done.stderr}"
    kept = visits_in(tmp_path / "r.json.journal")
    one_core = ["taskset", "-c", str(min(os.sched_getaffinity(0)))]
    done = start([*one_core, *command([*axes, "--resume"])], cwd=tmp_path)
    last = own_lines(done.stderr)[-1]
    assert done.returncode == 1 and "threads:2" in last and "was measured before and cannot be now: " in last, done.stderr
    assert visits_in(tmp_path / "r.json.journal") == kept and not (tmp_path / "r.json").exists()
    done = call(*axes, "--resume", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    check_visits(load_report(tmp_path / "r.json"), 6, 1)


def test_limit_that_turns_out_too_short_for_any_visit_loses_nothing(tmp_path):
    """That a repetition takes half a minute shows only when it is tried out."""
    point = ["sweep", "--kernels", "naive", "--cells", "1e7", "--threads", 1, "--count", "every", "--steps", 5000, *ONE_VISIT]
    for more in ([], ["--resume"]):
        done = call(*point, "--output", "r.json", "--time-limit", 7, *more, cwd=tmp_path)
        assert done.returncode == 4, f"status {done.returncode}\n{done.stderr}"
        last = own_lines(done.stderr)[-1]
        assert "too short for any of the visits that are missing; nothing is lost" in last and "--resume" in last
        assert visits_in(tmp_path / "r.json.journal") == []


def test_limit_that_is_too_short_for_one_visit_is_refused(tmp_path):
    refused("sweep", *AXES, "--output", "r.json", "--time-limit", "2", word="too short for one visit", cwd=tmp_path)


@pytest.mark.parametrize("text", ["soon", "0", "-1", "1:2:3:4"])
def test_what_is_no_time_is_refused(tmp_path, text):
    refused("sweep", *AXES, "--output", "r.json", f"--time-limit={text}", word="time-limit", cwd=tmp_path)
