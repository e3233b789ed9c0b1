"""The schema and the checks beside it: every example is accepted, every damaged one is refused for the right reason.

report_version_1_test.py is about reports of version 1.

Run with an interpreter that has jsonschema: /usr/bin/python3 -m pytest tests/schema_test.py
"""

import copy
import json
import math
import random
import statistics

import jsonschema
import made_up_report
import pytest
from program import ROOT
from report_helpers import EXAMPLES, SCHEMA_PATH, ReportError, check_fields, check_schema, example, google_compare, load_report
from script import run_script

from trafficbench_tools import visits


def refused_by_schema(report, word):
    """Asserts that the schema alone refuses `report`, with `word` in what it complains of."""
    with pytest.raises(ReportError, match=word):
        check_schema(report)


def test_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(json.loads(SCHEMA_PATH.read_text(encoding="utf-8")))


def test_every_object_of_the_schema_is_closed_or_meant_to_be_open():
    """A field that nobody defined is refused everywhere but where names are the user's, another tool's or a later program's."""
    open_on_purpose = {"axes", "job", "limits", "environment", "software", "parameters", "hints", "row"}

    def visit(node, name):
        if isinstance(node, list):
            for item in node:
                visit(item, name)
        if not isinstance(node, dict):
            return
        kind = node.get("type")
        if "object" in (kind if isinstance(kind, list) else [kind]):
            assert node.get("additionalProperties") is False or name in open_on_purpose, name
        for key, child in node.items():
            visit(child, key)

    visit(json.loads(SCHEMA_PATH.read_text(encoding="utf-8")), "report")


def test_there_is_an_example_of_every_kind():
    kinds = {path.stem for path in EXAMPLES}
    assert kinds == {
        "example-measured",
        "example-merged",
        "example-simulated",
        "example-closed-form",
        "example-failed",
        "example-io",
        "example-skipped",
        "example-ladder",
    }
    rows = [row for path in EXAMPLES for row in load_report(path)["benchmarks"]]
    assert {row["origin"] for row in rows} == {"measured", "simulated", "modelled"}
    assert {row["class"] for row in rows} == {"update", "closed-form", "io"}
    assert {row["interval_over"] for row in rows} == {"visits", None}
    assert any(len(set(row["sample_runs"])) > 1 for row in rows)
    assert {row["verified"] for row in rows} == {True, False, None}
    assert {row["count"] for row in rows} == {"every", "sampled"}
    assert {row["mode"] for row in rows} == {"strong", "weak"}
    assert len(example("merged")["context"]["runs"]) > 1


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_is_valid(path):
    load_report(path)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_says_that_it_is_one(path):
    context = load_report(path)["context"]
    for part in [context, *context["runs"]]:
        assert part["note"].startswith("Example")
    assert context["host_name"] == "example"
    assert all(run["host"].startswith("example") for run in context["runs"])


def test_optional_fields_are_all_shown_in_some_example():
    schema = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))["$defs"]["row"]
    shown = {field for path in EXAMPLES for row in load_report(path)["benchmarks"] for field in row}
    assert shown == set(schema["properties"])


def fields_of(node, name):
    """(what holds it, name, what the schema says of it) of every field that the schema defines, conditions left out."""
    for key, child in node.items():
        if isinstance(child, dict) and not name.endswith(("_rules", "_row", "no_rate", "no_ratio")):
            if key == "properties":
                yield from ((name, field, said) for field, said in child.items())
            if key not in ("if", "then", "else"):
                yield from fields_of(child, name if key in ("properties", "items", "$defs") else key)


def test_every_field_is_described():
    """The schema is where a field is looked up; docs/schema.md explains the structure."""
    found = list(fields_of(json.loads(SCHEMA_PATH.read_text(encoding="utf-8")), "report"))
    assert {"context", "run", "cpu", "visit", "nodes", "row", "phase_seconds", "model", "fit"} <= {holder for holder, _, _ in found}
    for holder, field, said in found:
        assert said.get("description", "").endswith("."), f"the schema does not describe {field} of {holder}"


# --- what the schema alone refuses -------------------------------------------------------------------------------------

SCHEMA = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))


@pytest.mark.parametrize("field", SCHEMA["$defs"]["row"]["required"])
def test_row_without_a_field_is_refused(field):
    report = example("measured")
    del report["benchmarks"][-1][field]
    refused_by_schema(report, field)


