"""What the plots of scripts/report.py show, worked out again from the JSON.

Run: /usr/bin/python3 -m pytest tests/report_charts_test.py
"""

import itertools
import json
import math
import re
import statistics
from pathlib import Path

import made_up_report
import pytest
from report_helpers import SCHEMA_PATH, example, load_report

from trafficbench_tools.report import (
    chart,
    chart_curves,
    chart_io,
    grouping,
    loading,
    machine,
    methods,
    page_data,
    palette,
    placement,
    provenance,
    rows,
    views,
    words,
)

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = sorted(SCHEMA_PATH.parent.glob("example-*.json"))
REPORTS = sorted((ROOT / "results").glob("*.json"))


def charts_of(report, folder):
    sources = loading.load([made_up_report.save(report, folder / "made-up.json")])
    return sources, views.all_charts(sources)


@pytest.fixture
def study(tmp_path):
    """Strong scaling over ranks and threads, several sizes."""
    shapes = [(1, 1), (2, 1), (4, 1), (8, 1), (1, 2), (1, 4), (4, 4)]
    report = made_up_report.make(shapes=shapes, cells=(10**6, 10**8))
    return report, *charts_of(report, tmp_path)


def every_chart(found):
    return [one for section in found.values() for one in section]


# --- what is drawn is what the file says -------------------------------------------------------------------------------


def numbers_of(one, mark, row):
    """(value, low, high, median with its interval) that a mark of a chart must have, by the fields of its row."""

    def per(number, unit):
        return None if number is None else number / unit

    def with_interval(name, unit=1.0):
        return tuple(per(row.get(name + end), unit) for end in ("", "_low", "_high"))

    title = one.title.lower()
    if "speedup" in title:
        return (*with_interval("speedup"), None)
    if "efficiency" in title:
        return row["efficiency"], mark.low, mark.high, None
    if "roofline" in title:
        return row["mcops_best"], None, None, None
    if one.figure == "sizes":
        best = one.facets["by the"] == "best"
        return (row["mcops_best"], None, None, None) if best else (*with_interval("mcops"), None)
    if one.figure in ("io", "io-cached"):
        return (*with_interval("megabytes_per_second"), None)
    if one.figure == "ladder":
        return row["mcops_best"], None, None, with_interval("mcops")
    if one.figure == "limits":
        return row["mcops_best"] / row["limit_mcops"], None, None, with_interval("mcops", row["limit_mcops"])
    assert one.figure == "closed-form", one.title
    return (*with_interval("real_time", 1e6), None)  # milliseconds


@pytest.mark.parametrize("path", [*EXAMPLES, *REPORTS], ids=lambda path: path.stem)
def test_marks_are_the_numbers_of_their_rows(path):
    report = load_report(path)
    by_name = {row["name"]: row for row in report["benchmarks"]}
    found = views.all_charts(loading.load([path]))
    for one in every_chart(found):
        assert one.marks(), one.title
        if one.kind in ("strip", "dots"):
            continue
        for series in one.series:
            for mark in series.marks:
                row = by_name[mark.row["name"]]
                if one.kind == "stack" and one.figure in ("io", "io-cached"):
                    parts = {"barriers": mark.value}
                    assert mark.value in [{**parts, **seconds}[series.label] for seconds in row["phase_seconds"]]
                    continue
                if one.kind == "stack":
                    part = series.label
                    expected = row["shares"][part] if part != "driver" else max(0, 1 - sum(row["shares"].values()))
                    assert mark.value == pytest.approx(expected)
                    continue
                assert (mark.value, mark.low, mark.high, mark.median) == numbers_of(one, mark, row)
                if mark.low is not None:
                    assert mark.low <= mark.value <= mark.high
                if mark.median is not None:
                    assert mark.median[0] <= mark.value * (1 + 1e-6)


@pytest.mark.parametrize("path", [*EXAMPLES, *REPORTS], ids=lambda path: path.stem)
def test_no_plot_mixes_what_may_not_be_mixed(path):
    for one in every_chart(views.all_charts(loading.load([path]))):
        if one.kind in ("strip", "dots"):
            assert not one.rows() and one.contract() == ""
            continue
        for key in ("count", "class"):
            assert len({row[key] for row in one.rows()}) == 1
        assert len({row["origin"] == "measured" for row in one.rows()}) == 1
        in_section_apart = one.figure in ("simulated", "closed-form", "io", "io-cached")
        apart = any(row["origin"] != "measured" or row["class"] != "update" for row in one.rows())
        assert apart == in_section_apart


def test_mixed_counting_modes_are_refused():
    measured = made_up_report.make()["benchmarks"]
    every = next(row for row in measured if row["count"] == "every")
    sampled = next(row for row in measured if row["count"] == "sampled")
    marks = [chart.Mark(1, row["mcops"], None, None, row) for row in (every, sampled)]
    with pytest.raises(chart.MixedRows, match="counting modes"):
        chart.Chart(
            "sizes", "curve", "a plot", {}, ["tiled"], chart.Axis("x"), chart.Axis("y"), [chart.Series("a", "ink", marks)]
        )


