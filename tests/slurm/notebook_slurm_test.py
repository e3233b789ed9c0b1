"""A notebook as a batch job on a pretend Slurm.

Needs Slurm and munge: scripts/test.sh slurm installs them.
"""

import sys

import nbformat
from pretend import ROOT, call, slurm


def test_notebook_runs_as_a_job(tmp_path, monkeypatch):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in (
        "import os\nprint(os.environ['SLURM_JOB_ID'], len(os.sched_getaffinity(0)))", "print(6 * 7)")])
    nbformat.write(notebook, tmp_path / "lesson.ipynb")
    monkeypatch.setenv("TRAFFICBENCH_PYTHON", sys.executable)
    with slurm(tmp_path / "slurm"):
        done = call("sbatch", "--parsable", "--wait", "--time=2", ROOT / "scripts" / "notebook.slurm", "lesson.ipynb",
                    timeout=180, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    job = done.stdout.strip()
    log = (tmp_path / f"notebook-{job}.log").read_text(encoding="utf-8")
    assert done.returncode == 0, done.stderr + log
    assert "lesson.ipynb ran in" in log
    cells = nbformat.read(tmp_path / f"notebooks-{job}" / "lesson.ipynb", as_version=4).cells
    number, cores = cells[0].outputs[0].text.split()
    # Two cores, as a notebook that starts ranks wants them.
    assert number == job and int(cores) >= 2
    assert cells[1].outputs[0].text == "42\n"
