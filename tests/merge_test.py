"""trafficbench merge: several reports in one."""

import json
import shutil

import pytest
from program import ROOT, call, refused, succeed
from report_helpers import load_report

EXAMPLES = ROOT / "results" / "schema"
QUICK = ["--min-repetitions", 6, "--max-repetitions", 6, "--steps", 20, "--count", "sampled", "--oversubscribe"]


def sweep(folder, name, *arguments):
    succeed("sweep", "--cells", 1000, *QUICK, "--output", name, *arguments, cwd=folder)
    return name


def test_rows_of_both_reports_stand_in_it_with_ratios_across_them(tmp_path):
    one = sweep(tmp_path, "one.json", "--kernels", "naive,tiled", "--threads", 1)
    two = sweep(tmp_path, "two.json", "--kernels", "tiled", "--threads", 2)
    printed = succeed("merge", one, two, "--output", "both.json", cwd=tmp_path)
    assert "3 rows of 2 reports" in printed
    report = load_report(tmp_path / "both.json")
    assert report["context"]["command"] == "merge"
    assert len(report["context"]["runs"]) == 2
    naive, tiled, threaded = report["benchmarks"]
    assert [naive["run"], tiled["run"], threaded["run"]] == [0, 0, 1]
    assert threaded["base"] == tiled["name"]
    assert threaded["speedup"] == pytest.approx(threaded["mcops"] / tiled["mcops"])
    assert threaded["speedup_low"] <= threaded["speedup"] <= threaded["speedup_high"]
    assert threaded["ladder_base"] == naive["name"]
    # What was measured together stays so.
    assert tiled["ladder_base_samples"] and "base_samples" not in threaded
    assert "fits" not in report  # one ratio is no curve


def test_a_launch_that_stands_in_several_reports_is_taken_once(tmp_path):
    one = sweep(tmp_path, "one.json", "--kernels", "tiled", "--threads", 1)
    two = sweep(tmp_path, "two.json", "--kernels", "tiled", "--threads", 2)
    three = sweep(tmp_path, "three.json", "--kernels", "naive", "--threads", 1)
    succeed("merge", one, two, "--output", "first.json", cwd=tmp_path)
    succeed("merge", "first.json", three, "--output", "second.json", cwd=tmp_path)
    report = load_report(tmp_path / "second.json")
    assert [row["run"] for row in report["benchmarks"]] == [0, 1, 2]


@pytest.mark.parametrize("example", ["measured", "merged", "simulated", "closed-form", "skipped"])
def test_every_kind_of_report_can_be_merged(tmp_path, example):
    succeed("merge", EXAMPLES / f"example-{example}.json", "--output", "merged.json", cwd=tmp_path)
    before = load_report(EXAMPLES / f"example-{example}.json")["benchmarks"]
    after = load_report(tmp_path / "merged.json")["benchmarks"]
    assert [row["name"] for row in after] == [row["name"] for row in before]
    assert [row["origin"] for row in after] == [row["origin"] for row in before]


def test_rows_that_failed_stay_marked_and_fail_the_merge(tmp_path):
    done = call("merge", EXAMPLES / "example-failed.json", "--output", "merged.json", cwd=tmp_path)
    assert done.returncode == 1
    assert "failed their verification" in done.stderr
    report = load_report(tmp_path / "merged.json")
    assert any(row["verified"] is False for row in report["benchmarks"])


def test_reports_that_do_not_fit_together_are_refused(tmp_path):
    example = EXAMPLES / "example-measured.json"
    refused("merge", example, example, "--output", "m.json", word="leave one of them out", cwd=tmp_path)
    refused("merge", EXAMPLES / "example-ladder.json", "--output", "m.json", word="ladder", cwd=tmp_path)
    refused("merge", tmp_path / "none.json", "--output", "m.json", word="cannot be read", cwd=tmp_path)
    refused("merge", example, "--output", "missing/m.json", word="no folder", cwd=tmp_path)
    refused("merge", "--output", "m.json", word="reports", cwd=tmp_path)
    refused("merge", example, word="--output", cwd=tmp_path)


