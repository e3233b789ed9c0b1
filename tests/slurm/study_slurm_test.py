"""Whole studies on a pretend Slurm of four nodes: from submission to the merged report, and what goes wrong on the way.

Needs Slurm, munge and MPICH: scripts/test.sh slurm installs them.
"""

import json
import sys
import time

import pytest
from pretend import ROOT, call, slurm, study

sys.path.insert(0, str(ROOT / "tests"))
from program import PROGRAM, needs_ranks  # noqa: E402
from report_helpers import load_report  # noqa: E402

SITE = ROOT / "tests" / "slurm" / "site.json"
# Two cores of one machine are all nodes at once: few, short repetitions, and workers may share cores.
QUICK = ["--", "--visits", "6", "--rounds", "1", "--spacing", "0", "--min-seconds", "0.01",
         "--oversubscribe"]
# Points that take two seconds or more each in all their visits, two for each length of road.
SLOW = ["--kernels", "tiled", "--cells", "1e4:5e4:1e4",
        "--", "--visits", "6", "--rounds", "8", "--spacing", "0", "--min-seconds", "0.05"]


@pytest.fixture(scope="module", autouse=True)
def cluster(tmp_path_factory):
    needs_ranks()
    if "openmpi" in (PROGRAM.parent.parent / "launcher.sh").read_text(encoding="utf-8").splitlines()[1]:
        pytest.skip("needs MPICH: Debian's Open MPI does not start under srun")
    with slurm(tmp_path_factory.mktemp("slurm") / "here"):
        yield


def submit(folder, *options, program=PROGRAM, mode="strong"):
    done = study("--site", SITE, "--cores", 2, "--mode", mode, "--program", program, "--output", folder, *options)
    assert done.returncode == 0, done.stderr
    assert str(folder) in done.stdout and "--status" in done.stdout
    return json.loads((folder / "study.json").read_text(encoding="utf-8"))


def deaf(folder):
    """The program, but its first sweep is killed after a visit, and its ranks then hear no signal and go on for ever: what ends
    them is Slurm, at the end of the wall time."""
    path = folder / "bin" / "trafficbench"
    path.parent.mkdir(parents=True)
    path.write_text(f"""#!/bin/bash
if [[ " $* " != *" sweep "* || " $* " == *" --dry-run "* || -f {folder}/heard ]]; then exec {PROGRAM} "$@"; fi
touch {folder}/heard
{PROGRAM} "$@" &
while ! grep -q '^{{"visit"' reports/*.journal; do sleep 0.2; done
kill -KILL $!
trap '' TERM USR1 CONT
while true; do sleep 1; done
""", encoding="utf-8")
    path.chmod(0o755)
    return path


def has_visit(folder):
    """A visit of a launch that is under way is on disk."""
    return any('\n{"visit"' in path.read_text(encoding="utf-8") for path in (folder / "reports").glob("*.journal"))


