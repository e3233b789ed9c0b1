"""trafficbench sweep --energy, beside meters that are made up: what they counted stands in the rows.

Joules and seconds come from one counter, so that a busy machine changes nothing. No meter of this machine is looked at.
"""

import json
import os
import re
import shlex
import signal
import subprocess
import threading

import pytest
from journals import lines_of
from made_up_meters import Meters
from program import (
    BUILD,
    ONE_VISIT,
    PROGRAM,
    call,
    command,
    ended,
    environment,
    launcher,
    needs_ranks,
    own_lines,
    refused,
    start,
    succeed,
    wait_until,
    write_executable,
)
from report_helpers import load_report

ENERGY = ["--energy", "--energy-seconds", "1.5"]
COMMON = ["sweep", "--cells", "1e5", "--threads", 1, "--count", "every", "--min-seconds", 0.01, *ONE_VISIT]
POINT = [*COMMON, "--kernels", "bitsliced"]
TWO_POINTS = [*COMMON, "--kernels", "bitsliced,tiled"]
# Of the mean power: a counter of whole joules, and one that is seen up to 20 ms late at either end.
TOLERANCE = 0.06


def watts(row):
    """The mean power in the course of a row's run."""
    return row["energy_joules"] / row["steps"] * row["energy_run_steps"] / row["energy_run_seconds"]


def rows_of(path):
    return load_report(path)["benchmarks"]


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("kind", ["pm_counters", "rapl"])
def test_joules_are_power_times_time(tmp_path, kind, ranks):
    axes = ["--kernels", "bitsliced,leap", "--ranks", ranks, *ENERGY, "--output", tmp_path / "r.json"]
    with Meters(tmp_path / "system", 300, kind) as meters:
        done = call(*COMMON, *axes, ranks=ranks, env=meters.environment())
    assert done.returncode == 0, done.stderr
    update, jump = rows_of(tmp_path / "r.json")
    for row in (update, jump):
        assert row["verified"] and row["energy_source"] == kind
        assert watts(row) == pytest.approx(300, rel=TOLERANCE)
        assert row["energy_run_steps"] % row["steps"] == 0
    assert update["updates_per_joule"] == pytest.approx(update["cells"] * update["steps"] / update["energy_joules"])
    assert jump["class"] == "closed-form" and "updates_per_joule" not in jump
    # The table and the progress tell of it.
    (heading,) = [line for line in done.stdout.splitlines() if line.startswith("kernel")]
    assert heading.endswith("J/iteration  updates/J")
    (shown,) = [line.split() for line in done.stdout.splitlines() if re.match(r"bitsliced +\d", line)]
    assert float(shown[-1]) == pytest.approx(update["updates_per_joule"], rel=0.01)
    assert float(shown[-2]) == pytest.approx(update["energy_joules"] / update["steps"], rel=0.01)
    assert "with the runs for their energy" in done.stderr and f"energy of {update['name']}: " in done.stderr
    assert not own_lines(done.stderr)


def test_nothing_is_said_of_energy_where_none_was_asked_for(tmp_path):
    with Meters(tmp_path / "system", 300) as meters:
        done = call(*POINT, "--output", tmp_path / "r.json", env=meters.environment())
    assert done.returncode == 0, done.stderr
    assert not any("energy" in field or "joule" in field for row in rows_of(tmp_path / "r.json") for field in row)
    assert "energy of " not in done.stderr and "their energy" not in done.stderr and "updates/J" not in done.stdout


@pytest.mark.parametrize("ranks", [1, 2])
def test_system_without_a_meter_is_refused(tmp_path, ranks):
    (tmp_path / "system").mkdir()
    env = {"TRAFFICBENCH_ENERGY_ROOT": str(tmp_path / "system")}
    line = refused(*POINT, *ENERGY, "--output", "r.json", ranks=ranks, word="no meter", cwd=tmp_path, env=env)
    assert "sys/cray/pm_counters/energy is not there" in line and "powercap has no package" in line


def test_meter_that_may_not_be_read_is_refused(tmp_path):
    # Root may read every file, unless that right is taken from it.
    as_others = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    meters = Meters(tmp_path / "system", 300, "rapl")
    counter = tmp_path / "system/sys/class/powercap/intel-rapl:0/energy_uj"
    counter.chmod(0)
    done = start([*as_others, *command([*POINT, *ENERGY, "--output", tmp_path / "r.json"])], env=meters.environment())
    assert done.returncode == 2 and not (tmp_path / "r.json").exists()
    (said,) = own_lines(done.stderr)
    assert f"{counter}: Permission denied" in said


