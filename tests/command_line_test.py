"""The command line on one rank: what it prints, what it writes, and what it refuses."""

import json
import os
import re
import shlex
import signal
import struct
import subprocess
import time

import pytest
from program import call, command, environment, kernels, own_lines, succeed
from report_helpers import load_report

COMMANDS = ["run", "sweep", "check", "list", "ceiling"]

# Little, and the same every time.
SMALL_SWEEP = {
    "--kernels": "naive,bitsliced,leap",
    "--cells": "1000,5e3",
    "--threads": "1",
    "--steps": "20",
    "--min-repetitions": "2",
    "--max-repetitions": "2",
}
SMALL_SWEEP_POINTS = 3 * 2 * 2


def small_sweep(**changes):
    """Arguments of the small sweep, some of them changed."""
    options = SMALL_SWEEP | {f"--{name.replace('_', '-')}": value for name, value in changes.items()}
    return ["sweep", *(word for option in options.items() for word in option)]


def refused(*arguments, word, cwd=None, env=None):
    """Asserts that the program refuses these arguments in the one way there is; `word` is what the line must name."""
    before = sorted(os.listdir(cwd)) if cwd else None
    done = call(*arguments, cwd=cwd, env=env)
    assert done.returncode == 2, f"status {done.returncode}\n{done.stdout}\n{done.stderr}"
    # OpenMP's own library may have a word to say about its own variables.
    lines = [line for line in done.stderr.splitlines() if line and not line.startswith(("libgomp:", "OMP: "))]
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("trafficbench: ")
    assert word in lines[0], done.stderr
    if cwd:
        assert sorted(os.listdir(cwd)) == before, "a file was left or taken away"
    return done


# --- bad input ---------------------------------------------------------------------------------------------------------

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
    (["sweep", "--kernels", "naive,tiled+threads", "--threads", "1"], "tiled+threads needs two threads or more, and --threads is 1"),
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
    *((["sweep", "--precision", value], "precision") for value in ["-1", "0", "nan", "inf", "1.1", "1e400"]),
    *((["sweep", "--time-cap", value], "time-cap") for value in ["-1", "nan", "inf", "1e300"]),
    (["sweep", "--min-repetitions", "1.5"], "min-repetitions"),
    (["sweep", "--max-repetitions", "1e7"], "max-repetitions is 1e7"),
    (["sweep", "--output", ""], "--output is empty"),
    (["sweep", "--time-limit", ""], "--time-limit is empty"),
    (["run", "--cells", ""], "--cells is empty"),
    (["run", "--save="], "--save: 1 required"),
    (["merge", "", "--output", "m.json"], "reports is empty"),
    (["sweep", "--min-repetitions", "0"], "min-repetitions"),
    (["sweep", "--min-repetitions", "5", "--max-repetitions", "4"], "max-repetitions"),
    (["sweep", "--resume"], "--output"),
    (["sweep", "--density", "2"], "density"),
]


@pytest.mark.parametrize("arguments, word", BAD_OPTIONS, ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_bad_option_is_refused(tmp_path, arguments, word):
    refused(*arguments, word=word, cwd=tmp_path)


def test_bad_omp_num_threads_is_refused(tmp_path):
    for value in ["many", "0", "-1"]:
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
        words = ["taskset", "--cpu-list", str(cpu), *command(arguments)]
        done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, env=environment(), check=False)
        assert done.returncode == 2
        (line,) = done.stderr.splitlines()
        assert "tiled+threads needs two threads or more, and --threads auto comes to 1 here" in line
    assert os.listdir(tmp_path) == []


def test_omp_num_threads_is_taken(tmp_path):
    for value, threads in [("3", 3), ("2,4", 2), ("", None)]:
        text = succeed("run", "--cells", 1000, "--json", cwd=tmp_path, env={"OMP_NUM_THREADS": value})
        row = json.loads(text)["benchmarks"][0]
        assert threads is None or row["threads"] == threads


