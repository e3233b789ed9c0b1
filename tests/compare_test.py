"""scripts/compare.py: every verdict and exit status, what it refuses, and how often it is wrong on noise that is known.

Run: /usr/bin/python3 -m pytest tests/compare_test.py
"""

import copy
import json
import random
import statistics

import pytest
from program import ROOT, one_line_of, succeed
from report_helpers import example, google_compare, load_report
from script import run_script
from synthetic_launch import KERNELS, Machine, launch

SCRIPT = ROOT / "scripts" / "compare.py"
QUIET = [0.1, 0.1004, 0.0999, 0.1001, 0.1003, 0.1002, 0.0998, 0.1]
# Kernels that stay as they are, so that the launch noise is known and small.
STEADY = ["naive", "branchless", "bitpacked"]


def times(factor, samples=QUIET):
    return [factor * sample for sample in samples]


def row_of(kernel, samples, cells=10**8, steps=100, **changes):
    """A row with these samples, as the schema has it."""
    row = copy.deepcopy(example("measured")["benchmarks"][0])
    for field in ["real_time_low", "real_time_high", "rank_seconds", "rounds", "shares", "discarded"]:
        row.pop(field, None)
    for field in ["base_samples", "base_steps", "ladder_base_samples", "ladder_base_steps"]:
        row.pop(field, None)
    for field in row:
        if "speedup" in field or "efficiency" in field or "base" in field or "limit" in field:
            row[field] = None
    seconds = statistics.median(samples)
    rate = cells * steps / seconds
    row |= {
        "name": f"sweep/{kernel}/cells:{cells}/ranks:1/threads:1/count:{changes.get('count', 'every')}",
        **{"kernel": kernel, "cells": cells, "cars": cells // 2, "steps": steps, "iterations": steps, "count": "every"},
        **{"samples": samples, "repetitions": len(samples), "real_time": 1e3 * seconds, "cpu_time": 1e3 * seconds},
        **{"mcops": rate / 1e6, "mcops_low": None, "mcops_high": None, "clock_hz": 2e9, "cells_per_cycle": rate / 2e9},
        **changes,
    }
    row["run_name"] = row["name"]
    return row


def report_of(*rows):
    report = example("measured")
    report.pop("fits", None)
    return report | {"benchmarks": list(rows)}


def steady(**changes):
    return [row_of(kernel, QUIET, **changes) for kernel in STEADY]


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
    """What is said of one kernel beside three steady ones."""
    result = compared(folder, report_of(*steady(), base_row), report_of(*steady(), new_row), *options)
    return result.status, result.point(base_row["kernel"])


# --- verdicts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "factor, options, verdict, status",
    [
        (1.0, [], "same", 0),
        (1.05, [], "slower", 1),
        (1 / 1.05, [], "faster", 0),
        (1.01, [], "same", 0),
        (1.01, ["--threshold", "0.5"], "slower", 1),
        (1.05, ["--threshold", "10", "--margin", "10"], "same", 0),
        (2.0, [], "slower", 1),
    ],
)
def test_verdict_of_a_known_change(tmp_path, factor, options, verdict, status):
    got, point = one_change(tmp_path, row_of("tiled", QUIET), row_of("tiled", times(factor)), *options)
    assert (point["verdict"], got) == (verdict, status), point
    assert point["ratio"] == pytest.approx(1 / factor, rel=1e-9)
    assert point["ratio_low"] <= point["ratio"] <= point["ratio_high"]
    assert point["reason"]


def test_speeds_are_compared_per_iteration(tmp_path):
    base, new = row_of("tiled", QUIET, steps=100), row_of("tiled", times(1.5), steps=150)
    status, point = one_change(tmp_path, base, new)
    assert (point["verdict"], status) == ("same", 0)
    assert "100 and 150 iterations" in point["reason"]


def test_samples_far_apart_are_unclear(tmp_path):
    wide = [0.08, 0.1, 0.13, 0.09, 0.12, 0.11]
    status, point = one_change(tmp_path, row_of("tiled", wide), row_of("tiled", times(1.03, wide)))
    assert (point["verdict"], status) == ("unclear", 3)
    assert "too far apart" in point["reason"]


