"""The top of the page: which machine, how many rows of which kind, the highest rates, and what must be known first."""

from trafficbench_tools.report import efficiency, grouping, machine, nodes, rows, ties, views, words
from trafficbench_tools.report.provenance import escape

ORDER = ["verified", "failed", "warned", "skipped", "simulated", "modelled"]
TONE = {"verified": "good", "failed": "bad", "warned": "warn"}


def machines(sources):
    """What was measured comes first; what was not says so."""
    names = {}
    for source in sources:
        for row in source.rows:
            apart = "" if row["origin"] == "measured" else " (NOT MEASURED)"
            names.setdefault(machine.name(source, row) + apart, apart)
    return words.listing(sorted(names, key=names.get), 2)


def lead(sources):
    """One paragraph on hosts, dates and what the numbers are."""
    dates = sorted(run["date"] for source in sources for run in source.context["runs"])
    span = dates[0][:10] if dates[0][:10] == dates[-1][:10] else f"{dates[0][:10]} to {dates[-1][:10]}"
    hosts = list(
        dict.fromkeys(
            host for source in sources for run in source.context["runs"] for host in run.get("hosts", [run["host"]])
        )
    )
    commits = list(dict.fromkeys(run["commit"] for source in sources for run in source.context["runs"]))
    text = f"{words.listing(hosts, 4)}; {span}; trafficbench at {words.listing(commits, 3)}. Traffic cellular automaton, rule 184."
    classes = {row["class"] for source in sources for row in source.rows}
    if classes != {"io"}:
        text += (
            " Rates in MCOPs, million cell updates a second. Counting every iteration and counting one are"
            " different work: each plot holds one of the two contracts. Rates have two headlines: the best repetition is what a"
            " kernel can do here, and which kernel is faster goes by it; the median with its interval is what one gets on this"
            " machine as it is, and scaling goes by that."
        )
    if "io" in classes:
        text += " Rates of files in MB/s, 10⁶ bytes a second, by the median with its interval."
    return text


def chips(sources):
    """How many rows of which status, as links to them."""
    every = [row for source in sources for row in source.rows]
    counts = {status: sum(rows.status(row) == status for row in every) for status in ORDER}
    parts = [f'<a class="chip" href="#rows">{words.count_of(len(every), "row")}</a>']
    for status in ORDER:
        if counts[status]:
            parts.append(
                f'<a class="chip {TONE.get(status, "")}" href="#rows"'
                f' data-status="{status}">{counts[status]:,} {status}</a>'
            )
    return "".join(parts)


def banners(sources, charts, remarks=()):
    """What a reader must know first: remarks on the reports, failures, rows left out, notes."""
    texts = [("", f"{text}.") for text in remarks]
    for source in sources:
        failed = [row for row in source.rows if rows.has_failed(row)]
        if failed:
            messages = words.listing(dict.fromkeys(f"{row['kernel']}: {row['error_message']}" for row in failed), 2)
            texts.append(
                (
                    "bad",
                    (
                        f"{source.label}: {words.count_of(len(failed), 'row')} FAILED VERIFICATION ({messages}). Marked"
                        " in plots and table; in no ratio, in no headline."
                    ),
                )
            )
        if any(run.get("optimised") is False for run in source.context["runs"]):
            texts.append(("bad", f"{source.label}: measured by a program that was built without optimisation: its rates say little."))
        if slow := nodes.warning(source.context):
            texts.append(("", f"{source.label}: {slow}."))
        if source.left_out:
            texts.append(("", f"{source.label}: {words.count_of(source.left_out, 'row')} left out by --only."))
        if not source.rows:
            texts.append(("", f"{source.label}: the report has no rows."))
        if any(row["interval_over"] == "repetitions" for row in source.rows):
            texts.append(
                (
                    "",
                    (
                        f"{source.label}: a report of version 1. Its intervals are over the repetitions of one launch and say"
                        " nothing of the next; its fractions of a limit, in the table, are those of the median."
                    ),
                )
            )
        beyond = efficiency.too_good(source)
        if beyond:
            texts.append(
                (
                    "",
                    (
                        f"{source.label}: {words.count_of(len(beyond), 'row has', 'rows have')} an efficiency beyond 110%; the"
                        " captions of the plots, and the rows when opened, say what is likely behind it."
                    ),
                )
            )
        notes = dict.fromkeys(
            filter(None, [source.context.get("note"), *(run.get("note") for run in source.context["runs"])])
        )
        texts += [("", f"{source.label}: {note}") for note in notes]
    apart = [row for row in views.not_drawn(sources, charts) if not rows.is_skipped(row)]
    if apart:
        texts.append(
            (
                "",
                (
                    f"{words.count_of(len(apart), 'row is', 'rows are')} in no plot and in the table alone (column"
                    " plots, 0)."
                ),
            )
        )
    return "".join(f'<p class="banner {tone}">{escape(text)}</p>' for tone, text in texts)


def cards(sources):
    """The highest verified rate under each contract, by the best repetition."""
    made = []
    for count in ("every", "sampled"):
        found = [
            (row, source)
            for source in sources
            for row in source.rows
            if row["count"] == count
            and row["mcops"] is not None
            and row["origin"] == "measured"
            and not rows.is_flawed(row)
        ]
        if found:
            row, source = max(found, key=lambda item: item[0]["mcops_best"])
            # Those that it was held against: the rows of the same point.
            point = [
                other
                for other, of in found
                if of is source and all(other[axis] == row[axis] for axis in ("cells", "ranks", "threads", "mode"))
            ]
            made.append(card(ties.fastest(source, point), point, source))
    return "".join(made)


def card(found, point, source):
    """One rate, and what stands behind it."""
    row, labels = found.row, grouping.series_labels(point)

    def name(one):
        return labels[id(one)]

    lines = [
        f"Best repetition: {ties.named(found, name)}{ties.remarks(found, name)}. {rows.shape(row)} (ranks × threads),"
        f" {words.cells(row['cells'])} cells; the highest of its contract in {source.label}."
    ]
    for one in found.rows:
        lines.append(
            f"Median{' of ' + name(one) if found.tied else ''}:"
            f" {words.interval(one['mcops'], one['mcops_low'], one['mcops_high'])} MCOPs, {rows.interval_of([one])}; n ="
            f" {one['repetitions']}, {words.count_of(rows.visits(one), 'visit')}."
        )
    if row["ladder_speedup"] is not None and row["ladder_base"] != row["name"]:
        base = row["ladder_base"].split("/")[1]
        speedup = words.interval(row["ladder_speedup"], row["ladder_speedup_low"], row["ladder_speedup_high"])
        lines.append(
            f"By the median {speedup} times {base} on one core ({words.significant(row['ladder_base_mcops'])} MCOPs)."
        )
    if row["limit_mcops"] is not None:
        lines.append(f"The best is {100 * row['mcops_best'] / row['limit_mcops']:.3g}% of its limit, {row['limit']}.")
    text = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return (
        f'<div class="card"><span class="count">{row["count"]}</span>'
        f'<span class="big">{words.significant(row["mcops_best"])} <small>MCOPs, best</small></span>{text}</div>'
    )
