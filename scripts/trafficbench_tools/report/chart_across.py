"""Plots across reports: the same kernels and roads, a series a report, labelled by what differs between their contexts."""

from trafficbench_tools.report import across, grouping, palette, rows, words
from trafficbench_tools.report.chart import Axis, Chart, Curve, Mark, Series

# More bars of one kernel cannot be told apart by their colours.
MOST_REPORTS = 12
UNLIKE = "Not the same iterations: a road orders itself as it goes, and launches make as many as fit their time."


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


def newest(both, points):
    """The numbers of the reports that have any of these points, or of so many of them the newest, in the order given."""
    numbers = sorted({number for point in points for number in point.found})
    by_date = sorted(numbers, key=lambda number: max(run["date"] for run in both.sources[number].context["runs"]))
    return sorted(by_date[-MOST_REPORTS:])


def colours(both, numbers):
    """{number of a report: key of its colour}: the same in all plots where there are colours for all."""
    if len(both.sources) <= MOST_REPORTS:
        return {number: palette.key_of_report(number) for number in numbers}
    return {number: palette.key_of_report(place) for place, number in enumerate(numbers)}


def common(both, facets, points, drawn):
    """Sentences on what the reports are, and on those that have a point and are not drawn."""
    sentences = [both.contexts.said()[0]]
    left = sorted({number for point in points for number in point.found} - set(drawn))
    if left:
        labels = [both.labels[number] for number in left]
        sentences.append(f"NOT DRAWN: {words.count_of(len(left), 'older report')} ({words.listing(labels, 3)}).")
    if facets["scope"] in (across.NODE, across.CORE_OF_NODE):
        sentences.append("Of several ranks × threads that fill a node the fastest is drawn.")
    if facets["origin"] != "measured":
        sentences.insert(0, "NOT MEASURED: simulated or modelled.")
    return sentences


def rates(both, facets, points):
    """Bars: every kernel on one road, a bar a report."""
    numbers = newest(both, points)
    keys = colours(both, numbers)
    series = []
    for number in numbers:
        marks = [rate_mark(both, point, number) for point in points if number in point.found]
        series.append(Series(both.labels[number], keys[number], marks))
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
            (
                f"{across.SCOPES[facets['scope']].capitalize()}, {grouping.road_text(facets)}, {words.COUNTED[facets['count']]}. Bars: the best repetition."
                f" Diamonds: the median with its {rows.interval_of(drawn)}. Times (×) are over the first report that has a"
                " good row of the point: best over best, and by the median with the worst-case interval, which is"
                f" {rows.interval_of(drawn).removeprefix('95% interval ')} each."
            ),
            *common(both, facets, points, numbers),
            *([UNLIKE] if any(text for line in series for mark in line.marks for text in mark.below if "iterations" in text) else []),
        ],
    )


def rate_mark(both, point, number):
    """The bar of one kernel of one report."""
    row, first = point.found[number], point.base
    best, *median = point.rates(number)
    texts = [f"best {words.significant(best)}"]
    if point.scope != across.ONE_CORE:
        texts[0] += f" on {rows.shape(row)}"
    below = [f"median {words.interval(*median)}"]
    if rows.has_failed(row):
        texts.append("FAILED VERIFICATION")
    elif number != first:
        ratio = point.ratio(number, first)
        texts.append(f"× {words.significant(best / point.rates(first)[0], 3)}")
        below.append(f"× {words.interval(ratio.value, ratio.low, ratio.high, 3)}{', a tie' if ratio.tie else ''}")
        below += filter(None, [point.unlike(number)])
    return Mark(point.label, best, None, None, row, texts, tuple(median), below)


