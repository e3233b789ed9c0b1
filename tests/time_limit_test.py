"""trafficbench sweep --time-limit: what fits is measured, the rest is left for --resume."""

import pytest
from program import call, own_lines, refused
from report_helpers import load_report

# Each contract and length is a group of its own, and takes about two seconds.
AXES = ["--kernels", "bitpacked,tiled", "--cells", "1e4:1e5:x10", "--threads", 1, "--time-cap", 1, "--precision", 1e-6]
POINTS = 8
# What the program asks for at least (it reckons with five seconds for the ceiling), and not enough for all points.
LIMIT_SECONDS = 7


def test_sweep_stops_before_its_time_is_over_and_goes_on_later(tmp_path):
    done = call("sweep", *AXES, "--output", "r.json", "--time-limit", LIMIT_SECONDS, cwd=tmp_path)
    assert done.returncode == 4, f"status {done.returncode}: all points were measured\n{done.stderr}"
    launches = 1
    while done.returncode == 4 and launches < 12:
        assert "--resume" in own_lines(done.stderr)[-1]
        assert (tmp_path / "r.json.journal").exists() and not (tmp_path / "r.json").exists()
        done = call("sweep", *AXES, "--output", "r.json", "--resume", "--time-limit", f"0:{LIMIT_SECONDS:02}", cwd=tmp_path)
        launches += 1
    assert done.returncode == 0, f"status {done.returncode} after {launches} launches\n{done.stderr}"
    report = load_report(tmp_path / "r.json")
    assert len(report["benchmarks"]) == POINTS
    assert len({row["name"] for row in report["benchmarks"]}) == POINTS
    assert all(row["verified"] for row in report["benchmarks"])


def test_limit_that_is_too_short_for_one_point_is_refused(tmp_path):
    refused("sweep", *AXES, "--output", "r.json", "--time-limit", "2", word="too short for one point", cwd=tmp_path)


@pytest.mark.parametrize("text", ["soon", "0", "-1", "1:2:3:4"])
def test_what_is_no_time_is_refused(tmp_path, text):
    refused("sweep", *AXES, "--output", "r.json", f"--time-limit={text}", word="time-limit", cwd=tmp_path)
