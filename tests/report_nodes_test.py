"""Slow nodes on the page, in the figures and in a line of text."""

import made_up_report
import pytest
from report_charts_test import charts_of
from report_helpers import SCHEMA_PATH, needs_module

from trafficbench_tools.report import chart_nodes, headline, loading, nodes, page_data, palette, views


def node(number, ratio, visits=12):
    spread = (ratio - 0.01, ratio + 0.02, "visits") if visits >= 6 else (None, None, None)
    fields = ("kernel_ratio_low", "kernel_ratio_high", "interval_over")
    return {"host": f"n{number:04}", "ranks": 4, "kernel_ratio": ratio, "visits": visits, **dict(zip(fields, spread))}


def report_of(ratios, visits=12):
    report = made_up_report.make(counts=("every",))
    report["context"]["nodes"] = [node(number, ratio, visits) for number, ratio in enumerate(ratios)]
    return report


def drawn(folder, ratios, visits=12):
    """(source, the chart, all charts)."""
    (source,), found = charts_of(report_of(ratios, visits), folder)
    (one,) = found["nodes"]
    return source, one, found


def test_nodes_stand_from_the_slowest_with_their_intervals(tmp_path):
    source, one, _ = drawn(tmp_path, [1.0, 1.083, 0.97, 1.02])
    (series,) = one.series
    assert one.categories() == ["n0001", "n0003", "n0000", "n0002"]
    by_host = {entry["host"]: entry for entry in source.context["nodes"]}
    for mark in series.marks:
        entry = by_host[mark.at]
        low, high = entry["kernel_ratio_low"], entry["kernel_ratio_high"]
        assert (mark.value, mark.low, mark.high) == (entry["kernel_ratio"], low, high)
        assert "4 ranks, 12 visits" in mark.texts
    assert [curve.points[0][0] for curve in one.curves] == [1.0, nodes.SLOW]
    assert any("beyond the dashed line" in note for note in one.notes())


def test_of_too_many_nodes_both_ends_are_drawn_and_it_is_said(tmp_path):
    most = chart_nodes.SLOWEST + chart_nodes.FASTEST
    _, one, _ = drawn(tmp_path, [1 + number / 1e5 for number in range(most)])
    assert len(one.series) == 1 and len(one.marks()) == most and not any("not drawn" in note for note in one.notes())
    _, one, _ = drawn(tmp_path, [1 + number / 1e5 for number in range(1000)])
    slowest, fastest = one.series
    assert [mark.at for mark in slowest.marks] == [f"n{number:04}" for number in range(999, 969, -1)]
    assert [mark.at for mark in fastest.marks] == [f"n{number:04}" for number in range(9, -1, -1)]
    assert any("The 960 nodes between" in note for note in one.notes())


def test_nodes_of_few_visits_have_no_interval(tmp_path):
    _, one, _ = drawn(tmp_path, [1.0, 1.2], visits=3)
    assert all(mark.low is None and "no interval" in mark.texts[1] for mark in one.marks())


def test_page_and_text_tell_of_slow_nodes_and_of_no_others(tmp_path):
    source, _, found = drawn(tmp_path, [1.0, 1.0731, 0.97, 1.06])
    line = "node n0001 took 7.3% longer than the median of 4 nodes in the kernel (median of 12 visits), and 1 more over 5% longer"
    assert nodes.warning(source.context) == line
    assert line in headline.banners([source], found)
    report = report_of([1.0, 1.08])
    report["context"]["nodes"][1]["kernel_ratio_low"] = 0.99
    (source,), found = charts_of(report, tmp_path)
    assert nodes.warning(source.context) == "", "chance may have made it slow"
    source, _, found = drawn(tmp_path, [1.0, 1.05, 0.5])
    assert nodes.warning(source.context) == "" and "longer than the median" not in headline.banners([source], found)


def test_one_node_has_no_plot(tmp_path):
    _, found = charts_of(made_up_report.make(counts=("every",)), tmp_path)
    assert not found["nodes"] and nodes.warning({}) == ""


def test_nodes_are_on_the_page(tmp_path):
    source, one, found = drawn(tmp_path, [1.0, 1.083, 0.97])
    data = page_data.build([source], found)
    (panel,) = [panel for panel in data["panels"] if panel["section"] == "nodes"]
    (view,) = panel["views"]
    assert view["kind"] == "dots" and view["categories"] == one.categories() and panel["count"] == ""
    marks = view["series"][0]["marks"]
    assert [mark[1:4] for mark in marks] == [pytest.approx([mark.value, mark.low, mark.high]) for mark in one.marks()]


def test_figure_shows_every_node_beside_its_name(tmp_path):
    needs_module("matplotlib")
    from trafficbench_tools.report import figures

    _, one, _ = drawn(tmp_path, [1 + number / 1e3 for number in range(100)])
    (axes,) = figures.painting.draw(one, palette.palette([one])).axes
    places = dict(zip((label.get_text() for label in axes.get_yticklabels()), axes.get_yticks()))
    assert list(places) == one.categories()
    for series in one.series:
        container = next(c for c in axes.containers if c.get_label() == series.label)
        assert list(container.lines[0].get_xdata()) == [mark.value for mark in series.marks]
        assert list(container.lines[0].get_ydata()) == [places[mark.at] for mark in series.marks]
    figures.pyplot.close("all")


def test_example_of_a_merge_has_nodes():
    (source,) = loading.load([SCHEMA_PATH.parent / "example-merged.json"])
    assert views.all_charts([source])["nodes"]