def wait_until(folder, condition, seconds, unless=("failed: ",)):
    """Until it is so; at once an error if a job says that it failed, which it then never will be."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        states = "".join(path.read_text(encoding="utf-8") for path in (folder / "state").iterdir())
        if any(text in states for text in unless):
            break
        time.sleep(0.5)
    logs = "\n".join(path.read_text(encoding="utf-8") for path in sorted((folder / "logs").iterdir()))
    raise AssertionError(f"not within {seconds} s\n{study('--status', folder).stdout}\n{logs}")


def log_of(folder, name):
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((folder / "logs").glob(f"{name}-*.log")))


def job_state(job):
    words = call("scontrol", "--oneliner", "show", "job", job).stdout.split()
    return next((word.split("=", 1)[1] for word in words if word.startswith("JobState=")), "")


def merged(folder):
    """The merged report, which is valid and verified."""
    report = load_report(folder / "report.json")
    assert report["context"]["command"] == "merge"
    rows = report["benchmarks"]
    assert all(row["verified"] for row in rows), [row["name"] for row in rows if not row["verified"]]
    return report


@pytest.fixture(scope="module", autouse=True)
def long_studies(cluster, tmp_path_factory):
    """Two that need more than the minute they have; they run beside the other tests."""
    words = ["--nodes", "1", "--shapes", "1x1", "--time", "00:01:00"]
    killed = tmp_path_factory.mktemp("killed") / "study"
    several = tmp_path_factory.mktemp("several") / "study"
    many = [word.replace("1e4:5e4:1e4", "1e4:15e4:1e4") for word in SLOW]
    return {
        killed: submit(killed, *words, *SLOW, program=deaf(killed.parent)),
        several: submit(several, *words, "--warn", "5", *many),
    }


def test_from_submission_to_merged_report(tmp_path):
    folder = tmp_path / "study"
    made = submit(folder, "--nodes", "1,2", "--cells", "1e4", "--kernels", "branchless,tiled", *QUICK)
    wait_until(folder, (folder / "report.json").exists, 240)

    report = merged(folder)
    points = {(row["kernel"], row["count"], row["ranks"], row["threads"]) for row in report["benchmarks"]}
    assert points == {
        (kernel, count, nodes * ranks, threads)
        for kernel in ("branchless", "tiled")
        for count in ("every", "sampled")
        for nodes in (1, 2)
        for ranks, threads in ((2, 1), (1, 2))
    }
    ids = {job["id"] for job in made["jobs"]}
    assert {run["job"]["id"] for run in report["context"]["runs"]} == ids
    assert {run["environment"]["SRUN_CPUS_PER_TASK"] for run in report["context"]["runs"]} == {"1", "2"}

    # Where the workers are is said before anything is measured.
    log = log_of(folder, "nodes-0002")
    assert 0 < log.index("Placement of nodes-0002-2x1:") < log.index("rank 3 on") < log.index("Writing to reports/")
    # The merge's log ends with speedups on 1 node and on 2, and a command prints them again.
    log = log_of(folder, "merge")
    assert "Strong scaling: 1e4 cells, counting mode every" in log and "the same kernel on 1 node" in log
    done = study("--table", folder)
    found = {tuple(line.split()[:5]) for line in done.stdout.splitlines() if line.startswith(("branchless", "tiled"))}
    assert found == {(kernel, nodes, ranks, "x", threads) for kernel in ("branchless", "tiled")
                     for nodes, ranks, threads in (("1", "2", "1"), ("1", "1", "2"), ("2", "4", "1"), ("2", "2", "2"))}
    done = study("--status", folder)
    assert done.returncode == 0 and "merged" in done.stdout
    # Nothing is made anew unless asked.
    again = study("--merge", folder)
    assert again.returncode == 2 and "--force" in again.stderr
    assert study("--merge", folder, "--force").returncode == 0
    assert len(load_report(folder / "report.json")["benchmarks"]) == len(report["benchmarks"])


def test_files_are_measured_one_job_after_the_other(tmp_path):
    folder = tmp_path / "study"
    done = study("--io", "--site", SITE, "--cores", 2, "--nodes", "1,2", "--bytes", "64Ki", "--program", PROGRAM, "--output", folder,
                 "--", "--visits", "1", "--methods", "posix,process,node", "--layouts", "interleaved")
    assert done.returncode == 0, done.stderr
    wait_until(folder, (folder / "report.json").exists, 240)
    rows = merged(folder)["benchmarks"]
    assert {(row["kernel"], row["ranks"], row["bytes"]) for row in rows} == {
        (method, 2 * nodes, nodes * 2**16) for method in ("posix", "process", "node") for nodes in (1, 2)}
    assert {(row["ranks"], row["files"]) for row in rows if row["kernel"] == "process"} == {(2, 2), (4, 4)}
    # The second job began when the first had ended.
    first, second = [(folder / "state" / name).read_text(encoding="utf-8").splitlines() for name in ("nodes-0001", "nodes-0002")]
    assert first[-1].endswith(" done") and first[-1].split()[0] <= second[0].split()[0]


def finished_by_several_runs(folder, made, points):
    """One job that was put back into the queue: its runs make one report, and the merge waited for the last."""
    wait_until(folder, (folder / "report.json").exists, 300)
    state = (folder / "state" / "nodes-0001").read_text(encoding="utf-8")
    assert "restart 1" in state and state.strip().endswith("done")
    report = merged(folder)
    assert len(report["benchmarks"]) == points
    runs = report["context"]["runs"]
    assert len(runs) > 1 and {run["job"]["id"] for run in runs} == {made["jobs"][0]["id"]}
    assert len({run for row in report["benchmarks"] for run in row["sample_runs"]}) > 1
    wait_until(folder, lambda: job_state(made["merge"]["id"]) == "COMPLETED", 30)
    return state


def test_warned_job_goes_back_into_the_queue(tmp_path):
    """The warning that Slurm sends to the job's script reaches the ranks, which stop in order."""
    folder = tmp_path / "study"
    made = submit(folder, "--nodes", "1", "--shapes", "1x1", *SLOW)
    wait_until(folder, lambda: has_visit(folder), 60)
    assert call("scancel", "--batch", "--signal=USR1", made["jobs"][0]["id"]).returncode == 0
    assert "requeued: the wall time is nearly over" in finished_by_several_runs(folder, made, 10)
    assert "trafficbench: interrupted after " in log_of(folder, "nodes-0001")


