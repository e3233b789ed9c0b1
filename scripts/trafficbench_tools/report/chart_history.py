"""Rate against date: launches of several commits in like surroundings, and where a commit changed the rate."""

from dataclasses import dataclass
from datetime import datetime

from trafficbench_tools.compare.change import BEST, changes_of
from trafficbench_tools.compare.pairing import Pair, one_row
from trafficbench_tools.compare.verdict import FASTER, SLOWER, THRESHOLD, judge
from trafficbench_tools.contexts import LAST, MIDDLE, Contexts
from trafficbench_tools.report import across, grouping, rows, words
from trafficbench_tools.report.chart import Axis, Chart, Mark, Series

# (name, seconds, how many of them at least the launches must span).
UNITS = [("days", 86400, 2), ("hours", 3600, 2), ("minutes", 60, 0)]
# Two launches are a comparison, for compare.py, and no history.
FEWEST_LAUNCHES = 3


@dataclass
class Kernel:
    """One kernel over all launches, on one road and shape."""

    label: str
    colour: str
    rows: list  # by date
    changes: list  # (row, verdict)
    compared: int  # commits with the one before


def charts(sources):
    """Of each set of launches that differ in their commits alone: two commits or more, three launches or more."""
    found = []
    for members in alike(sources):
        commits = list(dict.fromkeys(commit_of(source) for source in members))
        if len(members) >= FEWEST_LAUNCHES and len(commits) > 1:
            found += histories(members)
    return found


def alike(sources):
    """[[sources]] of one machine, MPI, compiler and way of measuring, each from the earliest on."""
    if len(sources) < FEWEST_LAUNCHES:
        return []
    measured = [source for source in sources if any(rows.is_measured(row) for row in source.rows)]
    contexts = Contexts(
        [source.context for source in measured], [[row for row in source.rows if rows.is_measured(row)] for source in measured],
        [source.label for source in measured], list(across.settled_axes(measured).items()), in_full=True,
    )  # fmt: skip
    # The instruction set is what the program chose: a commit may choose another.
    facts = [fact.texts for fact in contexts.facts if fact.title not in (*MIDDLE, *LAST, "instruction set")]
    sets = []
    for number, source in enumerate(measured):
        own = [texts[number] for texts in facts]
        # What one of them does not say may be the same.
        fits = [one for one in sets if all(None in pair or pair[0] == pair[1] for pair in zip(one[0], own))]
        if fits:
            fits[0][0][:] = [known or other for known, other in zip(fits[0][0], own)]
            fits[0][1].append(source)
        else:
            sets.append((own, [source]))
    return [sorted(members, key=began) for _, members in sets]


def began(source):
    """When its first launch did."""
    return min(datetime.fromisoformat(run["date"].replace("Z", "+00:00")) for run in source.context["runs"])


def commit_of(source):
    """Of all its launches."""
    return " and ".join(dict.fromkeys(run["commit"] for run in source.context["runs"]))


def short_commit(source):
    """Its commits as people write them; a changed tree says so."""
    return " and ".join(commit[:7] + ("-dirty" if commit.endswith("-dirty") else "") for commit in commit_of(source).split(" and "))


def histories(members):
    """Charts for each road, counting mode and ranks × threads: of all kernels together, and of each."""
    first = began(members[0])
    span = (began(members[-1]) - first).total_seconds()
    unit, seconds, _ = next(each for each in UNITS if span >= each[1] * each[2])
    groups = {}
    for source in members:
        for row in source.rows:
            if row["class"] == "update" and rows.is_measured(row) and row["mcops"] is not None:
                facets = {**grouping.common_facets(source, row), **grouping.road(row), "ranks × threads": rows.shape(row)}
                del facets["report"]
                groups.setdefault(tuple(facets.items()), []).append((source, row))
    found = []
    for key, each in groups.items():
        if len({id(source) for source, _ in each}) < FEWEST_LAUNCHES:
            continue
        own = {id(row): source for source, row in each}
        kernels = []
        for label, colour, group in grouping.by_series(members[0], [row for _, row in each]):
            group.sort(key=lambda row: began(own[id(row)]))
            kernels.append(Kernel(label, colour, group, *changed([(own[id(row)], row) for row in group])))
        x = Axis(f"{unit} since {first:%Y-%m-%d %H:%M} UTC")
        at = {id(row): (began(source) - first).total_seconds() / seconds for source, row in each}
        facets = dict(key)
        if len(kernels) > 1:
            found.append(history(members, facets, kernels, x, at, True))
        found += [history(members, {**facets, "kernel": one.label}, [one], x, at, False) for one in kernels]
    return found


