"""trafficbench merge: several reports in one."""

import json
import shutil

import pytest
from program import ONE_VISIT, QUICK, ROOT, call, refused, succeed
from report_helpers import EXAMPLES as EXAMPLE_PATHS
from report_helpers import example, load_report

EXAMPLES = ROOT / "results" / "schema"


def sweep(folder, name, *arguments):
    succeed("sweep", "--cells", 1000, "--count", "sampled", "--oversubscribe", *arguments, "--output", name, cwd=folder)
    return name


def test_rows_of_both_reports_stand_in_it_with_ratios_across_them(tmp_path):
    one = sweep(tmp_path, "one.json", "--kernels", "naive,tiled", "--threads", 1, "--steps", 20, *QUICK)
    two = sweep(tmp_path, "two.json", "--kernels", "tiled", "--threads", 2, "--steps", 20, *QUICK)
    printed = succeed("merge", one, two, "--output", "both.json", cwd=tmp_path)
    assert "3 rows of 2 reports" in printed
    report = load_report(tmp_path / "both.json")
    assert report["context"]["command"] == "merge"
    assert len(report["context"]["runs"]) == 2
    naive, tiled, threaded = report["benchmarks"]
    assert [set(row["sample_runs"]) for row in (naive, tiled, threaded)] == [{0}, {0}, {1}]
    # Rows that share no visit are divided by their medians, and the ends of their intervals by each other.
    assert threaded["base"] == tiled["name"]
    assert threaded["speedup"] == pytest.approx(threaded["mcops"] / tiled["mcops"])
    assert threaded["speedup_low"] == pytest.approx(threaded["mcops_low"] / tiled["mcops_high"])
    assert threaded["speedup_high"] == pytest.approx(threaded["mcops_high"] / tiled["mcops_low"])
    assert threaded["ladder_base"] == naive["name"]
    # What was measured together stays so.
    before = load_report(tmp_path / "one.json")["benchmarks"][1]
    assert [tiled[field] for field in before if "ladder" in field] == [before[field] for field in before if "ladder" in field]
    assert "fits" not in report  # one ratio is no curve


def test_a_launch_that_stands_in_several_reports_is_taken_once(tmp_path):
    one = sweep(tmp_path, "one.json", "--kernels", "branchless", "--threads", 1, *ONE_VISIT)
    two = sweep(tmp_path, "two.json", "--kernels", "branchless", "--threads", 2, *ONE_VISIT)
    three = sweep(tmp_path, "three.json", "--kernels", "naive", "--threads", 1, *ONE_VISIT)
    succeed("merge", one, two, "--output", "first.json", cwd=tmp_path)
    succeed("merge", "first.json", three, "--output", "second.json", cwd=tmp_path)
    report = load_report(tmp_path / "second.json")
    assert len(report["context"]["runs"]) == 3
    assert [row["sample_runs"] for row in report["benchmarks"]] == [[0], [1], [2]]


# --- samples of several launches ---------------------------------------------------------------------------------------


def test_two_launches_of_one_sweep_give_rows_with_the_samples_of_both(tmp_path):
    """Each launch finds for itself how many iterations last long enough."""
    points = ["--kernels", "naive,branchless,leap", "--threads", 1, *QUICK]
    one = sweep(tmp_path, "one.json", *points, "--min-seconds", 0.001)
    two = sweep(tmp_path, "two.json", *points, "--min-seconds", 0.02)
    assert "3 rows of 2 reports" in succeed("merge", one, two, "--output", "both.json", cwd=tmp_path)
    report = load_report(tmp_path / "both.json")
    first, second = load_report(tmp_path / one), load_report(tmp_path / two)
    assert report["context"]["runs"] == first["context"]["runs"] + second["context"]["runs"]
    for row, *each in zip(report["benchmarks"], first["benchmarks"], second["benchmarks"]):
        assert row["sample_runs"] == [0] * 6 + [1] * 6 and row["interval_over"] == "visits"
        for field in ("samples", "sample_steps", "sample_visits", "cpu_seconds", "sample_clock_hz"):
            assert row[field] == each[0][field] + each[1][field], field
        if row["kernel"] != "leap":
            assert row["mcops_best"] == pytest.approx(max(half["mcops_best"] for half in each))
    naive, branchless, _ = report["benchmarks"]
    assert naive["steps"] == 100 and naive["sample_steps"][0] < naive["sample_steps"][-1]
    assert branchless["sample_steps"][0] < branchless["sample_steps"][-1]


