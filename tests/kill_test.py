"""A sweep on two ranks dies at any moment, by kill -9 or by a signal, and goes on where it was.

Moments and victims are random; a failure prints the seed and the line with which it can be seen again.
"""

import fcntl
import os
import random
import signal
import subprocess
import sys
import time

import pytest
from journals import check_kept, check_visits, visits_in
from program import BUILD, PROGRAM, command, environment, needs_ranks, own_lines, refused, succeed, wait_until
from report_helpers import load_report

KILLS = 20
RANKS = 2
# Visits that take a few hundredths of a second each, so that a kill hits any part of any of them.
ROUNDS = 2
SWEEP = [
    *("sweep", "--kernels", "naive,bitsliced,leap", "--cells", "1e3:4e3:1e3", "--ranks", "1,2", "--threads", "1"),
    *("--count", "every", "--min-seconds", "0.002", "--spacing", "0", "--rounds", ROUNDS),
    *("--oversubscribe", "--output", "r.json"),
]
POINTS = 3 * 4 * 2
VISITS = 4 * 6  # all points of a road at once
# About as long as a whole sweep takes, so that a kill hits its beginning, its middle and its end.
SWEEP_SECONDS = 2
# Launchers end the ranks that are left; what is still there after this is an orphan.
ORPHANED_SECONDS = 10


@pytest.fixture(autouse=True, scope="module")
def ranks():
    needs_ranks()


@pytest.fixture
def dice():
    seed = int(os.environ.get("TRAFFICBENCH_KILL_SEED", time.time_ns() % 10**6))
    # pytest shows it with a failure.
    print(f"Again: TRAFFICBENCH_KILL_SEED={seed} TRAFFICBENCH_BUILD={BUILD} {sys.executable} -m pytest tests/kill_test.py")
    return random.Random(seed)


class Launch:
    """A sweep under way in a folder. Its processes are those that work in that folder."""

    def __init__(self, folder, *more):
        self.folder = folder
        self.output = open(folder.parent / f"{folder.name}.log", "w+", encoding="utf-8")
        self.launcher = subprocess.Popen(
            command([*SWEEP, *more], RANKS),
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self.output,
        )

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.launcher.kill()
        self.launcher.wait()
        self.clear_orphans(0)
        self.output.close()

    def processes(self):
        for entry in os.listdir("/proc"):
            try:
                if entry.isdigit() and os.readlink(f"/proc/{entry}/cwd") == str(self.folder):
                    yield int(entry), os.readlink(f"/proc/{entry}/exe")
            except OSError:
                pass  # gone meanwhile, or not ours to see

    def ranks(self):
        return [process for process, program in self.processes() if program == str(PROGRAM.resolve())]

    def over(self):
        return self.launcher.poll() is not None

    def wait_for_ranks(self):
        wait_until(lambda: self.over() or len(self.ranks()) == RANKS, "the ranks were there")

    def wait_for_visits(self, count):
        wait_until(lambda: self.over() or len(visits_of(self.folder)) >= count, f"{count} visits were written")

    def end(self, launcher_may_hang=False):
        """Waits until launcher and ranks are gone; the launcher's status and what was said on standard error."""
        wait_until(lambda: self.over() or launcher_may_hang and not self.ranks(), "launcher and ranks ended")
        try:
            self.launcher.wait(ORPHANED_SECONDS)
        except subprocess.TimeoutExpired:
            self.launcher.kill()
            self.launcher.wait()
        self.clear_orphans(ORPHANED_SECONDS)
        self.output.seek(0)
        return self.launcher.returncode, self.output.read()

    def clear_orphans(self, seconds):
        """Gives what is left some time to go by itself, then kills it: a batch system does the same."""
        limit = time.monotonic() + seconds
        while list(self.processes()) and time.monotonic() < limit:
            time.sleep(0.01)
        for process, _ in self.processes():
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        wait_until(lambda: not list(self.processes()), "killed processes were gone")


def journal_of(folder):
    return folder / "r.json.journal"


def visits_of(folder):
    return visits_in(journal_of(folder))


def expected_names(folder):
    return succeed(*SWEEP, "--dry-run", ranks=RANKS, cwd=folder).splitlines()


def check_finished(folder, kept):
    """Every point in order, with six visits of so many rounds; what a journal held before it was resumed is there as it was."""
    report = load_report(folder / "r.json")
    names = expected_names(folder)
    assert [row["name"] for row in report["benchmarks"]] == names and len(names) == POINTS
    check_visits(report, 6, ROUNDS)
    check_kept(kept, report)
    assert os.listdir(folder) == ["r.json"]


