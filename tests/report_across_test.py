"""Several reports side by side, and launches of several commits along their dates.

Run: /usr/bin/python3 -m pytest tests/report_across_test.py
"""

import copy

import made_up_report
import pytest
from contexts_test import report as changed_report
from program import ROOT
from report_helpers import data_of, needs_module
from script import run_script

from trafficbench_tools.report import across, chart_across, chart_history, loading, palette, rows, views

REPORT = ROOT / "scripts" / "report.py"
SHAPES = ((1, 1), (2, 1), (4, 1))


def made(cores=4, factor=1.0, changes=None, **options):
    """A made-up report of a node with so many cores, so many times as fast as others."""
    one = made_up_report.make(shapes=SHAPES, cores=cores, **{"counts": ("every",), **options})
    for row in one["benchmarks"]:
        row["samples"] = [sample / factor for sample in row["samples"]]
        row["limit_mcops"] *= factor
        row.pop("shares", None)
        row["rank_seconds"] = [{"min": sample, "median": sample, "max": sample} for sample in row["samples"]]
        made_up_report.add_rates(row)
    made_up_report.add_ratios(one["benchmarks"], options.get("mode", "strong"))
    run = one["context"]["runs"][0]
    run.update(copy.deepcopy(changed_report()["context"]["runs"][0]) | {name: run[name] for name in ("visits", "cpu", "limits", "note")})
    for name, value in (changes or {}).items():
        if name == "model":
            run["cpu"]["model"] = value
        else:
            run[name] = value
    return one


def loaded(folder, *reports):
    paths = [made_up_report.save(one, folder / f"report-{number:02}.json") for number, one in enumerate(reports)]
    return loading.load(paths)


ROME = {"model": "AMD EPYC 7742 64-Core Processor"}
TURIN = {"model": "AMD EPYC 9825 144-Core Processor"}


def test_points_of_two_machines_stand_side_by_side_with_their_ratios(tmp_path):
    sources = loaded(tmp_path, made(changes=ROME), made(factor=1.5, changes=TURIN, seed=2))
    both = across.Across(sources)
    assert both.labels == ["EPYC 7742", "EPYC 9825"]
    by_scope = {facets["scope"]: points for facets, points in both.groups()}
    # Four cores are the node here, and nothing is beyond it.
    assert list(by_scope) == [across.ONE_CORE, across.NODE, across.CORE_OF_NODE]
    for scope, cores in ((across.ONE_CORE, 1), (across.NODE, 4), (across.CORE_OF_NODE, 4)):
        assert [point.label for point in by_scope[scope]] == ["naive", "bitsliced", "tiled"]
        for point in by_scope[scope]:
            assert point.found.keys() == {0, 1}
            assert {rows.cores(row) for row in point.found.values()} == {cores}
            ratio = point.ratio(1, 0)
            assert ratio.low < ratio.value < ratio.high and ratio.value == pytest.approx(1.5, rel=0.03)
            one, other = point.found[1], point.found[0]
            assert (ratio.low, ratio.high) == (
                pytest.approx(one["mcops_low"] / other["mcops_high"]), pytest.approx(one["mcops_high"] / other["mcops_low"])
            )  # fmt: skip
    alone, shared = by_scope[across.NODE][0], by_scope[across.CORE_OF_NODE][0]
    assert shared.rates(0) == pytest.approx([rate / 4 for rate in alone.rates(0)])


def test_nodes_of_other_sizes_are_compared_as_nodes_and_core_by_core(tmp_path):
    sources = loaded(tmp_path, made(cores=2, changes=ROME), made(cores=4, changes=TURIN))
    groups = {facets["scope"]: points for facets, points in across.Across(sources).groups()}
    (node, *_), (core, *_) = groups[across.NODE], groups[across.CORE_OF_NODE]
    assert [rows.cores(node.found[number]) for number in (0, 1)] == [2, 4]
    assert node.ratio(1, 0).value > 1.9 and core.ratio(1, 0).value == pytest.approx(node.ratio(1, 0).value / 2)
    # Four workers on the first one's two cores are no two nodes.
    assert across.ALL not in groups


