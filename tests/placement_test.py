"""Where workers run, and which ranks take part: every policy places all workers or says why not, and changes no road."""

import json
import os

import pytest
from program import BUILD, PROGRAM, call, command, needs_ranks, own_lines, refused, row_of, start, succeed

POLICIES = ["packed", "spread", "one-per-l3", "siblings"]
RUN = ["run", "--kernel", "bitpacked", "--cells", 20011, "--threads", 1, "--steps", 40]
SWEEP = ["sweep", "--kernels", "bitpacked", "--cells", 5000, "--steps", 50, "--threads", 1, "--visits", 1, "--rounds", 1, "--spacing", 0,
         "--min-seconds", 0.001, "--count", "every"]


@pytest.fixture(autouse=True, scope="module")
def ranks():
    needs_ranks()


def available(ranks):
    """{policy: why it is not available} for so many ranks here."""
    return {way["name"]: way.get("why_not") for way in json.loads(succeed("list", "--json", ranks=ranks))["placement"]}


def nodes(count):
    """MPI believes in so many nodes, between which ranks are dealt; another MPI than MPICH takes no notice."""
    if "mpi_family=mpich" not in (BUILD / "launcher.sh").read_text(encoding="utf-8"):
        pytest.skip("needs MPICH, which can be told of several nodes")
    return {"MPIR_CVAR_NUM_CLIQUES": str(count)}


def rows_of(folder, *arguments, **how):
    succeed(*SWEEP, *arguments, "--output", "r.json", cwd=folder, **how)
    return json.loads((folder / "r.json").read_text(encoding="utf-8"))["benchmarks"]


def ways_of(row):
    """What the name says beyond the default."""
    return row["name"].split("/isa:auto")[1]


def test_list_says_which_policies_there_are_and_why_one_is_not_available():
    found = available(1)
    assert list(found) == POLICIES
    assert found["packed"] is None and found["spread"] is None and found["one-per-l3"] is None
    # The two tell the same story: the system's files, and the program.
    with open("/sys/devices/system/cpu/smt/active", encoding="ascii") as file:
        has_siblings = file.read().strip() == "1"
    assert has_siblings or "no core" in found["siblings"]
    assert (found["siblings"] is None) == has_siblings
    assert "siblings" in succeed("list") and (found["siblings"] is None or found["siblings"] in succeed("list"))


def test_policy_places_the_ranks_or_refuses():
    """Whatever this machine is: a policy that `list` has a place for runs, another is refused with the same sentence."""
    alone = row_of(RUN, ranks=1)
    for policy, why_not in available(2).items():
        if why_not:
            assert refused(*RUN, "--placement", policy, ranks=2, word=why_not)
            continue
        row = row_of(RUN, "--placement", policy, ranks=2)
        assert row["hash"] == alone["hash"] and row["placement_policy"] == policy
    assert "placement_policy" not in alone and "ranks_per_node" not in alone


def test_core_that_the_mask_leaves_is_not_shared_by_two_with_an_l3_each():
    """With one core allowed no two ranks have an L3 cache each: on every rank, status 2, and one line from one of them."""
    core = str(min(os.sched_getaffinity(0)))
    for arguments in (["run", "--cells", 1000, "--threads", 1], [*SWEEP, "--ranks", 2]):
        words = command([*arguments, "--placement", "one-per-l3"], ranks=2)
        at = words.index(str(PROGRAM))
        # The launcher tells of no rank's status but one, so each writes its own. Open MPI ends all ranks when one ends with
        # another status than 0, so that one which has not written yet never does: all end with 0.
        shell = '"$@"; echo "rank status $?"'
        done = start([*words[:at], "bash", "-c", shell, "rank", "taskset", "-c", core, *words[at:]])
        assert done.stdout.splitlines() == ["rank status 2"] * 2, done.stdout + done.stderr
        lines = own_lines(done.stderr)
        assert len(lines) == 1 and "placement one-per-l3: 2 ranks on " in lines[0] and "for 1 " in lines[0], lines


@pytest.mark.parametrize("option", ["--placement", "--ranks-per-node"])
def test_wrong_value_is_refused(option):
    for command_name in ("run", "sweep", "check"):
        assert "'heap'" in refused(command_name, option, "heap", word=option[2:], ranks=2)