@pytest.mark.parametrize("kernel", kernels())
def test_road_that_does_not_fit_is_refused_before_anything_is_allocated(tmp_path, kernel):
    started = time.monotonic()
    done = refused("run", "--cells", "2^40", "--steps", 1, "--kernel", kernel, word="GiB", cwd=tmp_path)
    assert "available" in done.stderr
    assert "Length of road" not in done.stdout
    assert time.monotonic() - started < 60


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
    done = refused("run", "--cells", 1000, option, path, word=word, cwd=tmp_path)
    assert done.stdout == "", "refused after the work"
    if option == "--output":
        refused(*small_sweep(), option, path, word=word, cwd=tmp_path)
        if path != "taken":
            refused(*small_sweep(), option, path, "--force", word=word, cwd=tmp_path)
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "kept"


@pytest.mark.parametrize("other", ["./a", "../{name}/a", "link/a", "{folder}/a", "link/../{name}/a.partial"])
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
@pytest.mark.parametrize("ending", ["", ".partial", ".journal"])
@pytest.mark.parametrize("kind", SPECIAL)
def test_what_is_not_a_plain_file_is_never_replaced(tmp_path, kind, ending, more):
    path = tmp_path / f"new{ending}"
    SPECIAL[kind](path)
    before = os.lstat(path)
    calls = [[*small_sweep(), "--output", "new"]]
    if ending != ".journal":
        calls += [["run", "--cells", 1000, option, "new"] for option in ["--output", "--save"]]
    for arguments in calls:
        done = refused(*arguments, *more, word=f"new{ending} is", cwd=tmp_path)
        assert done.stdout == "", "refused after the work"
        after = os.lstat(path)
        assert (after.st_ino, after.st_mode) == (before.st_ino, before.st_mode)


def test_name_of_two_lines_is_told_in_one(tmp_path):
    refused("run", "--cells", 1000, "--save", "missing\nnew/road", word="missing?new", cwd=tmp_path)
    refused("run", "--kernel", "war\np", word="war?p", cwd=tmp_path)


def test_devices_are_not_replaced(tmp_path):
    for more in [[], ["--force"]]:
        refused("run", "--cells", 1000, "--output", "/dev/null", *more, word="not a plain file", cwd=tmp_path)


def test_file_that_bears_the_name_of_one_half_written_is_kept(tmp_path):
    (tmp_path / "new.partial").write_text("kept", encoding="utf-8")
    for arguments in [["run", "--cells", 1000, "--save", "new"], [*small_sweep(), "--output", "new"]]:
        refused(*arguments, word="new.partial exists", cwd=tmp_path)
        assert (tmp_path / "new.partial").read_text(encoding="utf-8") == "kept"
    save(tmp_path, "new", 1000, 10, "--force")
    assert os.listdir(tmp_path) == ["new"]


def test_journal_of_another_sweep_is_not_overwritten(tmp_path):
    (tmp_path / "report.json.journal").write_text("kept\n", encoding="utf-8")
    refused(*small_sweep(), "--output", "report.json", word="--resume", cwd=tmp_path)
    refused(*small_sweep(), "--output", "report.json", "--resume", word="line 1", cwd=tmp_path)
    assert (tmp_path / "report.json.journal").read_text(encoding="utf-8") == "kept\n"


# --- roads on disk -----------------------------------------------------------------------------------------------------


def save(folder, name="road", cells=1000, steps=10, *more):
    succeed("run", "--cells", cells, "--steps", steps, *more, "--save", name, cwd=folder)
    return folder / name


def damage(path, change):
    content = bytearray(path.read_bytes())
    change(content)
    path.write_bytes(content)


def flip(byte):
    def change(content):
        content[byte] ^= 1

    return change


def put(offset, value):
    def change(content):
        content[offset : offset + 8] = struct.pack("<q", value)

    return change


DAMAGES = {
    "empty": (lambda content: content.clear(), "not a road file"),
    "short": (lambda content: content.__delitem__(slice(20, None)), "not a road file"),
    "magic": (flip(0), "not a road file"),
    "version": (put(8, 7), "version 7"),
    "no cells": (put(16, 0), "0 cells"),
    "endless": (put(16, 2**41), "cells"),
    "beyond a signed number": (put(16, -1), "18446744073709551615 cells"),
    "iterations": (put(24, -1), "18446744073709551615 iterations"),
    "most iterations": (put(24, 2**60), "2^60"),
    "truncated": (lambda content: content.__delitem__(slice(-1, None)), "truncated"),
    "longer": (lambda content: content.extend(b"12345678"), "damaged"),
    "cell": (flip(100), "damaged"),
    "hash": (flip(33), "damaged"),
}


