"""What the command line refuses before any work: bad options, surroundings that do not fit, files that are not the program's."""

import json
import os

import pytest
from program import command, kernels, one_line_of, refused, small_sweep, start, succeed
from report_helpers import load_report

BAD_OPTIONS = [
    ([], "run, sweep, merge, derive, check, list"),
    (["fly"], "fly"),
    (["--cells", "5"], "--cells"),
    (["run", "--fly"], "--fly"),
    (["run", "extra"], "extra"),
    (["run", "--cells"], "--cells"),
    (["run", "--kernel", "warp"], "warp"),
    (["run", "--kernel", ""], "kernel"),
    (["run", "--kernel", "naive+threads", "--threads", "1"], "two threads or more, and --threads is 1"),
    (["run", "--kernel", "naive+thread"], "naive+thread'"),
    (["sweep", "--kernels", "naive,tiled+threads", "--threads", "1"], "tiled+threads needs two threads or more, and --threads is"),
    (["sweep", "--kernels", "all+threads"], "all+threads"),
    (["run", "--kernel", "naive,tiled"], "naive,tiled"),
    (["sweep", "--kernels", "naive,warp"], "warp"),
    (["sweep", "--kernels", "naive,,tiled"], "empty name"),
    (["check", "--kernels", "warp"], "warp"),
    (["check", "--cases", "0"], "cases"),
    (["check", "--cases", "many"], "many"),
    (["run", "--density", "1.0001"], "1.0001"),
    (["run", "--density", "-0.1"], "-0.1"),
    (["run", "--density", "nan"], "nan"),
    (["run", "--density", "inf"], "inf"),
    (["run", "--density", "half"], "half"),
    (["run", "--density", ""], "density"),
    (["run", "--cells", "0"], "cells is 0"),
    (["run", "--cells", "-5"], "cells is -5"),
    (["run", "--cells", "1.5"], "1.5"),
    (["run", "--cells", "2^41"], "2^41"),
    (["run", "--cells", "1e300"], "1e300"),
    (["run", "--cells", "nan"], "nan"),
    (["run", "--cells", "ten"], "ten"),
    (["run", "--cells", "1,2"], "1,2"),
    (["run", "--steps", "0"], "steps is 0"),
    (["run", "--steps", "-1"], "steps is -1"),
    (["run", "--steps", "2^60"], "2^60"),
    (["run", "--threads", "0"], "threads is 0"),
    (["run", "--threads", "1e9"], "threads is 1e9"),
    (["run", "--print-every", "0"], "print-every is 0"),
    (["run", "--count", "some"], "some"),
    (["run", "--seed", "-1"], "seed"),
    (["run", "--seed", "x"], "'x'"),
    (["run", "--seed", "9007199254740993"], "9007199254740992"),
    (["run", "--seed", "99999999999999999999"], "seed is 99999999999999999999"),
    (["run", "--init", "uni", "--seed", "900000001"], "900000000"),
    (["run", "--init", "mt19937", "--seed", "2^32"], "4294967295"),
    (["run", "--init", "dice"], "dice"),
    (["run", "--init", "pattern:"], "1100"),
    (["run", "--init", "pattern:12"], "12"),
    (["run", "--init", "file:"], "file:PATH"),
    (["run", "--isa", "mmx"], "mmx"),
    (["sweep", "--isa", "mmx"], "mmx"),
    *(([command, "--wave", "512-1-1-1-1-1"], "wave '512-1-1-1-1-1' is none") for command in ["run", "sweep"]),
    (["run", "--wave", ""], "--wave is empty"),
    (["run", "--cells", "100", "--depth", "0"], "depth is 0"),
    (["run", "--cells", "100", "--depth", "101"], "depth is 101"),
    (["run", "--cells", "100", "--depth", "deep"], "deep"),
    (["run", "--tile", "0"], "tile is 0"),
    (["run", "--tile", "2^40"], "tile is 2^40"),
    (["sweep", "--cells", "0"], "cells is 0"),
    (["sweep", "--cells", "2^41"], "2^41"),
    (["sweep", "--cells", "1e9:1e5"], "ends before it begins"),
    (["sweep", "--cells", "1e5:1e9:x1"], "step"),
    (["sweep", "--cells", "1:2:3:4"], "range"),
    (["sweep", "--cells", ""], "cells"),
    (["sweep", "--cells", "1:1e12:1"], "10000 numbers"),
    (["sweep", "--depth", "1:1e5:1"], "10000 numbers"),
    (["sweep", "--cells", "1e4:1.1e5:20", "--depth", "1:1000:1"], "100000 at most"),
    (["sweep", "--mode", "middling"], "middling"),
    (["sweep", "--mode", "weak", "--cells", "2^40", "--threads", "2"], "2^40"),
    (["sweep", "--count", "some"], "some"),
    (["sweep", "--ranks", "2"], "ranks 2"),
    (["sweep", "--ranks", "0"], "ranks is 0"),
    (["sweep", "--threads", "-2"], "threads is -2"),
    (["sweep", "--depth", "0"], "depth is 0"),
    (["sweep", "--depth", "1,deep"], "deep"),
    (["sweep", "--depth", "auto,,1"], "depth ''"),
    (["sweep", "--cells", "100,1000", "--depth", "200"], "depth is 200"),
    (["sweep", "--steps", "0"], "steps is 0"),
    (["sweep", "--jump", "0"], "jump is 0"),
    (["sweep", "--min-seconds", "0"], "min-seconds"),
    (["sweep", "--min-seconds", "nan"], "min-seconds"),
    *((["sweep", "--min-seconds", value], "min-seconds") for value in ["1e400", "inf", "1e300", "3601", "-1", "soon"]),
    *((["sweep", "--visits", value], "visits") for value in ["-1", "0", "1.5", "nan", "1e7", "auto"]),
    *((["sweep", "--rounds", value], "rounds") for value in ["-1", "0", "1.5", "nan", "10001", "many"]),
    *((["sweep", "--spacing", value], "spacing") for value in ["-1", "nan", "inf", "86401", "1e400", "soon"]),
    *((["sweep", "--budget", value], "budget") for value in ["-1", "0", "nan", "inf", "soon", "1:2:3:4"]),
    *((["sweep", option, "1"], option) for option in ["--precision", "--time-cap", "--min-repetitions", "--max-repetitions"]),
    (["sweep", "--output", ""], "--output is empty"),
    (["sweep", "--time-limit", ""], "--time-limit is empty"),
    (["sweep", "--budget", ""], "--budget is empty"),
    (["run", "--cells", ""], "--cells is empty"),
    (["run", "--save="], "--save is empty"),
    (["merge", "", "--output", "m.json"], "reports is empty"),
    (["sweep", "--resume"], "--output"),
    (["sweep", "--density", "2"], "density"),
]


