"""scripts/report.py on the command line: what it makes, what it refuses, and with which exit status.

Run: /usr/bin/python3 -m pytest tests/report_script_test.py
"""

import json
import os
import re
import signal
import subprocess
import sys
import time

import made_up_report
import pytest
from program import ROOT, ended, one_line_of, start, write_executable
from report_helpers import SCHEMA_PATH, data_of, example, needs_module
from script import run_script

from trafficbench_tools.errors import FailedUnderWay
from trafficbench_tools.report import loading

SCRIPT = ROOT / "scripts" / "report.py"
EXAMPLES = SCHEMA_PATH.parent


def call(*arguments):
    return run_script(SCRIPT, *arguments)


def refused(done, *words):
    """One line that says what is wrong, status 2, no traceback."""
    line = one_line_of(done, "report.py")
    assert not done.stdout and all(word in line for word in words), f"not {words} in: {line}\n{done.stdout}"


def page_of(*arguments, folder, status=0):
    needs_module("plotly")
    path = folder / "page.html"
    done = call(*arguments, "--output", path)
    assert done.returncode == status, done.stderr
    return path.read_text(encoding="utf-8"), done


def test_help_is_complete():
    done = call("--help")
    assert done.returncode == 0
    for part in (
        "--output",
        "--figures",
        "--lint",
        "--only",
        "--reason",
        "--force",
        "--all-plots",
        "--all-views",
        "--quiet",
        "Examples:",
        "Exit status:",
    ):
        assert part in done.stdout


@pytest.mark.parametrize("kind", ["measured", "merged", "simulated", "closed-form", "skipped", "ladder", "io"])
def test_page_of_each_kind_of_report_needs_no_network(tmp_path, kind):
    text, done = page_of(EXAMPLES / f"example-{kind}.json", folder=tmp_path)
    report = example(kind)
    data = data_of(text)
    assert len(data["rows"]) == len(report["benchmarks"]) and data["panels"]
    assert f"{len(report['benchmarks'])} rows" in done.stdout
    for outside in ('src="http', "src='http", 'href="http://', "@import", "url(http", 'rel="stylesheet"'):
        assert outside not in text
    assert "{{" not in text.split("<script")[0]
    # The made-up note is on the page: nobody takes an example for a measurement.
    assert "Example, made up" in text


def test_measured_rows_come_before_simulated_ones_whatever_the_order_of_the_files(tmp_path):
    text, _ = page_of(EXAMPLES / "example-simulated.json", EXAMPLES / "example-measured.json", folder=tmp_path)
    data = data_of(text)
    origin = [column["key"] for column in data["columns"]].index("origin")
    origins = [row[origin] == "measured" for row in data["rows"]]
    assert origins == sorted(origins, reverse=True) and len(set(origins)) == 2
    where = text.split('<section id="where">')[1]
    assert where.index("example-measured, launch") < where.index("example-simulated, launch")


def test_numbers_of_the_table_are_those_of_the_file(tmp_path):
    path = EXAMPLES / "example-measured.json"
    text, _ = page_of(path, folder=tmp_path)
    data = data_of(text)
    keys = [column["key"] for column in data["columns"]] + data["details"]
    rows = example("measured")["benchmarks"]
    own = {
        "status", "visits", "plots", "report", "placement", "samples", "beyond_110_percent", "seed", "base", "ladder_base"
    }  # fmt: skip
    for shown, row in zip(data["rows"], rows):
        cells = dict(zip(keys, shown))
        for key in keys:
            if key not in own:
                assert cells[key] == row.get(key), key
        shown = [(launch, visit, steps, one) for launch, visit, steps, seconds in cells["samples"] for one in seconds]
        in_file = list(zip(row["sample_runs"], row["sample_visits"], row["sample_steps"], row["samples"]))
        assert [one[:3] for one in shown] == [one[:3] for one in in_file]
        assert [one[3] for one in shown] == pytest.approx([one[3] for one in in_file])
        assert cells["visits"] == len(set(one[:2] for one in in_file)) == len(cells["samples"])
        assert cells["seed"] == str(row["seed"])
        assert rows[cells["base"]]["name"] == row["base"]


