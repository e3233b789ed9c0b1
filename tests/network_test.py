"""What messages take is measured once, kept, and sets the depth."""

import json

import pytest
from program import call, needs_ranks, succeed

SWEEP = ["sweep", "--kernels", "bitpacked", "--cells", 100000, "--steps", 50, "--threads", 1, "--ranks", "1,2"]
QUICK = ["--rounds", 1, "--spacing", 0, "--min-seconds", 0.001, "--count", "every,sampled"]


@pytest.fixture(autouse=True, scope="module")
def ranks():
    needs_ranks()


def network_of(limits):
    return {name: limit for name, limit in (limits or {}).items() if limit.get("class") == "network"}


def report_of(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_sweep_measures_its_ranks_and_holds_rows_against_it(tmp_path):
    succeed(*SWEEP, *QUICK, "--visits", 1, "--depth", "1,auto", "--exchange", "nonblocking,sendrecv", "--output", "r.json", ranks=2, cwd=tmp_path)
    report = report_of(tmp_path / "r.json")
    limits = report["context"]["runs"][0]["limits"]
    network = network_of(limits)
    assert {limit["operation"] for limit in network.values()} == {"ping-pong", "neighbours", "allreduce", "barrier"}
    assert {limit.get("exchange") for limit in network.values()} == {None, "nonblocking", "sendrecv"}
    for limit in network.values():
        assert 0 < limit["best"] <= limit["value"] and limit["ranks"] == 2 and limit["nodes"] == 1, limit
    for row in report["benchmarks"]:
        assert row["limit"] in limits and row["limit_mcops"] > 0
    # A quarter of a microsecond a message is all of an iteration that takes the kernel no longer than that.
    shallow = [row for row in report["benchmarks"] if row["ranks"] == 2 and row["depth"] == 1]
    deep = [row for row in report["benchmarks"] if row["ranks"] == 2 and row["depth"] > 1]
    assert shallow and deep
    assert max(row["limit_mcops"] for row in shallow if row["count"] == "every") < min(
        row["limit_mcops"] for row in deep if row["count"] == "every"
    )


def test_a_sweep_that_goes_on_takes_over_what_was_measured(tmp_path):
    # The second visit is too far away for the first launch.
    asked = [*SWEEP, *QUICK[:2], *QUICK[4:], "--visits", 2, "--spacing", 20, "--output", "r.json"]
    stopped = call(*asked, "--time-limit", 10, ranks=2, cwd=tmp_path)
    assert stopped.returncode == 4, stopped.stderr
    succeed(*asked, "--resume", ranks=2, cwd=tmp_path)
    report = report_of(tmp_path / "r.json")
    first, last = (network_of(launch["limits"]) for launch in report["context"]["runs"])
    assert first and first.keys() == last.keys()
    for name, limit in first.items():
        # Depths follow from the medians; what is quicker later makes better limits.
        assert last[name]["value"] == limit["value"] and last[name]["best"] <= limit["best"], name
    depths = {row["depth"] for row in report["benchmarks"] if row["ranks"] == 2 and row["count"] == "every"}
    assert len(depths) == 1


def test_ceiling_tells_of_every_way(tmp_path):
    limits = json.loads(succeed("ceiling", "--json", ranks=2))
    network = network_of(limits)
    neighbours = [limit for limit in network.values() if limit["operation"] == "neighbours"]
    assert {limit["ranks"] for limit in neighbours} == {2}
    assert {"nonblocking", "fence", "shared"} <= {limit["exchange"] for limit in neighbours}
    assert {limit["bytes"] for limit in neighbours} >= {8, 1 << 20}
    assert not network_of(json.loads(succeed("ceiling", "--json", ranks=1)))
