#!/usr/bin/env python3
"""What the Python module costs: the time of a call, and its rate against that of the program.

Program and module are launched in turn, one of each a visit, on the same road. Each visit gives a ratio of their rates; the median of
these is told with its 95% interval, and the best repetitions beside it. Nothing else should run meanwhile.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(1, str(ROOT / "scripts"))
from trafficbench_tools.counts import parse_count  # noqa: E402
from trafficbench_tools.errors import BadInput, FailedUnderWay  # noqa: E402
from trafficbench_tools.printing import run  # noqa: E402
from trafficbench_tools.reading import parse_json  # noqa: E402
from trafficbench_tools.visits import median_and_interval  # noqa: E402

# A launch. A short road goes first: a process's first call takes tens of microseconds more, in which its code comes into memory.
ROAD = """
import json, sys, time
import trafficbench as tb
cells, steps, kernel, threads, count = json.loads(sys.argv[1])
tb.Road(64, kernel=kernel, threads=threads).advance(1, count)
road = tb.Road(cells, kernel=kernel, threads=threads)
start = time.perf_counter()
moves = road.advance(steps, count)
seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "hash": road.hash}))
"""

# Calls of a road so short that the kernel has nothing to do. The least of several series: disturbance only slows.
CALLS = """
import json, timeit
import trafficbench as tb
road = tb.Road(64, kernel="bitpacked", threads=1)
calls = {"advance(1)": lambda: road.advance(1), "advance(1, 'sampled')": lambda: road.advance(1, "sampled"),
         "an empty function": lambda: None}
many = 20000
print(json.dumps({name: min(timeit.repeat(call, number=many, repeat=20)) / many for name, call in calls.items()}))
"""


def main():
    options = read_options()
    module = options.build / "python"
    program = options.build / "bin" / "trafficbench"
    environment = dict(os.environ, PYTHONPATH=str(module), PYTHONDONTWRITEBYTECODE="1")

    def launch(command):
        done = subprocess.run([str(word) for word in command], capture_output=True, encoding="utf-8", env=environment, check=False)
        if done.returncode != 0:
            raise FailedUnderWay(f"{command[0]} failed: {(done.stderr.strip().splitlines() or ['no word of why'])[-1]}")
        return parse_json(done.stdout)

    calls = launch([sys.executable, "-c", CALLS])
    for name, seconds in calls.items():
        print(f"{name}: {seconds * 1e6:.2f} us")
    for threads in options.threads:
        for count in options.count:
            point = [options.cells, options.steps, options.kernel, threads, count]
            as_program = [program, "run", "--json", "--cells", options.cells, "--steps", options.steps, "--kernel", options.kernel,
                          "--threads", threads, "--count", count, "--print-every", options.steps]  # fmt: skip
            rates = {"program": [], "module": []}
            for visit in range(options.visits):
                began = time.monotonic()
                # Each goes first as often as the other.
                for who in ("program", "module") if visit % 2 == 0 else ("module", "program"):
                    if who == "program":
                        row = launch(as_program)["benchmarks"][0]
                        seconds, expected = row["samples"][0], row["hash"]
                    else:
                        made = launch([sys.executable, "-c", ROAD, json.dumps(point)])
                        seconds, found = made["seconds"], made["hash"]
                    rates[who].append(options.cells * options.steps / seconds * 1e-6)
                if found != expected:
                    raise FailedUnderWay(f"the module's road has hash {found}, the program's {expected}")
                if visit + 1 < options.visits:
                    time.sleep(max(0.0, options.spacing - (time.monotonic() - began)))
            ratios = [ours / theirs for ours, theirs in zip(rates["module"], rates["program"])]
            middle, low, high, _ = median_and_interval({(0, visit): ratio for visit, ratio in enumerate(ratios)})
            interval = "no interval below six visits" if low is None else f"{low:.3f} .. {high:.3f}"
            print(f"{options.kernel}, {options.cells} cells, {options.steps} steps, {threads} threads, {count}:")
            for who, found in rates.items():
                print(f"  {who}: best {max(found):,.0f}, median {statistics.median(found):,.0f} MCOPs")
            print(f"  module / program: {middle:.3f} ({interval}); of the best repetitions {max(rates['module']) / max(rates['program']):.3f}")
    return 0


def read_options():
    class Parser(argparse.ArgumentParser):
        def error(self, message):
            raise BadInput(f"{message}; see --help")

    parser = Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release", help="the build to measure [build/release]")
    parser.add_argument("--cells", default="10240000", help="length of the road [the course's, 10240000]")
    parser.add_argument("--steps", default="100", help="iterations of a launch [100, as the course's programs make]")
    parser.add_argument("--kernel", default="auto", help="[auto]")
    parser.add_argument("--threads", default="1,2", help="a list [1,2]")
    parser.add_argument("--count", default="every,sampled", help="a list [every,sampled]")
    parser.add_argument("--visits", default="12", help="launches of each [12]")
    parser.add_argument("--spacing", default="5", help="seconds between the beginnings of two visits, at least [5]")
    options = parser.parse_args()
    options.cells = parse_count(options.cells, "cells", 1, 2**40)
    options.steps = parse_count(options.steps, "steps", 1, 10**9)
    options.threads = [parse_count(part, "threads", 1, 2**14) for part in options.threads.split(",")]
    options.count = options.count.split(",")
    options.visits = parse_count(options.visits, "visits", 1, 1000)
    options.spacing = parse_count(options.spacing, "spacing", 0, 3600)
    if not (options.build / "python" / "trafficbench").is_dir():
        raise BadInput(f"{options.build} has no Python module: build it, with -DTRAFFICBENCH_PYTHON_MODULE=ON")
    return options


if __name__ == "__main__":
    run("python_module.py", main)
