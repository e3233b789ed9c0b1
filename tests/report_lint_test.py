"""scripts/report.py --lint: a good report holds to the twelve rules, and each rule can be broken.

Run: /usr/bin/python3 -m pytest tests/report_lint_test.py
"""

import copy

import made_up_report
import pytest
from report_charts_test import charts_of
from report_helpers import example

from trafficbench_tools.report import headline, lint, loading, methods, provenance

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


def five_visits(report):
    """Of a row that nothing is divided by: without its last visit it has no interval, and neither have its ratios."""
    row = report["benchmarks"][-1]
    last = row["sample_visits"][-1]
    kept = [visit != last for visit in row["sample_visits"]]
    for key in ("samples", "sample_visits", "sample_runs", "sample_steps", "sample_clock_hz", "rank_seconds"):
        row[key] = [value for value, keep in zip(row[key], kept) if keep]
    row["repetitions"] = len(row["samples"])
    made_up_report.add_rates(row)
    made_up_report.add_ratios(report["benchmarks"], "strong")


def two_slow_visits(report):
    """Of six: the median stays where it was, the upper quartile does not."""
    row = report["benchmarks"][0]
    for number in range(4):
        row["samples"][number] *= 2
        row["rank_seconds"][number]["max"] *= 2
    made_up_report.add_rates(row)
    made_up_report.add_ratios(report["benchmarks"], "strong")


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
    report["benchmarks"][0].update(limit=None, limit_mcops=None, fraction_of_limit=None)


def warned(report):
    report["benchmarks"][0]["warnings"] = ["shared_core"]


def unoptimised(report):
    report["context"]["runs"][0]["optimised"] = False


def failed(report):
    made_up_report.fail(report, len(report["benchmarks"]) - 1)


DAMAGE = [
    (without_base, {1: "without a base"}),
    (few_cores, {2: "at most 4 of 64 cores used"}),
    (few_kernels, {2: "no rows of bitpacked"}),
    (five_visits, {5: "fewer than six visits", 7: "fewer than six visits"}),
    (two_slow_visits, {8: "upper quartile of visits"}),
    (dirty_commit, {9: "built with uncommitted changes ("}),
    (no_clock, {9: "a clock"}),
    (unoptimised, {9: "optimisation by the compiler"}),
    (no_placement, {9: "without a placement"}),
    (no_rank_times, {10: "ranks' own times"}),
    (no_limit, {11: "without a limit"}),
    (warned, {12: "under a warning"}),
    (failed, {12: "failed verification"}),
]


@pytest.mark.parametrize("damage, said", DAMAGE, ids=[damage.__name__ for damage, _ in DAMAGE])
def test_each_rule_can_be_broken(tmp_path, damage, said):
    report = good()
    damage(report)
    rules = rules_of(report, tmp_path)
    assert [found for found, rule in rules.items() if rule.broken] == list(said)
    for number, words in said.items():
        assert words in " ".join(rules[number].breaks)


def test_the_page_says_of_a_program_that_it_was_not_optimised(tmp_path):
    report = good()
    for optimised in (None, True, False):
        if optimised is not None:
            report["context"]["runs"][0]["optimised"] = optimised
        sources, charts = charts_of(report, tmp_path)
        said = optimised is False
        assert ("built without optimisation: its rates say little" in headline.banners(sources, charts)) == said
        assert ("(not optimised)" in provenance.section(sources)) == said


REFUSED = [
    ("mcops", 1.1, 3, "not work over its median time"),
    ("speedup", 1.1, 4, "that differ from the ratio of their rates"),
    ("ladder_speedup", 0.9, 4, "that differ from the ratio of their rates"),
    ("mcops_low", 0.9, 6, "not between ordered medians of visits"),
    ("real_time_high", 1.1, 6, "not between ordered medians of visits"),
    ("speedup_low", None, 7, "without an interval"),
]


@pytest.mark.parametrize("field, factor, number, words", REFUSED, ids=[field for field, *_ in REFUSED])
def test_rules_hold_by_themselves_where_loading_refuses_such_a_file_before(tmp_path, field, factor, number, words):
    sources = loading.load([made_up_report.save(good(), tmp_path / "made-up.json")])
    row = sources[0].rows[-1]
    row[field] = factor and row[field] * factor
    rules = {rule.number: rule for rule in lint.lint(sources)}
    assert rules[number].broken and words in " ".join(rules[number].breaks)


