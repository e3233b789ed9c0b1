"""The ladder: every rung's rate on one road, with its step from the rung below."""

from trafficbench_tools.report import grouping, rows, words
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
        f"Median rate with its 95% interval; road of {facets['cells']} cells, counting {facets['count']}.",
        (
            "Beside each bar: its rate, and how many times faster it is than the rung below at as many cores, with the"
            " interval that both intervals allow."
        ),
    ]
    bases = {row["ladder_base"]: row for row in members if row["ladder_base"] is not None}
    for row in bases.values():
        rates = {
            words.significant(other["ladder_base_mcops"])
            for other in members
            if other["ladder_base"] == row["ladder_base"]
        }
        rate = f"{rates.pop()} MCOPs" if len(rates) == 1 else "its rate measured again beside each row"
        caption.append(f"Base: {kernel_of(row['ladder_base'])} on one core, {rate}.")
    if most > fewest and several_shapes(members, most):
        caption.append(f"Where several shapes have {most} cores, the fastest is drawn, and named.")
    return Chart(
        figure="ladder",
        kind="bars",
        title="The ladder",
        facets=facets,
        kernels=source.kernels,
        x=Axis("rate, MCOPs", "log10"),
        y=Axis("kernel"),
        series=series,
        caption=caption,
        skipped=skipped,
    )


def climb(source, members, wanted_cores, is_least):
    """The rungs at so many cores, the fastest shape of each."""
    labels = grouping.series_labels(members)
    best = {}
    for row in members:
        if rows.cores(row) != wanted_cores:
            continue
        best_so_far = best.get(labels[id(row)])
        if best_so_far is None or is_better(row, best_so_far):
            best[labels[id(row)]] = row
    marks, below = [], None
    for label, row in sorted(best.items(), key=lambda item: source.kernels.index(item[1]["kernel"])):
        marks.append(
            Mark(label, row["mcops"], row["mcops_low"], row["mcops_high"], row, texts(row, below, wanted_cores))
        )
        below = None if rows.has_failed(row) else row
    return Series(words.count_of(wanted_cores, "core"), "least" if is_least else "most", marks)


def is_better(row, best_so_far):
    """Whether a row takes the place of another: any that passed verification before any that failed, then the faster."""
    return (not rows.has_failed(row), row["mcops"]) > (not rows.has_failed(best_so_far), best_so_far["mcops"])


def texts(row, below, wanted_cores):
    """What stands beside a bar: its rate, the step from the rung below, and how many times the base it is."""
    parts = [f"{words.significant(row['mcops'])} MCOPs"]
    if wanted_cores > 1:
        parts[0] += f" on {rows.shape(row)}"
    if rows.has_failed(row):
        return [*parts, "FAILED VERIFICATION"]
    if below is not None:
        low, high = step_interval(row, below)
        parts.append(f"step × {words.interval(row['mcops'] / below['mcops'], low, high, 3)}")
    if row["ladder_speedup"] is not None and row["name"] != row["ladder_base"]:
        parts.append(f"{words.significant(row['ladder_speedup'])} × base")
    return parts


def step_interval(row, below):
    """If both intervals hold, so does this one: wider than need be, and true whatever the two distributions."""
    if row["mcops_low"] is None or below["mcops_low"] is None:
        return None, None
    return row["mcops_low"] / below["mcops_high"], row["mcops_high"] / below["mcops_low"]


def several_shapes(members, most):
    """Whether rows of so many cores have different ranks and threads."""
    return len({rows.shape(row) for row in members if rows.cores(row) == most}) > 1


def kernel_of(name):
    """The kernel that the name of a row spells."""
    return name.split("/")[1]
