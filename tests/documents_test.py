"""The documents say what is so: links lead somewhere, commands are taken by the program, the example kernel is the tested one.

Commands that the documents start on several ranks are started so, where the build has MPI; else their options are checked.
"""

import functools
import json
import re
import shlex

import pytest
from documents import PAGES, anchors, split_code
from program import ROOT, call, launcher, succeed

# Longer documents are not read. The changelog may grow.
MOST_README_LINES = 130
MOST_WORDS = 25_000

COMMANDS = ("run", "sweep", "merge", "derive", "check", "list", "ceiling", "io")
# Largest run that is carried out, in cells times iterations; more ranks than this are not started.
MOST_UPDATES = 2 * 10**9
MOST_RANKS = 4


def strip_inline_code(line):
    return re.sub(r"`[^`]*`", "", line)


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


@functools.cache
def help_of(command):
    return succeed(*([command] if command else []), "--help")


@functools.cache
def options_of(command):
    """The options that a command's help names."""
    text = help_of(command).split("Example", maxsplit=1)[0]
    return set(re.findall(r"^\s+(?:-\w,)?(--[\w-]+)", text, flags=re.MULTILINE)) | {"-h"}


@functools.cache
def usable_isas():
    """What --isa takes on this machine."""
    return {"auto", *(isa["name"] for isa in json.loads(succeed("list", "--json"))["isas"] if isa["runs_here"])}


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


def test_documents_are_no_longer_than_somebody_reads():
    readme, *others = (page.read_text(encoding="utf-8") for page in PAGES if page.name != "CHANGELOG.md")
    assert len(readme.splitlines()) <= MOST_README_LINES
    words = sum(len(text.split()) for text in [readme, *others])
    assert words <= MOST_WORDS, f"{words:,} words: shorten as much as you add (wc -w README.md CONTRIBUTING.md docs/*.md docs/notebooks/README.md)"


def test_documents_work_from_any_clone():
    for page in PAGES:
        assert not re.search(r"URL-OF|git clone", page.read_text(encoding="utf-8")), f"{page.name} names a place to clone from"


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
def test_command_line_is_taken(folder, ranks, arguments):
    command = arguments[0] if arguments[0] in COMMANDS else ""
    for word in arguments:
        if word.startswith("-"):
            assert word.split("=")[0] in options_of(command), f"`{command} --help` knows no {word}"

    extra = ["--help"]
    several = ranks > 1
    can_start = not several or (ranks <= MOST_RANKS and launcher() is not None)
    can_start = can_start and value_of(arguments, "--isa", "auto") in usable_isas()
    if can_start:
        if command == "sweep":
            extra = ["--dry-run"]
        elif command == "run" and is_short_run(arguments):
            # Roads and reports of an earlier command may be there.
            extra = ["--force"]
        elif command in ("list", ""):
            extra = []
    done = call(*arguments, *extra, ranks=ranks if can_start and extra != ["--help"] else 1, cwd=folder)
    assert done.returncode == 0, f"status {done.returncode}\n{done.stderr}"
    assert done.stdout.strip() or value_of(arguments, "--output", None)


@pytest.mark.parametrize("command", COMMANDS)
def test_examples_of_the_help_use_its_options(command):
    examples = help_of(command).split("Example", maxsplit=1)[1].splitlines()
    found = 0
    for line in examples:
        for part in re.split(r"&&", line):
            match = re.search(r"trafficbench (\w+)(.*)", part)
            if not match:
                continue
            found += 1
            for option in re.findall(r"--[\w-]+", match.group(2)):
                assert option in options_of(match.group(1)), f"{line.strip()}: no {option}"
    assert found > 0


@pytest.mark.parametrize("command", COMMANDS)
def test_help_says_what_each_option_does(command):
    """--help is where all options are looked up."""
    options = help_of(command).split("\nOptions:\n", maxsplit=1)[1].split("\n\n", maxsplit=1)[0]
    found = re.findall(r"^  (?:-h,)?(--[\w-]+)((?: [A-Z:]{2,}(?:=\S+)?)*)((?:.|\n(?!  -))*)", options, re.MULTILINE)
    assert {name for name, _, _ in found} == options_of(command) - {"-h"}
    for name, _, told in found:
        assert re.sub(r"Needs: --\S+", "", told).strip(), f"{command} --help does not say what {name} does"


@pytest.mark.parametrize("command", COMMANDS)
def test_usage_page_shows_each_command(command):
    """docs/usage.md has a section for each command, with an example, and names no option that is not there."""
    text = (ROOT / "docs" / "usage.md").read_text(encoding="utf-8")
    section = re.search(rf"^## `trafficbench {command}`$(.*?)(?=^## |\Z)", text, flags=re.MULTILINE | re.DOTALL)
    assert section, f"docs/usage.md has no section `trafficbench {command}`"
    assert re.search(rf"^trafficbench(-mpiexec -n \d+ trafficbench)? {command}\b", section[1], re.MULTILINE), f"no example of {command}"
    unknown = set(re.findall(r"`(--[\w-]+)", section[1])) - options_of(command)
    assert not unknown, f"`{command} --help` knows no {sorted(unknown)}"


def test_example_kernel_is_the_one_that_is_tested():
    source = (ROOT / "tests" / "example_kernel.cpp").read_text(encoding="utf-8")
    marked = re.search(r"^// \[example begins\]\n(.*)^// \[example ends\]$", source, flags=re.MULTILINE | re.DOTALL)
    assert marked, "tests/example_kernel.cpp has lost its marks"
    page = (ROOT / "docs" / "kernels.md").read_text(encoding="utf-8")
    section = page.split("\n## Adding a kernel\n", maxsplit=1)[1]
    blocks = re.findall(r"^```cpp\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL)
    assert marked.group(1) in blocks, "docs/kernels.md does not show the text between the marks of tests/example_kernel.cpp"
