"""Bars from zero: how much of the machine's limit was reached, and where the time went."""

from trafficbench_tools.report import chart_curves, grouping, rows, words
from trafficbench_tools.report.chart import Axis, Chart, Curve, Mark, Series

SHARES = ["compute", "exchange", "reduction", "waiting"]


def limits(source):
    """Charts of the fraction of the machine's limit, one for each road, ranks × threads and counting mode."""
    def belongs(row):
        return row["class"] == "update" and row["origin"] == "measured"

    def more(row):
        return {**grouping.road(row), "ranks × threads": rows.shape(row)}

    found = []
    for facets, members in grouping.grouped(source, belongs, more):
        drawn = [row for row in members if row["fraction_of_limit"] is not None]
        if not drawn:
            continue
        without = [row for row in members if row["fraction_of_limit"] is None and not rows.is_skipped(row)]
        caption = [
            (
                "Bars: the rate of the best repetition over the lowest bound that was measured on this machine. Diamonds: the"
                f" median's, with its {rows.interval_of(drawn)}; {rows.shape(members[0])} (ranks × threads),"
                f" {grouping.road_text(facets)}, {words.COUNTED[facets['count']]}."
            ),
        ]
        if without:
            caption.append(
                f"No limit is known of {words.listing(sorted({row['kernel'] for row in without}))}: not drawn."
            )
        found.append(
            Chart(
                figure="limits",
                kind="bars",
                title="Fraction of the machine's limit",
                facets=facets,
                kernels=source.kernels,
                x=Axis("fraction of the limit: best (bars), median (diamonds)", "linear", from_zero=True, kind="percent"),
                y=Axis("kernel"),
                series=[Series("reached", "reached", [limit_mark(label, row) for label, row in one_each(source, drawn)])],
                curves=[Curve("limit", [(1.0, None)])],
                caption=caption,
                skipped=[row for row in members if rows.is_skipped(row)],
            )
        )
    return found


def one_each(source, members):
    """[(label, row)], one a bar; a number tells rows apart that no axis of their names does."""
    found = []
    for label, _, group in grouping.by_series(source, members):
        for number, row in enumerate(group, start=1):
            found.append((label if number == 1 else f"{label} ({number})", row))
    return found


def limit_mark(label, row):
    """The bar of a row: the fraction that its best repetition reached, and beside it the median's."""
    # Not fraction_of_limit: of a report of version 1 that is the median's.
    fraction = row["mcops_best"] / row["limit_mcops"]
    median = tuple(row[end] and row[end] / row["limit_mcops"] for end in ("mcops", "mcops_low", "mcops_high"))
    parts = [f"best {100 * fraction:.3g}% of {row['limit']}"]
    if rows.has_failed(row):
        parts.append("FAILED VERIFICATION")
    shown = [f"median {words.interval(*(end and 100 * end for end in median), 3)}%"]
    if row["cells_per_cycle"] is not None:
        shown.append(f"{words.significant(row['cells_per_cycle'], 3)} cells/cycle per core")
    return Mark(label, fraction, None, None, row, parts, median, shown)


def shares(source):
    """Charts of where the time of all ranks went, one for each kernel and road."""
    def belongs(row):
        return row["class"] == "update"

    def more(row):
        return {**grouping.road(row), "kernel": row["kernel"]}

    found = []
    for facets, members in grouping.grouped(source, belongs, more):
        drawn = sorted((row for row in members if row.get("shares")), key=lambda row: (rows.cores(row), row["ranks"]))
        if not drawn:
            continue
        labels = grouping.series_labels(drawn)
        names = {}
        for row in drawn:
            extra = labels[id(row)].partition(", ")[2]
            name = rows.shape(row) + (f", {extra}" if extra else "")
            same = sum(other == name or other.startswith(f"{name} (") for other in names.values())
            names[id(row)] = f"{name} ({same + 1})" if same else name
        found.append(
            Chart(
                figure="shares" if drawn[0]["origin"] == "measured" else "simulated",
                kind="stack",
                title=chart_curves.marked("Where the time went", drawn),
                facets=facets,
                kernels=source.kernels,
                x=Axis("share of the time of all ranks", "linear", from_zero=True, kind="percent"),
                y=Axis("ranks × threads"),
                series=[
                    Series(
                        part,
                        part,
                        [Mark(names[id(row)], share(row, part), None, None, row, efficiency(row)) for row in drawn],
                    )
                    for part in [*SHARES, "driver"]
                ],
                caption=[
                    *chart_curves.models(drawn),
                    (
                        f"{facets['kernel']}, {words.COUNTED[facets['count']]}: shares of the time of all ranks together, and"
                        " efficiency by the median. What is lost to exchange, reduction and waiting is what efficiency lacks"
                        " beside the kernel's own slowing down."
                    ),
                ],
                skipped=[row for row in members if rows.is_skipped(row)],
            )
        )
    return found


def share(row, part):
    """`driver` is what the others leave: the driver's own."""
    if part == "driver":
        return max(0.0, 1.0 - sum(row["shares"].values()))
    return row["shares"][part]


def efficiency(row):
    """What stands beside the bar of a row; of one that is its own base nothing."""
    return [f"efficiency {100 * row['efficiency']:.3g}%"] if rows.has_efficiency(row) else []