def test_rows_of_different_files_are_in_plots_across_reports_alone(tmp_path):
    paths = [made_up_report.save(made_up_report.make(seed=seed), tmp_path / f"{seed}.json") for seed in (1, 2)]
    sources = loading.load(paths)
    of_file = {id(row): source.label for source in sources for row in source.rows}
    charts = views.all_charts(sources)
    assert charts.pop("across") and not charts.pop("history")
    found = every_chart(charts)
    assert {one.facets["report"] for one in found} == {"1", "2"}
    for one in found:
        assert {of_file[id(row)] for row in one.rows()} <= {one.facets["report"]}


def test_no_row_is_left_out_in_silence(study):
    """Each row is in a plot, or among those that the page names as being in none."""
    _, sources, found = study
    drawn = {row["name"] for one in every_chart(found) for row in one.rows()}
    beside = {row["name"] for row in views.not_drawn(sources, found)}
    assert drawn | beside == {row["name"] for row in sources[0].rows}
    assert not drawn & beside


# --- the ladder --------------------------------------------------------------------------------------------------------


def test_no_step_leads_from_python_to_cpp():
    sources = loading.load([ROOT / "results" / "schema" / "example-ladder.json"])
    (one,) = views.all_charts(sources)["ladder"]
    stepped = {mark.row["kernel"]: any("step" in text for part in (mark.texts, mark.below) for text in part) for mark in one.marks()}
    # Two cores: mpi4py, and tiled above it in the other language.
    assert stepped == {"python": False, "numpy-where": True, "naive": False, "mpi4py": False, "tiled": False}


def test_ladder_has_a_fixed_order_whatever_the_order_of_the_file(tmp_path):
    report = made_up_report.make(kernels=("tiled", "naive", "my-kernel", "bitsliced"))
    _, found = charts_of(report, tmp_path)
    assert all(one.categories() == ["naive", "bitsliced", "tiled", "my-kernel"] for one in found["ladder"])


def test_rungs_order_the_kernels_and_those_without_come_as_they_stand_in_the_file():
    def order(*files):
        return grouping.ladder_order([[{"kernel": kernel, "rung": rung} for kernel, rung in file] for file in files])

    assert order([("tiled", 4), ("python", -5), ("naive", 0)]) == ["python", "naive", "tiled"]
    assert order([("b", None), ("a", None), ("b", None), ("c", None)]) == ["b", "a", "c"]
    # Of a mixture those without stay beside the kernel that they follow.
    mixture = [("python", None), ("numba", None), ("tiled", 4), ("old", None), ("naive", 0)]
    assert order(mixture) == ["python", "numba", "naive", "tiled", "old"]
    assert order([("naive", 0), ("tiled", 4)], mixture) == ["python", "numba", "naive", "tiled", "old"]
    # Where no file says anything, one that has more of them tells the order of all.
    assert order([("tiled", None)], [("python", None), ("naive", None), ("tiled", None)]) == ["python", "naive", "tiled"]
    # A row that does not say it (one that was skipped) takes nothing from one that does.
    assert order([("tiled", None), ("naive", 0), ("tiled", 4)]) == ["naive", "tiled"]
    # A kernel that was added below another since.
    older, newer = [("naive", 0), ("branchless", 1)], [("branchless", 2), ("native", 1), ("naive", 0)]
    assert order(older, newer) == ["naive", "native", "branchless"]


# --- a kernel that nobody has heard of ---------------------------------------------------------------------------------


@pytest.fixture
def with_stranger(tmp_path):
    """A sweep in which a kernel has a name, a rung, bits a cell and a configuration that no tool can know."""
    shapes = ((1, 1), (2, 1), (4, 1))
    report = made_up_report.make(kernels=("stranger", "naive", "tiled"), shapes=shapes, cells=(10**6, 10**8))
    for row in report["benchmarks"]:
        if row["kernel"] == "stranger":
            row.update(rung=99, bits_per_cell=3, configuration="braids of 7")
    report["context"]["runs"][0]["kernels"].append("stranger")
    made_up_report.add_fit(report, "stranger", "every")
    report["fits"][0]["rows"] = [name for name in report["fits"][0]["rows"] if "/cells:1000000/" in name]
    report["fits"][0]["residuals"] = report["fits"][0]["residuals"][: len(report["fits"][0]["rows"])]
    return report, *charts_of(report, tmp_path)