def test_more_than_a_node_is_a_question_of_its_own(tmp_path):
    reports = [made(cores=2, changes=ROME), made(cores=4, changes=TURIN)]
    for row in reports[0]["benchmarks"]:
        for worker in row["placement"]:
            worker["host"] = f"n{worker['core'] // 2}"
    groups = {facets["scope"]: points for facets, points in across.Across(loaded(tmp_path, *reports)).groups()}
    assert [rows.cores(groups[across.ALL][0].found[number]) for number in (0, 1)] == [4, 4]
    assert [rows.cores(groups[across.NODE][0].found[number]) for number in (0, 1)] == [2, 4]


def test_what_was_asked_for_otherwise_is_a_difference_and_no_other_point(tmp_path):
    def asking(isa):
        one = made()
        for row in one["benchmarks"]:
            row["isa"] = isa
            for field in ("name", "run_name", "base", "ladder_base"):
                row[field] = row[field].replace("isa:auto", f"isa:{isa}").replace("depth:auto", f"depth:{7 if isa == 'sse4' else 'auto'}")
        return one

    sources = loaded(tmp_path, asking("avx2"), asking("sse4"))
    both = across.Across(sources)
    assert "depth auto / 7" in both.contexts.said()[0] and "avx2 / sse4" in both.contexts.said()[0]
    assert both.groups()


def test_axes_with_several_levels_tell_points_apart(tmp_path):
    one = made()
    deeper = copy.deepcopy(one["benchmarks"])
    for row in deeper:
        for field in ("name", "run_name", "base", "ladder_base"):
            row[field] = row[field].replace("depth:auto", "depth:64")
    one["benchmarks"] += deeper
    sources = loaded(tmp_path, one, made(changes=TURIN))
    for _, points in across.Across(sources).groups():
        assert [point.label for point in points] == [f"{kernel}, depth auto" for kernel in ("naive", "bitsliced", "tiled")]


def test_charts_have_a_series_a_report_and_say_what_differs(tmp_path):
    sources = loaded(
        tmp_path, made(changes=ROME, cells=(10**5, 10**6)), made(factor=1.5, changes=TURIN, cells=(10**5, 10**6)), made(factor=0.5, changes=TURIN | {"compiler": "Clang 14.0.6"}),
    )  # fmt: skip
    found = views.all_charts(sources)["across"]
    labels = ["EPYC 7742", "EPYC 9825, g++ 12", "EPYC 9825, clang 14"]
    both = across.Across(sources)
    assert both.labels == ["EPYC 7742, g++ 12", *labels[1:]]
    assert {one.title for one in found} == {"Rates of several reports", "Times as fast", "Rate along the road"}
    for one in found:
        assert one.facets["scope"] in across.SCOPES and across.SCOPES[one.facets["scope"]] in " ".join([one.x.title, one.y.title, *one.caption]).lower()
        assert any(note.startswith("What differs: EPYC 7742 / EPYC 9825") for note in one.notes())
        assert {line.label for line in one.series} <= set(both.labels)
    bars = next(one for one in found if one.kind == "bars" and one.facets["cells"] == "10⁶")
    assert [line.label for line in bars.series] == both.labels
    for number, line in enumerate(bars.series):
        for mark in line.marks:
            assert (mark.value, *mark.median) == (mark.row["mcops_best"], mark.row["mcops"], mark.row["mcops_low"], mark.row["mcops_high"]) or (
                bars.facets["scope"] == across.CORE_OF_NODE
            )
            assert any(text.startswith("× ") for text in mark.texts) == (number > 0)
    curves = [one for one in found if one.kind == "curve"]
    assert {len(line.marks) for one in curves for line in one.series} == {1, 2}
    colours = palette.palette(found)
    assert len({colours[line.colour][0] for line in bars.series}) == 3


