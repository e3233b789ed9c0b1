"""The Python rungs of the ladder, and the session that measures them beside the kernels.

A rung whose packages are missing is skipped here as in a session: scripts/test.sh installs them.
"""

import argparse
import importlib.util
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys

import pytest
from program import PROGRAM, ROOT, environment, one_line_of, pretended, start, succeed, write_executable
from report_helpers import load_report
from script import run_script

sys.path.insert(1, str(ROOT / "bench" / "ladder"))
from start import draw_lists  # noqa: E402

from trafficbench_tools.counts import parse_count  # noqa: E402
from trafficbench_tools.errors import BadInput  # noqa: E402
from trafficbench_tools.ladder import measured, rungs, table  # noqa: E402
from trafficbench_tools.ladder import session as session_script  # noqa: E402

LADDER = ROOT / "scripts" / "ladder.sh"
SCRIPTS = {name: ROOT / "bench" / "ladder" / file for name, (file, _, _) in rungs.PYTHON_RUNGS.items()}


def lacking(name):
    return [module for module in rungs.PYTHON_RUNGS[name][1] if importlib.util.find_spec(module) is None]


def needs(name):
    for module in lacking(name):
        pytest.skip(f"needs {module} (Debian: python3-{module})")


def start_rung(name, *arguments, ranks=1, cwd=None):
    needs(name)
    if ranks == 1:
        for module in rungs.PYTHON_RUNGS[name][1]:
            importlib.import_module(module)  # here, and so once for all forks; MPI begins with mpi4py.MPI only
        return run_script(SCRIPTS[name], *arguments, cwd=cwd)
    launcher, reason = rungs.launcher_of_mpi4py(sys.executable)
    if reason:
        pytest.skip(f"needs a launcher for mpi4py: {reason}")
    return start([*launcher, ranks, sys.executable, SCRIPTS[name], *arguments], cwd=cwd)


def rung(name, *arguments, ranks=1):
    """What a rung says in JSON."""
    done = start_rung(name, "--json", *arguments, ranks=ranks)
    assert done.returncode == 0, f"{name} {arguments}: status {done.returncode}\n{done.stderr}"
    return json.loads(done.stdout)


def moved(road):
    """One iteration, straight from the definition: the new road and how many cars moved."""
    cells = len(road)
    new = [0] * cells
    moves = 0
    for cell, car in enumerate(road):
        ahead = (cell + 1) % cells
        if car and not road[ahead]:
            new[ahead] = 1
            moves += 1
        elif car:
            new[cell] = 1
    return new, moves


def model(cells, density, seed, steps):
    road = draw_lists(cells, density, seed)
    moves = []
    for _ in range(steps):
        road, made = moved(road)
        moves.append(made)
    return road, moves


def saved(path, cells, density, seed, steps):
    """A road file that the program has written: after `steps` iterations, counted from the start state mt19937."""
    options = ["--cells", cells, "--density", density, "--seed", seed, "--steps", steps, "--threads", 1]
    succeed("run", "--init", "mt19937", *options, "--save", path)
    return path


# --- the rungs ---------------------------------------------------------------------------------------------------------