def test_a_new_kernel_is_in_every_plot_that_it_belongs_in(with_stranger):
    _, (source,), found = with_stranger
    assert source.kernels == ["naive", "tiled", "stranger"]
    for section in ("ladder", "sizes", "strong", "limits"):
        assert found[section], section
        for one in found[section]:
            assert "stranger" in {row["kernel"] for row in one.rows()}, one.title
    assert any("stranger" in one.facets.get("kernel", "") for one in found["shares"])
    assert all(one.categories()[-1] == "stranger" for one in found["ladder"])
    # Where its memory is the axis, by its own 3 bits a cell.
    for one in found["sizes"]:
        for mark in one.marks():
            if mark.row["kernel"] == "stranger":
                assert mark.at == mark.row["cells"] / rows.cores(mark.row) * 3 / 8


def test_a_new_kernel_has_a_colour_and_a_symbol_of_its_own(with_stranger):
    _, _, found = with_stranger
    colours = palette.palette(every_chart(found))
    for one in [*found["sizes"], *found["strong"]]:
        looks = [colours[series.colour] for series in one.series]
        assert [series.label for series in one.series] == ["naive", "tiled", "stranger"]
        assert looks == palette.KERNELS[:3]
        assert all(curve.colour in colours for curve in one.curves)


def test_a_new_kernel_is_in_the_table_and_in_what_ran_where(with_stranger):
    _, sources, found = with_stranger
    data = page_data.build(sources, found)
    at = {column["key"]: number for number, column in enumerate(data["columns"])}
    shown = {row[at["kernel"]]: row[at["configuration"]] for row in data["rows"]}
    assert shown == {"naive": None, "tiled": None, "stranger": "braids of 7"}
    assert "stranger (braids of 7)" in provenance.section(sources)
    assert "stranger (braids of 7)" in methods.paragraph(sources[0])


def test_rows_that_do_not_say_what_a_cell_takes_are_left_out_of_plots_over_bytes(with_stranger, tmp_path):
    report, _, found = with_stranger
    whole = [len(one.marks()) for one in found["sizes"]]
    for row in report["benchmarks"]:
        if row["kernel"] == "stranger":
            del row["bits_per_cell"]
    _, found = charts_of(report, tmp_path)
    assert [len(one.marks()) for one in found["sizes"]] == [marks - 2 for marks in whole]
    for one in [*found["sizes"], *(one for one in found["limits"] if "Roofline" in one.title)]:
        assert "stranger" not in {row["kernel"] for row in one.rows()}
        assert any(note.startswith("NOT DRAWN: 2 rows of stranger") for note in one.notes()), one.notes()
    # Of an old report nothing is left to draw, and the page says what it would take.
    for row in report["benchmarks"]:
        row.pop("bits_per_cell", None)
    sources, found = charts_of(report, tmp_path)
    assert not found["sizes"] and "bits_per_cell" in views.WANTING["sizes"]


def test_waves_of_an_older_report_are_shown(tmp_path):
    report = made_up_report.make()
    report["context"]["runs"][0]["waves"] = ["8 levels, 2 with and/andn/or"]
    sources, _ = charts_of(report, tmp_path)
    assert "8 levels, 2 with" in provenance.section(sources) and "8 levels, 2 with" in methods.paragraph(sources[0])


def step_of(texts):
    """The numbers of a step among the texts beside a bar: the ratio, and its interval if there is one."""
    (step,) = (text for text in texts if text.startswith("step"))
    return [float(number.replace(",", "")) for number in re.findall(r"[\d.,]*\d", step)]


def test_step_is_the_ratio_to_the_rung_below_at_as_many_cores(study):
    """Best over best; and by the median over the visits that both rows share, worked out here by hand."""
    _, _, found = study
    for one in found["ladder"]:
        for series in one.series:
            for below, mark in zip(series.marks, series.marks[1:]):
                assert step_of(mark.texts) == [pytest.approx(mark.value / below.value, rel=1e-2)]
                of_rounds = [theirs / ours for ours, theirs in zip(mark.row["samples"], below.row["samples"])]
                ratios = [statistics.median(of_rounds[i : i + 2]) for i in range(0, 12, 2)]
                assert step_of(mark.below) == pytest.approx([statistics.median(ratios), min(ratios), max(ratios)], rel=1e-2)
                assert rows.cores(mark.row) == rows.cores(below.row)
                # Six visits: the interval is their range, and narrower than what the intervals of both rows allow.
                assert max(ratios) - min(ratios) < mark.median[2] / below.median[1] - mark.median[1] / below.median[2]


def test_failed_rung_is_marked_and_no_base_of_a_step(tmp_path):
    report = made_up_report.make(shapes=((1, 1),), counts=("every",))
    bad = made_up_report.fail(report, 1)
    assert bad["kernel"] == "bitsliced"
    _, found = charts_of(report, tmp_path)
    (one,) = found["ladder"]
    texts = {mark.at: mark.texts + mark.below for mark in one.marks()}
    assert "FAILED VERIFICATION" in texts["bitsliced"]
    assert not any(text.startswith("step") for text in texts["tiled"])
    assert any(note.startswith("MARKED: 1 row failed verification") for note in one.notes())


