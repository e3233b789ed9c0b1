"""What the scripts share: how files are written, the statistics between reports, which machines are alike, and the package itself.

Run: /usr/bin/python3 -m pytest tests/tools_test.py
"""

import ast
import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from program import ROOT, kernels
from report_helpers import SCHEMA_PATH

from trafficbench_tools import command_line, files, printing, reading
from trafficbench_tools.errors import BadInput, FailedUnderWay
from trafficbench_tools.ladder.rungs import PYTHON_RUNGS
from trafficbench_tools.machines import differences
from trafficbench_tools.report import page_data

SCRIPTS = ROOT / "scripts"
PACKAGE = SCRIPTS / "trafficbench_tools"
STUDY = SCRIPTS / "trafficbench_study"
MODULES = sorted(PACKAGE.rglob("*.py"))
EXPECTED = ROOT / "tests" / "expected"


# --- files -------------------------------------------------------------------------------------------------------------


def test_file_appears_whole_and_alone(tmp_path):
    path = tmp_path / "report.html"
    with files.new_file(path) as file:
        file.write(b"half")
        assert not path.exists()
        file.write(b" and half")
    assert path.read_bytes() == b"half and half"
    assert os.listdir(tmp_path) == ["report.html"]


def test_file_has_the_rights_that_any_new_file_has(tmp_path):
    before = os.umask(0o027)
    try:
        files.write_text(tmp_path / "a", "text")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


def test_nothing_is_replaced_unless_asked(tmp_path):
    path = tmp_path / "a"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(BadInput, match="--force"):
        files.write_text(path, "yours")
    assert path.read_text(encoding="utf-8") == "mine"
    files.write_text(path, "yours", replace=True)
    assert path.read_text(encoding="utf-8") == "yours"
    assert os.listdir(tmp_path) == ["a"]


def test_file_that_came_in_the_meantime_is_kept(tmp_path):
    path = tmp_path / "a"
    with pytest.raises(BadInput, match="exists"), files.new_file(path) as file:
        file.write(b"mine")
        path.write_text("theirs", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == "theirs"
    assert os.listdir(tmp_path) == ["a"]


def test_file_system_without_links_is_written_to_all_the_same(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(1, "no links here")

    monkeypatch.setattr(files.os, "link", refuse)
    files.write_text(tmp_path / "a", "text")
    assert (tmp_path / "a").read_text(encoding="utf-8") == "text"
    with pytest.raises(BadInput, match="exists"):
        files.write_text(tmp_path / "a", "other")
    assert os.listdir(tmp_path) == ["a"] and (tmp_path / "a").read_text(encoding="utf-8") == "text"


@pytest.mark.parametrize("problem", [KeyboardInterrupt, ZeroDivisionError])
def test_what_goes_wrong_leaves_nothing_behind(tmp_path, problem):
    path = tmp_path / "a"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(problem), files.new_file(path, replace=True) as file:
        file.write(b"half")
        raise problem
    assert path.read_text(encoding="utf-8") == "mine" and os.listdir(tmp_path) == ["a"]


def test_failed_write_is_one_line_and_nobody_s_input(tmp_path):
    with pytest.raises(FailedUnderWay, match="cannot write .*missing/a: No such file"):
        files.write_text(tmp_path / "missing" / "a", "text")
    with pytest.raises(FailedUnderWay, match="cannot write .*a: disk is full"), files.new_file(tmp_path / "a"):
        raise OSError(28, "disk is full")
    assert os.listdir(tmp_path) == []


def test_first_error_is_told_though_what_was_written_cannot_be_removed(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "no removing here")

    monkeypatch.setattr(files.os, "unlink", refuse)
    with pytest.raises(FailedUnderWay, match="disk is full"), files.new_file(tmp_path / "a"):
        raise OSError(28, "disk is full")


def program_of(lines, *words, before=""):
    """A script that ends as all do, in a process of its own; `lines` are the body of its main()."""
    body = "".join(f"    {line}\n" for line in lines.splitlines())
    text = (
        f"import os, signal, sys\nsys.path.insert(0, {str(SCRIPTS)!r})\n{before}\nfrom trafficbench_tools import files\n"
        f"from trafficbench_tools.printing import run\ndef main():\n{body}run('script.py', main)\n"
    )
    return [sys.executable, "-c", text, *map(str, words)]


def end_of(lines, *words, before="", shell="", **how):
    """(status, standard output, standard error) of such a script; `shell` says where its streams go."""
    command = program_of(lines, *words, before=before)
    if shell:
        command = ["bash", "-c", f'"$@" {shell}', "bash", *command]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False, **how)
    return done.returncode, done.stdout, done.stderr


def test_full_disk_leaves_what_was_there(tmp_path):
    """A limit of the process stands for the disk."""
    (tmp_path / "a").write_text("mine", encoding="utf-8")
    limit = "import resource\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nresource.setrlimit(resource.RLIMIT_FSIZE, (999, 999))"
    said = end_of("files.write_text(sys.argv[1], 'x' * 10**5, replace=True)", tmp_path / "a", before=limit)
    assert said == (1, "", f"script.py: cannot write {tmp_path}/a: File too large\n")
    assert (tmp_path / "a").read_text(encoding="utf-8") == "mine" and os.listdir(tmp_path) == ["a"]


def test_link_is_replaced_and_never_followed(tmp_path):
    (tmp_path / "far").write_text("theirs", encoding="utf-8")
    (tmp_path / "link").symlink_to("far")
    with pytest.raises(BadInput, match="exists"):
        files.write_text(tmp_path / "link", "mine")
    files.write_text(tmp_path / "link", "mine", replace=True)
    assert not (tmp_path / "link").is_symlink() and (tmp_path / "link").read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "far").read_text(encoding="utf-8") == "theirs"


