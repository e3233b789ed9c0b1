"""The files of the notebooks: without outputs in git, and each built as the others are, so that a reader finds the way.

Run: /usr/bin/python3 -m pytest tests/notebooks_test.py
"""

import ast
import re
import sys

import nbformat
import pytest
from documents import anchors
from notebook_files import LESSONS, NAMES, PATHS, code_cells, links_of, read, syntax_of, text_of
from program import ROOT

from trafficbench_tools.notebooks.running import FOLDER

# What the lessons that are one file each, for any laptop and hosted service, may import.
ALONE = {"numpy", "matplotlib", "numba", *sys.stdlib_module_names}

each = pytest.mark.parametrize("path", PATHS, ids=NAMES)
each_lesson = pytest.mark.parametrize("path", LESSONS, ids=[path.stem for path in LESSONS])


def exercises(notebook):
    """Their numbers."""
    return [int(number) for number in re.findall(r"^## Exercise (\d+)\b", text_of(notebook), re.MULTILINE)]


def test_there_are_eleven_each_with_solutions():
    assert [int(path.stem[:2]) for path in LESSONS] == list(range(1, 12))
    assert {path.name for path in PATHS if path not in LESSONS} == {path.name for path in LESSONS}


@each
def test_it_stands_in_git_without_outputs(path):
    notebook = read(path)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None, f"{cell.id} was committed as it was run"
        assert not cell.metadata, f"{cell.id} has metadata"
        assert re.fullmatch(r"[a-z][a-z0-9-]*", cell.id), f"a cell's id is no name: {cell.id}"
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert set(notebook.metadata) <= {"kernelspec", "language_info"} and notebook.metadata.kernelspec.name == "python3"
    assert path.read_text(encoding="utf-8") == nbformat.writes(notebook) + "\n", (
        f"not as nbformat writes it: import nbformat; nbformat.write(nbformat.read('{path}', 4), '{path}')"
    )


@each
def test_it_speaks_of_no_machine_of_its_authors(path):
    for cell in read(path).cells:
        assert not re.search(r"/(work|home|root|tmp)/", cell.source), f"{path.name}: {cell.id}"


@each
def test_parameters_come_first(path):
    assert code_cells(read(path))[0].id == "parameters"


@each
def test_code_cells_are_short(path):
    for cell in code_cells(read(path))[1:]:
        assert len(cell.source.splitlines()) <= 25, f"{cell.id} is long"
        assert max(map(len, cell.source.splitlines()), default=0) <= 125, f"{cell.id} is wider than a page"


@each
def test_links_lead_somewhere(path):
    for target in links_of(read(path)):
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        assert file.exists() and ROOT in file.parents, f"{path.name} links to {target}"
        if anchor and file.suffix == ".md":
            assert anchor in anchors(file), f"{path.name} links to {target}: there is no such heading"


@each_lesson
def test_its_top_says_what_it_is(path):
    top = read(path).cells[0].source
    assert re.match(rf"# {int(path.stem[:2])}\. \S", top)
    for words in ["What you will learn", "What you need", "How long it takes"]:
        assert f"**{words}" in top
    at = LESSONS.index(path)
    beside = [LESSONS[i].name for i in (at - 1, at + 1) if 0 <= i < len(LESSONS)]
    for target in [*beside, f"solutions/{path.name}"]:
        assert f"]({target})" in top, f"no link to {target}"


@each_lesson
def test_it_asks_before_it_answers(path):
    text = text_of(read(path))
    assert "Predict before you run" in text
    assert "What to see" in text


@each_lesson
def test_every_exercise_has_a_cell_to_work_in_and_a_solution(path):
    notebook, solutions = read(path), read(FOLDER / "solutions" / path.name)
    numbers = exercises(notebook)
    assert 2 <= len(numbers) <= 4 and numbers == list(range(1, len(numbers) + 1))
    assert exercises(solutions) == numbers
    assert f"](../{path.name})" in text_of(solutions)
    begins = [i for i, cell in enumerate(notebook.cells) if cell.source.startswith("## ")] + [len(notebook.cells)]
    for begin, end in zip(begins, begins[1:]):
        if notebook.cells[begin].source.startswith("## Exercise"):
            assert f"[Solution](solutions/{path.name}" in notebook.cells[begin].source
            assert "# your code here" in [cell.source for cell in notebook.cells[begin:end]]


@each
def test_every_assertion_says_what_it_holds(path):
    count = 0
    for cell in code_cells(read(path)):
        for assertion in (node for node in ast.walk(syntax_of(cell)) if isinstance(node, ast.Assert)):
            count += 1
            assert assertion.msg or "#" in cell.source, f"{cell.id}, line {assertion.lineno}"
    assert count > 0


@pytest.mark.parametrize("path", PATHS[:8], ids=NAMES[:8])
def test_the_first_four_need_numpy_and_matplotlib_alone(path):
    for cell in code_cells(read(path)):
        for node in ast.walk(syntax_of(cell)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name.split(".")[0] in ALONE, f"{cell.id} imports {name}"