# --- scaling -----------------------------------------------------------------------------------------------------------


def test_scaling_grows_one_thing_at_a_time_and_shows_the_rest_unjoined(study):
    _, _, found = study
    for one in found["strong"]:
        grown = one.facets["grown by"]
        shapes = {(row["ranks"], row["threads"]) for row in one.rows()}
        if grown == "threads of 1 rank":
            assert {ranks for ranks, _ in shapes} == {1}
        elif grown.startswith("ranks of"):
            assert len({threads for _, threads in shapes}) == 1
        else:
            assert grown == "all ranks × threads" and (4, 4) in shapes
            assert all(not chart.joined_runs(series) for series in one.series)


def test_scaling_shows_no_kernel_that_ran_on_one_number_of_cores(tmp_path):
    """Its one row is its own base."""
    report = made_up_report.make(kernels=("naive", "tiled"), counts=("every",), shapes=((1, 1), (2, 1)))
    report["benchmarks"] = [row for row in report["benchmarks"] if row["kernel"] == "tiled" or row["ranks"] == 1]
    _, found = charts_of(report, tmp_path)
    shown = [one for one in every_chart(found) if one.figure in ("strong", "weak")]
    assert shown
    assert {series.label for one in shown for series in one.series} == {"tiled"}


def test_scaling_of_several_ways_keeps_the_base_that_they_share(tmp_path):
    """One rank has no exchange: its row is the base of every way."""
    report = made_up_report.make(kernels=("tiled",), counts=("every",), shapes=((1, 1), (8, 1)))
    alone = [row for row in report["benchmarks"] if row["ranks"] == 1]
    several = [row for row in report["benchmarks"] if row["ranks"] == 8]
    ways = [{**row, "name": f"{row['name']}/exchange:{way}", "run_name": f"{row['name']}/exchange:{way}", "exchange": way}
            for row in several for way in ("nonblocking", "fence")]  # fmt: skip
    report["benchmarks"] = [*alone, *ways]
    _, found = charts_of(report, tmp_path)
    shown = [one for one in every_chart(found) if one.figure == "strong"]
    assert shown
    for one in shown:
        assert {series.label for series in one.series} == {"tiled", "tiled, exchange nonblocking", "tiled, exchange fence"}


def test_what_only_some_names_spell_tells_series_apart():
    report = made_up_report.make(kernels=("tiled",), counts=("every",), shapes=((1, 1),))
    more = [{**row, "name": f"{row['name']}/tile:256"} for row in report["benchmarks"]]
    more += [{**row, "name": row["name"].replace("steps:auto", "steps:100") + "/tile:8"} for row in report["benchmarks"]]
    members = [*report["benchmarks"], *more]
    labels = set(grouping.series_labels(members).values())
    assert labels == {"tiled, steps auto", "tiled, steps auto, tile 256", "tiled, steps 100, tile 8"}


def test_ideal_line_goes_through_the_base(study):
    _, _, found = study
    for one in found["strong"]:
        if "speedup" in one.title:
            ideal = next(curve for curve in one.curves if curve.label == "ideal")
            for cores, speedup in ideal.points:
                assert speedup == pytest.approx(cores)  # the base has one core here
        else:
            assert [value for _, value in one.curves[0].points] == [1.0, 1.0]
            assert one.y.from_zero


def test_caption_names_the_rate_of_every_base(study):
    _, _, found = study
    for one in found["strong"]:
        caption = " ".join(one.notes())
        for row in one.rows():
            assert words.significant(row["base_mcops"]) in caption


def test_weak_scaling_holds_the_cells_of_a_core(tmp_path):
    report = made_up_report.make(mode="weak", cells=(10**6, 10**7))
    _, found = charts_of(report, tmp_path)
    assert found["weak"] and not found["strong"] and not found["ladder"]
    for one in found["weak"]:
        assert len({row["cells"] / rows.cores(row) for row in one.rows()}) == 1


def test_fit_is_drawn_where_its_points_are(tmp_path):
    report = made_up_report.make(shapes=[(2**k, 1) for k in range(6)], cells=(10**6,))
    made_up_report.add_fit(report, "tiled", "every")
    _, found = charts_of(report, tmp_path)
    fitted = [(one, curve) for one in found["strong"] for curve in one.curves if "Amdahl" in curve.label]
    (one, curve) = fitted[0]
    assert len(fitted) == 1 and one.facets["count"] == "every"
    residuals = dict(zip(report["fits"][0]["rows"], report["fits"][0]["residuals"]))
    curve_at = {at: value for at, value in curve.points}
    for mark in one.marks():
        if mark.row["name"] in residuals:
            at = min(curve_at, key=lambda point, cores=mark.at: abs(point - cores))
            if math.isclose(at, mark.at, rel_tol=1e-6):
                assert curve_at[at] == pytest.approx(mark.value - residuals[mark.row["name"]])
    assert any("Amdahl's law (dotted): tiled serial fraction" in note for note in one.notes())