@pytest.mark.parametrize("kind", DAMAGES)
def test_damaged_road_is_refused(tmp_path, kind):
    road = save(tmp_path)
    change, word = DAMAGES[kind]
    damage(road, change)
    content = road.read_bytes()
    done = refused("run", "--init", "file:road", "--save", "other", "--output", "report.json", word=word, cwd=tmp_path)
    assert "road" in done.stderr
    assert road.read_bytes() == content


def test_damaged_road_is_refused_by_sweep(tmp_path):
    road = save(tmp_path)
    damage(road, DAMAGES["truncated"][0])
    refused(*small_sweep(cells=1000, init="file:road", output="r.json"), word="truncated", cwd=tmp_path)


@pytest.mark.parametrize("path", ["nothing", ".", "/dev/null"])
def test_what_is_no_road_is_refused(tmp_path, path):
    refused("run", "--init", f"file:{path}", word=path, cwd=tmp_path)
    refused("run", "--cells", 1000, "--init", f"file:{path}", word=path, cwd=tmp_path)


def test_road_of_another_length_is_refused(tmp_path):
    save(tmp_path)
    refused("run", "--cells", 999, "--init", "file:road", word="1000 cells, not 999", cwd=tmp_path)
    refused("sweep", "--cells", 999, "--init", "file:road", "--output", "r.json", word="1000 cells", cwd=tmp_path)


@pytest.mark.parametrize("kernel", kernels())
@pytest.mark.parametrize("init", ["philox", "uni", "mt19937", "pattern:1100101"])
def test_two_runs_over_a_file_are_one_longer_run(tmp_path, kernel, init):
    common = ["--kernel", kernel, "--threads", 2, "--init", init]
    save(tmp_path, "half", 12345, 40, *common)
    succeed("run", "--init", "file:half", "--steps", 60, "--kernel", kernel, "--save", "two", cwd=tmp_path)
    save(tmp_path, "one", 12345, 100, *common)
    assert (tmp_path / "two").read_bytes() == (tmp_path / "one").read_bytes()
    assert struct.unpack("<8sqqq", (tmp_path / "one").read_bytes()[:32]) == (b"TRAFROAD", 1, 12345, 100)


def test_density_of_no_cars_has_no_sign(tmp_path):
    text = succeed("run", "--cells", 1000, "--density", "-0")
    assert "Target density of cars is 0.000000" in text


def test_saved_road_is_replaced_only_by_force(tmp_path):
    road = save(tmp_path)
    content = road.read_bytes()
    refused("run", "--cells", 1000, "--save", "road", word="--force", cwd=tmp_path)
    assert road.read_bytes() == content
    save(tmp_path, "road", 2000, 10, "--force")
    assert road.read_bytes() != content
    assert os.listdir(tmp_path) == ["road"]


# --- help, version, list -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_complete(name):
    text = succeed(name, "--help")
    assert re.search(r"^Examples?:\n  .*trafficbench " + name, text, re.MULTILINE), text
    options = re.findall(r"^  (?:-\w,)?(--[a-z-]+)(.*(?:\n {20,}.*)*)", text, re.MULTILINE)
    assert options
    for option, rest in options:
        # Every option says what it does, in words.
        assert len(re.findall(r"[A-Za-z]{2,}", rest)) >= 2, f"{option} of {name} is not explained"


def test_help_names_every_command():
    text = succeed("--help")
    for name in COMMANDS:
        assert re.search(rf"^  {name}\b", text, re.MULTILINE), text
    assert "Example" in text


def test_help_comes_before_what_else_is_wrong():
    for arguments in [["run", "--cells", "none", "--help"], ["sweep", "--help", "--precision", "7"]]:
        assert "Usage: trafficbench" in succeed(*arguments)


def test_help_lists_every_exit_status():
    (statuses,) = re.findall("Exit status:(.*)", succeed("--help"))
    assert re.findall(r"(?:^|;) (\d) [a-z]", statuses) == ["0", "1", "2", "3", "4"]


