#!/usr/bin/env python3
"""One session of the ladder: from plain Python to the fastest kernel on all cores, on the same road, in rounds.

In every round each rung is launched once, in the same order; a launch is a repetition, and starts from the start state. So
what disturbs the machine for a while disturbs all rungs alike, and ratios are taken round by round.
"""

import argparse
import functools
import json
import os
import re
import signal
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[1:1] = [str(ROOT / "bench" / "ladder"), str(ROOT / "scripts")]
import rows as report_rows  # noqa: E402
import table  # noqa: E402
from counts import BadInput, parse_count, parse_share  # noqa: E402
from rungs import (  # noqa: E402
    PYTHON_RUNGS,
    CppRung,
    LaunchFailed,
    PythonRung,
    Road,
    interpreters,
    launcher_of,
    launcher_of_mpi4py,
    physical_cores,
    short,
    start,
    update_kernels,
)
from with_packages import candidates, lacking, need  # noqa: E402

NOTE = (
    "Rungs of the ladder interleaved in rounds, one launch a repetition, all from the start state mt19937. Python rungs run"
    " under both contracts as the kernels do: every counts the moves of each iteration, sampled of the last one of a"
    " repetition. Slow rungs make fewer iterations (steps); rates are compared. Every final road was held against the closed"
    " form's, cell by cell or by its hash."
)


class Interrupted(Exception):
    pass


def main():
    try:
        signal.signal(signal.SIGTERM, interrupt)
        signal.signal(signal.SIGINT, interrupt)
        need()
        options = read_options()
        output = Path(options.output) if options.output else default_output()
        if not options.dry_run:
            check_writable(output, options.force)
        if options.check_options:
            return 0
        check_program(options.program)
        return Session(options, output).run()
    except (BadInput, LaunchFailed) as problem:
        print(f"ladder.sh: {problem}", file=sys.stderr)
        return 2
    except Interrupted:
        print("ladder.sh: interrupted before the first round was complete: nothing was written", file=sys.stderr)
        return 4


def interrupt(_signal, _frame):
    raise Interrupted


def read_options():
    class Parser(argparse.ArgumentParser):
        def error(self, message):
            raise BadInput(f"{message}; see scripts/ladder.sh --help")

    parser = Parser(
        prog="scripts/ladder.sh",
        usage="%(prog)s [OPTION]...",
        description="Measures the whole ladder on this machine: plain Python, numpy, numba, mpi4py and every C++ kernel, on one\n"
        "core and on all, the same road for each, interleaved in rounds. Installs what is missing (Debian: apt-get,\n"
        "as root or through sudo) and builds the release preset. Prints the ladder and how many times faster than\n"
        "plain Python each rung is, and writes results/<host>-<YYYYMMDDThhmmssZ>.json. With the defaults that takes\n"
        "less than five minutes on two cores. A rung whose packages are missing is skipped, and says so.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Example:\n  scripts/ladder.sh --cells 1e6 --rounds 6 --rungs python,numpy-inplace,naive,tiled\n\n"
        "Exit status: 0 done; 1 a rung failed its verification, or the build failed; 2 something is missing, or an option\n"
        "is wrong (one line says what); 4 interrupted: the report holds the rounds that were complete.",
    )
    parser.add_argument("--cells", default="10240000", help="length of the road [10240000, the course's]")
    parser.add_argument("--rungs", default="all", help="a list of rungs and kernels, or all [all]")
    parser.add_argument("--count", default="every,sampled", help="contracts [every,sampled]")
    parser.add_argument("--rounds", default="8", help="repetitions of each rung; below 6 there are no intervals [8]")
    parser.add_argument("--min-seconds", default="0.15", help="shortest repetition, sets the iterations of a rung [0.15]")
    parser.add_argument("--time-limit", default="270", help="seconds after which no round begins, once 6 are done [270]")
    parser.add_argument("--density", default="0.52", help="part of the cells that hold a car [0.52]")
    parser.add_argument("--seed", default="5743", help="of the start state mt19937 [5743]")
    parser.add_argument("--output", help="report to write [results/<host>-<YYYYMMDDThhmmssZ>.json]")
    parser.add_argument("--force", action="store_true", help="replace a report that exists")
    parser.add_argument("--dry-run", action="store_true", help="only list what one round would launch")
    parser.add_argument(
        "--program", metavar="PATH", help="measure this trafficbench; nothing is built [build/release/bin/trafficbench]"
    )
    parser.add_argument("--check-options", action="store_true", help=argparse.SUPPRESS)  # for ladder.sh, before it builds
    options = parser.parse_args()
    options.road = Road(
        parse_count(options.cells, "cells", 1, 2**40),
        parse_share(options.density, "density"),
        parse_count(options.seed, "seed", 0, 2**32 - 1),
    )
    options.rounds = parse_count(options.rounds, "rounds", 1, 1000)
    options.min_seconds = parse_seconds(options.min_seconds, "min-seconds")
    options.time_limit = parse_seconds(options.time_limit, "time-limit")
    options.counts = options.count.split(",")
    if not set(options.counts) <= {"every", "sampled"} or len(set(options.counts)) != len(options.counts):
        raise BadInput(f"count is '{options.count}': it is every, sampled or every,sampled")
    options.program = Path(options.program or ROOT / "build" / "release" / "bin" / "trafficbench")
    return options


