"""What the tests of the scaling model and of the simulation share: the program, a machine, and a short report measured here."""

import json

from program import BUILD, ONE_VISIT, ROOT, start, succeed

MODEL = BUILD / "bin" / "trafficbench-model"
FACTS = ROOT / "scripts" / "simulate" / "archer2.json"
# Kernel times of a quiet machine. How much of the time messages are follows from the kernel: with times measured here and now the
# answers would be others on each machine and under each load.
KERNEL_TIMES = ROOT / "results" / "vm-20261126T105351Z.json"


def call_model(*arguments, cwd=None):
    return start([MODEL, *arguments], cwd=cwd)


def measure(folder, *more, ranks=1):
    """A report of a few short repetitions, and facts of a machine that has this one's instruction set."""
    report = folder / "measured.json"
    succeed(
        "sweep", "--kernels", "tiled", "--threads", 1, "--cells", "2500,1e5", "--depth", "1,64,1024", "--count", "every",
        "--min-seconds", 0.001, *ONE_VISIT, "--output", report, *more, ranks=ranks,
    )  # fmt: skip
    facts = json.loads(FACTS.read_text(encoding="utf-8"))
    facts["isa"] = json.loads(report.read_text(encoding="utf-8"))["benchmarks"][0]["isa"]
    machine = folder / "machine.json"
    machine.write_text(json.dumps(facts), encoding="utf-8")
    return report, machine


def ping_pongs(path, latencies):
    """Writes what `trafficbench ceiling --json` would print: seconds of a word, by the number of nodes."""
    figures = {
        f"network/ping-pong/ranks:2/nodes:{nodes}/bytes:8": {
            "value": seconds, "unit": "s", "class": "network", "operation": "ping-pong", "ranks": 2, "nodes": nodes, "bytes": 8,
            "best": seconds, "batches": 15,
        }
        for nodes, seconds in latencies.items()
    }  # fmt: skip
    path.write_text(json.dumps(figures), encoding="utf-8")
    return path


def refused(done, *words):
    """Fails unless the call was refused with one line that has these words."""
    assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    for word in words:
        assert word in lines[0], lines[0]
