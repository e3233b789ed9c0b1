"""Charts as matplotlib draws them: as wide as the text of a page, whatever stands in them.

What a line or a bar is called stands where it ends, or below the axes; so no legend takes room from the axes.
"""

import math
import textwrap

from matplotlib.lines import Line2D

from trafficbench_tools.drawing import pyplot, ticker
from trafficbench_tools.report import rows, words
from trafficbench_tools.report.chart import joined_runs

WIDTH = 6.3  # inches: the text width of an A4 page
# All lengths below are inches, unless they say otherwise.
LEFT = 0.65  # beside axes whose ticks are numbers
BELOW = 0.5  # for the ticks and the title of an axis
LINE = 0.125  # a line of small text
SMALL = 7  # points
LETTER = 0.057  # a letter of small text, on the average
WIDEST = 34  # letters of a line at the end of a curve
WIDEST_TITLE, WIDEST_PART = 102, 60  # letters of a line below the title, and of what stands on one line there
# matplotlib draws nothing that is 2^16 dots high: where there are hundreds of bars, dots are larger.
MOST_DOTS = 60_000
STYLE = {
    "font.size": 8.5,
    # No bold: a PDF holds each font, and cutting a font to its letters is half of the work of a figure.
    "axes.titlesize": 11,
    "axes.labelsize": 8.5,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": SMALL,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e3e6ea",
    "grid.linewidth": 0.7,
    "axes.axisbelow": True,
    "axes.edgecolor": "#566373",
    "svg.fonttype": "none",
    "svg.hashsalt": "trafficbench",
    "pdf.fonttype": 42,
    "legend.frameon": False,
    "hatch.linewidth": 1.2,
}
SYMBOLS = {
    "square": "s",
    "diamond": "D",
    "triangle-up": "^",
    "triangle-down": "v",
    "circle": "o",
    "star": "*",
    "hexagon": "h",
    "cross": "P",
    "pentagon": "p",
    "hexagram": (6, 1, 0),
    "triangle-left": "<",
    "triangle-right": ">",
    "x": "x",
}
DASHES = {"solid": "-", "dash": "--", "dashdot": "-.", "dot": ":"}
# Facets that the title, the caption or an axis says, or that are the same for all that is in a section.
UNSAID = {"report", "origin", "class", "count", "mode", "start", "by the", "operation", "sync", "folder"}


def draw(chart, colours, below=None):
    """The figure, with everything that it shows as matplotlib's own objects. `below` is a second chart along the same axis."""
    title = textwrap.wrap(subtitle(chart), WIDEST_TITLE)
    named = chart.guides or (chart.kind in ("bars", "dots") and chart.curves)
    above = 0.32 + LINE * len(title) + (0.2 if named else 0.08)
    figure, lanes = {"curve": curves, "bars": bars, "stack": stack, "strip": strip, "dots": dots}[chart.kind](
        [chart, below] if below else [chart], colours, above
    )
    top = lanes[0]
    pad = 72 * (above - 0.32 - LINE * len(title)) - 3
    # From the left edge of the figure.
    left = (0.1 / WIDTH - top.get_position().x0) / top.get_position().width
    top.set_title(titled(chart, below), loc="left", pad=pad + 3 + 72 * LINE * len(title), x=left)
    top.annotate(
        "\n".join(title), (left, 1), (0, pad), "axes fraction", "offset points", va="bottom", fontsize=SMALL + 0.5,
        color=colours["ink"][0], linespacing=1.15,
    )  # fmt: skip
    lanes[-1].set_xlabel(chart.x.title)
    return figure


def titled(chart, below):
    """What the figure shows."""
    if not below:
        return chart.title
    # What the two titles begin with is said once.
    ours, theirs = chart.title.split(), below.title.split()
    same = 0
    while same < min(len(ours), len(theirs)) and ours[same] == theirs[same]:
        same += 1
    ends = 0
    while ends < min(len(ours), len(theirs)) - same and ours[-1 - ends] == theirs[-1 - ends]:
        ends += 1
    middle = [*ours[same : len(ours) - ends], "and", *theirs[same : len(theirs) - ends]]
    return " ".join([*ours[:same], *middle, *ours[len(ours) - ends :]])


