"""The ladder: every rung's best rate on one road, with its step from the rung below, and its median beside it."""

from trafficbench_tools.report import grouping, rows, ties, words
from trafficbench_tools.report.chart import Axis, Chart, Mark, Series


def charts(source):
    """A chart for each road on which at least two kernels were measured."""
    found = []
    for facets, members in grouping.grouped(source, belongs, grouping.road):
        drawn = [row for row in members if row["mcops"] is not None]
        if len({row["kernel"] for row in drawn}) > 1:
            found.append(ladder(source, facets, drawn, [row for row in members if rows.is_skipped(row)]))
    return found


def belongs(row):
    """Whether the row may stand on a ladder."""
    return row["class"] == "update" and row["origin"] == "measured" and row["mode"] == "strong"


def ladder(source, facets, members, skipped):
    """One chart: the rungs on the fewest cores and on the most."""
    fewest = min(rows.cores(row) for row in members)
    most = max(rows.cores(row) for row in members)
    series = [climb(source, members, fewest, True)]
    if most > fewest:
        series.append(climb(source, members, most, False))
    caption = [
        (
            f"Bars: the best repetition, what a kernel can do. Diamonds: the median with its {rows.interval_of(members)};"
            f" road of {facets['cells']} cells, {words.COUNTED[facets['count']]}."
        ),
        (
            "A step is how many times faster a rung is than the one below at as many cores: best over best, and by the"
            " median with its interval, over the visits that both share, else the worst-case interval. Python's rungs and"
            " those in C++ are two ladders."
        ),
        *(fastest_of(source, members, cores) for cores in dict.fromkeys([fewest, most])),
    ]
    bases = {row["ladder_base"]: row for row in members if row["ladder_base"] is not None}
    for row in bases.values():
        rates = {
            words.significant(other["ladder_base_mcops"])
            for other in members
            if other["ladder_base"] == row["ladder_base"]
        }
        rate = f"{rates.pop()} MCOPs" if len(rates) == 1 else "its rate measured again beside each row"
        caption.append(f"Base: {kernel_of(row['ladder_base'])} on one core, median {rate}.")
    if most > fewest and several_shapes(members, most):
        caption.append(f"Where several ranks × threads have {most} cores, the fastest is drawn, and named with those that tie with it.")
    return Chart(
        figure="ladder",
        kind="bars",
        title="The ladder: every kernel on one road",
        facets=facets,
        kernels=source.kernels,
        x=Axis("rate, MCOPs: best (bars), median (diamonds)", "log10"),
        y=Axis("kernel"),
        series=series,
        caption=caption,
        skipped=skipped,
    )


def fastest_of(source, members, cores):
    """A sentence on the fastest kernel at so many cores."""
    good = [row for row in members if rows.cores(row) == cores and not rows.is_flawed(row)]
    if len({row["kernel"] for row in good}) < 2:
        return f"On {words.count_of(cores, 'core')} there are no two good kernels to compare."
    labels = grouping.series_labels(members)
    found = ties.fastest(source, [champion.row for champion in champions(source, good, labels).values()])
    name = lambda row: labels[id(row)]  # noqa: E731
    return f"Fastest on {words.count_of(cores, 'core')}: {ties.named(found, name)}{ties.remarks(found, name)}."


def champions(source, members, labels):
    """{label: Fastest}: the fastest shape of each series among these rows; one that failed only where none passed."""
    by_label = {}
    for row in sorted(members, key=lambda row: source.kernels.index(row["kernel"])):
        by_label.setdefault(labels[id(row)], []).append(row)
    return {
        label: ties.fastest(source, [row for row in group if not rows.has_failed(row)] or group)
        for label, group in by_label.items()
    }


def climb(source, members, wanted_cores, is_least):
    """The rungs at so many cores, the fastest shape of each."""
    there = [row for row in members if rows.cores(row) == wanted_cores]
    marks, below = [], None
    for label, found in champions(source, there, grouping.series_labels(members)).items():
        row = found.row
        mark = Mark(label, row["mcops_best"], None, None, row, median=(row["mcops"], row["mcops_low"], row["mcops_high"]))
        if below is not None and (row.get("rung", 0) < 0) != (below.get("rung", 0) < 0):
            below = None  # the ladder in Python ends, and that in C++ begins
        mark.texts, mark.below = texts(source, found, below, wanted_cores)
        marks.append(mark)
        below = None if rows.has_failed(row) else row
    return Series(words.count_of(wanted_cores, "core"), "least" if is_least else "most", marks)


def texts(source, found, below, wanted_cores):
    """What stands beside a bar, and on the line below: the best rate and the step by it; the median and what goes by that."""
    row = found.row
    best = [f"best {words.significant(row['mcops_best'])} MCOPs"]
    median = [f"median {words.interval(row['mcops'], row['mcops_low'], row['mcops_high'])}"]
    if wanted_cores > 1:
        best[0] += f" on {ties.named(found, rows.shape)}"
    if rows.has_failed(row):
        return [*best, "FAILED VERIFICATION"], median
    if below is not None:
        step = ties.ratio(source, row, below)
        best.append(f"step × {words.significant(row['mcops_best'] / below['mcops_best'], 3)}")
        median.append(f"step × {words.interval(step.value, step.low, step.high)}{', a tie' if step.tie else ''}")
    if row["ladder_speedup"] is not None and row["name"] != row["ladder_base"]:
        median.append(f"{words.significant(row['ladder_speedup'])} × base")
    return best, median


def several_shapes(members, most):
    """Whether rows of so many cores have different ranks and threads."""
    return len({rows.shape(row) for row in members if rows.cores(row) == most}) > 1


def kernel_of(name):
    """The kernel that the name of a row spells."""
    return name.split("/")[1]
