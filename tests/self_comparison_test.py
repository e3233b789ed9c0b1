"""scripts/self_comparison.sh and .py: launches are kept and resumed; what is said of made-up ones whose truth is known.

Run: /usr/bin/python3 -m pytest tests/self_comparison_test.py
"""

import functools
import json
import os
import random
import signal
import subprocess

import made_up_report
import pytest
from program import ROOT, ended, environment, one_line_of, start, wait_until, write_executable
from report_helpers import load_report
from script import run_script

SCRIPT = ROOT / "scripts" / "self_comparison.py"
LAUNCHER = ROOT / "scripts" / "self_comparison.sh"
KERNELS = ("bitsliced", "tiled")


@functools.cache
def template():
    return made_up_report.make(kernels=KERNELS, shapes=((1, 1),), counts=("every",))


def launch(number, delays, slowed=None):
    """A report of the launch, each visit of which took `delays` longer; `slowed`: {kernel: factor} on top."""
    report = json.loads(json.dumps(template()))
    report["context"]["runs"][0]["date"] = f"2026-01-{number // 24 + 1:02}T{number % 24:02}:00:00Z"
    for row in report["benchmarks"]:
        factor = (slowed or {}).get(row["kernel"], 1)
        row["samples"] = [
            0.05 * factor * (1 + delays[row["kernel"]][visit]) * (1 + 0.001 * (index % 2))
            for index, visit in enumerate(row["sample_visits"])
        ]
        row["rank_seconds"] = [{"min": seconds, "median": seconds, "max": seconds} for seconds in row["samples"]]
        made_up_report.add_rates(row)
    made_up_report.add_ratios(report["benchmarks"], "strong")
    return report


def folder_of(path, reports):
    path.mkdir()
    for number, report in enumerate(reports, 1):
        made_up_report.save(report, path / f"launch-{number:02}.json")
    load_report(path / "launch-01.json")
    return path


def launches(path, count, seed=1, visit=0.0, own=0.0, slowed=None):
    """Launches in which each visit is delayed by `visit` on average, and each launch and kernel as a whole by `own`."""
    generator = random.Random(seed)
    reports = []
    for number in range(count):
        delays = {}
        for kernel in KERNELS:
            whole = generator.expovariate(1) * own
            delays[kernel] = [whole + generator.expovariate(1) * visit for _ in range(6)]
        reports.append(launch(number + 100 * seed, delays, slowed))
    return folder_of(path, reports)


def said(*words):
    done = run_script(SCRIPT, *words, "--json")
    assert done.returncode == 0 and not done.stderr, done.stderr
    return json.loads(done.stdout)


def name_of(kernel):
    (name,) = [row["name"] for row in template()["benchmarks"] if row["kernel"] == kernel]
    return name


def alarms(part, way):
    return part[way]["all"]["slower"] + part[way]["all"]["faster"]


# --- what is said ----------------------------------------------------------------------------------------------------


def test_launches_that_differ_by_their_visits_alone(tmp_path):
    result = said(launches(tmp_path / "a", 16, visit=0.1))
    assert result["held"]["all"]["of"] == 32 and result["held"]["all"]["share"] >= 0.9
    assert (result["alarms"]["neighbours"]["pairs"], result["alarms"]["all"]["pairs"]) == (8, 120)
    for part in result["alarms"].values():
        assert alarms(part, "median") <= 0.05
    assert set(result["held"]["points"]) == set(map(name_of, KERNELS))


def test_launches_that_differ_as_a_whole_are_told(tmp_path):
    """Each by itself, by 20% on average: intervals over visits that do not differ say nothing."""
    folder = launches(tmp_path / "a", 16, visit=0.001, own=0.2)
    result = said(folder)
    assert result["held"]["all"]["share"] < 0.2
    every = result["alarms"]["all"]
    assert alarms(every, "median") > 0.8 and alarms(every, "best") > 0.4
    assert every["best"]["pairs_with_any"] > alarms(every, "best")
    out = run_script(SCRIPT, folder).stdout
    assert "Below 90%" in out and "six launches" in out