def subtitle(chart):
    """How moves are counted, and what else all rows of the chart have in common."""
    parts = [words.COUNTED.get(chart.contract(), f"counting {chart.contract()}")] if chart.contract() else []
    for name, value in chart.facets.items():
        if name.startswith("cells"):
            parts.append(f"{value} {name}")
        elif name == "over":
            parts.append(f"{chart.facets['report']} over {value}")
        elif name.startswith("ranks"):
            parts.append(f"{name}: {value}")
        elif name not in UNSAID:
            parts.append(value if name in ("machine", "scope", "layout") else f"{name} {value}")
    # Short parts are not wrapped.
    text = "; ".join(part.replace(" ", "\N{NO-BREAK SPACE}") if len(part) < WIDEST_PART else part for part in parts)
    return text[:1].upper() + text[1:]


def together(text):
    """The text, which will not be wrapped between two factors."""
    return text.replace(" × ", "\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}")


def laid_out(heights, left, right, above, under, gap=0.3):
    """A figure and its axes, one below the other and of these heights, with so much room round them."""
    tall = above + sum(heights) + gap * (len(heights) - 1) + under
    figure = pyplot.figure(figsize=(WIDTH, tall), dpi=min(100, MOST_DOTS / tall))
    lanes, top = [], tall - above
    for height in heights:
        place = [left / WIDTH, (top - height) / tall, (WIDTH - left - right) / WIDTH, height / tall]
        lanes.append(figure.add_axes(place, **({"sharex": lanes[0]} if lanes else {})))
        top -= height + gap
    for axes in lanes[:-1]:
        axes.tick_params(labelbottom=False)
    return figure, lanes


def errors(marks):
    """Lengths of the error bars below and above each mark."""
    return [
        [mark.value - mark.low if mark.low is not None else 0 for mark in marks],
        [mark.high - mark.value if mark.high is not None else 0 for mark in marks],
    ]


# --- curves ------------------------------------------------------------------------------------------------------------


def curves(charts, colours, above):
    """Charts along numbers."""
    said = set()
    labels = []
    for chart in charts:
        labels.append([label for label in ends_of(chart, colours) if label[0] not in said])
        said |= {text for text, _, _ in labels[-1]}
    longest = max((len(line) for each in labels for text, _, _ in each for line in wrapped(text)), default=0)
    least = 2.6 if len(charts) == 1 else 1.8
    heights = [max(least, LINE * sum(len(wrapped(text)) for text, _, _ in each)) for each in labels]
    figure, lanes = laid_out(heights, LEFT, 0.35 + LETTER * longest, above, BELOW)
    for axes, chart, each in zip(lanes, charts, labels):
        draw_curves(axes, chart, colours)
        label_ends(axes, each, colours)
    draw_guides(lanes, charts[0], colours)
    return figure, lanes


def wrapped(text):
    """The lines of what stands at the end of a curve."""
    return textwrap.wrap(text, WIDEST) or [""]


