"""Every call to the system on the program's own files fails once: what was promised is on the disk, or one line says why not.

The calls fail by a library that is loaded before the system's, failing_calls.cpp.
"""

import errno
import os
import shlex
import shutil

import pytest
from program import BUILD, ONE_VISIT, ROOT, call, command, needs_ranks, own_lines, plain_files, start, succeed
from report_helpers import load_report

LIBRARY = BUILD / "lib" / "failing_calls.so"
HALF = 0  # in place of an error: the call does half of its work

# Of each call, how it may fail. One that was interrupted, or did half, is made again.
FAILURES = {
    "open": [errno.EIO, errno.ENOSPC],
    "read": [errno.EIO, errno.EINTR, HALF],
    "pread": [errno.EIO, errno.EINTR, HALF],
    "write": [errno.EIO, errno.ENOSPC, errno.EINTR, HALF],
    "pwrite": [errno.EIO, errno.ENOSPC, errno.EINTR, HALF],
    "fsync": [errno.EIO],
    "ftruncate": [errno.ENOSPC],
    "close": [errno.EIO],
    "rename": [errno.EIO, errno.EINVAL],
    "link": [errno.EIO, errno.EPERM],
    "unlink": [errno.EIO],
}
HARMLESS = [errno.EINTR, HALF]

LAUNCHER = (BUILD / "launcher.sh").read_text(encoding="utf-8")

SWEEP = [
    *("sweep", "--kernels", "naive,leap", "--count", "every", "--steps", 5, *ONE_VISIT, "--output", "r.json"),
]
SHORT_SWEEP = [*SWEEP, "--cells", 1000, "--threads", 1]
SWEEP_ROWS = 2


def with_failure(folder, name, number, error, arguments, ranks=1, rank=None):
    env = {
        "LD_PRELOAD": str(LIBRARY),
        "FAILING_FOLDER": str(folder),
        "FAILING_CALL": name,
        "FAILING_NTH": str(number),
        "FAILING_ERROR": str(error),
        "FAILING_LOG": str(folder.parent / "calls"),
    }
    if rank is not None:
        env["FAILING_RANK"] = str(rank)
    return call(*arguments, cwd=folder, ranks=ranks, env=env)