def test_version_names_version_compiler_and_instruction_sets():
    text = succeed("--version")
    assert re.match(r"trafficbench \d+\.\d+\.\d+ \([0-9a-f]{7,}(-dirty)?|trafficbench \d+\.\d+\.\d+", text)
    for word in ["MPI", "instruction sets", "in use"]:
        assert word in text


def test_list_as_json_has_every_form_of_every_kernel():
    listed = json.loads(succeed("list", "--json"))
    names = [entry["name"] for entry in listed["kernels"]]
    assert len(names) == len(set(names))
    for kernel in ["naive", "branchless", "bitpacked", "bitsliced", "tiled", "leap"]:
        assert kernel in names and f"{kernel}+threads" in names
    assert sum(isa["selected"] for isa in listed["isas"]) == 1
    assert all(isa["runs_here"] for isa in listed["isas"] if isa["selected"])
    text = succeed("list")
    for name in names + [isa["name"] for isa in listed["isas"]]:
        assert re.search(rf"^{re.escape(name)} ", text, re.MULTILINE), name


def test_kernel_is_named_as_it_is_listed():
    for name in [entry["name"] for entry in json.loads(succeed("list", "--json"))["kernels"]]:
        kernel, _, threaded = name.partition("+")
        threads = 3 if threaded else 1
        report = json.loads(succeed("run", "--cells", 3000, "--kernel", name, "--threads", threads, "--json"))
        (row,) = report["benchmarks"]
        assert row["verified"] is True and row["kernel"] == kernel and row["threads"] == threads
        assert report["context"]["axes"]["kernel"] == name
    text = succeed("run", "--cells", 3000, "--kernel", "naive+threads", "--json", env={"OMP_NUM_THREADS": "2"})
    assert json.loads(text)["benchmarks"][0]["threads"] == 2


def test_sweep_takes_a_kernel_that_is_named_with_threads_where_there_are_threads():
    def points(names):
        text = succeed(*small_sweep(kernels=names, cells="1000", threads="1,2,3", count="every"), "--dry-run")
        return [re.match(r"sweep/(\w+)/.*/threads:(\d)/", line).groups() for line in text.splitlines()]

    assert points("tiled+threads,naive") == [("naive", "1"), ("tiled", "2"), ("naive", "2"), ("tiled", "3"), ("naive", "3")]
    assert points("tiled+threads") == [("tiled", "2"), ("tiled", "3")]
    # Named both ways, it is measured at every shape, once.
    assert points("tiled+threads,tiled") == points("tiled") == [("tiled", "1"), ("tiled", "2"), ("tiled", "3")]


def test_check_of_a_kernel_that_is_named_with_threads():
    lines = succeed("check", "--quick", "--cases", 15, "--kernels", "naive+threads").splitlines()
    assert len(lines) == 2 and all(re.match(r"ok +naive\+threads ", line) for line in lines), lines


def test_every_instruction_set_can_be_chosen_or_is_refused_with_those_that_can():
    listed = json.loads(succeed("list", "--json"))
    hashes = set()
    for isa in listed["isas"]:
        arguments = ["run", "--cells", 5000, "--kernel", "bitsliced", "--isa", isa["name"], "--json"]
        if isa["runs_here"]:
            row = json.loads(succeed(*arguments))["benchmarks"][0]
            assert row["isa"] == isa["name"] and row["verified"] is True
            hashes.add(row["hash"])
        else:
            refused(*arguments, word=isa["name"])
    assert len(hashes) == 1