def ratios(both, facets, points):
    """Dots: a chart for each report, every kernel's median over that of the first report that has a good row of it."""
    numbers = newest(both, points)
    keys = colours(both, numbers)
    found = []
    for number in numbers:
        for base in sorted({point.base for point in points} - {None, number}):
            shared = [point for point in points if point.base == base and number in point.found]
            shared = [point for point in shared if not rows.has_failed(point.found[number])]
            if not shared:
                continue
            marks = [ratio_mark(point, number) for point in shared]
            both_rows = [point.found[each] for point in shared for each in (base, number)]
            found.append(
                Chart(
                    figure="across",
                    kind="dots",
                    title=marked("Times as fast", facets),
                    facets={**facets, "report": both.labels[number], "over": both.labels[base]},
                    kernels=both.sources[0].kernels,
                    x=Axis("times as fast, by the median (1: the same)"),
                    y=Axis("kernel"),
                    series=[Series(both.labels[number], keys[number], marks)],
                    curves=[Curve("as fast", [(1.0, None)])],
                    caption=[
                        f"{across.SCOPES[facets['scope']].capitalize()}, {grouping.road_text(facets)}, {words.COUNTED[facets['count']]}:"
                        f" {both.labels[number]} over {both.labels[base]}, by the median; the interval is what those of both allow, each"
                        f" a {rows.interval_of(both_rows)}, and says little of further launches. One that includes 1 is a tie.",
                        *common(both, facets, points, numbers),
                        *([UNLIKE] if any("iterations" in text for mark in marks for text in mark.texts) else []),
                    ],
                )
            )
    return found


def ratio_mark(point, number):
    """One kernel's ratio, with what a reader sees who points at it."""
    first = point.base
    ratio = point.ratio(number, first)
    texts = [
        point.label,
        f"× {words.interval(ratio.value, ratio.low, ratio.high)}{', a tie' if ratio.tie else ''}",
        f"best over best × {words.significant(point.rates(number)[0] / point.rates(first)[0])}",
        f"{rows.shape(point.found[number])} and {rows.shape(point.found[first])} (ranks × threads)",
        *filter(None, [point.unlike(number)]),
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
        numbers = newest(both, points)
        keys = colours(both, numbers)
        series = []
        for number in numbers:
            own = [point for point in points if number in point.found]
            marks = [Mark(point.found[number]["cells"], *point.rates(number)[1:], point.found[number]) for point in own]
            series.append(Series(both.labels[number], keys[number], sorted(marks, key=lambda mark: mark.at)))
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
                    f"{facets['kernel']}, {across.SCOPES[facets['scope']]}, {words.COUNTED[facets['count']]}: the median with its"
                    f" {rows.interval_of(drawn)}.",
                    *common(both, facets, points, numbers),
                ],
            )
        )
    return found


def marked(title, facets):
    """The title, which says so where nothing was measured."""
    return title if facets["origin"] == "measured" else f"{title} (not measured)"


def nothing_in_common(sources):
    """One line where several reports have no point in common; empty else."""
    if len(sources) < 2 or any(both.groups() for both in across.sides(sources)):
        return ""
    if all(row["class"] == "io" for source in sources for row in source.rows):
        return "rows of files are drawn of each report by itself; trafficbench merge makes one report of several launches"
    for what, of_row in KINDS:
        levels = [{of_row(row) for row in source.rows if row["mcops"] is not None} for source in sources]
        if not set.intersection(*levels) and all(levels):
            texts = [words.listing(sorted(level), 4) for level in levels[:2]]
            return f"the reports have no point in common: they differ in {what} ({texts[0]} in the first, {texts[1]} in the second)"
    return "the reports have no point in common (kernel, road, counting mode, start, ranks × threads), so nothing is drawn across them"


# By what rows are told apart, the broadest first.
KINDS = [
    ("origin", lambda row: row["origin"]),
    ("class", lambda row: row["class"]),
    ("mode", lambda row: row["mode"]),
    ("counting mode", lambda row: row["count"]),
    ("kernel", lambda row: row["kernel"]),
    ("length of road", lambda row: words.cells(row["cells"])),
]