@pytest.mark.parametrize("miss, is_drawn", [(0.24, True), (0.26, False), (-0.26, False), (8.0, False)])
def test_law_that_misses_a_point_by_more_than_a_quarter_is_not_drawn(tmp_path, miss, is_drawn):
    report = made_up_report.make(shapes=[(2**k, 1) for k in range(6)], cells=(10**6,))
    made_up_report.add_fit(report, "tiled", "every")
    (fit,) = report["fits"]
    speedup = next(row for row in report["benchmarks"] if row["name"] == fit["rows"][3])["speedup"]
    fit["residuals"][3] = miss * speedup
    _, found = charts_of(report, tmp_path)
    assert any("Amdahl" in curve.label for one in found["strong"] for curve in one.curves) == is_drawn
    notes = [note for one in found["strong"] for note in one.notes()]
    assert any("Amdahl's law (dotted)" in note for note in notes) == is_drawn
    line = f"Not drawn: laws that miss a point by more than 25%: Amdahl's for tiled by {100 * abs(miss):.0f}%."
    assert notes.count(line) == (not is_drawn)


def test_fit_without_freedom_is_not_drawn_and_spoken_of(tmp_path):
    report = made_up_report.make(shapes=((1, 1), (2, 1)), cells=(10**6,))
    made_up_report.add_fit(report, "tiled", "every")
    _, found = charts_of(report, tmp_path)
    assert not any("Amdahl" in curve.label for one in found["strong"] for curve in one.curves)
    assert any("1 law fitted through no more points" in note for one in found["strong"] for note in one.notes())


def test_flawed_points_break_the_line(tmp_path):
    report = made_up_report.make(shapes=[(2**k, 1) for k in range(8)], kernels=("tiled",), counts=("every",))
    report["benchmarks"][3]["warnings"] = ["clock_changed"]
    _, found = charts_of(report, tmp_path)
    speedup = next(one for one in found["strong"] if "speedup" in one.title)
    (series,) = speedup.series
    runs = [[mark.at for mark in run] for run in chart.joined_runs(series)]
    assert runs == [[1, 2, 4], [16, 32, 64, 128]]
    assert any("clock_changed" in note for note in speedup.notes())


def test_two_points_are_not_joined(tmp_path):
    report = made_up_report.make(shapes=((1, 1), (2, 1)))
    _, found = charts_of(report, tmp_path)
    assert all(not chart.joined_runs(series) for one in found["strong"] for series in one.series)


def test_failed_row_that_has_no_ratio_is_spoken_of(tmp_path):
    report = made_up_report.make(counts=("every",), shapes=[(2**k, 1) for k in range(5)])
    made_up_report.fail(report, len(report["benchmarks"]) - 1)
    _, found = charts_of(report, tmp_path)
    assert all(any("NOT DRAWN: 1 row failed verification" in note for note in one.notes()) for one in found["strong"])


def test_skipped_points_are_spoken_of():
    found = views.all_charts(loading.load([SCHEMA_PATH.parent / "example-skipped.json"]))
    drawn = every_chart(found)
    assert drawn and any("skipped" in note for one in drawn for note in one.notes())


def test_simulated_plots_say_so_in_title_and_caption():
    found = views.all_charts(loading.load([SCHEMA_PATH.parent / "example-simulated.json"]))
    assert found["simulated"] and not found["strong"]
    for one in found["simulated"]:
        assert "SIMULATED" in one.title and "MODELLED" in one.title
        assert any(note.startswith("NOT MEASURED: simulated by smpi") for note in one.notes())
        assert any(note.startswith("NOT MEASURED: modelled by loggp") for note in one.notes())


def test_captions_are_sentences_of_words_and_no_fields(shipped):
    """Counting modes in words, and of a model what a reader asks for; the rest is with the rows."""
    notes = {note for one in shipped[0] for note in one.notes()}
    assert len(notes) > 100
    for note in notes:
        assert not re.search(r"counting (every|sampled)|contract|\ba core,|interval holds|that holds 1", note), note
        assert not re.search(r"\b((kernel|memory|latency|bandwidth)_\w+|clock_hz)", note), note
    assert any("moves counted in the last iteration only" in note for note in notes)
    assert any(note.startswith("NOT MEASURED: simulated by smpi, for archer2, 128 ranks per node") for note in notes)


def test_parameters_of_a_model_stand_with_its_rows():
    (source,) = loading.load([SCHEMA_PATH.parent / "example-simulated.json"])
    data = page_data.build([source], views.all_charts([source]))
    place = [*(column["key"] for column in data["columns"]), *data["details"]].index("model")
    for shown, row in zip(data["rows"], source.rows):
        assert all(name in shown[place] for name in row["model"]["parameters"]) and shown[place].startswith(row["model"]["name"])


