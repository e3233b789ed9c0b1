"""Every job header that study.sh writes for ARCHER2 and Cirrus EX, put to the real Slurm with partitions, nodes, QoS and limits of
those machines (`sbatch --test-only`); and headers with a mistake, which it must refuse.

The machines' shape and limits stand in tests/slurm/machines, written down apart from the profiles that are tested.
"""

import functools
import json
import re
import sys

import pytest
from pretend import ROOT, call, scripts_of, slurm, study

sys.path.insert(0, str(ROOT / "tests"))
from program import PROGRAM  # noqa: E402

MACHINES = ("archer2", "cirrus-ex")


@pytest.fixture(scope="module", params=MACHINES)
def machine(request, tmp_path_factory):
    with slurm(tmp_path_factory.mktemp("slurm") / "here", "--machine", request.param, "--accounting"):
        yield request.param


def site_of(machine):
    return json.loads((ROOT / "scripts" / "sites" / f"{machine}.json").read_text(encoding="utf-8"))


@functools.lru_cache(maxsize=None)
def generated(machine, *options):
    done = study("--site", machine, "--account", "budget", "--mode", "strong", "--program", PROGRAM, "--dry-run", *options)
    assert done.returncode == 0, done.stderr
    return scripts_of(done.stdout)


def ask(text, folder):
    path = folder / "job.sh"
    path.write_text(text, encoding="utf-8")
    return call("sbatch", "--test-only", path)


def limits(machine):
    """Options that go to the edges of every queue."""
    for queue in site_of(machine)["queues"]:
        for nodes in {queue.get("min_nodes", 1), queue["max_nodes"]}:
            yield ["--partition", queue["partition"], "--qos", queue["qos"], "--time", queue["max_time"], "--nodes", str(nodes)]


def test_every_header_passes(machine, tmp_path):
    scripts = generated(machine, "--nodes", "1,2,4,8,16,32,64")
    assert len(scripts) == 8
    for bind in ("suite", "srun"):
        scripts.update({f"{bind}-{name}": text for name, text in generated(machine, "--nodes", "3", "--bind", bind).items()})
    for name, text in scripts.items():
        done = ask(text, tmp_path)
        assert done.returncode == 0, f"{name}: {done.stderr}\n{text}"
        used = int(re.search(r"using (\d+) processors", done.stderr).group(1))
        cores = site_of(machine)["node"]["cores"]
        if "merge" in name:
            assert used < cores, done.stderr
        else:
            assert used >= int(re.search(r"--nodes=(\d+)", text).group(1)) * cores, done.stderr


def test_every_queue_takes_what_the_profile_says(machine, tmp_path):
    for options in limits(machine):
        # The merge is a job of one node, which some queues do not take: it goes elsewhere.
        for name, text in generated(machine, *options).items():
            done = ask(text, tmp_path)
            assert done.returncode == 0, f"{options}: {name}: {done.stderr}\n{text}"


def test_largescale_is_taken_for_many_nodes(machine):
    """A study over the limit of one QoS takes the next for its large jobs."""
    most = next(queue for queue in site_of(machine)["queues"] if queue["qos"] == "standard")["max_nodes"]
    scripts = generated(machine, "--nodes", f"{most},{most + 1}")
    found = [re.search(r"--qos=(\S+)", text).group(1) for text in scripts.values()]
    assert found == ["standard", "largescale", "serial" if machine == "archer2" else "standard"]


MISTAKES = {
    "account": (r"--account=budget", "--account=nobody"),
    "qos": (r"--qos=standard", "--qos=nothing"),
    "partition": (r"--partition=standard", "--partition=nowhere"),
    "time": (r"--time=\S+", "--time=200:00:00"),
    "nodes": (r"--nodes=4$", "--nodes=5000"),
    "ranks": (r"--ntasks-per-node=(\d+)", r"--ntasks-per-node=\g<1>1"),
    "wrong qos for partition": (r"--qos=standard", "--qos=highmem"),
    "option": (r"--distribution=block:block", "--distribution=bloc:block"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_header_with_a_mistake_is_refused(machine, tmp_path, mistake):
    text = generated(machine, "--nodes", "4")["nodes-0004"]
    assert ask(text, tmp_path).returncode == 0
    pattern, wrong = MISTAKES[mistake]
    broken = re.sub(pattern, wrong, text, flags=re.MULTILINE)
    assert broken != text
    done = ask(broken, tmp_path)
    assert done.returncode != 0, broken
