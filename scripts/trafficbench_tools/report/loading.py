"""Reads the reports, refuses what is none, and chooses rows."""

import bisect
import collections
import itertools
import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from trafficbench_tools.errors import ReportError
from trafficbench_tools.printing import printable
from trafficbench_tools.report import rows, words
from trafficbench_tools.report.grouping import ladder_order
from trafficbench_tools.reports import checked, load_report, read_report
from trafficbench_tools.visits import medians_by_visit, per_iteration, rates_by_visit

# What a page can hold and a browser can show. More rows are a matter of choosing.
MOST_ROWS = 10_000


@dataclass
class Source:
    """One file: a report that is right in itself. Rows of different files are drawn together across reports alone."""

    label: str
    path: str
    context: dict
    rows: list
    fits: list
    left_out: int  # rows that --only did not choose
    kernels: list = field(default_factory=list)  # of all sources that are loaded together, from the lowest rung up

    def __post_init__(self):
        self.by_name = {row["name"]: row for row in self.rows}
        self._by_launch, self._times, self._rates = {}, {}, {}
        for row in self.rows:
            for number in rows.launches(row):
                self._by_launch.setdefault(number, []).append(row)

    def of_launch(self, number):
        """The rows that have samples of a launch."""
        return self._by_launch.get(number, [])

    def times_of(self, row):
        """{(launch, visit): median of the seconds that an iteration took}, worked out once: many rows may have one base."""
        if id(row) not in self._times:
            self._times[id(row)] = medians_by_visit(row, per_iteration(row, row["samples"]))
        return self._times[id(row)]

    def rates_of(self, row):
        """{(launch, visit): rates of its repetitions}, worked out once."""
        if id(row) not in self._rates:
            self._rates[id(row)] = rates_by_visit(row)
        return self._rates[id(row)]

    def run_of(self, row):
        """The first launch of a row. A row that no launch measured has the first of the report: all are of like machines."""
        return self.context["runs"][row["sample_runs"][0] if row["sample_runs"] else 0]

    @property
    def is_version_1(self):
        """Whether it was converted when it was read."""
        return "trafficbench_schema" not in self.context


@dataclass(order=True)
class Read:
    """A report that was read and not checked yet. A later one is greater."""

    date: str  # when its last launch began
    place: int  # among the files
    path: str = field(compare=False)
    report: object = field(compare=False)  # with the chosen rows alone
    rows: int = field(compare=False)  # how many these are
    left_out: int = field(compare=False)  # rows that --only did not choose


def load(paths, only=(), say=lambda text: None):
    """The sources in `paths`, files and folders of them. Raises ReportError with what is wrong, and with which file.

    Of more rows than a page holds, those of the newest reports; `say` is told in a line what was left out.
    """
    paths = list(itertools.chain.from_iterable(map(files_of, paths)))
    labels = unique_labels(paths)
    newest, older = newest_that_fit(read(place, path, only) for place, path in enumerate(paths))
    if older and not any(each.rows for each in newest):
        raise ReportError(
            f"{older[-1].path}: {older[-1].rows:,} rows; a page holds at most {MOST_ROWS:,}: choose rows by words of their names, as"
            " in --only ranks:1/ --only count:every"
        )
    sources = []
    for each in sorted(newest, key=lambda each: each.place):
        report = checked(each.path, each.report)
        sources.append(
            Source(
                label=labels[each.place],
                path=printable(each.path),
                context=report["context"],
                rows=report["benchmarks"],
                fits=report.get("fits", []),
                left_out=each.left_out,
            )
        )
    if not any(source.rows for source in sources):
        raise ReportError(
            f"no row of {', '.join(map(str, paths))} "
            + (
                f"has {' and '.join(only)} in its name; names look like {example_name(paths)}"
                if only
                else "to report: a report needs at least one row"
            )
        )
    # One order for all: a kernel has one place, and so one colour, on a page.
    kernels = ladder_order([source.rows for source in sources])
    for source in sources:
        source.kernels = kernels
    if older:
        say(
            f"{words.count_of(len(older), 'older report')} of {len(paths):,} left out, {words.count_of(sum(each.rows for each in older), 'row')}:"
            f" {words.listing([labels[each.place] for each in reversed(older)])}. A page holds {MOST_ROWS:,} rows at most, and the newest"
            f" {words.count_of(len(sources), 'report fits', 'reports fit')}; fewer rows of each (--only) make room for more"
        )
    return sources