def test_failed_row_is_marked_and_the_status_is_1(tmp_path):
    text, done = page_of(EXAMPLES / "example-failed.json", folder=tmp_path, status=1)
    assert "1 row failed verification" in done.stderr
    assert "FAILED VERIFICATION" in text
    data = data_of(text)
    flaws = [
        mark[5]
        for panel in data["panels"]
        for view in panel["views"]
        for series in view["series"]
        for mark in series["marks"]
    ]
    assert flaws.count("failed") >= 1


def test_text_of_a_report_cannot_become_markup(tmp_path):
    report = example("measured")
    report["context"]["note"] = "Example </script><script>alert(1)</script><!-- & <b>"
    report["context"]["runs"][0]["cpu"]["model"] = "<img src=x onerror=alert(1)>"
    report["benchmarks"][0]["note"] = "</script><b>"
    text, _ = page_of(made_up_report.save(report, tmp_path / "r.json"), folder=tmp_path)
    assert "<script>alert" not in text and "<img" not in text
    assert data_of(text)["rows"]


def test_a_report_may_have_no_plot_at_all(tmp_path):
    report = example("skipped")
    report["benchmarks"] = [row for row in report["benchmarks"] if "skipped" in row]
    report["context"]["runs"][0].pop("visits", None)
    text, _ = page_of(made_up_report.save(report, tmp_path / "r.json"), folder=tmp_path)
    assert data_of(text)["panels"] == []
    assert text.split('<section id="missing">')[1].split("</section>")[0].count("<li>") == 12


