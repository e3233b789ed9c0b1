"""The notebooks for the tests: their files, read with nbformat, and where they link to."""

import ast
import re

import nbformat
import script  # noqa: F401  (puts the scripts' package on the search path)

from trafficbench_tools.notebooks.running import FOLDER, all_notebooks, name_of

PATHS = all_notebooks()
NAMES = [name_of(path) for path in PATHS]
LESSONS = [path for path in PATHS if path.parent == FOLDER]


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def syntax_of(cell):
    """The syntax tree of a code cell; of nothing for one that is given to a magic of IPython, such as a file to write."""
    return ast.parse("" if cell.source.startswith("%%") else re.sub(r"^[%!].*", "", cell.source, flags=re.MULTILINE))


def text_of(notebook):
    """All that is written for people."""
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def links_of(notebook):
    """Targets of links within the repository."""
    found = re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", text_of(notebook))
    return [target for target in found if not re.match(r"[a-z]+:", target)]