def read(place, path, only):
    """The report in a file, unchecked but for what is asked of it here."""
    report = read_report(path)
    # What is no report at all counts nothing, for the check to refuse.
    every = report.get("benchmarks") if isinstance(report, dict) else None
    if not isinstance(every, list):
        return Read(LATEST, place, path, report, 0, 0)
    if only:
        report = chosen(report, only)
    rows_chosen = len(report["benchmarks"])
    return Read(date_of(report), place, path, report, rows_chosen, len(every) - rows_chosen)


# Of a report that does not say its date: it is wrong, and the check comes to it in any case.
LATEST = "~"


def date_of(report):
    """When the last launch of what may be a report began."""
    try:
        date = max(run["date"] for run in report["context"]["runs"])
    except (LookupError, TypeError, ValueError):
        return LATEST
    return date if isinstance(date, str) else LATEST


def newest_that_fit(every):
    """(the newest reports whose rows a page can hold together, those left out), each with the oldest first.

    Those left out are all older than those kept: a history has no gaps. What is left out is forgotten but for its date and its
    number of rows, so that a folder need not fit into memory.
    """
    kept, older, total = [], [], 0
    for each in every:
        if older and each < older[-1]:
            bisect.insort(older, replace(each, report=None))
            continue
        bisect.insort(kept, each)
        total += each.rows
        while total > MOST_ROWS:
            oldest = kept.pop(0)
            total -= oldest.rows
            older.append(replace(oldest, report=None))
    return kept, older


def files_of(path):
    """The file, or every .json of the folder, by name."""
    if not os.path.isdir(path):
        return [path]
    try:
        found = sorted(os.path.join(path, name) for name in os.listdir(path) if name.endswith(".json"))
    except OSError as error:
        raise ReportError(f"cannot read the folder {path}: {error.strerror}") from error
    if not found:
        raise ReportError(f"{path} has no .json files: name reports, or a folder of them")
    return found


def chosen(report, words_of_names):
    """The report with the rows whose names hold every one of these words, the bases they refer to, and the fits of these.

    What is not a row at all stays, for the check to find.
    """
    named = {name_of(row): row for row in report["benchmarks"] if name_of(row) is not None}
    wanted = {name for name in named if all(word in name for word in words_of_names)}
    # A base has a base too: itself, or the lowest rung.
    for _ in range(2):
        bases = [named[name].get(field) for name in wanted for field in ("base", "ladder_base")]
        wanted |= {base for base in bases if isinstance(base, str) and base in named}
    chosen_part = {
        **report,
        "benchmarks": [row for row in report["benchmarks"] if name_of(row) is None or name_of(row) in wanted],
    }
    if isinstance(report.get("fits"), list):
        chosen_part["fits"] = [fit for fit in report["fits"] if not is_fit(fit) or all(name in wanted for name in fit["rows"])]
    return chosen_part


def name_of(row):
    """The name of what may be a row; None if it is none."""
    name = row.get("name") if isinstance(row, dict) else None
    return name if isinstance(name, str) else None


def is_fit(fit):
    """Whether it may be a fit: the check looks at it more closely."""
    return isinstance(fit, dict) and isinstance(fit.get("rows"), list)


def example_name(paths):
    """The name of some row, for a message."""
    for path in paths:
        found = load_report(path)["benchmarks"]
        if found:
            return found[0]["name"]
    return "sweep/KERNEL/cells:1e6/ranks:1/threads:1/..."


def unique_labels(paths):
    """File names without their ending; the whole path where two would be the same. Refuses a file that is named twice."""
    places = [Path(os.path.realpath(path)) for path in paths]
    many = collections.Counter(places)
    for place, path in zip(places, paths):
        if many[place] > 1:
            raise ReportError(f"{path} appears twice: name each report once")
    stems = collections.Counter(place.stem for place in places)
    return [printable(place.stem if stems[place.stem] == 1 else path) for place, path in zip(places, paths)]