def ends_of(chart, colours):
    """[(text, look, the point where it ends or None)] of all that has a name."""
    found = []
    for series, shift in zip(chart.series, chart.shifts()):
        colour, _, symbol = colours[series.colour]
        size = 8 if series.loose and series.hollow else 4.5
        look = {
            "color": colour, "marker": SYMBOLS[symbol], "markersize": size, "markerfacecolor": "none" if series.hollow else colour,
            "linestyle": DASHES[series.dash] if joined_runs(series) else "none",
        }  # fmt: skip
        last = max(series.marks, key=lambda mark: mark.at)
        found.append((series.label, look, None if series.loose else (last.at * shift, last.value)))
    unlisted = {}
    for curve in chart.curves:
        if curve.listed:
            colour = colours.get(curve.colour, colours["ink"])[0]
            found.append((curve.label, {"color": colour, "linestyle": DASHES[curve.dash]}, curve.points[-1]))
        else:
            # Each in the colour of its kernel: what they are is said once.
            unlisted[curve.label.rpartition(": ")[2]] = {"color": colours["ink"][0], "linestyle": DASHES[curve.dash]}
    found += [(label, look, None) for label, look in unlisted.items()]
    flaw = {"color": colours["flaw"][0], "linestyle": "none", "markersize": 4.5}
    shown = chart.rows()
    if any(rows.has_failed(row) for row in shown):
        found.append(("failed verification", {**flaw, "marker": "x"}, None))
    if any(rows.is_flawed(row) and not rows.has_failed(row) for row in shown):
        found.append(("measured with warnings", {**flaw, "marker": "s", "markerfacecolor": "none"}, None))
    return found


def draw_curves(axes, chart, colours):
    """Draws a chart along numbers."""
    scale(axes.xaxis, chart.x)
    scale(axes.yaxis, chart.y)
    axes.set_ylabel(chart.y.title)
    for curve in chart.curves:
        colour = colours.get(curve.colour, colours["ink"])[0]
        axes.plot(*zip(*curve.points), color=colour, linestyle=DASHES[curve.dash], linewidth=1.1, zorder=1)
    for series, shift in zip(chart.series, chart.shifts()):
        colour, _, symbol = colours[series.colour]
        for run in joined_runs(series):
            axes.plot(
                [mark.at * shift for mark in run],
                [mark.value for mark in run],
                color=colour,
                linestyle=DASHES[series.dash],
                linewidth=1.4,
            )
        good = [mark for mark in series.marks if not rows.is_flawed(mark.row)]
        # A ring round the mark of another series.
        size = 10 if series.loose and series.hollow else 4.5
        points(axes, good, shift, colour, SYMBOLS[symbol], series.label, series.hollow, size=size)
        flaw = colours["flaw"][0]
        failed = [mark for mark in series.marks if rows.has_failed(mark.row)]
        points(axes, failed, shift, flaw, "x", f"{series.label}: failed verification", False)
        warned = [mark for mark in series.marks if rows.is_flawed(mark.row) and not rows.has_failed(mark.row)]
        points(axes, warned, shift, flaw, "s", f"{series.label}: measured with warnings", True)
    if chart.y.from_zero:
        axes.set_ylim(
            0, max(1.1, 1.05 * max(value for mark in chart.marks() for value in (mark.value, mark.high or 0)))
        )


def points(axes, marks, shift, colour, symbol, label, hollow, size=5, cap=2):
    """Draws marks with their intervals, unjoined."""
    if marks:
        axes.errorbar(
            [mark.at * shift for mark in marks],
            [mark.value for mark in marks],
            yerr=errors(marks),
            marker=symbol,
            linestyle="none",
            color=colour,
            markersize=size,
            markerfacecolor="none" if hollow else colour,
            capsize=cap,
            elinewidth=1,
            label=label,
        )


def label_ends(axes, labels, colours):
    """Names beside the axes, each as near to the height where its curve ends as the others let it, and a line that leads there."""
    box = axes.get_position()
    wide, high = (box.width * axes.figure.get_figwidth(), box.height * axes.figure.get_figheight())
    # matplotlib finds the limits when they are asked for.
    axes.set_xlim(axes.get_xlim())
    axes.set_ylim(axes.get_ylim())
    inside = axes.transAxes.inverted()
    placed = []
    for text, look, end in labels:
        at = inside.transform(axes.transData.transform(end)) if end else (1.0, 0.0)
        placed.append((high * at[1], text, look, at if end else None))
    placed.sort(key=lambda label: -label[0])
    sizes = [LINE * len(wrapped(text)) for _, text, _, _ in placed]
    for (_, text, look, at), from_top in zip(placed, spread([high - wanted for wanted, *_ in placed], sizes, high)):
        y = 1 - from_top / high
        # From further away it would cross all that there is.
        if at is not None and at[0] > 0.5:
            lead = Line2D([at[0], 1 + 0.08 / wide], [at[1], y], linewidth=0.5, alpha=0.6, color=look["color"], zorder=0)
            add(axes, lead)
        add(axes, Line2D([1 + 0.09 / wide, 1 + 0.18 / wide, 1 + 0.27 / wide], [y] * 3, markevery=[1], linewidth=1.2, **look))
        axes.annotate(
            "\n".join(wrapped(text)), (1 + 0.33 / wide, y), xycoords="axes fraction", va="center", fontsize=SMALL, linespacing=1.1,
            color="#16202c", annotation_clip=False,
        )  # fmt: skip


