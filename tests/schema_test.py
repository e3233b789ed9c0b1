"""The schema and the checks beside it: every example is accepted, every damaged one is refused for the right reason.

Run with an interpreter that has jsonschema: /usr/bin/python3 -m pytest tests/schema_test.py
"""

import copy
import json

import jsonschema
import pytest
from program import ROOT
from report_helpers import SCHEMA_PATH, ReportError, check_fields, check_schema, example, google_compare, load_report
from script import run_script

EXAMPLES = sorted(SCHEMA_PATH.parent.glob("example-*.json"))


def refused_by_schema(report, word):
    """Asserts that the schema alone refuses `report`, with `word` in what it complains of."""
    with pytest.raises(ReportError, match=word):
        check_schema(report)


def test_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(json.loads(SCHEMA_PATH.read_text(encoding="utf-8")))


def test_every_object_of_the_schema_is_closed_or_meant_to_be_open():
    """A field that nobody defined is refused everywhere but where names are the user's or another tool's."""
    open_on_purpose = {"axes", "job", "limits", "environment", "software", "parameters"}

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
        "example-skipped",
        "example-ladder",
    }
    rows = [row for path in EXAMPLES for row in load_report(path)["benchmarks"]]
    assert {row["origin"] for row in rows} == {"measured", "simulated", "modelled"}
    assert {row["class"] for row in rows} == {"update", "closed-form"}
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


def test_docs_name_every_field():
    text = (SCHEMA_PATH.parents[2] / "docs" / "schema.md").read_text(encoding="utf-8")
    definitions = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))["$defs"]
    for part in ["context", "run", "row", "model", "fit"]:
        for field in definitions[part]["properties"]:
            assert f"`{field}`" in text, f"docs/schema.md does not explain {field} of {part}"


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
        lambda report: report["benchmarks"][3],
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


