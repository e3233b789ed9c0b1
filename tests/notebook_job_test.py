"""scripts/notebook.slurm without Slurm: what it runs, what it keeps, what it refuses.

Run: /usr/bin/python3 -m pytest tests/notebook_job_test.py
"""

import subprocess
import sys

import nbformat
import pytest
from program import ROOT, environment

SCRIPT = ROOT / "scripts" / "notebook.slurm"


def notebook(path, *sources):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


def job(folder, *words, **variables):
    settings = {"SLURM_JOB_ID": "17", "TRAFFICBENCH_PYTHON": sys.executable, **variables}
    return subprocess.run(["bash", SCRIPT, *words], cwd=folder, env=environment(settings), stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=120, check=False)


def texts(path):
    """What the cells of a notebook printed."""
    return ["".join(output.get("text", "") for output in cell.outputs) for cell in nbformat.read(path, as_version=4).cells]


def test_notebooks_run_in_their_folder_and_are_kept_with_outputs(tmp_path):
    (tmp_path / "lesson").mkdir()
    (tmp_path / "lesson" / "beside.py").write_text("number = 6\n", encoding="utf-8")
    notebook(tmp_path / "lesson" / "first.ipynb", "import beside\nprint(7 * beside.number)", "1 / 0", "print('not reached')")
    notebook(tmp_path / "second.ipynb", "print('second')")
    before = (tmp_path / "second.ipynb").read_bytes()
    done = job(tmp_path, "lesson/first.ipynb", "second.ipynb")
    # One that fails does not keep the next from running.
    assert done.returncode == 1
    # Before it there may be a line of the kernel's own message library, which sometimes says how it was ended.
    *others, last = done.stderr.splitlines()
    assert all("signaler.cpp" in line for line in others), done.stderr
    assert last == "notebook.slurm: lesson/first.ipynb failed: ZeroDivisionError: division by zero"
    assert texts(tmp_path / "notebooks-17" / "first.ipynb") == ["42\n", "", ""]
    assert texts(tmp_path / "notebooks-17" / "second.ipynb") == ["second\n"]
    assert (tmp_path / "second.ipynb").read_bytes() == before
    # A second run under the same number does not write over the first.
    again = job(tmp_path, "second.ipynb")
    assert (again.returncode, again.stderr.splitlines()[-1]) == (2, "notebook.slurm: cannot make the folder notebooks-17")


def test_status_0_where_all_ran(tmp_path):
    notebook(tmp_path / "fine.ipynb", "print('fine')")
    done = job(tmp_path, "fine.ipynb")
    assert (done.returncode, done.stderr) == (0, "")
    assert "fine.ipynb ran in" in done.stdout


@pytest.mark.parametrize("words, variables, says", [
    ([], {}, "no notebook given: expected NOTEBOOK.ipynb"),
    (["missing.ipynb"], {}, 'there is no notebook "missing.ipynb"'),
    (["text.txt"], {}, 'there is no notebook "text.txt"'),
    (["text.ipynb", "./text.ipynb"], {}, "the name text.ipynb appears twice"),
    (["text.ipynb"], {"TRAFFICBENCH_PYTHON": "/nowhere/python3"}, "/nowhere/python3 lacks nbclient"),
])
def test_what_is_wrong_is_one_line(words, variables, says, tmp_path):
    for name in ("text.txt", "text.ipynb"):
        (tmp_path / name).write_text("text", encoding="utf-8")
    done = job(tmp_path, *words, **variables)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr and done.stderr.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["text.ipynb", "text.txt"]


def test_a_file_that_is_no_notebook_fails(tmp_path):
    (tmp_path / "text.ipynb").write_text("text", encoding="utf-8")
    done = job(tmp_path, "text.ipynb")
    assert done.returncode == 1
    assert done.stderr.startswith("notebook.slurm: text.ipynb is not a notebook: ") and done.stderr.count("\n") == 1