def test_slower_weighs_more_than_unclear(tmp_path):
    base = report_of(*steady(), row_of("tiled", QUIET), row_of("leap", QUIET[:3]))
    new = report_of(*steady(), row_of("tiled", times(1.1)), row_of("leap", QUIET[:3]))
    result = compared(tmp_path, base, new)
    assert result.status == 1
    assert result.json["counts"] == {"slower": 1, "unclear": 1, "faster": 0, "same": 3}


def again(folder, index, base, new):
    paths = [folder / f"{side}{index}.json" for side in ("base", "new")]
    for path, report in zip(paths, [base, new]):
        report = copy.deepcopy(report)
        report["context"]["runs"][0]["date"] = f"2026-01-0{index}T00:00:00Z"  # launches of one second are one
        path.write_text(json.dumps(report), encoding="utf-8")
        load_report(path)
    return ["--again", *map(str, paths)]


def test_further_launches_average_out_what_launches_differ_by(tmp_path):
    """All kernels wander by a few percent from launch to launch, one of them is 5% slower in the new one."""
    wander = {"naive": [1.04, 0.98, 0.97, 1.01], "branchless": [0.97, 1.04, 0.99, 1.0], "bitpacked": [1.03, 0.96, 1.02, 1.0]}
    own = [1.03, 0.98, 1.02, 0.97]

    def side(launch, factor):
        rows = [row_of(kernel, times(wander[kernel][launch] if factor != 1 else 1)) for kernel in STEADY]
        return report_of(*rows, row_of("tiled", times(factor * (own[launch] if factor != 1 else 1))))

    first = side(0, 1), side(0, 1.05)
    more = [word for launch in (1, 2, 3) for word in again(tmp_path, launch, side(launch, 1), side(launch, 1.05))]
    alone = compared(tmp_path, *first)
    assert alone.point("tiled")["verdict"] == "unclear"
    together = compared(tmp_path, *first, *more)
    point = together.point("tiled")
    assert point["verdict"] == "slower" and together.status == 1, point
    assert point["ratio"] == pytest.approx(1 / (1.05 * statistics.median(own)), rel=1e-3)
    assert point["launch_noise"] < alone.point("tiled")["launch_noise"]
    assert all(one["verdict"] == "same" for one in together.json["points"] if one is not point)
    assert len(together.json["again"]) == 3


def test_point_that_a_launch_lacks_is_told_and_left_out(tmp_path):
    whole = report_of(*steady(), row_of("tiled", QUIET))
    result = compared(tmp_path, whole, whole, *again(tmp_path, 1, report_of(*steady()), report_of(*steady())))
    (left_out,) = result.json["not_compared"]
    assert "/tiled/" in left_out["name"] and left_out["reason"] == "not in every pair of reports"
    assert result.json["counts"]["same"] == 3


def test_one_kernel_alone_has_its_own_launches_to_go_by(tmp_path):
    """Student's t: three launches a percent apart leave 5% unclear, eight do not; one launch twice is refused."""
    own = [1.01, 0.99, 1.0, 1.01, 0.99, 1.0, 1.01, 0.99]

    def sides(launch):
        return report_of(row_of("tiled", QUIET)), report_of(row_of("tiled", times(1.025 * own[launch])))

    def point(launches):
        more = [word for launch in range(1, launches) for word in again(tmp_path, launch, *sides(launch))]
        return compared(tmp_path, *sides(0), *more).point("tiled")

    assert point(3)["verdict"] == "unclear" and "the point itself moved" in point(3)["reason"]
    assert point(8)["verdict"] == "slower"
    words = again(tmp_path, 1, *sides(1))
    result = Compared(tmp_path, *sides(0), *words, *words)
    assert result.status == 2 and "one launch" in result.stderr


