"""Energy to solution against rate: what a shape costs, and what it brings."""

from trafficbench_tools.report import grouping, rows, ties, words
from trafficbench_tools.report.chart import Axis, Chart, Mark, Series

# An iteration takes millijoules.
ITERATIONS = 1000


def charts(source):
    """A chart for each road of which two rows or more say how much energy they took."""
    found = []
    for facets, members in grouping.grouped(source, belongs, grouping.road):
        drawn = [row for row in members if row.get("energy_joules") is not None and row["mcops"] is not None]
        if len(drawn) > 1:
            found.append(energy(source, facets, drawn, members))
    return found


def belongs(row):
    """Whether the row may have a meter's joules beside its rate."""
    return row["class"] == "update" and row["origin"] == "measured"


def joules(row):
    """Of so many iterations, all nodes together."""
    return ITERATIONS * row["energy_joules"] / row["steps"]


def energy(source, facets, drawn, members):
    """One chart: a point a row, and the fastest and the most frugal of them marked."""
    good = [row for row in drawn if not rows.is_flawed(row)]
    series = [
        Series(label, colour, [mark(row) for row in group], loose=True) for label, colour, group in grouping.by_series(source, drawn)
    ]
    caption = [
        f"A point a row: energy of {ITERATIONS:,} iterations, of all nodes, beside the median rate; road of {grouping.road_text(facets)},"
        f" {words.COUNTED[facets['count']]}. A node's whole power is in it, by {words.listing(sorted({row['energy_source'] for row in drawn}))}."
    ]
    if good:
        labels = grouping.series_labels(drawn)
        found = ties.fastest(source, good)
        fastest, frugal = found.row, min(good, key=joules)
        named = [("fastest", "most", fastest), ("least energy", "least", frugal)]
        if fastest is frugal:
            named = [("fastest, and least energy", "most", fastest)]
        for title, colour, row in named:
            series.append(Series(title, colour, [mark(row)], "dash", hollow=True, loose=True))
            caption.append(
                f"{title.capitalize()}: {labels[id(row)]} on {rows.shape(row)}, median {words.significant(row['mcops'])} MCOPs and"
                f" {words.significant(joules(row))} J."
            )
        if found.tied:
            caption.append(f"By the best repetition the fastest ties with {words.count_of(len(found.tied), 'other')}.")
    without = sum(row.get("energy_joules") is None and not rows.is_skipped(row) for row in members)
    if without:
        caption.append(f"NOT DRAWN: {words.count_of(without, 'row')} without a meter's joules.")
    return Chart(
        figure="energy",
        kind="curve",
        title="Energy against rate",
        facets=facets,
        kernels=source.kernels,
        x=Axis("median rate, MCOPs", "log10"),
        y=Axis(f"energy of {ITERATIONS:,} iterations, J", "log10"),
        series=series,
        caption=caption,
        skipped=[row for row in members if rows.is_skipped(row)],
    )


def mark(row):
    """A point, with what a reader sees who points at it."""
    texts = [
        f"{words.significant(joules(row))} J for {ITERATIONS:,} iterations",
        f"{words.significant(row['updates_per_joule'])} updates per joule, by {row['energy_source']}",
        f"median {words.interval(row['mcops'], row['mcops_low'], row['mcops_high'])} MCOPs",
    ]
    return Mark(row["mcops"], joules(row), None, None, row, texts)
