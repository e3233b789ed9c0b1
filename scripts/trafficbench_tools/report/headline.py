"""The top of the page: which machine, what is fastest there, how many rows of which kind, and what must be known."""

import re

from trafficbench_tools.report import chart_curves, efficiency, grouping, machine, nodes, rows, ties, views, words
from trafficbench_tools.report.provenance import escape

ORDER = ["verified", "failed", "warned", "skipped", "simulated", "modelled"]
TONE = {"verified": "good", "failed": "bad", "warned": "warn"}


def machines(sources):
    """One line: what was measured; where nothing was, what was not, which says so."""
    measured, apart = {}, {}
    for source in sources:
        for row in source.rows:
            (measured if row["origin"] == "measured" else apart)[machine.name(source, row)] = None
    if not measured:
        return words.listing([f"{name} (NOT MEASURED)" for name in apart], 2)
    models, sizes = zip(*(name.rsplit(", ", 1) for name in measured))
    # As makers write them they are long: "Intel(R) Xeon(R) Processor".
    short = [" ".join(re.sub(r"\(R\)|\(TM\)|\bProcessor\b", " ", model).split()) or model for model in models]
    if len(set(sizes)) == 1:
        return f"{words.listing(dict.fromkeys(short), 2)}, {sizes[0]}"
    return words.listing([f"{model} ({size})" for model, size in zip(short, sizes)], 2)


def lead(sources):
    """Two sentences: where and when, and what the numbers are."""
    runs = [run for source in sources if any(map(rows.is_measured, source.rows)) for run in source.context["runs"]]
    hosts = dict.fromkeys(host for run in runs for host in run.get("hosts", [run["host"]]))
    days = sorted({run["date"][:10] for run in runs})
    text = f"Measured on {words.listing(hosts, 4)}, {' to '.join(dict.fromkeys([days[0], days[-1]]))}" if runs else "Nothing was measured"
    every = [row for source in sources for row in source.rows]
    apart = [row for row in every if row["origin"] != "measured"]
    if apart:
        origins = " and ".join(sorted({row["origin"] for row in apart}, reverse=True))
        places = dict.fromkeys(machine.name(None, row) for row in apart)
        named = f"{words.listing(places, 3)} {'is' if len(places) == 1 else 'are'} {origins}"
        text += f"; {named}, not measured" if runs else f": {named}"
    units = []
    if any(row["class"] != "io" for row in every):
        units.append("Rates are in MCOPs, million cell updates per second")
    if any(row["class"] == "io" for row in every):
        units.append(("rates of files" if units else "Rates of files are") + " in MB/s, 10⁶ bytes per second")
    return f"{text}. {', '.join(units)}: the best repetition, and the median with its 95% interval." if units else f"{text}."


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
    """What a reader must know: failures in the open; remarks on the reports, rows left out and notes folded, with their number."""
    bad, folded = {}, {}

    def say(texts, text, source):
        # What is so of several reports is said once.
        texts.setdefault(text, []).append(source.label)

    for source in sources:
        failed = [row for row in source.rows if rows.has_failed(row)]
        if failed:
            messages = words.listing(dict.fromkeys(f"{row['kernel']}: {row['error_message']}" for row in failed), 2)
            say(
                bad,
                f"{words.count_of(len(failed), 'row')} FAILED VERIFICATION ({messages}). Marked in plots and table; in no ratio, in no"
                " headline.",
                source,
            )
        if any(run.get("optimised") is False for run in source.context["runs"]):
            say(bad, "measured by a program that was built without optimisation: its rates say little.", source)
        if slow := nodes.warning(source.context):
            say(folded, f"{slow}.", source)
        if source.left_out:
            say(folded, f"{words.count_of(source.left_out, 'row')} left out by --only.", source)
        if not source.rows:
            say(folded, "the report has no rows.", source)
        if any(row["interval_over"] == "repetitions" for row in source.rows):
            say(
                folded,
                "a report of version 1. Its intervals are over the repetitions of one launch and say nothing of the next; its fractions"
                " of a limit, in the table, are those of the median.",
                source,
            )
        beyond = efficiency.too_good(source)
        if beyond:
            say(
                folded,
                f"{words.count_of(len(beyond), 'row has', 'rows have')} an efficiency beyond 110%; the captions of the plots, and the"
                " rows when opened, say what is likely behind it.",
                source,
            )
        for note in filter(None, [source.context.get("note"), *(run.get("note") for run in source.context["runs"])]):
            if source.label not in folded.get(note, []):
                say(folded, note, source)
    notes = [*(f"{text}." for text in remarks), *(f"{', '.join(labels)}: {text}" for text, labels in folded.items())]
    apart = [row for row in views.not_drawn(sources, charts) if not rows.is_skipped(row)]
    if apart:
        notes.append(f"{words.count_of(len(apart), 'row is', 'rows are')} in no plot and in the table alone (column plots, 0).")
    text = "".join(f'<p class="banner bad">{escape(", ".join(labels))}: {escape(text)}</p>' for text, labels in bad.items())
    if notes:
        items = "".join(f'<p class="banner">{escape(note)}</p>' for note in notes)
        text += f'<details class="notes"><summary>Notes and warnings ({len(notes)})</summary>{items}</details>'
    return text


# --- the answer --------------------------------------------------------------------------------------------------------

PLAIN_PYTHON = "python"


def cards(sources):
    """The fastest kernel in each counting mode, then the fastest method of writing and of reading files."""
    made = [kernels_card(sources, count) for count in words.COUNTED]
    made += [files_card(sources, operation) for operation in ("write", "read")]
    return "".join(filter(None, made))


