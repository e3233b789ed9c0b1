"""trafficbench io: every way writes and reads the road, what is wrong is found, and nothing is left behind.

tests/spoilt_io.cpp has ways with mistakes in them; tests/failing_calls.cpp makes calls of the system fail."""

import errno
import json
import os
import re
import signal
import subprocess
import time

import pytest
from program import BUILD, PROGRAM, call, command, ended, environment, launcher, needs_ranks, own_lines, plain_files, refused, start, succeed, wait_until, write_executable
from report_helpers import load_report

FAILING = BUILD / "lib" / "failing_calls.so"
SPOILT = BUILD / "bin" / "spoilt_io"
HAS_MPI = launcher() is not None
PLAIN = ["serial", "process", "node", "posix"]
MPIIO = ["mpiio-independent", "mpiio-collective"]
LISTED = json.loads(succeed("list", "--json"))["io"]
METHODS = [way["name"] for way in LISTED if way["available"]]
HAS_HDF5 = "hdf5" in METHODS
LAYOUTS = ["contiguous", "interleaved"]
USUAL = {"--visits": 1, "--output": "r.json", "--directory": "data"}


def io_words(*arguments):
    """The command with what tests usually ask for, unless these arguments ask for something else."""
    return ["io", *(word for option in USUAL.items() if option[0] not in arguments for word in option), *arguments]



@pytest.fixture
def folder(tmp_path):
    """Where a report goes, with a folder for the files."""
    (tmp_path / "data").mkdir()
    return tmp_path


def io(folder, *arguments, ranks=1):
    """The rows of a report that was made without complaint; nothing is left in the folder of the files."""
    succeed(*io_words(*arguments), "--force", ranks=ranks, cwd=folder)
    assert os.listdir(folder / "data") == []
    return load_report(folder / "r.json")["benchmarks"]


def spoilt(words):
    return [str(SPOILT) if word == str(PROGRAM) else word for word in words]


def only_line(done, status):
    """What the program said as it failed: one line, whatever the launcher adds."""
    assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
    lines = [line for line in own_lines(done.stderr) if "warning" not in line]
    assert "HDF5-DIAG" not in done.stderr
    assert len(lines) == 1, done.stderr
    return lines[0]


def needs_hdf5():
    needs_ranks()
    if not HAS_HDF5:
        pytest.skip("needs parallel HDF5")


# --- every way ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ranks", [1, 2, 3])
def test_every_way_is_verified(folder, ranks):
    """100 blocks and a part of one, which three ranks share unevenly."""
    rows = io(folder, "--cells", 100 * 32768 + 77, "--sync", "synced,cached", ranks=ranks)
    ways = {(row["kernel"], row["layout"], row["operation"], row["sync"]) for row in rows}
    assert len(rows) == len(ways) == len(METHODS) * 2 * 2 * 2
    assert {method for method, *_ in ways} == set(METHODS)
    assert len({row["hash"] for row in rows}) == 1, "the same cells, however they are written"
    for row in rows:
        assert row["verified"] and row["class"] == "io" and row["iterations"] == 1 and row["ranks"] == ranks
        assert row["bytes"] == 101 * 4096 and row["mcops"] is None
        assert row["files"] == (ranks if row["kernel"] == "process" else 1)
        alone = ranks == 1 or row["kernel"] == "serial"
        assert row["reader"] == ("same_ranks" if alone else "other_ranks")
        (phases,) = row["phase_seconds"]
        assert (phases["sync"] > 0) == (row["operation"] == "write" and row["sync"] == "synced")
        assert sum(phases.values()) <= row["samples"][0] * 1.001
        assert ("resident" in row) == (row["operation"] == "read")
        assert row["name"] == (
            f"io/{row['kernel']}/cells:{100 * 32768 + 77}/ranks:{ranks}/layout:{row['layout']}/op:{row['operation']}/sync:{row['sync']}"
        )
        assert row["file_system"]["free_bytes"] > 0 and row["file_system"]["folder"] == "data"


def test_idle_ranks_take_part(folder):
    """One block, three ranks."""
    needs_ranks()
    rows = io(folder, "--cells", 5, "--sync", "synced,cached", ranks=3)
    assert len(rows) == len(METHODS) * 8
    assert all(row["verified"] and row["bytes"] == 4096 and row["files"] == 1 for row in rows)


def test_what_is_cached_is_seen(folder):
    rows = io(folder, "--methods", "posix", "--bytes", "1Mi", "--sync", "cached", "--ops", "read")
    assert [row["resident"] for row in rows] == [[1], [1]]
    assert {row["operation"] for row in rows} == {"read"}


def test_six_visits_have_an_interval(folder):
    (row,) = io(folder, "--methods", "posix", "--layouts", "contiguous", "--ops", "write", "--bytes", "64Ki", "--visits", 6)
    assert row["interval_over"] == "visits" and len(row["samples"]) == 6
    low, median, high = (row[f"megabytes_per_second{end}"] for end in ("_low", "", "_high"))
    assert low <= median <= high == row["megabytes_per_second_best"]
    assert row["mebibytes_per_second"] == pytest.approx(median / 1.048576)


