"""Strips over the time of a launch: what each visit recorded, below what its repetitions came to."""

import statistics

from trafficbench_tools.report import words
from trafficbench_tools.report.chart import Axis, Chart, Mark, Series



def a_second(value, seconds):
    """What was recorded of a visit, a second of it."""
    return value / seconds if seconds > 0 else 0.0


# More lines than these cannot be told apart: of more nodes, the median with the least and the most.
MOST_NODES = 6
# Field, title of its axis, the number that is drawn of a visit's field and seconds, what is said where no visit has it.
RECORDED = [
    ("steal_seconds", "stolen,\nCPUs", a_second, "steal time"),
    ("involuntary_switches", "switches\nper second", a_second, "involuntary switches"),
    ("reference_hz", "reference\nloop, GHz", lambda value, _: value / 1e9, "the rate of the reference loop"),
]
SEEN = (
    "Where rates drop while stolen time or switches rise, or the reference loop drops, something else had the machine."
)


def charts(source):
    """A strip for each launch that recorded its visits."""
    return [
        strip(source, number, run["visits"]) for number, run in enumerate(source.context["runs"]) if run.get("visits")
    ]


def strip(source, number, visits):
    """The strip of one launch."""
    run = source.context["runs"][number]
    lanes, series, missing = [], [], []
    rates = rates_of_visits(source, number, visits)
    if rates:
        lanes.append(Axis("rate over\nmedian", kind="percent"))
        series.append(Series("rate", "reached", rates, lane=0))
    for field, title, made, name in RECORDED:
        lines = recorded(visits, field, made, title)
        if not lines:
            missing.append(name)
            continue
        for label, marks in lines:
            series.append(Series(label, f"node {label}", marks, lane=len(lanes)))
        lanes.append(Axis(title, from_zero=field != "reference_hz", kind="reading"))
    caption = [
        f"{words.count_of(len(visits), 'visit')} of launch {number} ({run['date'].replace('T', ' ').replace('Z', ' UTC')})"
        f" on {words.listing(hosts_of(visits), 3)}, each at the time it began.",
        *(["Rate: the median over the rows of a visit, with the least and the most of them."] if rates else []),
        (
            "Stolen: CPU time that the hypervisor took from all CPUs of a node, a second of the visit. Switches: those in which"
            " a process of the program lost its core to another. Reference loop: dependent additions per second on one core"
            " before the visit."
        ),
        SEEN,
    ]
    if len(hosts_of(visits)) > MOST_NODES:
        caption.append("Of so many nodes: the median over them, with the least and the most.")
    if missing:
        caption.append(f"Not known here: {words.listing(missing)}.")
    return Chart(
        figure="visits",
        kind="strip",
        title="What each visit saw",
        facets={"report": source.label, "launch": f"{number} ({run['date']})"},
        kernels=source.kernels,
        x=Axis("seconds since the launch began", from_zero=True, kind="time"),
        y=lanes[0] if lanes else Axis(""),
        series=series,
        caption=caption,
        lanes=lanes,
    )


def hosts_of(visits):
    """The nodes of a launch, in the order they are named."""
    return list(dict.fromkeys(node["host"] for visit in visits for node in visit["nodes"]))


def recorded(visits, field, made, title):
    """[(label, marks)] of what visits recorded, one a node."""
    values = [
        (visit, {node["host"]: made(node[field], visit["seconds"]) for node in visit["nodes"] if node[field] is not None})
        for visit in visits
    ]
    hosts = hosts_of(visits)
    if len(hosts) > MOST_NODES:
        marks = [
            visit_mark(visit, number, *spread(of_nodes.values()), title)
            for number, (visit, of_nodes) in enumerate(values)
            if of_nodes
        ]
        return [(f"{len(hosts)} nodes", marks)] if marks else []
    lines = [
        (
            host,
            [
                visit_mark(visit, number, of_nodes[host], None, None, title)
                for number, (visit, of_nodes) in enumerate(values)
                if host in of_nodes
            ],
        )
        for host in hosts
    ]
    return [(host, marks) for host, marks in lines if marks]


def spread(values):
    """(median, least, most)."""
    return statistics.median(values), min(values), max(values)


def visit_mark(visit, number, value, low, high, what):
    """A mark at the time when a visit began, with what a reader sees who points at it."""
    what = what.replace("\n", " ")
    text = f"visit {number}, began after {words.significant(visit['began'])} s, took {words.significant(visit['seconds'], 3)} s"
    return Mark(visit["began"], value, low, high, None, [text, f"{what}: {words.interval(value, low, high)}"])


def rates_of_visits(source, number, visits):
    """A mark for each visit in which rows were measured: their rates in it over their medians of all visits."""
    shares = {}
    for row in source.of_launch(number):
        times = source.times_of(row)
        middle = statistics.median(times.values())
        for (run, visit), seconds in times.items():
            if run == number:
                shares.setdefault(visit, []).append(middle / seconds)
    return [
        visit_mark(visits[visit], visit, *spread(of_rows), "rate over the row's median")
        for visit, of_rows in sorted(shares.items())
    ]
