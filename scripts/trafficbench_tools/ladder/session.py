"""One session of the ladder: from plain Python to the fastest kernel on all cores, on the same road, in rounds.

In every round each rung is launched once, in an order that is drawn anew for each round. A launch is one repetition and begins
at the start state. So whatever disturbs the machine for a while disturbs all rungs alike; and a rung does not always follow the
same other one, whose caches and clock it would find. Ratios are taken round by round.
"""

import functools
import json
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from trafficbench_tools.errors import BadInput, FailedUnderWay
from trafficbench_tools.files import write_text
from trafficbench_tools.ladder import measured, table
from trafficbench_tools.ladder.rungs import (
    PYTHON_RUNGS,
    CppRung,
    LaunchFailed,
    PythonRung,
    check_derives,
    command_text,
    derive,
    interpreters,
    launch_for_json,
    launcher_of,
    launcher_of_mpi4py,
    physical_cores,
    update_kernels,
)
from trafficbench_tools.printing import printable
from trafficbench_tools.reading import parse_json, read_bytes
from trafficbench_tools.with_packages import candidates, lacking

NOTE = (
    "Rungs of the ladder interleaved in rounds, one launch a repetition, all from the start state mt19937. Python rungs run"
    " under both contracts as the kernels do: every counts the moves of each iteration, sampled of the last one of a"
    " repetition. Slow rungs make fewer iterations (steps); rates are compared. Every final road was held against the closed"
    " form's, cell by cell or by its hash."
)


SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Interrupted(KeyboardInterrupt):
    """A signal asked the session to end, before there was anything to keep."""

    def __str__(self):
        return "interrupted before the first round was complete: nothing was written; start it again"


