"""Scripts that launch what measures look for the report before they say that it is done: a launcher may end with status 0 although
its ranks were interrupted, and then there is a journal and no report.

Run: /usr/bin/python3 -m pytest tests/launch_test.py
"""

import os
import shlex
import shutil
import signal
import subprocess
import time

import pytest
import script  # noqa: F401  (puts the scripts' package on the search path)
from program import ROOT, ended, environment, start, write_executable

from trafficbench_tools.errors import BadInput
from trafficbench_tools.launchers import launcher_of

# Stands for the launcher: starts one rank, and ends with the status that the test says, whatever the rank's is.
LAUNCHER = """#!/bin/bash
trap 'kill -s TERM "$rank"' TERM
shift
"$@" & rank=$!
wait "$rank"; wait "$rank"
exit "${LAUNCHER_STATUS:-0}"
"""
# Stands for the program: leaves what the test says it leaves of a sweep.
PROGRAM = """#!/bin/bash
if [[ " $* " == *" --help "* || " $* " == *" run "* ]]; then exit 0; fi
while (($# > 1)); do
  if [[ "$1" == --output ]]; then output="$2"; fi
  shift
done
touch "$output.journal"
if [[ "$SWEEP" == waits ]]; then
  trap 'echo told >"$output.journal"; exit 4' TERM
  while true; do sleep 0.05; done
fi
if [[ "$SWEEP" != journal ]]; then rm "$output.journal"; fi
if [[ "$SWEEP" == report ]]; then echo "{}" >"$output"; fi
"""


@pytest.fixture
def checkout(tmp_path):
    """run.sh with a build that is done at once."""
    for name in ("kernels", "drivers", "scripts", "results"):
        (tmp_path / name).mkdir()
    (tmp_path / "CMakeLists.txt").touch()
    for name in ("run.sh", "build.sh", "packages.sh", "launch.sh", "quoted.sh"):
        shutil.copy(ROOT / "scripts" / name, tmp_path / "scripts" / name)
    (tmp_path / "scripts" / "packages-debian.txt").touch()
    write_executable(tmp_path / "tools" / "cmake", "#!/bin/sh\n")
    launcher = write_executable(tmp_path / "tools" / "mpiexec", LAUNCHER)
    build = tmp_path / "build" / "release"
    write_executable(build / "bin" / "trafficbench", PROGRAM)
    (build / "launcher.sh").write_text(f"launcher=({launcher})\n", encoding="utf-8")
    # Older than its sources: its options are not looked at.
    os.utime(build / "bin" / "trafficbench", (0, 0))
    return tmp_path


def surroundings(checkout, sweep, status):
    path = f"{checkout}/tools:{os.environ['PATH']}"
    return {"PATH": path, "RANKS": "1", "SWEEP": sweep, "LAUNCHER_STATUS": str(status)}


@pytest.mark.parametrize(
    "sweep, launcher, status, word",
    [
        ("report", 0, 0, ""),
        ("report", 1, 1, ""),
        ("journal", 0, 4, "--resume"),
        ("journal", 143, 4, "--resume"),
        ("journal", 255, 4, "--resume"),
        ("journal", 4, 4, ""),
        ("journal", 1, 1, ""),
        ("nothing", 0, 4, "start it again"),
        ("nothing", 2, 2, ""),
        ("nothing", 139, 1, "status 139"),
    ],
)
def test_run_ends_with_the_status_that_the_report_tells(checkout, sweep, launcher, status, word):
    words = ["bash", checkout / "scripts" / "run.sh", "--cells", "1e5", "--output", "mine one.json"]
    done = start(words, env=surroundings(checkout, sweep, launcher))
    assert done.returncode == status, done.stdout + done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == bool(word) and word in done.stderr, done.stderr
    if word == "--resume":
        assert lines[0].endswith("to continue: RANKS=1 scripts/run.sh --cells 1e5 --output mine\\ one.json --resume")


def test_run_names_the_report_that_is_begun(checkout):
    done = start(["bash", checkout / "scripts" / "run.sh"], env=surroundings(checkout, "journal", 0))
    assert done.returncode == 4, done.stderr
    (journal,) = (checkout / "results").iterdir()
    report = journal.relative_to(checkout).with_suffix("")
    assert journal.name.endswith("Z.json.journal") and f"--output {report} --resume" in done.stderr


@pytest.mark.parametrize("words", [[], ["--cells", "1e5"], ["--spacing=5"], ["--dry-run"]])
def test_default_run_has_a_budget(checkout, words):
    done = start(["bash", checkout / "scripts" / "run.sh", *words], env=surroundings(checkout, "report", 0))
    assert done.returncode == 0 and " sweep --budget 180 " in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("option", ["--budget", "--visits", "--rounds", "--time-limit"])
