"""How ranks speak to each other: every way gives the road of one rank, and makes the calls that it is named for.

tests/mpi_calls.cpp counts the calls; tests/spoilt_exchanges.cpp has ways with mistakes in them."""

import json
import re

import pytest
from program import BUILD, PROGRAM, call, command, needs_ranks, refused, row_of, start, succeed

METHODS = ["nonblocking", "sendrecv", "persistent", "fence", "pscw", "neighbour", "shared"]
REDUCTIONS = ["exchange", "iteration", "nonblocking"]
CALLS = BUILD / "lib" / "mpi_calls.so"
ROAD = ["run", "--kernel", "bitpacked", "--cells", 20011, "--threads", 1, "--steps", 40]

# What each way is named for.
NAMED_FOR = {
    "nonblocking": {"MPI_Isend", "MPI_Irecv"},
    "sendrecv": {"MPI_Sendrecv"},
    "persistent": {"MPI_Startall"},
    "fence": {"MPI_Put", "MPI_Win_fence"},
    "pscw": {"MPI_Put", "MPI_Win_post", "MPI_Win_start", "MPI_Win_complete", "MPI_Win_wait"},
    "neighbour": {"MPI_Neighbor_alltoallv"},
    "shared": {"MPI_Win_sync"},
}
ALL_EDGE_CALLS = set().union(*NAMED_FOR.values())


@pytest.fixture(autouse=True, scope="module")
def ranks():
    needs_ranks()


def calls_of(tmp_path, *arguments, steps):
    """{call: how often} on rank 0 of two, for a road of so many iterations."""
    counts = tmp_path / f"calls-{steps}"
    env = {"LD_PRELOAD": str(CALLS), "TRAFFICBENCH_CALLS": str(counts)}
    done = call(*ROAD[:-1], steps, *arguments, "--depth", 1, ranks=2, env=env)
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / f"calls-{steps}.0").read_text(encoding="utf-8").splitlines()
    return {name: int(count) for name, count in (line.split() for line in lines)}


def calls_an_iteration(tmp_path, *arguments):
    """What 40 iterations more take, for each: at depth 1 each iteration is an exchange."""
    few, many = (calls_of(tmp_path, *arguments, steps=steps) for steps in (20, 60))
    return {name: (many[name] - few.get(name, 0)) / 40 for name in many if many[name] != few.get(name, 0)}


@pytest.mark.parametrize("method", METHODS)
def test_exchange_makes_the_calls_it_is_named_for_and_no_others(tmp_path, method):
    made = calls_an_iteration(tmp_path, "--exchange", method, "--print-every", 1000)
    assert made.keys() & ALL_EDGE_CALLS == NAMED_FOR[method]
    # Two edges an iteration, to one peer: some ways make them one message.
    of_edges = {name: made[name] for name in NAMED_FOR[method]}
    assert set(of_edges.values()) <= {1, 2}, of_edges


@pytest.mark.parametrize(
    "method, calls",
    [
        ("exchange", {"MPI_Allreduce": 1}),
        ("iteration", {"MPI_Allreduce": 1}),
        ("nonblocking", {"MPI_Iallreduce": 1}),
    ],
)
def test_reduction_makes_a_call_an_exchange(tmp_path, method, calls):
    """At depth 1, where an iteration is an exchange."""
    made = calls_an_iteration(tmp_path, "--reduce", method, "--print-every", 1000)
    assert {name: count for name, count in made.items() if "llreduce" in name} == calls


def test_sum_of_each_iteration_is_a_call_whatever_the_depth(tmp_path):
    arguments = ["--depth", 10, "--print-every", 1000]
    by_method = {}
    for method in ("exchange", "iteration"):
        counts = []
        for steps in (20, 60):
            env = {"LD_PRELOAD": str(CALLS), "TRAFFICBENCH_CALLS": str(tmp_path / "calls")}
            done = call(*ROAD[:-1], steps, *arguments, "--reduce", method, ranks=2, env=env)
            assert done.returncode == 0, done.stderr
            lines = (tmp_path / "calls.0").read_text(encoding="utf-8")
            counts.append(int(re.search(r"^MPI_Allreduce (\d+)$", lines, re.MULTILINE)[1]))
        by_method[method] = counts[1] - counts[0]
    assert by_method == {"exchange": 4, "iteration": 40}


@pytest.mark.parametrize("method", METHODS)
def test_road_is_that_of_one_rank(method):
    """Uneven blocks, halos wider than a block, more ranks than cores."""
    alone = row_of(ROAD, ranks=1)
    for ranks, depth in ((2, 7), (3, 9000), (5, 64)):
        row = row_of(ROAD, "--exchange", method, "--depth", depth, ranks=ranks)
        assert row["hash"] == alone["hash"]
        assert row["exchange"] == method and row["reduce"] == "exchange"


# One instruction set, and as many ranks as make a neighbour of a neighbour.
CHECK = ["check", "--kernels", "naive", "--quick"]


def test_every_way_holds_against_the_closed_form():
    """`check` draws cells, ranks up to those there are, depths, counting modes and ways at random."""
    text = succeed(*CHECK, "--cases", 150, ranks=3)
    assert "FAIL" not in text and text.count("ok ") == 2