@pytest.mark.parametrize("field", SCHEMA["$defs"]["context"]["required"])
def test_context_without_a_field_is_refused(field):
    report = example("measured")
    del report["context"][field]
    refused_by_schema(report, field)


@pytest.mark.parametrize("field", SCHEMA["$defs"]["run"]["required"])
def test_run_without_a_field_is_refused(field):
    report = example("merged")
    del report["context"]["runs"][1][field]
    refused_by_schema(report, field)


@pytest.mark.parametrize(
    "part",
    [
        lambda report: report,
        lambda report: report["context"],
        lambda report: report["context"]["caches"][0],
        lambda report: report["context"]["runs"][0],
        lambda report: report["context"]["runs"][0]["cpu"],
        lambda report: report["context"]["runs"][0]["numa"][0],
        lambda report: report["context"]["runs"][0]["mpi"],
        lambda report: report["context"]["runs"][0]["visits"][0],
        lambda report: report["context"]["runs"][0]["visits"][0]["nodes"][0],
        lambda report: report["benchmarks"][3]["shares"],
        lambda report: report["benchmarks"][3]["rank_seconds"][0],
        lambda report: report["benchmarks"][3]["placement"][0],
        lambda report: report["fits"][0],
    ],
)
def test_unknown_field_is_refused(part):
    report = example("measured")
    part(report)["velocity"] = 1
    refused_by_schema(report, "velocity")


def test_unknown_field_of_a_row_is_passed_over_and_named(tmp_path):
    report = example("measured")
    report["benchmarks"][3]["velocity"] = {"none": [1e-300, "of our business"]}
    report["benchmarks"][4]["novel\n"] = None
    path = made_up_report.save(report, tmp_path / "report.json")
    assert load_report(path) == report
    done = run_script(ROOT / "scripts" / "check_report.py", path)
    assert done.returncode == 0 and not done.stderr
    assert done.stdout == f"{path}: 8 rows, valid; unknown fields, ignored: novel\\n, velocity\n"


SPREAD = {"min": 0.1, "median": 0.1, "max": 0.1}

