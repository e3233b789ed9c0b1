"""scripts/compare.py: every verdict and exit status, what it refuses, and how often it is wrong on noise that is known.

Run: /usr/bin/python3 -m pytest tests/compare_test.py
"""

import copy
import json
import random
import re
import statistics

import made_up_report
import pytest
from program import ROOT, one_line_of, succeed
from report_helpers import example, google_compare, load_report
from script import run_script

from trafficbench_tools.self_comparison.made_up import Machine, launch
from trafficbench_tools.visits import median_interval

SCRIPT = ROOT / "scripts" / "compare.py"
# Median seconds of a visit each.
QUIET = [0.1, 0.1004, 0.0999, 0.1001, 0.1003, 0.1002]
OTHERS = ["naive", "branchless", "bitpacked"]


def times(factor, visits=QUIET):
    return [factor * seconds for seconds in visits]


def row_of(kernel, visits, cells=10**8, steps=100, rounds=2, **changes):
    """A row that was visited so often, `rounds` repetitions around these seconds each time, as the schema has it."""
    row = copy.deepcopy(example("measured")["benchmarks"][0])
    for field in ["rank_seconds", "shares", "efficiency_low", "efficiency_high"]:
        row.pop(field, None)
    for field in row:
        if "speedup" in field or "efficiency" in field or "base" in field or "limit" in field:
            row[field] = None
    samples = [seconds * (1 + 0.001 * (2 * (k % 2) - 1)) for seconds in visits for k in range(rounds)]
    row |= {
        "name": f"sweep/{kernel}/cells:{cells}/ranks:1/threads:1/count:{changes.get('count', 'every')}",
        **{"kernel": kernel, "cells": cells, "cars": cells // 2, "steps": steps, "iterations": steps, "count": "every"},
        **{"samples": samples, "repetitions": len(samples), "sample_runs": [0] * len(samples), "clock_hz": 2e9},
        **{"sample_visits": [index // rounds for index in range(len(samples))], "sample_steps": [steps] * len(samples)},
    }
    if "samples" in changes:
        row["samples"] = changes.pop("samples")
    row |= {field: changes.pop(field) for field in ["clock_hz", "sample_clock_hz"] if field in changes}
    row["run_name"] = row["name"]
    made_up_report.add_rates(row)
    return row | changes


def report_of(*rows):
    report = example("measured")
    report.pop("fits", None)
    for run in report["context"]["runs"]:
        run.pop("visits", None)
    return report | {"benchmarks": list(rows)}


def others(**changes):
    return [row_of(kernel, QUIET, **changes) for kernel in OTHERS]


def version_1(*rows):
    """A report of version 1 with such rows."""
    report = example("version-1")
    report.pop("fits", None)
    template = next(row for row in report["benchmarks"] if row["class"] == "update" and row["origin"] == "measured")
    old = []
    for row in rows:
        made = {field: copy.deepcopy(row.get(field, value)) for field, value in template.items()}
        optional = ["base_samples", "base_steps", "ladder_base_samples", "ladder_base_steps", "rounds", "discarded", "shares"]
        optional += ["rank_seconds", "real_time_low", "real_time_high", "efficiency_low", "efficiency_high"]
        for field in optional:
            made.pop(field, None)
        seconds = statistics.median(row["samples"])
        rate = row["cells"] * row["steps"] / seconds
        made |= {"run": 0, "time_unit": "ms", "iterations": row["steps"], "real_time": 1e3 * seconds, "cpu_time": 1e3 * seconds}
        low, high = median_interval(row["samples"])
        made |= {"mcops": rate / 1e6, "mcops_low": rate / 1e6 * seconds / high, "mcops_high": rate / 1e6 * seconds / low}
        made |= {"cells_per_cycle": rate / 2e9, "clock_hz": 2e9, "stopped": template["stopped"]}
        old.append(made)
    return report | {"benchmarks": old}


class Compared:
    def __init__(self, folder, base, new, *options, check=True):
        paths = []
        for name, report in [("base.json", base), ("new.json", new)]:
            path = folder / name
            path.write_text(report if isinstance(report, str) else json.dumps(report), encoding="utf-8")
            if check:
                load_report(path)  # a mistake of the test is not one of the script
            paths.append(path)
        done = run_script(SCRIPT, *paths, *options)
        self.done = done
        self.status, self.stdout, self.stderr = done.returncode, done.stdout, done.stderr
        self.json = json.loads(done.stdout) if "--json" in options and done.stdout else None

    def point(self, kernel):
        (point,) = [point for point in self.json["points"] if f"/{kernel}/" in point["name"]]
        return point


def compared(folder, base, new, *options):
    """The comparison as JSON: silent on standard error, and its exit status is the one it states."""
    result = Compared(folder, base, new, "--json", *options)
    assert result.stderr == ""
    assert result.json["exit_status"] == result.status
    return result


def one_change(folder, base_row, new_row, *options):
    """What is said of one kernel beside three that stay the same."""
    result = compared(folder, report_of(*others(), base_row), report_of(*others(), new_row), *options)
    return result.status, result.point(base_row["kernel"])


# --- by the best repetition ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "factor, options, verdict, status",
    [
        (1.0, [], "same", 0),
        (1.06, [], "slower", 1),
        (1 / 1.06, [], "faster", 0),
        (1.04, [], "same", 0),
        (1 / 1.04, [], "same", 0),
        (1.01, ["--threshold", "0.5"], "slower", 1),
        (1.06, ["--threshold", "10"], "same", 0),
        (1.0, ["--threshold", "0"], "same", 0),
        (2.0, [], "slower", 1),
    ],
)
def test_verdict_of_a_known_change_of_the_code(tmp_path, factor, options, verdict, status):
    got, point = one_change(tmp_path, row_of("tiled", QUIET), row_of("tiled", times(factor)), *options)
    assert (point["verdict"], got) == (verdict, status), point
    assert point["best"]["ratio"] == pytest.approx(1 / factor, rel=1e-9)
    assert point["median"]["ratio"] == pytest.approx(1 / factor, rel=1e-9)
    assert point["median"]["ratio_low"] <= point["median"]["ratio"] <= point["median"]["ratio_high"]
    assert point["best"]["base"] > point["median"]["base"] and point["best"]["unit"] == "MCOPs"
    assert f"{float(options[1]) if options else 4.8:g}%" in point["reason"]


def test_disturbance_of_most_visits_changes_no_verdict_by_best(tmp_path):
    disturbed = [1.3 * seconds for seconds in QUIET[:5]] + QUIET[5:]
    status, point = one_change(tmp_path, row_of("tiled", QUIET), row_of("tiled", disturbed))
    assert (point["verdict"], status) == ("same", 0)
    assert point["median"]["ratio"] < 0.8 and point["best"]["ratio"] > 0.99


def test_speeds_are_compared_per_iteration(tmp_path):
    base, new = row_of("tiled", QUIET, steps=100), row_of("tiled", times(1.5), steps=150)
    status, point = one_change(tmp_path, base, new)
    assert (point["verdict"], status) == ("same", 0)
    assert "100 and 150 iterations" in point["reason"]
    assert point["best"]["ratio"] == pytest.approx(1)


@pytest.mark.parametrize("by", ["best", "median"])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_few_visits_are_unclear_however_many_repetitions_they_have(tmp_path, by, count):
    few = row_of("tiled", QUIET[:count], rounds=12)
    for base, new in [(few, row_of("tiled", times(2))), (row_of("tiled", times(2)), few)]:
        status, point = one_change(tmp_path, base, new, "--by", by)
        assert (point["verdict"], status) == ("unclear", 3)
        assert f"only {count} visit" in point["reason"] and point["median"]["ratio_low"] is None


def test_best_of_more_visits_is_not_held_against_that_of_fewer(tmp_path):
    """One fast visit among 36 would have been found by six in one case of six."""
    more = times(1.0, [0.09] + 35 * [0.1])
    point = one_change(tmp_path, row_of("tiled", more), row_of("tiled", 6 * [0.1]))[1]
    assert point["verdict"] == "same" and "36 and 6 visits, judged by as many of each" in point["reason"]
    assert point["best"]["visits"] == [36, 6] and point["best"]["ratio_in_seconds"] == point["best"]["ratio"]
    assert point["best"]["ratio"] == pytest.approx(1 / (1 / 6 * (0.1 / 0.09) + 5 / 6), rel=1e-3)
    assert one_change(tmp_path, row_of("tiled", more), row_of("tiled", times(1.1, more)))[1]["verdict"] == "slower"


def test_many_repetitions_in_a_visit_are_noted(tmp_path):
    point = one_change(tmp_path, row_of("tiled", QUIET), row_of("tiled", QUIET, rounds=6))[1]
    assert "2 and 6 repetitions a visit" in point["reason"]
    assert "a visit" not in one_change(tmp_path, row_of("tiled", QUIET), row_of("tiled", QUIET, rounds=4))[1]["reason"]


def test_slower_weighs_more_than_unclear(tmp_path):
    base = report_of(*others(), row_of("tiled", QUIET), row_of("leap", QUIET[:3]))
    new = report_of(*others(), row_of("tiled", times(1.1)), row_of("leap", QUIET[:3]))
    result = compared(tmp_path, base, new)
    assert result.status == 1
    assert result.json["counts"] == {"slower": 1, "unclear": 1, "faster": 0, "same": 3}


# --- by the median ---------------------------------------------------------------------------------------------------

WIDE = [0.1, 0.13, 0.11, 0.12, 0.105, 0.125]


@pytest.mark.parametrize(
    "base, new, options, verdict, status",
    [
        (QUIET, QUIET, [], "same", 0),
        (QUIET, times(1.02), [], "slower", 1),
        (QUIET, times(1 / 1.02), [], "faster", 0),
        (WIDE, WIDE, [], "unclear", 3),
        (WIDE, WIDE, ["--margin", "40"], "same", 0),
        (WIDE, times(1.2, WIDE), [], "unclear", 3),
        (WIDE, times(1.4, WIDE), [], "slower", 1),
        (QUIET, QUIET, ["--margin", "0.1"], "unclear", 3),
    ],
)
def test_verdict_of_a_change_of_the_service(tmp_path, base, new, options, verdict, status):
    got, point = one_change(tmp_path, row_of("tiled", base), row_of("tiled", new), "--by", "median", *options)
    assert (point["verdict"], got) == (verdict, status), point
    median = point["median"]
    assert median["interval_over"] == ["visits", "visits"]
    rows = [row_of("tiled", each) for each in (base, new)]
    assert median["ratio_low"] == pytest.approx(rows[1]["mcops_low"] / rows[0]["mcops_high"])
    assert median["ratio_high"] == pytest.approx(rows[1]["mcops_high"] / rows[0]["mcops_low"])
    assert (median["base"], median["new"]) == pytest.approx([row["mcops"] for row in rows])


def test_disturbance_of_most_visits_is_a_change_of_the_service(tmp_path):
    disturbed = [1.3 * seconds for seconds in QUIET]
    assert one_change(tmp_path, row_of("tiled", QUIET), row_of("tiled", disturbed), "--by", "median")[0] == 1


# --- several launches ------------------------------------------------------------------------------------------------


def again(folder, index, base, new):
    paths = [folder / f"{side}{index}.json" for side in ("base", "new")]
    for path, report in zip(paths, [base, new]):
        report = copy.deepcopy(report)
        report["context"]["runs"][0]["date"] = f"2026-01-0{index}T00:00:00Z"  # launches of one second are one
        path.write_text(json.dumps(report), encoding="utf-8")
        load_report(path)
    return ["--again", *map(str, paths)]


def test_launches_of_a_side_are_put_together(tmp_path):
    """By best: a launch that was slowed from end to end hides nothing. By median: six launches give an interval over them."""
    disturbed = [1.0, 1.3, 1.1, 1.2, 1.4, 1.0]

    def sides(launch):
        slow = disturbed[launch]
        return report_of(row_of("tiled", times(disturbed[-1 - launch]))), report_of(row_of("tiled", times(1.1 * slow)))

    more = [word for launch in range(1, 6) for word in again(tmp_path, launch, *sides(launch))]
    alone = compared(tmp_path, *sides(1))
    assert alone.point("tiled")["best"]["ratio"] == pytest.approx(1.4 / 1.43)
    together = compared(tmp_path, *sides(0), *more)
    point = together.point("tiled")
    assert point["verdict"] == "slower" and together.status == 1
    assert point["best"]["ratio"] == pytest.approx(1 / 1.1) and point["best"]["visits"] == [36, 36]
    assert point["median"]["ratio"] == pytest.approx(1 / 1.1)
    assert point["median"]["interval_over"] == ["launches", "launches"]
    # The medians of the launches reach from 1.0 to 1.4 on both sides.
    assert point["median"]["ratio_low"] == pytest.approx(1 / 1.1 / 1.4)
    assert len(together.json["again"]) == 5
    five = compared(tmp_path, *sides(0), *more[:12]).point("tiled")
    assert five["median"]["interval_over"] == ["visits", "visits"] and five["best"]["visits"] == [30, 30]


def test_visits_of_several_short_launches_are_enough_together(tmp_path):
    def sides(launch):
        return report_of(row_of("tiled", QUIET[launch : launch + 2])), report_of(row_of("tiled", QUIET[launch : launch + 2]))

    more = [word for launch in (2, 4) for word in again(tmp_path, launch, *sides(launch))]
    assert compared(tmp_path, *sides(0), *more[:3]).point("tiled")["verdict"] == "unclear"
    assert compared(tmp_path, *sides(0), *more).point("tiled")["verdict"] == "same"


def test_point_that_a_launch_lacks_is_judged_by_the_others(tmp_path):
    whole = report_of(*others(), row_of("tiled", QUIET))
    result = compared(tmp_path, whole, whole, *again(tmp_path, 1, whole, report_of(*others())))
    assert result.json["not_compared"] == [] and result.json["counts"]["same"] == 4
    assert result.point("tiled")["best"]["visits"] == [12, 6]


def test_one_launch_cannot_count_twice(tmp_path):
    report = report_of(*others())
    words = again(tmp_path, 1, report, report)
    result = Compared(tmp_path, report, report, *words, *words)
    assert result.status == 2 and "one launch" in result.stderr


def test_launch_of_another_point_under_one_name_is_refused(tmp_path):
    report, another = report_of(*others()), report_of(*others())
    another["benchmarks"][0]["seed"] = 1
    result = Compared(tmp_path, report, report, *again(tmp_path, 1, another, another))
    assert result.status == 2 and "has seed" in result.stderr


def test_launch_on_another_machine_is_refused(tmp_path):
    here = report_of(*others())
    there = copy.deepcopy(here)
    there["context"]["runs"][0]["cpu"]["model"] = "Another"
    words = again(tmp_path, 1, there, there)
    result = Compared(tmp_path, here, here, *words)
    assert result.status == 2 and "Another" in result.stderr and len(result.stderr.splitlines()) == 1
    assert compared(tmp_path, here, here, *words, "--other-machine").status == 0


# --- what else may explain it ----------------------------------------------------------------------------------------


def clocked(factor, hertz, **changes):
    """Repetitions that took that much longer, the clock before each of them known."""
    return row_of("tiled", times(factor), clock_hz=hertz, sample_clock_hz=12 * [hertz], **changes)


def test_work_a_cycle_is_compared_where_clocks_are_known(tmp_path):
    status, point = one_change(tmp_path, clocked(1, 2e9), clocked(1.1, 2e9 / 1.1))
    assert (point["verdict"], status) == ("same", 0) and "in work a cycle" in point["reason"]
    assert "in seconds the change is -9.1%, the clock ran at 2.00 and 1.82 GHz" in point["reason"]
    assert "in seconds" not in one_change(tmp_path, clocked(1, 2e9), clocked(1, 2e9))[1]["reason"]
    assert point["best"]["ratio"] == pytest.approx(1) and point["best"]["unit"] == "cells/cycle"
    assert point["best"]["ratio_in_seconds"] == pytest.approx(1 / 1.1)
    assert point["best"]["base"] == pytest.approx(10**8 * 100 / (0.1 * 0.999) / 2e9, rel=1e-3)
    # A higher clock hides nothing.
    point = one_change(tmp_path, clocked(1, 2e9), clocked(1, 2.2e9))[1]
    assert point["verdict"] == "slower" and point["best"]["ratio"] == pytest.approx(1 / 1.1)
    # The service is slower all the same.
    status, point = one_change(tmp_path, clocked(1, 2e9), clocked(1.1, 2e9 / 1.1), "--by", "median")
    assert (point["verdict"], status) == ("slower", 1) and "2.00 and 1.82 GHz" in point["reason"]


def test_one_repetition_whose_clock_was_measured_wrong_decides_nothing(tmp_path):
    new = clocked(1, 2e9)
    new["sample_clock_hz"] = [1.85e9] + 11 * [2e9]
    assert one_change(tmp_path, clocked(1, 2e9), new)[1]["verdict"] == "same"


def of_memory(row):
    """A row that is bounded by memory, which has a clock of its own."""
    return row | {"limit": "memory bandwidth", "limit_mcops": 1e7, "fraction_of_limit": row["mcops_best"] / 1e7}


def one_clock(factor, hertz):
    return row_of("tiled", times(factor), clock_hz=hertz)


@pytest.mark.parametrize("row", [one_clock, lambda *how: of_memory(clocked(*how))], ids=["one clock a row", "memory"])
def test_a_change_that_the_clock_explains_is_not_the_codes(tmp_path, row):
    """Where work a cycle says nothing."""

    def change(base, new):
        reports = [report_of(*others(), row(*how)) for how in (base, new)]
        for report in reports:
            report["context"]["runs"][0]["limits"]["memory bandwidth"] = {"value": 1e10, "unit": "bytes a second"}
        result = compared(tmp_path, *reports)
        return result.status, result.point("tiled")

    status, point = change((1, 2e9), (1.1, 2e9 / 1.1))
    assert (point["verdict"], status) == ("unclear", 3) and point["best"]["unit"] == "MCOPs"
    assert "2.00 and 1.82 GHz" in point["reason"] and "+0.0%" in point["reason"]
    # A clock that went the other way explains nothing, nor one that explains little.
    assert change((1, 2e9), (1.1, 2e9 * 1.1))[1]["verdict"] == "slower"
    assert change((1, 2e9), (1.1, 2e9 / 1.04))[1]["verdict"] == "slower"


def test_a_change_that_other_programs_explain_is_not_the_codes(tmp_path):
    def row(factor, share):
        visits = times(factor)
        made = row_of("tiled", visits)
        made["cpu_seconds"] = [share * seconds for seconds in made["samples"]]
        return made | {"cpu_time": share * made["real_time"]}

    status, point = one_change(tmp_path, row(1, 1), row(1.3, 1 / 1.3))
    assert (point["verdict"], status) == ("unclear", 3)
    assert "100% and 77% of their cores" in point["reason"]
    status, point = one_change(tmp_path, row(1, 1), row(1.3, 1 / 1.3), "--by", "median")
    assert (point["verdict"], status) == ("slower", 1) and "100% and 77% of their cores" in point["reason"]


def test_what_else_differs_is_said(tmp_path):
    new = row_of("tiled", times(1.1), isa="avx2", warnings=["clock_changed"])
    point = one_change(tmp_path, row_of("tiled", QUIET, isa="avx512"), new)[1]
    assert "avx512 and avx2" in point["reason"] and "clock_changed" in point["reason"]


def test_a_comparison_says_the_same_each_time(tmp_path):
    first = Compared(tmp_path, example("measured"), example("measured"), "--json").stdout
    assert Compared(tmp_path, example("measured"), example("measured"), "--json").stdout == first


def test_closed_form_rows_are_compared_by_time(tmp_path):
    report = example("closed-form")
    result = Compared(tmp_path, report, report)
    assert result.status == 0 and " ns " in result.stdout
    slower = copy.deepcopy(report)
    for row in slower["benchmarks"]:
        if row["class"] == "closed-form":
            row.pop("rank_seconds", None)
            for field in ["samples", "real_time", "real_time_low", "real_time_high", "cpu_time", "cpu_seconds"]:
                if field in row:
                    row[field] = times(1.5, row[field]) if isinstance(row[field], list) else 1.5 * row[field]
    assert Compared(tmp_path, report, slower).status == 1
    assert Compared(tmp_path, report, slower, "--by", "median").status == 1
    row = slower["benchmarks"][0]
    row |= {"steps": 2 * row["steps"], "sample_steps": [2 * steps for steps in row["sample_steps"]]}
    for by in ["best", "median"]:
        point = compared(tmp_path, report, slower, "--only", row["name"], "--by", by).json["points"][0]
        assert point["verdict"] == "unclear" and "not the same work" in point["reason"]


@pytest.mark.parametrize("by", ["best", "median"])
def test_simulated_rows_are_compared_without_noise_and_say_what_they_are(tmp_path, by):
    report = example("simulated")
    result = compared(tmp_path, report, report, "--by", by)
    assert result.status == 0 and set(result.json["counts"]) == {"slower", "unclear", "faster", "same"}
    for point in result.json["points"]:
        assert point["verdict"] == "same"
        assert point["best"]["ratio"] == point["median"]["ratio_low"] == point["median"]["ratio_high"] == 1
        assert "simulated" in point["reason"] or "modelled" in point["reason"]


# --- version 1 -------------------------------------------------------------------------------------------------------


def test_reports_of_version_1_have_one_visit_and_say_so(tmp_path):
    old = version_1(row_of("tiled", QUIET))
    slower = version_1(row_of("tiled", times(1.2)))
    result = compared(tmp_path, old, slower)
    assert (result.status, result.point("tiled")["verdict"]) == (3, "unclear")
    assert [note.split(" is of ")[1] for note in result.json["notes"]] == [
        "version 1: its interval holds within one launch."
    ] * 2
    result = compared(tmp_path, old, slower, "--by", "median")
    point = result.point("tiled")
    assert (result.status, point["verdict"]) == (1, "slower") and "interval within one launch" in point["reason"]
    assert point["median"]["interval_over"] == ["repetitions", "repetitions"]
    # Beside one of version 2.
    for by, word in [("best", "unclear"), ("median", "slower")]:
        mixed = compared(tmp_path, old, report_of(row_of("tiled", times(1.2))), "--by", by)
        assert mixed.point("tiled")["verdict"] == word and len(mixed.json["notes"]) == 1
    assert "is of version 1" in Compared(tmp_path, old, old).stdout


def test_six_launches_of_version_1_are_six_visits(tmp_path):
    old = version_1(row_of("tiled", QUIET))
    more = [word for launch in range(1, 6) for word in again(tmp_path, launch, old, old)]
    for by in ["best", "median"]:
        point = compared(tmp_path, old, old, *more, "--by", by).point("tiled")
        assert point["verdict"] == "same", point
        assert point["median"]["interval_over"] == ["launches", "launches"]


# --- which rows ------------------------------------------------------------------------------------------------------


def test_points_of_one_report_alone_are_listed(tmp_path):
    base = report_of(*others(), row_of("tiled", QUIET))
    new = report_of(*others(), row_of("leap", QUIET))
    result = Compared(tmp_path, base, new)
    assert result.status == 0
    for kernel, side in [("tiled", "base"), ("leap", "new")]:
        name = row_of(kernel, QUIET)["name"]
        assert f"not compared: {name}: only in the {side} report" in result.stdout
    assert len(compared(tmp_path, base, new).json["not_compared"]) == 2


def test_skipped_points_are_listed_with_the_reason(tmp_path):
    gone = next(row for row in example("skipped")["benchmarks"] if "skipped" in row)

    def skipped(kernel):
        name = row_of(kernel, QUIET)["name"]
        return gone | {"name": name, "run_name": name, "kernel": kernel}

    base = report_of(skipped("naive"), row_of("tiled", QUIET), row_of("leap", QUIET))
    new = report_of(row_of("naive", QUIET), skipped("tiled"), row_of("leap", QUIET))
    result = compared(tmp_path, base, new)
    reasons = {entry["name"].split("/")[1]: entry["reason"] for entry in result.json["not_compared"]}
    assert reasons == {
        "naive": f"in base skipped: {gone['skipped']}; in new measured",
        "tiled": f"in base measured; in new skipped: {gone['skipped']}",
    }
    assert len(result.json["points"]) == 1


def test_only_chooses_points_by_words(tmp_path):
    report = report_of(*others(), *others(cells=10**6))
    result = compared(tmp_path, report, report, "--only", "naive/", "--only", "cells:1000000/")
    assert [point["name"] for point in result.json["points"]] == [row_of("naive", QUIET, cells=10**6)["name"]]


@pytest.mark.parametrize("by", ["best", "median"])
def test_table_names_files_verdicts_and_counts(tmp_path, by):
    base, new = report_of(*others(), row_of("tiled", QUIET)), report_of(*others(), row_of("tiled", times(1.1)))
    result = Compared(tmp_path, base, new, "--by", by)
    assert result.status == 1
    lines = result.stdout.splitlines()
    assert any(line.startswith("base ") and "base.json" in line for line in lines)
    assert any(line.startswith("slower ") and line.count("-9.1%") == 2 and "tiled" in line for line in lines)
    assert any(line.startswith("Judged by the") and by in line for line in lines)
    assert lines[-1] == f"4 points by {by}: 1 slower, 0 unclear, 0 faster, 3 same."
    # The worst comes first.
    verdicts = [line.split()[0] for line in lines if line.startswith(("slower", "same"))]
    assert verdicts == ["slower", "same", "same", "same"]


def test_table_has_short_names_and_rates_in_mcops(tmp_path):
    text = Compared(tmp_path, example("measured"), example("measured")).stdout
    assert "\nAll points: sweep cells:1e6 threads:1 depth:auto " in text
    # Its change is in work a cycle, and its rates are not.
    assert re.search(r"^same +naive ranks:2 count:every +\+0.0% .* 1,987 +1,987$", text, re.MULTILINE), text
    assert "cells/cycle" not in text and "MCOPs" in text
    alone = Compared(tmp_path, report_of(row_of("tiled", QUIET)), report_of(row_of("tiled", times(1.1)))).stdout
    assert re.search(r"^slower +tiled +-9\.1% ", alone, re.MULTILINE) and "\nAll points: sweep cells:" in alone


def test_help_explains_every_option_and_status():
    done = run_script(SCRIPT, "--help")
    assert done.returncode == 0
    for word in ["--by", "--threshold", "--margin", "--only", "--other-machine", "--other-contract", "--json", "Example:"]:
        assert word in done.stdout
    for status in "0123":
        assert f"\n  {status}  " in done.stdout


# --- refusals --------------------------------------------------------------------------------------------------------


def refused_with(done, *words):
    line = one_line_of(done, "compare.py")
    assert not done.stdout and all(word in line for word in words), f"not {words} in: {line}\n{done.stdout}"


def refused(folder, base, new, word, *options):
    for more in [[], ["--json"]]:
        result = Compared(folder, base, new, *options, *more, check=False)
        refused_with(result.done, word)


def other(change):
    report = report_of(*others())
    change(report)
    return report


WHOLE = json.dumps(report_of(*others()))
NOT_OURS = {
    "empty": ("", "not JSON"),
    "truncated": (WHOLE[: len(WHOLE) // 2], "not JSON"),
    "number": ("5", "not a report of trafficbench"),
    "null": ("null", "not a report of trafficbench"),
    "list": ("[]", "not a report of trafficbench"),
    "another program's": ('{"context": {"executable": "./bench"}, "benchmarks": []}', "context"),
    "NaN": (WHOLE.replace("2000000000.0", "NaN", 1), "NaN"),
    "not text": ("\udcff", "cannot be read"),
    "integer that is no float": (WHOLE.replace('"cells": 100000000', f'"cells": {10**400}', 1), "beyond the range"),
    "half of a character": (WHOLE.replace('"host": "', '"host": "\\ud800', 1), "unpaired UTF-16 surrogate"),
    "other version": (
        json.dumps(other(lambda report: report["context"].update(json_schema_version=2))),
        "json_schema_version",
    ),
    "impossible": (json.dumps(other(lambda report: report["benchmarks"][0].update(mcops_best=1.0))), "mcops_best"),
    "no rows": (json.dumps(report_of()), "no row"),
}


@pytest.mark.parametrize("kind", NOT_OURS)
@pytest.mark.parametrize("side", ["base", "new"])
def test_what_is_no_report_is_refused(tmp_path, kind, side):
    text, word = NOT_OURS[kind]
    paths = {"base": tmp_path / "base.json", "new": tmp_path / "new.json"}
    for path in paths.values():
        path.write_text(WHOLE, encoding="utf-8")
    paths[side].write_bytes(text.encode("utf-8", "surrogateescape"))
    refused_with(run_script(SCRIPT, *paths.values()), word, *([] if kind == "no rows" else [str(paths[side])]))


def test_files_that_cannot_be_read_are_refused(tmp_path):
    good = tmp_path / "good.json"
    good.write_text(WHOLE, encoding="utf-8")
    for path in [tmp_path / "missing.json", tmp_path]:
        refused_with(run_script(SCRIPT, good, path), str(path))


@pytest.mark.parametrize(
    "arguments, word",
    [
        ([], "BASE.json"),
        (["a"], "NEW.json"),
        (["a", "b", "c"], "c"),
        (["a", "b", "--fly"], "--fly"),
        (["a", "b", "--thresh", "1"], "--thresh"),
        (["a", "b", "--threshold", "much"], "much"),
        (["a", "b", "--threshold", "-1"], "-1"),
        (["a", "b", "--threshold", "nan"], "nan"),
        (["a", "b", "--by", "worst"], "worst"),
        (["a", "b", "--margin", "6"], "--margin is for --by median"),
        (["a", "b", "--by", "median", "--threshold", "6"], "--threshold is for --by best"),
    ],
)
def test_bad_option_is_refused(arguments, word):
    refused_with(run_script(SCRIPT, *arguments), word)


def test_other_contract_is_refused_unless_told(tmp_path):
    base, new = report_of(*others(count="every")), report_of(*others(count="sampled"))
    refused(tmp_path, base, new, "--other-contract")
    result = compared(tmp_path, base, new, "--other-contract")
    assert result.status == 0 and len(result.json["points"]) == 3
    assert all("counting modes every and sampled" in point["reason"] for point in result.json["points"])
    # A report that has both has a partner of the same counting mode, and no other is taken.
    both = report_of(*others(count="every"), *others(count="sampled"))
    assert len(compared(tmp_path, base, both, "--other-contract").json["points"]) == 3
    # A name that hides another contract.
    hidden = other(lambda report: [row.update(count="sampled") for row in report["benchmarks"]])
    refused(tmp_path, report_of(*others()), hidden, "--other-contract", "--only", "naive/")


@pytest.mark.parametrize(
    "change, word",
    [
        (lambda run: run["cpu"].update(model="Other CPU"), "Other CPU"),
        (lambda run: run["cpu"].update(cores=64), "64"),
        (lambda run: run["caches"][0].update(size=49152), "48 KiB"),
    ],
)
def test_another_machine_is_refused_unless_told(tmp_path, change, word):
    new = other(lambda report: change(report["context"]["runs"][0]))
    refused(tmp_path, report_of(*others()), new, word)
    assert compared(tmp_path, report_of(*others()), new, "--other-machine").status == 0


def test_another_node_of_the_same_kind_is_no_other_machine(tmp_path):
    new = other(lambda report: report["context"]["runs"][0].update(host="nid001234"))
    assert compared(tmp_path, report_of(*others()), new).status == 0


def test_failed_rows_are_refused(tmp_path):
    failed = example("failed")
    (name,) = [row["name"] for row in failed["benchmarks"] if row["verified"] is False]
    good = next(row["name"] for row in failed["benchmarks"] if row["verified"])
    refused(tmp_path, failed, failed, name)
    for word in ["failed its verification", "of the base report"]:
        refused(tmp_path, failed, example("measured"), word)
    refused(tmp_path, example("measured"), failed, "of the new report")
    assert compared(tmp_path, failed, failed, "--only", good).status in (0, 3)


def test_simulated_and_measured_rows_are_not_compared(tmp_path):
    simulated = example("simulated")
    refused(tmp_path, example("measured"), simulated, "simulated")
    # Nor under one name.
    row = simulated["benchmarks"][0]
    measured = report_of(row_of(row["kernel"], QUIET, cells=row["cells"], name=row["name"], ranks=row["ranks"]))
    measured["benchmarks"][0] |= {"cells_per_cycle": None, "clock_hz": None, "placement": None}
    refused(tmp_path, measured, simulated, "simulated", "--only", row["name"])


@pytest.mark.parametrize(
    "field, value", [("cells", 10**7), ("seed", 1), ("init", "uni"), ("mode", "weak"), ("density", 0.3)]
)
def test_a_name_that_means_another_point_is_refused(tmp_path, field, value):
    new = [row_of(kernel, QUIET, **({"cells": value} if field == "cells" else {field: value})) for kernel in OTHERS]
    for row, kernel in zip(new, OTHERS):
        row["name"] = row["run_name"] = row_of(kernel, QUIET)["name"]
    refused(tmp_path, report_of(*others()), report_of(*new), f"has {field}")


def test_reports_without_a_common_point_are_refused(tmp_path):
    refused(tmp_path, report_of(*others()), report_of(*others(cells=10**6)), "no point was measured in both")
    refused(tmp_path, report_of(*others()), report_of(*others()), "whose name has warp", "--only", "warp")


# --- noise that is known ---------------------------------------------------------------------------------------------


def sweep_report(machine, generator, points, slowed=None):
    """A launch as a report; `points` are (kernel, place)."""
    rows = launch(machine, generator, rounds=2, points=points, slowed=slowed)
    made = {point: row["samples"] for point, row in rows.items()}
    return report_of(*(row_of(kernel, QUIET, 10**8 + place, samples=made[kernel, place]) for kernel, place in points))


SWEEP = [(kernel, place) for kernel in ("bitpacked", "bitsliced", "tiled") for place in range(20)]


@pytest.mark.parametrize("by", ["best", "median"])
@pytest.mark.parametrize("machine", [Machine("independent", 0.1), Machine("states", 0.3)], ids=["independent", "states"])
def test_identical_sweeps_are_rarely_told_apart(tmp_path, machine, by):
    generator = random.Random(3)
    base, new = (sweep_report(machine, generator, SWEEP) for _ in range(2))
    counts = compared(tmp_path, base, new, "--by", by).json["counts"]
    assert sum(counts.values()) == 60
    assert counts["slower"] + counts["faster"] <= 60 / 20


@pytest.mark.parametrize("factor, word", [(1.15, "slower"), (1 / 1.15, "faster")])
def test_a_kernel_that_changed_is_found_at_every_point_by_best(tmp_path, factor, word):
    generator, machine = random.Random(4), Machine("states", 0.3)
    base = sweep_report(machine, generator, SWEEP)
    new = sweep_report(machine, generator, SWEEP, {("tiled", place): factor for place in range(20)})
    result = compared(tmp_path, base, new)
    assert {point["verdict"] for point in result.json["points"] if "/tiled/" in point["name"]} == {word}
    assert {point["verdict"] for point in result.json["points"] if "/tiled/" not in point["name"]} == {"same"}
    # By median the intervals reach over each other.
    found = compared(tmp_path, base, new, "--by", "median").json["counts"]
    assert found[word] < 20


def test_a_thousand_points_are_compared_in_order_of_the_reports(tmp_path):
    report = sweep_report(Machine("independent"), random.Random(5), [("tiled", place) for place in range(1000)])
    result = compared(tmp_path, report, report)
    assert [point["name"] for point in result.json["points"]] == [row["name"] for row in report["benchmarks"]]


# --- what the program writes -----------------------------------------------------------------------------------------


def test_two_sweeps_of_the_program_are_compared(tmp_path):
    """With points that are skipped; what is said of the times is the machine's affair."""
    arguments = ["sweep", "--kernels", "naive,tiled,leap", "--cells", "1e4", "--threads", "1,4000", "--count", "every"]
    arguments += ["--min-seconds", "0.002", "--visits", "6", "--rounds", "1", "--spacing", "0"]
    paths = [tmp_path / "a.json", tmp_path / "b.json"]
    for path in paths:
        succeed(*arguments, "--output", path)
    done = run_script(SCRIPT, *paths, "--json")
    assert done.returncode in (0, 1, 3), done.stderr
    result = json.loads(done.stdout)
    assert len(result["points"]) == 3 and len(result["not_compared"]) == 3, result
    # Google Benchmark's own compare.py reads them too.
    table = google_compare(*paths)
    for point in result["points"]:
        assert point["name"] in table
    for point in result["not_compared"]:
        assert point["name"] not in table