def test_launch_on_another_machine_is_refused(tmp_path):
    here = report_of(*steady())
    there = copy.deepcopy(here)
    there["context"]["runs"][0]["cpu"]["model"] = "Another"
    words = again(tmp_path, 1, there, there)
    result = Compared(tmp_path, here, here, *words)
    assert result.status == 2 and "Another" in result.stderr and len(result.stderr.splitlines()) == 1
    assert compared(tmp_path, here, here, *words, "--other-machine").status == 0


@pytest.mark.parametrize("count", [1, 2, 5])
def test_few_samples_are_unclear(tmp_path, count):
    status, point = one_change(tmp_path, row_of("tiled", QUIET[:count]), row_of("tiled", times(2)))
    assert (point["verdict"], status) == ("unclear", 3)
    assert point["ratio_low"] is None and "needs 6" in point["reason"]


def test_a_change_that_all_kernels_share_is_unclear(tmp_path):
    """The machine may have done it."""
    base = [row_of(kernel, QUIET) for kernel in KERNELS]
    new = [row_of(kernel, times(1.05)) for kernel in KERNELS]
    result = compared(tmp_path, report_of(*base), report_of(*new))
    assert result.status == 3
    assert {point["verdict"] for point in result.json["points"]} == {"unclear"}
    assert all("other kernels moved by 7.5%" in point["reason"] for point in result.json["points"])
    # One kernel alone has nothing to be held against.
    alone = compared(tmp_path, report_of(base[0]), report_of(new[0]))
    assert (alone.status, alone.point("naive")["verdict"]) == (1, "slower")
    assert alone.point("naive")["launch_noise"] is None


def test_noise_at_one_place_counts_there_alone(tmp_path):
    def rows(factor_here, factor_tiled):
        for cells in [10**6, 10**7, 10**8]:
            here = cells == 10**6
            for kernel in STEADY:
                yield row_of(kernel, times(factor_here if here else 1), cells=cells)
            yield row_of("tiled", times(factor_tiled), cells=cells)

    result = compared(tmp_path, report_of(*rows(1, 1)), report_of(*rows(1.06, 1.05)))
    tiled = [point for point in result.json["points"] if "/tiled/" in point["name"]]
    found = {point["name"].split("/")[2]: point["verdict"] for point in tiled}
    assert found == {"cells:1000000": "unclear", "cells:10000000": "slower", "cells:100000000": "slower"}


def test_one_changed_kernel_among_three_makes_the_others_no_noisier(tmp_path):
    base = [row_of(kernel, QUIET) for kernel in STEADY]
    new = [row_of(STEADY[0], times(1.2)), *base[1:]]
    result = compared(tmp_path, report_of(*base), report_of(*new))
    assert [point["verdict"] for point in result.json["points"]] == ["slower", "same", "same"]


def test_a_change_that_the_clock_explains_is_unclear(tmp_path):
    new = row_of("tiled", times(1.05))
    new |= {"clock_hz": 2e9 / 1.05, "cells_per_cycle": new["cells_per_cycle"] * 1.05}
    status, point = one_change(tmp_path, row_of("tiled", QUIET), new)
    assert (point["verdict"], status) == ("unclear", 3)
    assert "2.00 and 1.90 GHz" in point["reason"] and "+0.0%" in point["reason"]
    # A clock that went the other way explains nothing.
    new |= {"clock_hz": 2e9 * 1.05, "cells_per_cycle": new["mcops"] * 1e6 / (2e9 * 1.05)}
    status, point = one_change(tmp_path, row_of("tiled", QUIET), new)
    assert (point["verdict"], status) == ("slower", 1)


def test_a_change_that_other_programs_explain_is_unclear(tmp_path):
    new = row_of("tiled", times(1.3), cpu_time=100.0)
    status, point = one_change(tmp_path, row_of("tiled", QUIET), new)
    assert (point["verdict"], status) == ("unclear", 3)
    assert "100% and 77% of their cores" in point["reason"]


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
    assert result.status == 0 and " ms " in result.stdout
    slower = copy.deepcopy(report)
    for row in slower["benchmarks"]:
        if row["class"] == "closed-form":
            for field in ["rank_seconds", "real_time_low", "real_time_high"]:
                row.pop(field, None)
            row |= {"samples": times(1.5, row["samples"]), "real_time": 1.5 * row["real_time"]}
            row["cpu_time"] *= 1.5
    assert Compared(tmp_path, report, slower).status == 1
    row = slower["benchmarks"][0]
    row["steps"] = row["iterations"] = 2 * row["steps"]
    point = compared(tmp_path, report, slower, "--only", row["name"]).json["points"][0]
    assert point["verdict"] == "unclear" and "not the same work" in point["reason"]


