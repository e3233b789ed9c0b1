"""What scripts/report.py makes of visits: ties, the two headlines, strips over time, causes of an efficiency beyond 110%.

Run: /usr/bin/python3 -m pytest tests/report_visits_test.py
"""

import copy
import json
import re
import statistics
from pathlib import Path

import fastest_cases
import made_up_report
import pytest
from report_helpers import SCHEMA_PATH, example_path

from trafficbench_tools.report import chart, chart_visits, efficiency, headline, lint, loading, methods, page_data, ties, views, words

VERSION_1 = SCHEMA_PATH.parent / "example-version-1.json"


def loaded(report, folder, name="made-up.json"):
    (source,) = loading.load([made_up_report.save(report, folder / name)])
    return source


def one_point(monkeypatch, tiled=2e6, **how):
    """A report of naive, bitsliced and tiled on one core; `tiled` is the rate of the last, bitsliced has 1.9e6."""
    monkeypatch.setitem(made_up_report.RATES, "tiled", tiled)
    return made_up_report.make(shapes=((1, 1),), counts=("every",), **how)


def slow_down(row, visits, factor):
    """Its repetitions in these visits took so many times longer."""
    for i, visit in enumerate(row["sample_visits"]):
        if visit in visits:
            row["samples"][i] *= factor
            row["rank_seconds"][i] = {key: value * factor for key, value in row["rank_seconds"][i].items()}
    made_up_report.add_rates(row)


def finish(report):
    """What follows from changed samples: all ratios."""
    made_up_report.add_ratios(report["benchmarks"], "strong")
    return report


def in_launches(report):
    """The same samples, each visit of a launch of its own."""
    context = report["context"]
    (run,) = context["runs"]
    context["runs"] = [{**copy.deepcopy(run), "visits": [visit]} for visit in run["visits"]]
    for row in report["benchmarks"]:
        row["sample_runs"], row["sample_visits"] = row["sample_visits"], [0] * len(row["samples"])
        made_up_report.add_rates(row)
    return finish(report)


def named(source, members):
    found = ties.fastest(source, members)
    return ties.named(found, lambda row: row["kernel"]) + ties.remarks(found, lambda row: row["kernel"])


# --- ties --------------------------------------------------------------------------------------------------------------


def test_rows_of_the_same_visits_tie_when_the_interval_of_their_ratio_holds_1(tmp_path, monkeypatch):
    source = loaded(one_point(monkeypatch, tiled=1.9e6), tmp_path)
    _, bitsliced, tiled = source.rows
    ratios = [
        statistics.median(theirs / ours for ours, theirs in zip(tiled["samples"][i : i + 2], bitsliced["samples"][i : i + 2]))
        for i in range(0, 12, 2)
    ]
    assert min(ratios) < 1 < max(ratios)
    found = ties.ratio(source, tiled, bitsliced)
    assert (found.value, found.low, found.high) == pytest.approx((statistics.median(ratios), min(ratios), max(ratios)))
    assert found.tie is True and found.together
    assert named(source, source.rows) in ("bitsliced and tiled, a tie", "tiled and bitsliced, a tie")


def test_a_kernel_that_is_faster_in_every_visit_wins_though_the_intervals_overlap(tmp_path, monkeypatch):
    """What disturbs both alike is in no ratio within a visit."""
    report = one_point(monkeypatch, tiled=1.9e6 * 1.02)
    visits = report["benchmarks"][0]["sample_visits"][::2]
    for row in report["benchmarks"]:
        slow_down(row, visits[:2], 1.3)
    source = loaded(finish(report), tmp_path)
    _, bitsliced, tiled = source.rows
    assert tiled["mcops_low"] < bitsliced["mcops_high"]
    assert ties.ratio(source, tiled, bitsliced).tie is False
    assert named(source, source.rows) == "tiled"


