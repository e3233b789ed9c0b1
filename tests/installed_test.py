"""An installation, moved into a folder that nobody may write: the program, its launcher and the scripts that documents name work there, from
another folder, for another user without a home.

Run: TRAFFICBENCH_BUILD=build/release /usr/bin/python3 -m pytest tests/installed_test.py
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from documents import COMMANDS
from program import BUILD, ROOT, environment, launcher, start
from report_helpers import example_path

NOBODY = 65534


@pytest.fixture(scope="module")
def prefix():
    """Where everybody may read, and nobody write."""
    with tempfile.TemporaryDirectory(prefix="trafficbench-", dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        made = start(["cmake", "--install", BUILD, "--prefix", f"{folder}/prefix"])
        assert made.returncode == 0, made.stdout + made.stderr
        start(["chmod", "-R", "a-w,a+rX", f"{folder}/prefix"])
        yield Path(folder) / "prefix"
        start(["chmod", "-R", "u+w", f"{folder}/prefix"])


@pytest.fixture
def folder():
    """A folder of that other user."""
    path = tempfile.mkdtemp(prefix="trafficbench-", dir="/tmp")
    shutil.copy(example_path("measured"), f"{path}/report.json")
    os.chmod(f"{path}/report.json", 0o644)
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)
    yield Path(path)
    shutil.rmtree(path)


def as_nobody(folder, *words, status=0):
    """Output of a command of that user; without root, of oneself."""
    other = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if os.geteuid() == 0 else []
    # That user may not be let into the build.
    env = {**environment(), "LD_PRELOAD": "", "HOME": "/nonexistent", "XDG_CACHE_HOME": f"{folder}/cache", "TMPDIR": str(folder),
           "PYTHONDONTWRITEBYTECODE": "1"}  # fmt: skip
    done = subprocess.run([*other, *map(str, words)], cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True,
                          encoding="utf-8", timeout=200, check=False)  # fmt: skip
    assert done.returncode == status, f"{words}: status {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    return done.stdout + (done.stderr if status else "")


def scripts_of(prefix):
    return prefix / "share" / "trafficbench" / "scripts"


def test_the_scripts_that_documents_name_are_installed(prefix):
    named = {script for _, _, script, _ in COMMANDS if script.endswith(".py")}
    installed = {str(path.relative_to(prefix / "share" / "trafficbench")) for path in (prefix / "share" / "trafficbench").rglob("*.py")}
    assert named and named <= installed, f"not installed: {sorted(named - installed)}"
    for script in named:
        assert os.access(prefix / "share" / "trafficbench" / script, os.X_OK), script


def test_program_and_launcher_work(prefix, folder):
    said = as_nobody(folder, prefix / "bin" / "trafficbench", "--version")
    if launcher() is None:
        assert "\nlauncher: none\n" in said
        refused = as_nobody(folder, prefix / "bin" / "trafficbench-mpiexec", "-n", "2", prefix / "bin" / "trafficbench", "list", status=2)
        assert re.fullmatch(r"trafficbench-mpiexec: this trafficbench was built without MPI.*\n", refused), refused
        return
    path = re.search(r"^launcher: (.*)$", said, re.MULTILINE)[1]
    assert path == str(prefix / "bin" / "trafficbench-mpiexec")
    words = ["run", "--cells", "1e4", "--steps", "10", "--threads", "1", "--json"]
    report = json.loads(as_nobody(folder, path, "-n", "2", prefix / "bin" / "trafficbench", *words))
    assert report["benchmarks"][0]["ranks"] == 2 and report["benchmarks"][0]["verified"]


def test_reports_are_read(prefix, folder):
    scripts = scripts_of(prefix)
    assert "valid" in as_nobody(folder, scripts / "check_report.py", "report.json")
    assert as_nobody(folder, scripts / "compare.py", "report.json", "report.json")
    as_nobody(folder, scripts / "report.py", "report.json", "--quiet", "--output", "page.html")
    as_nobody(folder, scripts / "report.py", "report.json", "--quiet", "--figures", "figures", "--only", "count:every")
    assert (folder / "page.html").stat().st_size > 10**6 and list((folder / "figures").glob("*.pdf"))


def test_scripts_start_the_installed_program(prefix, folder):
    as_nobody(folder, scripts_of(prefix) / "physics.py", "--densities", "2", "--data", "drawn.json")
    assert len(json.loads((folder / "drawn.json").read_text(encoding="utf-8"))["density"]["points"]["steady"]["flow"]) == 2


def test_rungs_of_python_are_installed(prefix, folder):
    rung = prefix / "share" / "trafficbench" / "bench" / "ladder" / "plain_python.py"
    assert "average velocity" in as_nobody(folder, rung, "--cells", "1000", "--steps", "10")


def test_every_script_says_what_it_does(prefix, folder):
    for script in sorted(scripts_of(prefix).glob("*.py")):
        assert "Example" in as_nobody(folder, script, "--help"), script.name


def test_documents_and_the_licence_are_there(prefix):
    place = prefix / "share" / "doc" / "trafficbench"
    for name in ("README.md", "LICENSE", "docs/usage.md"):
        assert (place / name).read_bytes() == (ROOT / name).read_bytes()
    assert (prefix / "share/trafficbench/results/schema/report.schema.json").exists()


@pytest.mark.parametrize("words, why", [([], "give it ranks and a command"), (["-n", "2", "true"], "")])
def test_launcher_says_what_is_missing(words, why):
    done = start([BUILD / "bin" / "trafficbench-mpiexec", *words])
    if launcher() is None:
        assert done.returncode == 2 and "without MPI" in done.stderr
    else:
        assert (done.returncode == 2 and why in done.stderr) if why else done.returncode == 0, done.stderr


def test_launcher_that_was_taken_away_is_named(tmp_path):
    text = (BUILD / "bin" / "trafficbench-mpiexec").read_text(encoding="utf-8")
    gone = re.sub(r"^(mpi|launcher)=.*$", r"\1='/nowhere/mpiexec'", text, flags=re.MULTILINE)
    (tmp_path / "launcher").write_text(gone, encoding="utf-8")
    done = start(["sh", tmp_path / "launcher", "-n", "2", "true"])
    assert done.returncode == 2 and done.stderr.endswith("is not there: /nowhere/mpiexec\n")