def test_default_changes_no_name_and_others_stand_in_order():
    plain = row_of(RUN, ranks=2)
    asked = row_of(RUN, "--placement", "packed", "--ranks-per-node", "auto", ranks=2)
    assert asked["name"] == plain["name"] and asked["placement_policy"] == "packed"
    other = row_of(RUN, "--placement", "spread", "--ranks-per-node", 2, "--reduce", "iteration", ranks=2)
    assert other["name"] == f"{plain['name']}/reduce:iteration/placement:spread/ranks-per-node:2"
    assert other["placement_policy"] == "spread" and other["ranks_per_node"] == 2
    alone = row_of(RUN, "--placement", "spread", "--ranks-per-node", 1, ranks=1)
    assert alone["name"] == row_of(RUN, ranks=1)["name"]


def test_sweep_measures_each_policy_over_the_same_base(tmp_path):
    rows = rows_of(tmp_path, "--ranks", "1,2", "--placement", "all", "--oversubscribe", ranks=2)
    why_not = available(2)
    assert [ways_of(row) for row in rows] == ["", ""] + [f"/placement:{policy}" for policy in POLICIES[1:]]
    assert [row.get("placement_policy") for row in rows] == [None, *POLICIES]
    for row in rows[1:]:
        assert row.get("skipped") == why_not[row["placement_policy"]]
        assert "skipped" in row or (row["verified"] and row["base"] == rows[0]["name"])


def test_sweep_in_which_no_point_fits_is_refused(tmp_path):
    for arguments in (["--ranks-per-node", 3], ["--placement", "one-per-l3", "--ranks-per-node", "3,4"]):
        refused(*SWEEP, *arguments, "--ranks", 3, "--oversubscribe", "--output", "r.json", ranks=3, cwd=tmp_path, env=nodes(3),
                word="no point of this sweep can be measured here: ranks-per-node 3: a node of this launch has 1 rank")


def test_sweep_takes_so_many_ranks_of_each_node(tmp_path):
    rows = rows_of(tmp_path, "--ranks", "1,2,3", "--ranks-per-node", "auto,1,2", "--oversubscribe", ranks=4, env=nodes(2))
    assert [ways_of(row) for row in rows] == [""] + ["", "/ranks-per-node:1", "/ranks-per-node:2"] * 2
    assert [row.get("ranks_per_node") for row in rows] == [None] + [None, 1, 2] * 2
    skipped = {row["name"]: row["skipped"] for row in rows if "skipped" in row}
    assert skipped == {rows[5]["name"]: "ranks-per-node 1: 3 ranks take 3 nodes, and this launch has 2"}
    assert all(row["verified"] and row["base"] == rows[0]["name"] for row in rows if "skipped" not in row)


def test_run_leaves_ranks_idle(tmp_path):
    alone = row_of(RUN, ranks=1)
    row = row_of(RUN, "--ranks-per-node", 1, "--output", tmp_path / "r.json", ranks=4, env=nodes(2))
    assert row["ranks"] == 2 and row["ranks_per_node"] == 1 and row["hash"] == alone["hash"]


def test_run_that_leaves_ranks_idle_refuses_on_all_of_them():
    """Ranks that take no part hear of what those that do have found wrong."""
    refused(*RUN, "--ranks-per-node", 1, "--depth", 30000, word="depth is 30000", ranks=4, env=nodes(2))
    refused(*RUN, "--ranks-per-node", 3, word="ranks-per-node 3: a node of this launch has 2 ranks", ranks=4, env=nodes(2))


def test_a_policy_without_a_place_spoils_nothing_for_the_others(tmp_path):
    """Messages are measured for those points that there are, whichever policy is named first."""
    if (os.cpu_count() or 1) < 2:
        pytest.skip("needs two cores")
    refused_first = "siblings" if available(2)["siblings"] else "one-per-l3"
    rows = rows_of(tmp_path, "--placement", f"{refused_first},packed", "--ranks", 2, ranks=2)
    packed = next(row for row in rows if row["placement_policy"] == "packed")
    assert packed["verified"] and packed["limit"]
    limits = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["context"]["runs"][0]["limits"]
    assert any(limit.get("class") == "network" for limit in limits.values())


def test_a_script_may_have_a_report_of_skipped_rows(tmp_path):
    asked = [*SWEEP[:7], "--ranks", 1, "--threads", 2000, *SWEEP[9:], "--output", "r.json"]
    refused(*asked, word="no point of this sweep can be measured", cwd=tmp_path)
    succeed(*asked, "--allow-none", cwd=tmp_path)
    rows = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["benchmarks"]
    assert rows and all(row["skipped"] for row in rows)


def test_check_draws_policies_and_ranks_of_nodes():
    """What has no place here goes without."""
    text = succeed("check", "--kernels", "naive", "--quick", "--cases", 20, "--exchange", "nonblocking", "--placement", "all",
                   "--ranks-per-node", "auto,1,2", ranks=3, env=nodes(3))
    assert "FAIL" not in text and text.count("ok ") == 2
