"""The commands of the README, the tutorial and docs/usage.md, typed one after the other as they stand there, in a folder that looks like a
clone in which scripts/run.sh was run.

What would take minutes is shortened by options that those pages name; what needs another machine, installs or builds is left out, by name.

Run: TRAFFICBENCH_BUILD=build/release /usr/bin/python3 -m pytest tests/document_commands_test.py
"""

import re
import sys
import time

import pytest
from program import BUILD, PROGRAM, ROOT, launcher, start, write_executable
from report_helpers import example_path

# Stands before the program: a look instead of a measurement, on a short road.
SHORTER = """#!{python}
import os, re, sys
command, words = (sys.argv[1:2] or [""])[0], sys.argv[2:]
def give(option, value, replace=False):
    if option not in words:
        words.extend([option, value])
    elif replace:
        words[words.index(option) + 1] = value
def value_of(option, otherwise):
    return words[words.index(option) + 1] if option in words else otherwise
if command == "sweep":
    for option, value in (("--visits", "1"), ("--rounds", "1"), ("--spacing", "0"), ("--min-seconds", "0.001")):
        give(option, value, replace=option != "--visits")
    give("--cells", "2e4", replace=True)
    if "--depth" in words:
        give("--cells", "1e5", replace=True)
elif command == "io":
    for option, value in (("--visits", "1"), ("--spacing", "0"), ("--bytes", "64Ki")):
        give(option, value, replace=True)
elif command == "check":
    give("--cases", "2", replace=True)
    if "--quick" not in words:
        words.append("--quick")
elif command == "run" and float(value_of("--cells", "10240000")) * float(value_of("--steps", "100")) > 10**9 and "leap" not in words:
    give("--cells", "1e6", replace=True)
os.execv({program!r}, [{program!r}, *([command] if command else []), *words])
"""
# Why a command is not run here; the words are those it begins with.
LEFT_OUT = {
    "scripts/run.sh": "it installs and builds; launch_test.py",
    "scripts/test.sh": "it installs and builds",
    "scripts/study.sh": "of a site; study_test.py and tests/slurm",
    "scripts/self_comparison.sh": "it launches scripts/run.sh; self_comparison_test.py",
    "scripts/self_comparison.py": "of reports of hours; self_comparison_test.py",
    "scripts/simulate.sh": "it builds; simulate_test.py",
    "cmake": "it builds; every stage of scripts/test.sh",
    "module": "of a Cray",
    "srun": "of a cluster; tests/slurm",
    "spack": "of a machine with Spack; packaging_test.py",
    "docker": "of a machine with Docker; packaging_test.py",
    "python3 -m pip": "of a machine with the network",
    "python3 -m venv": "of a machine with the network",
}
# Goes on with a sweep that was interrupted, which this one was not: signals_test.py.
AFTER_AN_INTERRUPTION = "--resume"
# What an earlier command on the page, or a reader's own, has left there.
REPORTS = ("results/before.json", "results/after.json", "before.json", "after.json", "before1.json", "after1.json", "before2.json",
           "after2.json")  # fmt: skip
PAGES = ("README.md", "docs/tutorial.md", "docs/usage.md")


def commands_of(page):
    """The lines of a page's blocks for a shell, in their order."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]


def reason_to_leave_out(line):
    words = re.sub(r"^([A-Z_]+=\S+ )+", "", line)
    return next((why for begin, why in LEFT_OUT.items() if words.startswith(begin + " ") or words == begin or words.split()[0] == begin), "")


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """{page: a folder}: each page is read from its beginning."""
    folders = {}
    for page in PAGES:
        folder = tmp_path_factory.mktemp("clone")
        for name in ("scripts", "bench"):
            (folder / name).symlink_to(ROOT / name)
        bin_folder = folder / "build" / "release" / "bin"
        write_executable(bin_folder / "trafficbench", SHORTER.format(python=sys.executable, program=str(PROGRAM)))
        (bin_folder / "trafficbench-mpiexec").symlink_to(BUILD / "bin" / "trafficbench-mpiexec")
        (folder / "results").mkdir()
        (folder / "scratch").mkdir()
        example = example_path("measured").read_text(encoding="utf-8")
        for number, name in enumerate(REPORTS if page == "docs/usage.md" else ["results/a.json"]):
            # Of launches of their own.
            (folder / name).write_text(example.replace("2000-01-01T00:00:00Z", f"2000-01-01T0{number}:00:00Z"), encoding="utf-8")
        folders[page] = folder
    return folders


CASES = [(page, number, line) for page in PAGES for number, line in enumerate(commands_of(page))]


def shortened(line):
    """scripts/ladder.sh says what it would launch, with this build's program."""
    return re.sub(r"^scripts/ladder\.sh\b([^#]*)", rf"scripts/ladder.sh --program {PROGRAM} --dry-run \1", line)


@pytest.mark.parametrize("page, line", [pytest.param(page, line, id=f"{page} {number}: {line[:60]}") for page, number, line in CASES])
def test_command_works_where_it_is_typed(clone, page, line):
    if reason_to_leave_out(line) or AFTER_AN_INTERRUPTION in line:
        return
    if launcher() is None and "mpiexec" in line:
        pytest.skip("needs MPI: a launch of several ranks")
    folder = clone[page]
    # The pages put the program's folder there themselves, once; PYTHONPATH is that of the build's module.
    path = f'export PATH="{folder}/build/release/bin:$PATH" PYTHONPATH="{BUILD}/python"\n'
    done = start(["bash", "-c", path + shortened(line)], cwd=folder)
    # compare.py judges: 3 is unclear.
    good = (0, 3) if line.startswith("scripts/compare.py") else (0,)
    if re.search(r"\b(sweep|io)\b", line):
        time.sleep(1 - time.time() % 1)  # the names of reports have seconds; what the pages show takes longer
    assert done.returncode in good, f"{line}\nstatus {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"


def test_pages_have_commands_and_most_are_run():
    run = [line for _, _, line in CASES if not reason_to_leave_out(line) and AFTER_AN_INTERRUPTION not in line]
    assert len(run) > 60 and len(run) > 0.7 * len(CASES)
    for begin in ("trafficbench run", "trafficbench-mpiexec -n 2 trafficbench", "bench/ladder/", "scripts/report.py", "scripts/compare.py"):
        assert any(line.startswith(begin) for line in run), begin


def test_documents_start_ranks_with_the_launcher_of_the_build():
    """`mpiexec` is of whichever MPI was installed last. Python's ranks are of mpi4py's."""
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for line in page.read_text(encoding="utf-8").splitlines():
            assert not re.search(r"(?<![\w.-])(mpiexec|mpirun) [^|`]*\btrafficbench\b", line), f"{page.name}: {line}"
