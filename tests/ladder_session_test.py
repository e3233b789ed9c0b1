"""A session of the ladder: it measures Python rungs beside the kernels, in rounds, and says how many times faster they are."""

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time

import pytest
from program import PROGRAM, ROOT, environment, one_line_of, pretended, start, succeed, write_executable
from report_helpers import load_report
from script import run_script

from trafficbench_tools.ladder import measured, rungs, table
from trafficbench_tools.ladder import session as session_script

LADDER = ROOT / "scripts" / "ladder.sh"

# --- the answer ------------------------------------------------------------------------------------------------------------


def row(kernel, count, cores, speedup, low, high):
    return {
        "kernel": kernel, "count": count, "ranks": cores, "threads": 1, "mcops": speedup * 10,
        "ladder_speedup": speedup, "ladder_speedup_low": low, "ladder_speedup_high": high,
    }  # fmt: skip


def test_answer_names_the_best_of_each_group():
    lines = table.answer(
        [
            row("python", "every", 1, 1, 1, 1),
            row("naive", "every", 1, 50, 45, 55),
            row("tiled", "every", 1, 20000, 19000, 21000),
            row("tiled", "every", 2, 10000, 9000, 11000),
            row("naive", "sampled", 2, 90, None, None),
        ]
    )
    assert len(lines) == 4
    assert "one core, every: 20,000 times (19,000 .. 21,000), by tiled; more than the 10,000" in lines[1]
    assert "all 2 cores, every: 10,000 times (9,000 .. 11,000), by tiled; the 10,000" in lines[2]
    assert "all 2 cores, sampled: 90 times (too few rounds for an interval), by naive; less than" in lines[3]
    assert "No two rungs" in table.answer([row("python", "every", 1, 1, 1, 1)])[0]


# --- the session -------------------------------------------------------------------------------------------------------


SHORT = ["--program", PROGRAM, "--cells", 3000, "--min-seconds", 0.0005, "--rounds", 6]


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
        assert row["repetitions"] == 6 and row["rounds"] == list(range(6)) and row["stopped"] == "fixed"
        # Same road, same steps, same end, whatever the rung.
        assert len({other["hash"] for other in measured if other["steps"] == row["steps"]}) == 1
        base = by_name[row["ladder_base"]]
        assert base["kernel"] == "python" and base["count"] == row["count"]
        ratio = row["mcops"] / base["mcops"]
        assert row["ladder_speedup"] == pytest.approx(ratio)
        assert row["ladder_speedup_low"] <= row["ladder_speedup"] <= row["ladder_speedup_high"]
        # Sample by sample, those of the same rounds.
        assert base is row or row["ladder_base_samples"] == base["samples"]
        if row["kernel"] in rungs.PYTHON_RUNGS:
            assert row["rung"] == list(rungs.PYTHON_RUNGS).index(row["kernel"]) - len(rungs.PYTHON_RUNGS)
    python_run = report["context"]["runs"][next(row["run"] for row in rows if row["kernel"] == "python")]
    assert python_run["compiler"] is None and "python" in python_run["software"] and "kernels" not in python_run
    # What was printed is what was written.
    best = max(
        (row for row in measured if row["ranks"] * row["threads"] == 1 and row["count"] == "every"),
        key=lambda row: row["mcops"],
    )
    assert f"one core, every: {best['ladder_speedup']:,.0f} times" in done.stdout or best["ladder_speedup"] < 100
    assert done.stdout.count("The ladder on a road of 3,000 cells") == 2


def test_no_rung_always_follows_the_same_one():
    orders = [session_script.order_of_round(number, 12) for number in range(8)]
    assert all(sorted(order) == list(range(12)) for order in orders)
    assert orders == [session_script.order_of_round(number, 12) for number in range(8)], "every session has the same orders"
    for place in range(12):
        before = [order[order.index(place) - 1] if order[0] != place else None for order in orders]
        assert max(before.count(other) for other in before) <= 4 and len(set(before)) >= 4, before
    assert len({order[0] for order in orders}) >= 4
    assert session_script.order_of_round(3, 1) == [0]