def add(axes, line):
    """A line in fractions of the axes, that may lead out of them."""
    line.set_transform(axes.transAxes)
    line.set_clip_on(False)
    axes.add_artist(line)
    line.set_clip_on(False)


def spread(wanted, sizes, room):
    """Middles of labels of these sizes within the room, none over another, as near to where each is wanted as all can be.

    `wanted` ascends. Labels that would overlap are put together, round the mean of their wishes; then they are one.
    """
    groups = []  # [where the first begins, if all were of no size; how many]
    offset, offsets = 0.0, []
    for want, size in zip(wanted, sizes):
        offsets.append(offset)
        groups.append([want - size / 2 - offset, 1])
        offset += size
        while len(groups) > 1 and groups[-2][0] > groups[-1][0]:
            start, many = groups.pop()
            before, fewer = groups[-1]
            groups[-1] = [(start * many + before * fewer) / (many + fewer), many + fewer]
    starts = [min(max(start, 0.0), max(0.0, room - offset)) for start, many in groups for _ in range(many)]
    return [start + before + size / 2 for start, before, size in zip(starts, offsets, sizes)]


def name_lines(top, at_labels, colours):
    """Names of lines across, above the axes: none over another."""
    low, high = top.get_xlim()
    left_edge, wide = top.get_position().x0 * WIDTH, top.get_position().width * WIDTH
    inside = top.transAxes.inverted()
    free = -left_edge
    for at, label in sorted(at_labels):
        if not low <= at <= high:
            continue
        middle = wide * inside.transform(top.transData.transform((at, top.get_ylim()[1])))[0]
        left = max(free, middle - LETTER * len(label) / 2)
        free = left + LETTER * (len(label) + 2)
        top.annotate(
            label, (left / wide, 1.0), (0, 2), "axes fraction", "offset points", va="bottom", fontsize=SMALL, color=colours["ink"][0]
        )


def draw_guides(lanes, chart, colours):
    """Dotted lines through all axes."""
    low, high = lanes[0].get_xlim()
    for at, _ in chart.guides:
        if low <= at <= high:
            for axes in lanes:
                axes.axvline(at, color=colours["ink"][0], linestyle=":", linewidth=0.9, zorder=0)
    lanes[0].set_xlim(low, high)
    name_lines(lanes[0], chart.guides, colours)


# --- bars --------------------------------------------------------------------------------------------------------------

# A bar is as high as there is room for its words; of more bars than fit on a page, thinner ones without them.
TALLEST = 8.5
THICK, THIN, WORDS_FIT = 0.15, 0.06, 0.12
BETWEEN = 0.5  # bars, between two kernels
WIDEST_NAME, WIDEST_TEXT = 24, 42  # letters of a line