def test_the_same_report_makes_the_same_page(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, _ = page_of(EXAMPLES / "example-measured.json", folder=tmp_path / "a")
    second, _ = page_of(EXAMPLES / "example-measured.json", folder=tmp_path / "b")
    assert first == second


def test_two_thousand_rows_fit_into_eight_megabytes(tmp_path):
    shapes = [(2**k, threads) for k in range(10) for threads in (1, 2)]
    report = made_up_report.make(
        kernels=tuple(made_up_report.RATES), cells=[10**k for k in range(3, 13)], shapes=shapes
    )
    assert len(report["benchmarks"]) == 2000
    text, _ = page_of(made_up_report.save(report, tmp_path / "r.json"), folder=tmp_path)
    assert len(data_of(text)["rows"]) == 2000
    assert len(text.encode()) < 8e6


def test_only_chooses_rows_and_says_what_it_left_out(tmp_path):
    path = made_up_report.save(made_up_report.make(), tmp_path / "r.json")
    text, _ = page_of(path, "--only", "tiled/", "--only", "count:every", folder=tmp_path)
    data = data_of(text)
    column = [column["key"] for column in data["columns"]].index("name")
    names = [row[column] for row in data["rows"]]
    every = [name for name in names if "/naive/" not in name]
    assert len(every) == 3 and all("/tiled/" in name and "count:every" in name for name in every)
    assert len(names) == 4  # with the base of the ladder
    assert "14 rows left out by --only" in text


def test_lint_tells_which_rules_are_broken(tmp_path):
    report = made_up_report.make(kernels=tuple(made_up_report.RATES), cores=4)
    done = call(made_up_report.save(report, tmp_path / "good.json"), "--lint")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "12 of 12 rules hold" in done.stdout
    report["benchmarks"][0].update(limit=None, limit_mcops=None, fraction_of_limit=None)
    done = call(made_up_report.save(report, tmp_path / "bad.json"), "--lint")
    assert done.returncode == 1
    assert "rule 11  BROKEN" in done.stdout and "11 of 12 rules hold; broken: 11" in done.stdout


def documented_commands():
    """Every command line of report.py and check_report.py in the documents; where one is another with --force, only that."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    lines = [line.strip() for page in pages for line in page.read_text(encoding="utf-8").splitlines()]
    found = {line for line in lines if line.startswith(("scripts/report.py ", "scripts/check_report.py "))}
    return sorted(found - {line.replace(" --force", "") for line in found if " --force" in line})


@pytest.mark.parametrize("line", documented_commands())
def test_commands_of_the_documents_work(tmp_path, line):
    for module in ("plotly", "matplotlib"):
        needs_module(module)
    (tmp_path / "scripts").symlink_to(ROOT / "scripts")
    (tmp_path / "results").symlink_to(ROOT / "results")
    # What a study on a cluster would have left there.
    for study in re.findall(r"studies/[\w*-]+/\S+", line):
        there = tmp_path / study.replace("*", "strong")
        there.parent.mkdir(parents=True)
        made_up_report.save(made_up_report.make(), there)
    done = subprocess.run(line, shell=True, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    # The rules may be broken by a report that is as it is.
    assert done.returncode in ((0, 1) if "--lint" in line else (0,)), done.stderr
    assert done.stdout and "Traceback" not in done.stderr


def test_documents_have_commands():
    assert len(documented_commands()) >= 4


# --- bad input ---------------------------------------------------------------------------------------------------------

NOT_OURS = {
    "empty": ("", "not JSON"),
    "other": ('{"context": {"date": "x"}, "benchmarks": [{"name": "BM_x", "run_type": "iteration"}]}', "context"),
    "list": ("[1, 2]", "not of type 'object'"),
    "number": ("17", "not of type 'object'"),
    "nan": ('{"context": NaN}', "NaN is not a JSON number"),
    "text": ("hello", "not JSON"),
    "integer": ('{"context": 1' + 400 * "0" + "}", "beyond the range of a double"),
    "half-a-character": ('{"context": "\\ud800"}', "unpaired UTF-16 surrogate"),
    "rows-of-nothing": ('{"benchmarks": [null, 1, {"name": 3}]}', ""),
}


@pytest.mark.parametrize("kind", NOT_OURS)
@pytest.mark.parametrize("more", [(), ("--only", "tiled")], ids=["all", "only"])
def test_what_is_no_report_is_refused(tmp_path, kind, more):
    path = tmp_path / "r.json"
    path.write_text(NOT_OURS[kind][0], encoding="utf-8")
    refused(call(path, "--lint", *more), str(path), NOT_OURS[kind][1])


def test_other_schema_version_is_refused(tmp_path):
    report = example("measured")
    report["context"]["json_schema_version"] = 2
    refused(call(made_up_report.save(report, tmp_path / "r.json"), "--lint"), "json_schema_version", "1 was expected")


def test_truncated_report_is_refused_and_nothing_is_written(tmp_path):
    text = (EXAMPLES / "example-measured.json").read_text(encoding="utf-8")
    path = tmp_path / "r.json"
    for part in (0.1, 0.5, 0.99):
        path.write_text(text[: int(len(text) * part)], encoding="utf-8")
        needs_module("plotly")
        refused(call(path, "--output", tmp_path / "page.html"), "not JSON")
        assert not (tmp_path / "page.html").exists()


def test_one_bad_file_among_good_ones_is_named(tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text("{", encoding="utf-8")
    refused(call(EXAMPLES / "example-measured.json", bad, "--lint"), str(bad))


def test_report_without_rows_is_refused(tmp_path):
    report = example("measured")
    report["benchmarks"] = []
    report.pop("fits")
    path = made_up_report.save(report, tmp_path / "r.json")
    refused(call(path, "--lint"), "no row of", "at least one row")


def test_words_that_choose_nothing_are_refused():
    refused(
        call(EXAMPLES / "example-measured.json", "--lint", "--only", "nonsense"), "nonsense", "names look like sweep/"
    )


def write_many(path, many, date="2026-01-01T00:00:00Z"):
    """A report of so many rows of one kernel."""
    report = made_up_report.make(kernels=("naive", "tiled"), counts=("every",), shapes=((1, 1),))
    report["context"]["runs"][0]["date"] = date
    row = report["benchmarks"][1]
    for key in [key for key in row if "base" in key or "speedup" in key or "efficiency" in key]:
        row[key] = None
    text = json.dumps(row)
    rows = ",".join(text.replace("seed:5743", f"seed:{i}") for i in range(many))
    path.write_text(f'{{"context": {json.dumps(report["context"])}, "benchmarks": [{rows}]}}', encoding="utf-8")
    return path


def test_more_rows_than_are_taken_are_refused_and_can_be_chosen_from(tmp_path):
    path = write_many(tmp_path / "r.json", 20_000)
    refused(call(path, "--lint"), "20,000 rows", "at most 10,000", "--only")
    done = call(path, "--lint", "--only", "seed:777/")
    assert done.returncode in (0, 1) and "of 12 rules hold" in done.stdout
    assert "19,999 rows left out by --only" in done.stdout


def test_of_a_folder_with_too_many_rows_the_newest_reports_are_taken(tmp_path):
    """By the dates of their launches, whatever they are called; and it is said what is missing, here and on the page."""
    folder = tmp_path / "nightly"
    folder.mkdir()
    for name, many, day in [("d", 60, 4), ("b", 40, 3), ("c", 20, 2), ("a", 9_930, 1), ("e", 10, 5)]:
        write_many(folder / f"{name}.json", many, f"2026-01-0{day}T00:00:00Z")
    text, done = page_of(folder, folder=tmp_path)
    (line,) = [line for line in done.stderr.splitlines() if "left out" in line]
    assert "1 older report of 5 left out, 9,930 rows: a." in line and "the newest 4 reports fit" in line
    assert len(data_of(text)["rows"]) == 130 and done.stdout.startswith(f"{tmp_path / 'page.html'}: 130 rows")
    assert "1 older report of 5 left out" in text.split('<script type="application/json"')[0]
    # With few words of names all of them fit.
    done = call(folder, "--lint", "--only", "seed:7/")
    assert "left out, " not in done.stderr and "read " in done.stderr and done.stderr.count("1 row") == 5


def test_reports_kept_are_newer_than_all_that_are_left_out(tmp_path):
    """A history has no gaps: an old report that would fit beside the newest ones follows a larger one that does not."""
    for name, many, day in [("old", 5, 1), ("large", 9_990, 2), ("new", 20, 3)]:
        write_many(tmp_path / f"{name}.json", many, f"2026-01-0{day}T00:00:00Z")
    said = []
    (source,) = loading.load([tmp_path], say=said.append)
    assert source.label == "new"
    assert len(said) == 1 and "2 older reports of 3 left out, 9,995 rows: large, old." in said[0]


def test_newest_report_that_is_too_large_by_itself_is_refused(tmp_path):
    write_many(tmp_path / "old.json", 5, "2026-01-01T00:00:00Z")
    write_many(tmp_path / "new.json", 10_001, "2026-01-02T00:00:00Z")
    refused(call(tmp_path, "--lint"), "new.json: 10,001 rows", "at most 10,000", "--only")


@pytest.mark.parametrize("spoil", [lambda context: context.pop("runs"), lambda context: context["runs"][0].update(date=3)])
def test_report_without_a_date_is_refused_however_many_there_are(tmp_path, spoil):
    write_many(tmp_path / "large.json", 9_999)
    report = json.loads(write_many(tmp_path / "bad.json", 5).read_text(encoding="utf-8"))
    spoil(report["context"])
    made_up_report.save(report, tmp_path / "bad.json")
    refused(call(tmp_path, "--lint"), "bad.json")


def test_fifty_reports_at_once(tmp_path):
    for number in range(50):
        write_many(tmp_path / f"{number:02}.json", 3, f"2026-01-01T00:00:{number:02}Z")
    said = []
    assert [source.label for source in loading.load([tmp_path], say=said.append)] == [f"{number:02}" for number in range(50)]
    assert said == []


@pytest.mark.parametrize(
    "arguments, words",
    [
        ((), ["no output requested: give --output PAGE, --figures FOLDER or --lint"]),
        (("--output", "page.txt"), ["ends in .html"]),
        (("--output", "no/such/folder/page.html"), ["there is no folder"]),
        (("--figures", str(SCRIPT)), ["is not a folder"]),
        (("--figures", str(ROOT)), ["is not empty", "--force"]),
    ],
)
def test_wrong_use_is_refused(arguments, words):
    for module in ("plotly", "matplotlib"):
        needs_module(module)
    refused(call(EXAMPLES / "example-measured.json", *arguments), *words)


def test_nothing_is_replaced_unless_asked(tmp_path):
    needs_module("plotly")
    page = tmp_path / "page.html"
    page.write_text("mine", encoding="utf-8")
    refused(call(EXAMPLES / "example-measured.json", "--output", page), "exists", "--force")
    assert page.read_text(encoding="utf-8") == "mine"
    assert call(EXAMPLES / "example-measured.json", "--output", page, "--force").returncode == 0
    assert "trafficbench report" in page.read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


BEST = example("measured")["benchmarks"][1]["mcops_best"]
HUGE = {
    "a part of a double": ({"fraction_of_limit": 1e308}, "at most 1e+30"),
    "just too much": ({"fraction_of_limit": 1.1e30}, "at most 1e+30"),
    "just not too much": ({"fraction_of_limit": 1e30, "limit_mcops": 1e-30 * BEST, "bits_per_cell": 1e30}, ""),
    "next to nothing": ({"fraction_of_limit": 1e-300}, "1e-30 or more"),
    "little": ({"fraction_of_limit": 1e-26, "limit_mcops": 1e26 * BEST, "bits_per_cell": 1e-30}, ""),
    "threads": ({"threads": 2**40}, "threads: 1099511627776"),
    "samples": ({"samples": [1e300] * 8}, "at most 1e+30"),
    "rate": ({"mcops": 1e29, "mcops_high": 1e30}, "is not cells / real_time"),
    "cells": ({"cells": 2**64}, "not of type 'integer'"),
}


@pytest.mark.parametrize("case", HUGE)
def test_numbers_beyond_all_measure_make_a_page_or_are_refused(tmp_path, case):
    for module in ("plotly", "matplotlib"):
        needs_module(module)
    change, word = HUGE[case]
    report = example("measured")
    report["benchmarks"][1].update(change)
    path = made_up_report.save(report, tmp_path / "r.json")
    done = call(path, "--output", tmp_path / "p.html", "--lint", *([] if word else ["--figures", tmp_path / "figures"]))
    if word:
        refused(done, word)
    else:
        assert done.returncode in (0, 1) and data_of((tmp_path / "p.html").read_text(encoding="utf-8"))["panels"], done.stderr


def test_names_may_hold_any_bytes(tmp_path):
    """On the page and in messages, what is no text is escaped."""
    needs_module("plotly")
    bad = os.fsdecode(b"caf\xe9")
    path = made_up_report.save(example("measured"), tmp_path / f"{bad}.json")
    done = call(path, "--output", tmp_path / f"{bad}.html", "--reason", bad)
    assert done.returncode == 0 and done.stdout.startswith(f"{tmp_path}/caf\\xe9.html: 8 rows"), done.stderr
    text = (tmp_path / f"{bad}.html").read_text(encoding="utf-8")
    assert "caf\\xe9.json" in text and "caf\\\\xe9" in json.dumps(data_of(text))
    refused(call(tmp_path / f"{bad}2.json", "--lint"), "caf\\xe92.json: cannot be read")


def test_value_that_is_missing_does_not_become_a_file(tmp_path):
    path = EXAMPLES / "example-measured.json"
    for words in (["--output=", "--force"], ["--output", "", "--force"], ["--output", "--force"], ["--figures=", "--force"]):
        refused(call(path, *words), words[0].rstrip("=") if words[1] else "empty")
    assert not (ROOT / "--force").exists()


def test_folder_of_figures_that_cannot_be_one_is_refused(tmp_path):
    needs_module("matplotlib")
    (tmp_path / "lost").symlink_to("nowhere")
    (tmp_path / "round").symlink_to("round")
    for name, word in (("lost", "symbolic link to a missing folder"), ("round", "Too many levels"), ("x" * 300, "too long")):
        refused(call(EXAMPLES / "example-measured.json", "--figures", tmp_path / name, "--force"), word)


def test_missing_and_repeated_files_are_refused(tmp_path):
    refused(call(tmp_path / "nothing.json", "--lint"), "cannot be read")
    path = EXAMPLES / "example-measured.json"
    refused(call(path, path, "--lint"), "appears twice")


def test_wrong_words_are_refused():
    refused(call(EXAMPLES / "example-measured.json", "--nonsense"), "--nonsense")
    refused(call(), "REPORT")
    refused(call("--lint"), "REPORT")
    refused(call(EXAMPLES / "example-measured.json", "--output"), "--output")


def test_progress_can_be_left_out():
    done = call(EXAMPLES / "example-measured.json", "--lint")
    assert "read " in done.stderr and "8 rows" in done.stderr
    assert not call(EXAMPLES / "example-measured.json", "--lint", "--quiet").stderr


# --- interruptions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [0.1, 0.7, 1.4, 2.1])
def test_figures_that_are_interrupted_at_any_moment_leave_no_half_of_a_file(tmp_path, seconds):
    """Ctrl-C goes to every process of a terminal."""
    needs_module("matplotlib")
    command = [sys.executable, SCRIPT, EXAMPLES / "example-measured.json", "--figures", "figures", "--all-views", "--quiet"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          start_new_session=True) as child:  # fmt: skip
        time.sleep(seconds)
        os.killpg(child.pid, signal.SIGINT)
        _, err = ended(child)
    # Before it is up, Python itself ends.
    assert (child.returncode, err) in [(4, "report.py: interrupted; start it again\n"), (0, "")] or seconds < 0.5, err
    assert not [name for _, _, names in os.walk(tmp_path) for name in names if name.startswith(".")]


def test_figures_whose_process_is_killed_are_a_failure_and_not_waited_for(monkeypatch):
    needs_module("matplotlib")
    from trafficbench_tools.report import figures

    monkeypatch.setattr(figures, "save", lambda *job: os.kill(os.getpid(), signal.SIGKILL) if job[3] == "bad" else job[3])
    jobs = [(None, None, None, name, False) for name in ("good", "bad", "good", "good")]
    with pytest.raises(FailedUnderWay, match="killed"):
        list(figures.saved(jobs))
    assert list(figures.saved(jobs[2:])) == ["good", "good"]


# --- the interpreter ---------------------------------------------------------------------------------------------------


def bare_interpreter(folder):
    """A Python that has nothing but the standard library."""
    return write_executable(folder / "python3", f'#!/bin/sh\nexec {sys.executable} -I -S "$@"\n')


def test_script_finds_an_interpreter_with_the_packages(tmp_path):
    bare = bare_interpreter(tmp_path)
    if start([bare, "-c", "import jsonschema"]).returncode == 0:
        pytest.skip("needs a Python that has no jsonschema among its own modules, to start the script under")
    script = tmp_path / "script.py"
    script.write_text(
        f"import sys\nsys.path.insert(0, {str(ROOT / 'scripts')!r})\nfrom trafficbench_tools.with_packages import need\n"
        "need(*sys.argv[1:])\nprint(sys.executable, sys.argv[1:])\n",
        encoding="utf-8",
    )
    done = start([bare, script, "jsonschema"], env={"TRAFFICBENCH_PYTHON": sys.executable})
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("['jsonschema']")
    done = start([bare, script, "no_such_module"])
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    assert "no_such_module" in done.stderr and "TRAFFICBENCH_PYTHON" in done.stderr and not done.stdout