# --- guides, placement, numbers ----------------------------------------------------------------------------------------


def test_guides_follow_the_machine(tmp_path):
    path = made_up_report.save(made_up_report.make(cores=128), tmp_path / "r.json")
    (source,) = loading.load([path])
    row = source.rows[0]
    assert machine.core_guides(source, row, 1024) == [(4, "L3"), (16, "NUMA region"), (128, "node")]
    assert machine.core_guides(source, row, 15) == [(4, "L3")]
    one, four = ({"ranks": ranks, "threads": 1} for ranks in (1, 4))
    assert machine.cache_guides(source.run_of(row), one)[-1] == (2**24, "L3 16 MiB")
    assert machine.cache_guides(source.run_of(row), four)[-1] == (2**22, "L3 16 MiB / 4")


def test_simulated_rows_speak_of_the_machine_of_their_model():
    """Not of the one that the simulator ran on."""
    report = example("simulated")
    (source,) = loading.load([SCHEMA_PATH.parent / "example-simulated.json"])
    row = source.rows[0]
    per_node = row["model"]["parameters"]["ranks_per_node"]
    assert machine.core_guides(source, row, 10**6) == [(per_node, "node of the model")]
    assert report["context"]["runs"][0]["cpu"]["model"] not in machine.name(source, row)
    row["model"]["parameters"]["machine"] = "ARCHER2"
    assert machine.name(source, row) == "ARCHER2"


def test_parameters_of_a_model_that_differ_are_given_as_a_range():
    assert chart_curves.span([1.5, 1.5]) == "1.5"
    assert chart_curves.span([0.25, 3, 1.0]) == "0.25 .. 3"
    assert chart_curves.span(["avx2", None, "avx512"]) == "avx2 or avx512"


def test_placement_in_few_words():
    row = {
        "placement": [{"rank": i, "thread": 0, "host": f"node{i // 4}", "core": i % 4, "numa": 0} for i in range(32)]
    }
    assert placement.summary(row) == "node0 .. node7 (8 hosts): 4 workers, cores 0-3, NUMA 0"
    row = {"placement": [{"rank": i, "thread": 0, "host": "vm", "core": 1} for i in range(2)]}
    assert "SOME ON ONE CORE" in placement.summary(row)
    assert placement.summary({"placement": None}) is None


def test_series_of_one_kernel_are_told_apart_by_what_differs(tmp_path):
    report = made_up_report.make(
        kernels=("tiled",), counts=("every",), shapes=((1, 1), (2, 1)), cells=(10**6, 10**7)
    )
    other = made_up_report.make(
        kernels=("tiled",), counts=("every",), shapes=((1, 1), (2, 1)), cells=(10**6, 10**7)
    )
    for row in other["benchmarks"]:
        for key in ("name", "run_name", "base"):
            row[key] = row[key].replace("depth:auto", "depth:64")
    report["benchmarks"] += other["benchmarks"]
    _, found = charts_of(report, tmp_path)
    assert {series.label for one in found["sizes"] for series in one.series} == {"tiled, depth auto", "tiled, depth 64"}
    for one in found["sizes"]:
        colours = palette.palette([one])
        looks = [colours[series.colour] for series in one.series]
        assert len({look[0] for look in looks}) == len({look[2] for look in looks}) == len(looks)
    for one in found["strong"]:
        assert any("tiled, depth auto, 1 × 1: " in note and "tiled, depth 64, 1 × 1: " in note for note in one.notes())


@pytest.mark.parametrize(
    "value, text",
    [
        (1234567, "1,235,000"),
        (0.012345, "0.01235"),
        (1.984, "1.984"),
        (0, "0"),
        (99999.9, "100,000"),
        (2.6e-6, "2.6e-06"),
    ],
)
def test_significant(value, text):
    assert words.significant(value) == text


def test_view_labels_name_what_differs(study):
    _, _, found = study
    labels = views.view_labels(found["ladder"])
    assert len(set(labels)) == len(labels) and all("machine" not in label for label in labels)
    for _, _, shown in views.panels([one for section in found.values() for one in section]):
        assert len(set(views.view_labels(shown))) == len(shown)