@pytest.mark.parametrize("rate, tie", [(1.9e6, True), (2.5e6, False)])
def test_rows_that_were_not_measured_together_tie_when_their_intervals_overlap(tmp_path, monkeypatch, rate, tie):
    report = one_point(monkeypatch, tiled=rate)
    run, row = report["context"]["runs"][0], report["benchmarks"][2]
    run["visits"] += copy.deepcopy(run["visits"])
    row["sample_visits"] = [visit + 6 for visit in row["sample_visits"]]
    source = loaded(finish(report), tmp_path)
    _, bitsliced, tiled = source.rows
    found = ties.ratio(source, tiled, bitsliced)
    assert not found.together and found.tie is tie
    assert (tiled["mcops_low"] <= bitsliced["mcops_high"]) == tie
    assert (found.low, found.high) == pytest.approx(
        (tiled["mcops_low"] / bitsliced["mcops_high"], tiled["mcops_high"] / bitsliced["mcops_low"])
    )


def test_without_intervals_ties_cannot_be_told_and_that_is_said(tmp_path, monkeypatch):
    source = loaded(one_point(monkeypatch, tiled=1.9e6, visits=5), tmp_path)
    assert ties.ratio(source, source.rows[1], source.rows[2]).tie is None
    assert "; without intervals of six visits ties cannot be told" in named(source, source.rows)
    # naive is no rival: its best is far below the median of the fastest.
    assert named(source, [source.rows[0], source.rows[2]]) == "tiled"


# In one visit tiled is faster, in the others slower. The range of six ratios holds 1; of nine the second and the eighth do not.
@pytest.mark.parametrize(
    "visits, said", [(6, "tiled and bitsliced, a tie"), (9, "tiled; by the median it is bitsliced")], ids=["tie", "two winners"]
)
def test_the_best_decides_and_another_order_by_the_median_is_said(tmp_path, monkeypatch, visits, said):
    report = one_point(monkeypatch, tiled=1.9e6 * 1.05, visits=visits)
    tiled = report["benchmarks"][2]
    slow_down(tiled, tiled["sample_visits"][2:], 1.2)
    source = loaded(finish(report), tmp_path)
    _, bitsliced, tiled = source.rows
    assert tiled["mcops_best"] > bitsliced["mcops_best"] and tiled["mcops"] < bitsliced["mcops"]
    assert ties.fastest(source, source.rows).row is tiled
    assert named(source, source.rows) == said


def test_the_fastest_is_the_one_that_the_program_names():
    """tests/fastest_test.cpp holds the program to the same file."""
    cases = json.loads((Path(__file__).parent / "expected" / "fastest.json").read_text(encoding="utf-8"))["cases"]
    for case in cases:
        found = fastest_cases.answer([fastest_cases.row_of(row) for row in case["rows"]])
        assert found == {key: case[key] for key in found}, case["what"]
    assert {len(case["tied"]) for case in cases} >= {0, 1, 2} and {case["untold"] for case in cases} == {0, 1}


def test_rows_of_version_1_tie_by_their_own_intervals(tmp_path):
    (source,) = loading.load([VERSION_1])
    rated = [row for row in source.rows if row["mcops_low"] is not None]
    for one in rated:
        for other in rated:
            if one["count"] == other["count"]:
                found = ties.ratio(source, one, other)
                overlap = one["mcops_low"] <= other["mcops_high"] and other["mcops_low"] <= one["mcops_high"]
                assert not found.together and found.tie == overlap


def test_page_names_all_that_tie(tmp_path, monkeypatch):
    both = "(bitsliced and tiled|tiled and bitsliced), a tie"
    source = loaded(one_point(monkeypatch, tiled=1.9e6), tmp_path)
    found = views.all_charts([source])
    (ladder,) = found["ladder"]
    assert any(re.search(f"Fastest on 1 core: {both}\\.", note) for note in ladder.notes())
    assert any(text.endswith(", a tie") for mark in ladder.marks() if mark.at == "tiled" for text in mark.below)
    cards = headline.cards([source])
    both = "(bitsliced and tiled|tiled and bitsliced)"
    assert re.search(f"<h3>{both} tie as the fastest of 3 kernels</h3>", cards) and cards.count("A tie: ") == 1
    source = loaded(one_point(monkeypatch, tiled=2.5e6), tmp_path)
    assert "a tie" not in headline.cards([source]).lower() and "<h3>tiled, fastest of 3 kernels</h3>" in headline.cards([source])