# kind of example, row, field, value that it must not have, word in the complaint
WRONG_VALUES = [
    ("measured", 0, "class", "simulated", "simulated"),
    ("measured", 0, "class", "closed_form", "closed_form"),
    ("measured", 0, "origin", "guessed", "guessed"),
    ("measured", 0, "count", "none", "none"),
    ("measured", 0, "mode", None, "None"),
    ("measured", 0, "time_unit", "s", "'s'"),
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
    ("measured", 0, "stopped", "tired", "tired"),
    ("measured", 0, "stopped", "failed", "False"),
    ("measured", 0, "placement", [], "\\[\\]"),
    ("measured", 0, "run", -1, "minimum"),
    ("measured", 0, "run", 0.5, "0.5"),
    ("measured", 0, "run", None, "None"),
    ("measured", 0, "error_message", "odd", "error_occurred"),
    ("measured", 0, "skipped", "", "''|short"),
    ("measured", 0, "model", {"name": "smpi", "parameters": {"a": 1}, "calibrated_from": None}, "False schema"),
    ("measured", 0, "energy_source", "rapl", "energy_joules"),
    ("measured", 0, "warnings", ["slow"], "slow"),
    ("closed-form", 0, "mcops", 5e8, "null"),
    ("closed-form", 0, "cells_per_cycle", 100.0, "null"),
    ("closed-form", 0, "samples", [], "\\[\\]"),
    ("simulated", 0, "verified", True, "null"),
    ("simulated", 0, "hash", "0123456789abcdef", "null"),
    ("simulated", 0, "verification", "full", "none"),
    ("simulated", 0, "placement", [{"rank": 0, "thread": 0, "host": "example", "core": 0}], "null"),
    ("simulated", 0, "clock_hz", 2e9, "null"),
    ("simulated", 0, "cells_per_cycle", 500.0, "null"),
    ("simulated", 0, "stopped", "fixed", "null"),
    ("simulated", 0, "origin", "measured", "False schema|null|boolean|string"),
    ("simulated", 0, "samples", [], "\\[\\]"),
    ("simulated", 3, "samples", [0.1], "too long"),
    ("simulated", 3, "energy_joules", 1.0, "null"),
    ("failed", 1, "verified", True, "False was expected"),
    ("skipped", 0, "real_time", 1.0, "null"),
    ("skipped", 0, "time_unit", "ms", "null"),
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
LIMIT = {"fraction_of_limit": 0.5, "limit": "ternary_logic"}


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
    for key in ("base_samples", "base_steps"):
        del report["benchmarks"][0][key]


def base_made_other_steps(report):
    report["benchmarks"][1]["base_steps"] *= 2


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
    (set_row(0, run=1), "context.runs"),
    (set_row(0, run_name="sweep/naive"), "run_name"),
    (set_row(0, iterations=99), "iterations"),
    (set_row(0, repetitions=7), "repetitions"),
    (set_row(0, real_time=101.0), "median"),
    (set_row(0, real_time=0.1), "median"),
    (set_row(0, mcops=1001.0), "mcops"),
    (set_row(0, mcops_low=1000.5), "mcops_low"),
    (set_row(0, mcops_high=999.5), "mcops_high"),
    (set_row(0, cells_per_cycle=1.0), "cells_per_cycle"),
    (set_row(0, clock_hz=None), "clock_hz"),
    (set_row(0, limit="unheard-of"), "limits"),
    (set_row(0, rounds=[0, 1]), "rounds"),
    (set_row(0, rounds=[7, 6, 5, 4, 3, 2, 1, 0]), "rounds"),
    (set_row(1, speedup_low=3.0), "speedup_low"),
    (set_row(1, efficiency=0.5), "efficiency"),
    (set_row(1, ladder_speedup_high=0.1), "ladder_speedup"),
    (rename_base, "not a row"),
    (repeat_name, "twice"),
    (base_of_other_contract, "count"),
    (base_of_other_kernel, "kernel"),
    (ladder_base_of_two_cores, "one core"),
    (base_failed, "failed verification"),
    (base_made_other_steps, "base_mcops is not"),
    (slowest_rank_is_another, "slowest"),
    (rank_times_out_of_order, "min <= median <= max"),
    (shares_beyond_one, "shares"),
    (worker_twice, "twice"),
    (worker_beyond, "placement"),
    (fit_of_no_row, "not a row"),
    (fit_short_of_residuals, "residuals"),
    (fit_value_outside_interval, "serial_fraction"),
]


@pytest.mark.parametrize("damage, word", INCONSISTENT)
def test_inconsistent_report_is_refused(damage, word):
    report = example("measured")
    damage(report)
    check_schema(report)  # else the schema would do, and this test would show nothing
    with pytest.raises(ReportError, match=word):
        check_fields(report)


@pytest.mark.parametrize(
    "old, new, word",
    [
        ('"mcops": 1000.0', '"mcops": NaN', "NaN"),
        ('"mcops": 1000.0', '"mcops": -Infinity', "Infinity"),
        ('"mcops": 1000.0', '"mcops": 1e999', "1e999"),
        ('"mcops": 1000.0', '"mcops": 1000.0, "mcops": 1000.0', "'mcops' stands twice"),
        ('"cells": 1000000', '"cells": 1' + 400 * "0", "beyond the range"),
        ('"cells": 1000000', '"cells": 1' + 5000 * "0", "beyond the range"),
        ('"cells": 1000000', '"cells": 1' + 300 * "0", "at most 1e[+]30"),
        ('"cells": 1000000', '"cells": 1' + 25 * "0", "not of type 'integer'"),
        ('"mcops": 1000.0', '"mcops": 1e31', "at most 1e[+]30"),
        ('"axes": {', '"axes": {"deep": ' + 70 * "[" + 70 * "]" + ",", "64 levels"),
        ('"run": 0', '"run": 0.0', "not of type 'integer'"),
        ('"host": "example', '"host": "\\ud800', "half of a UTF-16 pair"),
        ('"axes": {', '"axes": {"\\uDFFF": 1,', "half of a UTF-16 pair"),
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
                assert row["real_time"] > 0 and row["cpu_time"] >= 0 and row["time_unit"] == "ms"


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
