"""A session of the ladder: it measures Python rungs beside the kernels, in visits, and says how many times faster they are."""

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time

import pytest
from program import PROGRAM, ROOT, ended, environment, one_line_of, pretended, start, succeed, write_executable
from report_helpers import load_report
from script import run_script

from trafficbench_tools.ladder import measured, rungs, table
from trafficbench_tools.ladder import session as session_script

LADDER = ROOT / "scripts" / "ladder.sh"

# --- the answer ------------------------------------------------------------------------------------------------------------


VISITS = {"sample_runs": [0] * 6, "sample_visits": list(range(6)), "sample_steps": [10] * 6, "cells": 1000}
WOBBLE = [1.0, 1.02, 0.99, 1.01, 0.98, 1.0]


def row(kernel, count, cores, speedup, interval=None, best=1.1, seconds=None):
    """Of a rung that is `speedup` times as fast as plain Python by the median; its best repetition is `best` times that."""
    low, high = interval or (None, None)
    return {
        "name": f"{kernel}/{count}/{cores}", "kernel": kernel, "count": count, "ranks": cores, "threads": 1, "verified": True,
        "steps": 10, "mcops": speedup * 10, "mcops_low": None, "mcops_high": None, "mcops_best": speedup * 10 * best,
        "ladder_base": f"python/{count}/1", "ladder_speedup": speedup, "ladder_speedup_low": low, "ladder_speedup_high": high,
        "samples": seconds or [wobble / speedup for wobble in WOBBLE], **VISITS,
    }  # fmt: skip


def python(count):
    return row("python", count, 1, 1, (1, 1), best=1)


def test_answer_names_the_best_of_each_language_on_one_core_and_on_all():
    lines = table.answer(
        [
            python("sampled"),
            row("naive", "sampled", 2, 90),
            python("every"),
            row("numba", "every", 1, 50, (45, 55)),
            row("mpi4py", "every", 2, 400, (390, 410)),
            row("tiled", "every", 1, 20000, (19000, 21000)),
            row("naive", "every", 1, 60, (59, 61)),
            row("tiled", "every", 2, 10000, (9000, 11000)),
        ]
    )
    assert lines[0].startswith("How many times faster than plain Python, by the best") and lines[0].endswith("asks for 10,000.")
    assert [line.strip().split(":")[0] for line in lines[1:]] == [
        table.CONTRACTS["every"], "in Python, one core", "in Python, all 2 cores", "in C++, one core", "in C++, all 2 cores",
        table.CONTRACTS["sampled"], "in C++, all 2 cores",
    ]  # fmt: skip
    assert "one core: numba, 55 times by the best, 50 by the median (45 .. 55): less than 10,000" in lines[2]
    assert "tiled, 22,000 times by the best, 20,000 by the median (19,000 .. 21,000): more than 10,000" in lines[4]
    assert "tiled, 11,000 times by the best, 10,000 by the median (9,000 .. 11,000): the interval contains 10,000" in lines[5]
    assert "naive, 99 times by the best, 90 by the median (too few visits for an interval): less than 10,000" in lines[7]
    assert max(map(len, lines)) <= 128
    assert "No two rungs" in table.answer([python("every")])[0]


def test_the_fastest_is_the_one_with_the_best_repetition():
    slower, faster = row("tiled", "every", 1, 110, best=1.0), row("bitsliced", "every", 1, 100, best=1.2)
    assert [one["kernel"] for one in table.fastest([slower, faster])] == ["bitsliced"]


def test_a_tie_has_no_winner():
    """Whoever had the best repetition, if some visits went to each."""
    tiled = row("tiled", "every", 1, 100, best=1.2)
    near = row("bitsliced", "every", 1, 100, best=1.1, seconds=list(reversed(tiled["samples"])))
    far = row("bitpacked", "every", 1, 50)
    lines = table.answer([python("every"), tiled, near, far])
    assert lines[2] == "    in C++, one core: no winner, a tie of"
    assert [line.split(",")[0] for line in lines[3:]] == ["      tiled", "      bitsliced"]
    # Too few visits for an interval, or none that both share: nothing says that they tie.
    for field, values in [("sample_visits", [0, 0, 0, 1, 1, 1]), ("sample_runs", [1] * 6)]:
        assert not table.tie({**near, field: values}, tiled) and table.tie(near, tiled)


