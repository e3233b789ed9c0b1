"""The commands of scripts and Python programs in the documents: each is there, takes its options, and, where it is quick, runs.

Commands of the program itself: docs_test.py.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from docs_test import PAGES, split_code
from program import PROGRAM, ROOT, environment

EXAMPLE = ROOT / "results" / "schema" / "example-measured.json"
SCRIPT = re.compile(r"^(?:\./)?((?:scripts|bench/ladder)/[\w./-]+\.(?:sh|py))$")
# Programs of the ladder are run as they stand, up to so many updates.
MOST_UPDATES = 2 * 10**8


def script_commands():
    """(page, words before the script, script, arguments) of every command line of a script in the documents."""
    found = []
    for page in PAGES:
        _, code = split_code(page.read_text(encoding="utf-8"))
        for line in "\n".join(code).replace("\\\n", " ").splitlines():
            try:
                words = shlex.split(line.strip(), comments=True)
            except ValueError:
                continue
            for at, word in enumerate(words):
                match = SCRIPT.match(word)
                # A command begins the line, or follows a launcher or an interpreter; all else are file names.
                if match and (at == 0 or re.match(r"^(python3|bash|mpiexec\S*|[A-Z_]+=)", words[0])):
                    end = next((i for i in range(at, len(words)) if words[i] in ("&&", ";", "|")), len(words))
                    found.append((page, words[:at], match[1], words[at + 1 : end]))
                    break
    return found


COMMANDS = script_commands()


def value_of(arguments, option, otherwise):
    return arguments[arguments.index(option) + 1] if option in arguments else otherwise


def start(words, folder):
    return subprocess.run(
        [str(word) for word in words], cwd=folder, env=environment(), capture_output=True, text=True,
        stdin=subprocess.DEVNULL, timeout=300, check=False,
    )  # fmt: skip


def program_of(script):
    """How to start it: Python scripts under the interpreter of the tests, which has the packages."""
    return [sys.executable, ROOT / script] if script.endswith(".py") else ["bash", ROOT / script]


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
def test_script_is_there_and_takes_its_options(tmp_path, script, arguments):
    path = ROOT / script
    assert path.is_file() and os.access(path, os.X_OK)
    # What run.sh does not know it hands to the sweep.
    known = start([*program_of(script), "--help"], tmp_path)
    assert known.returncode == 0, known.stderr
    text = known.stdout
    if script == "scripts/run.sh":
        text += start([PROGRAM, "sweep", "--help"], tmp_path).stdout
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
        pytest.skip(f"no {launch[0]} here")
    if script.startswith("bench/"):
        cells, steps = (int(float(value_of(arguments, option, "10"))) for option in ("--cells", "--steps"))
        if cells * steps > MOST_UPDATES:
            pytest.fail(f"{script} {' '.join(arguments)}: too long for a test; show a shorter one")
    done = start([*launch, *program_of(script), *arguments, *QUICK.get(script, [])], tmp_path)
    if done.returncode == 2 and "no Python here has" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def pretended_checkout(folder):
    """run.sh with a cmake that fails and says that it was called."""
    scripts = folder / "scripts"
    for name in ("kernels", "drivers", "scripts", "tools"):
        (folder / name).mkdir()
    (folder / "CMakeLists.txt").touch()
    for name in ("run.sh", "build.sh", "packages.sh"):
        shutil.copy(ROOT / "scripts" / name, scripts / name)
    (scripts / "packages-debian.txt").touch()
    (folder / "tools" / "cmake").write_text(f"#!/bin/sh\ntouch {folder}/built\nexit 1\n", encoding="utf-8")
    (folder / "tools" / "cmake").chmod(0o755)
    return {"PATH": f"{folder}/tools:{os.environ['PATH']}"}


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
def test_run_looks_at_its_options_before_it_builds(tmp_path, built):
    more = pretended_checkout(tmp_path)
    program = tmp_path / "build" / "release" / "bin" / "trafficbench"
    if built:
        program.parent.mkdir(parents=True)
        program.write_text(f'#!/bin/sh\nexec {PROGRAM} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        shutil.copy(PROGRAM.parent.parent / "launcher.sh", program.parent.parent)

    def run(words, variables):
        return subprocess.run(["bash", tmp_path / "scripts" / "run.sh", *words], env=environment({**more, **variables}),
                              capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=100, check=False)  # fmt: skip

    for words, variables, word in [*WRONG_RUNS, *(WRONG_VALUES if built else [])]:
        done = run(words, variables)
        assert done.returncode == 2 and not done.stdout, (words, done.stderr)
        assert len(done.stderr.splitlines()) == 1 and done.stderr.startswith("run.sh: ") and word in done.stderr, done.stderr
    assert not (tmp_path / "built").exists()
    # What may be right goes on to the build; an old program says nothing of it.
    for words in [["--cells", "1e5", "--kernels=naive", "--force"], *([["--kernels", "new"]] if built else [])]:
        os.utime(tmp_path / "CMakeLists.txt", (2**31, 2**31) if words[0] == "--kernels" else None)
        if built and words[0] == "--cells":
            os.utime(program, (2**31, 2**31))
        elif built:
            os.utime(program)
        done = run(words, {})
        assert done.returncode == 1 and "the build failed" in done.stderr and (tmp_path / "built").exists(), done.stderr
        (tmp_path / "built").unlink()
    assert not [path for path in tmp_path.glob("**/*.json*")]


def test_run_knows_the_options_of_the_sweep(tmp_path):
    text = (ROOT / "scripts" / "run.sh").read_text(encoding="utf-8")
    known = {name: set(re.search(rf"^{name}=\(([^)]*)\)", text, re.M)[1].split()) for name in ("with_value", "without_value")}
    told = re.findall(r"^  (?:-h,)?(--[\w-]+)( [A-Z]+)?", start([PROGRAM, "sweep", "--help"], tmp_path).stdout, re.M)
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
    """With a status that is none of the verdicts."""
    to = ">&-" if output == "closed" else f">{output}"
    done = start(["bash", "-c", f'"$@" {to}', "bash", *program_of(script), *arguments], tmp_path)
    if done.returncode == 2 and "no Python here has" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.splitlines()) == 1 and "Traceback" not in done.stderr, done.stderr
    assert not list(tmp_path.iterdir())


def test_reader_that_has_seen_enough_is_told_nothing(tmp_path):
    for script in ("scripts/compare.py", "scripts/check_report.py", "scripts/report.py"):
        words = [*program_of(script), *PRINTING[script]]
        done = start(["bash", "-c", 'set -o pipefail; "$@" | true', "bash", *words], tmp_path)
        assert not done.stderr, done.stderr


def test_name_that_cannot_be_printed_is_printed_otherwise(tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.json"))
    path.write_bytes(EXAMPLE.read_bytes())
    done = start([*program_of("scripts/check_report.py"), path], tmp_path)
    assert done.returncode == 0 and done.stdout.endswith("valid\n"), done.stderr


def test_example_of_each_help_is_a_command_of_that_script(tmp_path):
    for script in sorted({script for _, _, script, _ in COMMANDS}):
        text = start([*program_of(script), "--help"], tmp_path).stdout
        example = text.split("Example", maxsplit=1)
        assert len(example) == 2, f"{script} --help has no example"
        assert Path(script).name in example[1], f"the example of {script} --help is of something else"
