"""Figures for papers and talks: PNG, SVG and PDF by matplotlib, each with its data and its caption."""

import csv
import io
import math
import multiprocessing.connection
import os
import re
import signal
import sys

from trafficbench_tools.drawing import pyplot, ticker
from trafficbench_tools.errors import FailedUnderWay
from trafficbench_tools.files import make_folder, new_file, write_text
from trafficbench_tools.report import palette, rows, views, words
from trafficbench_tools.report.chart import joined_runs

FORMATS = ["png", "svg", "pdf"]
WIDTH = 6.3  # inches: the text width of an A4 page
DOTS_AN_INCH = 200
# matplotlib draws nothing that is 2^16 dots high: where there are hundreds of bars, dots are larger.
MOST_DOTS = 60_000
STYLE = {
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.labelsize": 9,
    "legend.fontsize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e3e6ea",
    "grid.linewidth": 0.7,
    "axes.axisbelow": True,
    "axes.edgecolor": "#566373",
    "savefig.dpi": DOTS_AN_INCH,
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
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹×", "0123456789x")
DASHES = {"solid": "-", "dash": "--", "dashdot": "-.", "dot": ":"}


def write(charts, folder, all_views, say=lambda text: None, replace=False):
    """Writes the figures; returns a line for each, and one for what was left out.

    Raises BadInput where one is there, FailedUnderWay where one cannot be written.
    """
    make_folder(folder)
    colours = palette.palette([chart for found in charts.values() for chart in found])
    jobs, captions, left_out = [], ["# Figures", ""], 0
    for section, found in charts.items():
        for title, count, shown in views.panels(found):
            chosen = shown if all_views else shown[:1]
            left_out += len(shown) - len(chosen)
            several = len(shown) > 1
            for chart, label in zip(chosen, views.view_labels(shown)):
                name = file_name(section, title, count, label if all_views and several else "")
                jobs.append((chart, colours, folder, name, replace))
                captions += [
                    f"## {name}",
                    "",
                    " ".join([f"{title}{f', {label}' if several else ''}.", *chart.notes()]),
                    "",
                ]
    lines = []
    for name in saved(jobs):
        say(f"figure {name}")
    for _, _, _, name, _ in jobs:
        lines.append(f"{folder / name}.{{{','.join([*FORMATS, 'csv'])}}}")
    write_text(folder / "captions.md", "\n".join(captions), replace)
    lines.append(f"{folder / 'captions.md'}: what each figure shows")
    if left_out:
        lines.append(
            f"{words.count_of(left_out, 'further view is', 'further views are')} on the page; --all-views writes them"
            " as figures too"
        )
    return lines


def saved(jobs):
    """Carries out the jobs, arguments of save(), on all cores; yields the names of the figures, each when it is there.

    No pool of concurrent.futures: it may wait for ever for a process that a signal has ended.
    """
    number = min(len(jobs), len(os.sched_getaffinity(0)))
    children, readers = [], []
    try:
        for first in range(number):
            reader, writer = multiprocessing.Pipe(duplex=False)
            child = multiprocessing.Process(target=save_all, args=(jobs[first::number], writer))
            # Until it knows what to do at a signal.
            before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
            child.start()
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            # So that the end of the child is the end of what there is to read.
            writer.close()
            children.append(child)
            readers.append(reader)
        while readers:
            for reader in multiprocessing.connection.wait(readers):
                said = reader.recv()
                if isinstance(said, Exception):
                    raise said
                if said is None:
                    readers.remove(reader)
                else:
                    yield said
    except EOFError as error:
        raise FailedUnderWay("a process that drew was killed, for want of memory perhaps: draw fewer with --only") from error
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.join()


def leave(_number, _frame):
    """At the first signal: no other disturbs what is put away then. (One that is ignored while it is on its way makes Python
    print a traceback.)"""
    for number in SIGNALS:
        signal.signal(number, lambda *_: None)
    sys.exit(4)


def leave_again(unraisable):
    """Where a signal comes while a library is told that an object is gone, its exit is lost: it comes once more."""
    if unraisable.exc_type is SystemExit:
        signal.signal(signal.SIGTERM, leave)
        os.kill(os.getpid(), signal.SIGTERM)
    else:
        sys.__unraisablehook__(unraisable)


def save_all(jobs, writer):
    """What one process draws. It sends the names, then None; or what went wrong."""
    # It puts away what it began and ends without a word: the first process tells what there is to tell.
    for number in SIGNALS:
        signal.signal(number, leave)
    sys.unraisablehook = leave_again
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    try:
        for job in jobs:
            writer.send(save(*job))
        writer.send(None)
    except BrokenPipeError:  # nobody is there any more
        sys.exit(4)
    except Exception as problem:
        writer.send(problem)


def file_name(section, title, count, label):
    """The name of a figure's files, without an ending."""
    words_of_name = [section]
    for part in ("speedup", "efficiency", "roofline"):
        if part in title.lower():
            words_of_name.append(part)
    if section in ("io", "io-cached"):
        words_of_name += [word for word in ("writes", "reads") if word in title]
        words_of_name.append("phases" if title.startswith("Where") else "size" if "size" in title else "ranks")
    if section == "across":
        words_of_name.append({"Rates of": "rates", "Times as": "ratios", "Rate alo": "sizes"}[title[:8]])
    if section == "history":
        words_of_name += ["all"] if title.startswith("All") else []
    if section == "simulated":
        # Strong or weak, and what stands in parentheses: simulated, modelled, or both.
        words_of_name += [title.split()[0], *re.findall(r"\((.*)\)", title)]
    return re.sub(r"[^a-z0-9.]+", "-", " ".join([*words_of_name, count, label]).lower().translate(PLAIN)).strip("-.")


def save(chart, colours, folder, name, replace):
    """Writes one figure in every format, and its data. Returns its name."""
    with pyplot.rc_context(STYLE):
        figure = draw(chart, colours)
        # The margins are found once for all formats: finding them is to draw.
        box = figure.get_tightbbox(figure.canvas.get_renderer()).padded(0.05)
        dots = min(DOTS_AN_INCH, int(MOST_DOTS / max(box.width, box.height)))
        for ending in FORMATS:
            metadata = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(ending)
            with new_file(folder / f"{name}.{ending}", replace) as file:
                figure.savefig(file, format=ending, dpi=dots, bbox_inches=box, metadata=metadata)
        pyplot.close(figure)
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(["series", "at", "value", "low", "high", "median", "median_low", "median_high", "status", "row"])
    for series in chart.series:
        for mark in series.marks:
            what = [rows.status(mark.row), mark.row["name"]] if mark.row is not None else ["", mark.texts[-1]]
            table.writerow([series.label, mark.at, mark.value, mark.low, mark.high, *(mark.median or ("", "", "")), *what])
    write_text(folder / f"{name}.csv", text.getvalue(), replace)
    return name


def draw(chart, colours):
    """The figure, with everything that it shows as matplotlib's own objects."""
    tall = height(chart)
    figure, grid = pyplot.subplots(
        max(1, len(chart.lanes)), 1, sharex=True, squeeze=False, figsize=(WIDTH, tall), dpi=min(100, MOST_DOTS / tall)
    )
    lanes = [axes for (axes,) in grid]
    if chart.kind == "strip":
        draw_strip(lanes, chart, colours)
    else:
        {"curve": draw_curves, "bars": draw_bars, "stack": draw_stack, "dots": draw_dots}[chart.kind](lanes[0], chart, colours)
    contract = f"   counting {chart.contract()}" if chart.contract() else ""
    lanes[0].set_title(f"{chart.title}{contract}", loc="left", pad=16 if chart.guides else 8)
    lanes[-1].set_xlabel(chart.x.title)
    return figure


def height(chart):
    """Inches that a figure needs."""
    lanes = len(chart.categories())
    if chart.kind == "bars":
        return 0.9 + 0.5 * len(chart.marks()) + (0.1 * lanes if len(chart.series) > 1 else 0)
    if chart.kind == "dots":
        return 0.9 + 0.17 * lanes
    if chart.kind == "strip":
        return 0.6 + 1.1 * max(1, len(chart.lanes))
    return 3.6 if chart.kind == "curve" else 1.2 + 0.45 * lanes


def errors(marks):
    """Lengths of the error bars below and above each mark."""
    return [
        [mark.value - mark.low if mark.low is not None else 0 for mark in marks],
        [mark.high - mark.value if mark.high is not None else 0 for mark in marks],
    ]


def draw_curves(axes, chart, colours):
    """Draws a chart along numbers."""
    scale(axes.xaxis, chart.x)
    scale(axes.yaxis, chart.y)
    axes.set_ylabel(chart.y.title)
    for curve in chart.curves:
        colour = colours.get(curve.colour, colours["ink"])[0]
        label = curve.label if curve.listed else None
        axes.plot(*zip(*curve.points), color=colour, linestyle=DASHES[curve.dash], linewidth=1.1, label=label, zorder=1)
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
        size = 10 if series.loose and series.hollow else 5
        points(axes, good, shift, colour, SYMBOLS[symbol], series.label, series.hollow, size=size)
        flaw = colours["flaw"][0]
        points(
            axes,
            [mark for mark in series.marks if rows.has_failed(mark.row)],
            shift,
            flaw,
            "x",
            f"{series.label}: failed verification",
            False,
        )
        warned = [mark for mark in series.marks if rows.is_flawed(mark.row) and not rows.has_failed(mark.row)]
        points(axes, warned, shift, flaw, "s", f"{series.label}: measured with warnings", True)
    if chart.y.from_zero:
        axes.set_ylim(
            0, max(1.1, 1.05 * max(value for mark in chart.marks() for value in (mark.value, mark.high or 0)))
        )
    for at, label in chart.guides:
        low, high = axes.get_xlim()
        if low <= at <= high:
            axes.axvline(at, color=colours["ink"][0], linestyle=":", linewidth=0.9, zorder=0)
            axes.annotate(
                label,
                (at, 1.01),
                xycoords=("data", "axes fraction"),
                ha="center",
                va="bottom",
                fontsize=7,
                color=colours["ink"][0],
            )
    axes.legend(ncol=2 if len(chart.series) > 6 else 1, loc="upper left", bbox_to_anchor=(1.01, 1.0))


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


def draw_bars(axes, chart, colours):
    """Draws bars below each other, each under its words."""
    scale(axes.xaxis, chart.x)
    several = len(chart.series) > 1
    at, labelled = 0.0, set()
    left = bar_start(chart)
    # Texts begin right of the longest name; a letter takes so much of the width.
    start_of_texts = max(0.16, 0.0155 * max(len(category) for category in chart.categories()))
    for category in chart.categories():
        name = category
        for series in chart.series:
            for mark in (mark for mark in series.marks if mark.at == category):
                failed = rows.is_flawed(mark.row)
                colour = colours["flaw" if failed else series.colour][0]
                axes.barh(
                    at,
                    mark.value - left,
                    left=left,
                    height=0.34,
                    color=colour,
                    hatch="//" if failed else None,
                    edgecolor="white" if failed else colour,
                    # The legend shows a bar as it should be.
                    label=None if failed or series.label in labelled else series.label,
                )
                if not failed:
                    labelled.add(series.label)
                draw_median(axes, mark, at)
                axes.annotate(
                    name, (0, at - 0.23), xycoords=("axes fraction", "data"), va="bottom", fontweight="bold", fontsize=8
                )
                parts = [series.label] if several else []
                text = "\n".join("   ".join(line) for line in ([*parts, *mark.texts], mark.below) if line)
                axes.annotate(
                    text, (start_of_texts, at - 0.23), xycoords=("axes fraction", "data"), va="bottom", fontsize=7.5,
                    linespacing=1.0,
                )  # fmt: skip
                name = ""
                at += 1
        at += 0.25 if several else 0
    axes.set_ylim(at - 0.4, -0.9)
    axes.set_yticks([])
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_visible(False)
    for curve in chart.curves:
        axes.axvline(curve.points[0][0], color=colours["ink"][0], linestyle=":", linewidth=1.2)
    if chart.x.from_zero:
        axes.set_xlim(0, max(1.1, 1.04 * max(greatest(mark) for mark in chart.marks())))
    else:
        axes.set_xlim(left, 2 * max(greatest(mark) for mark in chart.marks()))
    if several:
        legend_below(axes, chart)


def draw_median(axes, mark, at):
    """A diamond on a bar, and the interval of the median."""
    if mark.median is None:
        return
    value, low, high = mark.median
    spread = None if low is None else [[value - low], [high - value]]
    axes.errorbar(
        value, at, xerr=spread, fmt="D", markersize=4, markerfacecolor="white", markeredgecolor="#16202c", ecolor="#16202c",
        capsize=2, elinewidth=1,
    )  # fmt: skip


def draw_strip(lanes, chart, colours):
    """Draws one lane below the other, along the same time."""
    for series in chart.series:
        axes = lanes[series.lane]
        colour, _, symbol = colours[series.colour]
        axes.plot([mark.at for mark in series.marks], [mark.value for mark in series.marks], color=colour, linewidth=0.6)
        points(axes, series.marks, 1.0, colour, SYMBOLS[symbol], series.label, False, size=2.5, cap=0)
    for axes, spec in zip(lanes, chart.lanes):
        axes.set_ylabel(spec.title, fontsize=7)
        axes.tick_params(labelsize=7)
        scale(axes.yaxis, spec)
        if spec.from_zero:
            axes.set_ylim(bottom=0)
    handles = {label: handle for axes in lanes for handle, label in zip(*axes.get_legend_handles_labels())}
    lanes[0].legend(handles.values(), handles.keys(), loc="upper left", bbox_to_anchor=(1.01, 1.0))


def draw_dots(axes, chart, colours):
    """Draws one mark a line, each beside its name, with an empty line between two series."""
    lines = []
    for series in chart.series:
        first = lines[-1] + 2 if lines else 0
        own = range(first, first + len(series.marks))
        lines += own
        colour, _, symbol = colours[series.colour]
        axes.errorbar(
            [mark.value for mark in series.marks],
            own,
            xerr=errors(series.marks),
            marker=SYMBOLS[symbol],
            linestyle="none",
            color=colour,
            markersize=4,
            capsize=2,
            elinewidth=1,
            label=series.label,
        )
    for curve in chart.curves:
        axes.axvline(
            curve.points[0][0], color=colours["ink"][0], linestyle=DASHES[curve.dash], linewidth=1.2, label=curve.label
        )
    axes.set_yticks(lines, chart.categories(), fontsize=7)
    axes.set_ylim(lines[-1] + 0.6, -0.6)
    axes.set_ylabel(chart.y.title)
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0))