def test_ratio_that_may_be_one_is_a_tie(tmp_path):
    sources = loaded(tmp_path, made(changes=ROME), made(changes=TURIN, seed=2))
    texts = [mark.texts[1] for one in chart_across.charts(sources) if one.kind == "dots" for mark in one.marks()]
    assert texts and all(text.endswith("a tie") for text in texts)


def test_failed_rows_are_in_no_ratio(tmp_path):
    bad = made(changes=TURIN)
    for row in bad["benchmarks"]:
        if row["kernel"] == "tiled":
            row.update(verified=False, error_occurred=True, error_message="the hash differs")
            for field in [name for name in row if "base" in name or "speedup" in name or "efficiency" in name]:
                row[field] = None
    sources = loaded(tmp_path, made(changes=ROME), bad)
    for one in chart_across.charts(sources):
        if one.kind == "dots":
            assert "tiled" not in one.categories()
        if one.kind == "bars":
            (mark,) = [mark for mark in one.series[1].marks if mark.at == "tiled"]
            assert "FAILED VERIFICATION" in mark.texts and not any("×" in text for text in [*mark.texts[1:], *mark.below])


def test_base_of_ratios_is_a_good_row(tmp_path):
    bad = made(changes=ROME)
    for row in bad["benchmarks"]:
        row.update(verified=False, error_occurred=True, error_message="the hash differs")
        for field in [name for name in row if "base" in name or "speedup" in name or "efficiency" in name]:
            row[field] = None
    sources = loaded(tmp_path, bad, made(changes=TURIN, seed=2), made(factor=2, changes=TURIN | {"compiler": "Clang 14.0.6"}, seed=3))
    dots = [one for one in chart_across.charts(sources) if one.kind == "dots"]
    assert dots and {one.facets["over"] for one in dots} == {"EPYC 9825, g++ 12"}
    assert all(mark.value == pytest.approx(2, rel=0.03) for one in dots for mark in one.marks())


def test_work_that_is_not_the_same_is_said(tmp_path):
    other = made(changes=TURIN)
    for row in other["benchmarks"]:
        row.update(steps=2 * row["steps"], iterations=2 * row["steps"], sample_steps=[2 * steps for steps in row["sample_steps"]], isa="avx2")
        row["samples"] = [2 * sample for sample in row["samples"]]
        row["rank_seconds"] = [{"min": sample, "median": sample, "max": sample} for sample in row["samples"]]
        made_up_report.add_rates(row)
    sources = loaded(tmp_path, made(changes=ROME), other)
    for one in chart_across.charts(sources):
        if one.kind != "curve":
            texts = [text for mark in one.marks() for text in [*mark.texts, *mark.below]]
            assert "2,000 and 1,000 iterations, avx2 and avx512" in texts
            assert any("Not the same iterations" in note for note in one.notes())


def test_way_that_ranks_speak_by_is_what_was_used(tmp_path):
    def exchanging(way):
        one = made()
        for row in one["benchmarks"]:
            if row["ranks"] > 1:
                row.update(exchange=way, overlap="off", reduce="exchange")
                if way == "fence":
                    row["name"] = row["run_name"] = f"{row['name']}/exchange:fence"
        return one

    both = across.Across(loaded(tmp_path, exchanging("sendrecv"), exchanging("fence")))
    assert "exchange sendrecv / fence" in both.contexts.said()[0]
    assert {facets["scope"] for facets, _ in both.groups()} == {across.ONE_CORE, across.NODE, across.CORE_OF_NODE}


def test_workers_that_nobody_saw_or_that_share_cores_fill_no_node(tmp_path):
    for change in ({"placement": None}, {"warnings": ["oversubscribed"]}):
        reports = [made(changes=ROME), made(changes=TURIN)]
        for one in reports:
            one["context"]["runs"][0]["hosts"] = ["a", "b"] if "placement" in change else ["a"]
            for row in one["benchmarks"]:
                row.update(change)
        assert {facets["scope"] for facets, _ in across.Across(loaded(tmp_path, *reports)).groups()} <= {across.ONE_CORE, across.ALL}


