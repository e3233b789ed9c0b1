"""Ranks of one launch that were started unlike: with other command lines, cores or OMP_NUM_THREADS."""

import json
import os

import pytest
from program import ONE_VISIT, PROGRAM, launcher, needs_ranks, own_lines, start


@pytest.fixture(autouse=True, scope="module")
def ranks():
    needs_ranks()


def launch(*ranks, cwd):
    """One launch in which each rank has a command of its own."""
    words = launcher()  # its last word is the flag of the number of ranks
    flag = words[-1]
    for i, command in enumerate(ranks):
        words += [*([":", flag] if i else []), "1", *command]
    return start(words, cwd=cwd, timeout=60)


def run_json(*before, more=()):
    return [*before, PROGRAM, "run", "--cells", "1e5", "--steps", "20", "--json", *more]


@pytest.mark.parametrize(
    "other",
    [["run", "--bogus"], ["run", "--cells", "2e5", "--steps", "20", "--json"], ["list"], ["--version"], [], ["merge", "a", "--output", "b"]],
    ids=" ".join,
)
def test_ranks_with_different_command_lines_leave_together_with_one_line(tmp_path, other):
    for commands in [(run_json(), [PROGRAM, *other]), ([PROGRAM, *other], run_json())]:
        done = launch(*commands, cwd=tmp_path)
        assert done.returncode == 2, f"status {done.returncode}\n{done.stdout}\n{done.stderr}"
        (line,) = own_lines(done.stderr)
        assert "all ranks need the same command line" in line and "rank 1" in line
        assert done.stdout == "" and os.listdir(tmp_path) == []


def test_words_that_only_look_alike_are_not_the_same_command_line(tmp_path):
    one = [PROGRAM, "run", "--cells", "1e4", "--output", "r.json' '--steps", "10"]
    other = [PROGRAM, "run", "--cells", "1e4", "--output", "r.json", "--steps", "10"]
    done = launch(one, other, cwd=tmp_path)
    assert done.returncode == 2 and "all ranks need the same command line" in done.stderr, done.stderr


def row_of(done):
    assert done.returncode == 0, f"status {done.returncode}\n{done.stdout}\n{done.stderr}"
    (row,) = json.loads(done.stdout)["benchmarks"]
    assert row["verified"] is True
    return row


@pytest.mark.parametrize("narrow", [0, 1])
def test_ranks_with_unequal_shares_of_cores_run_on_the_smallest(tmp_path, narrow):
    cpu = min(os.sched_getaffinity(0))
    commands = [run_json(), run_json()]
    commands[narrow] = run_json("taskset", "--cpu-list", str(cpu))
    row = row_of(launch(*commands, cwd=tmp_path))
    assert row["ranks"] == 2 and row["threads"] == 1


@pytest.mark.parametrize("doubtful", [0, 1])
def test_a_rank_that_knows_little_of_its_node_is_told_of(tmp_path, doubtful):
    commands = [run_json(), run_json()]
    commands[doubtful] = run_json("env", "HWLOC_COMPONENTS=stop")
    done = launch(*commands, cwd=tmp_path)
    note = json.loads(done.stdout)["context"]["runs"][0]["note"]
    assert note.startswith("hwloc cannot read this machine's topology") and done.stderr.count(note) == 1


@pytest.mark.parametrize("values, threads", [(("3", "2"), 2), (("2", "3"), 2), (("1", "4"), 1)], ids=str)
def test_ranks_with_different_omp_num_threads_take_the_lowest(tmp_path, values, threads):
    commands = [run_json("env", f"OMP_NUM_THREADS={value}") for value in values]
    assert row_of(launch(*commands, cwd=tmp_path))["threads"] == threads


def test_a_rank_whose_omp_num_threads_is_none_takes_all_with_it(tmp_path):
    done = launch(run_json("env", "OMP_NUM_THREADS=2"), run_json("env", "OMP_NUM_THREADS=many"), cwd=tmp_path)
    assert done.returncode == 2, f"status {done.returncode}\n{done.stdout}\n{done.stderr}"
    (line,) = own_lines(done.stderr)
    assert "OMP_NUM_THREADS" in line and "many" in line


def test_a_sweep_over_ranks_with_unequal_shares_measures_every_point_or_says_why_not(tmp_path):
    cpu = min(os.sched_getaffinity(0))
    sweep = [PROGRAM, "sweep", "--kernels", "naive", "--cells", "1e4", "--steps", "5", "--count", "every"]
    sweep += [*ONE_VISIT, "--output", "r.json"]
    done = launch(["taskset", "--cpu-list", str(cpu), *sweep], sweep, cwd=tmp_path)
    assert done.returncode == 0, f"status {done.returncode}\n{done.stdout}\n{done.stderr}"
    for row in json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["benchmarks"]:
        assert row["verified"] is True or row["skipped"], row["name"]