# kind of example, row, field, value that it must not have, word in the complaint
WRONG_VALUES = [
    ("measured", 0, "class", "simulated", "simulated"),
    ("measured", 0, "class", "network", "null"),
    ("measured", 0, "class", "io", "null"),
    ("measured", 0, "class", "closed_form", "closed_form"),
    ("measured", 0, "origin", "guessed", "guessed"),
    ("measured", 0, "count", "none", "none"),
    ("measured", 0, "mode", None, "None"),
    ("measured", 0, "time_unit", "ms", "'ms'"),
    ("measured", 0, "run_type", "aggregate", "iteration"),
    ("measured", 0, "repetition_index", 1, "0 was expected"),
    ("measured", 0, "kernel", "tiled+threads", "tiled\\+threads"),
    ("measured", 0, "cells", 0, "minimum"),
    ("measured", 0, "cells", 1.5, "1.5"),
    ("measured", 0, "ranks", 0, "minimum"),
    ("measured", 0, "threads", "1", "'1'"),
    ("measured", 0, "density", 1.01, "maximum"),
    ("measured", 0, "init", "pattern:", "pattern"),
    ("measured", 0, "seed", -1, "minimum"),
    ("measured", 0, "name", "naive", "naive"),
    ("measured", 0, "samples", [], "\\[\\]"),
    ("measured", 0, "samples", [0.1, None], "None"),
    ("measured", 0, "samples", [0.1, 0], "0"),
    ("measured", 0, "sample_visits", [-1], "minimum"),
    ("measured", 0, "sample_visits", [0, 1, 2, -1, 3], "minimum"),
    ("measured", 0, "sample_visits", [0, 1, 2, 1.5, 3], "1.5"),
    ("measured", 0, "sample_visits", [0, 1, 2, None, 3], "None"),
    ("measured", 0, "sample_runs", [0.5], "0.5"),
    ("measured", 0, "sample_runs", None, "None"),
    ("measured", 0, "sample_steps", [100, 100, 0, 100], "minimum"),
    ("measured", 0, "samples", [0.1, 0.1, 0, 0.1], "0"),
    ("measured", 0, "samples", [0.1, 0.1, -0.1, 0.1], "minimum"),
    ("measured", 0, "samples", [0.1, 0.1, True, 0.1], "True"),
    ("measured", 1, "cpu_seconds", [0.1, 0.1, -0.1, 0.1], "minimum"),
    ("measured", 1, "sample_clock_hz", [2e9, 2e9, 0.0, 2e9], "minimum"),
    ("measured", 1, "rank_seconds", [SPREAD] * 4 + [{**SPREAD, "min": 0.0}], "0.0"),
    ("measured", 1, "rank_seconds", [SPREAD] * 4 + [{"min": 0.1, "median": 0.1}], "max"),
    ("measured", 1, "rank_seconds", [{"min": 0.1, "median": 0.1}] * 4, "max"),
    ("measured", 1, "rank_seconds", [{**SPREAD, "max": None}] * 4, "None"),
    ("measured", 0, "interval_over", None, "null|False schema"),
    ("measured", 0, "interval_over", "repetitions", "repetitions"),
    ("measured", 0, "mcops_best", None, "None"),
    ("measured", 0, "limit_mcops", None, "None"),
    ("measured", 0, "real_time", None, "None"),
    ("measured", 0, "real_time", 0, "0"),
    ("measured", 0, "mcops", None, "None"),
    ("measured", 0, "mcops", 0, "0"),
    ("measured", 0, "mcops_low", None, "number|null"),
    ("measured", 0, "mcops_high", None, "None"),
    ("measured", 0, "limit", None, "null"),
    ("measured", 0, "fraction_of_limit", None, "None"),
    ("measured", 0, "base", None, "null"),
    ("measured", 0, "base_mcops", None, "None"),
    ("measured", 0, "speedup", None, "None"),
    ("measured", 0, "efficiency", None, "None"),
    ("measured", 0, "ladder_base", None, "null"),
    ("measured", 0, "ladder_base_mcops", None, "None"),
    ("measured", 0, "ladder_speedup", None, "None"),
    ("measured", 0, "hash", "0123456789ABCDEF", "ABCDEF"),
    ("measured", 0, "hash", "0123", "0123"),
    ("measured", 0, "hash", None, "None"),
    ("measured", 0, "verified", None, "None"),
    ("measured", 0, "verified", "yes", "yes"),
    ("measured", 0, "verified", False, "error_occurred"),
    ("measured", 0, "verification", "none", "none"),
    ("measured", 0, "restarted", None, "None"),
    ("measured", 0, "stopped", None, "None"),
    ("measured", 0, "stopped", "precise", "precise"),
    ("measured", 0, "stopped", "failed", "False"),
    ("measured", 0, "placement", [], "\\[\\]"),
    ("measured", 0, "error_message", "odd", "error_occurred"),
    ("measured", 0, "skipped", "", "''|short"),
    ("measured", 0, "model", {"name": "smpi", "parameters": {"a": 1}, "calibrated_from": None}, "False schema"),
    ("measured", 0, "energy_source", "rapl", "energy_joules"),
    ("measured", 0, "energy_joules", 10.0, "updates_per_joule"),
    ("measured", 0, "energy_run_seconds", 5.0, "energy_run_steps|False schema"),
    ("measured", 0, "updates_per_joule", 1e9, "False schema"),
    ("merged", 3, "energy_joules", None, "False schema"),
    ("merged", 3, "energy_run_steps", 0, "minimum"),
    ("merged", 3, "energy_run_steps", 1.5, "1.5"),
    ("merged", 3, "energy_run_seconds", 0, "0"),
    ("merged", 3, "energy_run_seconds", None, "None"),
    ("merged", 3, "updates_per_joule", -1.0, "minimum|Minimum"),
    ("closed-form", 0, "updates_per_joule", 1e9, "False schema"),
    ("closed-form", 0, "energy_joules", 0, "0"),
    ("measured", 0, "warnings", ["slow"], "slow"),
    ("closed-form", 0, "mcops", 5e8, "null"),
    ("closed-form", 0, "cells_per_cycle", 100.0, "null"),
    ("closed-form", 0, "mcops_best", 5e8, "null"),
    ("closed-form", 0, "samples", [], "\\[\\]"),
    ("simulated", 0, "verified", True, "null"),
    ("simulated", 0, "hash", "0123456789abcdef", "null"),
    ("simulated", 0, "verification", "full", "none"),
    ("simulated", 0, "placement", [{"rank": 0, "thread": 0, "host": "example", "core": 0}], "null"),
    ("simulated", 0, "clock_hz", 2e9, "null"),
    ("simulated", 0, "cells_per_cycle", 500.0, "null"),
    ("simulated", 0, "stopped", "fixed", "null"),
    ("simulated", 0, "interval_over", "visits", "null"),
    ("simulated", 0, "origin", "measured", "False schema|null|boolean|string"),
    ("simulated", 0, "samples", [], "\\[\\]"),
    ("simulated", 3, "samples", [0.1], "too long"),
    ("simulated", 3, "energy_joules", 1.0, "null|updates_per_joule"),
    ("failed", 1, "verified", True, "False was expected"),
    ("skipped", 0, "real_time", 1.0, "null"),
    ("skipped", 0, "time_unit", "ns", "null"),
    ("skipped", 0, "interval_over", "visits", "null"),
    ("skipped", 0, "mcops_best", 1.0, "null"),
    ("skipped", 0, "run_type", "iteration", "aggregate"),
    ("skipped", 0, "samples", [0.1], "too long"),
    ("skipped", 0, "mcops", 1.0, "null"),
    ("skipped", 0, "verified", True, "null"),
    ("skipped", 0, "stopped", "fixed", "null"),
]


