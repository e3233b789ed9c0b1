"""The documents say what is so: links lead somewhere, commands are taken by the program, the example kernel is the tested one.

Environment:
  TRAFFICBENCH           the program
  TRAFFICBENCH_LAUNCHER  optional: launcher with its flags up to the number of ranks ("mpiexec --bind-to none -n"). Commands
                         that the documents start on several ranks are then started so; without it, their options are checked

Run: TRAFFICBENCH=build/release/bin/trafficbench python3 -m pytest tests/documents_test.py
"""

import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMANDS = ("run", "sweep", "merge", "derive", "check", "list", "ceiling")
# Largest run that is carried out, in cells times iterations; more ranks than this are not started.
MOST_UPDATES = 2 * 10**9
MOST_RANKS = 4


def split_code(text):
    """The lines of a page outside and inside its code blocks, fenced or indented."""
    prose, code = [], []
    fence = None
    previous_blank = True
    in_indented = False
    for line in text.splitlines():
        mark = re.match(r"\s*(```|~~~)", line)
        if fence is not None:
            if mark and mark.group(1) == fence:
                fence = None
                code.append("")
            else:
                code.append(line)
            continue
        if mark:
            fence = mark.group(1)
            in_indented = False
            continue
        indented = line.startswith("    ") and line.strip() != ""
        in_indented = indented and (in_indented or previous_blank)
        (code if in_indented else prose).append(line)
        previous_blank = line.strip() == "" or in_indented
    assert fence is None, "a code block is not closed"
    return prose, code


def strip_inline_code(line):
    return re.sub(r"`[^`]*`", "", line)


def anchors(path):
    """Anchors of a page's headings, as GitHub makes them."""
    prose, _ = split_code(path.read_text(encoding="utf-8"))
    found = set()
    for line in prose:
        heading = re.match(r"#+\s+(.*)", line)
        if heading:
            kept = re.sub(r"[^\w\- ]", "", heading.group(1).strip().lower())
            found.add(kept.replace(" ", "-"))
    return found


def links():
    for page in PAGES:
        prose, _ = split_code(page.read_text(encoding="utf-8"))
        for line in prose:
            for target in re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", strip_inline_code(line)):
                if not re.match(r"[a-z]+:", target):
                    yield pytest.param(page, target, id=f"{page.name}: {target}")


def shell_commands(lines):
    """Single commands of shell lines, as lists of words; comments and what is not meant for a shell left out."""
    joined = "\n".join(lines).replace("\\\n", " ")
    for line in joined.splitlines():
        if "trafficbench" not in line:
            continue
        try:
            words = shlex.split(line.strip(), comments=True)
        except ValueError:
            continue
        command = []
        for word in [*words, "&&"]:
            if word in ("&&", ";", "|", "||"):
                if command:
                    yield command
                command = []
            else:
                command.append(word)


def trafficbench_commands():
    """(where, ranks, arguments) of every command line of the program in the documents, in their order."""
    found = []
    for page in PAGES:
        _, code = split_code(page.read_text(encoding="utf-8"))
        for command in shell_commands(code):
            at = next((i for i, word in enumerate(command) if word.split("/")[-1] == "trafficbench"), None)
            if at is None:
                continue
            launch = command[:at]
            while launch and re.match(r"[A-Z_]+=", launch[0]):
                launch = launch[1:]
            # What is not started by a launcher or at once is no command line: a file name, a table.
            if launch and launch[0] not in ("mpiexec", "mpirun", "srun", "exec", "time"):
                continue
            arguments = command[at + 1 :]
            if not arguments or not (arguments[0] in COMMANDS or arguments[0].startswith("--")):
                continue
            text = " ".join(launch)
            ranks = re.search(r"(?:-n|-np|--ntasks)[ =](\d+)", text)
            found.append((page, int(ranks.group(1)) if ranks else 1, [a for a in arguments if a not in (">", ">>")]))
    return found


TRAFFICBENCH_COMMANDS = trafficbench_commands()


@pytest.fixture(scope="session")
def program():
    path = os.environ.get("TRAFFICBENCH")
    if not path:
        pytest.skip("TRAFFICBENCH does not name the program")
    return str(Path(path).resolve())


def start(arguments, folder, ranks=1):
    launcher = shlex.split(os.environ.get("TRAFFICBENCH_LAUNCHER", ""))
    command = [*launcher, str(ranks), *arguments] if ranks > 1 else arguments
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="session")
def options_of(program, tmp_path_factory):
    """The options that each command's help names."""
    folder = tmp_path_factory.mktemp("help")

    def names(command):
        words = [program, command, "--help"] if command else [program, "--help"]
        text = start(words, folder).stdout.split("Example", maxsplit=1)[0]
        return set(re.findall(r"^\s+(?:-\w,)?(--[\w-]+)", text, flags=re.MULTILINE)) | {"-h"}

    return {command: names(command) for command in ("", *COMMANDS)}