def bars(charts, colours, above):
    """Bars below each other, each between its name and its words."""
    (chart,) = charts
    names = chart.categories()
    number = len(chart.marks()) + BETWEEN * len(names)
    several = len(chart.series) > 1
    texts = [bar_text(mark) for mark in chart.marks()]
    lines = max(1 + text.count("\n") for text in texts)
    lines_of_name = 1 if several else max(len(textwrap.wrap(name, WIDEST_NAME)) for name in names)
    pitch = max(THICK, WORDS_FIT * lines, LINE * lines_of_name / (1 + BETWEEN))
    pitch = min(pitch, max(THIN, TALLEST / number))
    says = pitch >= WORDS_FIT * lines
    left = 0.2 + LETTER * 1.15 * min(WIDEST_NAME, max(map(len, names)))
    right = 0.1 + LETTER * (max(len(line) for text in texts for line in text.split("\n")) if says else 0)
    legend = legend_height(chart) if several else 0
    figure, (axes,) = laid_out([pitch * number], left, right, above, BELOW + legend)
    draw_bars(axes, chart, colours, says)
    if several:
        legend_below(axes, chart, left)
    return figure, [axes]


def bar_text(mark):
    """What stands beside a bar. That it ends at the best is said by the axis."""
    return "\n".join(textwrap.wrap(together("   ".join(mark.texts).removeprefix("best ")), WIDEST_TEXT))


def draw_bars(axes, chart, colours, says):
    """Draws bars below each other."""
    scale(axes.xaxis, chart.x)
    at, labelled, middles = 0.0, set(), []
    left = bar_start(chart)
    for category in chart.categories():
        first = at
        for series in chart.series:
            for mark in (mark for mark in series.marks if mark.at == category):
                failed = rows.is_flawed(mark.row)
                colour = colours["flaw" if failed else series.colour][0]
                axes.barh(
                    at,
                    mark.value - left,
                    left=left,
                    height=0.86,
                    color=colour,
                    hatch="//" if failed else None,
                    edgecolor="white" if failed else colour,
                    linewidth=0.4,
                    # The legend shows a bar as it should be.
                    label=None if failed or series.label in labelled else series.label,
                )
                if not failed:
                    labelled.add(series.label)
                draw_median(axes, mark, at, says)
                if says:
                    axes.annotate(
                        bar_text(mark), (1, at), (6, 0), ("axes fraction", "data"), "offset points", va="center",
                        fontsize=SMALL - 0.3, linespacing=1.05, annotation_clip=False,
                    )  # fmt: skip
                at += 1
        middles.append((first + at - 1) / 2)
        at += BETWEEN
    axes.set_ylim(at - BETWEEN / 2 - 0.5, -0.5 - BETWEEN / 2)
    names = ["\n".join(textwrap.wrap(category, WIDEST_NAME)) for category in chart.categories()]
    axes.set_yticks(middles, names, fontsize=SMALL + 0.5, linespacing=1.0)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)
    for curve in chart.curves:
        axes.axvline(curve.points[0][0], color=colours["ink"][0], linestyle=":", linewidth=1.2)
    if chart.x.from_zero:
        axes.set_xlim(0, max(1.1, 1.04 * max(greatest(mark) for mark in chart.marks())))
    else:
        axes.set_xlim(left, 2 * max(greatest(mark) for mark in chart.marks()))
    name_lines(axes, [(curve.points[0][0], curve.label) for curve in chart.curves], colours)


def draw_median(axes, mark, at, is_large=True):
    """A diamond on a bar, and the interval of the median."""
    if mark.median is None:
        return
    value, low, high = mark.median
    spread_of = None if low is None else [[value - low], [high - value]]
    axes.errorbar(
        value, at, xerr=spread_of, fmt="D", markersize=3.2 if is_large else 2, markerfacecolor="white", markeredgecolor="#16202c",
        markeredgewidth=0.8, ecolor="#16202c", capsize=2 if is_large else 1, elinewidth=0.9,
    )  # fmt: skip


def least(mark):
    """The least of the numbers that a bar and what lies on it show."""
    return min(number for number in (mark.value, *(mark.median or ())) if number is not None)


def greatest(mark):
    """The greatest of them."""
    return max(number for number in (mark.value, *(mark.median or ())) if number is not None)


def bar_start(chart):
    """Bars on a logarithmic axis begin at the decade below the smallest; their length says nothing, their end does."""
    if chart.x.from_zero:
        return 0.0
    smallest = min(least(mark) for mark in chart.marks())
    start = 1.0
    while start * 10 < smallest:
        start *= 10
    while start >= smallest:
        start /= 10
    return start