def legend_below(axes, chart):
    """Half an inch below the axis, whatever the height of the figure."""
    axes.legend(ncol=len(chart.series), loc="upper left", bbox_to_anchor=(0, -0.5 / (0.77 * height(chart))))


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
            label=series.label,
        )
        left = [a + b for a, b in zip(left, widths)]
    for number, name in enumerate(names):
        mark = next(mark for mark in chart.series[0].marks if mark.at == name)
        axes.annotate(
            "   ".join([name, *mark.texts]),
            (0, number - 0.28),
            xycoords=("axes fraction", "data"),
            va="bottom",
            fontsize=8,
        )
        draw_median(axes, mark, number)
    scale(axes.xaxis, chart.x)
    ends = [*left, *(end for mark in chart.series[0].marks for end in mark.median or () if end is not None)]
    axes.set_xlim(0, 1.0 if chart.x.kind == "percent" else 1.04 * max(ends))
    axes.set_ylim(len(names) - 0.5, -0.9)
    axes.set_yticks([])
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_visible(False)
    legend_below(axes, chart)


def scale(axis, spec):
    """Gives a matplotlib axis the scale and the ticks of a chart's."""
    set_scale = axis.axes.set_xscale if axis.axis_name == "x" else axis.axes.set_yscale
    if spec.scale == "linear":
        if spec.kind == "percent":
            axis.set_major_formatter(ticker.PercentFormatter(1.0, decimals=0))
        return
    set_scale("log", base=2 if spec.scale == "log2" else 10)
    if spec.scale == "log2":
        axis.set_major_formatter(
            ticker.FuncFormatter(lambda value, _: words.size(value) if spec.kind == "bytes" else small(value))
        )
        axis.set_major_locator(ticker.LogLocator(base=2, numticks=10))
        axis.set_minor_locator(ticker.NullLocator())
    axis.set_minor_formatter(ticker.NullFormatter() if spec.scale == "log2" else ticker.FuncFormatter(within_a_decade(axis)))


def within_a_decade(axis):
    """Numbers for ticks between powers of ten where the axis has fewer than two of these."""

    def text(value, _):
        low, high = axis.get_view_interval()
        first = round(value / 10 ** math.floor(math.log10(value)))
        if high / low >= 100 or (high / low >= 4 and first not in (2, 5)):
            return ""
        return f"{value:,.0f}" if value >= 1 else f"{value:.3g}"

    return text


def small(value):
    """A power of two as a tick: 4, 1, 1/4."""
    return f"{value:,.0f}" if value >= 1 else f"1/{1 / value:,.0f}"
