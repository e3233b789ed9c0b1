"""A new kernel is its file and its line in the registry: the program built with the example of docs/kernels.md by these two."""

import json

import pytest
from program import BUILD, ONE_VISIT, ROOT, start
from report_helpers import data_of, needs_module
from script import run_script

PROGRAM = BUILD / "bin" / "trafficbench_with_example"


def succeed(*arguments, cwd=None):
    done = start([PROGRAM, *arguments], cwd=cwd)
    assert done.returncode == 0, f"{arguments}: status {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("new_kernel")
    succeed("sweep", "--kernels", "naive,example,tiled,leap", "--cells", "1e4,1e5", "--threads", "1,2", "--oversubscribe",
            *ONE_VISIT, "--min-seconds", 0.001, "--output", "report.json", cwd=folder)
    return json.loads((folder / "report.json").read_text(encoding="utf-8"))


def test_it_is_listed_among_the_others_by_speed():
    names = [each["name"] for each in json.loads(succeed("list", "--json"))["kernels"]]
    place = names.index("example")
    forms = [form for kernel in ("naive", "example", "branchless") for form in (kernel, f"{kernel}+threads")]
    assert names[place - 2 : place + 4] == forms


def test_run_and_check_take_it():
    succeed("run", "--kernel", "example", "--cells", 1000)
    succeed("check", "--kernels", "example", "--cases", 20, "--quick")


def test_its_rows_are_verified_and_have_a_rate_and_ratios(report):
    rows = [row for row in report["benchmarks"] if row["kernel"] == "example"]
    assert len(rows) == 2 * 2 * 2
    for row in rows:
        assert row["verified"] and row["mcops"] > 0 and row["limit"]
        assert row["base"].startswith("sweep/example/") and row["ladder_base"].startswith("sweep/naive/")


def test_its_rows_say_rung_memory_and_choices(report):
    rows = {row["kernel"]: row for row in report["benchmarks"]}
    assert [rows[kernel]["rung"] for kernel in ("naive", "example", "tiled", "leap")] == [0, 1, 5, 7]
    assert [rows[kernel]["bits_per_cell"] for kernel in ("naive", "example", "tiled", "leap")] == [64, 1, 1, 1]
    # The example has nothing to choose.
    assert "configuration" not in rows["example"] and " bits; " in rows["tiled"]["configuration"]


def test_it_is_plotted_on_its_rung(report, tmp_path):
    needs_module("plotly")
    (tmp_path / "report.json").write_text(json.dumps(report), encoding="utf-8")
    done = run_script(ROOT / "scripts" / "report.py", "report.json", "--output", "page.html", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    data = data_of((tmp_path / "page.html").read_text(encoding="utf-8"))
    views = [view for panel in data["panels"] for view in panel["views"]]
    ladders = [view["categories"] for view in views if "example" in view["categories"]]
    assert ladders and all(categories == ["naive", "example", "tiled"] for categories in ladders)
    drawn = [series for view in views for series in view["series"] if series["label"] == "example"]
    assert drawn and all(series["marks"] and series["colour"] in data["palette"] for series in drawn)
