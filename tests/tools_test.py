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

from trafficbench_tools import files, intervals
from trafficbench_tools.errors import BadInput
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


def test_failed_write_is_one_line(tmp_path):
    with pytest.raises(BadInput, match="cannot write .*missing/a: No such file"):
        files.write_text(tmp_path / "missing" / "a", "text")
    with pytest.raises(BadInput, match="cannot write .*a: disk is full"), files.new_file(tmp_path / "a"):
        raise OSError(28, "disk is full")
    assert os.listdir(tmp_path) == []


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
    writing = re.compile(r"os\.replace|os\.rename|\.write_text\(|\.write_bytes\(|mkstemp|open\([^)]*[\"'][wax]b?[\"']|savefig\([^f]")
    found = {path.name for path in MODULES for line in path.read_text(encoding="utf-8").splitlines() if writing.search(line)}
    # printing.py opens the null device.
    assert found == {"files.py", "printing.py"}


# --- statistics --------------------------------------------------------------------------------------------------------

STATISTICS = json.loads((EXPECTED / "statistics.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "count, low, high", [(2000, 50, 1950), (1000, 25, 975), (100, 3, 98), (41, 2, 40), (40, 1, 39), (10, 1, 10), (1, 1, 1)]
)
def test_middle_95_percent_are_bound_by_the_ranks_that_the_program_takes(count, low, high):
    """The ceil(q n)-th smallest value, as in drivers/base/statistics.cpp. A value is its own rank here."""
    assert intervals.middle_95_percent(range(count, 0, -1)) == (low, high)


@pytest.mark.parametrize("case", STATISTICS["ratio_bootstrap"], ids=lambda case: case["name"])
def test_middle_95_percent_of_resampled_ratios_lie_where_enumeration_says(case):
    import random
    import statistics

    generator = random.Random(7)
    above, below = case["numerator"], case["denominator"]

    def drawn():
        rounds = generator.choices(range(len(above)), k=len(above))
        others = rounds if case["paired"] else generator.choices(range(len(below)), k=len(below))
        return statistics.median(above[i] for i in rounds) / statistics.median(below[i] for i in others)

    low, high = intervals.middle_95_percent(drawn() for _ in range(4000))
    for value, (least, most) in ((low, case["low_within"]), (high, case["high_within"])):
        assert least * (1 - 1e-12) <= value <= most * (1 + 1e-12)


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
    named = [*columns, *page_data.DETAILS, *page_data.NOT_SHOWN]
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
        "check_report.py", "compare.py", "ladder.py", "physics.py", "report.py", "study.py"
    }  # fmt: skip
    form = re.compile(
        r'#!/usr/bin/env python3\n"""[^\n]+"""\n\nfrom trafficbench_(?:tools|study)\.[\w.]+ import main\n'
        r'from trafficbench_tools\.printing import run\n\nif __name__ == "__main__":\n    run\("[\w.]+", main\)\n'
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
    assert used <= {"trafficbench_tools", "trafficbench_tools.printing"}
    shared = [PACKAGE / name for name in ("__init__.py", "printing.py", "counts.py", "errors.py")]
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