def leave_signals():
    """From here on no signal stops the report of what was measured."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def interrupt(_signal, _frame):
    """Ends what is under way, at the first signal. People press Ctrl-C twice."""
    leave_signals()
    raise Interrupted


class Session:
    """The rungs that were asked for, what they said in each round, and the report of it."""

    def __init__(self, options, output):
        self.options, self.road, self.output = options, options.road, output
        self.rungs = self.choose(self.all_rungs())
        self.steps = {}  # iterations of each rung, by its place among the rungs
        self.discarded = {}  # repetitions of each rung that were too short and made again, by place
        self.rounds = []  # of each complete round, what the rungs said, by place
        self.broken = False  # a rung that had run before did not
        self.began, self.date = time.monotonic(), measured.now()
        self.context = None

    def all_rungs(self):
        """From the lowest to the highest: one core, then all cores."""
        cores = physical_cores()
        launcher = launcher_of(self.options.program)
        python = interpreters(candidates(), lacking)
        mpi_launcher, no_launcher = [], ""
        if not python["mpi4py"][1]:
            mpi_launcher, no_launcher = launcher_of_mpi4py(python["mpi4py"][0])
        rungs = []
        for count in self.options.counts:
            for name, (_, _, all_cores) in PYTHON_RUNGS.items():
                interpreter, lacks = python[name]
                ranks = len(cores) if all_cores else 1
                rung = PythonRung(interpreter, name, ranks, count, mpi_launcher if all_cores else [], cores)
                rung.skipped = lacks or (no_launcher if all_cores else "")
                rungs.append(rung)
            shapes = [(1, 1)]
            if len(cores) > 1:
                shapes.append((len(cores), 1) if launcher else (1, len(cores)))
            for ranks, threads in shapes:
                for kernel in update_kernels(self.options.program):
                    rungs.append(CppRung(self.options.program, kernel, ranks, threads, count, launcher))
        return rungs

    def choose(self, rungs):
        if self.options.rungs == "all":
            return rungs
        wanted = self.options.rungs.split(",")
        known = list(dict.fromkeys(rung.kernel for rung in rungs))
        for name in wanted:
            if name not in known:
                raise BadInput(f"'{name}' is no rung: they are {', '.join(known)}")
        return [rung for rung in rungs if rung.kernel in wanted]

    def run(self):
        options = self.options
        if options.dry_run:
            for rung in self.rungs:
                print(
                    f"{rung.label()}: "
                    + (f"skipped: {rung.skipped}" if rung.skipped else command_text(rung.command(self.road, 1)))
                )
            return 0
        check_derives(options.program)
        with tempfile.TemporaryDirectory(prefix="ladder-") as folder:
            self.folder = Path(folder)
            self.describe_machine()
            self.pilot()
            stopped = self.measure()
            report = self.measured(stopped)
            try:
                text = derive(options.program, report, self.folder)
                rows = parse_json(text)["benchmarks"]
                write_text(self.output, text, options.force)
            except (BadInput, FailedUnderWay, LookupError, TypeError) as problem:
                raise FailedUnderWay(f"{problem}; {self.keep(report)}") from problem
        table.print_ladder(rows, self.road.cells)
        print()
        print("\n".join(table.answer(rows)))
        print(f"\nReport: {self.output}")
        if self.broken or any(row["verified"] is False for row in rows):
            return 1
        return 4 if stopped == "interrupted" else 0

    def describe_machine(self):
        """The program says what the machine is, and how it writes the names of this road."""
        kernel = update_kernels(self.options.program)[0]
        try:
            report = launch_for_json(CppRung(self.options.program, kernel, 1, 1, "every", []).command(self.road, 1))
            self.context = report["context"]
            self.program_launch = self.context["runs"][0]
            fields = report["benchmarks"][0]["name"].split("/")
            self.road_name = dict(field.split(":", 1) for field in fields if ":" in field)
            if not {"cells", "density", "seed"} <= set(self.road_name):
                raise LookupError("no road in the name of its row")
        except LaunchFailed as problem:
            raise BadInput(str(problem)) from problem
        except (LookupError, TypeError, AttributeError) as problem:
            raise BadInput(f"{self.options.program} is no trafficbench: its report lacks what this needs") from problem

    @functools.lru_cache(maxsize=None)  # noqa: B019  (one session a process)
    def expected(self, steps):
        """A file with the road that the closed form says is there after `steps` iterations."""
        path = self.folder / f"after-{steps}.road"
        # Any kernel would do: the report says whether its hash is the closed form's.
        options = ["--json", "--init", "mt19937", "--threads", "1", "--steps", str(steps), "--save", str(path)]
        report = launch_for_json([str(self.options.program), "run", *options, *self.road.arguments()])
        if not report["benchmarks"][0]["verified"]:
            raise LaunchFailed(f"no road to hold Python's against: {report['benchmarks'][0]['error_message']}")
        return path

    @functools.lru_cache(maxsize=None)  # noqa: B019
    def hash_after(self, steps):
        return read_bytes(self.expected(steps))[32:40][::-1].hex()

    def launch(self, rung, steps):
        try:
            result = rung.launch(self.road, steps, self.expected)
        except (LookupError, TypeError, AttributeError) as problem:
            raise LaunchFailed(f"{rung.label()}: what it printed lacks what this needs") from problem
        if not (isinstance(result.seconds, (int, float)) and result.seconds > 0):
            raise LaunchFailed(f"{rung.label()}: it took {result.seconds} s by its own word, and no time is above 0")
        if rung.python:
            result.row.update(hash=self.hash_after(steps))
        return result

    def pilot(self):
        """Chooses the iterations of each rung, so that a repetition lasts --min-seconds."""
        known = {}  # of the same kernel under another contract or in another shape
        for place, rung in enumerate(self.rungs):
            if rung.skipped:
                continue
            self.tell(f"iterations of rung {place + 1} of {len(self.rungs)}: {rung.label()}")
            try:
                steps = self.steps_that_last(rung, max(known.get(rung.kernel, 1) // 8, rung.least_steps))
            except LaunchFailed as problem:
                rung.skipped = str(problem)
                continue
            self.steps[place] = steps
            known[rung.kernel] = steps

    def steps_that_last(self, rung, steps):
        """Iterations with which a repetition lasts --min-seconds, found by trying from `steps` on."""
        while True:
            seconds = self.launch(rung, steps).seconds
            wanted = steps * 1.1 * self.options.min_seconds / seconds
            if seconds >= self.options.min_seconds / 10:
                return max(rung.least_steps, round_up(wanted))
            steps = min(round_up(wanted), steps * 20)

    def measure(self):
        """The rounds. Returns why there were no more."""
        try:
            stopped = self.all_rounds()
            leave_signals()
            return stopped
        except Interrupted:
            if not self.rounds:
                raise
            return "interrupted"

    def all_rounds(self):
        left, seconds = "", 0.0
        for number in range(self.options.rounds):
            spent = time.monotonic() - self.began
            if number >= 6 and spent + seconds > self.options.time_limit:
                return "time_limit"
            self.tell(f"round {number + 1} of {self.options.rounds}{left}")
            started = time.monotonic()
            self.rounds.append(self.one_round())
            seconds = time.monotonic() - started
            left = f", about {seconds * (self.options.rounds - number - 1):.0f} s left"
        return "fixed"

    def one_round(self):
        """Launches each rung once."""
        said = {}
        for place in order_of_round(len(self.rounds), len(self.rungs)):
            rung = self.rungs[place]
            so_far = self.results_of(place)
            if rung.skipped or (so_far and so_far[-1].problem):
                continue
            try:
                said[place] = self.repetition(place, rung, first=not so_far)
            except LaunchFailed as problem:
                rung.skipped, self.broken = str(problem), True
        return said

    def repetition(self, place, rung, first):
        """One launch of a rung.

        If the pilot was disturbed, its steps are too few. So the first round makes them more, until the launch is long enough.
        """
        result = self.launch(rung, self.steps[place])
        for _ in range(3):
            if not first or result.problem or result.seconds >= self.options.min_seconds:
                break
            self.discarded[place] = self.discarded.get(place, 0) + 1
            self.steps[place] = round_up(1.2 * self.steps[place] * self.options.min_seconds / result.seconds)
            result = self.launch(rung, self.steps[place])
        return result

    def results_of(self, place):
        return [said[place] for said in self.rounds if place in said]

    def measured(self, stopped):
        """What `trafficbench derive` makes the report of."""
        rows = [self.row(place, rung, stopped) for place, rung in enumerate(self.rungs)]
        software, mpi = {}, None
        for result in (result for said in self.rounds for result in said.values()):
            software.update(result.software)
            mpi = mpi or result.mpi
        argv = ["scripts/ladder.sh", *map(printable, sys.argv[1:])]
        runs = measured.launches(self.program_launch, argv, software, mpi, self.date)
        options = self.options
        axes = {"rungs": options.rungs, "cells": options.cells, "count": options.count, "density": options.density}
        axes.update(init="mt19937", seed=options.seed, rounds=str(options.rounds), min_seconds=str(options.min_seconds))
        return measured.report(self.context, axes, runs, rows, NOTE)

    def keep(self, report):
        """Writes what was measured beside the report that could not be made, or where there is room. Says where."""
        folders = [self.output.parent, Path(tempfile.gettempdir())]
        names = [f"{self.output.name}.measured", *(f"{self.output.name}.measured-{number}" for number in range(2, 100))]
        for path in (folder / name for folder in folders for name in names):
            try:
                write_text(path, json.dumps(report, allow_nan=False))
                return f"what was measured is in {path}, for `trafficbench derive`"
            except (BadInput, FailedUnderWay):
                continue
        return "and what was measured could not be written anywhere"

    def row(self, place, rung, stopped):
        name = measured.row_name(rung, self.road_name)
        if rung.skipped:
            return measured.skipped_row(rung, self.road, name)
        steps = self.steps[place]
        own = [self.expected(steps)] if rung.python else []
        note = command_text(rung.command(self.road, steps, *own))
        results, discarded = self.results_of(place), self.discarded.get(place, 0)
        return measured.measured_row(rung, self.road, name, steps, results, stopped, discarded, note)

    def tell(self, text):
        print(f"[{time.monotonic() - self.began:4.0f} s] {text}", file=sys.stderr, flush=True)


def order_of_round(number, rungs):
    """The order in which round `number`, from 0, launches the rungs: their places. The same number gives the same order."""
    places = list(range(rungs))
    # If rounds only went backwards and forwards, a rung would nearly always follow the same other one, and find the clock and
    # the caches as that one left them.
    random.Random(number).shuffle(places)
    return places


def round_up(number):
    """To two significant digits."""
    whole = max(1, int(number) + (number > int(number)))
    scale = 10 ** max(0, len(str(whole)) - 2)
    return -(-whole // scale) * scale
