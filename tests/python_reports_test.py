"""The Python module's tables of reports, its sweeps, and the examples of docs/python.md.

Run: TRAFFICBENCH_BUILD=build/release /usr/bin/python3 -m pytest tests/python_reports_test.py
"""

import json
import os
import re
import signal
import subprocess
import sys

import pandas
import pytest
from program import ROOT, ended, environment, needs_ranks, start, wait_until, write_executable
from python_module import FOLDER, package

tb = package()

EXAMPLES = sorted((ROOT / "results" / "schema").glob("example-*.json"))
QUICK = {"visits": 1, "rounds": 1, "spacing": 0, "steps": 20}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_report_is_a_table(path):
    table = tb.read_report(path)
    rows = json.loads(path.read_text(encoding="utf-8"))["benchmarks"]
    assert list(table["report"]) == [str(path)] * len(rows)
    assert list(table["name"]) == [row["name"] for row in rows]
    for row, found in zip(rows, table.to_dict("records")):
        for field in ("cells", "ranks", "kernel", "count", "verified"):
            assert found[field] == row[field]
        for field in {"mcops", "mcops_low", "mcops_best"} & set(row):
            assert found[field] == row[field] if row[field] is not None else pandas.isna(found[field])
    assert not any(isinstance(value, (list, dict)) for column in table for value in table[column])


def test_several_reports_are_one_table():
    table = tb.read_report([str(path) for path in EXAMPLES])
    assert len(table) == sum(len(tb.read_report(path)) for path in EXAMPLES)
    assert table["report"].nunique() == len(EXAMPLES)
    assert table.attrs["units"]["mcops"] == "10^6 cells/s" and table.attrs["units"]["mebibytes_per_second"] == "2^20 bytes/s"


def test_units_are_those_of_the_schema():
    from trafficbench._reports import UNITS

    schema = json.loads((ROOT / "results" / "schema" / "report.schema.json").read_text(encoding="utf-8"))
    written = {name: field["unit"] for name, field in schema["$defs"]["row"]["properties"].items() if "unit" in field}
    # Of what is one value: lists, samples among them, are no columns.
    values = tb.read_report([str(path) for path in EXAMPLES]).columns
    assert len(UNITS) > 20
    assert {name: unit for name, unit in written.items() if name in values} == UNITS


@pytest.mark.parametrize("what", ["missing", "text", "others", "wrong", "folder", "none", "number"])
def test_what_is_no_report_is_refused(what, tmp_path):
    path = tmp_path / "report.json"
    given, kind = path, ValueError
    if what == "text":
        path.write_text("not JSON", encoding="utf-8")
    elif what == "others":
        path.write_text('{"benchmarks": []}', encoding="utf-8")
    elif what == "wrong":
        report = json.loads(EXAMPLES[0].read_text(encoding="utf-8"))
        report["benchmarks"][0]["ranks"] = 0
        path.write_text(json.dumps(report), encoding="utf-8")
    elif what == "folder":
        given = tmp_path
    elif what == "none":
        given = []
    elif what == "number":
        given, kind = [3.5], TypeError
    with pytest.raises(kind) as caught:
        tb.read_report(given)
    assert "\n" not in str(caught.value)


def test_a_sweep_runs_the_program(tmp_path):
    kept = tmp_path / "kept.json"
    table = tb.sweep(kernels=["naive", "tiled"], cells=[1000, 5000], threads=1, count="every", output=kept, **QUICK)
    assert len(table) == 4 and table["verified"].all() and set(table["kernel"]) == {"naive", "tiled"}
    assert tb.read_report(kept).drop(columns="report").equals(table.drop(columns="report"))


def test_a_sweep_starts_its_ranks():
    needs_ranks()
    table = tb.sweep(kernels="tiled", cells=1000, threads=1, ranks=[1, 2], count="every", oversubscribe=True, **QUICK)
    assert sorted(table["ranks"]) == [1, 2] and table["verified"].all()


def test_a_sweep_refuses_what_the_program_refuses(tmp_path):
    with pytest.raises(ValueError, match="kernel 'fast' is unknown"):
        tb.sweep(kernels="fast", **QUICK)
    with pytest.raises(ValueError, match="--no-such"):
        tb.sweep(no_such=1)
    with pytest.raises(FileNotFoundError, match="does not start"):
        tb.sweep(program=tmp_path / "nothing")
    failing = write_executable(tmp_path / "failing", "#!/bin/sh\necho 'trafficbench: the disk is full' >&2\nexit 1\n")
    with pytest.raises(RuntimeError, match="the disk is full"):
        tb.sweep(program=failing)


def test_an_interrupt_ends_a_sweep(tmp_path):
    code = """
import sys, trafficbench as tb
try:
    tb.sweep(kernels="naive", cells=1000, threads=1, spacing=600, output=sys.argv[1])
except KeyboardInterrupt:
    print("interrupted")
"""
    report = tmp_path / "report.json"
    child = subprocess.Popen([sys.executable, "-c", code, report], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             env=environment({"PYTHONPATH": str(FOLDER)}))  # fmt: skip
    with child:
        wait_until(lambda: (tmp_path / "report.json.journal").exists() or child.poll() is not None, "the sweep began")
        child.send_signal(signal.SIGINT)
        out, err = ended(child)
    assert out == "interrupted\n", out + err
    assert not os.path.exists(report)


BLOCKS = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs" / "python.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
# The program of several ranks has its file's name in its first line.
PROGRAMS = {match[1]: block for block in BLOCKS if (match := re.match(r"# (\w+\.py)$", block.splitlines()[0]))}


def test_the_examples_of_the_page_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").symlink_to(ROOT / "results")
    blocks = [block for block in BLOCKS if block not in PROGRAMS.values()]
    assert len(blocks) >= 4
    names = {}
    for block in blocks:  # as a reader would, one after the other
        exec(compile(block, "docs/python.md", "exec"), names)


def test_the_program_of_the_page_runs_on_ranks(tmp_path):
    from trafficbench._suite import tools

    launcher, why = tools("ladder.rungs").launcher_of_mpi4py(sys.executable)
    assert launcher, why
    assert list(PROGRAMS) == ["ring.py"]
    (tmp_path / "ring.py").write_text(PROGRAMS["ring.py"], encoding="utf-8")
    done = start([*launcher, 2, sys.executable, tmp_path / "ring.py"], env={"PYTHONPATH": str(FOLDER)})
    velocity = tb.Road(10_240_000, kernel="leap", threads=1).advance(100)[-1] / tb.Road(10_240_000, kernel="leap", threads=1).cars
    assert done.returncode == 0 and done.stdout == f"{velocity:.6f}\n", done.stdout + done.stderr