def test_several_folders_are_an_axis(folder):
    (folder / "b c").mkdir()
    rows = io(folder, "--methods", "posix", "--layouts", "contiguous", "--directory", "data,b c", "--bytes", "64Ki")
    assert [row["name"].split("/directory:")[1] for row in rows] == ["data", "data", "b c", "b c"]
    assert [row["file_system"]["folder"] for row in rows] == ["data", "data", "b c", "b c"]


def test_hints_in_force_and_ignored_are_told(folder):
    needs_ranks()
    hints = ["--hints", "cb_nodes=1", "--hints", "no_such_hint=7"]
    rows = io(folder, "--methods", "posix,mpiio-collective", "--bytes", "64Ki", *hints, ranks=2)
    for row in rows:
        if row["kernel"] == "posix":
            assert "hints" not in row
        else:
            # Each is in force as asked for, or named. Open MPI says of every hint that it is in force.
            for hint in ("cb_nodes=1", "no_such_hint=7"):
                name, value = hint.split("=")
                assert (row["hints"].get(name) == value) != (hint in row.get("hints_ignored", []))
            if "mpi_family=mpich" in (BUILD / "launcher.sh").read_text(encoding="utf-8"):
                assert "no_such_hint" not in row["hints"] and "no_such_hint=7" in row["hints_ignored"]


def test_files_are_kept_if_asked_for(folder):
    succeed(*io_words("--visits", 2, "--bytes", "64Ki", "--methods", "posix", "--files", "keep"), cwd=folder)
    kept = os.listdir(folder / "data")
    assert len(kept) == 2, "one of each layout: those of the last visit"
    succeed(*io_words("--bytes", "64Ki", "--methods", "posix", "--force"), cwd=folder)
    assert sorted(os.listdir(folder / "data")) == sorted(kept), "no other launch removes them"
    contents = {(folder / "data" / name).read_bytes() for name in kept}
    assert len(contents) == 1 and len(contents.pop()) == 65536, "the road, as it is"


def test_list_shows_the_ways():
    assert [way["name"] for way in LISTED] == [*PLAIN, *MPIIO, "hdf5"]
    assert METHODS == [*PLAIN, *(MPIIO if HAS_MPI else []), *(["hdf5"] if HAS_HDF5 else [])]
    for way in LISTED:
        lacks = "parallel HDF5" if way["name"] == "hdf5" else "MPI-IO"
        assert way["available"] or f"built without {lacks}" in way["why_not"]


def test_a_dry_run_names_the_rows_and_looks_at_no_folder(folder):
    words = ["io", "--methods", "posix", "--bytes", "64Ki", "--visits", 1, "--sync", "synced,cached"]
    named = succeed(*words, "--dry-run", "--directory", "missing,data", cwd=folder).splitlines()
    assert len(named) == 2 * 2 * 2 * 2 and all("/directory:" in name for name in named) and os.listdir(folder) == ["data"]
    named = succeed(*words, "--dry-run", cwd=folder).splitlines()
    succeed(*words, "--directory", "data", "--output", "r.json", cwd=folder)
    assert [row["name"] for row in load_report(folder / "r.json")["benchmarks"]] == named
    refused("io", "--dry-run", "--hints", "cb_nodes", word="write a name and a value", cwd=folder)


def test_folders_and_hints_may_be_any_bytes(folder):
    """A report holds only UTF-8: it shows them as far as they are."""
    data = os.fsdecode(b"data/bad\xe9")
    os.mkdir(folder / data)
    hint = ["--hints", os.fsdecode(b"a=\xe9"), "--methods", "posix,mpiio-independent"] if HAS_MPI else ["--methods", "posix"]
    arguments = ["io", "--bytes", "64Ki", "--visits", 1, "--directory", data, "--output", "r.json", *hint]
    succeed(*arguments, cwd=folder)
    rows = load_report(folder / "r.json")["benchmarks"]
    assert rows and all(row["verified"] and row["file_system"]["folder"] == "data/bad\ufffd" for row in rows)
    assert "complete" in succeed(*arguments, "--resume", cwd=folder)


def test_reports_of_two_launches_merge(folder):
    for name in ("a.json", "b.json"):
        succeed("io", "--bytes", "64Ki", "--methods", "posix", "--visits", 3, "--directory", "data", "--output", name, cwd=folder)
    succeed("merge", "a.json", "b.json", "--output", "both.json", cwd=folder)
    for row in load_report(folder / "both.json")["benchmarks"]:
        assert len(row["phase_seconds"]) == len(row["samples"]) == 6 and row["interval_over"] == "visits"


# --- parallel HDF5 -----------------------------------------------------------------------------------------------------