@pytest.mark.parametrize(
    "one, other, what",
    [
        ({"kernels": ("naive",)}, {"kernels": ("tiled",)}, "kernel (naive in the first, tiled in the second)"),
        ({"mode": "weak"}, {}, "mode (weak in the first, strong in the second)"),
        ({"counts": ("sampled",)}, {}, "counting mode"),
        ({"cells": (10**5,)}, {}, "length of road"),
    ],
)
def test_what_keeps_reports_apart_is_named(tmp_path, one, other, what):
    assert what in chart_across.nothing_in_common(loaded(tmp_path, made(**one), made(**other)))


def test_reports_with_nothing_in_common_are_said_in_one_line(tmp_path):
    needs_module("plotly")
    paths = [
        made_up_report.save(made(kernels=("naive",)), tmp_path / "one.json"),
        made_up_report.save(made(kernels=("tiled",)), tmp_path / "two.json"),
    ]
    done = run_script(REPORT, *paths, "--output", tmp_path / "page.html", "--quiet")
    assert done.returncode == 0
    (line,) = done.stderr.splitlines()
    assert "no point in common" in line and "naive" in line and "tiled" in line
    assert "across" not in {panel["section"] for panel in data_of((tmp_path / "page.html").read_text(encoding="utf-8"))["panels"]}


def test_one_report_is_not_beside_another(tmp_path):
    sources = loaded(tmp_path, made())
    assert chart_across.charts(sources) == [] and chart_across.nothing_in_common(sources) == ""


def test_fifty_reports_and_equal_contexts_twice(tmp_path):
    reports = [made(kernels=("naive", "tiled"), changes={"commit": f"{number:012x}"}, seed=number) for number in range(1, 50)]
    reports.append(copy.deepcopy(reports[0]))
    sources = loaded(tmp_path, *reports)
    both = across.Across(sources)
    assert len(set(both.labels)) == 50
    found = chart_across.charts(sources)
    for one in found:
        assert len(one.series) <= chart_across.MOST_REPORTS
        colours = palette.palette(found)
        assert len({colours[line.colour] for line in one.series}) == len(one.series)
    bars = next(one for one in found if one.kind == "bars")
    assert any(note.startswith("NOT DRAWN: 38 older reports") for note in bars.notes())


def launches(*steps):
    """Reports a day apart: (commit, how many times as fast)."""
    return [
        made(factor=factor, seed=number, changes={"commit": commit * 12, "date": f"2026-11-{number + 1:02}T00:00:00Z"})
        for number, (commit, factor) in enumerate(steps)
    ]


def test_history_marks_a_commit_where_compare_would_call_it(tmp_path):
    sources = loaded(tmp_path, *launches(("a", 1), ("a", 1), ("b", 1.005), ("c", 0.8), ("d", 1.0), ("d", 1.0)))
    found = chart_history.charts(sources)
    assert {one.facets["ranks × threads"] for one in found} == {rows.shape({"ranks": ranks, "threads": threads}) for ranks, threads in SHAPES}
    called = ["slower than the commit before", "faster than the commit before"]
    assert {one.title for one in found} == {"All rates against date", "Rate against date"}
    for one in found:
        assert one.x.title == "days since 2026-11-01 00:00 UTC"
        is_relative = one.title.startswith("All")
        by_label = {line.label: line for line in one.series}
        kernels = ["naive", "bitsliced", "tiled"] if is_relative else [one.facets["kernel"]]
        assert list(by_label) == [*kernels, *called]
        for kernel in kernels:
            marks = by_label[kernel].marks
            assert [mark.at for mark in marks] == [0, 1, 2, 3, 4, 5]
            unit = marks[0].row["mcops"] if is_relative else 1
            for mark in marks:
                assert (mark.value, mark.low, mark.high) == tuple(mark.row[end] / unit for end in ("mcops", "mcops_low", "mcops_high"))
        assert [[mark.at for mark in by_label[word].marks] for word in called] == [[3] * len(kernels), [4] * len(kernels)]
        assert any(f"{len(kernels)} slower and {len(kernels)} faster of {3 * len(kernels)} changes" in note for note in one.notes())