def check_program(program):
    if not os.access(program, os.X_OK) or program.is_dir():
        raise BadInput(f"there is no program {program}: name trafficbench with --program, or let it be built")


def default_output():
    folder = Path("results") if Path("results").is_dir() else Path()
    host = re.sub(r"[^\w.-]", "-", os.uname().nodename) or "host"
    return folder / f"{host}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.json"


def parse_seconds(text, what):
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds < 1e6:
        raise BadInput(f"{what} is '{text}': it is a number of seconds above 0")
    return seconds


def check_writable(path, force):
    """Where the report goes is known to be free before the work starts."""
    if path.is_dir():
        raise BadInput(f"{path} is a folder: name a file")
    if path.exists() and not force:
        raise BadInput(f"{path} exists: name another file, or allow it to be replaced with --force")
    if not path.parent.is_dir():
        raise BadInput(f"there is no folder {path.parent} to write into")
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name):
            pass
    except OSError as error:
        raise BadInput(f"cannot write into the folder {path.parent}: {error.strerror}") from error


def write_report(path, report):
    """Appears complete or not at all."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(report, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    partial.replace(path)


class Session:
    def __init__(self, options, output):
        self.options, self.road, self.output = options, options.road, output
        self.rungs = self.choose(self.all_rungs())
        self.steps = {}  # iterations of each rung, by its place among the rungs
        self.rounds = []  # of each complete round, what the rungs said, by place
        self.broken = False  # a rung that had run before did not
        self.began, self.date = time.monotonic(), report_rows.now()
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
                print(f"{rung.label()}: " + (f"skipped: {rung.skipped}" if rung.skipped else short(rung.command(self.road, 1))))
            return 0
        with tempfile.TemporaryDirectory(prefix="ladder-") as folder:
            self.folder = Path(folder)
            self.describe_machine()
            self.pilot()
            stopped = self.measure()
        rows = self.make_rows(stopped)
        write_report(self.output, self.report(rows))
        table.print_ladder(rows, self.road.cells)
        print()
        print("\n".join(table.answer(rows)))
        print(f"\nReport: {self.output}")
        if self.broken or any(row["verified"] is False for row in rows):
            return 1
        return 4 if stopped == "interrupted" else 0

    def describe_machine(self):
        """The program says what the machine is, and how it writes the names of this road."""
        report = start(CppRung(self.options.program, "naive", 1, 1, "every", []).command(self.road, 1))
        self.context = report["context"]
        self.cpp_run = self.context["runs"][0]
        fields = report["benchmarks"][0]["name"].split("/")
        self.road_name = dict(field.split(":", 1) for field in fields if ":" in field)

    @functools.lru_cache(maxsize=None)  # noqa: B019  (one session a process)
    def expected(self, steps):
        """A file with the road that the closed form says is there after `steps` iterations."""
        path = self.folder / f"after-{steps}.road"
        command = [str(self.options.program), "run", "--json", "--init", "mt19937", "--threads", "1", *self.road.arguments()]
        # Any kernel would do: the report says whether its hash is the closed form's.
        report = start([*command, "--steps", str(steps), "--save", str(path)])
        if not report["benchmarks"][0]["verified"]:
            raise LaunchFailed(f"no road to hold Python's against: {report['benchmarks'][0]['error_message']}")
        return path

    @functools.lru_cache(maxsize=None)  # noqa: B019
    def hash_after(self, steps):
        return self.expected(steps).read_bytes()[32:40][::-1].hex()

    def launch(self, rung, steps):
        result = rung.launch(self.road, steps, self.expected)
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
                steps = self.enough_steps(rung, max(known.get(rung.kernel, 1) // 8, rung.least_steps))
            except LaunchFailed as problem:
                rung.skipped = str(problem)
                continue
            self.steps[place] = steps
            known[rung.kernel] = steps

    def enough_steps(self, rung, steps):
        while True:
            seconds = self.launch(rung, steps).seconds
            wanted = steps * 1.1 * self.options.min_seconds / seconds
            if seconds >= self.options.min_seconds / 10:
                return max(rung.least_steps, round_up(wanted))
            steps = min(round_up(wanted), steps * 20)

    def measure(self):
        """The rounds. Returns why there were no more."""
        try:
            left = ""
            for number in range(self.options.rounds):
                spent = time.monotonic() - self.began
                if number >= 6 and spent > self.options.time_limit:
                    return "time_cap"
                self.tell(f"round {number + 1} of {self.options.rounds}{left}")
                started = time.monotonic()
                self.rounds.append(self.one_round())
                seconds = time.monotonic() - started
                left = f", about {seconds * (self.options.rounds - number - 1):.0f} s left"
            return "fixed"
        except Interrupted:
            if not self.rounds:
                raise
            return "interrupted"
        finally:
            # What was measured is written, whatever comes now.
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_IGN)

    def one_round(self):
        """Launches each rung once."""
        said = {}
        for place, rung in enumerate(self.rungs):
            so_far = self.results_of(place)
            if rung.skipped or (so_far and so_far[-1].problem):
                continue
            try:
                said[place] = self.repetition(place, rung, first=not so_far)
            except LaunchFailed as problem:
                rung.skipped, self.broken = str(problem), True
        return said

    def repetition(self, place, rung, first):
        """One launch. A pilot that was disturbed has promised more seconds than the steps take: the first round mends that."""
        result = self.launch(rung, self.steps[place])
        for _ in range(3):
            if not first or result.problem or result.seconds >= self.options.min_seconds:
                break
            self.steps[place] = round_up(1.2 * self.steps[place] * self.options.min_seconds / result.seconds)
            result = self.launch(rung, self.steps[place])
        return result

    def results_of(self, place):
        return [said[place] for said in self.rounds if place in said]

    def make_rows(self, stopped):
        rows = []
        for place, rung in enumerate(self.rungs):
            name, run = report_rows.row_name(rung, self.road_name), report_rows.run_of(rung)
            if rung.skipped:
                rows.append(report_rows.skipped_row(rung, self.road, name, run, rung.skipped))
                continue
            steps = self.steps[place]
            note = short(rung.command(self.road, steps, self.expected(steps)) if rung.python else rung.command(self.road, steps))
            rows.append(report_rows.measured_row(rung, self.road, steps, self.results_of(place), stopped, name, run, note))
        report_rows.add_ratios(rows)
        return rows

    def report(self, rows):
        software, mpi = {}, None
        for result in (result for said in self.rounds for result in said.values()):
            software.update(result.software)
            mpi = mpi or result.mpi
        argv = ["scripts/ladder.sh", *sys.argv[1:]]
        runs = report_rows.runs_of(self.cpp_run, argv, software, mpi, self.date)
        options = self.options
        axes = {"rungs": options.rungs, "cells": options.cells, "count": options.count, "density": options.density}
        axes.update(init="mt19937", seed=options.seed, rounds=str(options.rounds), min_seconds=str(options.min_seconds))
        return report_rows.make_report(self.context, axes, runs, rows, NOTE)

    def tell(self, text):
        print(f"[{time.monotonic() - self.began:4.0f} s] {text}", file=sys.stderr, flush=True)


def round_up(number):
    """To two significant digits."""
    whole = max(1, int(number) + (number > int(number)))
    scale = 10 ** max(0, len(str(whole)) - 2)
    return -(-whole // scale) * scale


if __name__ == "__main__":
    sys.exit(main())