def test_threshold_keeps_alarms_at_one_in_twenty(tmp_path):
    """Whatever it is, and not one that is a tenth of a percent smaller."""
    folder = launches(tmp_path / "a", 12, visit=0.02, own=0.03)
    threshold = said(folder)["alarms"]["all"]["best"]["all"]["threshold_percent"]
    parts = [said(folder, "--threshold", f"{each:.1f}")["alarms"]["all"] for each in (threshold, threshold - 0.1)]
    at, below = (alarms(part, "best") for part in parts)
    assert at <= 0.05 < below


def test_slowdowns_are_found_by_size(tmp_path):
    """Launches that are alike: by best what is beyond the threshold, by median whatever leaves the intervals apart."""
    result = said(launches(tmp_path / "a", 4, visit=0.001))
    for kernel in KERNELS:
        best, median = (result["found"][way]["points"][name_of(kernel)] for way in ("best", "median"))
        assert [best[each] for each in ("3", "8", "10", "15", "20")] == [0, 1, 1, 1, 1]
        assert best["often"] == 5 and median["often"] <= 2 and median["3"] == 1
    wide = said(launches(tmp_path / "b", 4, seed=2, visit=0.2))
    assert wide["found"]["median"]["all"]["10"] < 0.3 < 0.8 < wide["found"]["best"]["all"]["20"]
    assert wide["found"]["median"]["points"][name_of("tiled")]["often"] > 20
    assert said(tmp_path / "a", "--threshold", "50")["found"]["best"]["points"][name_of("tiled")]["often"] in (50, 51)


def test_a_table_for_a_document_has_a_line_a_kernel_and_road(tmp_path):
    folder = launches(tmp_path / "a", 6, visit=0.1)
    lines = run_script(SCRIPT, folder, "--markdown").stdout.splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert len({len(row) for row in rows}) == 1
    assert [row[0] for row in rows[2:]] == ["`bitsliced`", "`tiled`", "all"]
    result = said(folder)
    held = [100 * result["held"]["points"][name_of(kernel)]["share"] for kernel in KERNELS]
    assert [row[3] for row in rows[2:4]] == [f"{each:.0f}%" for each in held]
    assert rows[4][3] == " .. ".join(sorted({f"{each:.0f}" for each in held}, key=float)) + "%"
    assert run_script(SCRIPT, folder, "--markdown", "--json").returncode == 2


def test_what_is_too_noisy_for_any_slowdown_is_told(tmp_path):
    folder = launches(tmp_path / "a", 4, visit=20.0)
    assert said(folder)["found"]["median"]["points"][name_of("tiled")]["often"] is None
    assert ">200" in run_script(SCRIPT, folder).stdout


def test_slowed_program_is_found_where_it_is_slowed(tmp_path):
    same = launches(tmp_path / "same", 6, visit=0.02)
    slower = launches(tmp_path / "slower", 3, seed=2, visit=0.02, slowed={"tiled": 1.12})
    result = said(same, "--slowed", slower)["slowed"]
    assert result["pairs"] == 18 and len(result["launches"]) == 3
    tiled, other = (result["best"]["points"][name_of(kernel)] for kernel in ("tiled", "bitsliced"))
    assert tiled["slower"] == 1 and 0.86 < tiled["ratio"] < 0.92
    assert other["slower"] + other["faster"] == 0
    out = run_script(SCRIPT, same, "--slowed", slower).stdout
    assert "18 pairs" in out


def test_slowing_by_calculation_says_what_slow_repetitions_say(tmp_path):
    """The rates of `found` are those of launches whose repetitions did take longer."""
    same = launches(tmp_path / "same", 5, visit=0.05)
    expected = said(same)["found"]["best"]["points"][name_of("tiled")]["8"]
    slower = launches(tmp_path / "slower", 5, visit=0.05, slowed={"tiled": 1.08})
    for number, path in enumerate(sorted(slower.iterdir())):
        report = json.loads(path.read_text(encoding="utf-8"))
        report["context"]["runs"][0]["date"] = f"2026-02-01T0{number}:00:00Z"
        made_up_report.save(report, path)
    slowed = said(same, "--slowed", slower)["slowed"]["best"]["points"][name_of("tiled")]["slower"]
    # Of the 25 pairs five are of a launch with itself, slowed: all found. `found` leaves these out.
    assert slowed == pytest.approx((20 * expected + 5) / 25)


