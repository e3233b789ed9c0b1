"""Points that several reports have in common, whatever the size of the machines that they were measured on.

One core, a full node and a whole machine are three questions: a point is asked for in each of these scopes, and a report answers
with the fastest of its rows that fit.
"""

import itertools
import math
from dataclasses import dataclass

from trafficbench_tools.contexts import Contexts
from trafficbench_tools.report import grouping, rows, ties

# {scope: what its rates are of}. The first is of one core alone; in a full node cores share caches, memory and power.
ONE_CORE, NODE, CORE_OF_NODE, ALL = "one core", "a full node", "one core of a full node", "the most cores measured"
SCOPES = {
    ONE_CORE: "rate of one core",
    NODE: "rate of a full node",
    CORE_OF_NODE: "rate of a full node over its cores",
    ALL: "rate on the most cores measured",
}


@dataclass
class Point:
    """One kernel on one road, in several reports."""

    label: str  # of the kernel, and what else its rows differ in
    found: dict  # {number of the report: its row}
    scope: str

    def per(self, number):
        """By what the rate of a report is divided."""
        return rows.cores(self.found[number]) if self.scope == CORE_OF_NODE else 1

    def rates(self, number):
        """(best, median, low, high) of a report, as the scope has them."""
        row = self.found[number]
        return tuple(row[end] and row[end] / self.per(number) for end in ("mcops_best", "mcops", "mcops_low", "mcops_high"))

    @property
    def base(self):
        """The first report whose row is good: others are divided by it. None where there is none."""
        return next((number for number in sorted(self.found) if not rows.has_failed(self.found[number])), None)

    def unlike(self, number):
        """What is not the same in a report and the base, in words; empty if it is the same work."""
        row, other = self.found[number], self.found[self.base]
        parts = []
        if abs(math.log(row["steps"] / other["steps"])) > math.log(1.1):
            parts.append(f"{row['steps']:,} and {other['steps']:,} iterations")
        if row["depth"] != other["depth"]:
            parts.append(f"depths {row['depth']} and {other['depth']}")
        if row["isa"] != other["isa"]:
            parts.append(f"{row['isa']} and {other['isa']}")
        return ", ".join(parts)

    def ratio(self, number, other):
        """How many times faster one report is than another, by the median: the worst-case interval."""
        (_, value, low, high), (_, other_value, other_low, other_high) = self.rates(number), self.rates(other)
        if low is None or other_low is None:
            return ties.Ratio(value / other_value, None, None, False)
        return ties.Ratio(value / other_value, low / other_high, high / other_low, False)


def sides(sources):
    """The sources that may stand side by side, as an Across each: those that were measured, and those that were not."""
    found = []
    for is_measured in (True, False):
        members = [source for source in sources if any((row["origin"] == "measured") == is_measured for row in source.rows)]
        if len(members) > 1:
            found.append(Across(members, is_measured))
    return found