def launch(number, kind="measured", change=lambda report: None):
    """An example as another launch would have written it."""
    report = example(kind)
    report["context"]["runs"][0]["date"] = f"2000-01-01T00:00:{number:02}Z"
    change(report)
    return report


def merge_all(folder, reports):
    """What becomes of these reports in their order."""
    names = [f"{number}.json" for number in range(len(reports))]
    for name, report in zip(names, reports):
        (folder / name).write_text(json.dumps(report), encoding="utf-8")
    succeed("merge", *names, "--output", "merged.json", "--force", cwd=folder)
    return load_report(folder / "merged.json")


@pytest.mark.parametrize("launches, over", [(1, "visits"), (2, "visits"), (5, "visits"), (6, "launches"), (7, "launches")])
def test_interval_is_over_launches_where_there_are_six(tmp_path, launches, over):
    report = merge_all(tmp_path, [launch(number) for number in range(launches)])
    assert len(report["context"]["runs"]) == launches
    before = {row["name"]: row for row in example("measured")["benchmarks"]}
    for row in report["benchmarks"]:
        assert row["repetitions"] == 12 * launches and sorted(set(row["sample_runs"])) == list(range(launches))
        assert row["interval_over"] == over
        assert row["speedup_low"] <= row["speedup"] <= row["speedup_high"]
        # All launches say the same, so their medians do, and the interval over these is one number.
        assert row["mcops"] == pytest.approx(before[row["name"]]["mcops"])
        if over == "launches":
            assert row["mcops_low"] == pytest.approx(row["mcops"]) == pytest.approx(row["mcops_high"])


def test_order_of_reports_is_that_of_launches(tmp_path):
    first = merge_all(tmp_path, [launch(1), launch(2), launch(3)])
    (tmp_path / "of_two.json").write_text(json.dumps(merge_all(tmp_path, [launch(1), launch(2)])), encoding="utf-8")
    (tmp_path / "third.json").write_text(json.dumps(launch(3)), encoding="utf-8")
    succeed("merge", "of_two.json", "third.json", "--output", "m.json", cwd=tmp_path)
    assert load_report(tmp_path / "m.json")["benchmarks"] == first["benchmarks"]
    succeed("merge", "third.json", "of_two.json", "--output", "n.json", cwd=tmp_path)
    dates = [run["date"][-3:-1] for run in load_report(tmp_path / "n.json")["context"]["runs"]]
    assert dates == ["03", "01", "02"]


def test_what_one_launch_skipped_another_measured(tmp_path):
    skipped = next(row for row in example("skipped")["benchmarks"] if "skipped" in row)

    def skip(report):
        name = report["benchmarks"][-1]["name"]
        report["benchmarks"][-1] = skipped | {"name": name, "run_name": name}

    for reports in ([launch(1), launch(2, change=skip)], [launch(1, change=skip), launch(2)]):
        row = merge_all(tmp_path, reports)["benchmarks"][-1]
        assert row["repetitions"] == 12 and "skipped" not in row


def test_row_that_failed_in_one_launch_fails(tmp_path):
    failed = example("failed")
    right = example("failed")
    right["context"]["runs"][0]["date"] = "2000-01-01T00:00:01Z"
    right["benchmarks"] = [row for row in right["benchmarks"] if row["verified"]]
    bad = next(row for row in failed["benchmarks"] if row["verified"] is False)
    for number, (first, second) in enumerate([(failed, right), (right, failed)]):
        (tmp_path / "one.json").write_text(json.dumps(first), encoding="utf-8")
        (tmp_path / "two.json").write_text(json.dumps(second), encoding="utf-8")
        done = call("merge", "one.json", "two.json", "--output", f"m{number}.json", cwd=tmp_path)
        assert done.returncode == 1, done.stderr
        rows = {row["name"]: row for row in load_report(tmp_path / f"m{number}.json")["benchmarks"]}
        assert rows[bad["name"]]["verified"] is False and rows[bad["name"]]["stopped"] == "failed"