def test_card_says_how_many_times_faster_and_how_efficient(tmp_path):
    """Of the report with most kernels, whatever the rates of another; skipped, failed and warned rows are out of it."""
    many = made_up_report.make(kernels=("naive", "bitsliced", "tiled"), counts=("every",))
    few = made_up_report.make(kernels=("naive", "tiled"), counts=("every", "sampled"))
    sources = [
        loaded(few, tmp_path, "few.json"),
        loaded(many, tmp_path, "many.json"),
    ]
    row = max((row for row in sources[1].rows), key=lambda row: row["mcops_best"])
    every, sampled = headline.cards(sources).split('<div class="card">')[1:]
    assert f"<h3>{row['kernel']}, fastest of 3 kernels</h3>" in every and words.COUNTED["every"] in every
    ladder = words.interval(row["ladder_speedup"], row["ladder_speedup_low"], row["ladder_speedup_high"], 3)
    assert f">{ladder} × naive on one core<" in every
    cores = row["ranks"] * row["threads"]
    efficiency = words.interval(*(100 * row[f"speedup{end}"] / cores for end in ("", "_low", "_high")), 3)
    assert f"parallel efficiency on {cores} cores {efficiency.replace(' (', '% (')}<" in every
    assert f">{words.significant(row['mcops_best'])} <small>MCOPs, best" in every
    assert f"median {words.interval(row['mcops'], row['mcops_low'], row['mcops_high'])}<" in every
    assert "fastest of 2 kernels" in sampled and words.COUNTED["sampled"] in sampled and "few" in sampled
    # A row that failed is no answer.
    made_up_report.fail(many, many["benchmarks"].index(next(one for one in many["benchmarks"] if one["name"] == row["name"])))
    failed = loaded(many, tmp_path, "many.json")
    assert words.significant(row["mcops_best"]) not in headline.cards([failed])


def test_card_names_plain_python_and_naive():
    """A ladder from Python up: its base is plain Python, and the naive kernel of the same road stands beside it."""
    (source,) = loading.load([example_path("ladder")])
    (card,) = headline.cards([source]).split('<div class="card">')[1:]
    facts = re.findall('<p class="fact">(.*?)</p>', card)
    assert [re.sub("[0-9.,() ]+×", "×", fact) for fact in facts][1:3] == ["× plain Python on one core", "× naive on one core"]


def test_notes_are_folded_with_their_number_and_failures_are_not(tmp_path):
    """What several reports say alike stands there once."""
    reports = [made_up_report.make(kernels=("naive", "tiled")) for _ in range(2)]
    made_up_report.fail(reports[0], 1)
    sources = [loaded(report, tmp_path, f"{name}.json") for name, report in zip("ab", reports)]
    text = headline.banners(sources, views.all_charts(sources), ["a remark"])
    shown, folded = text.split('<details class="notes">')
    assert "FAILED VERIFICATION" in shown and "FAILED" not in folded
    assert folded.count('<p class="banner">') == int(re.search(r"Notes and warnings \((\d+)\)", folded).group(1)) == 2
    assert "a remark." in folded and "a, b: " in folded


def test_top_of_a_page_names_the_machines_in_a_line_and_says_what_was_not_measured():
    measured, simulated = (loading.load([example_path(kind)]) for kind in ("measured", "simulated"))
    assert headline.machines([*simulated, *measured]) == headline.machines(measured) and "per node" in headline.machines(measured)
    assert headline.machines(simulated).endswith("(NOT MEASURED)") and "(R)" not in headline.machines(measured)
    assert "not measured" in headline.lead([*simulated, *measured]) and headline.lead(simulated).startswith("Nothing was measured")
    assert headline.lead([*simulated, *measured]).count(". ") == 1


def test_shapes_that_tie_are_all_named(tmp_path):
    report = made_up_report.make(kernels=("naive", "tiled"), shapes=((1, 1), (2, 1), (1, 2)), counts=("every",))
    source = loaded(report, tmp_path)
    (ladder,) = views.all_charts([source])["ladder"]
    texts = {mark.texts[0] for series in ladder.series[1:] for mark in series.marks}
    pairs = [
        [row for row in source.rows if row["kernel"] == kernel and row["ranks"] * row["threads"] == 2]
        for kernel in ("naive", "tiled")
    ]
    tied = [ties.ratio(source, *pair).tie for pair in pairs]
    assert True in tied
    assert sum("2 × 1 and 1 × 2, a tie" in text or "1 × 2 and 2 × 1, a tie" in text for text in texts) == tied.count(True)


