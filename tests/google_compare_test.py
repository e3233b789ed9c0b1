"""Google Benchmark's own compare.py on reports of this suite: it says the ratio of the times of one iteration."""

import json
import re

import pytest
from program import ONE_VISIT, succeed
from report_helpers import example, google_compare, load_report

# It prints four digits behind the point.
PRECISION = 6e-5


def changes(table):
    """{name: change of the time, as a part of the first}."""
    lines = re.findall(r"^(\S*/\S*(?: vs\. \S*)?) +([+-][\d.]+) +[+-][\d.]+ ", table, re.MULTILINE)
    return {name: float(change) for name, change in lines}


def save(folder, name, report):
    path = folder / name
    path.write_text(json.dumps(report), encoding="utf-8")
    load_report(path)
    return path


def scaled(report, factor, steps):
    """A report in which every row took so many times longer, and each repetition made so many times the iterations."""
    for row in report["benchmarks"]:
        row["steps"] *= steps
        row["iterations"] = row["steps"] if row["class"] == "update" else 1
        row["sample_steps"] = [number * steps for number in row["sample_steps"]]
        for field in ("samples", "cpu_seconds"):
            row[field] = [seconds * steps * factor for seconds in row.get(field, [])]
        for ranks in row.get("rank_seconds", []):
            ranks.update({which: seconds * steps * factor for which, seconds in ranks.items()})
        times = factor * (1 if row["class"] == "update" else steps)
        for field in ("real_time", "real_time_low", "real_time_high", "cpu_time"):
            row[field] *= times
        for field in ("mcops", "mcops_low", "mcops_high", "mcops_best", "cells_per_cycle", "fraction_of_limit", "base_mcops",
                      "ladder_base_mcops"):  # fmt: skip
            row[field] = row[field] and row[field] / factor
    return report


@pytest.mark.parametrize("factor", [1.0, 1.25, 0.5])
@pytest.mark.parametrize("steps", [1, 7])
def test_reports_whose_repetitions_made_other_iterations_are_compared_by_the_iteration(tmp_path, factor, steps):
    old = save(tmp_path, "old.json", example("measured"))
    new = save(tmp_path, "new.json", scaled(example("measured"), factor, steps))
    found = changes(google_compare(old, new))
    assert set(found) == {row["name"] for row in example("measured")["benchmarks"]}
    assert list(found.values()) == [pytest.approx(factor - 1, abs=PRECISION)] * len(found)


def test_row_that_has_no_iterations_is_compared_by_its_repetition(tmp_path):
    old = save(tmp_path, "old.json", example("closed-form"))
    new = save(tmp_path, "new.json", scaled(example("closed-form"), 1.0, 3))
    found = changes(google_compare(old, new))
    for row in example("closed-form")["benchmarks"]:
        assert found[row["name"]] == pytest.approx(0 if row["class"] == "update" else 2, abs=PRECISION)


def test_filters_show_the_ratio_of_two_kernels(tmp_path):
    """naive makes 100 iterations a repetition, bitsliced thousands."""
    succeed("sweep", "--kernels", "naive,bitsliced", "--cells", "1e4", "--threads", 1, "--count", "every,sampled",
            "--min-seconds", 0.005, *ONE_VISIT, "--output", "r.json", cwd=tmp_path)  # fmt: skip
    rows = {(row["kernel"], row["count"]): row for row in load_report(tmp_path / "r.json")["benchmarks"]}
    found = changes(google_compare(tmp_path / "r.json", "/bitsliced/", "/naive/", mode="filters"))
    assert len(found) == 2
    for count in ("every", "sampled"):
        naive, bitsliced = rows["naive", count], rows["bitsliced", count]
        assert naive["steps"] == 100 and bitsliced["steps"] > 100
        (change,) = [change for name, change in found.items() if f"/count:{count}/" in name]
        assert change == pytest.approx(bitsliced["mcops"] / naive["mcops"] - 1, abs=PRECISION)
