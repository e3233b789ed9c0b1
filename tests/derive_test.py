"""trafficbench derive: a report of rows that another program measured."""

import json

import pytest
from program import ROOT, call, refused, succeed
from report_helpers import load_report

EXAMPLES = ROOT / "results" / "schema"
WORKED_OUT = [
    "run_name", "run_type", "repetitions", "repetition_index", "iterations", "real_time", "real_time_low", "real_time_high",
    "time_unit", "mcops", "mcops_low", "mcops_high", "interval_over", "mcops_best", "cells_per_cycle", "fraction_of_limit",
    "speedup", "speedup_low", "speedup_high", "efficiency", "efficiency_low", "efficiency_high", "ladder_speedup",
    "ladder_speedup_low", "ladder_speedup_high", "error_occurred",
]  # fmt: skip
BASES = [prefix + name for prefix in ("", "ladder_") for name in ("base", "base_mcops")]

# A ladder has one row of a kernel, which is its own base, and need not say so.
OF_KERNEL = ["base", "base_mcops", "speedup", "speedup_low", "speedup_high", "efficiency", "efficiency_low", "efficiency_high"]


def measured(folder, kind="ladder", without=(), change=None):
    """A file with what was measured of an example."""
    report = json.loads((EXAMPLES / f"example-{kind}.json").read_text(encoding="utf-8"))
    for row in report["benchmarks"]:
        for field in without:
            row.pop(field, None)
    if change:
        change(report)
    path = folder / "measured.json"
    path.write_text(json.dumps(report), encoding="utf-8")
    return path


def test_what_is_worked_out_need_not_be_there(tmp_path):
    path = measured(tmp_path, without=[*WORKED_OUT, *BASES])
    succeed("derive", path, "--output", "report.json", cwd=tmp_path)
    example = load_report(EXAMPLES / "example-ladder.json")
    report = load_report(tmp_path / "report.json")
    assert report["context"] == example["context"]
    rows = {row["kernel"]: row for row in report["benchmarks"]}
    for before in example["benchmarks"]:
        after = rows[before["kernel"]]
        for field in [*WORKED_OUT, *BASES]:
            if field in OF_KERNEL:
                continue
            value = before.get(field)
            assert after.get(field) == (pytest.approx(value) if isinstance(value, float) else value), field
        assert after["ladder_base"] == rows["python"]["name"] and after["interval_over"] == "visits"


def test_what_stands_there_already_is_replaced(tmp_path):
    def spoil(report):
        for row in report["benchmarks"]:
            row.update(mcops=1e9, real_time=1e9, speedup=1e9, run_name="sweep/other")

    path = measured(tmp_path, "measured", change=spoil)
    succeed("derive", path, "--output", "report.json", cwd=tmp_path)
    report = load_report(tmp_path / "report.json")
    before = load_report(EXAMPLES / "example-measured.json")
    assert [row["mcops"] for row in report["benchmarks"]] == pytest.approx([row["mcops"] for row in before["benchmarks"]])


@pytest.mark.parametrize("kind", ["measured", "merged", "simulated", "closed-form", "skipped", "ladder"])
def test_every_kind_of_report_is_taken(tmp_path, kind):
    succeed("derive", EXAMPLES / f"example-{kind}.json", "--output", "report.json", cwd=tmp_path)
    before, after = (load_report(path)["benchmarks"] for path in (EXAMPLES / f"example-{kind}.json", tmp_path / "report.json"))
    assert [(row["name"], row["mcops"] and pytest.approx(row["mcops"])) for row in after] == [
        (row["name"], row["mcops"]) for row in before
    ]


def test_rows_that_failed_stay_marked(tmp_path):
    done = call("derive", EXAMPLES / "example-failed.json", "--output", "report.json", cwd=tmp_path)
    assert done.returncode == 1 and "failed their verification" in done.stderr
    assert any(row["verified"] is False for row in load_report(tmp_path / "report.json")["benchmarks"])


@pytest.mark.parametrize("field", ["name", "kernel", "cells", "ranks", "threads", "count", "origin", "samples", "sample_visits",
                                   "sample_runs", "sample_steps"])  # fmt: skip
def test_what_was_measured_must_be_there(tmp_path, field):
    path = measured(tmp_path, without=[field])
    refused("derive", path, "--output", "report.json", word=f"lacks {field}", cwd=tmp_path)


def test_bad_input_is_refused(tmp_path):
    refused("derive", "none.json", "--output", "report.json", word="cannot be read", cwd=tmp_path)
    path = measured(tmp_path, change=lambda report: report["benchmarks"][0].update(samples=[0.1, -1]))
    refused("derive", path, "--output", "report.json", word="samples", cwd=tmp_path)
    path = measured(tmp_path, change=lambda report: report["benchmarks"][0]["sample_visits"].reverse())
    refused("derive", path, "--output", "report.json", word="visit 5 of launch 0 before visit 4", cwd=tmp_path)
    refused("derive", EXAMPLES / "example-version-1.json", "--output", "report.json", word="version 1", cwd=tmp_path)
    path = measured(tmp_path, change=lambda report: report["benchmarks"][1].update(name=report["benchmarks"][0]["name"]))
    refused("derive", path, "--output", "report.json", word="appears twice", cwd=tmp_path)
    path = measured(tmp_path)
    refused("derive", path, word="--output", cwd=tmp_path)
    refused("derive", path, "--output", "measured.json", word="--force", cwd=tmp_path)


def test_field_of_a_later_version_is_told_and_left_out(tmp_path):
    path = measured(tmp_path, change=lambda report: report["benchmarks"][0].update(later=1))
    done = call("derive", path, "--output", "report.json", cwd=tmp_path)
    assert done.returncode == 0 and "field later is unknown here" in done.stderr
    assert "later" not in load_report(tmp_path / "report.json")["benchmarks"][0]


def test_several_ranks_are_refused_by_one_line(tmp_path):
    arguments = ["derive", EXAMPLES / "example-ladder.json", "--output", "report.json"]
    refused(*arguments, word="derive is the work of one process", ranks=2, cwd=tmp_path)
