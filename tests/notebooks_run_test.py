"""Every notebook and its solutions executed, two at a time: all cells run, every figure is labelled, and pages can be made of them.

Run: TRAFFICBENCH_BUILD=build/release /usr/bin/python3 -m pytest tests/notebooks_run_test.py
"""

import json
import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from notebook_files import LESSONS, NAMES, PATHS, links_of
from program import BUILD, ROOT, environment

from trafficbench_tools.notebooks import machine, pages
from trafficbench_tools.notebooks.running import execute, name_of

# Looks at each figure as it is drawn for the notebook: what has no label, and which labels lie over each other.
LOOKING = '''
import matplotlib.backend_bases as _bases

_draw, _figures = _bases.FigureCanvasBase.print_figure, []


def _over_each_other(texts):
    shown = [text for text in texts if text.get_visible() and text.get_text() and text.get_rotation() in (0, 90)]
    boxes = [text.get_window_extent().padded(-1) for text in shown]
    return [f"{shown[i].get_text()!r} lies over {shown[j].get_text()!r}"
            for i in range(len(boxes)) for j in range(i) if boxes[i].overlaps(boxes[j])]


def _wrong(figure):
    figure.canvas.draw()
    axes = [each for each in figure.axes if each.get_visible() and each.axison]
    if not figure._suptitle and not any(each.get_title(loc) for each in axes for loc in ("left", "center", "right")):
        yield "it has no title"
    for each in axes:
        names = {"x": [other.get_xlabel() for other in each.get_shared_x_axes().get_siblings(each)],
                 "y": [other.get_ylabel() for other in each.get_shared_y_axes().get_siblings(each)]}
        lacks = [name for name in names if not any(names[name])]
        if lacks and not (hasattr(each, "_colorbar") and len(lacks) == 1):
            yield f"no label on {lacks}"
        for axis in (each.xaxis, each.yaxis):
            low, high = sorted(axis.get_view_interval())
            yield from _over_each_other([tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high])
        yield from _over_each_other(each.texts)


def _looked_at(canvas, *words, **how):
    _figures.append(list(_wrong(canvas.figure)))
    return _draw(canvas, *words, **how)


_bases.FigureCanvasBase.print_figure = _looked_at
'''
# Figures that an exercise shows to be mended.
FAULTY = {"10-reports": 1}
TOLD = "import json as _json\nprint(_json.dumps(_figures))"


def look(notebook):
    notebook.cells.insert(0, new_code_cell(LOOKING))
    notebook.cells.append(new_code_cell(TOLD))


def outputs(notebook):
    return [(cell, output) for cell in notebook.cells for output in cell.get("outputs", [])]


@pytest.fixture(scope="session")
def executed():
    """{name: (Executed, what is wrong with each of its figures)}"""
    done = execute(PATHS, at_once=2, env=environment({"TRAFFICBENCH_BUILD": str(BUILD)}), change=look)
    found = {}
    for each in done:
        told = each.notebook.cells[-1].outputs
        found[name_of(each.path)] = (each, json.loads(told[0].text) if told else [])
        each.notebook.cells = each.notebook.cells[1:-1]
        print(f"{each.seconds:6.1f} s  {name_of(each.path)}")
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_cell_runs(executed, name):
    done, _ = executed[name]
    assert done.problem == ""
    # Warnings are for those who can do something about them.
    told = [f"{cell.id}: {output.text}" for cell, output in outputs(done.notebook) if output.get("name") == "stderr"]
    assert told == []


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_can_be_read(executed, name):
    done, figures = executed[name]
    assert len(figures) >= sum("image/png" in output.get("data", {}) for _, output in outputs(done.notebook))
    wrong = [figure for figure in figures if figure]
    assert len(wrong) == FAULTY.get(name, 0), wrong
    if name in [path.stem for path in LESSONS]:
        assert figures, "a lesson without a picture"


def test_the_looking_sees_what_is_wrong(tmp_path):
    path = tmp_path / "bad.ipynb"
    code = [
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])",
        "figure, axes = plt.subplots()\naxes.set(title='t', xlabel='x', ylabel='y')\n"
        "axes.text(0.5, 0.5, 'one')\naxes.text(0.5, 0.5, 'two');",
        "figure, axes = plt.subplots()\naxes.set(title='t', xlabel='x', ylabel='y');",
    ]
    nbformat.write(new_notebook(cells=[new_code_cell(text) for text in code]), path)
    [done] = execute([path], change=look)
    bare, over, good = json.loads(done.notebook.cells[-1].outputs[0].text)
    assert bare == ["it has no title", "no label on ['x', 'y']"]
    assert over == ["'two' lies over 'one'"]
    assert good == []


def test_one_page_of_all(executed, tmp_path):
    done = [each for each, _ in executed.values()]
    path = tmp_path / "notebooks.html"
    pages.write_one_page(done, path, machine.describe())
    text = path.read_text(encoding="utf-8")
    assert path.stat().st_size < 3_000_000
    assert not re.search(r"""(src|href)=["'](https?:)?//[^"']*\.(js|css)|<script""", text), "it asks the network for something"
    assert machine.describe()[0].split(";")[0] in text
    for each in done:
        assert pages.title_of(each.notebook) in text
    inside = set(re.findall(r'href="#([^"]+)"', text))
    assert inside <= set(re.findall(r'id="([^"]+)"', text))
    assert set(NAMES) <= set(re.findall(r'<(?:section|details) id="([^"]+)"', text))


def test_a_page_each_and_links_to_all(executed, tmp_path):
    done = [each for each, _ in executed.values()]
    pages.write_pages(done, tmp_path, machine.describe())
    for page in [tmp_path / "index.html", *(tmp_path / f"{name}.html" for name in NAMES)]:
        for target in re.findall(r'href="([^"#]+)(?:#[^"]*)?"', page.read_text(encoding="utf-8")):
            assert re.match(r"https?:", target) or (page.parent / target).exists(), f"{page.name} links to {target}"
    listed = re.findall(r'<li><a href="([^"]+)">', (tmp_path / "index.html").read_text(encoding="utf-8"))
    assert listed == [f"{path.stem}.html" for path in LESSONS]
    assert all(links_of(each.notebook) for each in done)


def test_the_page_in_results_has_every_notebook():
    text = (ROOT / "results" / "notebooks.html").read_text(encoding="utf-8")
    assert 'class="machine"' in text and len(text) < 3_000_000
    assert set(NAMES) <= set(re.findall(r'<(?:section|details) id="([^"]+)"', text)), "scripts/notebooks.sh --render results/notebooks.html"
