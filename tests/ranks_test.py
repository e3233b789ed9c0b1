"""The program on several ranks: what it refuses, what it saves, what it measures."""

import json
import os

import pytest
from program import ONE_VISIT, call, needs_ranks, refused, succeed
from report_helpers import load_report


@pytest.fixture(autouse=True, scope="module")
def ranks():
    needs_ranks()


SWEEP = ["sweep", "--kernels", "naive", "--cells", "1000", "--steps", "10", "--threads", "1", *ONE_VISIT]

BAD_INPUT = [
    (["fly"], "fly"),
    (["run", "--fly"], "--fly"),
    (["run", "--kernel", "warp"], "warp"),
    (["run", "--density", "1.5"], "1.5"),
    (["run", "--cells", "0"], "cells is 0"),
    (["run", "--cells", "2^41"], "2^41"),
    (["run", "--cells", "2^40", "--kernel", "naive"], "GiB"),
    (["run", "--cells", "100", "--depth", "101"], "depth is 101"),
    (["run", "--isa", "mmx"], "mmx"),
    (["run", "--init", "file:nothing"], "nothing"),
    (["run", "--init", "file:taken"], "not a road file"),
    (["run", "--cells", "1000", "--save", "taken"], "--force"),
    (["run", "--cells", "1000", "--output", "taken"], "--force"),
    (["run", "--cells", "1000", "--output", "missing/new"], "missing"),
    (["run", "--cells", "1000", "--save", "taken/new"], "taken"),
    (["run", "--cells", "1000", "--save", "/proc/new"], "/proc"),
    (["run", "--cells", "1000", "--io", "mpiio-collective"], "--io is for road files"),
    (["run", "--cells", "1000", "--save", "new", "--io", "node"], "io is 'node': it is serial, posix, "),
    ([*SWEEP, "--ranks", "4"], "ranks 4"),
    ([*SWEEP, "--ranks", "1,2,1000"], "ranks 1000"),
    ([*SWEEP, "--output", "taken"], "--force"),
    ([*SWEEP, "--output", "/proc/new"], "/proc"),
    ([*SWEEP, "--output", "taken/new"], "taken"),
    ([*SWEEP, "--init", "file:taken", "--output", "r.json"], "not a road file"),
    ([*SWEEP, "--resume"], "--output"),
    (["check", "--kernels", "warp"], "warp"),
]