def test_cancelled_job_stays_cancelled_and_can_be_resumed(tmp_path):
    folder = tmp_path / "study"
    made = submit(folder, "--nodes", "1", "--shapes", "1x1", *SLOW)
    job = made["jobs"][0]["id"]
    wait_until(folder, lambda: has_visit(folder), 60)
    assert call("scancel", job).returncode == 0
    wait_until(folder, lambda: job_state(job) == "CANCELLED", 30)
    done = study("--status", folder)
    assert done.returncode == 1 and "The merge will not run" in done.stdout
    assert not (folder / "report.json").exists()


def test_failed_job_stops_the_merge(tmp_path):
    """The program dies on two nodes: the merge is cancelled, and who asks is told why and what to do."""
    broken = tmp_path / "bin" / "trafficbench"
    broken.parent.mkdir()
    broken.write_text(f'#!/bin/bash\nif [[ " $* " == *" sweep "*" --ranks 2 "* ]]; then echo "no such luck" >&2; exit 134; fi\n'
                      f'exec {PROGRAM} "$@"\n', encoding="utf-8")
    broken.chmod(0o755)
    folder = tmp_path / "study"
    made = submit(folder, "--nodes", "1,2", "--shapes", "1x1", "--cells", "1e4", "--kernels", "tiled", *QUICK, program=broken)
    bad, merge_id = made["jobs"][1]["id"], made["merge"]["id"]
    wait_until(folder, lambda: job_state(bad) == "FAILED" and job_state(merge_id) == "CANCELLED", 90, unless=())
    assert not (folder / "report.json").exists()

    log = log_of(folder, "nodes-0002")
    assert "failed: nodes-0002-1x1" in log and "the merge will not run" in log and "no such luck" in log
    done = study("--status", folder)
    assert done.returncode == 1 and "The merge will not run" in done.stdout and "FAILED" in done.stdout
    done = study("--merge", folder)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1 and "nodes-0002" in done.stderr and "--resume" in done.stderr
    wait_until(folder, (folder / "reports" / "nodes-0001-1x1.json").exists, 60, unless=())

    # Repaired, it goes on: only what is missing is measured.
    first = (folder / "reports" / "nodes-0001-1x1.json").read_bytes()
    broken.write_text(f'#!/bin/bash\nexec {PROGRAM} "$@"\n', encoding="utf-8")
    assert study("--resume", folder).returncode == 0
    wait_until(folder, (folder / "report.json").exists, 90, unless=())
    assert {row["ranks"] for row in merged(folder)["benchmarks"]} == {1, 2}
    assert (folder / "reports" / "nodes-0001-1x1.json").read_bytes() == first
    done = study("--resume", folder)
    assert done.returncode == 0 and "nothing is left to do" in done.stdout


