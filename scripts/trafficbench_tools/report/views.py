"""All plots of a report, by section, the one of most kernels first."""

from trafficbench_tools.report import (
    chart_across, chart_bars, chart_curves, chart_energy, chart_history, chart_io, chart_ladder, chart_nodes, chart_visits
)  # fmt: skip

# key, heading, what it says: kernels against each other first.
SECTIONS = [
    (
        "ladder",
        "The ladder",
        "Every kernel on the same road, in the order of the ladder, by its best repetition; the axis is logarithmic.",
    ),
    (
        "sizes",
        "Rate against size",
        "How far each kernel's rate carries: in a cache, in the next one, in memory. By the best repetition, or by the median.",
    ),
    ("strong", "Strong scaling", "The same road on more cores, by the median."),
    ("weak", "Weak scaling", "More cores, and as much more road, by the median."),
    ("shares", "Where the efficiency went", "What the ranks did with their time."),
    (
        "limits",
        "Fraction of the machine's limit",
        "How near each kernel came, in its best repetition, to what this machine was measured to do at most.",
    ),
    (
        "energy",
        "Energy",
        "What a solution costs in joules against how fast it comes: the fastest ranks × threads are not always the most frugal ones.",
    ),
    (
        "io",
        "Files",
        "How fast the road gets into files and back, by the median, and what the time went to. Writes end with the sync, and before a"
        " read the page cache was asked to forget the file.",
    ),
    (
        "across",
        "Across reports",
        "The same kernels and roads in several reports, which are labelled by what differs between their contexts. One core, a full"
        " node and all cores are different questions: each plot's axis says which it answers.",
    ),
    (
        "history",
        "Rate against date",
        "Launches that differ in their commits alone, by the median, and where compare.py would call a commit faster or slower.",
    ),
    (
        "visits",
        "Visits over time",
        "What each visit recorded beside its repetitions. It is shown, and no visit is dropped or corrected for it.",
    ),
    (
        "nodes",
        "Slow nodes",
        "Every repetition ends with its slowest rank, so a slow node does not show in its rate. It shows in what its ranks took"
        " in the kernel.",
    ),
]
APART = [
    ("simulated", "Simulated and modelled", "Nothing here ran on the machine that it speaks of."),
    (
        "io-cached",
        "Files in the page cache",
        "Writes that did not wait for the disk, and reads that may never have reached it: rates of memory and of the system's copying,"
        " in no plot with the others.",
    ),
    ("closed-form", "Closed form", "Median times of jumps to the exact state: not rates, and in no ranking with the others."),
]
# What a plot that is empty would have needed.
WANTING = {
    "across": "needs two reports or more that have kernels, roads and counting modes in common.",
    "history": "needs three launches or more, of at least two commits, that differ in nothing else.",
    "ladder": "needs rows of at least two kernels on one road (strong scaling).",
    "sizes": "needs rows of at least two lengths of road on the same ranks × threads, which say how much memory a cell takes (bits_per_cell).",
    "strong": "needs rows of mode strong with a speedup, on at least two numbers of cores.",
    "weak": (
        "needs rows of mode weak with a speedup, on at least two numbers of cores (trafficbench sweep --mode weak)."
    ),
    "shares": "no row says where its time went (shares).",
    "limits": "no row has a limit: the launches did not measure what the machine can do (trafficbench ceiling).",
    "energy": "no two rows of one road say how much energy they took (trafficbench sweep --energy, where a machine has a meter).",
    "io": "no row is of files (trafficbench io).",
    "visits": "no launch recorded what its visits saw, as those of reports of version 1.",
    "nodes": "no point of an update kernel was measured on two nodes or more, or the report is of before they were compared.",
}


def all_charts(sources):
    """{section: [charts]}, of all sources."""
    found = {key: [] for key, _, _ in [*SECTIONS, *APART]}
    for chart in [*chart_across.charts(sources), *chart_history.charts(sources)]:
        found[chart.figure].append(chart)
    for source in sources:
        for chart in [
            *chart_ladder.charts(source),
            *chart_curves.sizes(source),
            *chart_curves.scaling(source, "strong"),
            *chart_curves.scaling(source, "weak"),
            *chart_bars.shares(source),
            *chart_bars.limits(source),
            *chart_curves.roofline(source),
            *chart_curves.closed_form(source),
            *chart_energy.charts(source),
            *chart_io.charts(source),
            *chart_visits.charts(source),
            *chart_nodes.charts(source),
        ]:
            found[chart.figure].append(chart)
    kernels = {source.label: len({row["kernel"] for row in source.rows}) for source in sources}
    for charts in found.values():
        charts.sort(key=lambda chart: preference(chart, kernels), reverse=True)
    return found


def preference(chart, kernels):
    """First comes what was measured, then what compares most kernels, itself or in its report (`kernels`), lines before loose points,
    and what shows most of them; then the longer road, then the higher rung."""
    rows = chart.rows()
    longest = max((row["cells"] for row in rows), default=0)
    return (
        all(row["origin"] == "measured" for row in rows),
        len({row["kernel"] for row in rows}),
        kernels.get(chart.facets.get("report"), 0),
        chart.facets.get("grown by") != "all ranks × threads",
        chart.size(),
        longest,
        max((chart.kernels.index(row["kernel"]) for row in rows), default=0),
    )


def panels(charts):
    """[(title, counting mode, [charts])]: the charts that one frame shows in turn, in the order they were found."""
    found = {}
    for chart in charts:
        found.setdefault((chart.title, chart.contract()), []).append(chart)
    return [(title, count, views) for (title, count), views in sorted(found.items(), key=panel_order)]


def panel_order(item):
    """Sorts panels."""
    (title, count), _ = item
    # Speedup before efficiency, the longest plot last; `every`, as the course counts, before `sampled`.
    return ("efficiency" in title or title.startswith("Rates of several"), title, count)


def view_labels(charts):
    """What tells each of several charts from the others: the facets in which they differ."""
    differing = []
    for chart in charts:
        for name in chart.facets:
            if name not in differing and len({other.facets.get(name) for other in charts}) > 1:
                differing.append(name)
    labels = []
    for chart in charts:
        parts = [f"{name} {chart.facets[name]}" for name in differing if name in chart.facets]
        labels.append(", ".join(parts) or "all")
    return labels


def not_drawn(sources, found):
    """Rows that are in no plot and so stand in the table alone."""
    drawn = {id(row) for charts in found.values() for chart in charts for row in chart.rows()}
    return [row for source in sources for row in source.rows if id(row) not in drawn]
