"""The rungs of the ladder: what each is started with, and what a launch says. One launch is one repetition."""

import json
import os
import re
import shlex
import shutil
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from trafficbench_tools.errors import BadInput, FailedUnderWay
from trafficbench_tools.files import write_text
from trafficbench_tools.places import ROOT
from trafficbench_tools.processes import run_apart
from trafficbench_tools.reading import parse_json, read_text

# What the course's programs make. The rates of some rungs depend on the iterations: cars that queue at random are hard to
# predict for the loop's branches, and fewer are at random the longer the road has had to order itself.
COURSE_STEPS = 100
# Slow rungs make as many on roads up to so long. On longer ones a session would take many minutes of it.
LONGEST_FOR_ALL = 10**6


@dataclass(frozen=True)
class PythonProgram:
    """A rung of bench/ladder/."""

    file: str
    modules: tuple = ()
    one_core: bool = True
    ranks: bool = False  # on all cores, as ranks
    threads: bool = False  # on all cores, as threads
    steps_of_long_road: int = None  # for a rung whose rate depends on the iterations

    def shapes(self, cores):
        """[(ranks, threads)] that it is launched with on a machine of so many cores."""
        found = [(1, 1)] if self.one_core else []
        if self.ranks or self.threads:
            found.append((cores, 1) if self.ranks else (1, cores))
        return list(dict.fromkeys(found))


# From the lowest up.
PYTHON_RUNGS = {
    "python": PythonProgram("plain_python.py", steps_of_long_road=5),
    "numpy-where": PythonProgram("numpy_where.py", ("numpy",), steps_of_long_road=20),
    "numba": PythonProgram("numba_loop.py", ("numpy", "numba"), steps_of_long_road=COURSE_STEPS),
    "numpy-inplace": PythonProgram("numpy_inplace.py", ("numpy",)),
    "mpi4py": PythonProgram("mpi4py_ranks.py", ("numpy", "mpi4py"), one_core=False, ranks=True),
    "numba-branchless": PythonProgram("numba_branchless.py", ("numpy", "numba"), threads=True),
    "mpi4py-trafficbench": PythonProgram(
        "mpi4py_trafficbench.py", ("numpy", "mpi4py", "trafficbench"), one_core=False, ranks=True
    ),
    "python-trafficbench": PythonProgram("python_trafficbench.py", ("numpy", "trafficbench"), threads=True),
}
LAUNCH_SECONDS = 600  # a launch that takes longer hangs
# A program may be any, and may print any bytes.
TEXT = {"encoding": "utf-8", "errors": "replace"}


class LaunchFailed(FailedUnderWay):
    """A launch that ended without a result; the text says why, in one line."""


@dataclass
class Road:
    """What all rungs work on."""

    cells: int
    density: float
    seed: int

    def arguments(self):
        return ["--cells", str(self.cells), "--density", repr(self.density), "--seed", str(self.seed)]


@dataclass
class Result:
    """What one launch says."""

    seconds: float
    cpu_seconds: float
    rank_seconds: dict  # of several ranks: least, median and most
    placement: list
    problem: str  # of the verification; empty if there is none
    row: dict = field(default_factory=dict)  # C++: the row of its report
    run: dict = field(default_factory=dict)  # C++: the launch, as the report describes it
    software: dict = field(default_factory=dict)  # Python
    mpi: list = None  # Python on several ranks


@dataclass
class Rung:
    """One rung in one counting mode. `command(steps, ...)` starts it; its text is for people."""

    kernel: str
    ranks: int
    threads: int
    count: str
    python: bool
    skipped: str = ""  # why it cannot run here
    fixed_steps: int = None  # iterations that it makes in every session; else they are chosen by time
    least_steps: int = 1
    number: int = None  # its place on the ladder; of a kernel the program says it

    @property
    def cores(self):
        return self.ranks * self.threads

    def label(self):
        cores = "1 core" if self.cores == 1 else f"{self.cores} cores"
        return f"{self.kernel}, {cores}, {self.count}"