@pytest.mark.parametrize("kind, row, field, value, word", WRONG_VALUES)
def test_wrong_value_is_refused(kind, row, field, value, word):
    report = example(kind)
    assert report["benchmarks"][row].get(field) != value
    report["benchmarks"][row][field] = value
    refused_by_schema(report, word)


SPEEDUP = {"base_mcops": 1.0, "speedup": 1.0, "efficiency": 1.0, "base": "sweep/tiled/cells:1e8"}
LADDER = {"ladder_base_mcops": 1.0, "ladder_speedup": 1.0, "ladder_base": "sweep/naive/cells:1e8"}
LIMIT = {"fraction_of_limit": 0.5, "limit_mcops": 1.0, "limit": "ternary_logic"}


@pytest.mark.parametrize(
    "kind, row, fields",
    [
        ("closed-form", 0, SPEEDUP),
        ("closed-form", 0, LADDER),
        ("closed-form", 0, LIMIT),
        ("failed", 1, SPEEDUP),
        ("failed", 1, LADDER),
        ("skipped", 0, SPEEDUP),
        ("skipped", 0, LADDER),
        ("skipped", 0, LIMIT),
        ("simulated", 0, LIMIT),
    ],
)
def test_complete_group_is_refused_where_its_kind_has_none(kind, row, fields):
    report = example(kind)
    report["benchmarks"][row].update(fields)
    refused_by_schema(report, f"{list(fields)[-1]}: .* is not of type 'null'")


@pytest.mark.parametrize("kind, field", [("simulated", "model"), ("failed", "error_message"), ("skipped", "skipped")])
def test_row_without_a_field_that_its_kind_needs_is_refused(kind, field):
    report = example(kind)
    row = next(row for row in report["benchmarks"] if field in row)
    del row[field]
    with pytest.raises(ReportError):
        check_schema(report)


def test_interval_from_too_few_samples_is_refused():
    report = example("measured")
    row = report["benchmarks"][0]
    row["samples"] = row["samples"][:5]
    row["repetitions"] = 5
    refused_by_schema(report, "too short")


@pytest.mark.parametrize(
    "field, value",
    [
        ("json_schema_version", 2),
        ("trafficbench_schema", 1),
        ("trafficbench_schema", 3),
        ("trafficbench_schema", "2"),
        ("trafficbench_schema", None),
        ("executable", "other"),
        ("command", "guess"),
        ("date", "23 November"),
        ("date", "2000-01-01T00:00:00+01:00"),
        ("runs", []),
        ("num_cpus", 0),
    ],
)
def test_wrong_context_is_refused(field, value):
    report = example("measured")
    report["context"][field] = value
    with pytest.raises(ReportError, match=f"context/{field}"):
        check_schema(report)


# --- what it takes more than a schema to refuse ------------------------------------------------------------------------


def set_row(row, **fields):
    return lambda report: report["benchmarks"][row].update(fields)


def rename_base(report):
    report["benchmarks"][1]["base"] = "sweep/naive/cells:1e7"


def repeat_name(report):
    report["benchmarks"].append(copy.deepcopy(report["benchmarks"][0]))


def base_of_other_contract(report):
    other = next(row for row in report["benchmarks"] if row["count"] == "every" and row["kernel"] == "naive")
    report["benchmarks"][1]["base"] = other["name"]


def base_of_other_kernel(report):
    report["benchmarks"][3]["base"] = report["benchmarks"][0]["name"]


def ladder_base_of_two_cores(report):
    report["benchmarks"][3]["ladder_base"] = report["benchmarks"][1]["name"]


