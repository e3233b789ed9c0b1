"""What differs between reports is found in their contexts, and labels are made of it.

Run: /usr/bin/python3 -m pytest tests/contexts_test.py
"""

import copy
import itertools
import json

import made_up_report
import pytest
from program import ROOT
from report_helpers import example
from script import run_script

from trafficbench_tools.contexts import Contexts, compiler_forms, short_cpu


COMPARE = ROOT / "scripts" / "compare.py"


def report(**changes):
    """A made-up report whose launch says something else of itself: dotted names of fields, "__" for a dot."""
    made = made_up_report.make(kernels=("tiled",), shapes=((1, 1),), counts=("every",))
    run = made["context"]["runs"][0]
    run["cpu"].update(model="AMD EPYC 7742 64-Core Processor", revision="family 23, model 49, stepping 0")
    run.update(compiler="GNU 12.2.0", flags="-O3 -DNDEBUG", commit="0123456789ab", environment={}, job=None)
    for name, value in changes.items():
        *way, last = name.split("__")
        entry = run
        for step in way:
            entry = entry[step]
        entry[last] = value
    return made


def contexts_of(*reports):
    names = [f"file {number}" for number in range(len(reports))]
    return Contexts([one["context"] for one in reports], [one["benchmarks"] for one in reports], names)


@pytest.mark.parametrize(
    "model, short",
    [
        ("AMD EPYC 7742 64-Core Processor", "EPYC 7742"),
        ("AMD EPYC 9825 144-Core Processor", "EPYC 9825"),
        ("Intel(R) Xeon(R) Platinum 8592+", "Xeon Platinum 8592+"),
        ("Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz", "Xeon E5-2680 v4"),
        ("Neoverse-V2", "Neoverse-V2"),
        ("Processor", "Processor"),
    ],
)
def test_names_of_cpus_lose_what_says_nothing(model, short):
    assert short_cpu(model) == short


def test_compilers_have_the_names_that_people_type():
    assert compiler_forms("GNU 12.2.0") == ["g++ 12", "g++ 12.2.0"]
    assert compiler_forms("Clang 14.0.6")[0] == "clang 14"
    assert compiler_forms("unknown") == ["unknown"]


@pytest.mark.parametrize(
    "changes, labels",
    [
        ({"cpu__model": "AMD EPYC 9825 144-Core Processor"}, ["EPYC 7742", "EPYC 9825"]),
        ({"compiler": "Clang 14.0.6"}, ["g++ 12", "clang 14"]),
        ({"compiler": "GNU 12.3.0"}, ["g++ 12.2.0", "g++ 12.3.0"]),
        ({"mpi__library": "Open MPI"}, None),
        ({"commit": "fedcba987654"}, ["0123456", "fedcba9"]),
        ({"flags": "-O3 -DNDEBUG -march=native"}, ["no more flags", "-march=native"]),
        ({"environment": {"OMP_PLACES": "cores"}}, ["OMP_PLACES not set", "OMP_PLACES=cores"]),
        ({"cpu__revision": "family 25, model 1, stepping 1"}, ["EPYC 7742 family 23", "EPYC 7742 family 25"]),
        ({"cpu__revision": "family 23, model 50, stepping 0"}, ["EPYC 7742 family 23, model 49", "EPYC 7742 family 23, model 50"]),
    ],
)
def test_one_difference_is_the_label(changes, labels):
    other = report(**changes)
    library = report()["context"]["runs"][0]["mpi"]["library"]
    found = contexts_of(report(), other)
    assert found.labels == (labels or [library, "Open MPI"])
    (fact,) = found.differing()
    assert found.said()[0].startswith("What differs: ") and " / ".join(found.labels) in found.said()[0]
    assert fact.title not in [same.title for same in found.same()]


def test_what_all_have_in_common_is_said_once_and_in_full():
    differs, same = contexts_of(report(), report(commit="fedcba987654")).said()
    assert differs == "What differs: commit 0123456 / fedcba9."
    assert "AMD EPYC 7742 64-Core Processor" in same and "g++ 12.2.0" in same and "commit" not in same


def test_labels_are_of_as_few_facts_as_tell_the_reports_apart():
    cpus, compilers = ["AMD EPYC 7742 64-Core Processor", "AMD EPYC 9825 144-Core Processor"], ["GNU 12.2.0", "Clang 14.0.6"]
    reports = [report(cpu__model=cpu, compiler=compiler) for cpu, compiler in itertools.product(cpus, compilers)]
    assert contexts_of(*reports).labels == ["EPYC 7742, g++ 12", "EPYC 7742, clang 14", "EPYC 9825, g++ 12", "EPYC 9825, clang 14"]
    # Two that differ in both need one of the two, and the other is said all the same.
    found = contexts_of(reports[0], reports[3])
    assert found.labels == ["EPYC 7742", "EPYC 9825"]
    assert "g++ 12 / clang 14" in found.said()[0]


def test_equal_contexts_have_their_dates_as_labels_and_else_their_names():
    found = contexts_of(report(date="2026-11-01T02:03:04Z"), report(date="2026-11-02T02:03:04Z"))
    assert found.labels == ["2026-11-01", "2026-11-02"]
    assert found.differing() == [] and found.said()[0] == "Nothing differs between the contexts but hosts and dates."
    assert contexts_of(report(), report()).labels == ["file 0", "file 1"]
    three = contexts_of(report(), report(), report(commit="fedcba987654"))
    assert three.labels == ["0123456, file 0", "0123456, file 1", "fedcba9"]


def test_what_one_of_them_does_not_say_is_not_compared():
    older = report()
    del older["context"]["runs"][0]["cpu"]["revision"]
    found = contexts_of(older, report())
    assert found.differing() == [] and "revision" not in " ".join(found.said())