# --- the two headlines -------------------------------------------------------------------------------------------------


def test_each_plot_says_which_headline_it_shows(tmp_path):
    source = loaded(made_up_report.make(cells=(10**6, 10**8)), tmp_path)
    found = views.all_charts([source])
    said = {
        "ladder": ("Bars: the best repetition", "Diamonds: the median with its 95% interval over visits"),
        "limits": ("best",),
        "strong": ("By the median, with its 95% interval over visits, within one launch.",),
        "shares": ("efficiency by the median",),
    }
    for section, parts in said.items():
        assert found[section]
        for one in found[section]:
            text = " ".join([one.x.title, one.y.title, *one.notes()])
            assert all(part.lower() in text.lower() for part in parts), (one.title, text)
    by = [one.facets["by the"] for one in found["sizes"]]
    assert by.count("best") == by.count("median") == len(by) / 2 and by[0] == "best"
    for one in found["sizes"]:
        assert one.y.title == f"{one.facets['by the']} rate, MCOPs"
        assert ("95% interval over visits" in one.notes()[0]) == (one.facets["by the"] == "median")


def test_interval_over_is_told(tmp_path):
    report = made_up_report.make(kernels=("naive", "tiled"), counts=("every",))
    assert len(report["context"]["runs"][0]["visits"]) == 6
    source = loaded(in_launches(report), tmp_path)
    assert {row["interval_over"] for row in source.rows} == {"launches"}
    found = views.all_charts([source])
    for one in [*found["ladder"], *found["strong"]]:
        assert any("95% interval over launches" in note for note in one.notes()), one.notes()
    assert "95% interval over launches" in headline.cards([source])
    assert "over launches" in methods.paragraph(source) and "in 6 launches" in methods.paragraph(source)
    assert [rule.number for rule in lint.lint([source], "made up") if rule.broken] == []


def test_version_1_is_pointed_out_wherever_its_intervals_are(tmp_path):
    (source,) = loading.load([VERSION_1])
    assert source.is_version_1
    over = "95% interval over repetitions, within one launch"
    found = views.all_charts([source])
    assert any(over in note for one in found["ladder"] for note in one.notes())
    assert over in headline.cards([source])
    assert "a report of version 1" in headline.banners([source], found)
    rules = {rule.number: rule for rule in lint.lint([source])}
    assert any("of a report of version 1" in text for text in rules[5].says)
    assert not found["visits"] and not rules[6].broken and not rules[4].broken
    source = loaded(made_up_report.make(), tmp_path)
    found = views.all_charts([source])
    assert not source.is_version_1 and "version 1" not in headline.banners([source], found)


def test_version_1_and_2_stand_on_one_page_and_in_common_plots_across_reports_alone(tmp_path):
    path = made_up_report.save(made_up_report.make(), tmp_path / "new.json")
    sources = loading.load([path, VERSION_1])
    charts = views.all_charts(sources)
    assert all("over repetitions, within one launch" in " ".join(one.caption) for one in charts.pop("across") if one.kind == "bars")
    for one in [one for section in charts.values() for one in section]:
        assert len({row["interval_over"] == "repetitions" for row in one.rows() if row["interval_over"]}) <= 1


# --- strips over time --------------------------------------------------------------------------------------------------


def strip_of(source):
    return views.all_charts([source])["visits"]