def test_hdf5_is_there_where_the_build_can_have_it(folder):
    """As pkg-config knows it, for the MPI of this build."""
    family = re.search("^mpi_family=(.*)$", (BUILD / "launcher.sh").read_text(encoding="utf-8"), re.MULTILINE).group(1)
    found = subprocess.run(["pkg-config", "--exists", f"hdf5-{family}"], check=False).returncode == 0
    is_wanted = "TRAFFICBENCH_HDF5:BOOL=ON" in (BUILD / "CMakeCache.txt").read_text(encoding="utf-8")
    if HAS_MPI and found and is_wanted:
        assert HAS_HDF5
    if not HAS_HDF5:
        refused("io", "--methods", "hdf5", word="without parallel HDF5", cwd=folder)
        return
    assert all(row["kernel"] == "hdf5" and row["verified"] for row in io(folder, "--bytes", "64Ki", "--methods", "hdf5"))
    (run,) = load_report(folder / "r.json")["context"]["runs"]
    assert re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", run["software"]["HDF5"])
    io(folder, "--bytes", "64Ki", "--methods", "posix")
    assert "software" not in load_report(folder / "r.json")["context"]["runs"][0], "it took no part"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_road_lies_in_an_hdf5_file_as_it_is(folder, layout):
    needs_hdf5()
    arguments = ["--bytes", "260Ki", "--methods", "posix,hdf5", "--layouts", layout, "--files", "keep"]
    succeed(*io_words(*arguments), ranks=3, cwd=folder)
    road, other = sorted(((folder / "data" / name).read_bytes() for name in os.listdir(folder / "data")), key=len)
    assert other.startswith(b"\x89HDF\r\n\x1a\n") and len(road) == 260 * 1024
    assert other[2**20 : 2**20 + len(road)] == road and len(other) == 2**20 + len(road)


@pytest.mark.parametrize("ranks", [1, 3])
def test_a_transfer_that_is_not_collective_is_told(folder, ranks):
    """The variable takes from HDF5 what it needs for a collective one; it then goes on without."""
    needs_hdf5()
    env = {"HDF5_MPI_OPT_TYPES": "0"}
    done = call(*io_words("--bytes", "256Ki", "--methods", "hdf5"), ranks=ranks, cwd=folder, env=env)
    assert "H5Dwrite was not collective" in only_line(done, 1)
    assert os.listdir(folder / "data") == []


# --- past the page cache -----------------------------------------------------------------------------------------------


def takes_direct(folder):
    """Whether this system opens files in the folder past its page cache."""
    path = folder / "probe"
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_DIRECT))
    except OSError:
        return False
    finally:
        path.unlink(missing_ok=True)
    return True


@pytest.mark.parametrize("ranks", [1, 2])
def test_direct_rows_are_verified_and_say_so(folder, ranks):
    arguments = ["--cells", 70 * 32768 + 77, "--sync", "synced,cached", "--direct"]
    if not takes_direct(folder / "data"):
        refused(*io_words(*arguments), word="O_DIRECT", ranks=ranks, cwd=folder)
        return
    rows = io(folder, *arguments, ranks=ranks)
    assert len(rows) == len(PLAIN) * 8 and {row["kernel"] for row in rows} == set(PLAIN)
    for row in rows:
        assert row["verified"] and row["direct"] is True and row["name"].endswith(f"/sync:{row['sync']}/direct:on")
        if row["operation"] == "read" and row["file_system"]["type"] in ("ext4", "xfs"):
            assert row["resident"] == [0], "what is written past the page cache is not in it"
    plain = io(folder, "--cells", 70 * 32768 + 77, ranks=ranks)
    assert not any("direct" in row for row in plain) and {row["hash"] for row in plain} == {rows[0]["hash"]}


@pytest.mark.parametrize("method", PLAIN)
def test_direct_files_are_opened_so(folder, method):
    if not takes_direct(folder / "data"):
        refused(*io_words("--direct"), word="O_DIRECT", cwd=folder)
        return
    counts = []
    for name in ("direct", "open"):
        log = folder / name
        done = with_failure(folder, name, errno.EIO, "--methods", method, "--layouts", "contiguous", "--direct", "--force", number=0, log=log)
        assert done.returncode == 0, done.stderr
        counts.append(len(log.read_text(encoding="utf-8")))
    direct, others = counts
    assert direct == 3, "the probe, the write and the read"
    assert others > 0, "the probe is made, the cache is asked"


@pytest.mark.parametrize("method", ["mpiio-independent", "mpiio-collective", "hdf5"])
def test_libraries_do_not_take_direct(folder, method):
    refused(*io_words("--direct", "--methods", method), word="--direct is for methods", cwd=folder)


def test_direct_leaves_out_libraries_and_says_so(folder):
    if not takes_direct(folder / "data"):
        refused(*io_words("--direct"), word="O_DIRECT", cwd=folder)
        return
    done = call(*io_words("--direct", "--bytes", "64Ki"), cwd=folder)
    assert done.returncode == 0
    assert "Without mpiio-independent, mpiio-collective, hdf5: --direct is for methods" in done.stderr


