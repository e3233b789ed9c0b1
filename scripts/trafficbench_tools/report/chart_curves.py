"""Plots along a number: rate against size, speedup and efficiency against cores, time of the closed form."""

from trafficbench_tools.report import efficiency, fits, grouping, machine, rows, words
from trafficbench_tools.report.chart import Axis, Chart, Curve, Mark, Series

# In a millisecond.
NANOSECONDS = 1e6

# --- rate against size -------------------------------------------------------------------------------------------------


def shape_facet(row):
    """Ranks × threads of a row as a facet."""
    return {"ranks × threads": rows.shape(row)}


def bytes_a_core(row):
    """Bytes of road that one core of the row holds."""
    return grouping.cells_a_core(row) * row["bits_per_cell"] / 8


def is_update(row):
    """Whether the row measured how fast cells are updated."""
    return row["class"] == "update" and row["origin"] == "measured"


# The two headlines, which no plot mixes: {name: (makes the mark of a row, caption)}.
HEADLINES = {
    "best": (
        lambda at, row: Mark(at, row["mcops_best"], None, None, row),
        "Best repetition of each point: what a kernel can do",
    ),
    "median": (
        lambda at, row: Mark(at, row["mcops"], row["mcops_low"], row["mcops_high"], row),
        "Median of each point with its {interval}: what one gets on this machine as it is",
    ),
}


def size_charts(source, has_value, make):
    """Charts along the bytes of road per core, for each shape with at least two lengths of road."""
    found = []
    for facets, members in grouping.grouped(source, is_update, shape_facet):
        valued = [row for row in members if has_value(row)]
        drawn = [row for row in valued if row.get("bits_per_cell") is not None]
        if len({row["cells"] for row in drawn}) < 2:
            continue
        for chart in make(facets, drawn):
            chart.skipped = [row for row in members if rows.is_skipped(row)]
            chart.guides = machine.cache_guides(source.run_of(drawn[0]), drawn[0])
            chart.caption.append("Bytes as the kernel holds its road; dotted: caches, as far as one core's share goes.")
            if len(drawn) < len(valued):
                unknown = dict.fromkeys(row["kernel"] for row in valued if row.get("bits_per_cell") is None)
                chart.caption.append(
                    f"NOT DRAWN: {words.count_of(len(valued) - len(drawn), 'row')} of {words.listing(unknown)}: the report"
                    " does not say how much memory a cell takes there."
                )
            found.append(chart)
    return found


def size_chart(source, figure, title, facets, drawn, headline, caption):
    """One chart of rates along the bytes of road per core."""
    return Chart(
        figure=figure,
        kind="curve",
        title=title,
        facets=facets,
        kernels=source.kernels,
        x=Axis("bytes of road per core", "log2", kind="bytes"),
        y=Axis(f"{headline} rate, MCOPs", "log10"),
        series=[
            Series(label, colour, [HEADLINES[headline][0](bytes_a_core(row), row) for row in group])
            for label, colour, group in grouping.by_series(source, drawn)
        ],
        caption=[f"{caption}; {rows.shape(drawn[0])} (ranks × threads), {words.COUNTED[facets['count']]}."],
    )


def sizes(source):
    """Charts of the rate against the size of the road, by each headline."""

    def make(facets, drawn):
        for headline, (_, caption) in HEADLINES.items():
            caption = caption.format(interval=rows.interval_of(drawn))
            by = {**facets, "by the": headline}
            yield size_chart(source, "sizes", "Rate against size", by, drawn, headline, caption)

    return size_charts(source, lambda row: row["mcops"] is not None, make)


def roofline(source):
    """The rates of the best repetitions again, under the lowest bound that holds for each."""

    def make(facets, drawn):
        caption = (
            "Best repetition of each point, and dashed above it the lowest bound that was measured on this machine for that"
            " kernel"
        )
        chart = size_chart(source, "limits", "Roofline: rate under its limit", facets, drawn, "best", caption)
        for label, colour, group in grouping.by_series(source, drawn):
            roof = sorted((bytes_a_core(row), row["limit_mcops"]) for row in group)
            chart.curves.append(Curve(f"{label}: limit", roof, colour, "dash", listed=False))
        yield chart

    return size_charts(source, lambda row: row["limit_mcops"] is not None, make)


# --- scaling -----------------------------------------------------------------------------------------------------------


def families(members):
    """[(name, rows)]: ways to grow, each with at least two numbers of cores: more ranks of so many threads, more threads on
    one rank; and all shapes together if some are left."""
    found, covered = [], set()
    for threads in sorted({row["threads"] for row in members}):
        found.append(
            (f"ranks of {words.count_of(threads, 'thread')}", [row for row in members if row["threads"] == threads])
        )
    found.append(("threads of 1 rank", [row for row in members if row["ranks"] == 1]))
    found = [(name, group) for name, group in found if len({rows.cores(row) for row in group}) > 1]
    for _, group in found:
        covered |= {id(row) for row in group}
    if any(id(row) not in covered for row in members) and len({rows.cores(row) for row in members}) > 1:
        found.append(("all ranks × threads", members))
    return found