def legend_columns(chart):
    """As many as fit, of the longest label."""
    longest = max(len(series.label) for series in chart.series)
    return max(1, min(len(chart.series), int((WIDTH - 0.1) / (0.5 + LETTER * longest))))


def legend_height(chart):
    """What the lines of the legend take."""
    return 0.1 + 0.145 * math.ceil(len(chart.series) / legend_columns(chart))


def legend_below(axes, chart, left):
    """Below the title of the axis, from the left edge of the figure."""
    box = axes.get_position()
    wide, high = (box.width * WIDTH, box.height * axes.figure.get_figheight())
    axes.legend(
        ncol=legend_columns(chart), loc="upper left", bbox_to_anchor=(-(left - 0.05) / wide, -(BELOW - 0.06) / high), borderpad=0,
        borderaxespad=0, handlelength=1.4, columnspacing=1.2, labelspacing=0.35,
    )  # fmt: skip


# --- stacked bars ------------------------------------------------------------------------------------------------------


def stack(charts, colours, above):
    """Stacked bars, each under its words."""
    (chart,) = charts
    number = len(chart.categories())
    pitch = max(0.2, min(0.36, TALLEST / number))
    figure, (axes,) = laid_out([pitch * (number + 0.3)], 0.15, 0.15, above, BELOW + legend_height(chart))
    draw_stack(axes, chart, colours)
    legend_below(axes, chart, 0.15)
    return figure, [axes]


def draw_stack(axes, chart, colours):
    """Draws stacked bars."""
    names = chart.categories()
    left = [0.0] * len(names)
    for series in chart.series:
        values = {mark.at: mark.value for mark in series.marks}
        widths = [values[name] for name in names]
        axes.barh(
            range(len(names)),
            widths,
            left=left,
            height=0.45,
            color=colours[series.colour][0],
            edgecolor="white",
            linewidth=0.4,
            label=series.label,
        )
        left = [a + b for a, b in zip(left, widths)]
    for number, name in enumerate(names):
        mark = next(mark for mark in chart.series[0].marks if mark.at == name)
        axes.annotate(
            "   ".join([name, *mark.texts]),
            (0, number - 0.25),
            xycoords=("axes fraction", "data"),
            va="bottom",
            fontsize=SMALL,
        )
        draw_median(axes, mark, number)
    scale(axes.xaxis, chart.x)
    ends = [*left, *(end for mark in chart.series[0].marks for end in mark.median or () if end is not None)]
    axes.set_xlim(0, 1.0 if chart.x.kind == "percent" else 1.04 * max(ends))
    axes.set_ylim(len(names) - 0.6, -0.9)
    axes.set_yticks([])
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_visible(False)


# --- strips and dots ---------------------------------------------------------------------------------------------------


def strip(charts, colours, above):
    """One lane below the other, along the same time."""
    (chart,) = charts
    # One line in each lane: what it is stands beside its axis.
    several = len({series.label for series in chart.series if series.lane}) > 1
    longest = max(len(series.label) for series in chart.series) if several else 0
    figure, lanes = laid_out(
        [0.85] * max(1, len(chart.lanes)), LEFT, 0.15 + (0.4 + LETTER * longest if several else 0), above, BELOW, gap=0.16
    )
    for series in chart.series:
        axes = lanes[series.lane]
        colour, _, symbol = colours[series.colour]
        axes.plot([mark.at for mark in series.marks], [mark.value for mark in series.marks], color=colour, linewidth=0.6)
        points(axes, series.marks, 1.0, colour, SYMBOLS[symbol], series.label, False, size=2.5, cap=0)
    for axes, spec in zip(lanes, chart.lanes):
        axes.set_ylabel(spec.title, fontsize=SMALL)
        axes.tick_params(labelsize=SMALL)
        scale(axes.yaxis, spec)
        if spec.from_zero:
            axes.set_ylim(bottom=0)
    if several:
        handles = {label: handle for axes in lanes for handle, label in zip(*axes.get_legend_handles_labels())}
        lanes[0].legend(handles.values(), handles.keys(), loc="upper left", bbox_to_anchor=(1.01, 1.0))
    return figure, lanes