@pytest.fixture(scope="session")
def usable_isas(program, tmp_path_factory):
    """What --isa takes on this machine."""
    listed = json.loads(start([program, "list", "--json"], tmp_path_factory.mktemp("list")).stdout)
    return {"auto", *(isa["name"] for isa in listed["isas"] if isa["runs_here"])}


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Where the documents' commands run, one after the other: a road that one saves is there for the next."""
    return tmp_path_factory.mktemp("documents")


def value_of(arguments, option, otherwise):
    for i, word in enumerate(arguments):
        if word == option:
            return arguments[i + 1]
        if word.startswith(option + "="):
            return word.split("=", 1)[1]
    return otherwise


def number(text):
    power = re.fullmatch(r"(\d+)\^(\d+)", text)
    if power:
        return int(power.group(1)) ** int(power.group(2))
    suffixes = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
    for suffix, factor in suffixes.items():
        if text.endswith(suffix):
            return float(text[: -len(suffix)]) * factor
    return float(text)


def is_short_run(arguments):
    cells = number(value_of(arguments, "--cells", "10240000"))
    return cells * number(value_of(arguments, "--steps", "100")) <= MOST_UPDATES


@pytest.mark.parametrize("page,target", links())
def test_link_leads_somewhere(page, target):
    path, _, anchor = target.partition("#")
    file = (page.parent / path).resolve() if path else page
    assert file.exists(), f"{page.name} links to {target}, which is not there"
    assert ROOT in [file, *file.parents], f"{page.name} links out of the repository: {target}"
    if anchor:
        assert anchor in anchors(file), f"{page.name} links to {target}: there is no such heading"


def test_documents_have_commands_and_links():
    assert len(TRAFFICBENCH_COMMANDS) > 20
    assert {arguments[0] for _, _, arguments in TRAFFICBENCH_COMMANDS} >= set(COMMANDS)
    assert len(list(links())) > 10


@pytest.mark.parametrize(
    "ranks,arguments",
    [
        pytest.param(ranks, arguments, id=f"{i}: {page.name}: {' '.join(arguments)}")
        for i, (page, ranks, arguments) in enumerate(TRAFFICBENCH_COMMANDS)
    ],
)
def test_command_line_is_taken(program, options_of, usable_isas, folder, ranks, arguments):
    command = arguments[0] if arguments[0] in COMMANDS else ""
    for word in arguments:
        if word.startswith("-"):
            assert word.split("=")[0] in options_of[command], f"`{command} --help` knows no {word}"

    extra = ["--help"]
    several = ranks > 1
    can_start = not several or (ranks <= MOST_RANKS and os.environ.get("TRAFFICBENCH_LAUNCHER"))
    can_start = can_start and value_of(arguments, "--isa", "auto") in usable_isas
    if can_start:
        if command == "sweep":
            extra = ["--dry-run"]
        elif command == "run" and is_short_run(arguments):
            # Roads and reports of an earlier command may be there.
            extra = ["--force"]
        elif command in ("list", ""):
            extra = []
    done = start([program, *arguments, *extra], folder, ranks if can_start and extra != ["--help"] else 1)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() or value_of(arguments, "--output", None)


@pytest.mark.parametrize("command", COMMANDS)
def test_examples_of_the_help_use_its_options(program, options_of, tmp_path, command):
    text = start([program, command, "--help"], tmp_path).stdout
    examples = text.split("Example", maxsplit=1)[1].splitlines()
    found = 0
    for line in examples:
        for part in re.split(r"&&", line):
            match = re.search(r"trafficbench (\w+)(.*)", part)
            if not match:
                continue
            found += 1
            for option in re.findall(r"--[\w-]+", match.group(2)):
                assert option in options_of[match.group(1)], f"{line.strip()}: no {option}"
    assert found > 0


@pytest.mark.parametrize("command", COMMANDS)
def test_usage_page_names_every_option(options_of, command):
    """docs/usage.md is complete: each option stands in the section of its command."""
    text = (ROOT / "docs" / "usage.md").read_text(encoding="utf-8")
    section = re.search(rf"^## `trafficbench {command}`$(.*?)(?=^## |\Z)", text, flags=re.MULTILINE | re.DOTALL)
    assert section, f"docs/usage.md has no section `trafficbench {command}`"
    missing = {option for option in options_of[command] - {"--help", "-h"} if f"`{option}" not in section.group(1)}
    assert not missing, f"docs/usage.md says nothing of {sorted(missing)} of {command}"


def test_example_kernel_is_the_one_that_is_tested():
    source = (ROOT / "tests" / "example_kernel.cpp").read_text(encoding="utf-8")
    marked = re.search(r"^// \[example begins\]\n(.*)^// \[example ends\]$", source, flags=re.MULTILINE | re.DOTALL)
    assert marked, "tests/example_kernel.cpp has lost its marks"
    page = (ROOT / "docs" / "kernels.md").read_text(encoding="utf-8")
    section = page.split("\n## Adding a kernel\n", maxsplit=1)[1]
    blocks = re.findall(r"^```cpp\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL)
    assert marked.group(1) in blocks, "docs/kernels.md does not show the text between the marks of tests/example_kernel.cpp"