@pytest.mark.parametrize("arguments, word", BAD_OPTIONS, ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_bad_option_is_refused(tmp_path, arguments, word):
    refused(*arguments, word=word, cwd=tmp_path)


def test_bad_omp_num_threads_is_refused(tmp_path):
    for value in ["many", "0", "-1", " ", "2,", "2,,1", "2,many", "2 1"]:
        refused("run", "--cells", 100, word="OMP_NUM_THREADS", cwd=tmp_path, env={"OMP_NUM_THREADS": value})


@pytest.mark.parametrize("limit", [{"OMP_THREAD_LIMIT": "2"}, {"OMP_MAX_ACTIVE_LEVELS": "0"}], ids=lambda limit: str(limit))
def test_threads_that_openmp_does_not_give_are_refused(tmp_path, limit):
    refused("run", "--cells", 1000, "--threads", 3, word="3 threads are more than OpenMP gives", cwd=tmp_path, env=limit)
    refused("check", "--quick", "--cases", 1, word="4 threads are more than OpenMP gives", cwd=tmp_path, env=limit)
    arguments = [*small_sweep(kernels="naive", cells="1000", threads="1,3", count="every"), "--oversubscribe", "--output", "r.json"]
    succeed(*arguments, cwd=tmp_path, env=limit)
    narrow, wide = load_report(tmp_path / "r.json")["benchmarks"]
    assert narrow["verified"] is True
    assert "3 threads are more than OpenMP gives" in wide["skipped"]


def test_threads_are_by_default_no_more_than_openmp_gives(tmp_path):
    for more in [{"OMP_THREAD_LIMIT": "1"}, {"OMP_DYNAMIC": "true"}]:
        text = succeed("run", "--cells", 1000, "--json", cwd=tmp_path, env=more)
        row = json.loads(text)["benchmarks"][0]
        assert row["verified"] is True and len({place["thread"] for place in row["placement"]}) == row["threads"]
        assert "OMP_DYNAMIC" in more or row["threads"] == 1


def test_kernel_of_several_threads_is_refused_where_auto_is_one(tmp_path):
    word = "tiled+threads needs two threads or more, and OMP_NUM_THREADS is 1"
    refused("run", "--kernel", "tiled+threads", word=word, cwd=tmp_path, env={"OMP_NUM_THREADS": "1"})
    cpu = min(os.sched_getaffinity(0))
    for arguments in [["run", "--kernel", "tiled+threads"], ["sweep", "--kernels", "naive,tiled+threads"]]:
        done = start(["taskset", "--cpu-list", cpu, *command(arguments)], cwd=tmp_path)
        line = one_line_of(done, "trafficbench")
        assert "tiled+threads needs two threads or more, and --threads auto comes to 1 here" in line
    assert os.listdir(tmp_path) == []


def test_omp_num_threads_is_taken(tmp_path):
    for value, threads in [("3", 3), ("2,4", 2), (" 2", 2), ("2\t", 2), (" 2 , 1 ", 2), ("", None)]:
        text = succeed("run", "--cells", 1000, "--json", cwd=tmp_path, env={"OMP_NUM_THREADS": value})
        row = json.loads(text)["benchmarks"][0]
        assert threads is None or row["threads"] == threads


@pytest.mark.parametrize("kernel", kernels())
def test_road_that_does_not_fit_is_refused_before_anything_is_allocated(tmp_path, kernel):
    assert "available" in refused("run", "--cells", "2^40", "--steps", 1, "--kernel", kernel, word="GiB", cwd=tmp_path)


@pytest.mark.parametrize("option", ["--output", "--save"])
@pytest.mark.parametrize(
    "path, word",
    [
        ("taken", "--force"),
        ("missing/new", "no folder missing"),
        ("taken/new", "no folder taken"),
        ("folder", "is a folder"),
        ("/proc/new", "/proc"),
    ],
)
def test_file_that_cannot_be_written_is_refused(tmp_path, option, path, word):
    (tmp_path / "taken").write_text("kept", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    refused("run", "--cells", 1000, option, path, word=word, cwd=tmp_path)
    if option == "--output":
        refused(*small_sweep(), option, path, word=word, cwd=tmp_path)
        if path != "taken":
            refused(*small_sweep(), option, path, "--force", word=word, cwd=tmp_path)


@pytest.mark.parametrize("other", ["./a", "../{name}/a", "link/a", "{folder}/a", "link/../{name}/a"])
def test_two_files_of_one_name_are_refused(tmp_path, other):
    (tmp_path / "link").symlink_to(".")
    path = other.format(name=tmp_path.name, folder=tmp_path)
    for first, second in [("--output", "--save"), ("--save", "--output")]:
        refused("run", "--cells", 1000, first, "a", second, path, word=first, cwd=tmp_path)


SPECIAL = {
    "pipe": lambda path: os.mkfifo(path),
    "folder": lambda path: path.mkdir(),
    "lost": lambda path: path.symlink_to("nowhere"),
    "link": lambda path: path.symlink_to("/dev/null"),
}


@pytest.mark.parametrize("more", [[], ["--force"]], ids=["", "--force"])
@pytest.mark.parametrize("ending", ["", ".journal"])
@pytest.mark.parametrize("kind", SPECIAL)
def test_what_is_not_a_plain_file_is_never_replaced(tmp_path, kind, ending, more):
    path = tmp_path / f"new{ending}"
    SPECIAL[kind](path)
    before = os.lstat(path)
    calls = [[*small_sweep(), "--output", "new"]]
    if ending != ".journal":
        calls += [["run", "--cells", 1000, option, "new"] for option in ["--output", "--save"]]
    for arguments in calls:
        refused(*arguments, *more, word=f"new{ending} is", cwd=tmp_path)
        after = os.lstat(path)
        assert (after.st_ino, after.st_mode) == (before.st_ino, before.st_mode)


def test_name_of_two_lines_is_told_in_one(tmp_path):
    refused("run", "--cells", 1000, "--save", "missing\nnew/road", word="missing\\nnew", cwd=tmp_path)
    refused("run", "--kernel", "war\np", word="war\\np", cwd=tmp_path)


def test_devices_are_not_replaced(tmp_path):
    for more in [[], ["--force"]]:
        refused("run", "--cells", 1000, "--output", "/dev/null", *more, word="not a plain file", cwd=tmp_path)


@pytest.mark.parametrize("option", ["--output", "--save", "--init", "--isa"])
def test_a_value_that_is_missing_is_not_the_next_option(tmp_path, option):
    refused("run", "--cells", 1000, f"{option}=", "--force", word=f"{option} is empty", cwd=tmp_path)


def test_journal_of_another_sweep_is_not_overwritten(tmp_path):
    (tmp_path / "report.json.journal").write_text("kept\n", encoding="utf-8")
    refused(*small_sweep(), "--output", "report.json", word="--resume", cwd=tmp_path)
    refused(*small_sweep(), "--output", "report.json", "--resume", word="line 1", cwd=tmp_path)
