"""The commands of scripts and Python programs in the documents: each is there, takes its options, and, where it is quick, runs.

Commands of the program itself: documents_test.py.
"""

import functools
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from documents import COMMANDS
from program import BUILD, PROGRAM, ROOT, one_line_of, start, succeed, write_executable
from report_helpers import example_path
from script import run_script

from trafficbench_tools.ladder.rungs import use_module_of

# Rungs find the build's Python module, in processes of their own and in forks of this one.
use_module_of(PROGRAM)
sys.path.append(str(BUILD / "python"))
EXAMPLE = example_path("measured")
# Programs of the ladder are run as they stand, up to so many updates.
MOST_UPDATES = 2 * 10**8


def value_of(arguments, option, otherwise):
    return arguments[arguments.index(option) + 1] if option in arguments else otherwise


def program_of(script):
    """How to start it: Python scripts under the interpreter of the tests, which has the packages."""
    return [sys.executable, ROOT / script] if script.endswith(".py") else ["bash", ROOT / script]


@functools.cache
def help_of(script):
    done = run_script(ROOT / script, "--help") if script.endswith(".py") else start([*program_of(script), "--help"])
    assert done.returncode == 0, f"{script} --help: status {done.returncode}\n{done.stderr}"
    return done.stdout


def test_documents_have_script_commands():
    scripts = {script for _, _, script, _ in COMMANDS}
    assert scripts >= {"scripts/run.sh", "scripts/test.sh", "scripts/ladder.sh", "scripts/physics.py"}
    assert {script for script in scripts if script.startswith("bench/")} == {
        f"bench/ladder/{path.name}" for path in (ROOT / "bench" / "ladder").glob("*.py") if os.access(path, os.X_OK)
    }


@pytest.mark.parametrize(
    "script, arguments",
    [
        pytest.param(script, arguments, id=f"{page.name}: {script} {' '.join(arguments)}")
        for page, _, script, arguments in COMMANDS
    ],
)
def test_script_is_there_and_takes_its_options(script, arguments):
    path = ROOT / script
    assert path.is_file() and os.access(path, os.X_OK)
    # What run.sh does not know it hands to the sweep.
    text = help_of(script)
    if script == "scripts/run.sh":
        text += succeed("sweep", "--help")
    for word in arguments:
        if word.startswith("--"):
            assert re.search(re.escape(word.split("=")[0]) + r"\b", text), f"{script} --help knows no {word}"


QUICK = {
    "scripts/ladder.sh": ["--program", PROGRAM, "--dry-run"],
    "scripts/physics.py": ["--program", PROGRAM, "--output", ".", "--densities", "2"],
}


@pytest.mark.parametrize(
    "before, script, arguments",
    [
        pytest.param(before, script, arguments, id=f"{page.name}: {script} {' '.join(arguments)}")
        for page, before, script, arguments in COMMANDS
        if script in QUICK or script.startswith("bench/ladder/")
    ],
)
def test_script_runs(tmp_path, before, script, arguments):
    launch = before if before and before[0].startswith("mpiexec") else []
    if launch and not shutil.which(launch[0]):
        pytest.skip(f"needs {launch[0]}, which is not on the path")
    if script.startswith("bench/"):
        cells, steps = (int(float(value_of(arguments, option, "10"))) for option in ("--cells", "--steps"))
        if cells * steps > MOST_UPDATES:
            pytest.fail(f"{script} {' '.join(arguments)}: too long for a test; show a shorter one")
    words = [*arguments, *QUICK.get(script, [])]
    if launch or not script.endswith(".py"):
        done = start([*launch, *program_of(script), *words], cwd=tmp_path)
    else:
        done = run_script(ROOT / script, *words, cwd=tmp_path)
    if done.returncode == 2 and "no Python here has" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


@pytest.fixture
def checkout(tmp_path):
    """run.sh with a cmake that fails and leaves the file `built`."""
    for name in ("kernels", "drivers", "scripts"):
        (tmp_path / name).mkdir()
    (tmp_path / "CMakeLists.txt").touch()
    for name in ("run.sh", "build.sh", "packages.sh", "launch.sh", "quoted.sh"):
        shutil.copy(ROOT / "scripts" / name, tmp_path / "scripts" / name)
    (tmp_path / "scripts" / "packages-debian.txt").touch()
    write_executable(tmp_path / "tools" / "cmake", f"#!/bin/sh\ntouch {tmp_path}/built\nexit 1\n")
    return tmp_path


def put_program(checkout):
    """The program, as if it was built there before."""
    path = write_executable(checkout / "build" / "release" / "bin" / "trafficbench", f'#!/bin/sh\nexec {PROGRAM} "$@"\n')
    shutil.copy(BUILD / "launcher.sh", path.parent.parent)
    return path


def run_sh(checkout, words, variables=None):
    more = {"PATH": f"{checkout}/tools:{os.environ['PATH']}", **(variables or {})}
    return start(["bash", checkout / "scripts" / "run.sh", *words], env=more)