@pytest.mark.parametrize("arguments, word", BAD_INPUT, ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_bad_input_is_refused_once_and_every_rank_leaves(tmp_path, arguments, word):
    (tmp_path / "taken").write_text("kept", encoding="utf-8")
    refused(*arguments, word=word, ranks=3, cwd=tmp_path)


def test_damaged_road_is_refused(tmp_path):
    road = tmp_path / "road"
    succeed("run", "--cells", 10000, "--save", "road", cwd=tmp_path)
    content = bytearray(road.read_bytes())
    content[4700] ^= 8
    road.write_bytes(content)
    refused("run", "--init", "file:road", "--save", "new", word="damaged", ranks=3, cwd=tmp_path, before_all=False)
    road.write_bytes(content[:-8])
    refused("run", "--init", "file:road", "--save", "new", word="truncated", ranks=3, cwd=tmp_path)


@pytest.mark.parametrize("cells", [5, 1000, 12345])
def test_road_is_saved_and_read_the_same_on_any_ranks(tmp_path, cells):
    common = ["--kernel", "bitsliced", "--threads", 1]
    succeed("run", "--cells", cells, "--steps", 30, *common, "--save", "one", cwd=tmp_path)
    succeed("run", "--cells", cells, "--steps", 10, *common, "--save", "begun", ranks=3, cwd=tmp_path)
    succeed("run", "--init", "file:begun", "--steps", 20, *common, "--save", "three", ranks=2, cwd=tmp_path)
    assert (tmp_path / "three").read_bytes() == (tmp_path / "one").read_bytes()
    assert sorted(os.listdir(tmp_path)) == ["begun", "one", "three"]


WAYS = ["serial", "posix", "mpiio-independent", "mpiio-collective"]


@pytest.mark.parametrize("ranks", [2, 4])
@pytest.mark.parametrize("way", WAYS)
def test_road_is_saved_and_read_the_same_by_each_way(tmp_path, way, ranks):
    """Nine blocks of 4 KiB and a part of one, cut in the middle of a block between ranks."""
    cells = 9 * 32768 + 12345
    common = ["--kernel", "bitsliced", "--threads", 1, "--init"]
    succeed("run", "--cells", cells, "--steps", 30, *common, "philox", "--save", "one", cwd=tmp_path)
    succeed("run", "--cells", cells, "--steps", 10, *common, "philox", "--save", "begun", "--io", way, ranks=ranks, cwd=tmp_path)
    go_on = ["run", "--steps", 20, *common, "file:begun", "--save", "all", "--io", way, "--output", "r.json"]
    succeed(*go_on, ranks=ranks, cwd=tmp_path)
    assert (tmp_path / "all").read_bytes() == (tmp_path / "one").read_bytes()
    assert load_report(tmp_path / "r.json")["benchmarks"][0]["verified"] is True
    assert sorted(os.listdir(tmp_path)) == ["all", "begun", "one", "r.json"]


@pytest.mark.parametrize("way", WAYS)
def test_road_that_has_shifted_is_saved_by_each_way(tmp_path, way):
    """One rank has the road's end and its beginning."""
    road = ["--cells", 200_003, "--steps", 155_555, "--kernel", "leap", "--threads", 1]
    succeed("run", *road, "--save", "one", cwd=tmp_path)
    succeed("run", *road, "--save", "three", "--io", way, ranks=3, cwd=tmp_path)
    assert (tmp_path / "three").read_bytes() == (tmp_path / "one").read_bytes()


@pytest.mark.parametrize("way", WAYS)
def test_damage_is_found_by_each_way(tmp_path, way):
    succeed("run", "--cells", 200_003, "--save", "road", cwd=tmp_path)
    content = bytearray((tmp_path / "road").read_bytes())
    content[20_000] ^= 8
    (tmp_path / "road").write_bytes(content)
    arguments = ["run", "--init", "file:road", "--save", "new", "--io", way]
    refused(*arguments, word="damaged", ranks=2, cwd=tmp_path, before_all=False)


@pytest.mark.parametrize("mode, count", [("strong", "every"), ("weak", "sampled")])
def test_sweep_over_ranks_writes_a_valid_report(tmp_path, mode, count):
    arguments = [
        *("sweep", "--kernels", "bitsliced,leap", "--cells", "999", "--ranks", "1,2,3", "--threads", "1,2", "--oversubscribe"),
        *("--steps", "10", "--jump", "10", *ONE_VISIT, "--mode", mode),
        *("--count", count),
    ]
    done = call(*arguments, "--output", "r.json", ranks=3, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = load_report(tmp_path / "r.json")["benchmarks"]
    assert len(rows) == 2 * 3 * 2
    hashes = {}
    for row in rows:
        assert row["verified"] is True
        cores = row["ranks"] * row["threads"]
        assert row["cells"] == (999 * cores if mode == "weak" else 999)
        assert len(row["placement"]) == cores
        hashes.setdefault(row["cells"], set()).add(row["hash"])
    assert all(len(same) == 1 for same in hashes.values())
    assert os.listdir(tmp_path) == ["r.json"]


def test_shapes_beyond_the_machine_are_skipped(tmp_path):
    arguments = ["sweep", "--kernels", "naive", "--cells", "1000", "--ranks", "1,2", "--count", "every", "--visits", "1", "--spacing", "0",
                 "--steps", "20", "--rounds", "1"]
    succeed(*arguments, "--threads", "1,4000", "--output", "r.json", ranks=2, cwd=tmp_path)
    skipped = [row for row in load_report(tmp_path / "r.json")["benchmarks"] if row["threads"] == 4000]
    assert len(skipped) == 2 and all("skipped" in row and row["verified"] is None for row in skipped)
    refused(*arguments, "--threads", "4000", "--output", "none.json", ranks=2, cwd=tmp_path,
            word="no point of this sweep can be measured here: 1 ranks x 4000 threads are more than the cores they may use")


def test_report_of_run_names_every_rank(tmp_path):
    succeed("run", "--cells", 1000, "--threads", 2, "--output", "r.json", ranks=3, cwd=tmp_path)
    report = load_report(tmp_path / "r.json")
    (row,) = report["benchmarks"]
    assert row["ranks"] == 3 and row["verified"] is True
    assert {(place["rank"], place["thread"]) for place in row["placement"]} == {(r, t) for r in range(3) for t in range(2)}


def test_report_has_the_settings_of_people_and_no_addresses_and_folders_of_launchers(tmp_path):
    env = {"OMP_PLACES": "cores", "OMPI_MCA_btl_tcp_if_include": "lo"}
    succeed("run", "--cells", 1000, "--output", "r.json", ranks=2, cwd=tmp_path, env=env)
    found = load_report(tmp_path / "r.json")["context"]["runs"][0]["environment"]
    assert env.items() <= found.items()
    assert not [name for name in found if name.startswith(("OMPI_MCA_ess", "OMPI_MCA_orte_", "OMPI_MCA_initial_wdir"))]
    assert str(tmp_path) not in json.dumps(found)


@pytest.mark.parametrize("ranks", [1, 3])
@pytest.mark.parametrize("density", [0.3, 0.7])
def test_road_that_only_shifts_any_more_is_saved_where_it_is(tmp_path, ranks, density):
    """A jump beyond half the road's length keeps a rotation: what is written is the road all the same."""
    road = ["--cells", 1001, "--steps", 1777, "--density", density, "--threads", 1]
    succeed("run", *road, "--kernel", "leap", "--save", "leap.road", ranks=ranks, cwd=tmp_path)
    succeed("run", *road, "--kernel", "naive", "--save", "naive.road", cwd=tmp_path)
    assert (tmp_path / "leap.road").read_bytes() == (tmp_path / "naive.road").read_bytes()