class CppRung(Rung):
    """A kernel variant, by `trafficbench run`."""

    def __init__(self, program, kernel, ranks, threads, count, launcher, fixed_steps=None):
        super().__init__(kernel, ranks, threads, count, python=False)
        self.program, self.launcher, self.fixed_steps = program, launcher, fixed_steps

    def command(self, road, steps):
        launch = [*self.launcher, str(self.ranks)] if self.ranks > 1 else []
        # One line at the end, so that the iterations are made in one piece and `sampled` counts the last one.
        options = ["--kernel", self.kernel, "--threads", str(self.threads), "--count", self.count]
        steps = ["--steps", str(steps), "--print-every", str(steps)]
        return [*launch, str(self.program), "run", "--json", "--init", "mt19937", *options, *road.arguments(), *steps]

    def launch(self, road, steps, _expected):
        report = launch_for_json(self.command(road, steps))
        row = report["benchmarks"][0]
        return Result(
            seconds=row["samples"][0],
            cpu_seconds=row["cpu_seconds"][0],
            rank_seconds=row["rank_seconds"][0] if self.ranks > 1 else None,
            placement=row["placement"],
            problem="" if row["verified"] else row["error_message"],
            row=row,
            run=report["context"]["runs"][0],
        )


class PythonRung(Rung):
    """A program of bench/ladder/."""

    def __init__(self, interpreter, kernel, ranks, threads, count, launcher, cpus, cells):
        super().__init__(kernel, ranks, threads, count, python=True)
        self.interpreter, self.launcher, self.cpus = interpreter, launcher, cpus
        program = PYTHON_RUNGS[kernel]
        self.script = ROOT / "bench" / "ladder" / program.file
        if program.steps_of_long_road:
            self.fixed_steps = program.steps_of_long_road if cells > LONGEST_FOR_ALL else COURSE_STEPS
        # Below all kernels, which count from 0.
        self.number = list(PYTHON_RUNGS).index(kernel) - len(PYTHON_RUNGS)
        # The last iteration is counted in both counting modes; with fewer the two would be much the same.
        self.least_steps = 4

    def command(self, road, steps, expected="ROAD"):
        launch = [*self.launcher, str(self.ranks)] if self.launcher else []
        if PYTHON_RUNGS[self.kernel].threads:
            launch = ["env", f"NUMBA_NUM_THREADS={self.threads}", f"OMP_NUM_THREADS={self.threads}"]
        cpus = ",".join(map(str, self.cpus[: self.cores]))
        own = ["--json", "--count", self.count, "--steps", str(steps), "--print-every", str(steps)]
        return [
            *launch, self.interpreter, str(self.script), *own, *road.arguments(), "--expect", str(expected), "--cpu", cpus
        ]  # fmt: skip

    def launch(self, road, steps, expected):
        said = launch_for_json(self.command(road, steps, expected(steps)))
        ranks = said["rank_seconds"]
        spread = {"min": min(ranks), "median": statistics.median(ranks), "max": max(ranks)}
        return Result(
            seconds=said["seconds"],
            cpu_seconds=said["cpu_seconds"],
            rank_seconds=spread if self.ranks > 1 else None,
            placement=[
                {"rank": rank, "thread": thread, "host": seen["host"], "core": cpu}
                for rank, seen in enumerate(said["placement"])
                for thread, cpu in enumerate(seen["cpus"])
            ],
            problem="" if said["verified"] else "the final road is not that of the closed form",
            row={"cars": said["cars"], "bits_per_cell": said["bits_per_cell"]},
            software=said["software"],
            mpi=said["mpi"],
        )


def launch_for_json(command):
    """Runs a command to its end and returns the JSON it prints; exit status 1 may come with it. Raises LaunchFailed."""
    try:
        status, out, err = run_apart(
            command, patience=5, timeout=LAUNCH_SECONDS, env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1"), **TEXT
        )
    except OSError as error:
        raise LaunchFailed(f"it does not start: {error.strerror or error} ({command_text(command)})") from error
    except subprocess.TimeoutExpired as error:
        raise LaunchFailed(f"not finished after {LAUNCH_SECONDS} s: {command_text(command)}") from error
    said = out[out.find("{") :]
    try:
        if status in (0, 1) and said:
            return parse_json(said)
    except BadInput:
        pass
    raise LaunchFailed(f"{reason(status, err)} ({command_text(command)})")


