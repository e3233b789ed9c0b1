"""Files: how fast each method writes and reads them, against ranks and against size, and where the time went.

What was synced and what the page cache had a part in are different work: each has charts and a section of its own.
"""

from trafficbench_tools.reading import shortened
from trafficbench_tools.report import machine, palette, rows, words
from trafficbench_tools.report.chart import Axis, Chart, Mark, Series

# In their order. What they leave of the time went by while ranks waited for each other round them.
PHASES = ["open", "transfer", "sync", "close"]
BARRIERS = "barriers"
OPERATIONS = {"write": "writes", "read": "reads"}
# Axes of a name that stand in facets, along a plot's axis or in a field; others tell series of one method apart.
SPOKEN_FOR = {"cells", "ranks", "layout", "op", "sync", "direct", "directory"}
# Longer names of folders leave no room in a list of views.
LONGEST_FOLDER = 40
NANOSECONDS = 1e9
CACHED = (
    "NOT OF A DISK: writes did not wait for it, and reads may have come from the page cache. These are rates of memory and of the"
    " system's copying."
)


def charts(source):
    """Rates where several numbers of ranks or several sizes were measured, and the phases of each of these points."""
    files = Files(source)
    found = []
    for more in (size, size_a_rank):
        found += [files.against_ranks(*group) for group in files.grouped(more) if has_several(group, lambda row: row["ranks"])]
    found += [files.against_size(*group) for group in files.grouped(ranks) if has_several(group, lambda row: row["bytes"])]
    # The most ranks come first: what few of them do says little of a file system.
    points = sorted(files.grouped(lambda row: {**size(row), **ranks(row)}), key=lambda group: -group[1][0]["ranks"])
    return found + [files.phases(*group) for group in points if with_rate(group[1])]


def has_several(group, value):
    """Whether the rows of (facets, rows) that have a rate differ in a value."""
    return len({value(row) for row in with_rate(group[1])}) > 1


def with_rate(members):
    """All but those that were skipped."""
    return [row for row in members if row.get("megabytes_per_second") is not None]


def size(row):
    """Bytes of all ranks together, as a facet: to the last, so that no two sizes are one."""
    for power, prefix in ((3, "Gi"), (2, "Mi"), (1, "Ki")):
        if row["bytes"] % 1024**power == 0:
            return {"size": f"{row['bytes'] // 1024**power:,} {prefix}B"}
    return {"size": f"{row['bytes']:,} B"}


def size_a_rank(row):
    """Bytes of one rank, as a facet."""
    return {"size per rank": words.size(row["bytes"] / row["ranks"])}


def ranks(row):
    """The ranks, as a facet."""
    return {"ranks": f"{row['ranks']:,}"}


def label(row):
    """The method, and in what else it differs from another row of the same method."""
    # The name of a folder may look like axes.
    name = row["name"].replace(f"/directory:{row['file_system']['folder']}", "", 1)
    others = [f"{axis} {level}" for axis, level in rows.axes({"name": name}).items() if axis not in SPOKEN_FOR]
    return ", ".join([row["kernel"], *(["direct"] if row.get("direct") else []), *others])