def test_strip_shows_what_every_visit_recorded(tmp_path):
    report = made_up_report.make(cells=(10**6, 10**7))
    run = report["context"]["runs"][0]
    (one,) = strip_of(loaded(report, tmp_path))
    assert [lane.title.replace("\n", " ") for lane in one.lanes] == [
        "rate over median", "stolen, CPUs", "switches per second", "reference loop, GHz"
    ]  # fmt: skip
    rate, *recorded = one.series
    for series, field, made in zip(
        recorded,
        ("steal_seconds", "involuntary_switches", "reference_hz"),
        (lambda value: value / 19, lambda value: value / 19, lambda value: value / 1e9),
    ):
        assert series.label == "example"
        assert [mark.at for mark in series.marks] == [visit["began"] for visit in run["visits"]]
        values = [made(visit["nodes"][0][field]) for visit in run["visits"]]
        assert [mark.value for mark in series.marks] == pytest.approx(values)
    # Above them, how the rows of a visit did in it.
    assert len(rate.marks) == len(run["visits"])
    for number, mark in enumerate(rate.marks):
        shares = []
        for row in report["benchmarks"]:
            times = [statistics.median(row["samples"][i : i + 2]) for i in range(0, 12, 2)]
            of_row = dict(zip(row["sample_visits"][::2], times))
            if number in of_row:
                shares.append(statistics.median(times) / of_row[number])
        assert (mark.value, mark.low, mark.high) == pytest.approx((statistics.median(shares), min(shares), max(shares)))
    assert any("something else had the machine" in note for note in one.notes())


def test_what_a_machine_does_not_tell_is_left_out_and_said(tmp_path):
    report = made_up_report.make()
    for visit in report["context"]["runs"][0]["visits"]:
        visit["nodes"][0]["steal_seconds"] = None
    report["context"]["runs"][0]["visits"][3]["nodes"][0]["reference_hz"] = None
    (one,) = strip_of(loaded(report, tmp_path))
    assert len(one.lanes) == 3 and any("Not known here: steal time." in note for note in one.notes())
    assert [len(series.marks) for series in one.series] == [12, 12, 11]


def test_every_node_has_its_line_and_of_many_the_spread_is_shown(tmp_path):
    report = made_up_report.make()
    visits = report["context"]["runs"][0]["visits"]
    for nodes, labels in ((chart_visits.MOST_NODES, [f"n{i}" for i in range(chart_visits.MOST_NODES)]), (9, ["9 nodes"])):
        for visit in visits:
            visit["nodes"] = [
                {"host": f"n{i}", "steal_seconds": float(i), "involuntary_switches": i, "reference_hz": 1e9 * (i + 1)}
                for i in range(nodes)
            ]
        (one,) = strip_of(loaded(report, tmp_path))
        assert [series.label for series in one.series] == ["rate"] + 3 * labels
    reference = one.series[-1].marks
    assert {(mark.value, mark.low, mark.high) for mark in reference} == {(5.0, 1.0, 9.0)}


def test_each_launch_has_a_strip_and_no_visit_is_dropped(tmp_path):
    report = made_up_report.make(counts=("every",))
    report["context"]["runs"][0]["visits"][2]["nodes"][0]["steal_seconds"] = 1e6
    before = copy.deepcopy(report)
    source = loaded(in_launches(report), tmp_path)
    strips = strip_of(source)
    assert len(strips) == 6 and len({one.facets["launch"] for one in strips}) == 6
    assert sorted(mark.value for one in strips for series in one.series if series.lane == 1 for mark in series.marks)[-1] > 1e4
    for row, old in zip(source.rows, before["benchmarks"]):
        assert row["samples"] == old["samples"] and row["mcops"] == old["mcops"]


def test_strips_are_on_the_page(tmp_path):
    source = loaded(made_up_report.make(), tmp_path)
    data = page_data.build([source], views.all_charts([source]))
    (panel,) = [panel for panel in data["panels"] if panel["section"] == "visits"]
    (view,) = panel["views"]
    assert view["kind"] == "strip" and len(view["lanes"]) == 4 and panel["count"] == ""
    assert {series["colour"] for series in view["series"]} <= set(data["palette"])
    assert all(mark[4] is None and len(mark[6]) == 2 for series in view["series"] for mark in series["marks"])


def test_visits_are_joined_in_the_order_of_time(tmp_path):
    (one,) = strip_of(loaded(made_up_report.make(), tmp_path))
    for series in one.series:
        (run,) = chart.joined_runs(series)
        assert run == series.marks


# --- efficiency beyond 110% --------------------------------------------------------------------------------------------


def remarks_of(source):
    return " ".join(note for one in views.all_charts([source])["strong"] if "efficiency" in one.title for note in one.notes())