def test_points_that_a_launch_lacks_are_named(tmp_path):
    folder = launches(tmp_path / "a", 3)
    path = folder / "launch-02.json"
    report = json.loads(path.read_text(encoding="utf-8"))
    report["benchmarks"] = [row for row in report["benchmarks"] if row["kernel"] == "tiled"]
    made_up_report.save(report, path)
    result = said(folder)
    assert result["not_in_all"] == [name_of("bitsliced")] and list(result["held"]["points"]) == [name_of("tiled")]
    assert f"Not in all launches: {name_of('bitsliced')}" in run_script(SCRIPT, folder).stdout


def test_launches_too_short_for_intervals_are_told(tmp_path):
    folder = tmp_path / "a"
    folder.mkdir()
    for number in range(3):
        report = made_up_report.make(kernels=KERNELS, shapes=((1, 1),), counts=("every",), visits=3)
        report["context"]["runs"][0]["date"] = f"2026-01-01T0{number}:00:00Z"
        made_up_report.save(report, folder / f"{number}.json")
    result = said(folder)
    assert result["held"]["all"] == {"of": 0, "share": None}
    assert "Intervals: none" in run_script(SCRIPT, folder).stdout


# --- what is refused -------------------------------------------------------------------------------------------------


def refused(word, *words):
    line = one_line_of(run_script(SCRIPT, *words), "self_comparison.py")
    assert word in line, line


def test_folders_that_hold_no_launches_are_refused(tmp_path):
    refused("missing does not exist", tmp_path / "missing")
    refused("expected 2 or more", launches(tmp_path / "one", 1))
    refused("expected 1 or more", launches(tmp_path / "two", 2, seed=2), "--slowed", tmp_path)
    refused("FOLDER")
    refused("much", tmp_path, "--threshold", "much")
    twice = launches(tmp_path / "twice", 2)
    made_up_report.save(json.loads((twice / "launch-01.json").read_text(encoding="utf-8")), twice / "launch-03.json")
    refused("same launch appears twice", twice)
    (twice / "launch-03.json").write_text("{", encoding="utf-8")
    refused("launch-03.json", twice)


def test_launches_on_other_machines_are_refused(tmp_path):
    folder = launches(tmp_path / "a", 3)
    path = folder / "launch-02.json"
    report = json.loads(path.read_text(encoding="utf-8"))
    report["context"]["runs"][0]["cpu"]["model"] = "Another"
    made_up_report.save(report, path)
    refused("launch-02.json", folder)


# --- launches --------------------------------------------------------------------------------------------------------

# Stands for run.sh: takes the next report of a folder, or leaves a journal as the test says.
COMMAND = """#!/bin/bash
reports="$1"; shift
echo "$*" >>"$reports/words"
while (($# > 1)); do
  if [[ "$1" == --output ]]; then output="$2"; fi
  shift
done
touch "$output.journal"
number="$(wc -l <"$reports/words")"
if [[ -f "$reports/wait" ]]; then
  trap 'exit 4' TERM
  while true; do sleep 0.02; done
fi
if [[ -f "$reports/fail-$number" ]]; then exit "$(cat "$reports/fail-$number")"; fi
rm "$output.journal"
cp "$reports/launch-0$number.json" "$output"
echo "launch $number"
"""


@pytest.fixture(name="reports")
def fixture_reports(tmp_path):
    """A folder of three reports, and the command that hands them out."""
    folder = launches(tmp_path / "reports", 4)
    write_executable(tmp_path / "command", COMMAND)
    return folder


def launch_words(reports, *words):
    return ["bash", LAUNCHER, *words, "--spread", "0", "mine", "--", reports.parent / "command", reports, "--some", "option"]


