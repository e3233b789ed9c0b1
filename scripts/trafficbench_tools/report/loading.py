"""Reads the reports, refuses what is none, and chooses rows."""

import itertools
import os
from dataclasses import dataclass, field
from pathlib import Path

from trafficbench_tools.errors import ReportError
from trafficbench_tools.printing import printable
from trafficbench_tools.report import rows
from trafficbench_tools.report.grouping import ladder_order
from trafficbench_tools.reports import load_report
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


def load(paths, only=()):
    """The sources in `paths`, files and folders of them. Raises ReportError with what is wrong, and with which file."""
    sources, rows_so_far = [], 0
    paths = list(itertools.chain.from_iterable(map(files_of, paths)))
    labels = unique_labels(paths)
    for path, label in zip(paths, labels):
        counts = {}

        def prepare(report, counts=counts, path=path, rows_so_far=rows_so_far):
            found = report.get("benchmarks") if isinstance(report, dict) else None
            if not isinstance(found, list):
                return report
            counts["all"] = len(found)
            if only:
                report = chosen(report, only)
            counts["chosen"] = len(report["benchmarks"])
            if rows_so_far + counts["chosen"] > MOST_ROWS:
                raise ReportError(
                    f"{rows_so_far + counts['chosen']:,} rows with this file; a page holds at most {MOST_ROWS:,}: name fewer"
                    " files or choose rows by words of their names, as in --only ranks:1/ --only count:every"
                )
            return report

        report = load_report(path, prepare)
        rows_so_far += counts["chosen"]
        sources.append(
            Source(
                label=label,
                path=printable(path),
                context=report["context"],
                rows=report["benchmarks"],
                fits=report.get("fits", []),
                left_out=counts["all"] - counts["chosen"],
            )
        )
    if not rows_so_far:
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
    return sources


def files_of(path):
    """The file, or every .json of the folder, by name."""
    if not os.path.isdir(path):
        return [path]
    try:
        found = sorted(os.path.join(path, name) for name in os.listdir(path) if name.endswith(".json"))
    except OSError as error:
        raise ReportError(f"{path}: {error.strerror}") from error
    if not found:
        raise ReportError(f"{path} is a folder without .json files")
    return found


def chosen(report, words):
    """The report with the rows whose names hold every one of the words, the bases they refer to, and the fits of these.

    What is not a row at all stays, for the check to find.
    """
    named = {name_of(row): row for row in report["benchmarks"] if name_of(row) is not None}
    wanted = {name for name in named if all(word in name for word in words)}
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
    for place, path in zip(places, paths):
        if places.count(place) > 1:
            raise ReportError(f"{path} is named twice; name each report once")
    stems = [place.stem for place in places]
    return [printable(stem if stems.count(stem) == 1 else path) for stem, path in zip(stems, paths)]
