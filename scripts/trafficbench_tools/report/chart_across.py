"""Plots across reports: the same kernels and roads, a series a report, labelled by what differs between their contexts."""

from trafficbench_tools.report import across, palette, rows, words
from trafficbench_tools.report.chart import Axis, Chart, Curve, Mark, Series

# More bars of one kernel cannot be told apart by their colours.
MOST_REPORTS = 12


def charts(sources):
    """Of all reports together; none where there is one report, or no point that two have in common."""
    found = []
    for both in across.sides(sources):
        groups = both.groups()
        for facets, points in groups:
            found.append(rates(both, facets, points))
            found += ratios(both, facets, points)
        found += sizes(both, groups)
    return found


def common(both, facets, drawn):
    """Sentences on what the reports are, and on those that are not drawn."""
    sentences = [both.contexts.said()[0]]
    left = [label for number, label in enumerate(both.labels) if number not in drawn]
    if len(drawn) == MOST_REPORTS and left:
        sentences.append(f"NOT DRAWN: {words.count_of(len(left), 'further report')} ({words.listing(left, 3)}).")
    if facets["origin"] != "measured":
        sentences.insert(0, "NOT MEASURED: simulated or modelled.")
    return sentences


def rates(both, facets, points):
    """Bars: every kernel on one road, a bar a report."""
    numbers = sorted({number for point in points for number in point.found})[:MOST_REPORTS]
    series = []
    for number in numbers:
        marks = [rate_mark(both, point, number) for point in points if number in point.found]
        series.append(Series(both.labels[number], palette.key_of_report(number), marks))
    drawn = [mark.row for line in series for mark in line.marks]
    return Chart(
        figure="across",
        kind="bars",
        title=marked("Rates of several reports", facets),
        facets=facets,
        kernels=both.sources[0].kernels,
        x=Axis(f"{across.SCOPES[facets['scope']]}, MCOPs: best (bars), median (diamonds)", "log10"),
        y=Axis("kernel"),
        series=series,
        caption=[
            *common(both, facets, numbers),
            (
                f"{across.SCOPES[facets['scope']].capitalize()}, {road_of(facets)}, counting {facets['count']}. Bars: the best repetition."
                f" Diamonds: the median with its {rows.interval_of(drawn)}. Times (×) are over the first report that has the"
                " point: best over best, and by the median with what both intervals allow."
            ),
        ],
    )


def rate_mark(both, point, number):
    """The bar of one kernel of one report."""
    row, first = point.found[number], min(point.found)
    best, *median = point.rates(number)
    texts = [f"best {words.significant(best)}"]
    if point.scope != across.ONE_CORE:
        texts[0] += f" on {rows.shape(row)}"
    below = [f"median {words.interval(*median)}"]
    if rows.has_failed(row):
        texts.append("FAILED VERIFICATION")
    elif number != first and not rows.has_failed(point.found[first]):
        ratio = point.ratio(number, first)
        texts.append(f"× {words.significant(best / point.rates(first)[0], 3)}")
        below.append(f"× {words.interval(ratio.value, ratio.low, ratio.high, 3)}{', a tie' if ratio.tie else ''}")
    return Mark(point.label, best, None, None, row, texts, tuple(median), below)


def ratios(both, facets, points):
    """Dots: a chart for each other report, every kernel's median over that of the first report that is here."""
    first = min(number for point in points for number in point.found)
    others = sorted({number for point in points for number in point.found if first in point.found} - {first})[: MOST_REPORTS - 1]
    found = []
    for number in others:
        shared = [point for point in points if {first, number} <= point.found.keys()]
        shared = [point for point in shared if not any(rows.has_failed(point.found[each]) for each in (first, number))]
        if not shared:
            continue
        marks = [ratio_mark(point, number, first) for point in shared]
        found.append(
            Chart(
                figure="across",
                kind="dots",
                title=marked("Times as fast", facets),
                facets={**facets, "report": both.labels[number], "over": both.labels[first]},
                kernels=both.sources[0].kernels,
                x=Axis("times as fast, by the median (1: the same)"),
                y=Axis("kernel"),
                series=[Series(both.labels[number], palette.key_of_report(number), marks)],
                curves=[Curve("as fast", [(1.0, None)])],
                caption=[
                    *common(both, facets, [first, number]),
                    f"{across.SCOPES[facets['scope']].capitalize()}, {road_of(facets)}, counting {facets['count']}:"
                    f" {both.labels[number]} over {both.labels[first]}, by the median; the interval is what the intervals of both allow, and one that holds 1"
                    " is a tie.",
                ],
            )
        )
    return found


def ratio_mark(point, number, first):
    """One kernel's ratio, with what a reader sees who points at it."""
    ratio = point.ratio(number, first)
    texts = [
        point.label,
        f"× {words.interval(ratio.value, ratio.low, ratio.high)}{', a tie' if ratio.tie else ''}",
        f"best over best × {words.significant(point.rates(number)[0] / point.rates(first)[0])}",
        f"{rows.shape(point.found[number])} and {rows.shape(point.found[first])} (ranks × threads)",
    ]
    return Mark(point.label, ratio.value, ratio.low, ratio.high, None, texts)


def sizes(both, groups):
    """Curves: one kernel's median rate along the length of the road, a line a report."""
    lines = {}
    for facets, points in groups:
        if facets["mode"] == "weak":
            continue
        for point in points:
            own = {name: value for name, value in facets.items() if name != "cells"}
            lines.setdefault((*own.items(), ("kernel", point.label)), []).append(point)
    found = []
    for key, points in lines.items():
        facets = dict(key)
        numbers = sorted({number for point in points for number in point.found})[:MOST_REPORTS]
        series = []
        for number in numbers:
            own = [point for point in points if number in point.found]
            marks = [Mark(point.found[number]["cells"], *point.rates(number)[1:], point.found[number]) for point in own]
            series.append(Series(both.labels[number], palette.key_of_report(number), sorted(marks, key=lambda mark: mark.at)))
        drawn = [mark.row for line in series for mark in line.marks]
        if len({row["cells"] for row in drawn}) < 2:
            continue
        found.append(
            Chart(
                figure="across",
                kind="curve",
                title=marked("Rate along the road", facets),
                facets=facets,
                kernels=both.sources[0].kernels,
                x=Axis("cells of the road", "log10"),
                y=Axis(f"median {across.SCOPES[facets['scope']]}, MCOPs", "log10"),
                series=series,
                caption=[
                    *common(both, facets, numbers),
                    f"{facets['kernel']}, {across.SCOPES[facets['scope']]}, counting {facets['count']}: the median with its"
                    f" {rows.interval_of(drawn)}.",
                ],
            )
        )
    return found


def road_of(facets):
    """As in "10⁷ cells"."""
    return next(f"{value} {name}" for name, value in facets.items() if name.startswith("cells"))


def marked(title, facets):
    """The title, which says so where nothing was measured."""
    return title if facets["origin"] == "measured" else f"{title} (not measured)"


def nothing_in_common(sources):
    """One line where several reports have no point in common; empty else."""
    if len(sources) < 2 or any(both.groups() for both in across.sides(sources)):
        return ""
    kernels = [", ".join(dict.fromkeys(row["kernel"] for row in source.rows)) for source in sources[:2]]
    roads = [", ".join(dict.fromkeys(words.cells(row["cells"]) for row in source.rows)) for source in sources[:2]]
    return (
        f"the {len(sources)} reports have no point in common (kernel, road, contract, start and depth as asked for), so nothing is"
        f" drawn across them: the first has {kernels[0]} on {roads[0]} cells, the second {kernels[1]} on {roads[1]}"
    )