# --- standard output that fails ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", [">/dev/full", ">&-"])
@pytest.mark.parametrize(
    "arguments",
    ["list", "list --json", "--help", "--version", "run --help", "merge --help", "derive --help", "run --cells 1000", "run --cells 1000 --json"],
)
def test_output_that_cannot_be_written_is_no_success(tmp_path, arguments, where):
    words = shlex.join(command(arguments.split()))
    done = subprocess.run(
        ["sh", "-c", f"{words} {where}"], capture_output=True, text=True, cwd=tmp_path, env=environment(), check=False
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("trafficbench: cannot write to")


def test_files_are_whole_though_nothing_can_be_printed(tmp_path):
    words = shlex.join(command(["run", "--cells", 1000, "--output", "r.json", "--save", "road"]))
    done = subprocess.run(["sh", "-c", f"{words} --json >&-"], cwd=tmp_path, env=environment(), check=False)
    assert done.returncode == 1
    assert load_report(tmp_path / "r.json")["benchmarks"][0]["verified"] is True
    succeed("run", "--init", "file:road", cwd=tmp_path)


# --- check, run --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kernel", kernels())
def test_check_passes(kernel):
    text = succeed("check", "--quick", "--cases", 15, "--kernels", kernel)
    lines = text.splitlines()
    assert len(lines) >= 2
    assert all(re.match(rf"ok +{kernel} ", line) for line in lines), text


@pytest.mark.parametrize(
    "arguments",
    [
        ["--cells", 1],
        ["--cells", 1, "--density", 0],
        ["--cells", 1, "--density", 1],
        ["--cells", 2, "--init", "pattern:10"],
        ["--cells", 100000, "--density", 0],
        ["--cells", 100000, "--density", 1],
        ["--cells", 1000, "--steps", 1],
        ["--cells", 3, "--threads", 5],
        ["--cells", 1000, "--density", "1e-300"],
    ],
    ids=lambda arguments: " ".join(map(str, arguments)),
)
@pytest.mark.parametrize("kernel", kernels())
def test_report_is_valid_where_a_number_could_be_none(tmp_path, kernel, arguments):
    text = succeed("run", *arguments, "--kernel", kernel, "--json", "--output", "r.json", cwd=tmp_path)
    report = load_report(tmp_path / "r.json")
    assert json.loads(text) == report
    (row,) = report["benchmarks"]
    assert row["verified"] is True and row["origin"] == "measured"
    printed = succeed("run", *arguments, "--kernel", kernel)
    assert not re.search(r"\b(nan|inf)\b", printed)


def test_report_of_run_is_replaced_only_by_force(tmp_path):
    arguments = ["run", "--cells", 1000, "--output", "r.json"]
    succeed(*arguments, cwd=tmp_path)
    content = (tmp_path / "r.json").read_bytes()
    refused(*arguments, word="--force", cwd=tmp_path)
    assert (tmp_path / "r.json").read_bytes() == content
    succeed(*arguments, "--steps", 7, "--force", cwd=tmp_path)
    assert load_report(tmp_path / "r.json")["benchmarks"][0]["steps"] == 7


def test_hash_depends_on_the_road_alone():
    """Kernel, threads, depth and contract leave the final state as it is; seed, density and steps do not."""

    def hash_of(*more, cells=4321, steps=99):
        arguments = ["run", "--cells", cells, "--steps", steps, *more, "--json"]
        return json.loads(succeed(*arguments))["benchmarks"][0]["hash"]

    first = hash_of()
    for kernel in kernels():
        assert hash_of("--kernel", kernel, "--threads", 3, "--depth", 5, "--count", "sampled") == first
    for other in [["--seed", 1], ["--density", 0.53], ["--init", "uni"]]:
        assert hash_of(*other) != first
    assert hash_of(steps=98) != first
    assert hash_of(cells=4322) != first


# --- sweep -------------------------------------------------------------------------------------------------------------


def test_dry_run_lists_the_points_and_writes_nothing(tmp_path):
    lines = succeed(*small_sweep(), "--dry-run", cwd=tmp_path).splitlines()
    assert len(lines) == len(set(lines)) == SMALL_SWEEP_POINTS
    assert os.listdir(tmp_path) == []


def test_sweep_writes_a_valid_report_of_the_points_it_lists(tmp_path):
    done = call(*small_sweep(), "--output", "r.json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    report = load_report(tmp_path / "r.json")
    rows = report["benchmarks"]
    assert [row["name"] for row in rows] == succeed(*small_sweep(), "--dry-run").splitlines()
    for row in rows:
        assert row["verified"] is True
        assert len(row["samples"]) == 2 and row["stopped"] == "fixed" and row["steps"] == 20
        assert (row["mcops"] is None) == (row["kernel"] == "leap")
    by_cells = {}
    for row in rows:
        by_cells.setdefault(row["cells"], set()).add(row["hash"])
    assert all(len(hashes) == 1 for hashes in by_cells.values())
    assert os.listdir(tmp_path) == ["r.json"]
    # The ladder, with its contracts.
    for word in ["every", "sampled", "naive", "bitsliced", "leap", "MCOPs", "r.json"]:
        assert word in done.stdout
    assert "\r" not in done.stderr + done.stdout, "plain lines where there is no terminal"

    # Once complete, nothing is left to do; and it is not overwritten.
    content = (tmp_path / "r.json").read_bytes()
    assert "complete" in succeed(*small_sweep(), "--output", "r.json", "--resume", cwd=tmp_path)
    refused(*small_sweep(), "--output", "r.json", word="--force", cwd=tmp_path)
    refused(*small_sweep(seed=1), "--output", "r.json", "--resume", word="another sweep", cwd=tmp_path)
    assert (tmp_path / "r.json").read_bytes() == content


def test_point_that_does_not_fit_is_skipped_with_the_reason_in_its_row(tmp_path):
    succeed(*small_sweep(kernels="naive", cells="1000,2^40", count="every", output="r.json"), cwd=tmp_path)
    small, large = load_report(tmp_path / "r.json")["benchmarks"]
    assert small["verified"] is True
    assert "GiB" in large["skipped"] and large["verified"] is None


def test_shape_that_the_machine_has_not_is_skipped_unless_asked_for(tmp_path):
    point = {"kernels": "naive", "cells": "1000", "count": "every"}
    succeed(*small_sweep(**point, threads="1,4000", output="r.json"), cwd=tmp_path)
    narrow, wide = load_report(tmp_path / "r.json")["benchmarks"]
    assert narrow["verified"] is True
    assert "4000 threads" in wide["skipped"]
    succeed(*small_sweep(**point, threads="5", output="s.json"), "--oversubscribe", cwd=tmp_path)
    (row,) = load_report(tmp_path / "s.json")["benchmarks"]
    assert row["threads"] == 5 and row["verified"] is True


def test_repetitions_are_written_as_other_counts_and_kernels_with_all(tmp_path):
    lines = succeed("sweep", "--kernels", "leap,all,naive", "--cells", "1e3", "--threads", 1, "--count", "every", "--dry-run")
    assert [line.split("/")[1] for line in lines.splitlines()] == ["leap", *(kernel for kernel in kernels() if kernel != "leap")]
    arguments = small_sweep(kernels="naive", cells="1000", count="every", min_repetitions="1e1", max_repetitions="1e1")
    succeed(*arguments, "--output", "r.json", cwd=tmp_path)
    (row,) = load_report(tmp_path / "r.json")["benchmarks"]
    assert row["repetitions"] == 10


def test_depths_mix_numbers_and_auto(tmp_path):
    succeed(*small_sweep(kernels="bitpacked", cells="1000", threads="1", depth="1,auto,1", count="every", output="r.json"), cwd=tmp_path)
    rows = load_report(tmp_path / "r.json")["benchmarks"]
    assert sorted(re.search("/depth:([^/]+)/", row["name"])[1] for row in rows) == ["1", "auto"]
    assert all(row["verified"] for row in rows)


class Interrupted:
    """A sweep that is stopped by a signal as soon as some points are on disk."""

    # Long enough to be caught in the middle.
    ARGUMENTS = [
        *("--kernels", "naive", "--cells", "1e3:1.2e4:1e3", "--threads", "1", "--count", "every", "--min-seconds", "0.02"),
        *("--min-repetitions", "6", "--max-repetitions", "6", "--output", "r.json"),
    ]
    POINTS = 12

    def __init__(self, folder, stop):
        self.journal = folder / "r.json.journal"
        process = subprocess.Popen(
            command(["sweep", *self.ARGUMENTS]),
            cwd=folder,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            limit = time.monotonic() + 100
            while self.rows() < 2:
                assert process.poll() is None and time.monotonic() < limit, "no point was finished"
                time.sleep(0.01)
            process.send_signal(stop)
            self.stderr = process.communicate(timeout=100)[1]
        finally:
            process.kill()
            process.wait()
        self.status = process.returncode

    def rows(self):
        if not self.journal.exists():
            return 0
        return sum(line.startswith('{"row"') for line in self.journal.read_text(encoding="utf-8").splitlines())


def check_resumed(folder, kept):
    """Goes on with the sweep and looks at what came of it: every point once, those there were as they were."""
    succeed("sweep", *Interrupted.ARGUMENTS, "--resume", cwd=folder)
    report = load_report(folder / "r.json")
    rows = report["benchmarks"]
    assert [row["cells"] for row in rows] == [1000 * i for i in range(1, Interrupted.POINTS + 1)]
    assert all(row["verified"] is True for row in rows)
    assert [row["samples"] for row in rows[: len(kept)]] == [row["samples"] for row in kept]
    assert len(report["context"]["runs"]) == 2
    assert [row["run"] for row in rows] == [0] * len(kept) + [1] * (len(rows) - len(kept))
    assert os.listdir(folder) == ["r.json"]


def rows_in(journal):
    lines = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    return [line["row"] for line in lines if "row" in line]


def test_sweep_that_is_killed_goes_on_where_it_was(tmp_path):
    sweep = Interrupted(tmp_path, signal.SIGKILL)
    assert sweep.status == -signal.SIGKILL
    kept = rows_in(sweep.journal)
    assert 2 <= len(kept) < Interrupted.POINTS
    assert os.listdir(tmp_path) == ["r.json.journal"]

    refused("sweep", *Interrupted.ARGUMENTS, word="--resume", cwd=tmp_path)
    word = 'other axes (seed was "5743" and is "1" now)'
    refused("sweep", *Interrupted.ARGUMENTS, "--resume", "--seed", 1, word=word, cwd=tmp_path)

    # The death may have torn the last line.
    with sweep.journal.open("a", encoding="utf-8") as journal:
        journal.write('{"row":{"name":"swe')
    check_resumed(tmp_path, kept)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT, signal.SIGUSR1])
def test_sweep_that_is_told_to_stop_does_so_in_order(tmp_path, stop):
    sweep = Interrupted(tmp_path, stop)
    assert sweep.status == 4, sweep.stderr
    assert "--resume" in own_lines(sweep.stderr)[-1]
    kept = rows_in(sweep.journal)
    assert 2 <= len(kept) < Interrupted.POINTS
    check_resumed(tmp_path, kept)


@pytest.mark.parametrize("last", [signal.SIGTERM, signal.SIGINT])
def test_repetition_without_end_is_ended_by_a_second_signal(tmp_path, last):
    arguments = ["sweep", "--kernels", "naive", "--cells", 1000, "--threads", 1, "--count", "every", "--steps", "1e12"]
    process = subprocess.Popen(
        command([*arguments, "--output", "r.json"]), cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        limit = time.monotonic() + 100
        journal = tmp_path / "r.json.journal"
        # The launch is written down when the repetitions begin.
        while not (journal.exists() and '"run"' in journal.read_text(encoding="utf-8")):
            assert process.poll() is None and time.monotonic() < limit, "nothing was begun"
            time.sleep(0.01)
        time.sleep(0.5)
        # A launcher may send both for one Ctrl-C.
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        time.sleep(2.5)
        assert process.poll() is None, "one request ended it in the middle of a repetition"
        process.send_signal(signal.SIGUSR1)
        time.sleep(0.5)
        assert process.poll() is None, "SIGUSR1 is no request to end at once"
        process.send_signal(last)
        assert process.wait(timeout=60) == -last
    finally:
        process.kill()
        process.wait()
    assert os.listdir(tmp_path) == ["r.json.journal"]


def test_damaged_journal_is_refused_and_left_as_it_is(tmp_path):
    sweep = Interrupted(tmp_path, signal.SIGTERM)
    text = sweep.journal.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    for number, damaged in [(2, '{"run"\n'), (3, "\n"), (3, '{"row":3}\n'), (1, '{"journal":1}\n')]:
        changed = "".join([*lines[: number - 1], damaged, *lines[number:]])
        sweep.journal.write_text(changed, encoding="utf-8")
        refused("sweep", *Interrupted.ARGUMENTS, "--resume", word=f"line {number}", cwd=tmp_path)
        assert sweep.journal.read_text(encoding="utf-8") == changed