# what the counter does, and what is said of it
SPOILT = [
    ("still", "the meter of .* stood still for more than 2 s"),
    ("gone", "the meter of .* could not be read for more than 2 s"),
    ("back", "the meter of .* jumped by "),
]


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("how, why", SPOILT, ids=[how for how, _ in SPOILT])
def test_meter_that_fails_under_way_costs_joules_and_no_row(tmp_path, how, why, ranks):
    axes = [*POINT, "--ranks", ranks, "--energy", "--energy-seconds", "3", "--output", tmp_path / "r.json"]
    with Meters(tmp_path / "system", 300) as meters:
        # It is there when it is looked for, and fails from then on.
        done = start_and_spoil(command(axes, ranks), meters, how, tmp_path / "r.json.journal")
    assert done.returncode == 0, done.stderr
    (row,) = rows_of(tmp_path / "r.json")
    assert row["verified"] and "energy_joules" not in row and row["mcops"]
    (said,) = own_lines(done.stderr)
    assert re.fullmatch(rf"trafficbench: warning: 1 of 1 points have no joules: {why}.*", said)
    assert "updates/J" not in done.stdout


def start_and_spoil(words, meters, how, journal):
    """Runs a command; once its journal is there the counter does that."""
    def spoil():
        while not done and not journal.exists():
            over.wait(0.01)
        meters.spoil(how)

    done, over = [], threading.Event()
    thread = threading.Thread(target=spoil)
    thread.start()
    try:
        return start(words, env=meters.environment())
    finally:
        done.append(True)
        over.set()
        thread.join()


def test_nodes_that_others_are_busy_on_give_no_joules(tmp_path):
    with Meters(tmp_path / "system", 300, busy=1.5) as meters:
        done = call(*POINT, *ENERGY, "--output", tmp_path / "r.json", env=meters.environment())
    assert done.returncode == 0, done.stderr
    (row,) = rows_of(tmp_path / "r.json")
    assert row["verified"] and "energy_joules" not in row
    (said,) = own_lines(done.stderr)
    assert "1 of 1 points have no joules: other programs were busy on " in said and "% of its CPU time" in said


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="needs two cores, of which one may be used")
def test_launch_that_may_not_use_all_of_its_node_gives_no_joules(tmp_path):
    one_core = ["taskset", "-c", str(min(os.sched_getaffinity(0)))]
    with Meters(tmp_path / "system", 300) as meters:
        axes = [*POINT, *ENERGY, "--output", tmp_path / "r.json"]
        done = start([*one_core, *command(axes)], env=meters.environment())
    assert done.returncode == 0, done.stderr
    (said,) = own_lines(done.stderr)
    assert re.search(r"no joules are given, since .*: this launch may use 1 of the \d+ cores of ", said)
    assert all("energy_joules" not in row for row in rows_of(tmp_path / "r.json"))
    assert "for their energy" not in done.stderr