def test_what_is_no_report_is_refused(tmp_path):
    text = (EXAMPLES / "example-measured.json").read_text(encoding="utf-8")
    report = json.loads(text)
    another = json.loads(text)
    another["context"]["json_schema_version"] = 2
    torn = json.loads(text)
    del torn["benchmarks"][0]["mcops"]
    wrong = json.loads(text)
    wrong["benchmarks"][0]["samples"] = "many"
    for content, word in [
        (text[: len(text) // 2], "cut short"),
        ("", "cut short"),
        ("[]", "no report"),
        (json.dumps({"context": {}, "benchmarks": []}), "no report"),
        (json.dumps(another), "schema version"),
        (json.dumps({**report, "benchmarks": 3}), "no rows"),
        (json.dumps({**report, "benchmarks": []}), "no rows"),
        (json.dumps({**report, "benchmarks": [3]}), "row 1 is no object"),
        (json.dumps(torn), "mcops"),
        (json.dumps(wrong), "bad.json"),
    ]:
        (tmp_path / "bad.json").write_text(content, encoding="utf-8")
        refused("merge", "bad.json", "--output", "m.json", word=word, cwd=tmp_path)


MEASURED = "example-measured.json"
DAMAGES = [
    (MEASURED, {"cells": 0}, "cells 0"),
    (MEASURED, {"cells": 2**63}, "cells"),
    (MEASURED, {"cells": 1000.5}, "cells"),
    (MEASURED, {"samples": []}, "samples []"),
    (MEASURED, {"samples": [0.1, -0.1]}, "samples"),
    (MEASURED, {"samples": [0.1, 0]}, "samples"),
    (MEASURED, {"samples": [0.1, "0.1"]}, "samples"),
    (MEASURED, {"mcops": 0}, "mcops 0"),
    (MEASURED, {"mcops": None}, "mcops null"),
    (MEASURED, {"mcops": "much"}, "mcops"),
    (MEASURED, {"mcops_low": -1}, "mcops_low"),
    (MEASURED, {"mcops_high": None}, "mcops_high"),
    (MEASURED, {"clock_hz": 0}, "clock_hz 0"),
    (MEASURED, {"density": 5}, "density 5"),
    (MEASURED, {"mode": "middling"}, "mode"),
    (MEASURED, {"count": "some"}, "count"),
    (MEASURED, {"class": "upper"}, "class"),
    (MEASURED, {"origin": "dreamt"}, "origin"),
    (MEASURED, {"origin": "modelled"}, "not measured"),
    (MEASURED, {"kernel": "Tiled"}, "kernel"),
    (MEASURED, {"kernel": "ti led"}, "kernel"),
    (MEASURED, {"kernel": ""}, "kernel"),
    (MEASURED, {"name": "sweep/tiled[2J"}, "\\u001b"),
    (MEASURED, {"name": "sweep/tiled\nx"}, "\\n"),
    (MEASURED, {"name": "tiled"}, "name"),
    (MEASURED, {"rank_seconds": 3}, "rank_seconds"),
    (MEASURED, {"rank_seconds": [3]}, "rank_seconds"),
    (MEASURED, {"rank_seconds": [{"min": 1, "median": 1}]}, "rank_seconds"),
    (MEASURED, {"shares": []}, "shares"),
    (MEASURED, {"shares": {"compute": 2, "exchange": 0, "reduction": 0, "waiting": 0}}, "shares"),
    (MEASURED, {"verified": None}, "verified null"),
    (MEASURED, {"verified": "yes"}, "verified"),
    (MEASURED, {"verified": False}, "error_message"),
    (MEASURED, {"hash": "0123"}, "hash"),
    (MEASURED, {"hash": None}, "hash null"),
    (MEASURED, {"ranks": 2**31}, "ranks"),
    (MEASURED, {"seed": -1}, "seed"),
    (MEASURED, {"init": "dice"}, "init"),
    (MEASURED, {"run": 7}, "run 7"),
    (MEASURED, {"stopped": "soon"}, "stopped"),
    (MEASURED, {"base_steps": "x"}, "base_steps"),
    (MEASURED, {"discarded": -1}, "discarded"),
    (MEASURED, {"base_mcops": None, "base_samples": [0.1]}, "base_mcops null"),
    (MEASURED, {"fraction_of_limit": None}, "fraction_of_limit null"),
    (MEASURED, {"error_message": "none of this failed"}, "error_message"),
    (MEASURED, {"real_time": 101.0}, "median of its samples"),
    (MEASURED, {"mcops": 1001.0}, "cells * steps / median"),
    (MEASURED, {"mcops_low": 1000.5}, "not in order"),
    (MEASURED, {"cells_per_cycle": 1.0}, "over clock_hz and cores"),
    (MEASURED, {"rounds": [7, 6, 5, 4, 3, 2, 1, 0]}, "rounds that do not ascend"),
    (MEASURED, {"placement": []}, "placement []"),
    (MEASURED, {"placement": [{"rank": 5, "thread": 0, "host": "a", "core": 0}]}, "rank 5, thread 0, which it has not"),
    (MEASURED, {"warnings": ["shared_core", "shared_core"]}, "warnings"),
    (MEASURED, {"limit": "unheard-of"}, "limits of its run"),
    (MEASURED, {"base": "sweep/none"}, "no row of this report"),
    (MEASURED, {"efficiency": 0.5, "efficiency_low": None, "efficiency_high": None}, "speedup over the ratio of cores"),
    (MEASURED, {"repetitions": 8.0}, "repetitions 8.0"),
    (MEASURED, {"energy_source": "rapl"}, "lacks energy_joules"),
    ("example-skipped.json", {"mcops": 5}, "mcops 5"),
    ("example-closed-form.json", {"class": "closed-form", "mcops": 5}, "mcops 5"),
    ("example-simulated.json", {"origin": "simulated", "samples": []}, "samples"),
]


@pytest.mark.parametrize("example, changes, word", DAMAGES, ids=lambda value: json.dumps(value) if isinstance(value, dict) else "")
def test_damaged_rows_are_refused(tmp_path, example, changes, word):
    report = json.loads((EXAMPLES / example).read_text(encoding="utf-8"))
    row = next(row for row in report["benchmarks"] if example != "example-skipped.json" or "skipped" in row)
    row |= changes
    (tmp_path / "bad.json").write_text(json.dumps(report), encoding="utf-8")
    line = refused("merge", "bad.json", "--output", "m.json", word=word, cwd=tmp_path)
    assert f"bad.json: row {report['benchmarks'].index(row) + 1} " in line, line


def test_every_field_that_the_schema_requires_is_missed(tmp_path):
    schema = json.loads((EXAMPLES / "report.schema.json").read_text(encoding="utf-8"))
    for field in schema["$defs"]["row"]["required"]:
        report = json.loads((EXAMPLES / MEASURED).read_text(encoding="utf-8"))
        del report["benchmarks"][1][field]
        (tmp_path / "bad.json").write_text(json.dumps(report), encoding="utf-8")
        refused("merge", "bad.json", "--output", "m.json", word=f" lacks {field}", cwd=tmp_path)


@pytest.mark.parametrize(
    "damage, word",
    [
        (lambda run: run.pop("cpu"), "lacks cpu"),
        (lambda run: run.update(cpu=None), "has cpu null"),
        (lambda run: run["cpu"].pop("cores"), "a cpu that lacks cores"),
        (lambda run: run["cpu"].update(clock_hz=0), "clock_hz 0"),
        (lambda run: run.pop("caches"), "lacks caches"),
        (lambda run: run.pop("date"), "lacks date"),
        (lambda run: run.update(date="today"), 'date "today"'),
        (lambda run: run.update(build_type=""), 'build_type ""'),
        (lambda run: run.update(novel=1), 'the unknown field "novel"'),
        (lambda run: run["mpi"].update(standard="4"), 'an mpi that has standard "4"'),
    ],
)
def test_damaged_run_is_refused(tmp_path, damage, word):
    report = json.loads((EXAMPLES / "example-measured.json").read_text(encoding="utf-8"))
    damage(report["context"]["runs"][0])
    (tmp_path / "one.json").write_text(json.dumps(report), encoding="utf-8")
    refused("merge", "one.json", "--output", "m.json", word=word, cwd=tmp_path)


@pytest.mark.parametrize(
    "damage, word",
    [
        (lambda report: report.update(novel=1), 'it has the unknown field "novel"'),
        (lambda report: report["context"].update(command="guess"), 'its context has command "guess"'),
        (lambda report: report["context"].pop("axes"), "its context lacks axes"),
        (lambda report: report["context"]["caches"][0].pop("size"), "its context has caches"),
        (lambda report: report["fits"][0].update(law="moore"), 'one of its fits has law "moore"'),
        (lambda report: report["fits"][0]["rows"].append("sweep/none"), "residuals that are not one a row"),
    ],
)
def test_damaged_context_or_fit_is_refused(tmp_path, damage, word):
    report = json.loads((EXAMPLES / MEASURED).read_text(encoding="utf-8"))
    damage(report)
    (tmp_path / "one.json").write_text(json.dumps(report), encoding="utf-8")
    refused("merge", "one.json", "--output", "m.json", word=word, cwd=tmp_path)


def test_every_reason_to_stop_that_the_schema_knows_is_known(tmp_path):
    schema = json.loads((EXAMPLES / "report.schema.json").read_text(encoding="utf-8"))
    reasons = schema["$defs"]["row"]["properties"]["stopped"]["enum"]
    report = json.loads((EXAMPLES / "example-measured.json").read_text(encoding="utf-8"))
    for reason in set(reasons) - {"failed", None}:
        report["benchmarks"][0]["stopped"] = reason
        (tmp_path / "one.json").write_text(json.dumps(report), encoding="utf-8")
        succeed("merge", "one.json", "--output", "m.json", "--force", cwd=tmp_path)


def test_key_that_stands_twice_is_refused(tmp_path):
    text = (EXAMPLES / MEASURED).read_text(encoding="utf-8")
    (tmp_path / "bad.json").write_text(text.replace('"cells":', '"cells": 7, "cells":', 1), encoding="utf-8")
    refused("merge", "bad.json", "--output", "m.json", word='"cells" stands twice', cwd=tmp_path)


def test_folder_is_no_report(tmp_path):
    refused("merge", tmp_path, "--output", "m.json", word="is a folder", cwd=tmp_path)


def test_several_ranks_are_refused_by_one_line(tmp_path):
    example = EXAMPLES / "example-measured.json"
    for ranks in [2, 3]:
        refused("merge", example, "--output", "m.json", word="merge is the work of one process", ranks=ranks, cwd=tmp_path)


@pytest.mark.parametrize(
    "size, rank",
    [("PMI_SIZE", "PMI_RANK"), ("OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"), ("SLURM_STEP_NUM_TASKS", "SLURM_PROCID")],
)
def test_every_launcher_is_noticed(tmp_path, size, rank):
    for number, lines in [("0", 1), ("1", 0)]:
        done = call("merge", EXAMPLES / MEASURED, "--output", "m.json", cwd=tmp_path, env={size: "2", rank: number})
        assert done.returncode == 2 and len(done.stderr.splitlines()) == lines, f"rank {number}: {done.stderr}"
    succeed("merge", EXAMPLES / "example-measured.json", "--output", "m.json", cwd=tmp_path, env={size: "1", rank: "0"})


def test_what_exists_is_replaced_only_by_force(tmp_path):
    example = EXAMPLES / "example-measured.json"
    shutil.copy(example, tmp_path / "there.json")
    refused("merge", example, "--output", "there.json", word="--force", cwd=tmp_path)
    succeed("merge", example, "--output", "there.json", "--force", cwd=tmp_path)
    assert load_report(tmp_path / "there.json")["context"]["command"] == "merge"