def derive(program, measured, folder):
    """The report that the program makes of what was measured, as text. Files for it go into `folder`. Raises LaunchFailed."""
    given, made = folder / "measured.json", folder / "report.json"
    write_text(given, json.dumps(measured, allow_nan=False), replace=True)
    command = [str(program), "derive", str(given), "--output", str(made), "--force"]
    try:
        done = subprocess.run(
            command, capture_output=True, **TEXT, stdin=subprocess.DEVNULL, timeout=LAUNCH_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LaunchFailed(f"{program} did not make a report of what was measured: {error}") from error
    # It ends with status 1 where a row failed its verification, and there is a report all the same.
    if not made.exists():
        raise LaunchFailed(f"{program} did not make a report of what was measured: {reason(done.returncode, done.stderr)}")
    return read_text(made)


def check_derives(program):
    """Refuses a program that cannot do so, before anything is measured."""
    try:
        done = subprocess.run(
            [str(program), "derive", "--help"], capture_output=True, stdin=subprocess.DEVNULL, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BadInput(f"{program} does not start: {error}: name a trafficbench program with --program") from error
    if done.returncode != 0:
        raise BadInput(f"{program} has no command `derive`: build this version of it with scripts/run.sh")


def reason(status, err):
    """Why a program ended with that status, by what it wrote to standard error."""
    lines = [line.strip() for line in err.splitlines() if line.strip()]
    own = [line for line in lines if re.match(r"(trafficbench|\w+\.py): ", line)] or lines or ["no message"]
    return f"status {status}: {own[0]}"


def command_text(command):
    """A command as people would write it, without the folders of this machine."""
    words = [Path(word).name if word.startswith("/") and Path(word).exists() else word for word in command]
    if "--expect" in words:
        at = words.index("--expect")
        words[at + 1] = Path(words[at + 1]).name
    return shlex.join(words)


def use_module_of(program):
    """From here on Python programs that are started find the module trafficbench of the program's build, if that has it."""
    folder = Path(os.path.realpath(program)).parent.parent / "python"
    if folder.is_dir():
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))


def launcher_of_mpi4py(interpreter):
    """The same for mpi4py, by the library that it was built with; empty, with a reason, if there is none."""
    probe = "from mpi4py import MPI; print(MPI.Get_library_version())"
    open_mpi = "Open MPI" in said_by([interpreter, "-c", probe])
    family = "openmpi" if open_mpi else "mpich"
    for name in (f"mpiexec.{family}", "mpiexec"):
        path = shutil.which(name)
        if not path:
            continue
        if bool(re.search("Open ?MPI|OpenRTE|PRRTE|prte", said_by([path, "--version"]))) == open_mpi:
            root = ["--allow-run-as-root"] if open_mpi and os.geteuid() == 0 else []
            return [path, "--bind-to", "none", *root, "-n"], ""
    return [], f"no launcher of mpi4py's MPI ({family}) on the path"


def said_by(command):
    """What a command prints; nothing where it does not start, or does not end."""
    try:
        done = subprocess.run(command, capture_output=True, **TEXT, stdin=subprocess.DEVNULL, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout + done.stderr


def physical_cores():
    """The first logical CPU of every core that this process may run on."""
    first = {}
    for cpu in sorted(os.sched_getaffinity(0)):
        try:
            text = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list").read_text(encoding="ascii")
        except OSError:
            text = str(cpu)
        first.setdefault(text, cpu)
    return list(first.values())


def update_kernels(program):
    """{name: iterations of a repetition} of the variants that update cells, in the order of the ladder. The course's iterations
    where the rate depends on them, else None."""
    try:
        listed = subprocess.run(
            [program, "list", "--json"],
            capture_output=True,
            **TEXT,
            stdin=subprocess.DEVNULL,
            timeout=60,
            check=True,
        )
        entries = parse_json(listed.stdout)["kernels"]
        found = {
            entry["kernel"]: COURSE_STEPS if entry["rate_depends_on_steps"] else None
            for entry in entries
            if entry["class"] == "update"
        }
        if not found:
            raise LookupError("no kernel")
        return found
    except (OSError, subprocess.SubprocessError, ValueError, LookupError, TypeError) as error:
        raise BadInput(f"{program} is not a trafficbench program: it does not list its kernels") from error


def interpreters(candidates, lacking):
    """For each Python rung an interpreter that has its modules, or why there is none. All rungs take the same one if it has
    the modules of all: versions then do not stand between them."""
    everything = sorted({module for rung in PYTHON_RUNGS.values() for module in rung.modules})
    best = min(candidates, key=lambda path: len(lacking(path, everything).split()), default=sys.executable)
    chosen = {}
    for name, rung in PYTHON_RUNGS.items():
        lacks = lacking(best, rung.modules) if rung.modules else ""
        chosen[name] = (best, f"{best} lacks {lacks}" if lacks else "")
    return chosen