@pytest.mark.parametrize("apart", [True, False])
def test_who_says_how_much_has_no_other_budget(checkout, option, apart):
    words = [option, "7"] if apart else [f"{option}=7"]
    done = start(["bash", checkout / "scripts" / "run.sh", *words], env=surroundings(checkout, "report", 0))
    assert done.returncode == 0 and f" sweep {' '.join(words)} " in done.stdout and "180" not in done.stdout, done.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("to", ["run.sh", "all of the terminal"])
def test_signal_reaches_the_ranks_once_and_is_an_interruption(checkout, number, to):
    with subprocess.Popen(
        ["bash", checkout / "scripts" / "run.sh", "--output", "r.json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment(surroundings(checkout, "waits", 0)), start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as child:  # fmt: skip
        limit = time.monotonic() + 60
        while not (checkout / "r.json.journal").exists() and time.monotonic() < limit:
            time.sleep(0.02)
        time.sleep(0.2)
        (os.kill if to == "run.sh" else os.killpg)(child.pid, number)
        _, err = ended(child)
    assert child.returncode == 4, err
    assert (checkout / "r.json.journal").read_text(encoding="utf-8") == "told\n"
    assert len(err.splitlines()) == 1 and "--resume" in err, err


def test_a_folder_that_cannot_be_built_in_is_told_before_the_work(checkout):
    shutil.rmtree(checkout / "build")
    (checkout / "build").touch()
    done = start(["bash", checkout / "scripts" / "run.sh"], env=surroundings(checkout, "report", 0))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"run.sh: cannot write into {checkout}/build, where it builds: use a checkout of your own\n"


@pytest.mark.parametrize("words", [["--output="], ["--output", "--force"], ["--kernels="], ["--cells", ""]])
def test_option_without_its_value_is_refused(checkout, words):
    for script in ("run.sh", "simulate.sh"):
        folder = checkout if script == "run.sh" else ROOT
        done = start(["bash", folder / "scripts" / script, *words], cwd=checkout, env=surroundings(checkout, "report", 0))
        assert done.returncode == 2 and f"{words[0].rstrip('=')} needs a value" in done.stderr, done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert not (checkout / "--force").exists()


def test_launcher_of_a_program_is_found_in_its_build_or_beside_it(tmp_path):
    odd = tmp_path / "it's a $HOME \\ `x`"
    program = write_executable(odd / "bin" / "trafficbench", "")
    with pytest.raises(BadInput, match="there is no trafficbench-mpiexec beside it"):
        launcher_of(program)
    # As it is installed, and beside a configuration of several.
    beside = write_executable(odd / "bin" / "trafficbench-mpiexec", "mpi='mpich'\n")
    assert launcher_of(program) == [str(beside), "-n"]
    beside.write_text("mpi='none'\n", encoding="utf-8")
    assert launcher_of(program) == []
    (odd / "launcher.sh").write_text(f"mpi_family=mpich\nlauncher=({shlex.quote(str(beside))} '-np')\n", encoding="utf-8")
    (tmp_path / "link").symlink_to(program)
    assert launcher_of(tmp_path / "link") == [str(beside), "-np"]
    (odd / "launcher.sh").write_text("launcher=('a)\n", encoding="utf-8")
    with pytest.raises(BadInput, match="is damaged"):
        launcher_of(program)


@pytest.mark.parametrize("sweep, status", [("report", 0), ("journal", 4), ("nothing", 4)])
def test_job_of_a_study_is_done_when_its_report_is_there(tmp_path, sweep, status):
    for name in ("reports", "state"):
        (tmp_path / name).mkdir()
    program = write_executable(tmp_path / "trafficbench", PROGRAM)
    lines = [f"study={tmp_path}", "job=nodes-0001", "nodes=1", f"program={program}", "scheduler=none", "pm_counters=",
             "launcher=()", "measures=sweep", "sweep_options=()", 'launches=("nodes-0001-1x1 1 1 1 1")',
             f"source {ROOT}/scripts/trafficbench_study/job.sh"]  # fmt: skip
    done = start(["bash", "-c", "\n".join(lines)], env={"SWEEP": sweep})
    assert done.returncode == status, done.stdout + done.stderr
    last = (tmp_path / "state" / "nodes-0001").read_text(encoding="utf-8").splitlines()[-1]
    assert ("done" if status == 0 else f"to continue: scripts/study.sh --resume {tmp_path}") in last.replace("To", "to")