def test_ladder_is_printed_by_language(capsys):
    skipped = {**row("numba", "every", 1, 1), "skipped": "it lacks numba"}
    wrong = {**row("naive", "every", 1, 5), "verified": False, "error_message": "hash differs"}
    table.print_ladder([python("every"), skipped, row("mpi4py", "every", 2, 7, (6, 8)), wrong], 1000)
    text = capsys.readouterr().out
    words = ("in Python", "python ", "skipped: it lacks numba", "mpi4py", "in C++", "NOT VERIFIED")
    places = [text.index(word) for word in words]
    assert places == sorted(places) and "6 .. 8" in text and "on a road of 1,000 cells, counting mode `every`" in text
    assert max(map(len, text.splitlines())) < 80


@pytest.mark.parametrize("columns", [40, 78, 80, 120])
def test_ladder_is_as_wide_as_the_terminal(capsys, monkeypatch, columns):
    monkeypatch.setattr(table.terminal, "columns", lambda: columns)
    skipped = {**row("numba", "every", 1, 1), "skipped": "it lacks numba, and whatever else is said of it in many words"}
    # The longest name there is, with rates and ratios of many digits.
    own = [{**row("mpi4py-trafficbench", "every", 2, 234567, (230000, 240000)), "mcops": 2312345.6, "mcops_best": 2345678.0}]
    table.print_ladder([python("every"), skipped, *own], 10_240_000)
    table.print_answer([python("every"), *own])
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= columns and "2,345,678" in text
    table_itself = text.split("MCOPs:")[0]
    assert ("95% interval" in table_itself) == ("median" in table_itself) == (columns >= 80)


# --- the session -------------------------------------------------------------------------------------------------------


SHORT = ["--program", PROGRAM, "--cells", 3000, "--min-seconds", 0.0005, "--visits", 6, "--spacing", 0]


def session(folder, *arguments):
    """A short session with the program under test: what ladder.sh starts when all is built."""
    return run_script(ROOT / "scripts" / "ladder.py", *SHORT, *arguments, cwd=folder)