def test_every_launch_is_kept_and_judged(tmp_path, reports):
    done = start(launch_words(reports, "--launches=3"), cwd=tmp_path)
    assert done.returncode == 0 and not done.stderr, done.stderr
    mine = tmp_path / "mine"
    assert sorted(os.listdir(mine)) == sorted(f"launch-0{n}.{end}" for n in (1, 2, 3) for end in ("json", "txt"))
    assert (mine / "launch-02.txt").read_text(encoding="utf-8") == "launch 2\n"
    assert (reports / "words").read_text(encoding="utf-8").splitlines()[0] == f"--some option --output {mine}/launch-01.json"
    assert "Launch 3 of 3" in done.stdout and "3 launches, begun from" in done.stdout
    # Nothing is left to be launched.
    again = start(launch_words(reports, "--launches=3"), cwd=tmp_path)
    assert again.returncode == 0 and "Launch" not in again.stdout and "3 launches" in again.stdout


def test_interrupted_launch_is_resumed(tmp_path, reports):
    (reports / "fail-2").write_text("4", encoding="utf-8")
    done = start(launch_words(reports, "--launches", "3"), cwd=tmp_path)
    assert done.returncode == 4, done.stderr
    done = start(launch_words(reports, "--launches", "3"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    words = (reports / "words").read_text(encoding="utf-8").splitlines()
    assert [line.endswith("launch-02.json --resume") for line in words] == [False, False, True, False]
    assert "Launch 1" not in done.stdout


@pytest.mark.parametrize("status, ends, lines", [(1, 1, 0), (2, 2, 0), (139, 1, 1)])
def test_failed_launch_ends_it(tmp_path, reports, status, ends, lines):
    (reports / "fail-2").write_text(str(status), encoding="utf-8")
    done = start(launch_words(reports, "--launches", "3"), cwd=tmp_path)
    assert done.returncode == ends and len(done.stderr.splitlines()) == lines, done.stderr
    assert (tmp_path / "mine" / "launch-01.json").exists() and not (tmp_path / "mine" / "launch-03.json").exists()


def test_launch_without_a_report_is_no_launch(tmp_path, reports):
    (reports / "fail-1").write_text("0", encoding="utf-8")
    done = start(launch_words(reports), cwd=tmp_path)
    assert done.returncode == 1 and "wrote no " in done.stderr


def begun(words, folder):
    return subprocess.Popen(words, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_signal_reaches_the_launch(tmp_path, reports):
    (reports / "wait").touch()
    with begun(launch_words(reports), tmp_path) as child:
        wait_until((tmp_path / "mine" / "launch-01.json.journal").exists, "the launch began")
        child.send_signal(signal.SIGTERM)
        ended(child)
    assert child.returncode == 4


@pytest.mark.parametrize(
    "words, word",
    [
        ([], "FOLDER"),
        (["a", "b"], "expected one FOLDER"),
        (["a", "--launches", "1"], "from 2 to 999"),
        (["a", "--launches", "many"], "from 2 to 999"),
        (["a", "--launches"], "needs a value"),
        (["a", "--launches="], "needs a value"),
        (["a", "--spread", "-1"], "from 0"),
        (["a", "--fly"], "--fly"),
        (["a", "--"], "no COMMAND given after --"),
        (["a", "--", "./missing"], "./missing"),
        ([""], "empty"),
        (["/dev/null/a"], "cannot make"),
    ],
)
def test_wrong_words_are_refused_before_anything_is_launched(tmp_path, words, word):
    done = start(["bash", LAUNCHER, *words], cwd=tmp_path)
    line = one_line_of(done, "self_comparison.sh")
    assert word in line and not list(tmp_path.iterdir()), line


def test_launches_wait_for_their_time(tmp_path, reports):
    """Without the wait three launches would be done before the second would be due."""
    words = [word if word != "0" else "600" for word in launch_words(reports, "--launches", "3")]
    with begun(words, tmp_path) as child:
        wait_until((tmp_path / "mine" / "launch-01.json").exists, "the first launch was done")
        child.send_signal(signal.SIGTERM)
        _, err = ended(child)
    assert child.returncode == 4 and len(err.splitlines()) == 1
    assert not (tmp_path / "mine" / "launch-02.json").exists()


def test_both_helps_explain_the_exit_status():
    for done in (run_script(SCRIPT, "--help"), start(["bash", LAUNCHER, "--help"])):
        assert done.returncode == 0 and "Example" in done.stdout
        assert "interrupted" in done.stdout.lower().split("exit status", 1)[1]
