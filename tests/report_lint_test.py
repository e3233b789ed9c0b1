"""scripts/report.py --lint: a good report holds to the twelve rules, and each rule can be broken.

Run: /usr/bin/python3 -m pytest tests/report_lint_test.py
"""

import made_up_report
import pytest
from report_helpers import example

from trafficbench_tools.report import lint, loading, methods

KERNELS = ("naive", "branchless", "bitpacked", "bitsliced", "tiled")


def good():
    """All kernels, up to all cores of the machine, and no note that would excuse anything."""
    report = made_up_report.make(kernels=KERNELS, cores=4)
    report["context"].pop("note")
    report["context"]["runs"][0].pop("note")
    return report


def rules_of(report, folder, reason=None):
    path = made_up_report.save(report, folder / "made-up.json")
    return {rule.number: rule for rule in lint.lint(loading.load([path]), reason)}


def broken(report, folder, reason=None):
    return [number for number, rule in rules_of(report, folder, reason).items() if rule.broken]


def test_good_report_breaks_no_rule(tmp_path):
    rules = rules_of(good(), tmp_path)
    assert sorted(rules) == list(range(1, 13))
    assert [rule.breaks for rule in rules.values() if rule.broken] == []


def without_base(report):
    row = report["benchmarks"][-1]
    for key in [key for key in row if "base" in key or "speedup" in key or "efficiency" in key]:
        row[key] = None


def few_cores(report):
    report["context"]["runs"][0]["cpu"]["cores"] = 64


def few_kernels(report):
    kept = [row for row in report["benchmarks"] if row["kernel"] != "bitpacked"]
    report["benchmarks"] = kept


def other_base_rate(report):
    report["benchmarks"][-1]["base_mcops"] *= 2


def no_interval(report):
    report["benchmarks"][0]["mcops_low"] = report["benchmarks"][0]["mcops_high"] = None


def wide_normal_interval(report):
    row = report["benchmarks"][0]
    row["mcops_low"] *= 0.9


def ratio_without_interval(report):
    report["benchmarks"][-1]["speedup_low"] = report["benchmarks"][-1]["speedup_high"] = None


def three_slow_repetitions(report):
    """Of eight: the median stays where it was, the upper quartile does not."""
    row = report["benchmarks"][0]
    slowest = sorted(range(len(row["samples"])), key=row["samples"].__getitem__)[-3:]
    for number in slowest:
        row["samples"][number] *= 2
        row["rank_seconds"][number]["max"] *= 2
    row["mcops_low"] = row["cells"] * row["steps"] / max(row["samples"]) / 1e6


def dirty_commit(report):
    report["context"]["runs"][0]["commit"] += "-dirty"


def no_clock(report):
    report["context"]["runs"][0]["cpu"]["clock_hz"] = None


def no_placement(report):
    report["benchmarks"][0]["placement"] = None


def no_rank_times(report):
    row = next(row for row in report["benchmarks"] if row["ranks"] > 1)
    del row["rank_seconds"]


def no_limit(report):
    report["benchmarks"][0]["limit"] = report["benchmarks"][0]["fraction_of_limit"] = None


def warned(report):
    report["benchmarks"][0]["warnings"] = ["shared_core"]


def failed(report):
    made_up_report.fail(report, len(report["benchmarks"]) - 1)


DAMAGE = [
    (without_base, 1, "without a base"),
    (few_cores, 2, "at most 4 of 64 cores used"),
    (few_kernels, 2, "no rows of bitpacked"),
    (other_base_rate, 4, "unlike the row's rate over its base's"),
    (no_interval, 5, "without an interval"),
    (wide_normal_interval, 6, "not between ordered samples"),
    (ratio_without_interval, 7, "without an interval"),
    (three_slow_repetitions, 8, "upper quartile"),
    (dirty_commit, 9, "without changes"),
    (no_clock, 9, "a clock"),
    (no_placement, 9, "without a placement"),
    (no_rank_times, 10, "ranks' own times"),
    (no_limit, 11, "without a limit"),
    (warned, 12, "under a warning"),
    (failed, 12, "failed verification"),
]


@pytest.mark.parametrize("damage, number, words", DAMAGE, ids=[damage.__name__ for damage, _, _ in DAMAGE])
def test_each_rule_can_be_broken(tmp_path, damage, number, words):
    report = good()
    damage(report)
    rules = rules_of(report, tmp_path)
    assert [found for found, rule in rules.items() if rule.broken] == [number]
    assert words in " ".join(rules[number].breaks)


def test_rate_that_is_not_work_over_the_median_breaks_the_third_rule(tmp_path):
    """The check at loading refuses such a file before; the rule must hold by itself all the same."""
    sources = loading.load([made_up_report.save(good(), tmp_path / "made-up.json")])
    sources[0].rows[0]["mcops"] *= 1.1
    rules = {rule.number: rule for rule in lint.lint(sources)}
    assert rules[3].broken


@pytest.mark.parametrize("damage", [few_cores, few_kernels])
def test_a_reason_mends_the_second_rule(tmp_path, damage):
    report = good()
    damage(report)
    assert broken(report, tmp_path, "only this is in use here") == []
    report["context"]["note"] = "only this is in use here"
    assert broken(report, tmp_path) == []


def test_kernels_that_are_missing_are_those_of_the_build(tmp_path):
    report = good()
    report["context"]["runs"][0]["kernels"] += ["stranger", "other-stranger"]
    rules = rules_of(report, tmp_path)
    assert "no rows of stranger, other-stranger," in " ".join(rules[2].breaks)
    # Launches of older versions do not say which there are.
    few_kernels(report)
    del report["context"]["runs"][0]["kernels"]
    assert broken(report, tmp_path) == []


def test_rows_left_out_need_a_reason(tmp_path):
    path = made_up_report.save(good(), tmp_path / "made-up.json")
    rules = {rule.number: rule for rule in lint.lint(loading.load([path], ["tiled/"]))}
    assert "left out by --only" in " ".join(rules[2].breaks)


def test_methods_say_what_the_file_says(tmp_path):
    report = good()
    text = methods.paragraph(loading.load([made_up_report.save(report, tmp_path / "made-up.json")])[0])
    run = report["context"]["runs"][0]
    for part in (
        run["commit"],
        run["cpu"]["model"],
        run["compiler"],
        "2.00 GHz",
        "medians with 95% intervals",
        "1 × 1, 2 × 1, 4 × 1",
        "10⁶ cells",
    ):
        assert part in text, part
    assert "FAILED" not in text


def test_methods_say_what_ended_the_repetitions_and_what_was_dropped(tmp_path):
    report = made_up_report.make(kernels=("naive",))

    def text():
        return methods.paragraph(loading.load([made_up_report.save(report, tmp_path / "made-up.json")])[0])

    assert "time limit" not in text() and "dropped" not in text()
    report["benchmarks"][0].update(stopped="time_limit", discarded=3, warnings=["short_repetition"])
    assert "ended the repetitions of 1 point" in text() and "3 repetitions made before these were dropped" in text()
    assert "1 point was measured under warnings" in text() and "shorter than asked for" in text()


def test_methods_do_not_hide_a_failure_or_a_simulation(tmp_path):
    report = good()
    failed(report)
    text = methods.paragraph(loading.load([made_up_report.save(report, tmp_path / "made-up.json")])[0])
    assert "1 FAILED and must not be used" in text and "Every point was verified" not in text
    path = made_up_report.save(example("simulated"), tmp_path / "simulated.json")
    text = methods.paragraph(loading.load([path])[0])
    assert "3 points were simulated with smpi and not measured" in text and "We ran" not in text
