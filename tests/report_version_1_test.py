"""Reports of version 1: held against their own rules, and read in the form of version 2."""

import copy
import json
import statistics

import made_up_report
import pytest
from program import ROOT
from report_helpers import SCHEMA_PATH, ReportError, check_schema, example, load_report
from script import run_script

from trafficbench_tools import version_1

CHECK_REPORT = ROOT / "scripts" / "check_report.py"
# Shipped before version 2, and kept as they are.
SHIPPED = [path for path in sorted((ROOT / "results").glob("*.json")) if b'"trafficbench_schema"' not in path.read_bytes()]


def load(report, folder):
    return load_report(made_up_report.save(report, folder / "report.json"))


def check_conversion(before, after):
    """Asserts that `after` says in the form of version 2 what `before` says in that of version 1."""
    assert after["context"] == before["context"] and after.get("fits") == before.get("fits")
    assert [row["name"] for row in after["benchmarks"]] == [row["name"] for row in before["benchmarks"]]
    assert any(row["mcops"] for row in after["benchmarks"])
    for old, new in zip(before["benchmarks"], after["benchmarks"]):
        gone = {"run", "rounds", "discarded", "base_samples", "base_steps", "ladder_base_samples", "ladder_base_steps"}
        changed = {"real_time", "real_time_low", "real_time_high", "cpu_time", "time_unit", "iterations"}
        added = {"sample_visits", "sample_runs", "sample_steps", "interval_over", "mcops_best", "limit_mcops"}
        assert set(new) == set(old) - gone | added
        assert all(new[field] == value for field, value in old.items() if field not in gone | changed)
        many = len(old["samples"])
        assert new["sample_visits"] == [0] * many and new["sample_runs"] == [old["run"]] * many
        assert new["sample_steps"] == [old["steps"]] * many
        assert new["interval_over"] == (None if old["mcops_low"] is None and "real_time_low" not in old else "repetitions")
        if "skipped" in old:
            assert new["real_time"] is new["time_unit"] is new["iterations"] is new["mcops_best"] is None
            continue
        updates = old["class"] == "update"
        assert new["iterations"] == (old["steps"] if updates else 1) and new["time_unit"] == "ns"
        if many:
            assert new["real_time"] == pytest.approx(1e9 * statistics.median(old["samples"]) / new["iterations"])
        for field in ("real_time", "real_time_low", "real_time_high", "cpu_time"):
            if field in old:
                assert new[field] == pytest.approx(1e6 * old[field] / new["iterations"])
        if updates:
            assert new["mcops"] == pytest.approx(1e3 * new["cells"] / new["real_time"])
            best = old["cells"] * old["steps"] / min(old["samples"]) / 1e6 if many else old["mcops"]
            assert new["mcops_best"] == pytest.approx(best)
        else:
            assert new["mcops_best"] is None
        if old["limit"] is None:
            assert new["limit_mcops"] is None
        else:
            assert new["limit_mcops"] * old["fraction_of_limit"] == pytest.approx(old["mcops"])