NOT_PLAIN = {
    "a symbolic link to a missing file": lambda path: path.symlink_to("nowhere"),
    "cannot be followed .Too many levels of symbolic links": lambda path: path.symlink_to(path.name),  # to itself
    "a pipe": os.mkfifo,
    "a device": lambda path: path.symlink_to("/dev/null"),
    "a folder": os.mkdir,
}


@pytest.mark.parametrize("replace", [False, True])
@pytest.mark.parametrize("kind", NOT_PLAIN)
def test_what_is_no_plain_file_is_never_replaced(tmp_path, kind, replace):
    path = tmp_path / "a"
    NOT_PLAIN[kind](path)
    before = os.lstat(path)
    for write in (lambda: files.check_target(path, replace), lambda: files.write_text(path, "mine", replace)):
        with pytest.raises(BadInput, match=kind):
            write()
    assert os.listdir(tmp_path) == ["a"] and os.lstat(path).st_ino == before.st_ino


def test_of_many_that_write_one_file_one_wins_and_the_others_are_told(tmp_path):
    path = tmp_path / "a"
    lines = "with files.new_file(sys.argv[1]) as file:\n    file.write(sys.argv[2].encode() * 10**5)\n    sys.stdin.read()"
    texts = "abcd"
    children = [
        subprocess.Popen(program_of(lines, path, text), stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for text in texts
    ]
    for child in children:  # all have begun; they end at much the same time
        child.stdin.close()
    said = [child.stderr.read() for child in children]
    statuses = [child.wait(timeout=60) for child in children]
    for child in children:
        child.stderr.close()
    assert sorted(statuses) == [0, 2, 2, 2], said
    assert all(line == ("" if status == 0 else f"script.py: {path} already exists: name another file, or replace it with --force\n")
               for line, status in zip(said, statuses))  # fmt: skip
    assert path.read_text(encoding="utf-8") == texts[statuses.index(0)] * 10**5 and os.listdir(tmp_path) == ["a"]


def test_names_as_long_as_they_may_be_and_of_any_bytes_are_written(tmp_path):
    for name in ("x" * 255, os.fsdecode(b"\xff" * 255), "é" * 127):
        files.check_target(tmp_path / name, replace=False)
        files.write_text(tmp_path / name, "text")
        (tmp_path / name).unlink()
    with pytest.raises(BadInput, match="File name too long"):
        files.check_target(tmp_path / ("x" * 256), replace=False)


@pytest.mark.parametrize(
    "name, word", [("folder", "is a folder"), ("taken", "--force"), ("missing/a", "no folder"), ("taken/a", "no folder")]
)
def test_target_that_cannot_be_written_is_refused_before_the_work(tmp_path, name, word):
    (tmp_path / "folder").mkdir()
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    with pytest.raises(BadInput, match=word):
        files.check_target(tmp_path / name, replace=False)
    files.check_target(tmp_path / "taken", replace=True)
    files.check_target(tmp_path / "new", replace=False)
    assert sorted(os.listdir(tmp_path)) == ["folder", "taken"]


def test_there_is_one_writer():
    """Nothing else in the package opens a file to write it, or puts one in the place of another."""
    names = r"os\.replace|os\.rename|\.write_text\(|\.write_bytes\(|mkstemp"
    writing = re.compile(names + r"|open\([^)]*[\"'][wax]b?[\"']|savefig\([^f]")
    # printing.py opens the null device, build.py the log of a build.
    assert files_that(writing) == {"files.py", "printing.py", "build.py"}


def files_that(do):
    """Names of the modules that have a line of that form."""
    modules = [*MODULES, *STUDY.glob("*.py")]
    return {path.name for path in modules for line in path.read_text(encoding="utf-8").splitlines() if do.search(line)}


# --- reading -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["a pipe", "a device", "a folder", "No such file", "Too many levels"])
def test_only_plain_files_are_read_and_none_is_waited_for(tmp_path, kind):
    path = tmp_path / "a"
    makes = {"a pipe": os.mkfifo, "a device": lambda path: path.symlink_to("/dev/zero"), "a folder": os.mkdir,
             "Too many levels": lambda path: path.symlink_to(path)}  # fmt: skip
    makes.get(kind, lambda path: None)(path)
    with pytest.raises(BadInput, match=f"a: cannot be read: .*{kind}"):
        reading.read_bytes(path)


def test_files_that_are_too_large_or_no_text_are_not_read(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"x" * 2**20 + b"y")
    with pytest.raises(BadInput, match="larger than 1 MiB"):
        reading.read_text(path, most=2**20)
    assert len(reading.read_text(path)) == 2**20 + 1
    path.write_bytes(b"abc\xff")
    with pytest.raises(BadInput, match="byte 3 is not UTF-8"):
        reading.read_text(path)


@pytest.mark.parametrize(
    "text, word",
    [
        ("[" * 65 + "]" * 65, "64 levels"),
        ("[" * 10**6, "64 levels"),
        ('{"a": ' * 10**5, "64 levels"),
        ('["\\ud800"]', "unpaired UTF-16 surrogate"),
        ('{"\\ud800": 1}', "unpaired UTF-16 surrogate"),
        ('{"a": 1, "a": 1}', "appears twice"),
        (" \n", "not JSON: nothing is in it"),
        ("{" + ",".join(f'"{number}": 1' for number in range(10**5)) + ', "7": 1}', "'7' appears twice"),
        ("[1e31]", "at most 1e[+]30"),
        ("[-1" + "0" * 31 + "]", "at most 1e[+]30"),
        ("[1" + "0" * 5000 + "]", "beyond the range"),
        ("[Infinity]", "Infinity is not"),
        ("", "not JSON"),
        ("\ufeff[]", "not JSON"),
    ],
)
def test_json_that_no_reader_holds_is_refused(text, word):
    with pytest.raises(BadInput, match=word):
        reading.parse_json(text)


def test_json_at_the_bounds_is_read():
    text = "[" * 64 + "]" * 64
    assert json.dumps(reading.parse_json(text)) == text
    assert reading.parse_json('["\\ud83d\\ude00", 1e30, 18446744073709551615]') == ["\U0001f600", 1e30, 2**64 - 1]


def test_there_is_one_reader():
    """What somebody names is read by reading.py; others read what is the scripts' own, the system's, or standard input."""
    reads = re.compile(r"\.read_text\(|\.read_bytes\(|(?<!\.)\bopen\(|json\.loads?\(|os\.open\(")
    own = {"files.py": "a folder", "printing.py": "the null device", "page.py": "parts of the page", "rungs.py": "the system", "session.py": "the system",
           "plan.py": "the system", "build.py": "its log", "placement.py": "standard input",
           "machine.py": "the system"}  # fmt: skip
    assert files_that(reads) == {"reading.py", *own}


# --- how scripts end ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lines, status, line",
    [
        ("return 3", 3, ""),
        ("raise SystemExit(2)", 2, ""),
        ("from trafficbench_tools.errors import BadInput\nraise BadInput('no  such\\nthing \\x1b[2J')", 2, "no such thing \\x1b[2J"),
        ("from trafficbench_tools.errors import FailedUnderWay\nraise FailedUnderWay('the disk')", 1, "the disk"),
        ("os.kill(os.getpid(), signal.SIGINT)\nsignal.pause()", 4, "interrupted; start it again"),
        ("os.kill(os.getpid(), signal.SIGTERM)\nsignal.pause()", 4, "interrupted; start it again"),
        ("os.kill(os.getpid(), signal.SIGHUP)\nsignal.pause()", 4, "interrupted; start it again"),
        ("raise MemoryError", 1, "not enough memory"),
        ("os.chdir('/nowhere')", 1, "/nowhere: No such file or directory"),
        ("return 1 / 0", 1, "internal error, please report it: ZeroDivisionError: division by zero (<string>:7)"),
    ],
)
def test_script_ends_with_its_status_and_one_line(lines, status, line):
    assert end_of(lines) == (status, "", f"script.py: {line}\n" if line else "")


