"""Ranks on several nodes find those on their own node, and share its cores with them alone.

Two pretences of several nodes on one machine: MPICH's cliques, where MPI believes in several nodes and the host names know
better; and two network namespaces, each with a host name of its own, between which ranks talk over TCP.
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import time

import pytest
from program import BUILD, PROGRAM, NotEnded, call, command, needs_ranks, start, write_executable

RUN = ["run", "--kernel", "tiled", "--cells", "20000", "--steps", "40", "--threads", "1", "--json"]


@pytest.fixture(autouse=True, scope="module")
def mpich():
    needs_ranks()
    family = re.search(r"^mpi_family=(\w+)$", (BUILD / "launcher.sh").read_text(encoding="utf-8"), re.MULTILINE)
    if family is None or family[1] != "mpich":
        pytest.skip("needs MPICH, which has cliques and a launcher that can be told how to reach another host")


def cores():
    return sorted(os.sched_getaffinity(0))


def places(report):
    """[(host, core)] by rank."""
    row = report["benchmarks"][0]
    assert row["verified"], row
    return [(place["host"], place["core"]) for place in row["placement"]]


@pytest.mark.parametrize("cliques", [2, 4])
def test_cliques_on_one_host_do_not_share_cores(cliques):
    """To MPI every clique is a node; two workers on one core would halve the rate of each."""
    ranks = min(cliques, len(cores()))
    done = call(*RUN, ranks=ranks, env={"MPIR_CVAR_NUM_CLIQUES": str(cliques)})
    assert done.returncode == 0, done.stderr
    found = places(json.loads(done.stdout))
    assert len({host for host, _ in found}) == 1
    assert len(set(found)) == ranks, f"two ranks on one core: {found}"


def test_road_over_cliques_is_the_road_of_one_rank():
    """Uneven blocks over more pretended nodes than cores: the same cells, whatever MPI thinks of the nodes."""
    hashes = set()
    for ranks, cliques in ((1, 1), (3, 3)):
        done = call(*RUN, ranks=ranks, env={"MPIR_CVAR_NUM_CLIQUES": str(cliques)})
        assert done.returncode == 0, done.stderr
        hashes.add(json.loads(done.stdout)["benchmarks"][0]["hash"])
    assert len(hashes) == 1


def test_every_way_gives_the_same_road_over_cliques():
    """Some neighbours are on one node, some are not: `shared` has messages for these."""
    for cliques in (2, 3):
        done = call("check", "--kernels", "naive", "--quick", "--cases", 60, ranks=3, env={"MPIR_CVAR_NUM_CLIQUES": str(cliques)})
        assert done.returncode == 0 and "FAIL" not in done.stdout, done.stdout + done.stderr


def test_messages_between_cliques_are_measured_as_between_nodes(tmp_path):
    quick = ["--visits", 1, "--rounds", 1, "--spacing", 0, "--count", "every", "--min-seconds", 0.001]
    sweep = ["sweep", "--kernels", "bitpacked", "--cells", 20000, "--steps", 40, "--threads", 1, "--ranks", "1,2,3"]
    done = call(*sweep, *quick, "--output", "r.json", "--oversubscribe", ranks=3, cwd=tmp_path, env={"MPIR_CVAR_NUM_CLIQUES": "2"})
    assert done.returncode == 0, done.stderr
    limits = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["context"]["runs"][0]["limits"]
    of = {"ping-pong": set(), "neighbours": set()}
    for limit in limits.values():
        if limit.get("operation") in of:
            of[limit["operation"]].add((limit["ranks"], limit["nodes"]))
    assert of == {"ping-pong": {(2, 1), (2, 2)}, "neighbours": {(2, 2), (3, 2)}}


def ip(*words):
    subprocess.run(["ip", *words], check=True, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)


def halves():
    """The cores of each host: the machine's are dealt out, since ranks that wait spin, and two on one core crawl."""
    mine = cores()
    middle = max(1, len(mine) // 2)
    return [",".join(map(str, part)) for part in (mine[:middle], mine[middle:] or mine)]


@contextlib.contextmanager
def two_hosts(folder):
    """Two namespaces with a cable between them, and what the launcher needs in place of ssh: {name: address}."""
    if shutil.which("ip") is None:
        pytest.skip("needs the command ip (Debian: iproute2)")
    hosts = {f"tb{os.getpid()}{end}": f"10.77.0.{number}" for number, end in ((1, "a"), (2, "b"))}
    first, second = hosts
    try:
        try:
            ip("netns", "add", first)
            ip("netns", "add", second)
            ip("link", "add", "cable", "netns", first, "type", "veth", "peer", "name", "cable", "netns", second)
        except subprocess.CalledProcessError as error:
            pytest.skip(f"needs network namespaces, which are for root and which a container may forbid: {error.stderr.strip()}")
        for name, address in hosts.items():
            ip("-n", name, "addr", "add", f"{address}/24", "dev", "cable")
            ip("-n", name, "link", "set", "lo", "up")
            ip("-n", name, "link", "set", "cable", "up")
        cases = "\n".join(f"  {address}) name={name} cores={cores} ;;" for (name, address), cores in zip(hosts.items(), halves()))
        shell = write_executable(
            folder / "not_ssh",
            '#!/bin/bash\nwhile [[ "$1" == -* ]]; do shift; done\n'
            f'case "$1" in\n{cases}\nesac\nshift\n'
            'exec taskset -c "$cores" ip netns exec "$name" unshare --uts '
            'bash -c \'hostname "$0"; exec bash -c "$*"\' "$name" "$@"\n',
        )
        yield hosts, shell
    finally:
        for name in hosts:
            subprocess.run(["ip", "netns", "del", name], check=False, stdin=subprocess.DEVNULL, capture_output=True)


def test_two_hosts_over_tcp(tmp_path):
    """A rank on each of two hosts, each with half of this machine's cores: the road is right."""
    with two_hosts(tmp_path) as (hosts, shell):
        first = next(iter(hosts))
        mpiexec = command(["x"], ranks=2)[0]
        words = ["taskset", "-c", halves()[0], "ip", "netns", "exec", first, "unshare", "--uts", "bash", "-c",
                 'hostname "$0"; exec "$@"', first, mpiexec, "-launcher", "ssh", "-launcher-exec", shell, "-localhost",
                 hosts[first], "-hosts", ",".join(hosts.values()), "-ppn", "1", "-n", "2", PROGRAM, *RUN]
        # A cable takes a moment until both ends see it: MPI then finds no way, or waits for one.
        done = None
        for _ in range(5):
            time.sleep(1)
            with contextlib.suppress(NotEnded):
                done = start(words, env={"UCX_TLS": "tcp,self", "UCX_NET_DEVICES": "cable"}, timeout=30)
                if done.returncode == 0:
                    break
        assert done is not None, "no answer from the two hosts, five times"
        assert done.returncode == 0, done.stdout + done.stderr
        report = json.loads(done.stdout)
        found = places(report)
        assert [host for host, _ in found] == list(hosts)
        assert report["context"]["runs"][0]["hosts"] == sorted(hosts)
        if len(cores()) > 1:
            assert found[0][1] != found[1][1], f"each host has cores of its own: {found}"