def test_example_is_converted():
    before = example("version-1")
    assert "trafficbench_schema" not in before["context"]
    assert {row["origin"] for row in before["benchmarks"]} == {"measured", "simulated", "modelled"}
    assert {row["class"] for row in before["benchmarks"]} == {"update", "closed-form"}
    assert any("skipped" in row for row in before["benchmarks"])
    check_conversion(before, load_report(SCHEMA_PATH.parent / "example-version-1.json"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_shipped_report_is_converted(path):
    check_conversion(json.loads(path.read_text(encoding="utf-8")), load_report(path))


def test_row_of_converted_report_follows_the_schema_of_version_2_but_for_what_it_is_over():
    report = load_report(SCHEMA_PATH.parent / "example-version-1.json")
    report["context"]["trafficbench_schema"] = 2
    for row in report["benchmarks"]:
        if row["interval_over"] is not None:
            assert (row["interval_over"], row["stopped"]) == ("repetitions", "precise")
            row.update(interval_over="visits", stopped="fixed")
    check_schema(report)


def set_row(row, **fields):
    return lambda report: report["benchmarks"][row].update(fields)


def base_made_other_steps(report):
    report["benchmarks"][1]["base_steps"] *= 2


def steps_of_the_base_without_samples(report):
    del report["benchmarks"][1]["base_samples"]


def fields_of_version_2(report):
    report["benchmarks"][1]["sample_visits"] = []


def repeat_name(report):
    report["benchmarks"].append(copy.deepcopy(report["benchmarks"][0]))


def slowest_rank_is_another(report):
    report["benchmarks"][3]["rank_seconds"][2]["max"] *= 1.1


def ladder_base_of_two_cores(report):
    report["benchmarks"][3]["ladder_base"] = report["benchmarks"][1]["name"]


def fit_of_no_row(report):
    report["fits"][0]["rows"][0] = "sweep/tiled/cells:1e7"


@pytest.mark.parametrize(
    "damage, word",
    [
        (set_row(0, time_unit="ns"), "'ns'"),
        (set_row(0, velocity=1), "velocity"),
        (set_row(0, stopped="budget"), "budget"),
        (fields_of_version_2, "sample_visits"),
        (set_row(0, run=1), "context.runs"),
        (set_row(0, run_name="sweep/naive"), "run_name"),
        (set_row(0, iterations=99), "iterations"),
        (set_row(0, repetitions=7), "repetitions"),
        (set_row(0, real_time=101.0), "median"),
        (set_row(0, real_time=0.1), "median"),
        (set_row(0, real_time=1e-31), "the least that can be measured"),
        (set_row(0, mcops=1001.0), "mcops"),
        (set_row(0, mcops_low=1000.5), "mcops_low"),
        (set_row(0, cells_per_cycle=1.0), "cells_per_cycle"),
        (set_row(0, limit="unheard-of"), "limits"),
        (set_row(0, rounds=[0, 1]), "rounds"),
        (set_row(0, rounds=[7, 6, 5, 4, 3, 2, 1, 0]), "rounds"),
        (set_row(1, speedup_low=3.0), "speedup_low"),
        (set_row(1, efficiency=0.5), "efficiency"),
        (base_made_other_steps, "base_mcops is not"),
        (steps_of_the_base_without_samples, "without base_samples"),
        (repeat_name, "twice"),
        (slowest_rank_is_another, "slowest"),
        (ladder_base_of_two_cores, "one core"),
        (fit_of_no_row, "not a row"),
    ],
)
def test_damaged_report_is_refused_by_its_own_rules(tmp_path, damage, word):
    report = example("version-1")
    damage(report)
    with pytest.raises(ReportError, match=f"read as version 1, .*: .*{word}") as caught:
        load(report, tmp_path)
    assert "\n" not in str(caught.value)


def test_rows_of_the_other_version_are_refused(tmp_path):
    old, new = example("version-1"), example("measured")
    for report, rows in ((old, new), (new, old)):
        with pytest.raises(ReportError):
            load({**report, "benchmarks": report["benchmarks"] + rows["benchmarks"][:1]}, tmp_path)
        with pytest.raises(ReportError):
            load({**report, "benchmarks": rows["benchmarks"]}, tmp_path)


def test_context_tells_the_versions_apart():
    assert version_1.is_version_1(example("version-1"))
    others = [example("measured"), *({"context": {"trafficbench_schema": value}} for value in (1, None))]
    for other in [*others, {"context": []}, {}, [], None]:
        assert not version_1.is_version_1(other)


def test_check_report_says_which_version_it_is():
    done = run_script(CHECK_REPORT, *(SCHEMA_PATH.parent / f"example-{kind}.json" for kind in ("version-1", "measured")))
    assert done.returncode == 0 and not done.stderr
    assert [line.split(": ")[-1] for line in done.stdout.splitlines()] == ["12 rows, valid as version 1", "8 rows, valid"]
