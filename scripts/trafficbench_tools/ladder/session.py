"""One session of the ladder: from plain Python to the fastest kernel on all cores, on the same road, in visits.

In every visit each rung is launched once, in an order that is drawn anew for each visit. A launch is one repetition and begins
at the start state. So whatever disturbs the machine for a while disturbs all rungs alike; and a rung does not always follow the
same other one, whose caches and clock it would find. Ratios are taken visit by visit. What disturbs a machine lasts for tens of
seconds, so visits keep a distance: of several that meet with the same, one says as much as all.
"""

import functools
import json
import os
import random
import resource
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from trafficbench_tools.errors import BadInput, FailedUnderWay
from trafficbench_tools.files import write_text
from trafficbench_tools.intervals import FEWEST_SAMPLES
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
    launcher_of_mpi4py,
    physical_cores,
    update_kernels,
)
from trafficbench_tools.launchers import launcher_of
from trafficbench_tools.printing import printable
from trafficbench_tools.reading import parse_json, read_bytes
from trafficbench_tools.with_packages import candidates, lacking

NOTE = (
    "Rungs of the ladder, each launched once in every visit, from the start state mt19937. Python rungs run in both"
    " counting modes as the kernels do: every counts the moves of each iteration, sampled of the last one of a repetition. Rungs"
    " make different numbers of iterations (steps); rates are compared. Those whose rate depends on the order of the road make"
    " the course's 100, the slowest of them fewer on a long road. Every final road was held against the closed form's, cell by cell or by its hash."
)

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Interrupted(KeyboardInterrupt):
    """A signal asked the session to end, before there was anything to keep."""

    def __str__(self):
        return "interrupted before the first visit was complete: nothing was written; start it again"