def with_fields(**fields):
    """Changes the first row, which is of naive."""
    return lambda report: report["benchmarks"][0].update(fields)


def with_facts(**facts):
    return lambda report: report["context"]["runs"][0].update(facts)


def of_the_third(**fields):
    """A row of tiled."""
    return lambda report: report["benchmarks"][2].update(fields)


@pytest.mark.parametrize(
    "change, words",
    [
        (with_facts(commit="abcabcabcabc"), "of commits 000000000000 and abcabcabcabc: leave one of them out"),
        (lambda report: report["context"]["runs"][0]["cpu"].update(model="Other CPU"), "of two machines"),
        (lambda report: report["context"]["runs"][0]["cpu"].update(cores=4), "of two machines"),
        (with_fields(steps=50, iterations=50), "steps 100 in one and 50 in the other: --steps fixes it"),
        (of_the_third(depth=3), "in one and 3 in the other: --depth fixes it"),
        (of_the_third(isa="avx2"), "and avx2 in the other: --isa fixes it"),
        (of_the_third(configuration="256 bits; other loops"), "and 256 bits; other loops in the other"),
    ],
    ids=["commit", "model", "cores", "steps of naive", "depth", "isa", "configuration"],
)
def test_launches_that_did_other_work_are_refused(tmp_path, change, words):
    (tmp_path / "one.json").write_text(json.dumps(launch(1)), encoding="utf-8")
    (tmp_path / "two.json").write_text(json.dumps(launch(2, change=change)), encoding="utf-8")
    line = refused("merge", "one.json", "two.json", "--output", "m.json", word=words, cwd=tmp_path)
    assert "which appears in one.json and in two.json" in line and "row sweep/" in line


def test_other_iterations_of_a_kernel_whose_rate_does_not_depend_on_them_are_taken(tmp_path):
    other = launch(2, change=of_the_third(steps=50, iterations=50))
    assert merge_all(tmp_path, [launch(1), other])["benchmarks"][2]["repetitions"] == 24


def test_a_visit_counts_once(tmp_path):
    path = EXAMPLES / "example-measured.json"
    refused("merge", path, path, "--output", "m.json", word="has visit 0 of launch 0 twice", cwd=tmp_path)
    # Nor where it comes by a merge.
    succeed("merge", path, "--output", "merged.json", cwd=tmp_path)
    refused("merge", path, "merged.json", "--output", "m.json", word="has visit 0 of launch 0 twice", cwd=tmp_path)


def test_rows_that_nobody_measured_are_not_put_together(tmp_path):
    """Nobody knows whether the same was simulated in both."""
    for number in (1, 2):
        (tmp_path / f"{number}.json").write_text(json.dumps(launch(number, "simulated")), encoding="utf-8")
    refused("merge", "1.json", "2.json", "--output", "m.json", word="not measured in both: leave one of them out", cwd=tmp_path)


def test_field_of_a_later_version_is_told_and_left_out(tmp_path):
    report = launch(1, change=with_fields(later=3))
    (tmp_path / "one.json").write_text(json.dumps(report), encoding="utf-8")
    done = call("merge", "one.json", "--output", "m.json", cwd=tmp_path)
    assert done.returncode == 0 and "note: one.json: field later is unknown here" in done.stderr
    assert "later" not in load_report(tmp_path / "m.json")["benchmarks"][0]


# --- reports of all kinds, and what is none ----------------------------------------------------------------------------


MERGEABLE = [path for path in EXAMPLE_PATHS if path.stem not in ("example-ladder", "example-failed")]