def kill(launch, victim, dice):
    """kill -9 at a random moment, or after a random number of further visits; False if the sweep was done before."""
    launch.wait_for_ranks()
    if dice.random() < 0.5:
        wait = dice.uniform(0, SWEEP_SECONDS)
        try:
            launch.launcher.wait(wait)
        except subprocess.TimeoutExpired:
            pass
    else:
        launch.wait_for_visits(len(visits_of(launch.folder)) + dice.randint(1, 4))
        time.sleep(dice.uniform(0, 0.05))
    victims = [launch.launcher.pid] if victim == "launcher" else launch.ranks()
    if launch.over() or not victims:
        launch.end()
        return False
    try:
        os.kill(dice.choice(victims), signal.SIGKILL)
    except ProcessLookupError:
        return False
    # Open MPI 4.1.4 ends the other ranks if one dies within MPI_Init, and may then wait for its own lock for ever
    # (PMIx_server_finalize).
    status, said = launch.end(launcher_may_hang=victim == "rank")
    # A rank that is killed after all is written leaves a sweep that is done.
    assert status != 0 or (launch.folder / "r.json").exists(), said
    return status != 0


def test_a_sweep_that_is_killed_at_any_moment_loses_no_finished_visit(tmp_path, dice):
    kills, sweeps, folder, kept = 0, 0, None, []
    while kills < KILLS:
        if folder is None:
            folder, kept = tmp_path / f"sweep{sweeps}", []
            folder.mkdir()
            sweeps += 1
        victim = "rank" if kills % 2 == 0 else "launcher"
        with Launch(folder, "--resume") as launch:
            killed = kill(launch, victim, dice)
        kills += killed
        visits = visits_of(folder)
        if (folder / "r.json").exists():
            load_report(folder / "r.json")  # never half a report
        else:
            # What was on disk stays, in front of what is new.
            assert visits[: len(kept)] == kept, f"visits were lost when a {victim} was killed"
        kept = visits or kept
        if (folder / "r.json").exists() or len(kept) == VISITS:
            finish(folder, kept)
            folder = None
    if folder is not None:
        finish(folder, kept)


def finish(folder, kept):
    succeed(*SWEEP, "--resume", ranks=RANKS, cwd=folder)
    check_finished(folder, kept)


def interrupted(folder, send):
    """A sweep that was told to stop after two visits; the visits of its journal."""
    with Launch(folder) as launch:
        launch.wait_for_visits(2)
        send(launch)
        status, said = launch.end()
    assert status == 4, said
    assert "--resume" in own_lines(said)[-1]
    assert os.listdir(folder) == ["r.json.journal"]
    visits = visits_of(folder)
    assert 2 <= len(visits) < VISITS
    return visits


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1])
@pytest.mark.parametrize("receivers", ["one rank", "every rank"])
def test_sweep_that_is_told_to_stop_on_one_rank_or_all_stops_in_order(tmp_path, dice, number, receivers):
    def send(launch):
        ranks = launch.ranks()
        for process in ranks if receivers == "every rank" else [dice.choice(ranks)]:
            os.kill(process, number)

    kept = interrupted(tmp_path, send)
    finish(tmp_path, kept)


def resume_refused(folder, *more, word, ranks=RANKS):
    """One line that holds `word`, every rank leaves, and the folder stays as it is."""
    refused(*SWEEP, "--resume", *more, word=word, ranks=ranks, cwd=folder)


def test_journal_that_does_not_fit_is_refused_and_kept(tmp_path, dice):
    kept = interrupted(tmp_path, lambda launch: os.kill(dice.choice(launch.ranks()), signal.SIGUSR1))
    journal = journal_of(tmp_path)
    text = journal.read_text(encoding="utf-8")

    resume_refused(tmp_path, "--seed", 1, word="other axes")
    resume_refused(tmp_path, word="other axes", ranks=RANKS + 1)
    # A rank of another launch that is still there.
    with journal.open(encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        resume_refused(tmp_path, word="another sweep")
    head, rest = text.split("\n", 1)
    journal.write_text(f"{head.replace('1', '2', 1)}\n{rest}", encoding="utf-8")
    resume_refused(tmp_path, word="line 1")
    journal.write_text(f"{head}\n{rest[: len(rest) // 2]}\n{rest[len(rest) // 2 :]}", encoding="utf-8")
    resume_refused(tmp_path, word="damaged")

    # Torn anywhere, it is as good as up to its last whole line.
    journal.write_text(text[: dice.randrange(len(text))], encoding="utf-8")
    whole = visits_in(journal)
    assert whole == kept[: len(whole)]
    finish(tmp_path, whole)

    # A finished report stays as it is.
    content = (tmp_path / "r.json").read_bytes()
    assert "complete" in succeed(*SWEEP, "--resume", ranks=RANKS, cwd=tmp_path)
    resume_refused(tmp_path, "--seed", 1, word="another sweep")
    assert (tmp_path / "r.json").read_bytes() == content
    check_finished(tmp_path, whole)