@pytest.fixture
def scaling():
    return made_up_report.make(kernels=("tiled",), counts=("every",), cells=(10**6,), shapes=((1, 1), (2, 1)))


def disturbed_base(report):
    """Four of six visits of the base, and of nobody else."""
    base = report["benchmarks"][0]
    slow_down(base, base["sample_visits"][:8], 1.4)


def other_iterations(report):
    row = report["benchmarks"][1]
    row["steps"] = row["iterations"] = 100
    slow_down(row, row["sample_visits"], 0.8)


def road_in_a_cache(report):
    report["context"]["runs"][0]["caches"] = [{"type": "Unified", "level": 2, "size": 2**16, "num_sharing": 1}]
    row = report["benchmarks"][1]
    slow_down(row, row["sample_visits"], 0.8)


def nothing_told(report):
    row = report["benchmarks"][1]
    row["bits_per_cell"] = 64
    slow_down(row, row["sample_visits"], 0.8)


CAUSES = {
    disturbed_base: "likely the base was disturbed: by the fastest repetitions efficiency is ",
    other_iterations: "likely the base made 1,000 iterations a repetition, the row 100",
    road_in_a_cache: "likely 61 KiB of road per core fit into a cache now (L2 64 KiB), the base's 122 KiB did not",
    nothing_told: "the row does not tell why",
}


@pytest.mark.parametrize("damage", CAUSES, ids=[damage.__name__ for damage in CAUSES])
def test_efficiency_beyond_110_percent_is_flagged_with_its_likely_cause(tmp_path, scaling, damage):
    damage(scaling)
    source = loaded(finish(scaling), tmp_path)
    row = source.rows[1]
    assert row["efficiency"] > 1.1
    cause = efficiency.cause(source, row)
    assert cause.startswith(CAUSES[damage]) and cause.count("likely") == ("not tell" not in cause)
    others = [text.replace("likely ", "") for other, text in CAUSES.items() if other is not damage]
    assert not any(text in cause for text in others), cause
    shown = efficiency.percent(row["efficiency"])
    assert f"MARKED: efficiency beyond 110% of tiled on 2 × 1 ({shown}): {cause}." in remarks_of(source)
    charts = views.all_charts([source])
    assert "1 row has an efficiency beyond 110%" in headline.banners([source], charts)
    assert any(cause in text for rule in lint.lint([source]) if rule.number == 7 for text in rule.says)
    data = page_data.build([source], charts)
    place = [column["key"] for column in data["columns"]] + data["details"]
    assert [shown[place.index("beyond_110_percent")] for shown in data["rows"]] == [None, cause]


def test_plain_efficiency_is_not_flagged(tmp_path, scaling):
    source = loaded(scaling, tmp_path)
    assert source.rows[1]["efficiency"] > 0.9 and not efficiency.too_good(source)
    assert "110%" not in remarks_of(source) + headline.banners([source], views.all_charts([source]))


def test_many_flagged_rows_are_counted(tmp_path):
    report = made_up_report.make(kernels=("tiled",), counts=("every",), shapes=[(2**k, 1) for k in range(6)])
    disturbed_base(report)
    source = loaded(finish(report), tmp_path)
    flagged = efficiency.too_good(source)
    assert len(flagged) == 5
    found = efficiency.remarks(source, source.rows)
    assert len(found) == efficiency.MOST_CAUSES + 1 and "110% of 2 more rows" in found[-1]


# --- many samples ------------------------------------------------------------------------------------------------------


def test_samples_of_a_row_are_gone_through_once_however_many_rows_are_divided_by_it(tmp_path, monkeypatch):
    source = loaded(made_up_report.make(kernels=tuple(made_up_report.RATES), shapes=[(2**k, 1) for k in range(5)]), tmp_path)
    seen = []

    def counted(work):
        return lambda row, *more: seen.append((work.__name__, row["name"])) or work(row, *more)

    for name in ("rates_by_visit", "medians_by_visit"):
        monkeypatch.setattr(loading, name, counted(getattr(loading, name)))
    lint.lint([source])
    charts = views.all_charts([source])
    headline.cards([source])
    page_data.build([source], charts)
    assert len(seen) == len(set(seen)) == 2 * len(source.rows)