def test_history_is_of_one_machine_and_of_several_commits(tmp_path):
    assert chart_history.charts(loaded(tmp_path, *launches(("a", 1), ("a", 1), ("a", 1)))) == []
    assert chart_history.charts(loaded(tmp_path, *launches(("a", 1), ("b", 1)))) == []
    mixed = launches(("a", 1), ("b", 1), ("c", 1))
    mixed[1]["context"]["runs"][0]["compiler"] = "Clang 14.0.6"
    assert chart_history.charts(loaded(tmp_path, *mixed)) == []
    assert chart_history.charts(loaded(tmp_path, *launches(("a", 1), ("b", 1), ("c", 1))))


def test_history_goes_on_where_a_commit_chose_another_instruction_set(tmp_path):
    steps = launches(("a", 1), ("b", 1), ("c", 0.5), ("d", 0.5))
    for one in steps[2:]:
        for row in one["benchmarks"]:
            row["isa"] = "avx2"
    (one,) = [one for one in chart_history.charts(loaded(tmp_path, *steps)) if one.title.startswith("All") and one.facets["ranks × threads"] == "1 × 1"]
    assert all(len(line.marks) == 4 for line in one.series if not line.loose)
    assert [mark.at for mark in one.series[-1].marks] == [2, 2, 2]


def test_history_does_not_join_machines_of_one_name(tmp_path):
    steps = launches(("a", 1), ("b", 2), ("c", 1))
    for one, family in zip(steps, (25, 26, 25)):
        one["context"]["runs"][0]["cpu"].update(model="AMD EPYC", revision=f"family {family}, model 2, stepping 1")
    xeon = made(changes={"date": "2026-11-20T00:00:00Z"})
    xeon["context"]["runs"][0]["cpu"].update(model="Intel Xeon")
    xeon["context"]["runs"][0]["cpu"].pop("revision", None)
    assert chart_history.charts(loaded(tmp_path, *steps, xeon)) == []


def test_a_folder_is_all_its_reports(tmp_path):
    needs_module("plotly")
    folder = tmp_path / "nightly"
    folder.mkdir()
    empty = run_script(REPORT, folder, "--output", tmp_path / "page.html")
    assert empty.returncode == 2 and "is a folder without .json files" in empty.stderr
    for number, one in enumerate(launches(("a", 1), ("b", 1), ("c", 0.7))):
        made_up_report.save(one, folder / f"{number}.json")
    done = run_script(REPORT, folder, "--output", tmp_path / "page.html", "--quiet")
    assert done.returncode == 0, done.stderr
    data = data_of((tmp_path / "page.html").read_text(encoding="utf-8"))
    panels = {panel["section"]: panel for panel in data["panels"]}
    assert {"across", "history"} <= panels.keys()
    called = [series for view in panels["history"]["views"] for series in view["series"] if series["label"].startswith("slower")]
    assert called and all(series["runs"] == [] and series["marks"] for series in called)


def test_figures_of_reports_side_by_side_and_along_time(tmp_path):
    needs_module("matplotlib")
    paths = [made_up_report.save(one, tmp_path / f"{number}.json") for number, one in enumerate(launches(("a", 1), ("b", 1), ("c", 0.7)))]
    done = run_script(REPORT, *paths, "--figures", tmp_path / "figures", "--all-plots", "--quiet")
    assert done.returncode == 0, done.stderr
    for name in ("across-rates-every", "across-ratios-every", "history-every", "history-all-every"):
        assert {f"{name}.{ending}" for ending in ("png", "svg", "pdf", "csv")} <= {file.name for file in (tmp_path / "figures").iterdir()}
