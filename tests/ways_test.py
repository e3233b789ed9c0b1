"""scripts/ways.py: ways of ranks beside the default, on made-up rates."""

import copy
import json

import made_up_report
from program import ROOT
from script import run_script

WAYS = ROOT / "scripts" / "ways.py"


def report_with(tmp_path, factors, counts=("every",)):
    """A sweep in which each way takes so many times the default's seconds."""
    report = made_up_report.make(kernels=("tiled",), shapes=((1, 1), (2, 1)), counts=counts)
    for default in [row for row in report["benchmarks"] if row["ranks"] == 2]:
        for way, factor in factors.items():
            row = copy.deepcopy(default)
            row["name"] += f"/{way}"
            row["run_name"] = row["name"]
            row["samples"] = [seconds * each for seconds, each in zip(row["samples"], factor)]
            row["rank_seconds"] = [{"min": seconds, "median": seconds, "max": seconds} for seconds in row["samples"]]
            made_up_report.add_rates(row)
            report["benchmarks"].append(row)
    made_up_report.add_ratios(report["benchmarks"], "strong")
    path = tmp_path / "r.json"
    path.write_text(json.dumps(report), encoding="utf-8")
    return path


def lines_of(path, *options):
    done = run_script(WAYS, path, *options)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_ways_stand_beside_the_default(tmp_path):
    path = report_with(tmp_path, {"exchange:shared": [0.5] * 12, "reduce:iteration": [0.9, 0.9, 1.1, 1.1] * 3})
    head, default, shared, iteration = lines_of(path)
    assert head.split()[:5] == ["kernel", "cells", "count", "depth", "way"]
    assert " default " in default and "exchange shared" in shared and "reduce iteration" in iteration
    assert " 2.000 " in shared and "tie" not in shared
    assert "a tie" in iteration
    head, rule, *lines = lines_of(path, "--markdown")
    assert head == "| way | us | interval | x default | interval | network | of limit |" and rule.count("|") == 8 and len(lines) == 3
    assert len(lines_of(path, "--only", "tiled")) == 4


def test_ways_that_differ_in_one_thing_stand_alone(tmp_path):
    path = report_with(tmp_path, {"exchange:shared": [0.5] * 12, "exchange:shared/reduce:iteration": [0.6] * 12})
    assert "exchange shared, reduce iteration" in lines_of(path)[3]
    single = lines_of(path, "--single")
    assert len(single) == 3 and "exchange shared " in single[2]


def test_a_column_on_which_rows_differ_stays_in_markdown(tmp_path):
    path = report_with(tmp_path, {"exchange:shared": [0.5] * 12}, counts=("every", "sampled"))
    head, _, *lines = lines_of(path, "--markdown")
    assert head.startswith("| count | way |") and [line.split()[1] for line in lines] == ["every"] * 2 + ["sampled"] * 2


def test_a_report_with_one_way_alone_is_refused(tmp_path):
    done = run_script(WAYS, report_with(tmp_path, {}))
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "--exchange" in done.stderr