@pytest.mark.parametrize("ranks, rank", [(1, 0), (2, 0), (2, 1)])
def test_a_file_system_without_direct_is_refused(folder, ranks, rank):
    """As tmpfs of older Linux: the first open past the page cache is refused, on one rank."""
    if ranks > 1:
        needs_ranks()
    done = with_failure(folder, "direct", errno.EINVAL, "--direct", ranks=ranks, rank=rank)
    line = only_line(done, 2)
    assert "--direct is not available in" in line and "O_DIRECT" in line
    assert os.listdir(folder / "data") == [] and not (folder / "r.json.journal").exists()


# --- mistakes are found ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("base", ["", "hdf5-"] if HAS_HDF5 else [""], ids=["posix", "hdf5"][: 1 + HAS_HDF5])
@pytest.mark.parametrize(
    "method", ["flips-a-bit", "drops-a-block", "swaps-blocks", "writes-nothing", "reads-nothing"]
)
def test_a_mistake_fails_the_row(folder, method, base, ranks):
    method = base + method
    words = command(io_words("--methods", f"posix,{method}", "--bytes", "256Ki"), ranks)
    done = start(spoilt(words), cwd=folder)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "NOT VERIFIED" in done.stderr and os.listdir(folder / "data") == []
    for row in load_report(folder / "r.json")["benchmarks"]:
        assert row["verified"] == (row["kernel"] == "posix")
        if not row["verified"]:
            assert "of 64 blocks were not read as they were written" in row["error_message"]
            assert row["stopped"] == "failed"


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("method", ["cut-posix", "cut-independent", "cut-collective", "cut-hdf5"])
def test_a_file_that_lost_its_end_is_told_as_that(folder, method, ranks):
    """Libraries may read beyond the end and say nothing; then the row fails, and says why."""
    if method != "cut-posix":
        needs_ranks()
    if method == "cut-hdf5":
        needs_hdf5()
    words = command(io_words("--methods", method, "--bytes", "256Ki", "--layouts", "contiguous"), ranks)
    done = start(spoilt(words), cwd=folder)
    lines = [line for line in own_lines(done.stderr) if "see above" not in line]
    assert done.returncode == 1 and lines, done.stderr
    assert all(re.search(r"it ends at byte \d+, and \d+ were expected$", line) for line in lines), lines
    if method != "cut-collective" or len(lines) == 1:
        assert len(lines) == 1 and "cannot read" in lines[0]
    else:
        assert len(lines) == 2 and all("NOT VERIFIED" in line for line in lines), "a row of the write, and one of the read"
    assert os.listdir(folder / "data") == []


def test_an_error_on_one_rank_ends_all_in_one_line(folder):
    needs_ranks()
    words = command(io_words("--methods", "fails-on-last", "--bytes", "256Ki"), 3)
    assert "cannot write: made up" in only_line(start(spoilt(words), cwd=folder), 1)
    assert os.listdir(folder / "data") == []


def test_a_rank_that_cannot_go_on_ends_the_launch(folder):
    needs_ranks()
    words = command(io_words("--methods", "runs-out-of-memory", "--bytes", "256Ki"), 2)
    done = start(spoilt(words), cwd=folder, timeout=60)
    assert done.returncode != 0 and "out of memory on rank 1: files that begin with" in done.stderr
    # The launch was ended before it could say that it is over; the next one sees that.
    assert all(name.endswith(".lock") for name in os.listdir(folder / "data"))
    io(folder, "--methods", "posix", "--bytes", "64Ki")


# --- the system fails --------------------------------------------------------------------------------------------------


def with_failure(folder, name, error, *arguments, ranks=1, rank=None, number=1, delay=0, log=None):
    env = {
        "LD_PRELOAD": str(FAILING),
        "FAILING_FOLDER": str(folder / "data"),
        "FAILING_CALL": name,
        "FAILING_NTH": str(number),
        "FAILING_ERROR": str(error),
        "FAILING_DELAY": str(delay),
    }
    if rank is not None:
        env["FAILING_RANK"] = str(rank)
    if log is not None:
        env["FAILING_LOG"] = str(log)
    return call(*io_words(*arguments, *([] if "--bytes" in arguments else ["--bytes", "256Ki"])), ranks=ranks, cwd=folder, env=env, timeout=60)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name, error", [("fsync", errno.EIO), ("pwrite", errno.ENOSPC), ("pread", errno.EIO)])
def test_a_call_that_fails_is_one_line(folder, method, name, error):
    done = with_failure(folder, name, error, "--methods", method, "--layouts", "contiguous")
    assert f"cannot {'read' if name == 'pread' else 'write'}" in only_line(done, 1)
    assert os.listdir(folder / "data") == []


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_write_that_fails_on_one_rank_hangs_nobody(folder, method, layout):
    needs_ranks()
    # Open MPI's collective writes hang at once, and HDF5's with MPICH.
    may_hang = method in ("mpiio-collective", "hdf5")
    patience = 3 if may_hang else 10
    arguments = ["--methods", method, "--layouts", layout, "--patience", patience]
    done = with_failure(folder, "pwrite", errno.ENOSPC, *arguments, ranks=3, rank=0)
    # Of a launch that is given up the launcher may tell the status of ranks that it killed.
    is_given_up = done.returncode != 0 and "takes longer than" in done.stderr
    line = only_line(done, done.returncode if is_given_up else 1)
    assert "cannot write" in line or (may_hang and f"takes longer than {patience} s" in line)
    assert os.listdir(folder / "data") == []