def that_grow(source, family):
    """The rows on other numbers of cores than their base, and these bases. One that is the base of nothing shows nothing. Those that
    have no base are spoken of."""
    grown = [row for row in family if row["speedup"] is not None and rows.cores(row) != base_cores(source, row)]
    bases = {row["base"] for row in grown}
    kept = {id(row) for row in grown}
    return [row for row in family if id(row) in kept or row["name"] in bases or row["speedup"] is None]


def scaling(source, mode):
    """Speedup and efficiency, in pairs of the same rows."""

    def belongs(row):
        return row["class"] == "update" and row["mode"] == mode

    found = []
    for facets, members in grouping.grouped(source, belongs, grouping.road):
        skipped = [row for row in members if rows.is_skipped(row)]
        for name, family in families([row for row in members if row["mcops"] is not None]):
            family = that_grow(source, family)
            if any(row["speedup"] is not None for row in family):
                grown = {**facets, "grown by": name}
                found.append(speedup_chart(source, mode, grown, family, skipped))
                found.append(efficiency_chart(source, mode, grown, family, skipped))
    return found


def scaling_series(source, family, mark, measure):
    """Series of the rows that have the measure, by kernel; what was not measured is hollow and dashed."""
    series = []
    for label, colour, group in grouping.by_series(source, family):
        marks = [mark(row) for row in group if row[measure] is not None]
        if marks:
            origin = group[0]["origin"]
            dash = {"measured": "solid", "simulated": "dash", "modelled": "dashdot"}[origin]
            series.append(Series(label, colour, marks, dash, hollow=origin != "measured"))
    return series


def speedup_chart(source, mode, facets, family, skipped):
    """One chart of speedups over cores, with the ideal and the fitted laws."""
    series = scaling_series(
        source,
        family,
        lambda row: Mark(rows.cores(row), row["speedup"], row["speedup_low"], row["speedup_high"], row),
        "speedup",
    )
    drawn = [mark.row for line in series for mark in line.marks]
    least = min(base_cores(source, row) for row in drawn)
    ends = [min(rows.cores(row) for row in drawn), max(rows.cores(row) for row in drawn)]
    curves = [Curve("ideal", [(end, end / least) for end in ends])]
    laws, remarks = fits.curves(source, drawn)
    return Chart(
        figure=section_of(mode, family),
        kind="curve",
        title=titled(mode, drawn, "speedup"),
        facets=facets,
        kernels=source.kernels,
        x=Axis("cores (ranks × threads)", "log2", kind="cores"),
        y=Axis("speedup over the base", "log2"),
        series=series,
        curves=curves + laws,
        guides=machine.core_guides(source, drawn[0], ends[1]),
        caption=[
            *medians(drawn),
            *scaling_caption(mode, facets, drawn),
            *base_rates(source, drawn),
            *remarks,
            *efficiency.remarks(source, drawn),
            *not_drawn(family, "speedup"),
        ],
        skipped=skipped,
    )


def efficiency_chart(source, mode, facets, family, skipped):
    """One chart of efficiencies over cores."""
    series = scaling_series(source, family, efficiency_mark, "efficiency")
    drawn = [mark.row for line in series for mark in line.marks]
    ends = [min(rows.cores(row) for row in drawn), max(rows.cores(row) for row in drawn)]
    return Chart(
        figure=section_of(mode, family),
        kind="curve",
        title=titled(mode, drawn, "efficiency"),
        facets=facets,
        kernels=source.kernels,
        x=Axis("cores (ranks × threads)", "log2", kind="cores"),
        y=Axis("parallel efficiency", "linear", from_zero=True, kind="percent"),
        series=series,
        curves=[Curve("100%", [(end, 1.0) for end in ends])],
        guides=machine.core_guides(source, drawn[0], ends[1]),
        caption=[
            "Efficiency is speedup over the ratio of cores; 100% is the ideal.",
            *medians(drawn),
            *scaling_caption(mode, facets, drawn),
            *base_rates(source, drawn),
            *efficiency.remarks(source, drawn),
            *not_drawn(family, "efficiency"),
        ],
        skipped=skipped,
    )


def efficiency_mark(row):
    """With the row's own interval of the efficiency, else that of the speedup over the same ratio of cores."""
    low, high = row.get("efficiency_low"), row.get("efficiency_high")
    if low is None and row["speedup_low"] is not None:
        ratio = row["efficiency"] / row["speedup"]
        low, high = row["speedup_low"] * ratio, row["speedup_high"] * ratio
    return Mark(rows.cores(row), row["efficiency"], low, high, row)


def titled(mode, drawn, measure):
    """The title of a scaling chart."""
    return marked(f"{mode.capitalize()} scaling: {measure}", drawn)


def marked(title, drawn):
    """What was not measured says so in its title."""
    origins = sorted({row["origin"] for row in drawn} - {"measured"}, reverse=True)
    return f"{title} ({' and '.join(origins).upper()})" if origins else title


