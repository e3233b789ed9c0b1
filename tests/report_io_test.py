"""Rows of files on the page and in the figures: rates against ranks and size, and the phases.

Run: /usr/bin/python3 -m pytest tests/report_io_test.py
"""

import csv
import itertools

import made_up_report
import pytest
from program import ROOT
from report_charts_test import charts_of
from report_helpers import data_of, example_path, needs_module
from script import run_script

from trafficbench_tools.report import chart, chart_io, headline, loading, methods, page_data, palette, views

SECTIONS = ("io", "io-cached")


def files_of(report, folder):
    sources, found = charts_of(report, folder)
    return sources, [one for section in SECTIONS for one in found[section]]


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """Several ranks, sizes, both layouts, operations and kinds of sync, two folders, direct rows."""
    report = made_up_report.make_io()
    return report, *files_of(report, tmp_path_factory.mktemp("io"))


def kind_of(one):
    return "phases" if one.kind == "stack" else "size" if "against size" in one.title else "ranks"


def test_every_row_is_in_a_plot_of_each_kind(everything):
    report, (source,), found = everything
    names = {row["name"] for row in report["benchmarks"]}
    for kind in ("ranks", "size", "phases"):
        assert {row["name"] for one in found if kind_of(one) == kind for row in one.rows()} == names


def test_rates_are_medians_with_their_intervals(everything):
    _, _, found = everything
    for one in (one for one in found if one.kind == "curve"):
        assert one.y.title == "median rate, MB/s" and "Median rate of" in " ".join(one.notes())
        for mark in one.marks():
            row = mark.row
            assert mark.at == (row["ranks"] if kind_of(one) == "ranks" else row["bytes"])
            assert mark.value == row["megabytes_per_second"]
            assert (mark.low, mark.high) == (row["megabytes_per_second_low"], row["megabytes_per_second_high"])
            ranks = "1 rank" if row["ranks"] == 1 else f"{row['ranks']} ranks"
            assert mark.texts[0].endswith(f"MiB, {ranks} on 1 node{', direct' if row.get('direct') else ''}")


def test_nothing_is_in_one_plot_that_is_other_work(everything):
    _, _, found = everything
    for one in found:
        for of_row in (
            lambda row: (row["sync"], row["operation"], row["layout"], row["file_system"]["folder"], row["class"]),
            lambda row: (row["bytes"], row["ranks"]) if kind_of(one) == "phases" else None,
            lambda row: row["ranks"] if kind_of(one) == "size" else None,
        ):
            assert len({of_row(row) for row in one.rows()}) == 1, one.title
        if kind_of(one) == "ranks":
            by_size = {row["bytes"] for row in one.rows()}
            a_rank = {row["bytes"] / row["ranks"] for row in one.rows()}
            assert (len(by_size) == 1) == ("size" in one.facets) and (len(a_rank) == 1) == ("size per rank" in one.facets)
        assert one.contract() == "" and ("writes" in one.title) == (one.facets["operation"] == "write")


def test_what_the_page_cache_had_a_part_in_is_set_apart(everything):
    _, _, found = everything
    assert {one.facets["sync"] for one in found} == {"synced", "cached"}
    for one in found:
        cached = one.facets["sync"] == "cached"
        assert one.title.endswith("(CACHED)") == (one.figure == "io-cached") == cached
        assert any(note.startswith("NOT OF A DISK") for note in one.notes()) == cached
    assert "io-cached" in [key for key, _, _ in views.APART] and "io-cached" in views.all_charts([])


def test_direct_rows_have_lines_of_their_own(everything):
    _, _, found = everything
    for one in (one for one in found if one.kind == "curve" and one.facets["sync"] == "synced"):
        by_label = {series.label: series for series in one.series}
        assert list(by_label) == ["serial", "posix", "posix, direct", "mpiio-collective"]
        for label, series in by_label.items():
            assert all(bool(mark.row.get("direct")) == label.endswith(", direct") for mark in series.marks)
        looks = [palette.palette([one])[series.colour] for series in one.series]
        assert len(set(looks)) == len(looks) == 4


def test_a_method_looks_the_same_in_all_plots(everything):
    _, _, found = everything
    looks = {}
    for one in (one for one in found if one.kind == "curve"):
        for series in one.series:
            looks.setdefault(series.label, set()).add(series.colour)
    assert all(len(colours) == 1 for colours in looks.values())
    assert len(set(itertools.chain.from_iterable(looks.values()))) == len(looks)