def test_session_writes_a_report_that_holds(tmp_path):
    done = start(["bash", LADDER, *SHORT, "--rungs", "python,tiled", "--output", "ladder.json"], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert sorted(os.listdir(tmp_path)) == ["ladder.json"]
    report = load_report(tmp_path / "ladder.json")
    assert report["context"]["command"] == "ladder"
    rows = report["benchmarks"]
    by_name = {row["name"]: row for row in rows}
    measured = [row for row in rows if "skipped" not in row]
    assert {row["kernel"] for row in measured} == {"python", "tiled"}
    assert {row["count"] for row in measured} == {"every", "sampled"}
    for row in measured:
        assert row["verified"] is True and row["verification"] == "full" and row["hash"]
        assert row["sample_visits"] == list(range(6)) and row["sample_runs"] == [0] * 6 and row["stopped"] == "fixed"
        assert row["sample_steps"] == [row["steps"]] * 6 and row["interval_over"] == "visits"
        # Same road, same steps, same end, whatever the rung.
        assert len({other["hash"] for other in measured if other["steps"] == row["steps"]}) == 1
        base = by_name[row["ladder_base"]]
        assert base["kernel"] == "python" and base["count"] == row["count"] and base["steps"] == 100
        # Visit by visit.
        ratios = [row["steps"] / mine / base["steps"] * other for mine, other in zip(row["samples"], base["samples"])]
        assert row["ladder_speedup"] == pytest.approx(statistics.median(ratios))
        assert row["ladder_speedup_low"] == pytest.approx(min(ratios))
        assert row["ladder_speedup_high"] == pytest.approx(max(ratios))
        if row["kernel"] in rungs.PYTHON_RUNGS:
            assert row["rung"] == list(rungs.PYTHON_RUNGS).index(row["kernel"]) - len(rungs.PYTHON_RUNGS)
    (run,) = report["context"]["runs"]
    assert run["compiler"] and run["software"]["python"] and len(run["visits"]) == 6
    assert [visit["began"] for visit in run["visits"]] == sorted(visit["began"] for visit in run["visits"])
    assert all(len(visit["nodes"]) == 1 and visit["nodes"][0]["host"] == run["host"] for visit in run["visits"])
    # What was printed is what was written.
    groups = {(row["count"], row["ranks"] * row["threads"]) for row in measured if row["kernel"] == "tiled"}
    assert done.stdout.count("tiled, ") == len(groups) and done.stdout.count("The ladder on a road of 3,000 cells") == 2
    for row in measured:
        assert f"{row['mcops_best']:,.0f}" in done.stdout or row["mcops_best"] < 100


def test_no_rung_always_follows_the_same_one():
    orders = [session_script.order_of_visit(number, 12) for number in range(8)]
    assert all(sorted(order) == list(range(12)) for order in orders)
    assert orders == [session_script.order_of_visit(number, 12) for number in range(8)], "every session has the same orders"
    for place in range(12):
        before = [order[order.index(place) - 1] if order[0] != place else None for order in orders]
        assert max(before.count(other) for other in before) <= 4 and len(set(before)) >= 4, before
    assert len({order[0] for order in orders}) >= 4
    assert session_script.order_of_visit(3, 1) == [0]


def test_rungs_of_python_are_numbered_from_the_lowest_up_below_all_kernels():
    numbers = [rungs.PythonRung("python3", name, 1, 1, "every", [], [0], 9).number for name in rungs.PYTHON_RUNGS]
    assert numbers == list(range(-len(rungs.PYTHON_RUNGS), 0))


def results(*seconds, **changes):
    return [
        rungs.Result(value, 0.9 * value, {"min": value, "median": value, "max": value}, [], **{"problem": "", **changes})
        for value in seconds
    ]


def test_only_what_was_measured_is_handed_to_the_program():
    """Rates, intervals and ratios are the program's to work out."""
    road = rungs.Road(1000, 0.52, 7)
    rung = rungs.CppRung("trafficbench", "some-kernel", 2, 1, "every", [])
    said = {"rung": 3, "bits_per_cell": 2, "configuration": "braids of 7", "isa": "avx2", "depth": 9, "cars": 520}
    said.update(hash=16 * "a")
    said.update(clock_hz=2e9, warnings=["clock_changed"], mcops=1.0, mcops_low=0.5, base="x", limit="y", sample_runs=[5])
    launched = results(0.3, 0.1, 0.2, row=said)
    row = measured.measured_row(rung, road, "the name", 40, launched, "fixed", 0.1, "the command")
    assert row == {
        **{"name": "the name", "kernel": "some-kernel", "rung": 3, "bits_per_cell": 2, "configuration": "braids of 7"},
        **{"isa": "avx2", "cells": 1000, "steps": 40, "ranks": 2, "threads": 1, "depth": 9, "density": 0.52, "cars": 520},
        **{"init": "mt19937", "seed": 7, "mode": "strong", "count": "every", "class": "update", "origin": "measured"},
        **{"samples": [0.3, 0.1, 0.2], "sample_visits": [0, 1, 2], "sample_runs": [0, 0, 0], "sample_steps": [40, 40, 40]},
        **{"cpu_seconds": pytest.approx([0.27, 0.09, 0.18]), "hash": 16 * "a"},
        **{"rank_seconds": [{"min": value, "median": value, "max": value} for value in (0.3, 0.1, 0.2)]},
        **{"verified": True, "verification": "full", "restarted": True, "stopped": "fixed", "placement": []},
        **{"sample_clock_hz": [2e9] * 3, "warnings": ["clock_changed"], "note": "the command"},
    }
    bad = measured.measured_row(rung, road, "n", 40, results(0.1, problem="hash differs", row={}), "fixed", 0.1, "")
    assert (bad["verified"], bad["stopped"], bad["error_message"]) == (False, "failed", "hash differs")
    assert "sample_clock_hz" not in bad and "warnings" not in bad
    short = measured.measured_row(rung, road, "n", 40, launched, "fixed", 0.31, "")
    assert short["warnings"] == ["clock_changed", "short_repetition"]
    alone = rungs.CppRung("trafficbench", "some-kernel", 1, 1, "every", [])
    assert "rank_seconds" not in measured.measured_row(alone, road, "n", 40, launched, "fixed", 0.1, "")
    # The clock is told of every repetition, or of none.
    assert "sample_clock_hz" not in measured.measured_row(rung, road, "n", 40, [*launched, *results(0.1)], "fixed", 0.1, "")
    rung.skipped = "no such thing"
    skipped = measured.skipped_row(rung, road, "n")
    assert (skipped["skipped"], skipped["samples"], skipped["verification"]) == ("no such thing", [], "none")
    assert skipped["sample_runs"] == skipped["sample_visits"] == skipped["sample_steps"] == []


def test_launch_says_what_python_ran_with():
    program = {"compiler": "GNU 12", "mpi": {"library": "MPICH"}, "host": "here", "argv": ["trafficbench"], "date": "then"}
    software = {"python": "3.11", "numpy": "1.24"}
    visit = {"began": 1.0, "seconds": 2.0, "nodes": []}
    made = measured.launch(program, ["ladder.sh"], software, ["Open MPI v4.1.4, package: x", [3, 1], 3], "now", [visit])
    assert made["software"] == {**software, "mpi4py's MPI": "Open MPI 4.1.4, MPI 3.1"}
    assert (made["compiler"], made["mpi"], made["visits"]) == ("GNU 12", {"library": "MPICH"}, [visit])
    assert (made["argv"], made["date"]) == (["ladder.sh"], "now") and program["argv"] == ["trafficbench"]
    made = measured.launch(program, [], {}, ["MPICH Version:      4.0.2\nMPICH Release", [4, 0], 1], "now", [])
    assert made["software"] == {"mpi4py's MPI": "MPICH 4.0.2, MPI 4.0"}


def test_rungs_that_depend_on_the_order_make_the_same_iterations_everywhere():
    def steps(name, cells):
        return rungs.PythonRung("python3", name, 1, 1, "every", [], [0], cells).fixed_steps

    assert {steps(name, 10**6) for name in ("python", "numpy-where", "numba")} == {100}
    assert [steps(name, 10**9) for name in ("python", "numpy-where", "numba")] == [5, 20, 100]
    assert steps("python", 10**6 + 1) == 5
    assert steps("numpy-inplace", 10**6) is steps("mpi4py", 10**6) is steps("numba-branchless", 10**6) is None
    kernels = rungs.update_kernels(PROGRAM)
    assert kernels["naive"] == 100 and kernels["tiled"] is None


def test_shapes_of_python_rungs():
    shapes = {name: program.shapes(4) for name, program in rungs.PYTHON_RUNGS.items()}
    assert shapes["python"] == shapes["numba"] == [(1, 1)]
    assert shapes["mpi4py"] == shapes["mpi4py-trafficbench"] == [(4, 1)]
    assert shapes["numba-branchless"] == shapes["python-trafficbench"] == [(1, 1), (1, 4)]
    assert {name: program.shapes(1) for name, program in rungs.PYTHON_RUNGS.items()} == {name: [(1, 1)] for name in shapes}
    threaded = rungs.PythonRung("python3", "numba-branchless", 1, 4, "every", [], [0, 2, 4, 6], 9)
    command = threaded.command(rungs.Road(9, 0.5, 1), 7)
    assert command[:4] == ["env", "NUMBA_NUM_THREADS=4", "OMP_NUM_THREADS=4", "python3"] and command[-2:] == ["--cpu", "0,2,4,6"]


def built(folder, lines):
    """A build without MPI, whose program is the real one but for these lines (program.py)."""
    program = pretended(folder / "bin" / "trafficbench", lines)
    (folder / "launcher.sh").write_text("launcher=()\n", encoding="utf-8")
    return program


def test_program_that_cannot_derive_is_refused_before_the_work(tmp_path):
    lines = "if sys.argv[1] == 'derive':\n    out, err, status = '', 'trafficbench: no derive', 2\n"
    old = built(tmp_path / "build", lines)
    line = one_line_of(session(tmp_path, "--program", old, "--rungs", "python", "--output", tmp_path / "x.json"), "ladder.sh")
    assert "has no command `derive`" in line and os.listdir(tmp_path) == ["build"], line


def test_what_was_measured_is_kept_if_no_report_can_be_made(tmp_path):
    lines = "if sys.argv[1] == 'derive' and '--help' not in sys.argv:\n    import os\n"
    lines += "    os.unlink(sys.argv[sys.argv.index('--output') + 1])\n    err, status = 'trafficbench: something is wrong\\n', 1\n"
    options = ["--rungs", "python", "--count", "every", "--visits", 1, "--output", tmp_path / "x.json"]
    broken = built(tmp_path / "build", lines)
    done = session(tmp_path, "--program", broken, *options)
    assert done.returncode == 1 and "something is wrong" in done.stderr.splitlines()[-1], done.stderr
    assert sorted(os.listdir(tmp_path)) == ["build", "x.json.measured"]
    assert str(tmp_path / "x.json.measured") in done.stderr
    # The program can still make the report of it.
    succeed("derive", tmp_path / "x.json.measured", "--output", tmp_path / "x.json")
    (row,) = load_report(tmp_path / "x.json")["benchmarks"]
    assert row["kernel"] == "python" and len(row["samples"]) == 1 and row["mcops"] > 0


def test_what_was_measured_is_kept_beside_what_was_kept_before(tmp_path, monkeypatch):
    """Under another name, and elsewhere if there is no room."""
    made = session_script.Session.__new__(session_script.Session)
    (tmp_path / "there").mkdir()
    made.output = tmp_path / "there" / "x.json"
    (tmp_path / "there" / "x.json.measured").write_text("precious", encoding="utf-8")
    assert str(tmp_path / "there" / "x.json.measured-2") in made.keep({"context": 1})
    assert (tmp_path / "there" / "x.json.measured").read_text(encoding="utf-8") == "precious"
    monkeypatch.setattr(session_script.tempfile, "gettempdir", lambda: str(tmp_path))
    made.output = tmp_path / "missing" / "x.json"
    assert f"{tmp_path}/x.json.measured," in made.keep({"context": 1})
    monkeypatch.setattr(session_script.tempfile, "gettempdir", lambda: str(tmp_path / "missing"))
    assert "could not be written anywhere" in made.keep({"context": 1})


class FakeRung:
    """A rung whose pilot promised too much."""

    python, skipped, kernel, label, fixed_steps = False, "", "naive", "naive", None

    def __init__(self, seconds_a_step):
        self.seconds_a_step, self.launched = seconds_a_step, []

    def launch(self, _road, steps, _expected):
        self.launched.append(steps)
        return rungs.Result(steps * self.seconds_a_step, 0.0, {}, [], "")


def session_of(*rungs_of_it, steps, **options):
    """A session that has done its pilot."""
    made = session_script.Session.__new__(session_script.Session)
    made.options = argparse.Namespace(**{"min_seconds": 1.0, "visits": 6, "spacing": 0.0, "time_limit": 1e6, **options})
    made.road, made.steps, made.visits, made.broken = None, dict(enumerate(steps)), [], False
    made.rungs, made.ran, made.program_launch = list(rungs_of_it), set(range(len(steps))), {"host": "here"}
    made.began = time.monotonic()
    return made


def test_repetitions_that_are_too_short_are_made_longer_before_the_first_is_kept():
    made = session_of(FakeRung(0.11), FakeRung(0.01), FakeRung(1e-9), FakeRung(1e-3), steps=[10, 10, 1, 100])
    made.rungs[2].launch = lambda *_: rungs.Result(1e-9, 0.0, {}, [], "")  # never long enough
    made.rungs[3].fixed_steps = 100
    first = made.visit()
    assert sorted(first.said) == [0, 1, 2, 3]
    assert made.rungs[0].launched == [10] and made.rungs[1].launched == [10, 120] and made.steps[1] == 120
    assert made.rungs[3].launched == [100] and made.steps[3] == 100
    # In later visits nothing is made again.
    made.visits.append(first)
    made.rungs[1].seconds_a_step = 0.001
    assert made.one_round()[1].seconds == pytest.approx(0.12)


def test_visits_keep_their_distance_and_say_so(monkeypatch, capsys):
    """By a clock that goes on when somebody sleeps, and by ten seconds a launch."""
    now = [100.0]
    monkeypatch.setattr(session_script.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(session_script.time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    rung = FakeRung(10.0)
    launch = rung.launch

    def slow(*what):
        now[0] += 10
        return launch(*what)

    rung.launch = slow
    made = session_of(rung, steps=[1], visits=3, spacing=30.0)
    assert made.all_visits() == "fixed"
    assert [(visit.record["began"], visit.record["seconds"]) for visit in made.visits] == [(0, 10), (30, 10), (60, 10)]
    assert capsys.readouterr().err.count("begins in 20 s, 30 s after the one before") == 2
    # What lasts longer waits for nothing; beyond the limit there are no more than six.
    made = session_of(rung, steps=[1], visits=9, spacing=5.0, time_limit=1.0)
    assert made.all_visits() == "time_limit"
    assert [visit.record["began"] for visit in made.visits] == [0, 10, 20, 30, 40, 50]
    assert "begins in" not in capsys.readouterr().err
    (node,) = made.visits[0].record["nodes"]
    assert node["host"] == "here" and node["reference_hz"] is None and node["involuntary_switches"] >= 0
    assert node["steal_seconds"] is None or node["steal_seconds"] >= 0


def test_rung_that_fails_later_is_told_from_one_that_never_ran():
    def fails(*_):
        raise rungs.LaunchFailed("it died")

    made = session_of(FakeRung(2.0), FakeRung(2.0), steps=[1, 1])
    made.rungs[1].launch, made.ran = fails, {0}
    assert list(made.one_round()) == [0] and made.rungs[1].skipped == "it died" and not made.broken
    made.rungs[0].launch = fails
    assert made.one_round() == {} and made.broken
    # What has run in a visit has run.
    made = session_of(FakeRung(2.0), steps=[1])
    made.ran = set()
    assert list(made.one_round()) == [0]
    made.rungs[0].launch = fails
    assert made.one_round() == {} and made.broken


def test_session_on_all_cores_uses_them(tmp_path):
    cores = len(rungs.physical_cores())
    if cores == 1:
        pytest.skip("needs two cores: all cores of this machine are one")
    done = session(tmp_path, "--rungs", "bitsliced,mpi4py", "--count", "every", "--visits", 1, "--output", "x.json")
    assert done.returncode == 0, done.stderr
    rows = load_report(tmp_path / "x.json")["benchmarks"]
    wide = [row for row in rows if row["kernel"] == "bitsliced" and row["ranks"] * row["threads"] == cores]
    assert len(wide) == 1 and wide[0]["base"].startswith("ladder/bitsliced/") and wide[0]["speedup"] > 0
    assert len({place["core"] for place in wide[0]["placement"]}) == cores
    assert wide[0]["ladder_base"] is None, "there was no plain Python in this session"
    assert "No two rungs" in done.stdout


def test_rung_without_its_packages_is_skipped_with_the_reason(tmp_path, monkeypatch):
    """Under an interpreter that has nothing of the sort."""
    # An isolated interpreter sees no site packages.
    bare = write_executable(tmp_path / "bin" / "python3", f'#!/bin/sh\nexec {sys.executable} -S -s "$@"\n')
    monkeypatch.setattr(session_script, "candidates", lambda: [str(bare)])
    options = ["--rungs", "python,numpy-where,naive", "--count", "every", "--visits", 1, "--output", "x.json"]
    done = session(tmp_path, *options)
    assert done.returncode == 0, done.stderr
    rows = {row["kernel"]: row for row in load_report(tmp_path / "x.json")["benchmarks"]}
    assert "lacks numpy" in rows["numpy-where"]["skipped"]
    assert rows["python"]["verified"] and "skipped: " in done.stdout


BAD_SESSION = [
    (["--cells", "0"], "cells is 0"),
    (["--cells", "many"], "many"),
    (["--rungs", "python,warp"], "unknown rung 'warp': choose from all, python, "),
    (["--rungs", ""], "--rungs ''"),
    (["--output=", "--force"], "--output= is empty"),
    (["--output", "--force"], "--output"),
    (["--visits", "0"], "visits is 0"),
    (["--spacing", "-1"], "spacing is '-1'"),
    (["--spacing", "inf"], "spacing is 'inf'"),
    (["--count", "some"], "unknown counting mode 'some': choose from every,sampled"),
    (["--count", "every,every"], "'every' appears twice"),
    (["--min-seconds", "0"], "min-seconds"),
    (["--min-seconds", "nan"], "min-seconds is 'nan': expected seconds, above 0"),
    (["--time-limit", "-1"], "time-limit"),
    (["--density", "2"], "density is '2'"),
    (["--seed", "-1"], "seed is -1"),
    (["--fly"], "--fly"),
    (["extra"], "extra"),
    (["--output", "taken"], "--force"),
    (["--output", "taken", "--dry-run"], "--force"),
    (["--output", "missing/x.json"], "no folder missing"),
    (["--output", "."], "is a folder"),
    (["--program", "nowhere"], "no program nowhere"),
    (["--program", "/bin/true"], "/bin/true is not a trafficbench program"),
    (["--program", "/bin/false", "--dry-run"], "/bin/false is not a trafficbench program"),
    (["--program", "/bin/true", "--dry-run"], "/bin/true is not a trafficbench program"),
    (["--program", "/bin/echo", "--dry-run"], "/bin/echo is not a trafficbench program"),
    (["--cells", "2^40"], "GiB"),
]


@pytest.mark.parametrize("arguments, word", BAD_SESSION)
def test_session_refuses_bad_input_before_the_work(tmp_path, arguments, word):
    (tmp_path / "taken").write_text("kept", encoding="utf-8")
    line = one_line_of(session(tmp_path, *arguments), "ladder.sh")
    assert word in line, line
    assert os.listdir(tmp_path) == ["taken"] and (tmp_path / "taken").read_text(encoding="utf-8") == "kept"


def test_dry_run_lists_and_writes_nothing(tmp_path):
    done = session(tmp_path, "--dry-run", "--rungs", "python,tiled", "--count", "every")
    assert done.returncode == 0 and os.listdir(tmp_path) == []
    assert "plain_python.py" in done.stdout and "trafficbench run" in done.stdout
    assert str(ROOT) not in done.stdout


def test_help_has_an_example_and_the_statuses(tmp_path):
    done = session(tmp_path, "--help")
    assert done.returncode == 0 and "Example" in done.stdout and "Exit status" in done.stdout


def test_wrong_kernel_is_marked_and_ends_with_status_1(tmp_path):
    """A program whose tiled kernel lies: the report keeps the row, marks it, and forms no ratio with it."""
    lines = "if sys.argv[1] == 'run' and 'tiled' in sys.argv:\n    report = json.loads(out)\n"
    lines += "    report['benchmarks'][0].update(verified=False, error_occurred=True, error_message='hash differs')\n"
    liar = built(tmp_path / "build", lines + "    out, status = json.dumps(report), 1\n")
    options = ["--rungs", "python,naive,tiled", "--count", "every", "--visits", 2, "--output", tmp_path / "x.json"]
    done = session(tmp_path, "--program", liar, *options)
    assert done.returncode == 1, done.stderr
    rows = load_report(tmp_path / "x.json")["benchmarks"]
    for row in rows:
        assert row["verified"] is (row["kernel"] != "tiled")
        assert (row["ladder_base"] is None) == (row["kernel"] == "tiled")
    assert "NOT VERIFIED: hash differs" in done.stdout
    assert not any("tiled" in line for line in done.stdout.splitlines() if "by the best" in line)


@pytest.mark.parametrize("signals", [[signal.SIGTERM], [signal.SIGINT, signal.SIGINT]], ids=["SIGTERM", "Ctrl-C twice"])
@pytest.mark.parametrize("when", ["pilot", "visits"])
def test_interrupted_session_keeps_complete_visits(tmp_path, when, signals):
    words = ["bash", LADDER, *SHORT, "--visits", 500, "--rungs", "python,tiled", "--count", "every", "--output", "x.json"]
    with subprocess.Popen(
        [str(word) for word in words],
        cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as child:  # fmt: skip
        # Progress says where it is.
        for line in child.stderr:
            if ("iterations of" if when == "pilot" else "visit 3 of") in line:
                break
        for number in signals:
            child.send_signal(number)
            time.sleep(0.01)
        out, err = ended(child)
    assert child.returncode == 4 and "Traceback" not in err, err
    if when == "pilot":
        assert os.listdir(tmp_path) == [] and "nothing was written" in err
    else:
        rows = load_report(tmp_path / "x.json")["benchmarks"]
        assert {row["stopped"] for row in rows} == {"interrupted"}
        assert len({len(row["samples"]) for row in rows}) == 1 and len(rows[0]["samples"]) >= 2


def test_time_limit_ends_the_session_once_there_are_intervals(tmp_path):
    options = ["--time-limit", "0.001", "--visits", "400", "--rungs", "python,naive", "--count", "every"]
    done = session(tmp_path, *options, "--output", "x.json")
    assert done.returncode == 0, done.stderr
    rows = load_report(tmp_path / "x.json")["benchmarks"]
    assert {(row["stopped"], len(row["samples"])) for row in rows} == {("time_limit", 6)}


def test_ladder_needs_python_alone(tmp_path):
    """Everything but the rungs' own packages is the standard library's."""
    done = start([sys.executable, "-S", ROOT / "scripts" / "ladder.py", "--help"], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert shutil.which("bash")