def test_rungs_of_python_are_numbered_from_the_lowest_up_below_all_kernels():
    numbers = [rungs.PythonRung("python3", name, 1, "every", [], [0]).number for name in rungs.PYTHON_RUNGS]
    assert numbers == [-5, -4, -3, -2, -1]


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
    said.update(clock_hz=2e9, warnings=["clock_changed"], mcops=1.0, mcops_low=0.5, base="x", limit="y", run=5)
    launched = results(0.3, 0.1, 0.2, row=said)
    row = measured.measured_row(rung, road, "the name", 40, launched, "fixed", 2, "the command")
    assert row == {
        **{"name": "the name", "kernel": "some-kernel", "rung": 3, "bits_per_cell": 2, "configuration": "braids of 7"},
        **{"isa": "avx2", "cells": 1000, "steps": 40, "ranks": 2, "threads": 1, "depth": 9, "density": 0.52, "cars": 520},
        **{"init": "mt19937", "seed": 7, "mode": "strong", "count": "every", "class": "update", "origin": "measured"},
        **{"samples": [0.3, 0.1, 0.2], "rounds": [0, 1, 2], "cpu_time": pytest.approx(180), "discarded": 2, "hash": 16 * "a"},
        **{"rank_seconds": [{"min": value, "median": value, "max": value} for value in (0.3, 0.1, 0.2)]},
        **{"verified": True, "verification": "full", "restarted": True, "stopped": "fixed", "placement": [], "run": 2},
        **{"clock_hz": 2e9, "warnings": ["clock_changed"], "note": "the command"},
    }
    bad = measured.measured_row(rung, road, "n", 40, results(0.1, problem="hash differs", row={}), "fixed", 0, "")
    assert (bad["verified"], bad["stopped"], bad["error_message"]) == (False, "failed", "hash differs")
    assert "clock_hz" not in bad and "discarded" not in bad and "warnings" not in bad
    rung.skipped = "no such thing"
    skipped = measured.skipped_row(rung, road, "n")
    assert (skipped["skipped"], skipped["samples"], skipped["verification"]) == ("no such thing", [], "none")


def test_program_that_cannot_derive_is_refused_before_the_work(tmp_path):
    lines = "if sys.argv[1] == 'derive':\n    out, err, status = '', 'trafficbench: no derive', 2\n"
    old = pretended(tmp_path / "build" / "bin" / "trafficbench", lines)
    line = one_line_of(session(tmp_path, "--program", old, "--rungs", "python", "--output", tmp_path / "x.json"), "ladder.sh")
    assert "has no command `derive`" in line and os.listdir(tmp_path) == ["build"], line


def test_what_was_measured_is_kept_if_no_report_can_be_made(tmp_path):
    lines = "if sys.argv[1] == 'derive' and '--help' not in sys.argv:\n    import os\n"
    lines += "    os.unlink(sys.argv[sys.argv.index('--output') + 1])\n    err, status = 'trafficbench: something is wrong\\n', 1\n"
    options = ["--rungs", "python", "--count", "every", "--rounds", 1, "--output", tmp_path / "x.json"]
    broken = pretended(tmp_path / "build" / "bin" / "trafficbench", lines)
    done = session(tmp_path, "--program", broken, *options)
    assert done.returncode == 1 and "something is wrong" in done.stderr.splitlines()[-1], done.stderr
    assert sorted(os.listdir(tmp_path)) == ["build", "x.json.measured"]
    assert str(tmp_path / "x.json.measured") in done.stderr
    # The program can still make the report of it.
    succeed("derive", tmp_path / "x.json.measured", "--output", tmp_path / "x.json")
    (row,) = load_report(tmp_path / "x.json")["benchmarks"]
    assert row["kernel"] == "python" and row["repetitions"] == 1 and row["mcops"] > 0


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

    python, skipped, kernel, label = False, "", "naive", "naive"

    def __init__(self, seconds_a_step):
        self.seconds_a_step, self.launched = seconds_a_step, []

    def launch(self, _road, steps, _expected):
        self.launched.append(steps)
        return rungs.Result(steps * self.seconds_a_step, 0.0, {}, [], "")


def test_repetitions_that_were_too_short_are_counted():
    made = session_script.Session.__new__(session_script.Session)
    made.options = argparse.Namespace(min_seconds=1.0)
    made.road, made.steps, made.discarded, made.rounds = None, {0: 10, 1: 10, 2: 1}, {}, []
    made.rungs = [FakeRung(0.11), FakeRung(0.01), FakeRung(1e-9)]
    made.rungs[2].launch = lambda *_: rungs.Result(1e-9, 0.0, {}, [], "")  # never long enough
    said = made.one_round()
    assert sorted(said) == [0, 1, 2] and made.discarded == {1: 1, 2: 3}
    assert made.rungs[0].launched == [10] and made.rungs[1].launched == [10, 120] and made.steps[1] == 120
    # In later rounds nothing is made again.
    made.rounds.append(said)
    made.rungs[1].seconds_a_step = 0.001
    assert made.one_round()[1].seconds == pytest.approx(0.12) and made.discarded == {1: 1, 2: 3}


