"""How the plots of scripts/report.py are drawn as figures, which of them are, and what their files hold.

Run: /usr/bin/python3 -m pytest tests/report_figures_test.py
"""

import csv
import itertools
import re
from pathlib import Path
from xml.etree import ElementTree

import made_up_report
import pytest
from report_charts_test import REPORTS, ROOT, charts_of, every_chart, study  # noqa: F401  (study is a fixture)
from report_helpers import example, needs_module

from trafficbench_tools.report import loading, palette, views, words


def test_every_symbol_can_be_drawn(painting):
    for _, _, symbol in [*palette.KERNELS, *palette.PARTS.values(), *palette.INK.values(), *palette.FLAW.values()]:
        assert painting.SYMBOLS[symbol]


@pytest.fixture(scope="module")
def figures():
    needs_module("matplotlib")
    from trafficbench_tools.report import figures as module

    return module


@pytest.fixture(scope="module")
def painting(figures):
    return figures.painting


def test_figures_show_the_marks_of_their_chart(study, painting):
    """matplotlib's own objects hold the numbers of the chart."""
    _, _, found = study
    for section in found.values():
        for one in section[:2]:
            lanes = painting.draw(one, palette.palette([one])).axes
            axes = lanes[0]
            if one.kind == "strip":
                assert len(lanes) == len(one.lanes) == 4
                for series in one.series:
                    container = next(c for c in lanes[series.lane].containers if c.get_label() == series.label)
                    assert list(container.lines[0].get_xdata()) == [mark.at for mark in series.marks]
                    assert list(container.lines[0].get_ydata()) == [mark.value for mark in series.marks]
            elif one.kind == "curve":
                for series, shift in zip(one.series, one.shifts()):
                    container = next(c for c in axes.containers if c.get_label() == series.label)
                    assert list(container.lines[0].get_xdata()) == pytest.approx(
                        [mark.at * shift for mark in series.marks]
                    )
                    assert list(container.lines[0].get_ydata()) == pytest.approx([mark.value for mark in series.marks])
                    spans = [segment[:, 1] for segment in container.lines[2][0].get_segments()]
                    for mark, (low, high) in zip(series.marks, spans):
                        assert (low, high) == pytest.approx((mark.low or mark.value, mark.high or mark.value))
            else:
                bars = [bar for c in axes.containers if hasattr(c, "patches") for bar in c.patches]
                if one.kind == "bars":
                    ends = sorted(bar.get_x() + bar.get_width() for bar in bars)
                    assert ends == pytest.approx(sorted(mark.value for mark in one.marks()))
                    diamonds = sorted(c.lines[0].get_xdata()[0] for c in axes.containers if hasattr(c, "lines"))
                    assert diamonds == pytest.approx(sorted(mark.median[0] for mark in one.marks()))
                else:
                    assert sorted(bar.get_width() for bar in bars) == pytest.approx(
                        sorted(mark.value for mark in one.marks())
                    )
            assert axes.get_title(loc="left") == one.title
            said = " ".join(text.get_text() for text in axes.texts).replace("\n", " ").replace("\N{NO-BREAK SPACE}", " ")
            assert words.COUNTED[one.contract()].capitalize() in said if one.contract() else "ounted" not in said
            painting.pyplot.close("all")


def test_figures_mark_a_failed_row(tmp_path, painting):
    report = made_up_report.make(shapes=((1, 1),), counts=("every",))
    made_up_report.fail(report, 1)
    _, found = charts_of(report, tmp_path)
    axes = painting.draw(found["ladder"][0], palette.palette(found["ladder"])).axes[0]
    hatched = [bar for c in axes.containers if hasattr(c, "patches") for bar in c.patches if bar.get_hatch()]
    assert len(hatched) == 1
    assert any("FAILED VERIFICATION" in text.get_text() for text in axes.texts)
    painting.pyplot.close("all")