def test_phases_are_those_of_the_repetition_nearest_the_median(everything):
    _, _, found = everything
    for one in (one for one in found if one.kind == "stack"):
        has_sync = one.facets["sync"] == "synced" and one.facets["operation"] == "write"
        phases = [phase for phase in chart_io.PHASES if has_sync or phase != "sync"]
        assert [series.label for series in one.series] == [*phases, chart_io.BARRIERS]
        assert one.categories() == [mark.at for mark in one.series[0].marks]
        for marks in zip(*(series.marks for series in one.series)):
            row = marks[0].row
            distances = [abs(sample - row["real_time"] / 1e9) for sample in row["samples"]]
            nearest = distances.index(min(distances))
            seconds = row["phase_seconds"][nearest]
            assert [mark.value for mark in marks[:-1]] == [seconds[phase] for phase in phases]
            assert sum(mark.value for mark in marks) == pytest.approx(row["samples"][nearest])
            assert marks[0].median == pytest.approx([row[end] / 1e9 for end in ("real_time", "real_time_low", "real_time_high")])
            assert marks[0].texts == [chart_io.rate(row)] and chart_io.rate(row).endswith(") MB/s")


def test_views_are_told_apart_by_what_differs(everything):
    _, _, found = everything
    panels = views.panels([one for one in found if one.figure == "io"])
    assert [title for title, _, _ in panels] == [
        f"{start} {operation}{end}"
        for start, end in (("Rate of", ""), ("Where the time of", " went"))
        for operation, end in (
            [("reads", " against ranks"), ("reads", " against size"), ("writes", " against ranks"), ("writes", " against size")]
            if start == "Rate of" else [("reads", end), ("writes", end)]
        )
    ]  # fmt: skip
    for _, _, shown in panels:
        labels = views.view_labels(shown)
        assert len(set(labels)) == len(labels)
        assert all("layout" in label and "folder" in label and "machine" not in label for label in labels)


def test_folders_of_long_names_stay_apart(tmp_path):
    names = [f"{'a' * 40}{middle}{'b' * 40}" for middle in "xy"] + ["c" * 200]
    _, found = files_of(made_up_report.make_io(folders=names, ranks=(1, 2), sizes=(2**24,)), tmp_path)
    assert {one.facets["folder"] for one in found} == {*names[:2], f"{'c' * 20} ... {'c' * 20}"}


def test_what_was_measured_once_has_its_phases_alone(tmp_path):
    """One number of ranks and one size: nothing to draw a line along."""
    _, found = files_of(made_up_report.make_io(ranks=(2,), sizes=(2**24,)), tmp_path)
    assert {one.kind for one in found} == {"stack"}


def test_as_many_bytes_a_rank_on_more_ranks(tmp_path):
    report = made_up_report.make_io(folders=("one",), sizes=(2**24,))
    for many in (2, 4):
        more = made_up_report.make_io(folders=("one",), ranks=(many,), sizes=(many * 2**24,))
        report["benchmarks"] += more["benchmarks"]
    _, found = files_of(report, tmp_path)
    a_rank = [one for one in found if "size per rank" in one.facets and one.facets["size per rank"] == "16 MiB"]
    assert len(a_rank) == 8 and all({mark.at for mark in one.marks()} == {1, 2, 4} for one in a_rank)
    assert all("16 MiB of each rank" in " ".join(one.notes()) for one in a_rank)


def test_rows_without_an_interval_have_none(tmp_path):
    _, found = files_of(made_up_report.make_io(visits=5), tmp_path)
    for one in found:
        assert "needs six visits" in " ".join(one.notes())
        assert all((mark.low, mark.high) == (None, None) for mark in one.marks())


def test_what_was_not_measured_is_in_no_plot_of_files():
    report = made_up_report.make_io(folders=("one",))
    for row in report["benchmarks"]:
        if row["kernel"] == "serial":
            row.update(origin="modelled", model={"name": "loggp", "parameters": {"machine": "one"}, "calibrated_from": None})
    source = loading.Source("a", "a.json", report["context"], report["benchmarks"], [], 0, list(made_up_report.METHODS))
    found = chart_io.charts(source)
    assert {row["kernel"] for one in found for row in one.rows()} == {"posix", "mpiio-collective"}


def test_files_that_were_synced_are_refused_beside_those_that_were_not():
    rows = made_up_report.make_io(folders=("one",))["benchmarks"]
    for field in ("sync", "operation"):
        two = [next(row for row in rows if row[field] == level) for level in sorted({row[field] for row in rows})]
        marks = [chart.Mark(1, row["megabytes_per_second"], None, None, row) for row in two]
        with pytest.raises(chart.MixedRows):
            chart.Chart("io", "curve", "a plot", {}, ["posix"], chart.Axis("x"), chart.Axis("y"), [chart.Series("a", "ink", marks)])


def test_captions_say_what_makes_a_rate_say_less(tmp_path):
    report = made_up_report.make_io(folders=("one",), syncs=("synced",))
    for row in report["benchmarks"]:
        if row["kernel"] == "posix" and row["operation"] == "read" and not row.get("direct"):
            row["resident"][2] = 0.25
        if row["kernel"] == "mpiio-collective":
            row["hints_ignored"] = ["cb_nodes=2"]
    _, found = files_of(report, tmp_path)
    for one in found:
        notes = " ".join(one.notes())
        reads = one.facets["operation"] == "read"
        assert ("PARTLY FROM MEMORY: of posix up to 25% of the file" in notes) == reads
        ranks = one.facets.get("ranks", "several")
        whose = (["serial"] if ranks != "1" else []) + (["all on 1 rank"] if ranks in ("1", "several") else [])
        assert (f"Read by the ranks that wrote it: {', '.join(whose)}." in notes) == reads
        assert "Hints that are not in force: cb_nodes=2." in notes and "File system: lustre on /work." in notes


