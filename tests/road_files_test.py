"""Roads on disk: what is saved is read the same, and what is damaged or no road is refused."""

import os
import re
import signal
import struct
import subprocess

import pytest
from program import BUILD, command, ended, environment, kernels, launcher, refused, save_road, small_sweep, start, succeed, wait_until


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


def make_version_1(content):
    """The file as the first programs wrote it: no checksum, and no padding."""
    put(8, 1)(content)
    del content[40:4096]


def count_to_the_end(content):
    """As many iterations as may be, where no checksum sees it."""
    make_version_1(content)
    put(24, 2**60)(content)


DAMAGES = {
    "empty": (lambda content: content.clear(), "not a road file"),
    "short": (lambda content: content.__delitem__(slice(20, None)), "not a road file"),
    "magic": (flip(0), "not a road file"),
    "version": (put(8, 7), "version 7"),
    "no cells": (put(16, 0), "0 cells"),
    "endless": (put(16, 2**41), "cells"),
    "beyond a signed number": (put(16, -1), "18446744073709551615 cells"),
    "iterations": (put(24, -1), "18446744073709551615 iterations"),
    "most iterations": (count_to_the_end, "2^60"),
    "header": (flip(24), "checksum"),
    "padding": (flip(2000), "checksum"),
    "truncated": (lambda content: content.__delitem__(slice(-1, None)), "truncated"),
    "longer": (lambda content: content.extend(b"12345678"), "damaged"),
    "cell": (flip(4100), "damaged"),
    "hash": (flip(33), "damaged"),
}


@pytest.mark.parametrize("kind", DAMAGES)
def test_damaged_road_is_refused(tmp_path, kind):
    road = save_road(tmp_path)
    change, word = DAMAGES[kind]
    damage(road, change)
    arguments = ["run", "--init", "file:road", "--save", "other", "--output", "report.json"]
    line = refused(*arguments, word=word, cwd=tmp_path, before_all=False)
    assert "road" in line, line


@pytest.mark.parametrize("kind", ["truncated", "cell"])
def test_damaged_road_is_refused_by_sweep(tmp_path, kind):
    road = save_road(tmp_path)
    change, word = DAMAGES[kind]
    damage(road, change)
    refused(*small_sweep(cells=1000, init="file:road", output="r.json"), word=word, cwd=tmp_path)


@pytest.mark.parametrize("path", ["nothing", ".", "/dev/null", "pipe"])
def test_what_is_no_road_is_refused(tmp_path, path):
    os.mkfifo(tmp_path / "pipe")  # nobody writes to it
    refused("run", "--init", f"file:{path}", word=path, cwd=tmp_path)
    refused("run", "--cells", 1000, "--init", f"file:{path}", word=path, cwd=tmp_path)


def test_road_of_another_length_is_refused(tmp_path):
    save_road(tmp_path)
    refused("run", "--cells", 999, "--init", "file:road", word="1000 cells, not 999", cwd=tmp_path)
    refused("sweep", "--cells", 999, "--init", "file:road", "--output", "r.json", word="1000 cells", cwd=tmp_path)


@pytest.mark.parametrize("kernel", kernels())
@pytest.mark.parametrize("init", ["philox", "uni", "mt19937", "pattern:1100101"])
def test_two_runs_over_a_file_are_one_longer_run(tmp_path, kernel, init):
    common = ["--kernel", kernel, "--threads", 2, "--init", init]
    save_road(tmp_path, "half", 12345, 40, *common)
    succeed("run", "--init", "file:half", "--steps", 60, "--kernel", kernel, "--save", "two", cwd=tmp_path)
    save_road(tmp_path, "one", 12345, 100, *common)
    assert (tmp_path / "two").read_bytes() == (tmp_path / "one").read_bytes()
    assert struct.unpack("<8sqqq", (tmp_path / "one").read_bytes()[:32]) == (b"TRAFROAD", 3, 12345, 100)


@pytest.mark.parametrize("way", ["serial", "posix"])
def test_older_versions_are_read(tmp_path, way):
    road = save_road(tmp_path, "road", 100_000, 10)
    common = ["run", "--steps", 20, "--save", "more", "--force", "--io", way, "--init"]
    succeed(*common, "file:road", cwd=tmp_path)
    content = (tmp_path / "more").read_bytes()
    damage(road, make_version_1)
    succeed(*common, "file:road", cwd=tmp_path)
    assert (tmp_path / "more").read_bytes() == content


@pytest.mark.parametrize("way", ["process", "node", "fast"])
def test_ways_of_several_files_make_no_road(tmp_path, way):
    refused("run", "--save", "road", "--io", way, word=f"io is '{way}': it is serial, posix, mpiio-independent or ", cwd=tmp_path)