def section_of(mode, family):
    """Key of the section where a scaling chart stands."""
    return mode if family[0]["origin"] == "measured" else "simulated"


def base_cores(source, row):
    """Cores of the row's base."""
    return rows.cores(source.by_name[row["base"]])


def scaling_caption(mode, facets, drawn):
    """Sentences that say what the rows of a scaling chart have in common."""
    sentences = []
    if mode == "strong":
        sentences.append(f"One road of {facets['cells']} cells whatever the cores, {words.COUNTED[facets['count']]}.")
    else:
        sentences.append(
            f"{facets['cells per core']} cells for each core, {words.COUNTED[facets['count']]}; the ideal speedup is the number"
            " of cores."
        )
    return [*sentences, *models(drawn)]


def medians(drawn):
    """What the ratios are; of rows that were not measured there is but one."""
    measured = [row for row in drawn if row["origin"] == "measured"]
    return [f"By the median, with its {rows.interval_of(measured)}."] if measured else []


def models(drawn):
    """What stood in for the machine where nothing was measured."""
    found = {}
    for row in drawn:
        if "model" in row:
            found.setdefault((row["origin"], row["model"]["name"]), []).append(row["model"])
    sentences = []
    for (origin, name), same in found.items():
        # All parameters stand with the rows; here are those that a reader of the plot asks for.
        where = span([model["parameters"].get("machine") for model in same])
        ranks = span([model["parameters"].get("ranks_per_node") for model in same])
        parts = [f"for {where}" if where else "", f"{ranks} ranks per node" if ranks else ""]
        rates = sorted({model["calibrated_from"] for model in same} - {None})
        parts.append(f"kernel rate projected from {', '.join(rates)}" if rates else "")
        sentences.append(f"NOT MEASURED: {origin} by {', '.join(filter(None, [name, *parts]))}.")
    return sentences


def span(values):
    """One value, or from the least to the most of several."""
    distinct = list(dict.fromkeys(value for value in values if value is not None))
    shown = [f"{value:g}" if isinstance(value, float) else str(value) for value in distinct]
    if len(distinct) > 1 and all(isinstance(value, (int, float)) for value in distinct):
        return f"{min(distinct):g} .. {max(distinct):g}"
    return " or ".join(shown)


def base_rates(source, drawn):
    """Speedup names its base and the base's rate."""
    labels, bases = grouping.series_labels(drawn), {}
    for row in grouping.in_ladder_order(source, drawn):
        if row["base"] is not None:
            axes = rows.axes({"name": row["base"]})
            shape = f"{axes.get('ranks', '?')} × {axes.get('threads', '?')}"
            bases.setdefault(f"{labels[id(row)]}, {shape}", []).append(row["base_mcops"])
    texts = []
    for base, rates in bases.items():
        ends = list(dict.fromkeys(words.significant(end) for end in (min(rates), max(rates))))
        texts.append(f"{base}: median {' .. '.join(ends)} MCOPs")
    return [f"Bases: {'; '.join(texts)}."] if texts else []


def not_drawn(family, measure):
    """Rows with a rate that belong here and have no ratio."""
    without = [row for row in family if row[measure] is None]
    failed = sum(rows.has_failed(row) for row in without)
    sentences = []
    if failed:
        sentences.append(
            f"NOT DRAWN: {words.count_of(failed, 'row')} failed verification and so has no ratio (see the table)."
        )
    if len(without) > failed:
        sentences.append(f"Not drawn: {words.count_of(len(without) - failed, 'row')} without a base.")
    return sentences


# --- the closed form ---------------------------------------------------------------------------------------------------


def closed_form(source):
    """Charts of the time of one jump against the length of the road."""
    found = []
    for facets, members in grouping.grouped(source, lambda row: row["class"] == "closed-form", shape_facet):
        drawn = [row for row in members if row["real_time"] is not None]
        if not drawn:
            continue
        series = []
        for label, colour, group in grouping.by_series(source, drawn):
            series.append(Series(label, colour, [time_mark(row) for row in group]))
        steps = words.ranges(row["steps"] for row in drawn)
        found.append(
            Chart(
                figure="closed-form",
                kind="curve",
                title="Closed form: time of one jump",
                facets=facets,
                kernels=source.kernels,
                x=Axis("cells of the road", "log10"),
                y=Axis("median time of one jump, ms", "log10"),
                series=series,
                caption=[
                    (
                        f"Median time to the exact state after {steps} iterations at once, with its"
                        f" {rows.interval_of(drawn)}; {rows.shape(drawn[0])} (ranks × threads), {words.COUNTED[facets['count']]}."
                    ),
                    (
                        "No cells are updated on the way: there is no rate, and these rows stand in no ranking with the"
                        " others."
                    ),
                ],
                skipped=[row for row in members if rows.is_skipped(row)],
            )
        )
    return found


def time_mark(row):
    """A row's time in milliseconds, with its interval where the row has one."""
    value, low, high = (
        row.get(end) and row[end] / NANOSECONDS for end in ("real_time", "real_time_low", "real_time_high")
    )
    return Mark(row["cells"], value, low, high, row)