class Job:
    """A command in a folder of its own: what is there before it, and what it promises."""

    def __init__(self, base):
        self.base = base
        self.folder = base / "folder"

    def prepare(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        (self.folder / "bystander").write_text("kept", encoding="utf-8")
        self.make_files()

    def make_files(self):
        pass

    def check_recovery(self):
        """After a failure, the command is given again."""
        succeed(*self.again(), cwd=self.folder)
        self.check_promise()

    def again(self):
        return [*self.arguments, "--force"]


class SavesARoad(Job):
    arguments = ["run", "--cells", 1000, "--steps", 5, "--init", "file:start", "--save", "end"]

    def make_files(self):
        start = self.base / "start"
        if not start.exists():
            succeed("run", "--cells", 1000, "--steps", 5, "--save", start)
        shutil.copy(start, self.folder)

    def check_promise(self):
        assert "iteration" in succeed("run", "--init", "file:end", "--steps", 1, "--print-every", 1, cwd=self.folder)


class SavesALongRoad(SavesARoad):
    """Of six blocks and a part of one, so that each of two ranks writes some; in the place of an older one."""

    arguments = ["run", "--cells", 200_003, "--steps", 5, "--init", "file:start", "--save", "end", "--force"]

    def make_files(self):
        start = self.base / "long"
        if not start.exists():
            succeed("run", "--cells", 200_003, "--steps", 5, "--save", start)
        shutil.copy(start, self.folder / "start")
        (self.folder / "end").write_text("old", encoding="utf-8")


class WritesAReport(Job):
    arguments = ["run", "--cells", 1000, "--steps", 5, "--output", "r.json"]

    def check_promise(self):
        assert load_report(self.folder / "r.json")["benchmarks"][0]["verified"] is True


class ReplacesAReport(WritesAReport):
    arguments = [*WritesAReport.arguments, "--force"]

    def make_files(self):
        (self.folder / "r.json").write_text("{}", encoding="utf-8")

    def again(self):
        return self.arguments


class Sweeps(Job):
    arguments = SHORT_SWEEP

    def again(self):
        return [*SHORT_SWEEP, "--resume"]

    def check_promise(self):
        rows = load_report(self.folder / "r.json")["benchmarks"]
        assert len(rows) == SWEEP_ROWS and all(row["verified"] for row in rows)


class Resumes(Sweeps):
    arguments = [*SHORT_SWEEP, "--resume"]

    def make_files(self):
        # A journal of which the last row was torn.
        done = with_failure(self.folder, "rename", 1, errno.EIO, SHORT_SWEEP)
        assert done.returncode == 1, done.stderr
        journal = self.folder / "r.json.journal"
        journal.write_bytes(journal.read_bytes()[:-40])


class MeasuresFiles(Job):
    arguments = [
        *("io", "--methods", "serial,process", "--layouts", "contiguous", "--bytes", "64Ki", "--visits", 1, "--output", "r.json")
    ]

    def check_promise(self):
        assert all(row["verified"] for row in load_report(self.folder / "r.json")["benchmarks"])


class Merges(Job):
    arguments = ["merge", "one.json", "--output", "r.json"]

    def make_files(self):
        shutil.copy(ROOT / "results" / "schema" / "example-measured.json", self.folder / "one.json")

    def check_promise(self):
        assert load_report(self.folder / "r.json")["context"]["command"] == "merge"


def some_of(calls):
    """Their numbers; of many the first, the last and some between."""
    most = 12
    numbers = range(1, calls + 1)
    return numbers if calls <= most else sorted({*numbers[:4], *numbers[-4:], *numbers[4 : -4 : max(1, calls // 4)]})


def check_failed(job, done, before, what, name):
    assert done.returncode in (1, 2), f"{what}: status {done.returncode}\n{done.stderr}"
    lines = [line for line in own_lines(done.stderr) if ": note: " not in line]
    assert len(lines) == 1, f"{what}: not one line\n{done.stderr}"
    after = plain_files(job.folder)
    lost = {file for file in before if after.get(file) != before[file] and not file.endswith(".journal")}
    # The result is there; what it replaces could not be removed, or its name may not be on the disk.
    whole = {"r.json", "end"} if name in ("unlink", "fsync") else set()
    assert not lost - whole, f"{what}: {lost} lost or changed"
    left = {file for file in after if file.endswith(".partial") or file.startswith("trafficbench-io.")}
    assert name == "unlink" or not left, f"{what}: {left} left"


@pytest.fixture(autouse=True, scope="module")
def library():
    assert LIBRARY.exists(), f"{LIBRARY} was not built"


@pytest.mark.parametrize(
    "kind", [SavesARoad, WritesAReport, ReplacesAReport, Sweeps, Resumes, MeasuresFiles, Merges], ids=lambda kind: kind.__name__
)
@pytest.mark.parametrize("name", FAILURES)
def test_a_call_that_fails_is_told_and_nothing_is_lost(tmp_path, kind, name):
    job = kind(tmp_path)
    log = tmp_path / "calls"
    job.prepare()
    log.unlink(missing_ok=True)
    done = with_failure(job.folder, name, 0, errno.EIO, job.arguments)
    assert done.returncode == 0, done.stderr
    calls = log.stat().st_size if log.exists() else 0
    for error in FAILURES[name]:
        for number in some_of(calls):
            what = f"{name} {number} of {calls}, {errno.errorcode.get(error, 'half')}"
            job.prepare()
            before = plain_files(job.folder)
            done = with_failure(job.folder, name, number, error, job.arguments)
            if done.returncode == 0:
                job.check_promise()
            else:
                assert error not in HARMLESS, f"{what}: status {done.returncode}\n{done.stderr}"
                check_failed(job, done, before, what, name)
                job.check_recovery()


# Open MPI waits for ever in a collective write of which one rank has failed, and is given up after a minute.
WAYS = ["posix", "serial", "mpiio-independent", *(["mpiio-collective"] if "mpich" in LAUNCHER else [])]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name, error", [("pwrite", errno.ENOSPC), ("pread", errno.EIO), ("fsync", errno.EIO)])
def test_a_road_that_cannot_be_written_or_read_leaves_the_old_one(tmp_path, way, name, error):
    needs_ranks()
    job = SavesALongRoad(tmp_path)
    job.arguments = [*job.arguments, "--io", way]
    for rank in (0, 1):
        log = tmp_path / "calls"
        log.unlink(missing_ok=True)
        job.prepare()
        done = with_failure(job.folder, name, 0, error, job.arguments, ranks=2, rank=rank)
        assert done.returncode == 0, done.stderr
        calls = log.stat().st_size if log.exists() else 0
        assert calls > 0 or (rank == 1 and way != "posix"), "a rank that writes nothing"
        for number in sorted({min(1, calls), calls // 2, calls} - {0}):
            job.prepare()
            before = plain_files(job.folder)
            done = with_failure(job.folder, name, number, error, job.arguments, ranks=2, rank=rank)
            what = f"{name} {number} of {calls} on rank {rank} by {way}"
            if done.returncode == 0:
                job.check_promise()
            else:
                check_failed(job, done, before, what, name)


@pytest.mark.parametrize("rank", [0, 1])
@pytest.mark.parametrize("name, error", [("open", errno.EIO), ("pwrite", errno.ENOSPC), ("fsync", errno.EIO), ("close", errno.EIO)])
def test_a_rank_that_cannot_write_takes_all_with_it(tmp_path, name, error, rank):
    needs_ranks()
    job = SavesALongRoad(tmp_path)
    job.prepare()
    before = plain_files(job.folder)
    log = tmp_path / "calls"
    with_failure(job.folder, name, 0, error, job.arguments, ranks=2, rank=rank)
    calls = log.stat().st_size
    for number in range(1, calls + 1):
        job.prepare()
        done = with_failure(job.folder, name, number, error, job.arguments, ranks=2, rank=rank)
        if done.returncode == 0:
            job.check_promise()
        else:
            check_failed(job, done, before, f"{name} {number} of {calls} on rank {rank}", name)


def test_the_start_state_that_a_sweep_can_no_longer_read_ends_it_in_one_line(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    succeed("run", "--cells", 200_000, "--steps", 5, "--save", "start", cwd=folder)
    # Threads read too.
    arguments = [*SWEEP, "--init", "file:start", "--cells", 200_000, "--threads", 2, "--oversubscribe"]
    done = with_failure(folder, "pread", 0, errno.EIO, arguments)
    assert done.returncode == 0, done.stderr
    calls = (tmp_path / "calls").stat().st_size
    (folder / "r.json").unlink()
    for number in sorted({1, 2, 3, calls // 2, calls}):
        done = with_failure(folder, "pread", number, errno.EIO, arguments)
        assert done.returncode in (1, 2), f"pread {number} of {calls}: status {done.returncode}\n{done.stderr}"
        (line,) = own_lines(done.stderr)
        assert "start cannot be read: Input/output error" in line
        (folder / "r.json.journal").unlink(missing_ok=True)
    succeed(*arguments, cwd=folder)
    assert all(row["verified"] for row in load_report(folder / "r.json")["benchmarks"])


def test_a_file_that_would_be_longer_than_it_may_is_told_and_not_left(tmp_path):
    # MPI's own files must be allowed, so that ours must be long.
    words = shlex.join(command(["run", "--cells", "2e8", "--steps", 1, "--save", "road"]))
    done = start(["bash", "-c", f"ulimit -f 20000; {words}"], cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    (line,) = own_lines(done.stderr)
    assert "cannot write road" in line and "too large" in line
    assert os.listdir(tmp_path) == []