def test_the_first_view_is_of_most_kernels_and_measured(tmp_path):
    """However many rows a study of one kernel has, and whichever report comes first."""
    study = made_up_report.make(kernels=("tiled",), cells=[10**k for k in range(3, 9)], shapes=[(2**k, 1) for k in range(6)])
    ladder = made_up_report.make(kernels=("naive", "bitsliced", "tiled"), cells=(10**4, 10**5), shapes=((1, 1), (2, 1)))
    paths = [made_up_report.save(report, tmp_path / f"{name}.json") for name, report in (("study", study), ("ladder", ladder))]
    found = views.all_charts(loading.load([SCHEMA_PATH.parent / "example-simulated.json", *paths]))
    for section in ("sizes", "strong", "limits"):
        for _, _, shown in views.panels(found[section]):
            kernels = [len({row["kernel"] for row in one.rows()}) for one in shown]
            assert kernels[0] == 3 == max(kernels) and min(kernels) == 1 and shown[0].facets["report"] == "ladder"
    keys = [key for key, _, _ in views.SECTIONS]
    assert keys[0] == "ladder" and keys.index("strong") < keys.index("across") and "simulated" not in keys


# --- colours -----------------------------------------------------------------------------------------------------------

# G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, A physiologically-based model for simulation of color vision deficiency,
# IEEE TVCG 15 (2009) 1291: severity 1, for linear RGB.
BLIND = {
    "none": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def linear(hexadecimal):
    channels = [int(hexadecimal[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]


def lab(rgb):
    """CIE L*a*b* of linear sRGB, white point D65."""
    x, y, z = (
        sum(weight * channel for weight, channel in zip(weights, rgb)) / white
        for weights, white in zip(
            [(0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041)],
            (0.95047, 1.0, 1.08883),
        )
    )
    f = [t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in (max(0, x), max(0, y), max(0, z))]
    return (116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2]))


def seen(hexadecimal, kind):
    rgb = linear(hexadecimal)
    return lab([min(1, max(0, sum(a * b for a, b in zip(line, rgb)))) for line in BLIND[kind]])


def contrast(a, b):
    """WCAG 2."""
    light, dark = sorted(
        (sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear(colour))) + 0.05 for colour in (a, b)), reverse=True
    )
    return light / dark


TOGETHER = {
    "kernels": palette.KERNELS,
    "shares": [palette.PARTS[part] for part in ("compute", "exchange", "reduction", "waiting", "driver")],
    "ladder": [palette.PARTS[part] for part in ("least", "most")],
    "phases": [palette.PARTS[part] for part in (*chart_io.PHASES, chart_io.BARRIERS)],
}