def history(members, facets, kernels, x, at, is_relative):
    """One chart: of one kernel its rates, of several each over its first."""
    series, called = [], {SLOWER: [], FASTER: []}
    for one in kernels:
        unit = next((row for row in one.rows if not rows.has_failed(row)), one.rows[0])["mcops"] if is_relative else 1
        marks = {id(row): history_mark(at[id(row)], row, unit) for row in one.rows}
        series.append(Series(one.label, one.colour, list(marks.values())))
        for row, word in one.changes:
            called[word].append(marks[id(row)])
    for word, colour in ((SLOWER, "most"), (FASTER, "least")):
        if called[word]:
            series.append(Series(f"{word} than the commit before", colour, called[word], "dash", hollow=True, loose=True))
    commits = list(dict.fromkeys(short_commit(source) for source in members))
    return Chart(
        figure="history",
        kind="curve",
        title="All rates against date" if is_relative else "Rate against date",
        facets=facets,
        kernels=members[0].kernels,
        x=x,
        y=Axis("median rate over the first" if is_relative else "median rate, MCOPs"),
        series=series,
        caption=[
            f"{words.count_of(len(members), 'launch', 'launches')} of commits {words.listing(commits, 6)} on {facets['machine']}: the"
            f" median with its {rows.interval_of([row for one in kernels for row in one.rows])}; {facets['ranks × threads']} (ranks ×"
            f" threads), {grouping.road_text(facets)}, {words.COUNTED[facets['count']]}.",
            f"Rings: compare.py calls {summary(called)} of {words.count_of(sum(one.compared for one in kernels), 'change')} from one"
            f" commit to the next, by the two best repetitions ({THRESHOLD:g}%). Of launches of one program it calls up to one in twenty.",
            *(["The first: the first launch that has a good row of the kernel."] if is_relative else []),
        ],
    )


def history_mark(at, row, unit):
    """The median of a launch."""
    low, high = (row[end] and row[end] / unit for end in ("mcops_low", "mcops_high"))
    return Mark(at, row["mcops"] / unit, low, high, row)


def changed(launches):
    """([(row, verdict)], comparisons): the first launch of each commit that compare.py would call faster or slower than the one
    before; of (source, row) by date. Launches of one commit that follow each other count together."""
    commits = []
    for source, row in sorted(launches, key=lambda launch: began(launch[0])):
        if rows.has_failed(row):
            continue
        if not commits or commits[-1][0] != commit_of(source):
            commits.append((commit_of(source), []))
        commits[-1][1].append(row)
    found = []
    for (_, before), (_, after) in zip(commits, commits[1:]):
        base, new = pooled(before), pooled(after)
        word = judge(Pair(base["name"], base, new), changes_of(base, new)[BEST], THRESHOLD / 100).word
        if word in (FASTER, SLOWER):
            found.append((after[0], word))
    return found, max(0, len(commits) - 1)


def pooled(launches):
    """One row of several launches, each of which keeps its own numbers."""
    apart = []
    for row in launches:
        beyond = 1 + max((number for other in apart for number in other["sample_runs"]), default=-1)
        apart.append({**row, "sample_runs": [beyond + number for number in row["sample_runs"]]})
    return one_row(launches[0]["name"], apart, "report")


def summary(called):
    """As in "2 slower and 1 faster"."""
    parts = [f"{len(marks)} {word}" for word, marks in called.items() if marks]
    return " and ".join(parts) if parts else "none"