def test_way_without_a_road_file_is_refused(tmp_path):
    refused("run", "--io", "posix", word="--io is for road files", cwd=tmp_path)


def test_way_that_this_program_lacks_is_refused(tmp_path):
    if launcher() is not None:
        succeed("run", "--cells", 1000, "--save", "road", "--io", "mpiio-collective", cwd=tmp_path)
    else:
        word = "io is mpiio-collective, which is not available: this program was built without MPI-IO"
        refused("run", "--cells", 1000, "--save", "road", "--io", "mpiio-collective", word=word, cwd=tmp_path)


def most_memory(*arguments, cwd):
    """Bytes that the program had at most while it ran."""
    process = subprocess.Popen(command(arguments), stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, cwd=cwd, env=environment())
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, arguments
    return 1024 * usage.ru_maxrss


def test_a_road_is_saved_and_read_without_a_second_copy_in_memory(tmp_path):
    cells = 300_000_000
    run = ["run", "--cells", cells, "--steps", 1, "--kernel", "bitsliced", "--threads", 1]
    alone = most_memory(*run, cwd=tmp_path)
    assert alone > cells / 8
    assert most_memory(*run, "--save", "road", cwd=tmp_path) < alone + cells / 16
    assert most_memory(*run, "--init", "file:road", cwd=tmp_path) < alone + cells / 16


def test_density_of_no_cars_has_no_sign(tmp_path):
    text = succeed("run", "--cells", 1000, "--density", "-0")
    assert "Target density of cars is 0.000000" in text


def test_saved_road_is_replaced_only_by_force(tmp_path):
    road = save_road(tmp_path)
    content = road.read_bytes()
    refused("run", "--cells", 1000, "--save", "road", word="--force", cwd=tmp_path)
    save_road(tmp_path, "road", 2000, 10, "--force")
    assert road.read_bytes() != content
    assert os.listdir(tmp_path) == ["road"]


WAYS = ["serial", "posix", *(["mpiio-independent", "mpiio-collective"] if launcher() is not None else [])]
LONG_ROAD = ["run", "--cells", 200_000_000, "--steps", 1, "--kernel", "bitsliced", "--threads", 1]  # 25 MB


def slow_files(folder, call):
    """Each of these calls on the folder's files, which moves 8 MiB at most, takes its time."""
    return {"LD_PRELOAD": str(BUILD / "lib" / "failing_calls.so"), "FAILING_FOLDER": str(folder), "FAILING_CALL": call,
            "FAILING_NTH": "0", "FAILING_ERROR": "0", "FAILING_DELAY": "300"}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_a_signal_while_a_road_is_saved_ends_as_other_interrupts_do(tmp_path, way):
    process = subprocess.Popen(command([*LONG_ROAD, "--save", "road", "--io", way]), cwd=tmp_path, env=environment(slow_files(tmp_path, "pwrite")),
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # fmt: skip
    wait_until(lambda: any(path.stat().st_size > 0 for path in tmp_path.iterdir()) or process.poll() is not None, "it is being saved")
    process.send_signal(signal.SIGTERM)
    _, said = ended(process)
    assert process.returncode == 4, said
    # The iterations were made: what ran is told before.
    ran, interrupted = said.splitlines()
    assert ran.endswith(" MCOPs") and interrupted == "trafficbench: interrupted while saving road: it was not written"
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("way", ["serial", "posix"])
def test_progress_of_a_long_save_and_a_long_load_is_shown(tmp_path, way):
    """On a terminal; elsewhere a line every ten seconds."""
    terminal = {"TRAFFICBENCH_STDERR_COLUMNS": "80", "TERM": "xterm"}
    saving = {**slow_files(tmp_path, "pwrite"), **terminal}
    done = start(command([*LONG_ROAD, "--save", "road", "--io", way]), cwd=tmp_path, env=saving)
    assert done.returncode == 0 and "[0/1] saving road: 0 of 25 MB" in done.stderr and "saving road: 25 of 25 MB" in done.stderr
    assert done.stderr.endswith("\033[K"), "the line goes"
    done = start(command(["run", "--init", "file:road", *LONG_ROAD[3:], "--io", way]), cwd=tmp_path, env=terminal)
    assert done.returncode == 0 and re.search(r"reading road: \d+ of 25 MB", done.stderr), done.stderr
    quiet = start(command(["run", "--init", "file:road", *LONG_ROAD[3:], "--io", way, "--save", "other"]), cwd=tmp_path)
    assert quiet.returncode == 0 and "ing road" not in quiet.stderr and "saving" not in quiet.stderr