def base_failed(report):
    report["benchmarks"][0].update(
        {key: None for key in report["benchmarks"][0] if key.split("_")[0] in ("speedup", "efficiency", "base", "ladder")}
    )
    report["benchmarks"][0].update(verified=False, error_occurred=True, error_message="hash differs")


def place_samples(*places):
    """Of the first row, in place of where its last ones were made: (launch, visit)."""

    def damage(report):
        row = report["benchmarks"][0]
        for at, (run, visit) in enumerate(places, len(row["samples"]) - len(places)):
            row["sample_runs"][at], row["sample_visits"][at] = run, visit

    return damage


def shorten(row, field):
    return lambda report: report["benchmarks"][row].update({field: report["benchmarks"][row][field][:-1]})


def no_interval_of_the_time(report):
    for field in ("real_time_low", "real_time_high"):
        del report["benchmarks"][0][field]


def visit_that_was_not_made(report):
    for run in report["context"]["runs"]:
        del run["visits"][-1]


def sample_of_twice_the_steps(report):
    report["benchmarks"][2]["sample_steps"][3] *= 2


def slowest_rank_is_another(report):
    report["benchmarks"][3]["rank_seconds"][2]["max"] *= 1.1


def rank_times_out_of_order(report):
    report["benchmarks"][3]["rank_seconds"][2]["min"] = 1.0


def shares_beyond_one(report):
    report["benchmarks"][3]["shares"]["waiting"] = 0.5


def worker_twice(report):
    report["benchmarks"][3]["placement"][1]["rank"] = 0


def worker_beyond(report):
    report["benchmarks"][3]["placement"][1]["rank"] = 2


def fit_of_no_row(report):
    report["fits"][0]["rows"][0] = "sweep/tiled/cells:1e7"


def fit_short_of_residuals(report):
    report["fits"][0]["residuals"].append(0.0)


def fit_value_outside_interval(report):
    report["fits"][0]["parameters"]["serial_fraction"]["low"] = 0.05


INCONSISTENT = [
    (set_row(0, run_name="sweep/naive"), "run_name"),
    (set_row(0, iterations=99), "iterations"),
    (set_row(0, repetitions=7), "repetitions"),
    (shorten(0, "sample_visits"), "sample_visits"),
    (shorten(0, "sample_runs"), "sample_runs"),
    (shorten(0, "sample_steps"), "sample_steps"),
    (shorten(1, "rank_seconds"), "rank_seconds"),
    (shorten(1, "cpu_seconds"), "cpu_seconds"),
    (shorten(1, "sample_clock_hz"), "sample_clock_hz"),
    (place_samples((1, 0)), "context.runs"),
    (place_samples((0, 12)), "not one of those of run 0"),
    (visit_that_was_not_made, "not one of those of run 0"),
    # Out of order, and a visit that stands twice.
    (place_samples((0, 9), (0, 8)), "run 0, visit 8 after run 0, visit 9"),
    (place_samples((0, 0)), "run 0, visit 0 after"),
    (sample_of_twice_the_steps, "real_time"),
    (set_row(0, real_time=1.01e6), "median"),
    (set_row(0, real_time=1e8), "median"),
    (no_interval_of_the_time, "real_time_low is None"),
    (set_row(0, real_time_low=0.99e6), "real_time_low"),
    (set_row(0, real_time_high=1.01e6), "real_time_high"),
    (set_row(1, cpu_time=1e6), "cpu_time"),
    (set_row(1, clock_hz=2.1e9, cells_per_cycle=1953.125e6 / 2.1e9 / 2), "sample_clock_hz"),
    (set_row(0, interval_over="launches"), "interval_over"),
    (set_row(0, mcops=1001.0), "mcops"),
    (set_row(0, mcops_low=981.0), "mcops_low"),
    (set_row(0, mcops_high=1010.0), "mcops_high"),
    (set_row(0, mcops_low=1000.5), "mcops_low"),
    (set_row(0, mcops_high=999.5), "mcops_high"),
    (set_row(0, mcops_low=None, mcops_high=None), "mcops_low is None"),
    (set_row(0, mcops_best=1000.0), "mcops_best"),
    (set_row(0, cells_per_cycle=1.0), "cells_per_cycle"),
    (set_row(0, cells_per_cycle=None), "clock_hz without cells_per_cycle"),
    (set_row(0, clock_hz=None), "clock_hz"),
    (set_row(0, limit="unheard-of"), "limits"),
    (set_row(0, limit_mcops=1000.0), "fraction_of_limit"),
    (set_row(0, fraction_of_limit=0.5), "fraction_of_limit"),
    (set_row(0, energy_joules=2.0, energy_source="rapl", updates_per_joule=1.0), "updates_per_joule"),
    (set_row(1, base_mcops=1001.0), "base_mcops"),
    (set_row(1, speedup=1.9), "speedup"),
    (set_row(1, speedup_low=3.0), "speedup_low"),
    (set_row(1, speedup_low=1.9), "speedup_low"),
    (set_row(1, speedup_low=None, speedup_high=None), "speedup_low is None"),
    (set_row(1, efficiency=0.5), "efficiency"),
    (set_row(1, efficiency_high=0.99), "efficiency_high"),
    (set_row(1, ladder_base_mcops=1001.0), "ladder_base_mcops"),
    (set_row(1, ladder_speedup_high=0.1), "ladder_speedup"),
    (set_row(1, ladder_speedup_high=3.0), "ladder_speedup_high"),
    (rename_base, "not a row"),
    (repeat_name, "twice"),
    (base_of_other_contract, "count"),
    (base_of_other_kernel, "kernel"),
    (ladder_base_of_two_cores, "one core"),
    (base_failed, "failed verification"),
    (slowest_rank_is_another, "slowest"),
    (rank_times_out_of_order, "min <= median <= max"),
    (shares_beyond_one, "shares"),
    (worker_twice, "twice"),
    (worker_beyond, "placement"),
    (fit_of_no_row, "not a row"),
    (fit_short_of_residuals, "residuals"),
    (fit_value_outside_interval, "serial_fraction"),
]


