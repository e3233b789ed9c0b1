"""What a notebook needs and does not find: its first cell says so in one sentence, without a traceback. And scripts/notebooks.sh.

Run: TRAFFICBENCH_BUILD=build/release /usr/bin/python3 -m pytest tests/notebooks_missing_test.py
"""

import re
import shutil
import subprocess
import sys

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from notebook_files import NAMES, PATHS, code_cells, read
from program import BUILD, ROOT, environment

from trafficbench_tools.notebooks.running import FOLDER, execute, name_of

# Loaded by every Python that starts with this folder on its search path.
HIDING = """
import os, sys


class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in os.environ.get("HIDDEN", "").split(","):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Hidden())
if "ONE_CORE" in os.environ:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
"""
PLOTTING = [path for path in PATHS if any("matplotlib" in cell.source for cell in code_cells(read(path)))]
OLD = "import sys\nsys.version_info = (3, 6, 15, 'final', 0)"


@pytest.fixture(scope="session")
def hiding(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hiding")
    (folder / "sitecustomize.py").write_text(HIDING, encoding="utf-8")
    return str(folder)


def first_cell(notebook):
    """Leaves what comes up to and with the parameters."""
    at = [cell.id for cell in notebook.cells].index("parameters")
    notebook.cells = notebook.cells[: at + 1]


def one_sentence(done):
    """What the reader sees of the error: one line without a traceback."""
    [error] = [o for cell in done.notebook.cells for o in cell.get("outputs", []) if o.output_type == "error"]
    assert error.ename == "Missing", error.evalue
    assert error.traceback == [error.evalue]
    assert "\n" not in error.evalue and error.evalue.endswith(".")
    return error.evalue


def run(paths, hiding, change=first_cell, **env):
    env = environment({"TRAFFICBENCH_BUILD": str(BUILD), "PYTHONPATH": hiding, "PYTHONDONTWRITEBYTECODE": "1", **env})
    return execute(paths, at_once=2, env=env, change=change)


@pytest.fixture(scope="session")
def without(hiding, tmp_path_factory):
    """{what is missing: {name: its sentence}} for all notebooks."""

    def older(notebook):
        first_cell(notebook)
        notebook.cells.insert(0, new_code_cell(OLD))

    elsewhere = tmp_path_factory.mktemp("not-built")
    shutil.copytree(ROOT / "docs" / "notebooks", elsewhere / "docs" / "notebooks")
    copies = [elsewhere / path.relative_to(ROOT) for path in PATHS if "course" in read(path).cells[1].source]
    empty = str(tmp_path_factory.mktemp("empty"))
    return {
        "numpy": {name_of(d.path): one_sentence(d) for d in run(PATHS[:8], hiding, HIDDEN="numpy")},
        "matplotlib": {name_of(d.path): one_sentence(d) for d in run(PLOTTING, hiding, HIDDEN="matplotlib")},
        "a newer Python": {name_of(d.path): one_sentence(d) for d in run(PATHS, hiding, change=older)},
        "the module": {
            str(d.path.relative_to(elsewhere / "docs" / "notebooks").with_suffix("")): one_sentence(d)
            for d in run(copies, hiding, HIDDEN="trafficbench", TRAFFICBENCH_BUILD=empty)
        },
    }


@pytest.mark.parametrize("name", map(name_of, PLOTTING))
def test_a_missing_package(without, name):
    sentence = without["matplotlib"][name]
    assert "matplotlib" in sentence and "pip install" in sentence and "scripts/notebooks.sh" in sentence
    if name in without["numpy"]:
        assert "numpy" in without["numpy"][name] and "pip install" in without["numpy"][name]


@pytest.mark.parametrize("name", NAMES)
def test_a_kernel_too_old(without, name):
    assert "needs Python 3.9 or later" in without["a newer Python"][name]


def test_a_module_that_is_not_built(without):
    assert without["the module"], "no notebook imports course.py"
    for sentence in without["the module"].values():
        assert "not built" in sentence and "scripts/notebooks.sh" in sentence


# course.py, asked by itself.


def ask(hiding, code, **env):
    """The notebook of one cell beside course.py that runs this code."""
    def only(notebook):
        notebook.cells = new_notebook(cells=[new_code_cell(code)]).cells

    [done] = run([PATHS[0]], hiding, change=only, **env)
    return done


def test_no_launcher_of_mpi4pys_mpi(hiding):
    done = ask(hiding, "from course import launcher\nlauncher(2)", PATH="")
    assert re.search(r"no launcher of mpi4py's MPI .* on the path: install it", one_sentence(done))


def test_a_program_that_is_not_built(hiding, tmp_path):
    copy = tmp_path / "docs" / "notebooks"
    shutil.copytree(FOLDER, copy)
    code = f"import sys\nsys.path[0] = {str(copy)!r}\nfrom course import needs\nneeds(program=True)"
    assert "program trafficbench, which is not built" in one_sentence(ask(hiding, code, PATH="", TRAFFICBENCH_BUILD=str(tmp_path)))


def test_a_module_of_another_python(hiding, tmp_path):
    package = tmp_path / "python" / "trafficbench"
    package.mkdir(parents=True)
    (package / "_core.cpython-36m-x86_64-linux-gnu.so").touch()
    copy = tmp_path / "docs" / "notebooks"
    shutil.copytree(FOLDER, copy)
    code = f"import sys\nsys.path[0] = {str(copy)!r}\nfrom course import needs\nneeds('trafficbench')"
    sentence = one_sentence(ask(hiding, code, HIDDEN="trafficbench", TRAFFICBENCH_BUILD=str(tmp_path)))
    assert "built for another Python than this kernel's" in sentence


def test_one_core(hiding):
    done = ask(hiding, "from course import needs\nprint(needs('trafficbench', cores=2))", ONE_CORE="1")
    assert done.problem == ""
    said = done.notebook.cells[0].outputs[0].text.splitlines()
    assert said[0].startswith("This notebook is about 2 cores or more, and 1 can be used here") and said[1:] == ["1"]


# scripts/notebooks.sh


def call(*words, **env):
    env = {**environment({"TRAFFICBENCH_BUILD": str(BUILD)}), **env}
    return subprocess.run([ROOT / "scripts" / "notebooks.sh", *words], capture_output=True, text=True, env=env, check=False, timeout=300)


def test_the_script_refuses_what_it_does_not_know():
    for words, said in [
        (["--chek"], 'unknown option "--chek": choose from --check, --render, --help, or give options of Jupyter after --'),
        (["01-model"], 'unknown option "01-model"'),
        (["--check", "12-nothing"], 'unknown notebook "12-nothing": choose from 01-model, '),
        (["--check", "../notebooks/01-model"], "unknown notebook"),
        (["--render", ""], "--render expected a folder or a page"),
        (["--render", "--force"], "--render expected a folder or a page"),
        (["--render", "one", "two"], '--render takes one PLACE: "two" is one too many'),
        ([""], "an argument is empty"),
    ]:
        done = call(*words)
        assert done.returncode == 2 and done.stdout == ""
        assert done.stderr.startswith(f"notebooks.sh: {said}") and done.stderr.count("\n") == 1


def test_the_script_writes_no_page_over_what_is_none(tmp_path):
    (tmp_path / "file").touch()
    done = call("--render", str(tmp_path / "file"))
    assert done.returncode == 2 and "is not a folder" in done.stderr
    done = call("--render", str(tmp_path / "nowhere" / "page.html"))
    assert done.returncode == 2 and "there is no folder" in done.stderr


def test_the_script_says_which_notebook_failed(hiding):
    done = call("--check", "01-model", PYTHONPATH=hiding, HIDDEN="matplotlib", TRAFFICBENCH_PYTHON=sys.executable)
    assert done.returncode in (1, 2), "matplotlib is hidden from the script as from the notebook"
    done = call("--check", "01-model", MPLBACKEND="no such backend")
    assert done.returncode == 1
    assert re.search(r"^FAILED +[\d.]+ s  01-model\n +cell parameters: ", done.stdout, re.MULTILINE)
    assert done.stdout.endswith("1 notebooks, 1 failed\n")


@pytest.mark.parametrize("tools, said", [
    (["cmake", "make", "c++", "git"], "no Python here has what the notebooks need: notebook nbclient"),
    ([], "this is not Debian, and these tools are missing: cmake make c++ git"),
])  # fmt: skip
def test_the_script_tells_who_cannot_install_what_to_do(hiding, tmp_path, tools, said):
    for name in ["bash", "dirname", "realpath", "env", "cat", "awk", *tools]:
        (tmp_path / name).symlink_to(shutil.which(name))
    done = call(PATH=str(tmp_path), PYTHONPATH=hiding, HIDDEN="nbclient")
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith(f"notebooks.sh: {said}")
    assert "pip install -r docs/notebooks/requirements.txt" in done.stderr and "conda env create -f docs/notebooks/environment.yml" in done.stderr


def test_what_the_notebooks_need_is_the_same_for_pip_conda_and_debian():
    def names_in(path, before=""):
        return set(re.findall(rf"^{before}([a-z][\w-]*)$", path.read_text(encoding="utf-8"), re.MULTILINE))

    needed = names_in(FOLDER / "requirements.txt")
    in_conda = names_in(FOLDER / "environment.yml", "  - ")
    # An MPI, and what builds the module.
    assert in_conda - needed == {"conda-forge", "openmpi", "cxx-compiler", "cmake", "make", "git", "pybind11"} and needed <= in_conda
    section = (ROOT / "scripts" / "packages-debian.txt").read_text(encoding="utf-8").split("[notebooks]\n")[1].split("\n\n")[0]
    assert set(section.split()) == {f"python3-{name}" for name in needed - {"notebook"}} | {"jupyter-notebook", "openmpi-bin"}
    # All that they import is in it, or in Python, or here.
    imported = {name for path in PATHS for cell in code_cells(read(path)) for name in re.findall(r"^\s*(?:import|from) (\w+)", cell.source, re.MULTILINE)}
    assert imported - needed - sys.stdlib_module_names == {"course", "trafficbench", "trafficbench_tools"}