def test_session_on_all_cores_uses_them(tmp_path):
    cores = len(rungs.physical_cores())
    if cores == 1:
        pytest.skip("needs two cores: all cores of this machine are one")
    done = session(tmp_path, "--rungs", "bitsliced,mpi4py", "--count", "every", "--rounds", 1, "--output", "x.json")
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
    options = ["--rungs", "python,numpy-where,naive", "--count", "every", "--rounds", 1, "--output", "x.json"]
    done = session(tmp_path, *options)
    assert done.returncode == 0, done.stderr
    rows = {row["kernel"]: row for row in load_report(tmp_path / "x.json")["benchmarks"]}
    assert "lacks numpy" in rows["numpy-where"]["skipped"]
    assert rows["python"]["verified"] and "skipped: " in done.stdout


BAD_SESSION = [
    (["--cells", "0"], "cells is 0"),
    (["--cells", "many"], "many"),
    (["--rungs", "python,warp"], "'warp'"),
    (["--rungs", ""], "--rungs ''"),
    (["--output=", "--force"], "--output= is empty"),
    (["--output", "--force"], "--output"),
    (["--rounds", "0"], "rounds is 0"),
    (["--count", "some"], "some"),
    (["--count", "every,every"], "every,every"),
    (["--min-seconds", "0"], "min-seconds"),
    (["--min-seconds", "nan"], "min-seconds"),
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
    (["--program", "/bin/true"], "/bin/true is no trafficbench"),
    (["--program", "/bin/false", "--dry-run"], "/bin/false is no trafficbench"),
    (["--program", "/bin/true", "--dry-run"], "/bin/true is no trafficbench"),
    (["--program", "/bin/echo", "--dry-run"], "/bin/echo is no trafficbench"),
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
    liar = pretended(tmp_path / "build" / "bin" / "trafficbench", lines + "    out, status = json.dumps(report), 1\n")
    options = ["--rungs", "python,naive,tiled", "--count", "every", "--rounds", 2, "--output", tmp_path / "x.json"]
    done = session(tmp_path, "--program", liar, *options)
    assert done.returncode == 1, done.stderr
    rows = load_report(tmp_path / "x.json")["benchmarks"]
    for row in rows:
        assert row["verified"] is (row["kernel"] != "tiled")
        assert (row["ladder_base"] is None) == (row["kernel"] == "tiled")
    assert "NOT VERIFIED: hash differs" in done.stdout
    assert not any("tiled" in line for line in done.stdout.splitlines() if "times" in line)


@pytest.mark.parametrize("signals", [[signal.SIGTERM], [signal.SIGINT, signal.SIGINT]], ids=["SIGTERM", "Ctrl-C twice"])
@pytest.mark.parametrize("when", ["pilot", "rounds"])
def test_interrupted_session_keeps_complete_rounds(tmp_path, when, signals):
    words = ["bash", LADDER, *SHORT, "--rounds", 500, "--rungs", "python,naive", "--count", "every", "--output", "x.json"]
    with subprocess.Popen(
        [str(word) for word in words],
        cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as child:  # fmt: skip
        # Progress says where it is.
        for line in child.stderr:
            if ("iterations of" if when == "pilot" else "round 3 of") in line:
                break
        for number in signals:
            child.send_signal(number)
            time.sleep(0.01)
        out, err = child.communicate(timeout=60)
    assert child.returncode == 4 and "Traceback" not in err, err
    if when == "pilot":
        assert os.listdir(tmp_path) == [] and "nothing was written" in err
    else:
        rows = load_report(tmp_path / "x.json")["benchmarks"]
        assert {row["stopped"] for row in rows} == {"interrupted"}
        assert len({row["repetitions"] for row in rows}) == 1 and rows[0]["repetitions"] >= 2


def test_time_limit_ends_the_session_once_there_are_intervals(tmp_path):
    options = ["--time-limit", "0.001", "--rounds", "400", "--rungs", "python,naive", "--count", "every"]
    done = session(tmp_path, *options, "--output", "x.json")
    assert done.returncode == 0, done.stderr
    rows = load_report(tmp_path / "x.json")["benchmarks"]
    assert {(row["stopped"], row["repetitions"]) for row in rows} == {("time_limit", 6)}
    assert all(row["real_time"] == pytest.approx(1e3 * statistics.median(row["samples"])) for row in rows)


def test_ladder_needs_python_alone(tmp_path):
    """Everything but the rungs' own packages is the standard library's."""
    done = start([sys.executable, "-S", ROOT / "scripts" / "ladder.py", "--help"], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert shutil.which("bash")