def test_seven_ranks_hold_against_the_closed_form():
    """Halos from neighbours of neighbours, ranks with nothing to own, more ranks than cores. One kernel with two counting modes."""
    text = succeed(*CHECK, "--cases", 6, ranks=7)
    assert "FAIL" not in text and text.count("ok ") == 2


@pytest.mark.parametrize("method", ["fence", "pscw"])
def test_puts_that_come_as_late_as_they_may_are_waited_for(method):
    env = {"LD_PRELOAD": str(CALLS), "TRAFFICBENCH_HOLD_PUTS": "1"}
    text = succeed(*CHECK, "--cases", 30, "--exchange", method, ranks=3, env=env)
    assert "FAIL" not in text


@pytest.mark.parametrize("method, found", [("nonblocking", False), ("late", True), ("early", True)])
def test_check_finds_a_way_that_is_wrong(method, found):
    words = command([*CHECK, "--cases", 30, "--exchange", method], ranks=3)
    words = [str(BUILD / "bin" / "spoilt_exchanges") if word == str(PROGRAM) else word for word in words]
    done = start(words, env={"LD_PRELOAD": str(CALLS), "TRAFFICBENCH_HOLD_PUTS": "1"})
    assert done.returncode == (1 if found else 0), done.stdout + done.stderr
    assert ("FAIL" in done.stdout) == found


@pytest.mark.parametrize("method", [method for method in METHODS if method != "sendrecv"])
def test_inside_may_advance_while_edges_travel(tmp_path, method):
    alone = row_of(ROAD, ranks=1)
    for ranks, depth in ((2, 7), (3, 2000)):
        row = row_of(ROAD, "--exchange", method, "--overlap", "on", "--depth", depth, ranks=ranks)
        assert row["hash"] == alone["hash"] and row["overlap"] == "on"
    made = calls_an_iteration(tmp_path, "--exchange", method, "--overlap", "on", "--print-every", 1000)
    named_for = {"MPI_Ineighbor_alltoallv"} if method == "neighbour" else NAMED_FOR[method]
    assert made.keys() & (ALL_EDGE_CALLS | {"MPI_Ineighbor_alltoallv"}) == named_for


@pytest.mark.parametrize(
    "arguments, word",
    [
        (["--kernel", "bitpacked", "--exchange", "sendrecv"], "exchange sendrecv sends nothing before it waits"),
        (["--kernel", "leap"], "leap jumps over the iterations"),
        (["--kernel", "bitpacked", "--depth", 3400], "three halos in each rank's block: 10005 cells are too few at depth 3400"),
    ],
)
def test_overlap_that_cannot_be_is_refused(arguments, word):
    refused("run", "--cells", 20011, "--steps", 40, "--threads", 1, "--overlap", "on", *arguments, word=word, ranks=2)


def test_one_rank_has_nothing_to_overlap():
    row = row_of(ROAD, "--overlap", "on", "--exchange", "sendrecv", ranks=1)
    assert row["name"] == row_of(ROAD, ranks=1)["name"] and "overlap" not in row
    assert json.loads(call("run", "--kernel", "leap", "--cells", 50, "--overlap", "on", "--json").stdout)["benchmarks"][0]["verified"]


def test_default_changes_no_name(tmp_path):
    plain = row_of(ROAD, ranks=2)
    asked = row_of(ROAD, "--exchange", "nonblocking", "--reduce", "exchange", ranks=2)
    assert asked["name"] == plain["name"]
    other = row_of(ROAD, "--exchange", "fence", "--overlap", "on", "--reduce", "iteration", ranks=2)
    assert other["name"] == f"{plain['name']}/exchange:fence/overlap:on/reduce:iteration"


def test_sweep_measures_each_way_over_the_same_base(tmp_path):
    arguments = ["sweep", "--kernels", "bitpacked", "--cells", 5000, "--steps", 50, "--threads", 1, "--ranks", "1,2"]
    quick = ["--visits", 1, "--rounds", 1, "--spacing", 0, "--min-seconds", 0.001, "--count", "every"]
    succeed(*arguments, *quick, "--exchange", "all", "--reduce", "exchange,nonblocking", "--output", "r.json", ranks=2, cwd=tmp_path)
    rows = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["benchmarks"]
    alone = [row for row in rows if row["ranks"] == 1]
    assert len(alone) == 1 and "exchange" not in alone[0]
    two = [row for row in rows if row["ranks"] == 2]
    assert sorted((row["exchange"], row["reduce"]) for row in two) == sorted(
        (method, reduction) for method in METHODS for reduction in ("exchange", "nonblocking")
    )
    assert all(row["verified"] and row["base"] == alone[0]["name"] for row in two)


def test_list_shows_the_ways():
    listed = json.loads(succeed("list", "--json", ranks=2))
    assert [way["name"] for way in listed["exchange"]] == METHODS
    assert [way["name"] for way in listed["reduce"]] == REDUCTIONS
    assert all(way["available"] for way in listed["exchange"] + listed["reduce"])


@pytest.mark.parametrize("option, values", [("exchange", METHODS), ("reduce", REDUCTIONS)])
def test_unknown_way_is_refused(option, values):
    one = f"{option} is 'pigeon': it is {', '.join(values[:-1])} or {values[-1]}"
    several = f"{option} is 'pigeon': it is {', '.join(values)}, all, or several with commas between"
    for command_name, said in (("run", one), ("sweep", several), ("check", several)):
        refused(command_name, f"--{option}", "pigeon", word=said, ranks=2)