def leave_signals():
    """From here on no signal stops the report of what was measured."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def interrupt(_signal, _frame):
    """Ends what is under way, at the first signal. People press Ctrl-C twice."""
    leave_signals()
    raise Interrupted


@dataclass
class Visit:
    """What the rungs said in a visit that is complete, by their places, and the visit as the launch has it."""

    said: dict
    record: dict


class Session:
    """The rungs that were asked for, what they said in each visit, and the report of it."""

    def __init__(self, options, output):
        self.options, self.road, self.output = options, options.road, output
        self.rungs = self.choose(self.all_rungs())
        self.steps = {}  # iterations of each rung, by its place among the rungs
        self.ran = set()  # places of the rungs that were launched to an end
        self.visits = []
        self.broken = False  # a rung that had run before did not
        self.began, self.date = time.monotonic(), measured.now()
        self.context = None

    def all_rungs(self):
        """From the lowest to the highest: one core, then all cores."""
        cores = physical_cores()
        kernels = update_kernels(self.options.program)
        launcher = launcher_of(self.options.program)
        python = interpreters(candidates(), lacking)
        mpi_launcher, no_launcher = [], ""
        if not python["mpi4py"][1]:
            mpi_launcher, no_launcher = launcher_of_mpi4py(python["mpi4py"][0])
        of_python = [(name, *shape) for name, program in PYTHON_RUNGS.items() for shape in program.shapes(len(cores))]
        of_python.sort(key=lambda rung: rung[1] * rung[2])
        shapes = [(1, 1)]
        if len(cores) > 1:
            shapes.append((len(cores), 1) if launcher else (1, len(cores)))
        rungs = []
        for count in self.options.counts:
            for name, ranks, threads in of_python:
                (interpreter, lacks), uses_mpi = python[name], PYTHON_RUNGS[name].ranks
                starter = mpi_launcher if uses_mpi else []
                rung = PythonRung(interpreter, name, ranks, threads, count, starter, cores, self.road.cells)
                rung.skipped = lacks or (no_launcher if uses_mpi else "")
                rungs.append(rung)
            for ranks, threads in shapes:
                for kernel, steps in kernels.items():
                    rungs.append(CppRung(self.options.program, kernel, ranks, threads, count, launcher, steps))
        return rungs

    def choose(self, rungs):
        if self.options.rungs == "all":
            return rungs
        wanted = self.options.rungs.split(",")
        known = list(dict.fromkeys(rung.kernel for rung in rungs))
        for name in wanted:
            if name not in known:
                raise BadInput(f"unknown rung '{name}': choose from all, {', '.join(known)}")
        return [rung for rung in rungs if rung.kernel in wanted]

    def run(self):
        options = self.options
        if options.dry_run:
            for rung in self.rungs:
                print(
                    f"{rung.label()}: "
                    + (
                        f"skipped: {rung.skipped}"
                        if rung.skipped
                        else command_text(rung.command(self.road, rung.fixed_steps or 1))
                    )
                )
            return 0
        check_derives(options.program)
        with tempfile.TemporaryDirectory(prefix="ladder-") as folder:
            self.folder = Path(folder)
            # One launch after the other takes what numba has compiled from there.
            os.environ.setdefault("NUMBA_CACHE_DIR", folder)
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
        table.print_answer(rows)
        print(f"\nReport: {self.output}")
        if self.broken or any(row["verified"] is False for row in rows):
            return 1
        return 4 if stopped == "interrupted" else 0

    def describe_machine(self):
        """The program says what the machine is, and how it writes the names of this road."""
        kernel = next(iter(update_kernels(self.options.program)))
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
            raise BadInput(f"{self.options.program} is not a trafficbench program: its report lacks what the ladder needs") from problem

    @functools.lru_cache(maxsize=None)  # noqa: B019  (one session a process)
    def expected(self, steps):
        """A file with the road that the closed form says is there after `steps` iterations."""
        path = self.folder / f"after-{steps}.road"
        # Any kernel would do: the report says whether its hash is the closed form's.
        options = ["--json", "--init", "mt19937", "--threads", "1", "--steps", str(steps), "--save", str(path)]
        report = launch_for_json([str(self.options.program), "run", *options, *self.road.arguments()])
        if not report["benchmarks"][0]["verified"]:
            raise LaunchFailed(f"no reference road for Python's rungs: {report['benchmarks'][0]['error_message']}")
        return path

    @functools.lru_cache(maxsize=None)  # noqa: B019
    def hash_after(self, steps):
        return read_bytes(self.expected(steps))[32:40][::-1].hex()

    def launch(self, rung, steps):
        try:
            result = rung.launch(self.road, steps, self.expected)
        except (LookupError, TypeError, AttributeError) as problem:
            raise LaunchFailed(f"{rung.label()}: its output lacks what the ladder needs") from problem
        if not (isinstance(result.seconds, (int, float)) and result.seconds > 0):
            raise LaunchFailed(f"{rung.label()}: it reports {result.seconds} s: expected a time above 0")
        if rung.python:
            result.row.update(hash=self.hash_after(steps))
        return result

    def pilot(self):
        """Chooses the iterations of the rungs that have no fixed number, so that a repetition lasts --min-seconds."""
        known = {}  # of the same kernel in another counting mode, or on other ranks x threads
        for place, rung in enumerate(self.rungs):
            if rung.skipped:
                continue
            if rung.fixed_steps:
                self.steps[place] = rung.fixed_steps
                continue
            self.tell(f"iterations of rung {place + 1} of {len(self.rungs)}: {rung.label()}")
            try:
                steps = self.steps_that_last(rung, max(known.get(rung.kernel, 1) // 8, rung.least_steps))
            except LaunchFailed as problem:
                rung.skipped = str(problem)
                continue
            self.ran.add(place)
            self.steps[place] = known[rung.kernel] = steps

    def steps_that_last(self, rung, steps):
        """Iterations with which a repetition lasts --min-seconds, found by trying from `steps` on."""
        while True:
            seconds = self.launch(rung, steps).seconds
            wanted = steps * 1.1 * self.options.min_seconds / seconds
            if seconds >= self.options.min_seconds / 10:
                return max(rung.least_steps, round_up(wanted))
            steps = min(round_up(wanted), steps * 20)

    def measure(self):
        """The visits. Returns why there were no more."""
        try:
            stopped = self.all_visits()
            leave_signals()
            return stopped
        except Interrupted:
            if not self.visits:
                raise
            return "interrupted"

    def all_visits(self):
        """Beginning --spacing or more after one another."""
        options, began, seconds = self.options, None, 0.0
        for number in range(options.visits):
            wait = 0.0 if began is None else max(0.0, began + options.spacing - time.monotonic())
            if number >= FEWEST_SAMPLES and time.monotonic() - self.began + wait + seconds > options.time_limit:
                return "time_limit"
            left = (options.visits - number - 1) * max(seconds, options.spacing) + seconds + wait
            said = f"visit {number + 1} of {options.visits}"
            if wait:
                said += f" begins in {wait:.0f} s, {options.spacing:g} s after the one before"
            self.tell(said + (f"; about {left:.0f} s left" if number else ""))
            time.sleep(wait)
            began = time.monotonic()
            self.visits.append(self.visit())
            seconds = time.monotonic() - began
        return "fixed"

    def visit(self):
        """Launches each rung once, and looks at what else went on."""
        began, steal, switches = time.monotonic(), steal_seconds(), switches_of_launches()
        said = self.one_round()
        stolen = None if steal is None else max(0.0, steal_seconds() - steal)
        node = {"host": self.program_launch["host"], "steal_seconds": stolen}
        node.update(involuntary_switches=switches_of_launches() - switches, reference_hz=None)
        record = {"began": began - self.began, "seconds": time.monotonic() - began, "nodes": [node]}
        return Visit(said, record)

    def one_round(self):
        """Launches each rung once."""
        said = {}
        for place in order_of_visit(len(self.visits), len(self.rungs)):
            rung = self.rungs[place]
            so_far = self.results_of(place)
            if rung.skipped or (so_far and so_far[-1].problem):
                continue
            try:
                said[place] = self.repetition(place, rung, first=not so_far)
                self.ran.add(place)
            except LaunchFailed as problem:
                self.broken |= place in self.ran
                rung.skipped = str(problem)
        return said

    def repetition(self, place, rung, first):
        """One launch of a rung.

        If the pilot was disturbed, its steps are too few. So the first visit makes them more, until the launch is long enough.
        """
        result = self.launch(rung, self.steps[place])
        for _ in range(3):
            if not first or rung.fixed_steps or result.problem or result.seconds >= self.options.min_seconds:
                break
            self.steps[place] = round_up(1.2 * self.steps[place] * self.options.min_seconds / result.seconds)
            result = self.launch(rung, self.steps[place])
        return result

    def results_of(self, place):
        return [visit.said[place] for visit in self.visits if place in visit.said]

    def measured(self, stopped):
        """What `trafficbench derive` makes the report of."""
        rows = [self.row(place, rung, stopped) for place, rung in enumerate(self.rungs)]
        software, mpi = {}, None
        for result in (result for visit in self.visits for result in visit.said.values()):
            software.update(result.software)
            mpi = mpi or result.mpi
        argv = ["scripts/ladder.sh", *map(printable, sys.argv[1:])]
        visits = [visit.record for visit in self.visits]
        run = measured.launch(self.program_launch, argv, software, mpi, self.date, visits)
        options = self.options
        axes = {"rungs": options.rungs, "cells": options.cells, "count": options.count, "density": options.density}
        axes.update(init="mt19937", seed=options.seed, visits=str(options.visits), spacing=f"{options.spacing:g}")
        axes.update(min_seconds=f"{options.min_seconds:g}")
        return measured.report(self.context, axes, run, rows, NOTE)

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
        return "what was measured could not be written anywhere"

    def row(self, place, rung, stopped):
        name = measured.row_name(rung, self.road_name)
        if rung.skipped:
            return measured.skipped_row(rung, self.road, name)
        steps = self.steps[place]
        own = [self.expected(steps)] if rung.python else []
        note = command_text(rung.command(self.road, steps, *own))
        results, least = self.results_of(place), self.options.min_seconds
        return measured.measured_row(rung, self.road, name, steps, results, stopped, least, note)

    def tell(self, text):
        print(f"[{time.monotonic() - self.began:4.0f} s] {text}", file=sys.stderr, flush=True)


def steal_seconds():
    """CPU time that the hypervisor has taken from all CPUs of this node since it started; None where it is not told."""
    try:
        first = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()
        return int(first[8]) / os.sysconf("SC_CLK_TCK") if first[0] == "cpu" else None
    except (OSError, ValueError, IndexError):
        return None


def switches_of_launches():
    """How often launches that have ended lost their core to another process, all their processes together."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_nivcsw


def order_of_visit(number, rungs):
    """The order in which visit `number`, from 0, launches the rungs: their places. The same number gives the same order."""
    places = list(range(rungs))
    # If visits only went backwards and forwards, a rung would nearly always follow the same other one, and find the clock and
    # the caches as that one left them.
    random.Random(number).shuffle(places)
    return places


def round_up(number):
    """To two significant digits."""
    whole = max(1, int(number) + (number > int(number)))
    scale = 10 ** max(0, len(str(whole)) - 2)
    return -(-whole // scale) * scale