def test_simulated_rows_are_compared_without_noise_and_say_what_they_are(tmp_path):
    report = example("simulated")
    result = compared(tmp_path, report, report)
    assert result.status == 0
    for point in result.json["points"]:
        assert point["ratio_low"] == point["ratio"] == point["ratio_high"] == 1
        assert "simulated" in point["reason"] or "modelled" in point["reason"]


# --- which rows ------------------------------------------------------------------------------------------------------


def test_points_of_one_report_alone_are_listed(tmp_path):
    base = report_of(*steady(), row_of("tiled", QUIET))
    new = report_of(*steady(), row_of("leap", QUIET))
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
    report = report_of(*steady(), *steady(cells=10**6))
    result = compared(tmp_path, report, report, "--only", "naive/", "--only", "cells:1000000/")
    assert [point["name"] for point in result.json["points"]] == [row_of("naive", QUIET, cells=10**6)["name"]]


def test_table_names_files_verdicts_and_counts(tmp_path):
    base, new = report_of(*steady(), row_of("tiled", QUIET)), report_of(*steady(), row_of("tiled", times(1.1)))
    result = Compared(tmp_path, base, new)
    assert result.status == 1
    lines = result.stdout.splitlines()
    assert any(line.startswith("base ") and "base.json" in line for line in lines)
    assert any(line.startswith("slower ") and "-9.1%" in line and "tiled" in line for line in lines)
    assert lines[-1] == "4 points: 1 slower, 0 unclear, 0 faster, 3 same."
    # The worst comes first.
    verdicts = [line.split()[0] for line in lines if line.startswith(("slower", "same"))]
    assert verdicts == ["slower", "same", "same", "same"]


def test_help_explains_every_option_and_status():
    done = run_script(SCRIPT, "--help")
    assert done.returncode == 0
    for word in ["--threshold", "--margin", "--only", "--other-machine", "--other-contract", "--json", "Example:"]:
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
    report = report_of(*steady())
    change(report)
    return report


