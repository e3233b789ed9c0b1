"""A sweep on several nodes tells which of them is slow in the kernel.

The nodes are pretended: two ranks of one machine whose hosts have other names (pretended_hosts.cpp), and one of which does
nothing for nine times as long as it works (slowed_sweep.cpp).
"""

import json
import os
import re
import shlex
import statistics

import pytest
from program import BUILD, ONE_VISIT, QUICK, launcher, needs_ranks, own_lines, start, succeed, write_executable
from report_helpers import load_report

from trafficbench_tools.report import nodes

LIBRARY = BUILD / "lib" / "pretended_hosts.so"
PROGRAM = BUILD / "bin" / "slowed_node"
SWEEP = ["sweep", "--kernels", "bitsliced", "--cells", "1e6", "--threads", "1", "--min-seconds", "0.002"]


@pytest.fixture(autouse=True, scope="module")
def mpich():
    needs_ranks()
    if "mpi_family=mpich" not in (BUILD / "launcher.sh").read_text(encoding="utf-8"):
        pytest.skip("needs MPICH, whose ranks find each other whatever their host is called")


def sweep(folder, *options, hosts=("fast", "slow"), slowed=()):
    """Two ranks on these hosts, each with cores of its own: what the program said, and its report."""
    cores = sorted(os.sched_getaffinity(0))
    cases = "\n".join(
        f"{rank}) export TRAFFICBENCH_HOST_NAME={host}; part={9 if host in slowed else 0}; core={cores[rank % len(cores)]} ;;"
        for rank, host in enumerate(hosts)
    )
    rank = write_executable(
        folder / "rank",
        f'#!/bin/sh\ncase "$PMI_RANK" in\n{cases}\nesac\nexport LD_PRELOAD={shlex.quote(str(LIBRARY))}\n'
        f'exec taskset -c "$core" {shlex.quote(str(PROGRAM))} "$part" bitsliced "$@"\n',
    )
    output = folder / f"{'-'.join(dict.fromkeys(hosts))}.json"
    done = start([*launcher(), len(hosts), rank, *SWEEP, "--ranks", len(hosts), *options, "--output", output, "--force"])
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stderr, load_report(output), output


def ratios(report):
    """{host: ratio of each visit that has one}."""
    found = {}
    for run in report["context"]["runs"]:
        for node in (node for visit in run["visits"] for node in visit["nodes"] if "kernel_ratio" in node):
            found.setdefault(node["host"], []).append(node["kernel_ratio"])
    return found


def check_nodes(report, hosts):
    """`nodes` is what the visits say."""
    found = ratios(report)
    entries = report["context"]["nodes"]
    assert [node["host"] for node in entries] == sorted(found) == sorted(hosts)
    for node in entries:
        assert node["kernel_ratio"] == pytest.approx(statistics.median(found[node["host"]]))
        assert node["visits"] == len(found[node["host"]]) and node["ranks"] == 1
        assert (node["kernel_ratio_low"] is None) == (node["visits"] < 6) == (node["interval_over"] is None)


def test_slow_node_is_named(tmp_path):
    said, report, _ = sweep(tmp_path, *QUICK, "--visits", "6", "--count", "every", slowed={"slow"})
    check_nodes(report, ["fast", "slow"])
    fast, slow = report["context"]["nodes"]
    assert slow["visits"] == 6 and slow["interval_over"] == "visits"
    assert slow["kernel_ratio"] > 1.05 > 1 > fast["kernel_ratio"]
    (line,) = [line for line in own_lines(said) if "warning: node" in line]
    assert re.search(r"node slow took [\d.]+% longer than the median of 2 nodes in the kernel \(median of 6 visits\)$", line)
    # The page says the same.
    assert line == f"trafficbench: warning: {nodes.warning(report['context'])}"


def test_one_node_is_held_against_nothing(tmp_path):
    said, report, _ = sweep(tmp_path, *ONE_VISIT, hosts=("alone", "alone"), slowed={"alone"})
    assert "nodes" not in report["context"] and not ratios(report)
    assert "warning: node" not in said


def test_merge_joins_nodes_by_name(tmp_path):
    # The depth of `auto` follows from the cost of an exchange, which each launch measures.
    arguments = [*ONE_VISIT, "--depth", "1000"]
    _, first, one = sweep(tmp_path, *arguments)
    _, second, other = sweep(tmp_path, *arguments, hosts=("slow", "third"))
    merged = tmp_path / "merged.json"
    succeed("merge", one, other, "--output", merged)
    report = load_report(merged)
    check_nodes(report, ["fast", "slow", "third"])
    counts = {node["host"]: node["visits"] for node in report["context"]["nodes"]}
    assert counts["slow"] == counts["fast"] + counts["third"]
    assert ratios(report)["fast"] == ratios(first)["fast"] and ratios(report)["third"] == ratios(second)["third"]


def test_reports_without_ratios_are_merged_without_nodes(tmp_path):
    _, report, path = sweep(tmp_path, *ONE_VISIT)
    del report["context"]["nodes"]
    for visit in report["context"]["runs"][0]["visits"]:
        for node in visit["nodes"]:
            node.pop("ranks", None)
            node.pop("kernel_ratio", None)
    path.write_text(json.dumps(report), encoding="utf-8")
    merged = tmp_path / "merged.json"
    succeed("merge", path, "--output", merged)
    assert "nodes" not in load_report(merged)["context"]