def test_a_library_that_hangs_is_given_up(folder):
    """The ranks that wait for one that has failed, in a collective call of several rounds. Libraries that do not hang say what failed."""
    needs_ranks()
    arguments = ["--methods", "mpiio-collective", "--layouts", "interleaved", "--bytes", "96Mi", "--patience", 5]
    done = with_failure(folder, "pwrite", errno.ENOSPC, *arguments, ranks=2, rank=0)
    assert done.returncode != 0 and os.listdir(folder / "data") == []
    (line,) = own_lines(done.stderr)
    assert "takes longer than 5 s" in line or "cannot write" in line


@pytest.mark.parametrize("method", ["mpiio-independent", "mpiio-collective", "hdf5"])
def test_hints_are_named_where_the_library_fails_or_is_slow(folder, method):
    needs_ranks()
    if method not in METHODS:
        return  # a build without HDF5
    arguments = ["--methods", method, "--hints", "cb_nodes=1", "--layouts", "contiguous"]
    blamed = "(the hints may be to blame: cb_nodes=1)"
    line = only_line(with_failure(folder, "pwrite", errno.EIO, *arguments), 1)
    assert line.endswith(blamed) and line.count("'") % 2 == 0
    line = only_line(with_failure(folder, "fsync", 0, *arguments, "--patience", 1, number=0, delay=4000), 1)
    assert "takes longer than 1 s" in line and line.endswith(blamed)
    assert os.listdir(folder / "data") == [] and not (folder / "r.json.journal").exists(), "nothing was measured"


def test_paths_are_told_without_detours(folder):
    done = with_failure(folder, "fsync", errno.EIO, "--methods", "posix", "--directory", "./data/.//")
    assert f"cannot write to the disk {folder / 'data'}/trafficbench-io." in only_line(done, 1)
    assert os.listdir(folder) == ["data"], "no journal of what never measured"


def test_rates_below_one_have_digits(folder):
    done = with_failure(folder, "fsync", 0, "--methods", "posix", "--layouts", "contiguous", "--bytes", "4Ki", number=0, delay=300)
    assert done.returncode == 0, done.stderr
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("posix") and " write " in line]
    assert re.search(r"synced +0\.0\d+ +1 ", line), line
    assert re.search(r"wrote 0\.0\d+ MB/s", done.stderr) and "4096 bytes, 1 way, 1 visit of each" in done.stderr
    table, notes = done.stdout[1:].split("\n\n", 1)
    assert all(len(each) <= 80 for each in done.stdout.splitlines()) and notes.startswith("1 rank, 4096 bytes")
    heads, *rows = table.splitlines()
    assert heads.split()[:6] == ["method", "layout", "op", "sync", "MB/s", "n"] and " ms" in heads and len(rows) == 2


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("method", METHODS)
def test_a_folder_that_goes_away_is_told_as_that(folder, method, ranks):
    if ranks > 1:
        needs_ranks()
    process = begin(folder, "--methods", method, "--patience", 10, ranks=ranks)
    os.rename(folder / "data", folder / "elsewhere")
    _, said = ended(process)
    (line,) = own_lines(said)
    assert process.returncode == 1 and line.endswith(f"the folder {folder / 'data'} is not there any more"), said


@pytest.mark.parametrize("method", METHODS)
def test_a_slow_sync_is_seen_where_something_is_synced(folder, method):
    done = with_failure(folder, "fsync", 0, "--methods", method, "--sync", "synced,cached", "--ops", "write", number=0, delay=300)
    assert done.returncode == 0, done.stderr
    for row in load_report(folder / "r.json")["benchmarks"]:
        (phases,) = row["phase_seconds"]
        if row["sync"] == "synced":
            assert 0.3 <= phases["sync"] <= row["samples"][0]
        else:
            assert phases["sync"] == 0


def test_a_read_that_is_cut_short_goes_on(folder):
    done = with_failure(folder, "pread", 0, "--methods", "posix")
    assert done.returncode == 0, done.stderr


def test_what_was_interrupted_by_a_failure_is_resumed(folder):
    done = with_failure(folder, "fsync", errno.EIO, "--methods", "posix", number=2)
    only_line(done, 1)
    succeed(*io_words("--bytes", "256Ki", "--methods", "posix", "--resume"), cwd=folder)
    report = load_report(folder / "r.json")
    assert len(report["context"]["runs"]) == 2 and all(row["verified"] for row in report["benchmarks"])
    assert {tuple(row["sample_runs"]) for row in report["benchmarks"]} == {(0,), (1,)}