@pytest.mark.parametrize("path", MERGEABLE, ids=lambda path: path.stem)
def test_every_kind_of_report_can_be_merged(tmp_path, path):
    succeed("merge", path, "--output", "merged.json", cwd=tmp_path)
    before = load_report(path)["benchmarks"]
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
    old = EXAMPLES / "example-version-1.json"
    for paths in ([old], [example, old], [old, example]):
        line = refused("merge", *paths, "--output", "m.json", word="version 1", cwd=tmp_path)
        assert "example-version-1.json" in line
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
    later = json.loads(text)
    later["context"]["trafficbench_schema"] = 3
    torn = json.loads(text)
    del torn["benchmarks"][0]["mcops"]
    wrong = json.loads(text)
    wrong["benchmarks"][0]["samples"] = "many"
    for content, word in [
        (text[: len(text) // 2], "cut short"),
        ("", "cut short"),
        ("[]", "no report"),
        (json.dumps({"context": {}, "benchmarks": []}), "no report"),
        (json.dumps(another), "json_schema_version 2"),
        (json.dumps(later), "trafficbench_schema 3"),
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
    (MEASURED, {"sample_runs": [7] * 12}, "launch 7"),
    (MEASURED, {"sample_runs": [0] * 11}, "sample_runs"),
    (MEASURED, {"stopped": "soon"}, "stopped"),
    (MEASURED, {"stopped": "precise"}, "stopped"),
    (MEASURED, {"base_mcops": None}, "base_mcops null"),
    (MEASURED, {"base_mcops": 1001.0}, "follows from the samples"),
    (MEASURED, {"ladder_base_mcops": 1001.0}, "follows from the samples"),
    (MEASURED, {"limit_mcops": None}, "limit_mcops null"),
    (MEASURED, {"fraction_of_limit": None}, "fraction_of_limit null"),
    (MEASURED, {"error_message": "none of this failed"}, "error_message"),
    (MEASURED, {"real_time": 101.0}, "follows from its samples"),
    (MEASURED, {"mcops": 1001.0}, "follows from its samples"),
    (MEASURED, {"mcops_low": 1000.5}, "follows from its samples"),
    (MEASURED, {"cells_per_cycle": 1.0}, "0.5 follows from its samples"),
    (MEASURED, {"mcops_best": 1.0}, "mcops_best 1, and"),
    (MEASURED, {"interval_over": None}, "interval_over that does not follow"),
    (MEASURED, {"interval_over": "launches"}, "interval_over"),
    (MEASURED, {"interval_over": "repetitions"}, "interval_over"),
    (MEASURED, {"sample_visits": [10, 10, 8, 8, 6, 6, 4, 4, 2, 2, 0, 0]}, "visit 10 of launch 0 before visit 8"),
    (MEASURED, {"sample_visits": [0, 2, 0, 2, 4, 4, 6, 6, 8, 8, 10, 10]}, "visit 2 of launch 0 before visit 0"),
    (MEASURED, {"sample_visits": [0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 12, 12]}, "visit 12"),
    (MEASURED, {"sample_visits": [-1, 0, 2, 2, 4, 4, 6, 6, 8, 8, 10, 10]}, "sample_visits"),
    (MEASURED, {"sample_steps": [0] + [100] * 11}, "sample_steps"),
    (MEASURED, {"sample_steps": [100] * 11}, "sample_steps"),
    (MEASURED, {"cpu_seconds": [0.1]}, "cpu_seconds"),
    (MEASURED, {"sample_clock_hz": [0] + [2e9] * 11}, "sample_clock_hz"),
    (MEASURED, {"iterations": 1}, "iterations"),
    (MEASURED, {"placement": []}, "placement []"),
    (MEASURED, {"placement": [{"rank": 5, "thread": 0, "host": "a", "core": 0}]}, "rank 5, thread 0, which it has not"),
    (MEASURED, {"warnings": ["shared_core", "shared_core"]}, "warnings"),
    (MEASURED, {"limit": "unheard-of"}, "limits of its launches"),
    (MEASURED, {"base": "sweep/none"}, "no row of this report"),
    (MEASURED, {"efficiency": 0.5, "efficiency_low": None, "efficiency_high": None}, "efficiency 0.5, and 1 follows"),
    (MEASURED, {"repetitions": 8.0}, "repetitions 8.0"),
    (MEASURED, {"energy_source": "rapl"}, "lacks energy_joules"),
    ("example-skipped.json", {"mcops": 5}, "mcops 5"),
    ("example-closed-form.json", {"class": "closed-form", "mcops": 5}, "mcops 5"),
    ("example-merged.json", {"sample_runs": [1] * 12 + [0] * 12}, "visit 10 of launch 1 before visit 0 of launch 0"),
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
        (lambda report: report["fits"][0]["rows"].append("sweep/none"), "residuals that are not one per row"),
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
    refused("merge", "bad.json", "--output", "m.json", word='"cells" appears twice', cwd=tmp_path)


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
