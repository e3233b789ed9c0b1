"""What a plot shows, without how it is drawn: the page and the figures are both made from this."""

import math
from dataclasses import dataclass, field

from trafficbench_tools.report import rows, words


@dataclass
class Axis:
    """One axis of a plot."""

    title: str
    scale: str = "linear"  # linear, log2, log10
    from_zero: bool = False
    kind: str = "number"  # number, bytes, cores, percent, seconds; time and reading of strips


@dataclass(eq=False)
class Mark:
    """One point or bar. `row` is the row it shows; `at` is a number, or the name of a category."""

    at: object
    value: float
    low: float = None
    high: float = None
    row: dict = None  # None in a strip, where a mark is a visit, and in dots, where it is a node
    texts: list = field(default_factory=list)  # what stands beside a bar, the most important first
    median: tuple = None  # (median, low, high) beside a value that is the best; in a stack, of the whole bar, with its first part
    below: list = field(default_factory=list)  # what goes by the median, on a line of its own beside the bar


@dataclass
class Series:
    """Marks of one colour. They are joined only where `at` is a number and there are enough of them to show a trend."""

    label: str
    colour: str  # a key of the palette: the same colour in every plot
    marks: list
    dash: str = "solid"
    hollow: bool = False  # not measured
    lane: int = 0  # in a strip, which of its axes
    loose: bool = False  # never joined: its marks are no sequence


@dataclass
class Curve:
    """A line that is no measurement: the ideal, the 100% line, a fitted law."""

    label: str
    points: list  # (at, value)
    colour: str = "ink"
    dash: str = "dot"
    listed: bool = True  # in the legend; else the caption says what it is


@dataclass
class Chart:
    """One plot."""

    figure: str  # key of its section: ladder, sizes, strong, ...
    kind: str  # curve, bars, stack; strip: axes one below the other, along the same time; dots: one a line, with a name
    title: str
    facets: dict  # what all its rows have in common: {"count": "every", "cells": "10^7", ...}
    kernels: list  # those of the page, from the lowest rung up
    x: Axis
    y: Axis
    series: list
    curves: list = field(default_factory=list)
    guides: list = field(default_factory=list)  # (at, label)
    caption: list = field(default_factory=list)  # sentences
    skipped: list = field(default_factory=list)  # rows that belong here and have nothing to draw
    lanes: list = field(default_factory=list)  # the vertical axes of a strip, from the top; `y` is the first
    side_by_side: bool = False  # marks of several series at one place are drawn beside each other, as along cores they always are

    def __post_init__(self):
        refuse_mixture(self.rows(), self.title)

    def marks(self):
        return [mark for series in self.series for mark in series.marks]

    def categories(self):
        """Where bars stand, from the top: in the order of the ladder; dots in their own."""
        if self.kind in ("curve", "strip"):
            return []
        if self.kind == "dots":
            return [mark.at for mark in self.marks()]
        found = {mark.at: mark.row for mark in self.marks()}
        return sorted(found, key=lambda at: self.kernels.index(found[at]["kernel"]))

    def shifts(self):
        """What the `at` of each series is multiplied by when it is drawn along cores, or where that is asked for.

        Kernels at one number of cores stand side by side, or their intervals would hide each other: by no more than
        0.04 powers of two from one to the next.
        """
        if not (self.side_by_side or self.x.kind == "cores"):
            return [1.0] * len(self.series)
        ats = [mark.at for mark in self.marks()]
        step = min(0.04, 0.016 * (math.log2(max(ats) / min(ats)) + 0.7))
        middle = (len(self.series) - 1) / 2
        return [2 ** ((number - middle) * step) for number in range(len(self.series))]

    def rows(self):
        return [mark.row for mark in self.marks() if mark.row is not None]

    def contract(self):
        """How moves are counted, of all its rows; visits and nodes are of both modes."""
        return self.facets.get("count", "")

    def notes(self):
        """The caption, with what a reader must know of flawed and missing rows."""
        drawn = list({id(row): row for row in self.rows()}.values())
        failed = [row for row in drawn if rows.has_failed(row)]
        warned = [row for row in drawn if row.get("warnings")]
        sentences = list(self.caption)
        if failed:
            sentences.append(
                f"MARKED: {words.count_of(len(failed), 'row')} failed verification (crosses, hatched bars); not joined,"
                " in no ratio."
            )
        if warned:
            kinds = sorted({warning for row in warned for warning in row["warnings"]})
            sentences.append(
                f"MARKED: {words.count_of(len(warned), 'row')} measured under {', '.join(kinds)} (open squares); not"
                " joined."
            )
        if self.skipped:
            reasons = sorted({row["skipped"] for row in self.skipped})
            sentences.append(
                f"NOT DRAWN: {words.count_of(len(self.skipped), 'point')} skipped ({words.listing(reasons, 2)})."
            )
        return sentences

    def size(self):
        """How much it shows: which of several charts comes first."""
        return len(self.marks())


class MixedRows(ValueError):
    """Rows that may not stand in one plot."""


def refuse_mixture(chart_rows, title):
    """No plot holds two counting modes, measured rows beside others, or files that were synced beside those that were not."""
    for what, kinds in (
        ("counting modes", {row["count"] for row in chart_rows}),
        ("origins", {row["origin"] == "measured" for row in chart_rows}),
        ("classes", {row["class"] for row in chart_rows}),
        ("operations", {row.get("operation") for row in chart_rows}),
        ("syncs", {row.get("sync") for row in chart_rows}),
    ):
        if len(kinds) > 1:
            raise MixedRows(f"{title}: rows of different {what} in one plot")


# Two points show no trend: they are joined from three on.
FEWEST_JOINED = 3


def joined_runs(series):
    """The marks of a series in runs that may be joined: good rows, in order, each `at` once."""
    ats = [mark.at for mark in series.marks]
    if series.loose or any(isinstance(at, str) for at in ats) or len(set(ats)) < len(ats):
        return []
    runs, run = [], []
    for mark in sorted(series.marks, key=lambda mark: mark.at):
        if mark.row is not None and rows.is_flawed(mark.row):
            runs.append(run)
            run = []
        else:
            run.append(mark)
    runs.append(run)
    return [run for run in runs if len(run) >= FEWEST_JOINED]