def test_failed_rows_are_marked(tmp_path):
    report = made_up_report.make_io(folders=("one",), syncs=("synced",))
    for row in report["benchmarks"]:
        if row["kernel"] == "posix":
            row.update(verified=False, error_occurred=True, error_message="1 of 4096 blocks differs", stopped="failed")
    _, found = files_of(report, tmp_path)
    for one in found:
        assert any(note.startswith("MARKED: ") for note in one.notes())
        if one.kind == "curve":
            assert all(not chart.joined_runs(series) for series in one.series if series.label.startswith("posix"))
        else:
            failed = [mark for mark in one.series[0].marks if "FAILED VERIFICATION" in mark.texts]
            assert [mark.at for mark in failed] == ["posix", "posix, direct"]


def test_example_of_files_has_its_phases():
    found = views.all_charts(loading.load([example_path("io")]))
    assert len(found["io"]) == 2 and not found["io-cached"] and views.not_drawn([], found) == []


def test_figures_have_every_point_and_names_that_say_what(everything, tmp_path):
    needs_module("matplotlib")
    from trafficbench_tools.report import figures

    _, _, found = everything
    names = {
        figures.file_name(section, title, count, "")
        for section in SECTIONS
        for title, count, _ in views.panels([one for one in found if one.figure == section])
    }
    assert names == {
        f"{section}-{operation}-{kind}"
        for section in SECTIONS for operation in ("writes", "reads") for kind in ("ranks", "size", "phases")
    }  # fmt: skip
    some = [next(one for one in found if one.kind == kind and one.facets["sync"] == "cached") for kind in ("curve", "stack")]
    figures.write({"io-cached": some}, tmp_path / "figures", all_plots=True)
    for one in some:
        name = figures.file_name("io-cached", one.title, "", "")
        lines = list(csv.DictReader((tmp_path / "figures" / f"{name}.csv").open(encoding="utf-8")))
        assert [line["row"] for line in lines] == [row["name"] for row in one.rows()]
        assert all(line["status"] == "verified" for line in lines)


def test_figure_of_phases_ends_with_its_longest_bar(everything):
    needs_module("matplotlib")
    from trafficbench_tools.report import figures

    _, _, found = everything
    one = next(one for one in found if one.kind == "stack")
    (axes,) = figures.painting.draw(one, palette.palette([one])).axes
    totals = {}
    for mark in one.marks():
        totals[mark.at] = totals.get(mark.at, 0.0) + mark.value
    longest = max(*totals.values(), *(mark.median[2] for mark in one.series[0].marks))
    assert axes.get_xlim() == pytest.approx((0, 1.04 * longest))
    assert max(patch.get_x() + patch.get_width() for patch in axes.patches) == pytest.approx(max(totals.values()))


def test_page_and_its_words_are_of_files(tmp_path):
    needs_module("plotly")
    report = made_up_report.make_io(folders=("one",))
    path = made_up_report.save(report, tmp_path / "files.json")
    done = run_script(ROOT / "scripts" / "report.py", path, "--output", tmp_path / "page.html")
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    panels = data_of(text)["panels"]
    assert {panel["section"] for panel in panels} >= set(SECTIONS) and all(panel["count"] == "" for panel in panels)
    for part in ('id="io"', 'id="io-cached" class="apart"', "not of a disk", "Rates of files are in MB/s", "Files of 16 MiB to 256 MiB"):
        assert part in text
    assert "MCOPs, million" not in text and "updated ring roads" not in text


def test_several_reports_of_files_are_told_how_to_be_one(tmp_path):
    needs_module("plotly")
    paths = [made_up_report.save(made_up_report.make_io(ranks=(many,), folders=("one",)), tmp_path / f"{many}.json") for many in (1, 2)]
    done = run_script(ROOT / "scripts" / "report.py", *paths, "--output", tmp_path / "page.html", "--quiet")
    assert done.returncode == 0
    (line,) = done.stderr.splitlines()
    assert "rows of files are drawn of each report by itself" in line and "trafficbench merge" in line


def test_methods_and_lead_of_a_mixture_have_both(tmp_path):
    report = made_up_report.make(counts=("every",))
    report["benchmarks"] += made_up_report.make_io(folders=("one",), syncs=("synced",))["benchmarks"]
    sources, found = charts_of(report, tmp_path)
    text = methods.paragraph(sources[0])
    for part in ("updated ring roads", "Files of 16 MiB to 256 MiB were written", "exact closed form or the hash of each block"):
        assert part in text
    assert "serial" not in text.split("updated ring roads")[0]
    assert "MCOPs" in headline.lead(sources) and "MB/s" in headline.lead(sources)
    assert found["ladder"] and found["io"] and page_data.build(sources, found)["panels"]