@pytest.mark.parametrize("spelled", ["./data/", "data/../data", "/whole", "link"])
def test_a_folder_is_resumed_however_it_is_spelled(folder, spelled):
    (folder / "link").symlink_to("data")
    (folder / "other").mkdir()
    arguments = ["--bytes", "256Ki", "--methods", "posix", "--directory"]
    only_line(with_failure(folder, "fsync", errno.EIO, *arguments, "data,other", number=2), 1)
    again = [*arguments, f"{folder / 'data' if spelled == '/whole' else spelled},./other", "--resume"]
    succeed(*io_words(*again), cwd=folder)
    report = load_report(folder / "r.json")
    assert len(report["context"]["runs"]) == 2 and report["context"]["axes"]["directory"] == "data,other"
    assert {row["file_system"]["folder"] for row in report["benchmarks"]} == {"data", "other"}
    assert "complete" in succeed(*io_words(*again), cwd=folder)
    refused(*io_words(*arguments, "other,data", "--resume"), word="directory was", cwd=folder)


def test_a_measurement_of_an_earlier_version_is_known_again(folder):
    """Its axes have no paths of folders."""
    words = io_words("--bytes", "256Ki", "--methods", "posix")
    succeed(*words, cwd=folder)
    path = folder / "r.json"
    report = load_report(path)
    assert report["context"]["axes"].pop("folders") == [str(folder / "data")]
    path.write_text(json.dumps(report), encoding="utf-8")
    assert "complete" in succeed(*words, "--resume", cwd=folder)
    refused(*words, "--direct", "--resume", word="direct was false", cwd=folder)


# --- signals -----------------------------------------------------------------------------------------------------------