def test_revision_is_an_echo_only_where_every_name_has_one():
    zen4, zen5 = ({"cpu__revision": f"family {family}, model 2, stepping 1"} for family in (25, 26))
    xeon = {"cpu__model": "Intel(R) Xeon(R) Processor", "cpu__revision": "family 6, model 207, stepping 2"}
    assert contexts_of(report(), report(**xeon)).labels == ["EPYC 7742", "Xeon"]
    assert len(contexts_of(report(), report(**xeon)).differing()) == 1
    unknown = report(**xeon)
    del unknown["context"]["runs"][0]["cpu"]["revision"]
    for other in (report(**xeon), unknown):
        found = contexts_of(report(**zen4), report(**zen5), other)
        assert "EPYC 7742 family 25 / EPYC 7742 family 26" in found.said()[0]
        assert found.labels[:2] == ["EPYC 7742 family 25", "EPYC 7742 family 26"]


def test_no_label_is_empty():
    found = contexts_of(report(compiler=None, flags=None), report(), report(compiler="Clang 14.0.6"))
    assert all(found.labels) and found.labels[1:] == ["g++ 12", "clang 14"]


def test_order_of_flags_may_matter():
    found = contexts_of(report(flags="-O2 -O3"), report(flags="-O3 -O2"))
    assert found.labels == ["-O2 -O3", "-O3 -O2"]


def test_variable_that_some_launches_lack_is_not_set_there():
    merged = report()
    again = copy.deepcopy(merged["context"]["runs"][0])
    again["environment"] = {"OMP_PLACES": "cores"}
    merged["context"]["runs"].append(again)
    (fact,) = contexts_of(merged, report(environment={"OMP_PLACES": "cores"})).differing()
    assert fact.shorts == ["OMP_PLACES not set and OMP_PLACES=cores", "OMP_PLACES=cores"]


def test_simulations_differ_in_what_went_into_their_models():
    one = example("simulated")
    one["benchmarks"] = [row for row in one["benchmarks"] if row["origin"] != "measured"]
    other = copy.deepcopy(one)
    for each, clock in ((one, 2e9), (other, 1e9)):
        for row in each["benchmarks"]:
            row["model"]["parameters"]["clock_hz"] = clock
    other["context"]["runs"][0]["commit"] = "fedcba987654"
    said = contexts_of(one, other).said()[0]
    assert "clock hz" in said and "commit" in said and "CPU" not in said
    # Measured rows beside them have the launch's own context.
    mixed = [report(), report(compiler="Clang 14.0.6")]
    for each in mixed:
        each["benchmarks"] += copy.deepcopy(one["benchmarks"])
    assert contexts_of(*mixed).labels == ["g++ 12", "clang 14"]


def test_names_hold_no_commands_of_terminals_and_pages_and_are_not_without_end():
    model = "\x1b[31m<b>Bold</b> $x$ " + 400 * "x"
    label = contexts_of(report(cpu__model=model), report()).labels[0]
    assert label.startswith("?[31m‹b›Bold‹/b› ＄x＄") and len(label) <= 48


def test_what_launchers_and_schedulers_set_each_time_differs_in_nothing():
    job = {"scheduler": "slurm", "id": "7", "partition": "standard"}
    one = report(environment={"PMI_RANK": "0"}, job=job)
    assert contexts_of(one, report(environment={"PMI_RANK": "1"}, job={**job, "id": "8"})).differing() == []
    (fact,) = contexts_of(one, report(job={**job, "partition": "highmem"})).differing()
    assert (fact.title, fact.shorts) == ("job's partition", ["partition standard", "partition highmem"])


def test_settings_of_an_mpi_that_others_do_not_have_differ_in_nothing_more():
    settings = {"OMPI_MCA_hwloc_base_binding_policy": "none"}
    ours, theirs = report(mpi__library="MPICH"), report(mpi__library="Open MPI", environment=settings)
    assert [fact.title for fact in contexts_of(ours, theirs).differing()] == ["MPI"]
    again = report(mpi__library="Open MPI")
    assert [fact.title for fact in contexts_of(ours, theirs, again).differing()] == ["MPI", "$OMPI_MCA_hwloc_base_binding_policy"]
    assert [fact.title for fact in contexts_of(theirs, again).differing()] == ["$OMPI_MCA_hwloc_base_binding_policy"]


def test_launches_of_one_report_are_said_together():
    merged = report()
    again = copy.deepcopy(merged["context"]["runs"][0])
    again["compiler"] = "Clang 14.0.6"
    merged["context"]["runs"].append(again)
    (fact,) = contexts_of(merged, report()).differing()
    assert fact.shorts == ["g++ 12 and clang 14", "g++ 12"]


def test_instruction_sets_are_those_of_the_rows():
    other = report()
    for row in other["benchmarks"]:
        row["isa"] = "avx2"
    assert contexts_of(report(), other).labels == ["avx512", "avx2"]


def test_many_values_are_counted():
    found = contexts_of(*(report(commit=f"{number:012x}") for number in range(1, 51)))
    assert len(set(found.labels)) == 50
    assert found.said()[0] == "What differs: commit: 50 different."


def test_compare_says_first_what_differs(tmp_path):
    paths = [
        made_up_report.save(one, tmp_path / f"{number}.json") for number, one in enumerate([report(), report(compiler="Clang 14.0.6")])
    ]
    done = run_script(COMPARE, *paths)
    assert done.stdout.splitlines()[0] == "What differs: g++ 12 / clang 14.", done.stderr
    result = json.loads(run_script(COMPARE, *paths, "--json").stdout)
    assert result["differs"] == [{"what": "compiler", "base": "g++ 12.2.0", "new": "clang 14.0.6"}]