@pytest.mark.parametrize("ground", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("kind", BLIND)
@pytest.mark.parametrize("plot", TOGETHER)
def test_colours_of_one_plot_can_be_told_apart(plot, kind, ground):
    for a, b in itertools.combinations([look[ground] for look in TOGETHER[plot]], 2):
        distance = math.dist(seen(a, kind), seen(b, kind))
        assert distance > 12, f"{a} and {b}: {distance:.1f}"


@pytest.mark.parametrize("ground, card", [(0, "#ffffff"), (1, "#1a212b")], ids=["light", "dark"])
@pytest.mark.parametrize("kind", BLIND)
def test_steps_of_an_axis_go_ever_further_from_the_ground(kind, ground, card):
    for count in (3, 7, 9):
        shades = [step_look(place, count)[ground] for place in range(count)]
        contrasts = [contrast(shade, card) for shade in shades]
        assert contrasts == sorted(contrasts) and contrasts[0] >= 3
        light = [seen(shade, kind)[0] for shade in shades]
        assert light == sorted(light, reverse=ground == 0)
        nearest = min(math.dist(seen(a, kind), seen(b, kind)) for a, b in zip(shades, shades[1:]))
        # Symbols differ too, and lines lie in the order of the ramp.
        assert nearest > 8 if count <= 7 else nearest > 6, (count, nearest)


def step_look(place, count):
    """How one of so many steps of an axis looks."""
    key = palette.key_of_step(place, count)
    axis = chart.Axis("")
    one = chart.Chart("sizes", "curve", "", {}, [], axis, axis, [chart.Series("", key, [])])
    return palette.palette([one])[key]


def test_depths_stand_in_their_order_with_a_ramp(tmp_path):
    """As numbers, whatever their order in the file and as text; two of them are no ramp, nor are exchanges."""
    def of_levels(axis, levels):
        report = made_up_report.make(kernels=("tiled",), counts=("every",), cells=(10**5, 10**6))
        rows_of_all = []
        for level in levels:
            for row in report["benchmarks"]:
                if row["ranks"] == 1:
                    rows_of_all.append({**row, "name": f"{row['name']}/{axis}:{level}"})
        return [label for label, _, _ in grouping.by_series(source_of(rows_of_all), rows_of_all)], [
            colour for _, colour, _ in grouping.by_series(source_of(rows_of_all), rows_of_all)
        ]

    def source_of(members):
        return loading.Source("r", "r.json", {}, members, [], 0, ["tiled"])

    labels, colours = of_levels("stride", ["16", "1024", "4", "1"])
    assert labels == [f"tiled, stride {level}" for level in (1, 4, 16, 1024)]
    assert colours == [palette.key_of_step(place, 4) for place in range(4)]
    for levels in (["16", "4"], ["16", "4", "auto"], ["a", "b", "c"]):
        labels, colours = of_levels("stride", levels)
        assert labels == [f"tiled, stride {level}" for level in levels] and colours[0] == palette.key_of("tiled")


@pytest.fixture(scope="module")
def shipped():
    """All charts of the reports in results/, and their colours."""
    found = every_chart(views.all_charts(loading.load(sorted((ROOT / "results").glob("*.json")))))
    return found, palette.palette(found)


def test_no_two_series_of_a_plot_share_colour_and_mark(shipped):
    found, colours = shipped
    assert len(found) > 1000
    for one in found:
        looks = {}
        for series in one.series:
            for ground in (0, 1):
                shade, mark = colours[series.colour][ground], colours[series.colour][2]
                looks.setdefault((ground, series.lane, shade, mark, series.dash, series.hollow), set()).add(series.label)
        assert all(len(labels) == 1 for labels in looks.values()), (one.title, one.facets, looks)


def test_the_shipped_studies_of_depth_have_the_ramp(shipped):
    studies = [one for one in shipped[0] if {"tiled, depth 4", "tiled, depth 1024"} <= {series.label for series in one.series}]
    assert studies
    for one in studies:
        assert [series.label.split()[-1] for series in one.series] == ["1", "4", "16", "64", "256", "1024", "2500"]
        assert len({shipped[1][series.colour][0] for series in one.series}) == 7


def test_kernels_differ_by_symbol_too():
    symbols = [symbol for _, _, symbol in palette.KERNELS]
    assert len(symbols) >= 12 and len(set(symbols)) == len(symbols)


def test_more_kernels_than_colours_still_look_different(tmp_path):
    names = tuple(f"kernel-{number}" for number in range(40))
    _, found = charts_of(made_up_report.make(kernels=names, counts=("every",), cells=(10**6, 10**7)), tmp_path)
    colours = palette.palette(every_chart(found))
    for one in found["sizes"]:
        looks = [colours[series.colour] for series in one.series]
        assert len(looks) == 40 and len({(look[0], look[2]) for look in looks}) == 40


def test_a_kernel_has_one_colour_on_a_page(study, tmp_path):
    """Whatever plot it is in, also where two reports have other kernels."""
    reports = [made_up_report.make(kernels=kernels, cells=(10**6, 10**7)) for kernels in (("tiled", "naive"), ("bitsliced",))]
    paths = [made_up_report.save(report, tmp_path / f"{number}.json") for number, report in enumerate(reports)]
    sources = loading.load(paths)
    assert [source.kernels for source in sources] == 2 * [["naive", "bitsliced", "tiled"]]
    found = every_chart(views.all_charts(sources))
    colours = palette.palette(found)
    looks = {}
    for one in found:
        if one.kind == "curve":
            for series in one.series:
                looks.setdefault(series.label, set()).add(colours[series.colour])
    assert looks == {name: {look} for name, look in zip(["naive", "bitsliced", "tiled"], palette.KERNELS)}


@pytest.mark.parametrize("ground, card", [(0, "#ffffff"), (1, "#1a212b")], ids=["light", "dark"])
def test_colours_stand_out_from_the_ground(ground, card):
    css = (ROOT / "scripts" / "trafficbench_tools" / "report" / "page" / "page.css").read_text(encoding="utf-8")
    assert f"--card: {card}" in css
    for key, look in [*enumerate(palette.KERNELS), *palette.PARTS.items(), *palette.FLAW.items()]:
        # Shares are filled areas with edges, which need less.
        least = 2.0 if key == "waiting" else 3.0
        assert contrast(look[ground], card) >= least, f"{key}: {contrast(look[ground], card):.2f}"


def test_placement_and_ranks_of_a_node_tell_series_apart():
    row = next(row for row in example("measured")["benchmarks"] if row["ranks"] == 2)
    row = {**row, "placement_policy": "packed"}
    node = {**row, "name": f"{row['name']}/placement:spread/ranks-per-node:1", "placement_policy": "spread", "ranks_per_node": 1}
    assert grouping.other_axes(row)["placement"] == "packed" and grouping.other_axes(row)["ranks-per-node"] == "auto"
    labels = grouping.series_labels([row, node])
    assert "placement spread" in labels[id(node)] and "ranks-per-node 1" in labels[id(node)]
    assert "placement packed" in labels[id(row)] and "ranks-per-node auto" in labels[id(row)]
    alone = next(row for row in example("measured")["benchmarks"] if row["ranks"] == 1)
    assert not grouping.other_axes(alone).keys() & {"placement", "ranks-per-node"}


def test_grouping_reads_the_axes_of_a_name():
    row = json.loads(EXAMPLES[0].read_text(encoding="utf-8"))["benchmarks"][0]
    assert rows.axes(row)["depth"] == "auto"
    assert "cells" not in grouping.other_axes(row)
