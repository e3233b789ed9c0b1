"""The command line on one rank: what it prints and what it writes."""

import json
import re

import pytest
from program import call, command, kernels, refused, small_sweep, succeed
from report_helpers import load_report

COMMANDS = ["run", "sweep", "check", "list", "ceiling"]


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
    for arguments in [["run", "--cells", "none", "--help"], ["sweep", "--help", "--spacing", "-7"]]:
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
    lines = succeed("check", "--quick", "--cases", 3, "--kernels", "naive+threads").splitlines()
    assert lines.pop() == "2 checks of 1 variant passed"
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


def test_inner_loops_of_the_bit_sliced_kernels_can_be_chosen(tmp_path):
    point = {"kernels": "naive,bitsliced,tiled", "cells": "1000", "count": "every"}
    succeed(*small_sweep(**point, output="r.json"), cwd=tmp_path)
    naive, bitsliced, tiled = load_report(tmp_path / "r.json")["benchmarks"]
    assert "configuration" not in naive and tiled["configuration"].startswith(bitsliced["configuration"])
    wave = "-".join(re.findall(r"\d+", bitsliced["configuration"]))
    succeed(*small_sweep(**point, wave=wave, output="s.json"), cwd=tmp_path)
    for before, after in zip((naive, bitsliced, tiled), load_report(tmp_path / "s.json")["benchmarks"]):
        assert after["name"] == f"{before['name']}/wave:{wave}"
        assert after.get("configuration") == before.get("configuration") and after["hash"] == before["hash"]


# --- check, run --------------------------------------------------------------------------------------------------------


def test_run_says_what_the_course_does_not():
    """On standard error: standard output is the course's."""
    asked = ["--cells", 100000, "--steps", 100, "--threads", 2]
    for kernel, count, words in (
        ("tiled", "every", r"moves counted in every iteration \(every\): [\d.]+ MCOPs"),
        ("tiled", "sampled", r"moves counted in printed iterations \(sampled\): [\d.]+ MCOPs"),
        ("leap", "every", r"moves counted in every iteration \(every\): 100 iterations in \S+ s"),
    ):
        done = call("run", *asked, "--kernel", kernel, "--count", count)
        assert done.returncode == 0
        said = rf"^{kernel} \(\w+\) on 1 rank x 2 threads, 1e5 cells, {words}$"
        assert re.search(said, done.stderr, re.MULTILINE), done.stderr
        assert " x 2 threads" not in done.stdout
    assert " x 2 threads" not in call("run", *asked, "--json").stderr


@pytest.mark.parametrize("kernel", kernels())
def test_check_passes(kernel):
    """What it says; with more cases, and all kernels, it is a test of its own (tests/CMakeLists.txt)."""
    text = succeed("check", "--quick", "--cases", 3, "--kernels", kernel)
    *lines, count = text.splitlines()
    assert len(lines) >= 2 and count == f"{len(lines)} checks of 1 variant passed"
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