def with_nodes(**changes):
    """Gives the report two nodes, the second of them changed."""

    def damage(report):
        node = {"host": "a", "ranks": 1, "kernel_ratio": 1.0, "kernel_ratio_low": 0.9, "kernel_ratio_high": 1.1,
                "interval_over": "visits", "visits": 6}  # fmt: skip
        report["context"]["nodes"] = [node, {**node, "host": "b", **changes}]

    return damage


INCONSISTENT += [
    (with_nodes(host="a"), "a node appears twice"),
    (with_nodes(interval_over=None), "part of an interval"),
    (with_nodes(kernel_ratio_low=None), "part of an interval"),
    (with_nodes(kernel_ratio=1.2), "kernel_ratio <="),
    (with_nodes(kernel_ratio=0.8), "<= kernel_ratio"),
]


def test_nodes_that_agree_are_taken():
    report = example("measured")
    with_nodes()(report)
    check_schema(report)
    check_fields(report)


@pytest.mark.parametrize("damage, word", INCONSISTENT)
def test_inconsistent_report_is_refused(damage, word):
    report = example("measured")
    damage(report)
    check_schema(report)  # else the schema would do, and this test would show nothing
    with pytest.raises(ReportError, match=word):
        check_fields(report)


def placed(many, launches=1):
    """A made-up report of so many visits, spread over so many launches in their order."""
    report = made_up_report.make(visits=many, shapes=((1, 1), (2, 1)), counts=("every",))
    launch = report["context"]["runs"][0]
    report["context"]["runs"] = [copy.deepcopy(launch) for _ in range(launches)]
    for row in report["benchmarks"]:
        row["sample_runs"] = [visit * launches // many for visit in row["sample_visits"]]
        made_up_report.add_rates(row)
    made_up_report.add_ratios(report["benchmarks"], "strong")
    return report


# how many visits and launches, what the interval is over, index of its ends among the ordered medians of visits or launches
OVER = [(1, 1, None, None), (5, 5, None, None), (6, 1, "visits", 0), (9, 1, "visits", 1), (10, 5, "visits", 1),
        (12, 6, "launches", 0), (17, 8, "launches", 0)]  # fmt: skip


@pytest.mark.parametrize("many, launches, over, end", OVER)
def test_what_an_interval_is_over(many, launches, over, end):
    report = placed(many, launches)
    check_schema(report)
    check_fields(report)
    for row in report["benchmarks"]:
        assert row["interval_over"] == over
        if over is None:
            assert row["mcops_low"] is row["speedup_low"] is row["ladder_speedup_high"] is None and "real_time_low" not in row
            continue
        seconds = [sum(row["samples"][2 * i : 2 * i + 2]) / 2 / row["sample_steps"][0] for i in range(many)]
        if over == "launches":
            of_launch = [[seconds[i] for i in range(many) if row["sample_runs"][2 * i] == run] for run in range(launches)]
            values = sorted(statistics.median(of_one) for of_one in of_launch)
        else:
            values = sorted(seconds)
        middle = statistics.median(seconds)
        assert row["real_time"] == pytest.approx(1e9 * middle)
        assert row["real_time_low"] == pytest.approx(1e9 * min(values[end], middle))
        assert row["real_time_high"] == pytest.approx(1e9 * max(values[-1 - end], middle))


def test_ends_of_an_interval_are_those_of_the_binomial_distribution():
    expected = json.loads((ROOT / "tests" / "expected" / "statistics.json").read_text(encoding="utf-8"))["median_interval"]
    ranks = {case["n"]: case["low_rank"] for case in expected}
    # As many as a sweep may have of visits, by whole numbers.
    tail, rank = 0, 0
    while (tail + math.comb(3000, rank)) * 40 <= 2**3000:
        tail, rank = tail + math.comb(3000, rank), rank + 1
    for many, low in {**ranks, 3000: rank}.items():
        values = list(range(1, many + 1))
        random.Random(many).shuffle(values)
        assert visits.median_interval(values) == (low, many + 1 - low)


def test_ratio_is_over_the_visits_that_both_rows_share():
    report = placed(8)
    base, row = report["benchmarks"][0], report["benchmarks"][3]
    assert row["base"] == base["name"] and row["base_mcops"] == pytest.approx(base["mcops"])
    # The base was measured twice more, when something slowed it by half.
    base["samples"] += [1.5 * base["samples"][-1]] * 4
    base["sample_visits"] += [8, 8, 9, 9]
    report["context"]["runs"][0]["visits"] *= 2
    for field in ("sample_runs", "sample_steps", "sample_clock_hz"):
        base[field] += base[field][-4:]
    base["rank_seconds"] = []
    base["repetitions"] = len(base["samples"])
    before = {field: row[field] for field in ("base_mcops", "speedup", "speedup_low", "speedup_high", "efficiency")}
    made_up_report.add_rates(base)
    made_up_report.add_ratios(report["benchmarks"], "strong")
    assert base["mcops"] < base["base_mcops"] * (1 + 1e-9) and {field: row[field] for field in before} == before
    check_schema(report)
    check_fields(report)
    row["base_mcops"] = base["mcops"]
    with pytest.raises(ReportError, match="base_mcops"):
        check_fields(report)


def test_ratio_of_rows_that_share_no_visit_is_that_of_their_rates():
    report = placed(8)
    base, row = report["benchmarks"][0], report["benchmarks"][3]
    row["sample_runs"] = [1] * len(row["samples"])
    report["context"]["runs"] *= 2
    with pytest.raises(ReportError, match="speedup|base_mcops"):
        check_fields(report)
    made_up_report.add_ratios(report["benchmarks"], "strong")
    check_fields(report)
    assert row["speedup"] == row["mcops"] / base["mcops"] and row["speedup_low"] == row["mcops_low"] / base["mcops_high"]


def test_row_of_messages_or_files_has_the_time_of_a_repetition():
    for kind in ("closed-form", "network", "io"):
        report = example("io" if kind == "io" else "closed-form")
        for row in report["benchmarks"][:2]:
            row["class"] = kind
        check_schema(report)
        check_fields(report)
        report["benchmarks"][0]["iterations"] = report["benchmarks"][0]["steps"] + 1
        with pytest.raises(ReportError, match="expected 1, since no cells are updated"):
            check_fields(report)


def test_limit_may_be_that_of_any_launch_of_the_row():
    report = example("merged")
    for run in (1, 0):
        report["context"]["runs"][run]["limits"] = None
        assert set(report["benchmarks"][0]["sample_runs"]) == {0, 1}
        if run == 1:
            report["benchmarks"] = report["benchmarks"][0::2]  # the others are of launch 1 alone
            check_fields(report)
    with pytest.raises(ReportError, match="limits of its runs"):
        check_fields(report)


@pytest.mark.parametrize(
    "old, new, word",
    [
        ('"mcops": 1000.0', '"mcops": NaN', "NaN"),
        ('"mcops": 1000.0', '"mcops": -Infinity', "Infinity"),
        ('"mcops": 1000.0', '"mcops": 1e999', "1e999"),
        ('"mcops": 1000.0', '"mcops": 1000.0, "mcops": 1000.0', "'mcops' appears twice"),
        ('"cells": 1000000', '"cells": 1' + 400 * "0", "beyond the range"),
        ('"cells": 1000000', '"cells": 1' + 5000 * "0", "beyond the range"),
        ('"cells": 1000000', '"cells": 1' + 300 * "0", "at most 1e[+]30"),
        ('"cells": 1000000', '"cells": 1' + 25 * "0", "not of type 'integer'"),
        ('"mcops": 1000.0', '"mcops": 1e31', "at most 1e[+]30"),
        ('"axes": {', '"axes": {"deep": ' + 70 * "[" + 70 * "]" + ",", "64 levels"),
        ('"sample_visits": [0', '"sample_visits": [0.0', "not of type 'integer'"),
        ('"host": "example', '"host": "\\ud800', "unpaired UTF-16 surrogate"),
        ('"axes": {', '"axes": {"\\uDFFF": 1,', "unpaired UTF-16 surrogate"),
        ('"benchmarks"', '"benchmark"', "benchmark"),
        ('"context": {', '"context": [', "not JSON"),
    ],
)
def test_text_that_is_no_report_is_refused(tmp_path, old, new, word):
    text = (SCHEMA_PATH.parent / "example-measured.json").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "report.json"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ReportError, match=word) as caught:
        load_report(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"context": {}, "benchmarks": []}', "[" * 100000])