def dots(charts, colours, above):
    """One mark a line, each beside its name, with an empty line between two series."""
    (chart,) = charts
    lines = []
    for series in chart.series:
        first = lines[-1] + 2 if lines else 0
        lines += range(first, first + len(series.marks))
    names = chart.categories()
    left = 0.45 + LETTER * max(map(len, names))
    several = len(chart.series) > 1
    figure, (axes,) = laid_out(
        [0.16 * (lines[-1] + 1.5)], left, 0.3, above, BELOW + (legend_height(chart) if several else 0)
    )
    own = iter(lines)
    for series in chart.series:
        colour, _, symbol = colours[series.colour]
        axes.errorbar(
            [mark.value for mark in series.marks],
            [next(own) for _ in series.marks],
            xerr=errors(series.marks),
            marker=SYMBOLS[symbol],
            linestyle="none",
            color=colour,
            markersize=4,
            capsize=2,
            elinewidth=1,
            label=series.label,
        )
    scale(axes.xaxis, chart.x)
    for curve in chart.curves:
        axes.axvline(curve.points[0][0], color=colours["ink"][0], linestyle=DASHES[curve.dash], linewidth=1.2)
    axes.set_yticks(lines, names, fontsize=SMALL)
    axes.set_ylim(lines[-1] + 0.75, -0.75)
    axes.set_ylabel(chart.y.title)
    name_lines(axes, [(curve.points[0][0], curve.label) for curve in chart.curves], colours)
    if several:
        legend_below(axes, chart, left)
    return figure, [axes]


# --- axes --------------------------------------------------------------------------------------------------------------


def scale(axis, spec):
    """Gives a matplotlib axis the scale and the ticks of a chart's."""
    set_scale = axis.axes.set_xscale if axis.axis_name == "x" else axis.axes.set_yscale
    if spec.scale == "linear":
        axis.set_major_formatter(
            ticker.PercentFormatter(1.0, decimals=0) if spec.kind == "percent" else ticker.FuncFormatter(lambda value, _: plain(value))
        )
        return
    set_scale("log", base=2 if spec.scale == "log2" else 10)
    if spec.scale == "log2":
        axis.set_major_formatter(
            ticker.FuncFormatter(lambda value, _: words.size(value) if spec.kind == "bytes" else small(value))
        )
        axis.set_major_locator(ticker.LogLocator(base=2, numticks=10))
        axis.set_minor_locator(ticker.NullLocator())
        axis.set_minor_formatter(ticker.NullFormatter())
    else:
        axis.set_major_formatter(ticker.FuncFormatter(lambda value, _: power_of_ten(value)))
        axis.set_minor_formatter(ticker.FuncFormatter(within_a_decade(axis)))


def within_a_decade(axis):
    """Numbers for ticks between powers of ten where the axis has fewer than two of these."""

    def text(value, _):
        low, high = axis.get_view_interval()
        first = round(value / 10 ** math.floor(math.log10(value)))
        if high / low >= 100 or (high / low >= 4 and first not in (2, 5)):
            return ""
        return plain(value)

    return text


def plain(value):
    """A number as a tick: 1,250, 0.25."""
    return f"{value:,.10g}".replace("-", "−")


def power_of_ten(value):
    """A power of ten as a tick: 0.1, 1,000, 10⁵."""
    power = round(math.log10(value))
    return plain(value) if -4 < power < 4 else f"10{str(power).translate(words.SUPERSCRIPTS).replace('-', '⁻')}"


def small(value):
    """A power of two as a tick: 4, 1, 1/4."""
    return f"{value:,.0f}" if value >= 1 else f"1/{1 / value:,.0f}"