@pytest.mark.parametrize(
    "shell, said",
    [(">/dev/full", "cannot write to standard output: No space left on device"),
     (">&-", "cannot write to standard output: it is closed"), (">&- 2>&-", ""), (">/dev/full 2>/dev/full", ""),
     ("> >(exit 0)", "")],
)  # fmt: skip
def test_output_that_cannot_be_written_is_status_1(shell, said):
    ended = end_of("import time\ntime.sleep(0.3)\nprint('x' * 10**6)", shell=shell)
    assert ended == (1, "", f"script.py: {said}\n" if said else "")


@pytest.mark.parametrize("shell", ["2>/dev/full", "2>&-", "2> >(exit 0)"])
def test_what_cannot_be_told_stops_nothing(shell):
    lines = "import time\ntime.sleep(0.3)\nprint('progress', file=sys.stderr)\nprint('done')\n"
    assert end_of(lines, shell=shell) == (0, "done\n", "")
    assert end_of(lines + "raise __import__('trafficbench_tools.errors').errors.BadInput('x')", shell=shell)[0] == 2


def test_text_that_cannot_be_encoded_is_escaped():
    assert printing.printable(os.fsdecode(b"caf\xe9 \xc3\xa9")) == "caf\\xe9 é"
    lines = "print(os.fsdecode(b'\\xe9'), chr(0x20ac))\nprint(os.fsdecode(b'\\xe9'), chr(0x20ac), file=sys.stderr)"
    for alphabet, euro in (("ascii", "\\u20ac"), ("utf-8", "€")):
        ended = end_of(lines, env={**os.environ, "PYTHONIOENCODING": f"{alphabet}:strict"})
        assert ended == (0, f"\\xe9 {euro}\n", f"\\xe9 {euro}\n")