def test_something_else_is_refused(tmp_path, text):
    path = tmp_path / "report.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReportError):
        load_report(path)


def test_every_truncation_is_refused(tmp_path):
    text = (SCHEMA_PATH.parent / "example-failed.json").read_text(encoding="utf-8").rstrip()
    path = tmp_path / "report.json"
    for length in range(0, len(text), 97):
        path.write_text(text[:length], encoding="utf-8")
        with pytest.raises(ReportError):
            load_report(path)


def test_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ReportError, match="cannot be read"):
        load_report(tmp_path / "nothing.json")


def test_as_a_program_it_checks_files(tmp_path):
    script = ROOT / "scripts" / "check_report.py"
    good = run_script(script, *EXAMPLES)
    assert good.returncode == 0, good.stderr
    assert all(line.endswith(" rows, valid") for line in good.stdout.splitlines())
    assert len(good.stdout.splitlines()) == len(EXAMPLES)
    bad = tmp_path / "report.json"
    bad.write_text("{}", encoding="utf-8")
    refused = run_script(script, bad)
    assert refused.returncode == 1 and len(refused.stderr.splitlines()) == 1, refused.stderr
    assert run_script(script).returncode == 2


# --- Google Benchmark's compare.py -------------------------------------------------------------------------------------


def test_every_row_has_what_google_benchmark_reads():
    """compare.py of Google Benchmark 1.7 adds up real_time and cpu_time of all rows but aggregates."""
    for path in EXAMPLES:
        for row in load_report(path)["benchmarks"]:
            if row["run_type"] == "aggregate":
                assert row["time_unit"] is None
            else:
                assert row["real_time"] > 0 and row["cpu_time"] >= 0 and row["time_unit"] == "ns"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_google_compare_reads_the_example(path):
    table = google_compare(path, path)
    for row in load_report(path)["benchmarks"]:
        assert (row["name"] in table) == ("skipped" not in row)
    assert "OVERALL_GEOMEAN" in table


def test_google_compare_finds_a_change_and_passes_over_a_point_skipped_on_one_side(tmp_path):
    old = example("closed-form")
    new = copy.deepcopy(old)
    slower = new["benchmarks"][0]
    slower["samples"] = [2 * sample for sample in slower["samples"]]
    for field in ("real_time", "real_time_low", "real_time_high"):
        slower[field] *= 2
    gone = example("skipped")["benchmarks"][0]
    gone["name"] = gone["run_name"] = new["benchmarks"][2]["name"]
    new["benchmarks"][2] = gone
    for name, report in [("old.json", old), ("new.json", new)]:
        (tmp_path / name).write_text(json.dumps(report), encoding="utf-8")
        load_report(tmp_path / name)
    for first, second, change in [("old", "new", "+1.0000"), ("new", "old", "-0.5000")]:
        table = google_compare(tmp_path / f"{first}.json", tmp_path / f"{second}.json")
        lines = [line for line in table.splitlines() if line.startswith(slower["name"] + " ")]
        assert len(lines) == 1 and change in lines[0]
        assert gone["name"] not in table
