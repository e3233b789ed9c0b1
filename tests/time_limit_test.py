"""trafficbench sweep --time-limit: what fits is measured, the rest is left for --resume."""

import time

from program import call, own_lines, succeed
from report_helpers import load_report

# Each contract and length is a group of its own, and takes some seconds.
AXES = ["--kernels", "bitpacked,tiled", "--cells", "1e5:1e6:x10", "--threads", 1, "--time-cap", 1, "--precision", 1e-6]
POINTS = 8


def seconds_of_a_ceiling():
    """Each launch of a sweep begins with it, and it takes as long as the machine's caches are large."""
    began = time.monotonic()
    succeed("ceiling")
    return time.monotonic() - began


def test_sweep_stops_in_time_and_goes_on_later(tmp_path):
    limit = round(1.5 * seconds_of_a_ceiling()) + 7
    began = time.monotonic()
    done = call("sweep", *AXES, "--output", "r.json", "--time-limit", limit, cwd=tmp_path)
    assert time.monotonic() - began < limit + 10  # a busy machine is slow to start and to stop
    launches = 1
    while done.returncode == 4 and launches < 12:
        assert "--resume" in own_lines(done.stderr)[-1]
        assert (tmp_path / "r.json.journal").exists() and not (tmp_path / "r.json").exists()
        done = call("sweep", *AXES, "--output", "r.json", "--resume", "--time-limit", f"0:{limit:02}", cwd=tmp_path)
        launches += 1
    assert done.returncode == 0, done.stderr
    report = load_report(tmp_path / "r.json")
    assert len(report["benchmarks"]) == POINTS
    assert len({row["name"] for row in report["benchmarks"]}) == POINTS
    assert all(row["verified"] for row in report["benchmarks"])


def test_limit_that_is_too_short_for_one_point_is_refused(tmp_path):
    done = call("sweep", *AXES, "--output", "r.json", "--time-limit", "2", cwd=tmp_path)
    assert done.returncode == 2
    assert len(own_lines(done.stderr)) == 1 and "too short for one point" in done.stderr
    assert not list(tmp_path.iterdir())


def test_what_is_no_time_is_refused(tmp_path):
    for text in ["soon", "0", "-1", "1:2:3:4"]:
        done = call("sweep", *AXES, "--output", "r.json", f"--time-limit={text}", cwd=tmp_path)
        assert done.returncode == 2
        assert len(own_lines(done.stderr)) == 1 and "time-limit" in done.stderr
    assert not list(tmp_path.iterdir())