WHOLE = json.dumps(report_of(*steady()))
NOT_OURS = {
    "empty": ("", "not JSON"),
    "truncated": (WHOLE[: len(WHOLE) // 2], "not JSON"),
    "number": ("5", "the report"),
    "null": ("null", "the report"),
    "list": ("[]", "the report"),
    "another program's": ('{"context": {"executable": "./bench"}, "benchmarks": []}', "context"),
    "NaN": (WHOLE.replace("2000000000.0", "NaN", 1), "NaN"),
    "not text": ("\udcff", "cannot be read"),
    "integer that is no float": (WHOLE.replace('"cells": 100000000', f'"cells": {10**400}', 1), "beyond the range"),
    "half of a character": (WHOLE.replace('"host": "', '"host": "\\ud800', 1), "half of a UTF-16 pair"),
    "other version": (
        json.dumps(other(lambda report: report["context"].update(json_schema_version=2))),
        "json_schema_version",
    ),
    "impossible": (json.dumps(other(lambda report: report["benchmarks"][0].update(real_time=1.0))), "median"),
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
        (["a", "b", "--threshold", "6"], "--margin 5 is below --threshold 6"),
    ],
)
def test_bad_option_is_refused(arguments, word):
    refused_with(run_script(SCRIPT, *arguments), word)


def test_other_contract_is_refused_unless_told(tmp_path):
    base, new = report_of(*steady(count="every")), report_of(*steady(count="sampled"))
    refused(tmp_path, base, new, "--other-contract")
    result = compared(tmp_path, base, new, "--other-contract")
    assert result.status == 0 and len(result.json["points"]) == 3
    assert all("contracts every and sampled" in point["reason"] for point in result.json["points"])
    # A report that has both has a partner of the same contract, and no other is taken.
    both = report_of(*steady(count="every"), *steady(count="sampled"))
    assert len(compared(tmp_path, base, both, "--other-contract").json["points"]) == 3
    # A name that hides another contract.
    hidden = other(lambda report: [row.update(count="sampled") for row in report["benchmarks"]])
    refused(tmp_path, report_of(*steady()), hidden, "--other-contract", "--only", "naive/")


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
    refused(tmp_path, report_of(*steady()), new, word)
    assert compared(tmp_path, report_of(*steady()), new, "--other-machine").status == 0


def test_another_node_of_the_same_kind_is_no_other_machine(tmp_path):
    new = other(lambda report: report["context"]["runs"][0].update(host="nid001234"))
    assert compared(tmp_path, report_of(*steady()), new).status == 0


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
    new = [row_of(kernel, QUIET, **({"cells": value} if field == "cells" else {field: value})) for kernel in STEADY]
    for row, kernel in zip(new, STEADY):
        row["name"] = row["run_name"] = row_of(kernel, QUIET)["name"]
    refused(tmp_path, report_of(*steady()), report_of(*new), f"has {field}")


def test_reports_without_a_common_point_are_refused(tmp_path):
    refused(tmp_path, report_of(*steady()), report_of(*steady(cells=10**6)), "no point was measured in both")
    refused(tmp_path, report_of(*steady()), report_of(*steady()), "whose name has warp", "--only", "warp")


# --- statistics on known noise ---------------------------------------------------------------------------------------


def sweep_report(samples):
    return report_of(*(row_of(kernel, seconds, cells=10**8 + place) for (kernel, place), seconds in samples.items()))


@pytest.mark.parametrize(
    "machine",
    [Machine(0.01), Machine(0.02, "normal"), Machine(0.01, memory=0.5, own=0.005), Machine(0.01, shared=0.01)],
    ids=["delays", "normal", "correlated", "shared"],
)
def test_identical_sweeps_are_rarely_told_apart(tmp_path, machine):
    generator = random.Random(3)
    base, new = launch(machine, 40, 12, generator), launch(machine, 40, 12, generator)
    counts = compared(tmp_path, sweep_report(base), sweep_report(new)).json["counts"]
    assert sum(counts.values()) == 240
    assert counts["slower"] + counts["faster"] <= 240 / 20


@pytest.mark.parametrize("factor, word", [(1.05, "slower"), (1 / 1.05, "faster")])
def test_a_kernel_that_changed_by_five_percent_is_found_at_every_point(tmp_path, factor, word):
    generator = random.Random(4)
    machine = Machine(0.01, memory=0.3, own=0.002)
    base = launch(machine, 20, 15, generator)
    new = launch(machine, 20, 15, generator, slowed=["tiled"], factor=factor)
    result = compared(tmp_path, sweep_report(base), sweep_report(new))
    found = {point["verdict"] for point in result.json["points"] if "/tiled/" in point["name"]}
    assert found == {word}
    wrong = [point["verdict"] for point in result.json["points"] if "/tiled/" not in point["name"]]
    assert wrong.count("slower") + wrong.count("faster") <= 100 / 20


def test_a_thousand_points_are_compared_in_order_of_the_reports(tmp_path):
    generator = random.Random(5)
    report = sweep_report(launch(Machine(0.01), 170, 8, generator))
    result = compared(tmp_path, report, report)
    assert [point["name"] for point in result.json["points"]] == [row["name"] for row in report["benchmarks"]]


# --- what the program writes -----------------------------------------------------------------------------------------


def test_two_sweeps_of_the_program_are_compared(tmp_path):
    """With points that are skipped; what is said of the times is the machine's affair."""
    arguments = ["sweep", "--kernels", "naive,tiled,leap", "--cells", "1e4", "--threads", "1,4000", "--count", "every"]
    arguments += ["--min-seconds", "0.002", "--min-repetitions", "6", "--max-repetitions", "6"]
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