def test_figure_files(study, figures, tmp_path):
    _, _, found = study
    few = {"ladder": found["ladder"][:1], "strong": found["strong"][:1]}
    lines = figures.write(few, tmp_path / "figures")
    names = {path.name for path in (tmp_path / "figures").iterdir()}
    assert len(lines) >= 3 and "captions.md" in names
    stems = {Path(name).stem for name in names} - {"captions"}
    assert len(stems) == 2
    assert names == {f"{stem}.{ending}" for stem in stems for ending in (*figures.FORMATS, "csv")} | {"captions.md"}
    signatures = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml"}
    for stem in stems:
        for ending, start in signatures.items():
            assert (tmp_path / "figures" / f"{stem}.{ending}").read_bytes().startswith(start)
    with open(tmp_path / "figures" / "ladder-every.csv", newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    expected = [(mark.row["name"], mark.value) for one in few["ladder"] for mark in one.marks()]
    assert [(line["row"], float(line["value"])) for line in table] == expected
    captions = (tmp_path / "figures" / "captions.md").read_text(encoding="utf-8")
    assert all(f"## {stem}\n" in captions for stem in stems)


@pytest.fixture(scope="module")
def of_results():
    """What is drawn of all reports that are in results/."""
    return views.all_charts(loading.load(REPORTS))


def test_words_of_plots_are_those_of_the_field(of_results):
    for one in every_chart(of_results):
        for title in [one.title, *(axis.title for axis in (one.x, one.y, *one.lanes)), *one.facets]:
            assert not re.search(r"\w a (core|rank|node|second|joule)\b|contract|shape", title.replace("\n", " ")), title
        for sentence in one.notes():
            assert not re.search(r"contract|counting (every|sampled)|shape", sentence), sentence
        if one.contract():
            assert any(words.COUNTED[one.contract()] in sentence for sentence in one.notes()), one.title


def test_figures_are_one_for_each_question(of_results, figures):
    found = figures.plots(of_results)
    chosen = figures.to_show(found)
    assert len(chosen) <= 14 < len(found)
    answered = [(plot.section, re.sub(r"(against|went).*", "", plot.title)) for plot in chosen]
    assert len(set(answered)) == len(answered)
    for section in ("ladder", "sizes", "strong", "limits", "io", "across", "simulated"):
        assert any(plot.section == section for plot in chosen), section
    # The mode in which moves are counted throughout, unless the other shows more kernels.
    assert all(plot.count != "sampled" for plot in chosen)


def test_a_figure_shows_the_view_with_most_kernels_along_its_axis(of_results, figures):
    plot = next(plot for plot in figures.plots(of_results) if plot.section == "strong")

    def scaled(view):
        series = view[0].series
        return len({mark.row["kernel"] for one in series for mark in one.marks if len({other.at for other in one.marks}) > 1})

    assert scaled(plot.views[0]) == max(map(scaled, plot.views)) > 5


def test_where_nothing_answers_a_question_all_is_drawn(figures, tmp_path):
    path = made_up_report.save(made_up_report.make_io(folders=("one",), syncs=("cached",)), tmp_path / "files.json")
    found = figures.plots(views.all_charts(loading.load([path])))
    assert found and figures.to_show(found) == found and {plot.section for plot in found} == {"io-cached", "visits"}


def test_all_plots_and_all_views_say_what_is_left(study, figures, tmp_path):
    _, _, found = study
    made = {}
    for options in ({}, {"all_plots": True}, {"all_views": True}):
        folder = tmp_path / "-".join(options or ["shown"])
        lines = figures.write(found, folder, **options)
        made[folder.name] = {path.stem for path in folder.glob("*.csv")}
        assert sum("{" in line for line in lines) == len(made[folder.name])
        last = lines[-1]
        assert ("--all-plots" in last) == (not options) and ("--all-views" in last) == ("all_views" not in options)
    every = figures.plots(found)
    assert len(made["shown"]) < len(made["all_plots"]) == len(every) < len(made["all_views"]) == sum(len(p.views) for p in every)


def test_speedup_and_efficiency_are_one_figure(study, figures, tmp_path):
    _, _, found = study
    figures.write({"strong": found["strong"]}, tmp_path / "figures")
    assert {path.name for path in (tmp_path / "figures").glob("*.csv")} == {"strong-every.csv"}
    with open(tmp_path / "figures" / "strong-every.csv", newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    for quantity, field in (("speedup", "speedup"), ("efficiency", "efficiency")):
        own = {line["row"]: float(line["value"]) for line in table if quantity in line["quantity"]}
        by_name = {row["name"]: row for row in study[0]["benchmarks"]}
        assert own and all(value == by_name[name][field] for name, value in own.items())
    (one, below), *_ = figures.plots({"strong": found["strong"]})[0].views
    assert one.facets == below.facets
    lanes = figures.painting.draw(one, palette.palette([one]), below).axes
    assert lanes[0].get_title(loc="left") == "Strong scaling: speedup and efficiency"
    assert "speedup" in lanes[0].get_ylabel() and "efficiency" in lanes[1].get_ylabel()
    figures.pyplot.close("all")


def words_of(figure):
    """(words, where) of all texts of a figure that are seen, those of ticks too."""
    renderer = figure.canvas.get_renderer()
    figure.draw(renderer)
    from matplotlib.text import Text

    found = {id(text): text for text in figure.findobj(Text)}.values()
    seen = [text for text in found if text.get_visible() and text.get_text()]
    ticks = {id(text): axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis) for text in axis.get_ticklabels(which="both")}
    places = []
    for text in seen:
        box = text.get_window_extent(renderer)
        # A tick beyond the end of its axis is not drawn.
        if id(text) in ticks:
            axis = ticks[id(text)]
            place = text.get_position()[0 if axis.axis_name == "x" else 1]
            low, high = sorted(axis.get_view_interval())
            if not low <= place <= high or not axis.get_visible():
                continue
        places.append((text.get_text(), box))
    return places


def test_words_beside_a_bar_are_wrapped_and_keep_their_factors(tmp_path, painting):
    report = made_up_report.make(shapes=[(2**k, 2 ** (7 - k)) for k in range(8)] + [(1, 1)])
    one = charts_of(report, tmp_path)[1]["ladder"][0]
    texts = [painting.bar_text(mark) for mark in one.marks()]
    assert any("\n" in text for text in texts)
    for text, mark in zip(texts, one.marks()):
        assert all(len(line) <= painting.WIDEST_TEXT and not line.endswith("×") for line in text.split("\n"))
        assert "".join(text.split()) == "".join("".join(mark.texts).split()).removeprefix("best")
    assert painting.draw(one, palette.palette([one])).axes[0].get_position().width > 0.38
    painting.pyplot.close("all")


def test_no_words_of_a_figure_lie_on_others_and_half_of_it_is_its_axes(of_results, figures):
    colours = palette.palette(every_chart(of_results))
    for plot in figures.to_show(figures.plots(of_results)):
        with figures.pyplot.rc_context(figures.painting.STYLE):
            figure = figures.painting.draw(plot.views[0][0], colours, plot.views[0][1])
            places = words_of(figure)
        for (text, box), (other, others) in itertools.combinations(places, 2):
            wide = min(box.x1, others.x1) - max(box.x0, others.x0)
            high = min(box.y1, others.y1) - max(box.y0, others.y0)
            # Boxes have some air round the letters.
            assert wide <= 1 or high <= 2, f"{plot.title}: {text!r} lies on {other!r}"
        area = sum(axes.get_position().width * axes.get_position().height for axes in figure.axes)
        assert area > 0.3 and all(axes.get_position().width > 0.38 for axes in figure.axes), plot.title
        for text, box in places:
            assert -8 <= box.x0 and box.x1 <= figure.bbox.width + 8, f"{plot.title}: {text!r} leads out of it"
        figures.pyplot.close("all")


@pytest.mark.parametrize(
    "wanted, sizes, room, expected",
    [
        ([1.0, 3.0], [1.0, 1.0], 5.0, [1.0, 3.0]),  # each where it is wanted
        ([2.0, 2.0], [1.0, 1.0], 5.0, [1.5, 2.5]),  # round their wish
        ([0.0, 0.0, 4.9], [1.0, 1.0, 2.0], 5.0, [0.5, 1.5, 4.0]),  # none beyond the ends
        ([2.0, 2.0, 2.0, 3.6], [1.0] * 4, 9.0, [0.9, 1.9, 2.9, 3.9]),  # those that are pushed push
    ],
)
def test_labels_are_spread(painting, wanted, sizes, room, expected):
    assert painting.spread(wanted, sizes, room) == pytest.approx(expected)


def test_picture_in_the_readme_is_the_figure_that_its_command_makes(figures, tmp_path):
    text = (ROOT / "docs" / "report.md").read_text(encoding="utf-8")
    report, stem, target = re.search(r"report\.py (results/\S+\.json) --figures figures\ncp figures/(\S+)\.svg (docs/\S+)\n", text).groups()
    plot = next(plot for plot in figures.plots(views.all_charts(loading.load([ROOT / report]))) if plot.names()[0].startswith("ladder-every"))
    assert stem == "ladder-every" and target in (ROOT / "README.md").read_text(encoding="utf-8")
    figures.save(plot.views[0], palette.palette(list(plot.views[0][:1])), tmp_path, stem, False)
    ours, there = (
        [element.text for element in ElementTree.parse(path).getroot().iter("{http://www.w3.org/2000/svg}text")]
        for path in (tmp_path / f"{stem}.svg", ROOT / target)
    )
    assert ours == there, f"{target} is not what the command in docs/report.md makes of {report}: run it again"


def test_texts_of_an_svg_keep_their_spaces(study, figures, tmp_path):
    _, _, found = study
    figures.write({"ladder": found["ladder"], "sizes": found["sizes"]}, tmp_path / "figures")
    space = "{http://www.w3.org/XML/1998/namespace}space"
    for name in ("ladder-every", "sizes-every"):
        root = ElementTree.parse(tmp_path / "figures" / f"{name}.svg").getroot()
        texts = [element for element in root.iter("{http://www.w3.org/2000/svg}text")]
        # Chromium does not look for it further up. Text in pieces would be shown with the line ends between them.
        assert texts and all(text.get(space) == "preserve" for text in texts)
        assert all(len(text) == 0 and text.text == text.text.strip() for text in texts)
    root = ElementTree.parse(tmp_path / "figures" / "ladder-every.svg").getroot()
    beside = {figures.painting.bar_text(mark) for mark in found["ladder"][0].marks()}
    assert any("   " in text for text in beside)
    assert beside <= {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}


def only_of(report, origin):
    report["benchmarks"] = [row for row in report["benchmarks"] if row["origin"] == origin]
    return report


def test_each_view_has_a_file_of_its_own(study, figures, tmp_path):
    paths = [
        made_up_report.save(report, tmp_path / f"{number}.json")
        for number, report in enumerate(
            [
                study[0],
                made_up_report.make(mode="weak"),
                example("closed-form"),
                example("simulated"),
                only_of(example("simulated"), "simulated"),
                only_of(example("simulated"), "modelled"),
            ]
        )
    ]
    found = views.all_charts(loading.load(paths))
    names = [name for plot in figures.plots(found) for name in plot.names()]
    assert len(names) == sum("efficiency" not in one.title for one in every_chart(found))
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9.-]+", name) for name in names)