@pytest.mark.parametrize("words", [["--output="], ["--output", ""], [""], ["a", "--only=", "--force"], ["a", ""]])
def test_empty_words_are_refused(words):
    with pytest.raises(BadInput, match="is empty"):
        command_line.check_words(words, "report.py")


def test_words_that_hold_something_are_taken():
    command_line.check_words(["--output=a=", "a=", "-", "--", "--force", " "], "report.py")


# --- machines ----------------------------------------------------------------------------------------------------------

MACHINES = json.loads((EXPECTED / "same_machine.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", MACHINES, ids=lambda case: case["note"])
def test_same_machine(case):
    for one, other in ((case["one"], case["other"]), (case["other"], case["one"])):
        found = differences(one, other)
        assert sorted(found) == case["differ"] and (not found) == case["same"]
    for name, (ours, theirs) in differences(case["one"], case["other"]).items():
        if name != "caches":
            assert (ours, theirs) == (case["one"]["cpu"][name], case["other"]["cpu"][name])


def test_cases_say_both():
    assert {case["same"] for case in MACHINES} == {True, False}
    assert all(case["same"] == (case["differ"] == []) for case in MACHINES)


# --- the page's columns ------------------------------------------------------------------------------------------------


def test_page_shows_every_field_of_a_row_or_says_why_not():
    properties = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))["$defs"]["row"]["properties"]
    columns = [key for key, _, _, _ in page_data.COLUMNS if key not in page_data.OWN_COLUMNS]
    details = [key for key in page_data.DETAILS if key not in page_data.OWN_DETAILS]
    named = [*columns, *details, *page_data.NOT_SHOWN]
    assert sorted(named) == sorted(properties), "each field once, and nothing else"
    assert all(page_data.NOT_SHOWN.values())