def test_energy_of_the_nodes_counters_is_recorded(tmp_path):
    """A counter that every node has, as a Cray's: the joules of a launch stand in its run's job."""
    counter = tmp_path / "energy"
    counter.write_text("1000 J 1 us\n", encoding="utf-8")
    site = json.loads(SITE.read_text(encoding="utf-8"))
    site["energy"]["pm_counters"] = str(counter)
    # The counter moves while the launch runs: each reading adds 7 joules a node, the last one among them.
    site["setup"] = [f"srun() {{ command srun \"$@\"; local s=$?; read -r j _ < {counter}; "
                     f"echo \"$((j + 7)) J 1 us\" > {counter}; return $s; }}"]
    path = tmp_path / "metered.json"
    path.write_text(json.dumps(site), encoding="utf-8")
    folder = tmp_path / "study"
    done = study("--site", path, "--cores", 2, "--mode", "weak", "--nodes", "2", "--shapes", "1x1", "--cells", "1e4", "--kernels", "tiled", "--program",
                 PROGRAM, "--output", folder, *QUICK)
    assert done.returncode == 0, done.stderr
    wait_until(folder, (folder / "report.json").exists, 90)
    runs = merged(folder)["context"]["runs"]
    # Two starts of srun lie between the readings, the launch and the first reading, on two nodes with one counter.
    assert [run["job"]["energy_joules_pm_counters"] for run in runs] == [2 * 2 * 7]


def job_ids():
    """Every job that Slurm remembers, ended ones among them."""
    lines = call("scontrol", "--oneliner", "show", "jobs").stdout.splitlines()
    return [line.split()[0] for line in lines]


def test_a_refused_job_leaves_nothing_behind(tmp_path):
    """Slurm knows what the profile does not: here a partition that is not there."""
    site = json.loads(SITE.read_text(encoding="utf-8"))
    site["queues"] = [{"partition": "nowhere"}]
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(site), encoding="utf-8")
    before = job_ids()
    done = study("--site", path, "--cores", 2, "--mode", "strong", "--nodes", "1,2", "--program", PROGRAM, "--output",
                 tmp_path / "study")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1 and "Slurm refuses" in done.stderr and "partition" in done.stderr.lower()
    assert not (tmp_path / "study").exists()
    assert job_ids() == before


def test_job_that_runs_out_of_time_goes_back_into_the_queue(long_studies):
    """Again and again, until all is measured: the program leaves in time by itself, or is warned."""
    folder, made = list(long_studies.items())[1]
    assert "requeued: the " in finished_by_several_runs(folder, made, 30)


def test_job_killed_at_its_time_limit_is_resumed_by_the_next(long_studies):
    """What was finished stays, and a new job measures the rest."""
    folder, made = list(long_studies.items())[0]
    first = made["jobs"][0]["id"]
    wait_until(folder, lambda: job_state(first) == "TIMEOUT", 150)
    journal = (folder / "reports" / "nodes-0001-1x1.json.journal").read_text(encoding="utf-8")
    visits = [json.loads(line) for line in journal.splitlines(True) if line.endswith("\n")]
    finished = sum(len(row["samples"]) for line in visits for row in line.get("rows", []))
    assert finished

    done = study("--status", folder)
    assert done.returncode == 1 and "TIMEOUT" in done.stdout and "--resume" in done.stdout
    done = study("--merge", folder)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1, done.stderr
    assert "nodes-0001 is not finished" in done.stderr and "TIMEOUT" in done.stderr and "--resume" in done.stderr

    done = study("--resume", folder)
    assert done.returncode == 0, done.stderr
    wait_until(folder, (folder / "report.json").exists, 240)
    report = merged(folder)
    assert len(report["benchmarks"]) == 10
    runs = report["context"]["runs"]
    second = json.loads((folder / "study.json").read_text(encoding="utf-8"))["jobs"][0]["id"]
    assert runs[0]["job"]["id"] == first and {run["job"]["id"] for run in runs[1:]} == {second}
    assert finished == sum(row["sample_runs"].count(0) for row in report["benchmarks"])