def assert_build_begins(checkout, *words):
    done = run_sh(checkout, words)
    assert done.returncode == 1 and "the build failed" in done.stderr, f"{words}: status {done.returncode}\n{done.stderr}"
    assert (checkout / "built").exists(), words
    assert not list(checkout.glob("**/*.json*"))


WRONG_RUNS = [
    (["--nope"], {}, "--nope"),
    ([""], {}, '""'),
    (["tiled"], {}, '"tiled"'),
    (["--cells", "1e5", "--kernel", "tiled"], {}, '"--kernel"'),
    (["--cells"], {}, "--cells needs a value"),
    ([], {"RANKS": "many"}, "RANKS"),
    ([], {"RANKS": ""}, "RANKS"),
]
# What only the program can tell.
WRONG_VALUES = [(["--cells", "0"], {}, "cells is 0"), (["--kernels=foo"], {}, "'foo'"), (["--ranks", "3"], {"RANKS": "2"}, "3")]


@pytest.mark.parametrize("built", [False, True], ids=["nothing is built", "a program is built"])
def test_run_refuses_wrong_options_before_it_builds(checkout, built):
    if built:
        put_program(checkout)
    for words, variables, word in [*WRONG_RUNS, *(WRONG_VALUES if built else [])]:
        done = run_sh(checkout, words, variables)
        assert word in one_line_of(done, "run.sh") and not done.stdout, f"{words} {variables}: {done.stderr}{done.stdout}"
    assert not (checkout / "built").exists()
    assert not list(checkout.glob("**/*.json*"))


MAY_BE_RIGHT = ["--cells", "1e5", "--kernels=naive", "--force"]


def test_run_builds_where_nothing_is_built(checkout):
    assert_build_begins(checkout, *MAY_BE_RIGHT)


def test_run_builds_where_the_program_finds_nothing_wrong(checkout):
    os.utime(put_program(checkout), (2**31, 2**31))
    assert_build_begins(checkout, *MAY_BE_RIGHT)


def test_run_does_not_ask_a_program_that_is_older_than_the_sources(checkout):
    """It knows no kernel that is new."""
    put_program(checkout)
    os.utime(checkout / "CMakeLists.txt", (2**31, 2**31))
    assert_build_begins(checkout, "--kernels", "new")


def test_run_knows_the_options_of_the_sweep():
    text = (ROOT / "scripts" / "run.sh").read_text(encoding="utf-8")
    known = {name: set(re.search(rf"^{name}=\(([^)]*)\)", text, re.M)[1].split()) for name in ("with_value", "without_value")}
    told = re.findall(r"^  (?:-h,)?(--[\w-]+)( [A-Z]+)?", succeed("sweep", "--help"), re.M)
    assert {name for name, value in told if value} == known["with_value"]
    assert {name for name, value in told if not value} == known["without_value"] | {"--help"}


PRINTING = {
    "scripts/compare.py": [EXAMPLE, EXAMPLE],
    "scripts/check_report.py": [EXAMPLE],
    "scripts/report.py": [EXAMPLE, "--lint", "--quiet"],
    "scripts/ladder.sh": ["--program", PROGRAM, "--dry-run"],
    "scripts/study.sh": ["--site", "archer2", "--account", "z19", "--mode", "strong", "--program", PROGRAM, "--dry-run"],
    "bench/ladder/plain_python.py": ["--cells", "1000", "--steps", "2"],
}


@pytest.mark.parametrize("output", ["/dev/full", "closed"])
@pytest.mark.parametrize(
    "script, arguments",
    [
        *((script, ["--help"]) for script in sorted({script for _, _, script, _ in COMMANDS})),
        *PRINTING.items(),
    ],
)
def test_output_that_cannot_be_written_is_told_in_one_line(tmp_path, script, arguments, output):
    """With the status of whatever fails under way."""
    to = ">&-" if output == "closed" else f">{output}"
    done = start(["bash", "-c", f'"$@" {to}', "bash", *program_of(script), *arguments], cwd=tmp_path)
    if done.returncode == 2 and "no Python here has" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 1, done.stderr
    assert len(done.stderr.splitlines()) == 1 and "Traceback" not in done.stderr, done.stderr
    assert not list(tmp_path.iterdir())


def test_reader_that_has_seen_enough_is_told_nothing(tmp_path):
    for script in ("scripts/compare.py", "scripts/check_report.py", "scripts/report.py"):
        words = [*program_of(script), *PRINTING[script]]
        done = start(["bash", "-c", 'set -o pipefail; "$@" | true', "bash", *words], cwd=tmp_path)
        assert not done.stderr, done.stderr


def test_name_that_cannot_be_printed_is_printed_otherwise(tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.json"))
    path.write_bytes(EXAMPLE.read_bytes())
    done = run_script(ROOT / "scripts" / "check_report.py", path)
    assert done.returncode == 0 and done.stdout.endswith("valid\n"), done.stderr


def test_example_of_each_help_is_a_command_of_that_script():
    for script in sorted({script for _, _, script, _ in COMMANDS}):
        example = help_of(script).split("Example", maxsplit=1)
        assert len(example) == 2, f"{script} --help has no example"
        assert Path(script).name in example[1], f"the example of {script} --help is of something else"