class Across:
    """Several reports side by side, their measured rows or their others."""

    def __init__(self, sources, is_measured=True):
        self.sources = sources
        self._rows = [[row for row in source.rows if (row["origin"] == "measured") == is_measured] for source in sources]
        self._settled = settled_axes(sources)
        asked = [(axis, levels) for axis, levels in self._settled.items() if axis != "isa"]
        self.contexts = Contexts(
            [source.context for source in sources], self._rows, [source.label for source in sources], asked
        )
        self.labels = self.contexts.labels
        self._most_cores = [most_cores(source) for source in sources]

    def groups(self):
        """[(facets, points)]: those of one scope, road, contract and start, each point in two reports or more."""
        members = {}
        for number, source in enumerate(self.sources):
            for row in self._rows[number]:
                if not (row["class"] == "update" and row["mcops"] is not None):
                    continue
                most = self._most_cores[number][row["mode"], row["origin"]]
                for scope in scopes_of(source, row, most):
                    facets = {"scope": scope, **self._facets(source, row), **grouping.road(row)}
                    members.setdefault(tuple(facets.items()), []).append((number, row))
        # One node is another question.
        if not any(dict(key)["scope"] == ALL and self._is_beyond_a_node(found) for key, found in members.items()):
            members = {key: found for key, found in members.items() if dict(key)["scope"] != ALL}
        order = list(SCOPES)
        found = [(dict(key), self._points(dict(key)["scope"], each)) for key, each in members.items()]
        return sorted(((facets, points) for facets, points in found if points), key=lambda item: order.index(item[0]["scope"]))

    def _facets(self, source, row):
        facets = grouping.common_facets(source, row)
        return {name: value for name, value in facets.items() if name not in ("report", "machine", "class")}

    def _is_beyond_a_node(self, members):
        return any(nodes_of(self.sources[number], row) > 1 for number, row in members)

    def _points(self, scope, members):
        """The kernels of one group, from the lowest rung up."""
        levels = {}
        for _, row in members:
            for axis, level in self._axes(row).items():
                levels.setdefault((row["kernel"], axis), set()).add(level)
        by_label = {}
        for number, row in members:
            differing = [f"{axis} {level}" for axis, level in self._axes(row).items() if len(levels[row["kernel"], axis]) > 1]
            by_label.setdefault(", ".join([row["kernel"], *differing]), {}).setdefault(number, []).append(row)
        points = []
        for label, by_number in by_label.items():
            if len(by_number) > 1:
                points.append(Point(label, {number: self._fastest(number, each) for number, each in by_number.items()}, scope))
        kernels = self.sources[0].kernels
        return sorted(points, key=lambda point: kernels.index(next(iter(point.found.values()))["kernel"]))

    def _axes(self, row):
        return {axis: level for axis, level in grouping.other_axes(row).items() if axis not in self._settled}

    def _fastest(self, number, members):
        return ties.fastest(self.sources[number], [row for row in members if not rows.is_flawed(row)] or members).row


def settled_axes(sources):
    """{axis: [level of each source]} of the axes of names in which sources differ, and the rows of one source do not."""
    spelt = [[{**rows.axes(row), **ways(row)} for row in source.rows] for source in sources]
    axes = dict.fromkeys(axis for found in itertools.chain.from_iterable(spelt) for axis in found if axis not in grouping.SPOKEN_FOR)
    settled = {}
    for axis in axes:
        # A name does not spell what is the default of an axis; a row that has none of the ways belongs to all of them.
        default = set() if axis in grouping.WAYS else {"default"}
        each = [set().union(*({found[axis]} if axis in found else default for found in of_source)) for of_source in spelt]
        if all(len(own) == 1 for own in each) and len(set.union(*each)) > 1:
            settled[axis] = [next(iter(own)) for own in each]
    return settled


def ways(row):
    """{axis: level} of how the ranks of a row speak to each other and are placed, as used."""
    return {axis: str(row[field]) for axis, field in grouping.WAYS.items() if row.get(field) is not None}


def most_cores(source):
    """{(mode, origin): the most cores of any row with a rate}."""
    found = {}
    for row in source.rows:
        if row["mcops"] is not None:
            key = (row["mode"], row["origin"])
            found[key] = max(found.get(key, 0), rows.cores(row))
    return found


def scopes_of(source, row, most):
    """The scopes that a row answers; `most` are the most cores of its report."""
    cores, of_a_node = rows.cores(row), cores_of_a_node(source, row)
    found = []
    if cores == 1:
        found.append(ONE_CORE)
    if cores == of_a_node > 1 and nodes_of(source, row) == 1 and "oversubscribed" not in row.get("warnings", []):
        found += [NODE, CORE_OF_NODE]
    if cores == most > 1:
        found.append(ALL)
    return found


def cores_of_a_node(source, row):
    """Of the machine that the row speaks of."""
    if row["origin"] == "measured":
        return source.run_of(row)["cpu"]["cores"]
    return row["model"]["parameters"].get("ranks_per_node", math.inf) * row["threads"]


def nodes_of(source, row):
    """How many nodes its workers were on."""
    if row["origin"] != "measured":
        return math.ceil(rows.cores(row) / cores_of_a_node(source, row))
    # Where nobody saw the workers they may be on all of the launch's nodes.
    return len({worker["host"] for worker in row["placement"] or []}) or len(source.run_of(row).get("hosts", [None]))