# --- the package -------------------------------------------------------------------------------------------------------


def test_package_knows_no_kernel():
    """What is to be known of a kernel stands in the rows: a new one is in every table and plot without an edit here."""
    names = kernels()
    assert len(names) >= 6
    word = re.compile(rf"(?<![\w-])({'|'.join(names)})(?![\w-])")
    parts = [path for path in PACKAGE.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    found = [f"{path.name}: {line.strip()}" for path in parts for line in path.read_text(encoding="utf-8").splitlines()
             if word.search(line)]  # fmt: skip
    assert not found
    # Rungs outside C++ are the ladder's own, and nobody else's; `python` and `numba` are words of others too.
    own = [name for name in PYTHON_RUNGS if "-" in name]
    assert own
    assert {path.parent.name for path in parts if any(name in path.read_text(encoding="utf-8") for name in own)} == {"ladder"}


def imports_of(path):
    """Modules that a file imports, by their whole names."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found.add(node.module)
    return found


@pytest.mark.parametrize("package", [PACKAGE, STUDY], ids=lambda package: package.name)
def test_modules_are_imported_by_their_whole_names(package):
    """No sys.path is changed, and no module of the package goes by a short name that another could have."""
    own = {path.stem for path in package.rglob("*.py")}
    for path in package.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "sys.path" not in text, path
        assert not (imports_of(path) & own - set(sys.stdlib_module_names)), path


def entries():
    return sorted(SCRIPTS.glob("*.py"))


def test_entries_are_all_alike():
    """They start the package and do nothing else."""
    assert {path.name for path in entries()} == {
        "check_report.py", "compare.py", "document_tables.py", "ladder.py", "physics.py", "report.py", "self_comparison.py", "study.py", "ways.py"
    }  # fmt: skip
    form = re.compile(
        r'#!/usr/bin/env python3\n"""[^\n]+"""\n\nimport os\nimport sys\n\nsys\.path\.insert\(0, os\.path\.dirname\(os\.path\.realpath\(__file__\)\)\)\n'
        r'from trafficbench_tools\.start import start  # noqa: E402\n\nif __name__ == "__main__":\n'
        r'    start\("[\w.]+", "trafficbench_(?:tools|study)\.[\w.]+"(?:, of_login_nodes=True)?\)\n'
    )
    for path in entries():
        assert form.fullmatch(path.read_text(encoding="utf-8")), path.name
        assert os.access(path, os.X_OK), path.name


@pytest.mark.parametrize("path", entries(), ids=lambda path: path.name)
def test_entry_starts_in_any_folder(tmp_path, path):
    """Whatever lies there: a folder on the path may hold modules of the same names."""
    for name in ("printing", "counts", "plan", "store", "status", "rows", "files", "trafficbench_tools"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the wrong module')\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, path, "--help"], cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0 and "Example" in done.stdout, done.stderr


def test_what_login_nodes_run_is_python_3_6_and_needs_no_package():
    files_of_login_nodes = [SCRIPTS / "study.py", *STUDY.glob("*.py")]
    used = set()
    for path in files_of_login_nodes:
        used |= {name for name in imports_of(path) if name.startswith("trafficbench_tools")}
    names = ("__init__.py", "command_line.py", "counts.py", "errors.py", "files.py", "launchers.py", "printing.py", "reading.py", "start.py",
             "with_packages.py")
    shared = [PACKAGE / name for name in names]
    assert used <= {"trafficbench_tools", *(f"trafficbench_tools.{path.stem}" for path in shared)}
    for path in [*files_of_login_nodes, *shared]:
        ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 6))
        outside = {name.split(".")[0] for name in imports_of(path)} - set(sys.stdlib_module_names)
        assert outside <= {"trafficbench_study", "trafficbench_tools"}, path
    assert imports_of(STUDY / "lists.py") == {"trafficbench_tools", "trafficbench_study.bad_input"}


@pytest.mark.parametrize("path", [*MODULES, *STUDY.glob("*.py")], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_module_says_what_it_is_for(path):
    assert ast.get_docstring(ast.parse(Path(path).read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_public_function_says_what_it_does(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    public = [node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name[0] != "_"]
    assert [node.name for node in public if not ast.get_docstring(node)] == []