def most_compared(sources, belongs, facets, rate):
    """(source, rows): those good rows of one report that may be compared and are of most kernels; of several such the newest, then
    the longest road, then the fastest."""
    found = []
    for source in sources:
        groups = {}
        for row in source.rows:
            if rows.is_measured(row) and not rows.is_flawed(row) and row.get(rate) is not None and belongs(row):
                groups.setdefault((machine.name(source, row), *facets(row).items()), []).append(row)
        date = max(run["date"] for run in source.context["runs"])
        for members in groups.values():
            length = max(grouping.cells_a_core(row) if row["mode"] == "weak" else row["cells"] for row in members)
            order = (len({row["kernel"] for row in members}), date, length, max(row[f"{rate}_best"] for row in members))
            found.append((order, source, members))
    return max(found, key=lambda item: item[0])[1:] if found else None


def kernels_card(sources, count):
    """What is the fastest in one counting mode, and how many times faster than what one would write first."""
    def belongs(row):
        return row["class"] == "update" and row["count"] == count

    def facets(row):
        return {field: row[field] for field in ("mode", "init", "density", "seed")} | grouping.road(row)

    compared = most_compared(sources, belongs, facets, "mcops")
    if compared is None:
        return ""
    source, members = compared
    found = ties.fastest(source, members)
    row = found.row
    facts = [f"{words.interval(*ratio, 3)} × {than}" for than, ratio in times_faster(source, row, members)]
    if rows.has_efficiency(row) and rows.cores(row) > 1:
        mark = chart_curves.efficiency_mark(row)
        shown = words.interval(*(end and 100 * end for end in (mark.value, mark.low, mark.high)), 3).replace(" (", "% (", 1)
        facts.append(f"parallel efficiency on {words.count_of(rows.cores(row), 'core')} {shown if '%' in shown else shown + '%'}")
    if row["limit_mcops"] is not None:
        facts.append(f"best is {100 * row['mcops_best'] / row['limit_mcops']:.3g}% of its limit, {row['limit']}")
    road = f"{words.cells(row['cells'])} cells"
    return card(found, members, "kernel", words.COUNTED[count], "mcops", "MCOPs", facts, road, source)


def times_faster(source, row, members):
    """[(than what, (ratio, low, high))], by the median: than the base of the ladder, which may be plain Python, and than the lowest
    rung in C++, each on one core."""
    found, base = [], row["ladder_base"]
    if base is not None and base != row["name"]:
        name = base.split("/")[1]
        title = "plain Python" if name == PLAIN_PYTHON else name
        found.append((f"{title} on one core", (row["ladder_speedup"], row["ladder_speedup_low"], row["ladder_speedup_high"])))
    rungs = [other for other in members if rows.cores(other) == 1 and (other.get("rung") or 0) >= 0 and "rung" in other]
    lowest = min(rungs, key=lambda other: other["rung"], default=row)
    if lowest["name"] != base and lowest["kernel"] != row["kernel"]:
        ratio = ties.ratio(source, row, lowest)
        found.append((f"{lowest['kernel']} on one core", (ratio.value, ratio.low, ratio.high)))
    return found


def files_card(sources, operation):
    """The fastest method of files that went to the disk or came from it."""
    def belongs(row):
        return row["class"] == "io" and row["operation"] == operation and row["sync"] == "synced"

    def facets(row):
        return {**{field: row[field] for field in ("bytes", "ranks", "layout")}, "folder": row["file_system"]["folder"]}

    compared = most_compared(sources, belongs, facets, "megabytes_per_second")
    if compared is None:
        return ""
    source, members = compared
    found = ties.fastest(source, members, "megabytes_per_second")
    road = f"{words.size(found.row['bytes'])}, {found.row['layout']}, on {found.row['file_system']['type']}"
    what = {"write": "files written, sync included", "read": "files read, page cache asked to forget them"}[operation]
    return card(found, members, "method", what, "megabytes_per_second", "MB/s", [], road, source)


def card(found, members, noun, what, rate, unit, facts, road, source):
    """One answer, and what stands behind it."""
    row, labels = found.row, grouping.series_labels(members)

    def name(one):
        return labels[id(one)]

    tied = dict.fromkeys(name(one) for one in found.rows)
    most = len({one["kernel"] for one in members})
    title = {1: name(row), 2: " and ".join(tied)}.get(len(tied), f"{name(row)} and {len(tied) - 1} others")
    if most > 1:
        title += f"{' tie as the' if len(tied) > 1 else ','} fastest of {most} {noun}s"
    median = words.interval(row[rate], row.get(f"{rate}_low"), row.get(f"{rate}_high"))
    lines = [
        f"{rows.shape(row)} (ranks × threads), {road}. {rows.interval_of([row])}; n = {row['repetitions']},"
        f" {words.count_of(rows.visits(row), 'visit')}. {source.label}"
    ]
    if len(found.rows) > 1:
        alike = len({rows.shape(one) for one in found.rows}) == 1
        every = [name(one) + ("" if alike else f" on {rows.shape(one)}") for one in found.rows]
        lines.insert(0, f"A tie: {words.listing(every, 8)}.")
    if remark := ties.remarks(found, name):
        lines.append(f"{remark.replace('; ', '', 1).capitalize()}.")
    shown = "".join(f'<p class="fact">{escape(line)}</p>' for line in [f"median {median}", *facts])
    small = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return (
        f'<div class="card"><h3>{escape(title)}</h3><p class="what">{escape(what)}</p>'
        f'<span class="big">{words.significant(row[f"{rate}_best"])} <small>{unit}, best</small></span>{shown}{small}</div>'
    )