class Files:
    """The rows of files of one report that were measured."""

    def __init__(self, source):
        self.source = source
        self.rows = sorted(
            (row for row in source.rows if row["class"] == "io" and row["origin"] == "measured" and "bytes" in row),
            key=lambda row: (source.kernels.index(row["kernel"]), bool(row.get("direct"))),
        )
        full = {row["file_system"]["folder"] for row in self.rows}
        short = [shortened(folder, LONGEST_FOLDER) for folder in full]
        self._folders = {folder: name if short.count(name) == 1 else folder for folder, name in zip(full, short)}
        # The first series of a method has the method's colour, in all plots.
        self._colours, seen = {}, {}
        for row in self.rows:
            if label(row) not in self._colours:
                seen[row["kernel"]] = seen.get(row["kernel"], 0) + 1
                self._colours[label(row)] = palette.key_of(row["kernel"], seen[row["kernel"]])

    def grouped(self, more):
        """[(facets, rows)]: by what rows must have in common to stand in one plot, and what `more` adds. Files have no counting mode."""
        groups = {}
        for row in self.rows:
            facets = {
                "report": self.source.label,
                "machine": machine.name(self.source, row),
                **{field: row[field] for field in ("class", "operation", "sync", "layout")},
                "folder": self._folders[row["file_system"]["folder"]],
                **more(row),
            }
            groups.setdefault(tuple(facets.items()), []).append(row)
        return [(dict(key), members) for key, members in groups.items()]

    def against_ranks(self, facets, members):
        """Medians over ranks, a series a method."""
        each = f"{facets['size']} of all ranks together" if "size" in facets else f"{facets['size per rank']} of each rank"
        return self._rates("ranks", facets, members, Axis("ranks", "log2"), lambda row: row["ranks"], each)

    def against_size(self, facets, members):
        """Medians over the size of all files together, a series a method."""
        axis = Axis("bytes of all ranks together", "log2", kind="bytes")
        return self._rates("size", facets, members, axis, lambda row: row["bytes"], words.count_of(members[0]["ranks"], "rank"))

    def _rates(self, along, facets, members, axis, at, each):
        drawn = with_rate(members)
        series = {}
        for row in drawn:
            series.setdefault(label(row), []).append(self._mark(at(row), row))
        caption = [f"Median rate of {described(facets, each)}, with its {rows.interval_of(drawn)}: bytes over the time {timed(facets)}."]
        return self._chart(
            f"Rate of {OPERATIONS[facets['operation']]} against {along}", "curve", facets, members, axis,
            Axis("median rate, MB/s", "log10"), [Series(name, self._colours[name], marks) for name, marks in series.items()], caption,
        )  # fmt: skip

    def phases(self, facets, members):
        """What the repetition nearest to the median did with its time, a bar a method."""
        bars = {}
        for row in with_rate(members):
            same = sum(name == label(row) or name.startswith(f"{label(row)} (") for name in bars)
            bars[f"{label(row)} ({same + 1})" if same else label(row)] = row
        series = [Series(part, part, [phase_mark(name, row, part) for name, row in bars.items()]) for part in [*PHASES, BARRIERS]]
        # A read has no sync. The first stays: what stands beside the bars is with it.
        series = [part for number, part in enumerate(series) if number == 0 or any(mark.value > 0 for mark in part.marks)]
        each = f"{facets['size']} on {words.count_of(members[0]['ranks'], 'rank')}"
        caption = [
            f"Seconds of {described(facets, each)}: of the repetition nearest to the median, each phase as long as its slowest rank took,"
            " and as barriers what is left, when ranks waited for each other."
            f" Diamonds: the median time {timed(facets)}, with its {rows.interval_of(bars.values())}; beside the names the median rate."
        ]
        return self._chart(
            f"Where the time of {OPERATIONS[facets['operation']]} went", "stack", facets, members,
            Axis("seconds", from_zero=True, kind="seconds"), Axis("method"), series, caption,
        )  # fmt: skip

    def _mark(self, at, row):
        run = self.source.run_of(row)
        nodes = words.count_of(len(run.get("hosts", [run["host"]])), "node")
        texts = [
            f"{size(row)['size']}, {words.count_of(row['ranks'], 'rank')} on {nodes}{', direct' if row.get('direct') else ''}",
            f"median {rate(row)}",
            f"best {words.significant(row['megabytes_per_second_best'])} MB/s",
        ]
        return Mark(at, row["megabytes_per_second"], row.get("megabytes_per_second_low"), row.get("megabytes_per_second_high"), row, texts)

    def _chart(self, title, kind, facets, members, x, y, series, caption):
        cached = facets["sync"] == "cached"
        return Chart(
            figure="io-cached" if cached else "io",
            kind=kind,
            title=f"{title} (CACHED)" if cached else title,
            facets=facets,
            kernels=self.source.kernels,
            x=x,
            y=y,
            series=series,
            caption=[*([CACHED] if cached else []), *caption, *remarks(with_rate(members))],
            skipped=[row for row in members if rows.is_skipped(row)],
            side_by_side=kind == "curve",
        )


def rate(row):
    """The median with its interval."""
    ends = [row.get(f"megabytes_per_second{end}") for end in ("", "_low", "_high")]
    return f"{words.interval(*ends)} MB/s"


def described(facets, each):
    """What all rows of a chart have in common, as in "synced writes of 64 MiB, interleaved"."""
    return f"{facets['sync']} {OPERATIONS[facets['operation']]} of {each}, {facets['layout']}"


def timed(facets):
    """What is in the time."""
    synced = ", sync included" if facets["sync"] == "synced" and facets["operation"] == "write" else ""
    return f"from before the first rank opens to after the last has closed{synced}"


def phase_mark(name, row, part):
    """The part of a bar; the first has what stands beside and on the bar."""
    nearest = min(range(len(row["samples"])), key=lambda number: abs(row["samples"][number] - row["real_time"] / NANOSECONDS))
    seconds = row["phase_seconds"][nearest]
    value = seconds[part] if part in seconds else max(0.0, row["samples"][nearest] - sum(seconds.values()))
    if part != PHASES[0]:
        return Mark(name, value, None, None, row)
    ends = (row.get(f"real_time{end}") for end in ("", "_low", "_high"))
    failed = ["FAILED VERIFICATION"] if rows.has_failed(row) else []
    return Mark(name, value, None, None, row, [rate(row), *failed], tuple(end and end / NANOSECONDS for end in ends))


def remarks(members):
    """Sentences on the file systems, and on what makes a rate say less than it seems to."""
    systems = dict.fromkeys(f"{row['file_system']['type']} on {row['file_system']['mount_point']}" for row in members)
    sentences = [f"File system: {words.listing(systems)}."]
    synced_reads = [row for row in members if row["operation"] == "read" and row["sync"] == "synced"]
    warm = [row for row in synced_reads if max(row.get("resident") or [0.0]) > 0]
    if warm:
        most = max(max(row["resident"]) for row in warm)
        sentences.append(
            f"PARTLY FROM MEMORY: of {named(warm)} up to {100 * most:.3g}% of the file was in the page cache as a read began."
        )
    same = [row for row in members if row["operation"] == "read" and row["reader"] == "same_ranks"]
    whose = [named([row for row in same if row["ranks"] > 1]), "all on 1 rank" if any(row["ranks"] == 1 for row in same) else ""]
    if same:
        sentences.append(f"Read by the ranks that wrote it: {', '.join(filter(None, whose))}.")
    ignored = dict.fromkeys(hint for row in members for hint in row.get("hints_ignored", []))
    if ignored:
        sentences.append(f"Hints that are not in force: {words.listing(ignored)}.")
    return sentences


def named(members):
    """Methods, each once."""
    return words.listing(dict.fromkeys(label(row) for row in members), 8)