def test_start_state_is_the_one_of_the_program(tmp_path):
    for seed in (0, 5743, 2**32 - 1):
        path = tmp_path / f"{seed}.road"
        saved(path, 1000, 0.52, seed, 1)
        words = path.read_bytes()[40:]
        expected, _ = model(1000, 0.52, seed, 1)
        assert [words[cell // 8] >> (cell % 8) & 1 for cell in range(1000)] == expected


@pytest.mark.parametrize("count", ["every", "sampled"])
@pytest.mark.parametrize("name", SCRIPTS)
def test_rung_moves_the_cars_of_the_model(tmp_path, name, count):
    pick = random.Random(name + count)
    for cells, density in [(1, 1), (1, 0), (2, 0.5), (3, 0.5), (pick.randint(4, 300), 0.52), (1000, 0.9)]:
        steps, seed = pick.randint(2, 40), pick.randint(0, 2**32 - 1)
        road = saved(tmp_path / f"{cells}-{density}.road", cells, density, seed, steps)
        options = ["--cells", cells, "--density", density, "--seed", seed, "--steps", steps, "--count", count]
        said = rung(name, *options, "--print-every", steps, "--expect", road)
        _, moves = model(cells, density, seed, steps)
        cars = sum(draw_lists(cells, density, seed))
        assert said["verified"] is True
        assert said["rung"] == name and said["count"] == count and said["cars"] == cars
        assert said["moves"] == (sum(moves) if count == "every" else moves[-1])
        assert said["velocity"] == {str(steps): moves[-1] / cars if cars else 0.0}
        assert said["seconds"] > 0 and said["mcops"] == pytest.approx(cells * steps / said["seconds"] / 1e6)


@pytest.mark.parametrize("ranks", [2, 3])
def test_mpi4py_is_the_same_on_any_ranks(tmp_path, ranks):
    for cells in (ranks, 100, 1001):
        road = saved(tmp_path / f"{cells}.road", cells, 0.52, 7, 30)
        options = ["--cells", cells, "--seed", 7, "--steps", 30, "--print-every", 10]
        said = rung("mpi4py", *options, "--expect", road, ranks=ranks)
        end, moves = model(cells, 0.52, 7, 30)
        assert said["verified"] is True and said["ranks"] == ranks
        assert said["moves"] == sum(moves), f"{cells} cells"
        assert said["velocity"] == {str(step): moves[step - 1] / sum(end) if sum(end) else 0.0 for step in (10, 20, 30)}
        assert len(said["rank_seconds"]) == ranks and said["seconds"] == max(said["rank_seconds"])


def test_course_lines_are_those_of_the_program():
    """Same road, same velocities, line for line."""
    options = ["--cells", 5000, "--steps", 40, "--print-every", 10, "--seed", 11]
    lines = [line.strip() for line in succeed("run", "--init", "mt19937", "--threads", 1, *options).splitlines()]
    wanted = [line for line in lines if line.startswith("At iteration")]
    assert len(wanted) == 4
    for name in SCRIPTS:
        if lacking(name):
            continue
        said = start_rung(name, *options).stdout.splitlines()
        assert [line for line in said if line.startswith("At iteration")] == wanted, name
        assert any(line.startswith("Update rate was ") and line.endswith(" MCOPs") for line in said)


@pytest.mark.parametrize("name", SCRIPTS)
def test_wrong_road_is_found(tmp_path, name):
    path = saved(tmp_path / "right.road", 500, 0.52, 5743, 10)
    content = bytearray(path.read_bytes())
    content[40] ^= 5
    path.write_bytes(content)
    done = start_rung(name, "--cells", 500, "--steps", 10, "--expect", path)
    assert done.returncode == 1 and "2 cells of the final road are wrong" in done.stderr, done.stderr


BAD_RUNG = [
    (["--cells", "0"], "cells is 0"),
    (["--cells", "1.5"], "1.5"),
    (["--cells", "ten"], "ten"),
    (["--cells", "2^40"], "GiB"),
    (["--steps", "0"], "steps is 0"),
    (["--density", "1.1"], "1.1"),
    (["--density", "nan"], "nan"),
    (["--seed", "2^32"], "4294967295"),
    (["--count", "some"], "some"),
    (["--print-every", "0"], "print-every is 0"),
    (["--fly"], "--fly"),
    (["--cells", "100", "--expect", "nowhere"], "nowhere"),
    (["--cells", "100", "--expect", str(ROOT / "README.md")], "road file"),
    (["--cells", "100", "--cpu", "one"], "one"),
]


@pytest.mark.parametrize("arguments, word", BAD_RUNG)
def test_rung_refuses_bad_input(tmp_path, arguments, word):
    line = one_line_of(start_rung("python", *arguments, cwd=tmp_path), "plain_python.py")
    assert word in line, line


def test_too_few_cells_for_the_ranks_are_refused_once():
    done = start_rung("mpi4py", "--cells", 1, ranks=2)
    assert done.returncode == 2
    assert len([line for line in done.stderr.splitlines() if line.startswith("mpi4py_ranks.py: ")]) == 1


@pytest.mark.parametrize("name", SCRIPTS)
def test_help_has_an_example(name):
    done = start_rung(name, "--help")
    assert done.returncode == 0, done.stderr
    for word in ["--cells", "--json", "--expect", "Example", "Exit status"]:
        assert word in done.stdout


def test_counts_are_read_as_the_program_reads_them():
    for text, value in [
        ("10240000", 10240000),
        ("1e7", 10**7),
        ("2.5e6", 2500000),
        ("2^20", 2**20),
        ("16Mi", 2**24),
        ("5k", 5000),
    ]:
        assert parse_count(text, "cells", 1, 2**40) == value
    for text in ["", "1e-1", "0.5", "-1", "1e99", "inf", "2^", "2^999", "1_000", " 1"]:
        with pytest.raises(BadInput, match="cells"):
            parse_count(text, "cells", 0, 2**40)


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
    assert done.returncode == 2 and "something is wrong" in done.stderr.splitlines()[-1], done.stderr
    assert sorted(os.listdir(tmp_path)) == ["build", "x.json.measured"]
    assert str(tmp_path / "x.json.measured") in done.stderr
    # The program can still make the report of it.
    succeed("derive", tmp_path / "x.json.measured", "--output", tmp_path / "x.json")
    (row,) = load_report(tmp_path / "x.json")["benchmarks"]
    assert row["kernel"] == "python" and row["repetitions"] == 1 and row["mcops"] > 0


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
    (["--rungs", ""], "''"),
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


@pytest.mark.parametrize("when", ["pilot", "rounds"])
def test_interrupted_session_keeps_complete_rounds(tmp_path, when):
    words = ["bash", LADDER, *SHORT, "--rounds", 500, "--rungs", "python,naive", "--count", "every", "--output", "x.json"]
    with subprocess.Popen(
        [str(word) for word in words],
        cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as child:  # fmt: skip
        # Progress says where it is.
        for line in child.stderr:
            if ("iterations of" if when == "pilot" else "round 3 of") in line:
                break
        child.send_signal(signal.SIGTERM)
        out, err = child.communicate(timeout=60)
    assert child.returncode == 4, err
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
