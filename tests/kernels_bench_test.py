"""The microbenchmarks measure what the program runs."""

import json

import pytest
from program import BUILD, start, succeed

BENCH = BUILD / "bin" / "trafficbench-kernels"


def depths_of_bench(cells, threads):
    """Depth by kernel, of one short repetition each."""
    if not BENCH.exists():
        pytest.skip("needs Google Benchmark: this build is without (TRAFFICBENCH_BENCH=OFF)")
    options = [f"--benchmark_filter=^kernel/.*/cells:{cells}/count:sampled/threads:{threads}/", "--benchmark_min_time=0.001"]
    done = start([BENCH, *options, "--benchmark_format=json"], env={"OMP_NUM_THREADS": "2"})
    assert done.returncode == 0, done.stderr
    return {row["name"].split("/")[1]: int(row["depth"]) for row in json.loads(done.stdout)["benchmarks"]}


@pytest.mark.parametrize("threads", [1, 2])
def test_depth_is_the_one_of_the_program(threads):
    kernels = [each["name"] for each in json.loads(succeed("list", "--json"))["kernels"]
               if each["class"] == "update" and each["threads"] == "1"]
    found = depths_of_bench("1e6", threads)
    for kernel in kernels:
        report = json.loads(succeed("run", "--cells", "1e6", "--steps", 1, "--kernel", kernel, "--threads", threads, "--json"))
        assert report["benchmarks"][0]["depth"] == found[kernel], kernel