def test_ratios_to_a_base_of_other_visits_are_told(tmp_path):
    def said(report):
        return " ".join(rules_of(report, tmp_path)[7].says)

    report = good()
    assert "not measured in the row's own visits" not in said(report)
    run, row = report["context"]["runs"][0], report["benchmarks"][-1]
    row["sample_visits"] = [visit + len(run["visits"]) for visit in row["sample_visits"]]
    run["visits"] += run["visits"]
    made_up_report.add_ratios(report["benchmarks"], "strong")
    assert "2 ratios to a base that was not measured in the row's own visits" in said(report)


def of_two_launches(report):
    """As a study makes it, a launch for each shape: rows of one core are of another launch than the others."""
    report["context"]["runs"].append(copy.deepcopy(report["context"]["runs"][0]))
    for row in report["benchmarks"]:
        if row["ranks"] * row["threads"] == 1:
            row["sample_runs"] = [1 for _ in row["sample_runs"]]
    made_up_report.add_ratios(report["benchmarks"], "strong")


def test_a_launch_of_one_core_beside_one_of_all_leaves_none_unused(tmp_path):
    report = good()
    of_two_launches(report)
    assert not rules_of(report, tmp_path)[2].broken
    few_cores(report)
    report["context"]["runs"][1]["cpu"]["cores"] = 64
    assert ["at most 4 of 64 cores used" in gap for gap in rules_of(report, tmp_path)[2].breaks] == [True]
    # Nor does a launch on another machine, all of which it used, hide that.
    report["context"]["runs"][1]["cpu"].update(cores=1, model="another")
    assert ["at most 4 of 64 cores used" in gap for gap in rules_of(report, tmp_path)[2].breaks] == [True]


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


def test_ranks_that_write_files_need_no_placement(tmp_path):
    report = example("io")
    assert report["benchmarks"] and all(row["placement"] is None for row in report["benchmarks"] if row.get("samples"))
    assert not any("placement" in gap for gap in rules_of(report, tmp_path)[9].breaks)


def test_methods_say_what_the_file_says(tmp_path):
    report = good()
    text = methods.paragraph(loading.load([made_up_report.save(report, tmp_path / "made-up.json")])[0])
    run = report["context"]["runs"][0]
    for part in (
        run["commit"],
        run["cpu"]["model"],
        run["compiler"],
        "2.00 GHz",
        "visited 6 times, in 1 launch, and repeated 12 times",
        "the fastest repetition, which says what a kernel can do",
        "95% intervals from order statistics over visits",
        "1 × 1, 2 × 1, 4 × 1",
        "10⁶ cells",
    ):
        assert part in text, part
    assert "FAILED" not in text


def test_methods_say_what_ended_the_visits_and_which_points_have_no_interval(tmp_path):
    report = made_up_report.make(kernels=("naive",))

    def text():
        return methods.paragraph(loading.load([made_up_report.save(report, tmp_path / "made-up.json")])[0])

    assert "time limit" not in text() and "fewer than six visits" not in text()
    report["benchmarks"][0].update(stopped="time_limit", warnings=["short_repetition"])
    five_visits(report)
    assert "The time limit ended the visits of 1 point" in text() and "visited 5 to 6 times" in text()
    assert "1 point has no interval, with fewer than six visits" in text()
    assert "1 point was measured under warnings" in text() and "shorter than asked for" in text()


def test_methods_do_not_hide_a_failure_or_a_simulation(tmp_path):
    report = good()
    failed(report)
    text = methods.paragraph(loading.load([made_up_report.save(report, tmp_path / "made-up.json")])[0])
    assert "1 FAILED and must not be used" in text and "Every point was verified" not in text
    path = made_up_report.save(example("simulated"), tmp_path / "simulated.json")
    text = methods.paragraph(loading.load([path])[0])
    assert "3 points were simulated with smpi and not measured" in text and "We ran" not in text