def test_a_signal_leaves_no_files_and_can_be_resumed(folder):
    arguments = ["io", "--bytes", "32Mi", "--methods", "posix,process", "--visits", 3, "--directory", "data", "--output", "r.json"]
    process = subprocess.Popen(
        command(arguments), cwd=folder, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    wait_until(lambda: os.listdir(folder / "data") or process.poll() is not None, "a file was written")
    process.send_signal(signal.SIGTERM)
    _, said = ended(process, 100)
    assert process.returncode == 4, said
    assert "interrupted" in said and os.listdir(folder / "data") == []
    succeed(*arguments, "--resume", cwd=folder)
    rows = load_report(folder / "r.json")["benchmarks"]
    assert all(row["verified"] and len(row["samples"]) == 3 for row in rows)
    assert "complete" in succeed(*arguments, "--resume", cwd=folder)


# --- killed launches ---------------------------------------------------------------------------------------------------


def begin(folder, *arguments, ranks=1):
    """A launch that writes for a long time, when its first file is there."""
    process = subprocess.Popen(
        command(io_words("--bytes", "8Mi", "--visits", 10000, *arguments), ranks), cwd=folder, env=environment(),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    wait_until(lambda: len(os.listdir(folder / "data")) > 1 or process.poll() is not None, "a file was written")
    return process


def started_beside(folder):
    """What the next launch in the same folder says, which writes another report."""
    done = call(*io_words("--methods", "posix", "--bytes", "64Ki", "--output", "other.json"), "--force", cwd=folder)
    assert done.returncode == 0, done.stderr
    return own_lines(done.stderr)


@pytest.mark.parametrize("ranks", [1, 2])
def test_what_a_killed_launch_left_is_removed_by_the_next(folder, ranks):
    process = begin(folder, "--methods", "process", ranks=ranks)
    (lock,) = (folder / "data").glob("*.lock")
    os.kill(int(lock.name.split(".")[-2]), signal.SIGKILL)  # rank 0; a launcher ends the others
    ended(process)
    assert lock.exists()
    files = len(os.listdir(folder / "data")) - 1
    said = started_beside(folder)
    assert os.listdir(folder / "data") == []
    assert len(said) == (files > 0) and all(f"removed {files} file" in line and line.endswith("from data") for line in said)


def test_files_of_a_launch_under_way_stay(folder):
    process = begin(folder, "--methods", "process")
    assert started_beside(folder) == []
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    _, said = ended(process)
    assert process.returncode == 4, said
    assert os.listdir(folder / "data") == []


def test_launches_that_begin_at_once_leave_each_other_alone(folder):
    words = ["--methods", "process", "--bytes", "64Ki", "--visits", 20]
    (folder / "data" / "trafficbench-io.elsewhere.1.lock").write_text("", encoding="utf-8")
    processes = [
        subprocess.Popen(command(io_words(*words, "--output", f"{i}.json")), cwd=folder, env=environment(),
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for i in range(4)
    ]  # fmt: skip
    said = [ended(process, 100)[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, said
    assert not any(own_lines(text) for text in said)
    assert os.listdir(folder / "data") == ["trafficbench-io.elsewhere.1.lock"]


def test_files_of_another_host_are_named_and_stay(folder):
    names = ["trafficbench-io.elsewhere.12.3", "trafficbench-io.elsewhere.12.lock"]
    for name in names:
        (folder / "data" / name).write_text("x", encoding="utf-8")
    (line,) = started_beside(folder)
    assert "1 file of other launches in data, such as trafficbench-io.elsewhere.12.3: remove" in line
    assert sorted(os.listdir(folder / "data")) == names


# --- Lustre ------------------------------------------------------------------------------------------------------------


def on_lustre(folder, lfs, *arguments, ranks=1):
    """Output and rows of a launch that takes the folder for one of Lustre; `lfs` is what that program does, if there is one."""
    mounts = folder / "mountinfo"
    mounts.write_text(
        f"1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:99 / {folder / 'data'} rw,noatime - lustre mgs@tcp:/work rw,flock\n", encoding="utf-8")
    env = {"TRAFFICBENCH_MOUNTINFO": str(mounts), "PATH": f"{folder / 'tools'}:{os.environ['PATH']}"}
    if lfs:
        write_executable(folder / "tools" / "lfs", f"#!/bin/sh\n{lfs}\n")
    out = succeed(*io_words("--bytes", "64Ki", *arguments), "--force", ranks=ranks, cwd=folder, env=env)
    assert os.listdir(folder / "data") == []
    report = load_report(folder / "r.json")
    (run,) = report["context"]["runs"]
    assert run["environment"]["TRAFFICBENCH_MOUNTINFO"] == str(mounts)
    assert all(row["file_system"]["type"] == "lustre" for row in report["benchmarks"])
    return out, report["benchmarks"]


@pytest.mark.parametrize("ranks", [1, 2])
def test_stripes_of_the_file_that_was_written_are_told(folder, ranks):
    lfs = (
        'echo "$@" >>../asked; test "$1 $2 $3" = "getstripe -c -S" && test -f "$4" || { echo "no such file"; exit 2; }\n'
        'printf "lmm_stripe_count:  4\\nlmm_stripe_size:   1048576\\n"'
    ).replace("../asked", str(folder / "asked"))
    out, rows = on_lustre(folder, lfs, "--layouts", "contiguous", "--visits", 2, ranks=ranks)
    assert len(rows) == 2 * len(METHODS)
    for row in rows:
        assert (row["stripe_count"], row["stripe_bytes"]) == (4, 1048576) and "stripes_note" not in row
    assert out.count("Stripes: 4 stripes of 1048576 bytes\n") == 1 and "lustre on" in out
    assert len((folder / "asked").read_text(encoding="utf-8").splitlines()) == 2 * len(METHODS), "rank 0 once a visit"


@pytest.mark.parametrize(
    "lfs, why",
    [
        ("echo 'lfs getstripe: cannot open' >&2; exit 5", "lfs ended with status 5: lfs getstripe: cannot open"),
        ("echo rubbish", "lfs getstripe says no numbers: 'rubbish"),
        ("exec sleep 1000", "lfs takes longer than"),
        ("kill -SEGV $$", "lfs was ended by signal"),
        (None, "there is no lfs on the path"),
    ],
)
def test_stripes_that_nobody_tells_are_missing_and_the_report_says_why(folder, lfs, why):
    out, rows = on_lustre(folder, lfs, "--methods", "posix", "--layouts", "contiguous")
    assert len(rows) == 2
    for row in rows:
        assert row["verified"] and "stripe_count" not in row and "stripe_bytes" not in row
        assert row["stripes_note"].startswith(why), row["stripes_note"]
    assert f"Stripes: {why}" in out


def test_lfs_is_asked_on_lustre_alone(folder):
    write_executable(folder / "tools" / "lfs", f"#!/bin/sh\ntouch {folder}/asked\n")
    succeed(*io_words("--bytes", "64Ki", "--methods", "posix"), cwd=folder, env={"PATH": f"{folder / 'tools'}:{os.environ['PATH']}"})
    assert not (folder / "asked").exists()
    assert not any(name.startswith("stripe") for row in load_report(folder / "r.json")["benchmarks"] for name in row)


# --- bad input ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize(
    "arguments, word",
    [
        (["--directory", "missing"], "there is no folder"),
        (["--directory", "plain"], "there is no folder"),
        (["--methods", "pigeon"], "methods is 'pigeon': it is serial, process"),
        (["--layouts", "round"], "layouts is 'round'"),
        (["--ops", "erase"], "ops is 'erase'"),
        (["--sync", "perhaps"], "sync is 'perhaps'"),
        (["--files", "some"], "files is 'some'"),
        (["--hints", "cb_nodes"], "write a name and a value, as in cb_nodes=2"),
        (["--hints", "=1"], "write a name and a value"),
        (["--hints", "a=1", "--hints", "a=2"], "hints names a twice"),
        (["--methods", "posix", "--hints", "a=1"], "hints are for MPI-IO and HDF5"),
        (["--hints", "cb_buffer_size=-5"], "hints has cb_buffer_size=-5: it must be a whole number from 4096 to"),
        (["--hints", "cb_nodes=" + 300 * "1"], "1111': a name has 35 letters at most"),
        (["--bytes", "0"], "bytes"),
        (["--bytes", "2^60"], "bytes"),
        (["--bytes", "100Gi"], "ask for less with --bytes"),
        (["--resume"], "--resume needs --output"),
    ],
)
def test_bad_input_is_refused_in_one_line(folder, arguments, word, ranks):
    (folder / "plain").write_text("", encoding="utf-8")
    if ranks > 1:
        needs_ranks()
    refused("io", *arguments, word=word, ranks=ranks, cwd=folder)
    assert os.listdir(folder / "data") == []


def test_a_hint_that_a_method_does_not_keep_is_refused(folder):
    needs_ranks()
    hint = ["--hints", "romio_no_indep_rw=true", "--bytes", "64Ki"]
    refused(*io_words(*hint), word="a promise that mpiio-independent does not keep", cwd=folder)
    assert io(folder, *hint, "--methods", "posix,mpiio-collective", ranks=2)


@pytest.mark.parametrize("method", METHODS)
def test_a_colon_in_a_path_is_refused_where_it_cannot_be(folder, method):
    """MPI-IO takes what is before it for the kind of a file system."""
    (folder / "data" / "12:30").mkdir()
    arguments = ["io", "--bytes", "64Ki", "--visits", 1, "--methods", method, "--directory", "data/12:30", "--output", "r.json"]
    if method in PLAIN:
        succeed(*arguments, cwd=folder)
    else:
        refused(*arguments, word=f"{method} cannot take the path", cwd=folder)
    assert os.listdir(folder / "data" / "12:30") == []


def test_one_folder_under_two_names_is_refused(folder):
    (folder / "link").symlink_to("data")
    for names in ("data,./data", "data,link"):
        refused("io", "--directory", names, word="directory names one folder twice", cwd=folder)


@pytest.mark.parametrize("method", ["mpiio-independent", "mpiio-collective"])
def test_mpi_io_is_there_where_mpi_is_and_else_refused(folder, method):
    (way,) = [way for way in json.loads(succeed("list", "--json"))["io"] if way["name"] == method]
    assert way["available"] == HAS_MPI
    if HAS_MPI:
        assert all(row["kernel"] == method for row in io(folder, "--bytes", "64Ki", "--methods", method))
    else:
        refused("io", "--methods", method, word="without MPI-IO", cwd=folder)


@pytest.fixture
def small_disk(folder):
    """A file system of 1 MiB."""
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder / "data"], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip("needs the right to mount a file system")
    try:
        yield folder
    finally:
        # A rank that was ended may hold its file for a moment yet.
        subprocess.run(["umount", "--lazy", folder / "data"], check=True)


def test_more_than_is_free_is_refused_before_a_byte_is_written(small_disk):
    line = refused(*io_words("--bytes", "2Mi"), word="bytes are to be written into", cwd=small_disk)
    assert "1048576 are free" in line


def test_what_a_library_adds_is_counted(small_disk):
    if HAS_HDF5:
        refused(*io_words("--bytes", "1020Ki", "--methods", "hdf5"), word="bytes are to be written into", cwd=small_disk)


@pytest.mark.parametrize("steps", [1, 10**9])
def test_a_road_that_has_no_room_is_refused_before_it_is_made(small_disk, steps):
    arguments = ["run", "--cells", 8 * 2**20, "--steps", steps, "--save", "data/road"]
    refused(*arguments, word="save the road elsewhere", cwd=small_disk)
    assert os.listdir(small_disk / "data") == []


def test_what_is_on_a_disk_of_memory_stays_in_the_cache(small_disk):
    rows = io(small_disk, "--bytes", "64Ki", "--methods", "posix", "--ops", "read")
    assert all(row["resident"] == [1] and row["file_system"]["type"] == "tmpfs" for row in rows)
    assert all(row["file_system"]["mount_point"].endswith("/data") for row in rows)


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("method", METHODS)
def test_a_disk_that_fills_is_one_line(small_disk, method, ranks):
    """Under way: another program takes the space when the first file is there."""
    if ranks > 1:
        needs_ranks()
    arguments = io_words("--bytes", "512Ki", "--methods", method, "--visits", 100000, "--layouts", "contiguous", "--patience", 20)
    process = subprocess.Popen(
        command(arguments, ranks), cwd=small_disk, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    wait_until(lambda: (small_disk / "r.json.journal").exists() or process.poll() is not None, "it began")
    time.sleep(0.2)
    with open(small_disk / "data" / "other", "wb", buffering=0) as other:
        limit = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < limit:
            try:
                other.write(b"x" * 2**16)
            except OSError:
                pass  # full, until the program removes its file
    _, said = ended(process, 20)
    lines = own_lines(said)
    assert process.returncode == 1 and len(lines) == 1 and "cannot write" in lines[0], said
    assert os.listdir(small_disk / "data") == ["other"]