def interrupted_when(kind, what, axes, ranks, folder, meters):
    """A sweep gets SIGTERM once its journal has a line of that kind, and leaves in order."""
    journal = folder / "r.json.journal"
    process = subprocess.Popen(
        [str(word) for word in command(axes, ranks)],
        cwd=folder, env=environment(meters.environment()), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        wait_until(lambda: any(kind in line for line in lines_of(journal)) or process.poll() is not None, what)
        process.send_signal(signal.SIGTERM)
        _, said = ended(process, 100)
    finally:
        process.kill()
    assert "go on with --resume" in said and not (folder / "r.json").exists(), said
    # Launchers have statuses of their own.
    assert process.returncode == 4 or ranks > 1


def test_what_was_read_is_kept_for_a_launch_that_goes_on(tmp_path):
    axes = [*TWO_POINTS, "--energy", "--energy-seconds", "3", "--output", "r.json"]
    with Meters(tmp_path / "system", 300) as meters:
        interrupted_when("energy", "one run was made", axes, 1, tmp_path, meters)
        (kept,) = [line["energy"] for line in lines_of(tmp_path / "r.json.journal") if "energy" in line]
        done = call(*axes, "--resume", cwd=tmp_path, env=meters.environment())
    assert done.returncode == 0, done.stderr
    rows = {row["name"]: row for row in rows_of(tmp_path / "r.json")}
    assert len(rows) == 2 and all(watts(row) == pytest.approx(300, rel=TOLERANCE) for row in rows.values())
    row = rows[kept["row"]]
    assert row["energy_run_steps"] == kept["steps"] and row["energy_run_seconds"] == kept["seconds"]
    assert f"energy of {kept['row']}: " not in done.stderr, "read again"
    assert all(row["repetitions"] == 1 for row in rows.values())


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_signal_ends_a_run_and_loses_no_visit(tmp_path, ranks):
    axes = [*POINT, "--ranks", ranks, "--energy", "--energy-seconds", "600", "--output", "r.json"]
    with Meters(tmp_path / "system", 300) as meters:
        interrupted_when("visit", "the visit was made", axes, ranks, tmp_path, meters)
    lines = lines_of(tmp_path / "r.json.journal")
    assert sum("visit" in line for line in lines) == 1 and not any("energy" in line for line in lines)


def test_other_energy_options_are_another_sweep(tmp_path):
    axes = [*POINT, "--output", "r.json"]
    succeed(*axes, cwd=tmp_path)
    with Meters(tmp_path / "system", 300) as meters:
        env = meters.environment()
        refused(*axes, *ENERGY, "--resume", word="energy_seconds was nothing", cwd=tmp_path, env=env)


def test_rows_of_two_launches_have_the_joules_of_both(tmp_path):
    for name, power in (("one", 200), ("two", 400)):
        with Meters(tmp_path / name, power) as meters:
            succeed(*POINT, *ENERGY, "--output", tmp_path / f"{name}.json", env=meters.environment())
    succeed("merge", tmp_path / "one.json", tmp_path / "two.json", "--output", tmp_path / "both.json")
    one, two, both = (rows_of(tmp_path / f"{name}.json")[0] for name in ("one", "two", "both"))
    steps = one["energy_run_steps"] + two["energy_run_steps"]
    joules = sum(row["energy_joules"] / row["steps"] * row["energy_run_steps"] for row in (one, two))
    assert both["energy_run_steps"] == steps
    assert both["energy_joules"] / both["steps"] == pytest.approx(joules / steps)


def test_nodes_add_up(tmp_path):
    """Two hosts that are pretended, each with a meter of its own kind of power."""
    needs_ranks()
    if "mpi_family=mpich" not in (BUILD / "launcher.sh").read_text(encoding="utf-8"):
        pytest.skip("needs MPICH, whose ranks find each other whatever their host is called")
    library = BUILD / "lib" / "pretended_hosts.so"
    rank = write_executable(
        tmp_path / "rank",
        f'#!/bin/sh\nexport TRAFFICBENCH_HOST_NAME="host$PMI_RANK" LD_PRELOAD={shlex.quote(str(library))}\n'
        f'export TRAFFICBENCH_ENERGY_ROOT={shlex.quote(str(tmp_path))}/"$PMI_RANK"\n'
        f'exec {shlex.quote(str(PROGRAM))} "$@"\n',
    )
    axes = [*POINT, "--ranks", "1,2", "--oversubscribe", *ENERGY, "--output", tmp_path / "r.json"]
    with Meters(tmp_path / "0", 300), Meters(tmp_path / "1", 500):
        done = start([*launcher(), 2, rank, *axes])
    assert done.returncode == 0, done.stderr
    one, two = sorted(rows_of(tmp_path / "r.json"), key=lambda row: row["ranks"])
    assert watts(one) == pytest.approx(300, rel=TOLERANCE), "the node that takes part alone"
    assert watts(two) == pytest.approx(800, rel=TOLERANCE)
    # A node without a meter: what all take is not known.
    (tmp_path / "2").mkdir()
    rank.write_text(rank.read_text(encoding="utf-8").replace('"$PMI_RANK"\nexec', '"$((2 * PMI_RANK))"\nexec'), encoding="utf-8")
    with Meters(tmp_path / "0", 300):
        done = start([*launcher(), 2, rank, *axes, "--force"])
    assert done.returncode == 0, done.stderr
    one, two = sorted(rows_of(tmp_path / "r.json"), key=lambda row: row["ranks"])
    assert "energy_joules" in one and "energy_joules" not in two
    assert "1 of 2 points have no joules: the meter of host1 " in done.stderr


def test_list_says_which_meters_there_are(tmp_path):
    meters = Meters(tmp_path / "system", 300, "rapl")
    listed = json.loads(succeed("list", "--json", env=meters.environment()))["energy"]
    assert [(way["name"], way["available"]) for way in listed] == [("pm_counters", False), ("rapl", True)]
    text = succeed("list", env=meters.environment())
    assert re.search(r"^rapl +counters of the CPU packages and their memory \(powercap\)$", text, re.MULTILINE)
    assert "pm_counters/energy is not there" in text


def test_time_that_energy_takes_is_told_and_counted(tmp_path):
    # No meter is needed for what is only told.
    done = call(*TWO_POINTS, *ENERGY, "--dry-run")
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 2
    assert "energy takes a run of 1.5 s or more of each point" in done.stderr and "for 2 points" in done.stderr
    long = [*POINT, "--energy", "--energy-seconds", "60", "--output", "r.json"]
    refused(*long, "--time-limit", "30", word="time-limit", cwd=tmp_path)
    refused(*long, "--budget", "30", word="budget", cwd=tmp_path)


def test_what_no_energy_run_lasts_is_refused(tmp_path):
    for seconds in ("0.5", "0", "-1", "soon", "4000"):
        refused(*POINT, "--energy", f"--energy-seconds={seconds}", word="energy-seconds", cwd=tmp_path)


def test_length_of_a_run_goes_with_the_run():
    refused(*POINT, "--energy-seconds", 5, word="--energy-seconds requires --energy")
