"""What the Python scripts read and are told, damaged in every way that one can think of: they never end with a traceback, never
hang, and whoever started them reads in one line what was wrong.

Cases are drawn from a seed. One that fails prints the line that runs it again; TRAFFICBENCH_TEST_SEED=7 makes other cases,
TRAFFICBENCH_TEST_SCALE=10 ten times as many.

Run: /usr/bin/python3 -m pytest tests/script_fuzz_test.py
"""

import collections
import copy
import functools
import json
import os
import random
import shutil
import subprocess
import sys

import pytest
from program import ROOT, environment, write_executable
from report_helpers import SCHEMA_PATH, check_fields, check_schema, load_report, needs_module
from script import run_script

from trafficbench_study import site_profile, store
from trafficbench_tools import reading, version_1
from trafficbench_tools.errors import BadInput

SCRIPTS = ROOT / "scripts"
SEED = os.environ.get("TRAFFICBENCH_TEST_SEED", "0")
SCALE = float(os.environ.get("TRAFFICBENCH_TEST_SCALE", "1"))
ONLY = os.environ.get("TRAFFICBENCH_TEST_CASE")

REPORTS = sorted(SCHEMA_PATH.parent.glob("example-*.json"))
SITES = sorted((SCRIPTS / "sites").glob("*.json"))

TEXTS = ["", " ", "a\nb", "\0", "\x1b[2J", "-", "--force", "../../x", "/", "/dev/zero", "$(id)", "</script>", "é", "\u2028",
         "\ud800", "a" * 300, "x/" * 3000, "nan", "1e999", "{}", "%s", "null"]  # fmt: skip
NUMBERS = [0, -1, 1, 2**31, 2**53 + 1, 2**63, 2**64, 10**25, -(10**25), 10**400, 0.5, -0.0, 1e-9, 1e-300, 5e-324, 1e29, 1e30, 1e31,
           1e200, 1e308, -1e308, float("inf"), float("-inf"), float("nan")]  # fmt: skip
OTHERS = [None, True, False, [], {}, [[]], [{}], {"a": {}}, [None], ["a", 1, None, {}], {"": ""}, {"name": {"name": []}}]


def nested(levels):
    value = []
    for _ in range(levels):
        value = [value]
    return value


def places(value):
    """(container, key) of everything that stands in a value."""
    found, left = [], collections.deque([value])
    while left:
        container = left.popleft()
        keys = container if isinstance(container, dict) else range(len(container))
        for key in keys:
            found.append((container, key))
            if isinstance(container[key], (dict, list)):
                left.append(container[key])
    return found


def odd_value(dice, old):
    """Something that may stand where `old` stood."""
    # Half of them of the same kind, so that they come past the schema.
    if isinstance(old, str) and dice.random() < 0.5:
        return dice.choice([old + dice.choice(TEXTS), old[: dice.randrange(len(old) + 1)], dice.choice(TEXTS)])
    kind = dice.randrange(8)
    if kind == 0:
        return dice.choice(OTHERS)
    if kind == 1:
        return dice.choice(TEXTS)
    if kind == 2 or (kind < 6 and isinstance(old, (int, float)) and not isinstance(old, bool)):
        scaled_number = isinstance(old, (int, float)) and dice.random() < 0.4
        return old * 10.0 ** dice.randint(-40, 40) if scaled_number else dice.choice(NUMBERS)
    if kind == 3:
        return nested(dice.choice([3, 60, 70, 300]))
    if kind in (4, 5) and isinstance(old, list):
        return old + old
    return [copy.deepcopy(old)] if kind == 6 else {"value": copy.deepcopy(old)}


def damage_value(dice, value):
    """Changes a value of JSON in one place."""
    found = places(value)
    # Half of them near the top: of the many rows, one is as good as another.
    container, key = dice.choice(found if dice.random() < 0.5 else found[: max(1, len(found) // 8)])
    if dice.random() < 0.15:
        del container[key]
    elif dice.random() < 0.1:
        other, other_key = dice.choice(found)
        container[key] = copy.deepcopy(other[other_key])
    elif isinstance(container, dict) and dice.random() < 0.05:
        container[dice.choice(TEXTS)] = dice.choice(OTHERS)
    else:
        container[key] = odd_value(dice, container[key])


def damage_number(dice, value):
    """Makes a number of an object another: samples, of which there are many, are left to others."""
    fields = [(container, key) for container, key in places(value) if isinstance(key, str)]
    numbers = [(container, key) for container, key in fields if type(container[key]) in (int, float)]
    if not numbers:
        return
    container, key = dice.choice(numbers)
    power = dice.choice([3, 30, 300])
    container[key] = dice.choice([container[key] * 10.0 ** dice.uniform(-power, power), dice.choice(NUMBERS)])


def damage_bytes(dice, data):
    """Changes a file as a disk or a bad copy does."""
    at = dice.randrange(len(data))
    kind = dice.randrange(6)
    if kind == 0:
        return data[:at]
    if kind == 1:
        return data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1 :]
    if kind == 2:
        more = [b"\xff", b"\0", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"[" * 5000, b'{"a":' * 5000]
        return data[:at] + dice.choice(more) + data[at:]
    if kind == 3:
        return data[:at] + data[: dice.randrange(len(data))]
    if kind == 4:  # a key twice
        key = data.find(b'"', at)
        end = data.find(b",", key)
        return data[:end] + b"," + data[key:end] + data[end:] if 0 <= key < end else data + data
    return bytes(dice.randrange(256) for _ in range(dice.choice([0, 1, 10, 1000])))


def damaged(dice, value):
    """The bytes of a file that was to hold the value."""
    value = copy.deepcopy(value)
    for _ in range(dice.choice([1, 1, 1, 2, 5])):
        if places(value):
            damage_value(dice, value)
    data = json.dumps(value).encode("utf-8")
    return damage_bytes(dice, data) if dice.random() < 0.2 else data


def scaled(dice, report):
    """All of it as much slower or faster: right in itself."""
    power = dice.choice([3, 40, 290])
    factor = 10.0 ** dice.uniform(-power, power)
    times = ("real_time", "real_time_low", "real_time_high", "cpu_time", "samples", "base_samples", "ladder_base_samples",
             "rank_seconds", "cpu_seconds")  # fmt: skip
    rates = ("mcops", "mcops_low", "mcops_high", "mcops_best", "base_mcops", "ladder_base_mcops", "cells_per_cycle", "limit_mcops")

    def by(value, factor):
        if isinstance(value, dict):
            return {key: by(part, factor) for key, part in value.items()}
        return [by(part, factor) for part in value] if isinstance(value, list) else value and value * factor

    report = copy.deepcopy(report)
    for row in report["benchmarks"]:
        row.update({key: by(row[key], factor) for key in times if key in row})
        row.update({key: by(row[key], 1 / factor) for key in rates if key in row})
    return report


def twisted(dice, value, check):
    """A value that is odd in several places, and passes the check all the same: what is behind the check sees it."""
    for _ in range(12):
        odd = copy.deepcopy(value)
        dice.choice([damage_value, damage_number])(dice, odd)
        try:
            check(reading.parse_json(json.dumps(odd)))
        except BadInput:
            continue
        value = odd
    return value


def check_report(report):
    if version_1.is_version_1(report):
        version_1.check(report)
    else:
        check_schema(report)
        check_fields(report)


@functools.cache
def loaded(path):
    return json.loads(path.read_text(encoding="utf-8"))


def file_of(dice, folder, values, check, name="r.json"):
    """A damaged file of one of these, an odd one that is right, or one that is no plain file."""
    path = folder / name
    kind = dice.random()
    if kind < 0.03:
        os.mkfifo(path)
    elif kind < 0.05:
        path.symlink_to(dice.choice(["/dev/zero", "/dev/null", "nowhere", name]))
    elif kind < 0.06:
        path.mkdir()
    else:
        value = loaded(dice.choice(values))
        if kind < 0.5:
            path.write_bytes(damaged(dice, value))
        else:
            if "benchmarks" in value and kind < 0.75:
                value = scaled(dice, value)
            path.write_text(json.dumps(twisted(dice, value, check)), encoding="utf-8")
    return path


def cases(kind, number, tmp_path):
    """(random choices, an empty folder) for each case, and the line that runs it again, printed: pytest shows it with a failure."""
    for case in range(max(1, int(number * SCALE))) if ONLY is None else [int(ONLY)]:
        folder = tmp_path / str(case)
        folder.mkdir()
        again = {"TRAFFICBENCH_TEST_SEED": SEED, "TRAFFICBENCH_TEST_CASE": str(case)}
        print("Again:", *(f"{name}={value}" for name, value in again.items()), f"pytest tests/script_fuzz_test.py -k {kind}")
        yield random.Random(f"{SEED} {kind} {case}"), folder
        shutil.rmtree(folder)


def run_and_check(script, *words, cwd, env=None):
    """Runs a script; it must end in one of the ways in which the suite ends."""
    words = [os.fspath(word) for word in words]
    done = run_script(SCRIPTS / script, *words, cwd=cwd, env=env)
    said = f"{script} {ascii(words)}: status {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
    print(said)
    assert "Traceback" not in done.stderr and "error of this script itself" not in done.stderr, said
    assert done.returncode in range(5), said
    lines = done.stderr.splitlines()
    if done.returncode == 2:
        assert len(lines) == 1 and ": " in lines[0], said
    if done.returncode in (1, 4):
        assert lines or done.stdout, said
    return done


@pytest.fixture(autouse=True, scope="module")
def warm():
    """What every fork would do anew."""
    for name in ("plotly", "jsonschema"):
        needs_module(name)
    from trafficbench_tools.compare import change, output, pairing, verdict  # noqa: F401
    from trafficbench_tools.report import lint, page, views  # noqa: F401

    load_report(REPORTS[0])
    with pytest.MonkeyPatch.context() as patch:
        # It is most of a page, and the same in all.
        patch.setattr(page, "packed_plotly", lambda: "")
        yield


def test_report_of_anything(tmp_path):
    for dice, folder in cases("report", 110, tmp_path):
        path = file_of(dice, folder, REPORTS, check_report)
        page = ["--output", "p.html"]
        words = dice.choice([page, page, [*page, "--lint"], ["--lint"], ["--lint", "--only", "count:every"]])
        done = run_and_check("report.py", path, "--quiet", *words, cwd=folder)
        assert ("p.html" in os.listdir(folder)) == (done.returncode < 2 and "p.html" in words)
        assert set(os.listdir(folder)) <= {"r.json", "p.html"}


def test_figures_of_anything(tmp_path):
    needs_module("matplotlib")
    for dice, folder in cases("figures", 2, tmp_path):
        path = folder / "r.json"
        path.write_text(json.dumps(scaled(dice, loaded(dice.choice(REPORTS)))), encoding="utf-8")
        run_and_check("report.py", path, "--quiet", "--figures", "f", cwd=folder)


def test_check_of_anything(tmp_path):
    for dice, folder in cases("check_of", 120, tmp_path):
        run_and_check("check_report.py", file_of(dice, folder, REPORTS, check_report), cwd=folder)


def test_comparison_of_anything(tmp_path):
    for dice, folder in cases("comparison", 90, tmp_path):
        path = dice.choice(REPORTS)
        other = file_of(dice, folder, [path], check_report)
        words = dice.choice([[path, other], [other, path], [other, other]])
        words += dice.choice([[], ["--json"], ["--again", path, other]])
        run_and_check("compare.py", *words, "--other-machine", cwd=folder)


def test_site_of_anything(tmp_path):
    for dice, folder in cases("site", 110, tmp_path):
        path = file_of(dice, folder, SITES, lambda site: site_profile.check("it", site))
        words = ["--account", "a", "--mode", "weak", "--cores", dice.choice(["4", "128"]), "--nodes", "1", "--output", "s"]
        run_and_check("study.py", "--site", path, *words, "--dry-run", cwd=folder)
        assert os.listdir(folder) == ["r.json"]


# --- studies -----------------------------------------------------------------------------------------------------------

PRETENDED = """#!/bin/sh
command="$1"
while [ "$#" -gt 1 ]; do
  if [ "$1" = --output ]; then output="$2"; fi
  if [ "$2" = --dry-run ]; then echo sweep/x; exit; fi
  shift
done
if [ "$command" != run ]; then cp {report} "$output"; fi
"""


@pytest.fixture(scope="module", name="studies")
def fixture_studies(tmp_path_factory):
    """{name: folder} of a study that ran here and of one that waits in a queue, by a program and a Slurm that pretend."""
    folder = tmp_path_factory.mktemp("studies")
    program = write_executable(folder / "build" / "bin" / "trafficbench", PRETENDED.format(report=REPORTS[0]))
    (folder / "build" / "launcher.sh").write_text("launcher=()\n", encoding="utf-8")
    write_executable(folder / "bin" / "sbatch", "#!/bin/sh\necho 17\n")
    path = f"{folder / 'bin'}:{os.environ['PATH']}"
    words = ["--mode", "strong", "--cores", "2", "--program", program, "--kernels", "tiled"]
    made = {}
    for site in ("local", "generic-slurm"):
        made[site] = folder / site
        done = run_script(SCRIPTS / "study.py", "--site", site, *words, "--output", made[site], env={"PATH": path})
        assert done.returncode == 0, done.stdout + done.stderr
    (made["local"] / "report.json").unlink()
    return made


def test_study_of_anything(tmp_path, studies):
    for dice, folder in cases("study_of", 90, tmp_path):
        study = folder / "study"
        shutil.copytree(studies[dice.choice(sorted(studies))], study)
        saved = json.loads((study / "study.json").read_text(encoding="utf-8"))
        name = dice.choice(["study.json"] * 8 + ["state", "energy"])
        if name == "study.json":
            if dice.random() < 0.4:
                saved = twisted(dice, saved, lambda saved: store.STUDY.check("it", saved))
                (study / name).write_text(json.dumps(saved), encoding="utf-8")
            else:
                (study / name).write_bytes(damaged(dice, saved))
        else:
            target = study / name / dice.choice([job["name"] for job in saved["jobs"]])
            if target.exists():
                target.unlink()
            if dice.random() < 0.2:
                os.mkfifo(target)
            else:
                target.write_bytes(damaged(dice, {"job": "17", "step": "x", "source": "pm_counters", "joules": 7}) + b"\n{\n")
        words = dice.choice([["--status"], ["--merge"], ["--merge", "--force"]])
        run_and_check("study.py", *words[:1], study, *words[1:], cwd=folder)
        assert not [name for name in os.listdir(study) if name.startswith(".")]


# --- options -----------------------------------------------------------------------------------------------------------

WORDS = [*(text for text in TEXTS if "\0" not in text and "\ud800" not in text), "caf\udce9.json", "1", "1e6", "0", "-1", "every",
         "tiled", "1,2", "1:64", "16x8", "9" * 400, "1e400", "00:10:00", "x" * 5000, "r.json"]  # fmt: skip
OPTIONS = {
    "report.py": (["r.json"], ["--output", "--figures", "--only", "--reason"], ["--lint", "--force", "--all-plots", "--all-views", "--quiet"]),
    "check_report.py": (["r.json"], ["--output"], ["--quiet"]),
    "compare.py": (["r.json", "r.json"], ["--again", "--by", "--threshold", "--margin", "--only"], ["--json", "--other-machine"]),
    "self_comparison.py": (["."], ["--slowed", "--threshold", "--margin"], ["--json"]),
    "ways.py": (["r.json"], ["--only"], ["--markdown"]),
    "study.py": (["--site", "local", "--mode", "strong", "--dry-run"],
                 ["--site", "--account", "--nodes", "--kernels", "--cells", "--count", "--depth", "--shapes", "--base", "--time",
                  "--warn", "--partition", "--qos", "--cpu-freq", "--bind", "--cores", "--program", "--output", "--status"],
                 ["--dry-run", "--", "--force"]),
    "ladder.py": (["--check-options"], ["--cells", "--rungs", "--count", "--rounds", "--min-seconds", "--time-limit", "--density",
                                        "--seed", "--output", "--program"], ["--force", "--dry-run"]),
    "physics.py": (["--program", "nowhere"], ["--output", "--data", "--densities", "--cells", "--density"], ["--force"]),
}  # fmt: skip


def test_words_of_any_kind(tmp_path):
    for dice, folder in cases("words", 150, tmp_path):
        script = dice.choice(sorted(OPTIONS))
        must, with_value, without = OPTIONS[script]
        shutil.copy(REPORTS[0], folder / "r.json")
        words = list(must)
        for _ in range(dice.randint(1, 3)):
            option, value = dice.choice(with_value), dice.choice(WORDS)
            words += dice.choice([[f"{option}={value}"], [option, value], [value], [option], [dice.choice(without)]])
        # Figures take seconds.
        if any(word.startswith("--figures") for word in words):
            words.append("--nonsense")
        run_and_check(script, *words, cwd=folder)
        assert not [name for name in os.listdir(folder) if name.startswith(("-", "."))]


def test_streams_of_any_alphabet(tmp_path):
    """Names of files hold any bytes, and a terminal may know few letters."""
    path = tmp_path / os.fsdecode(b"caf\xe9-\xc3\xa9.json")
    shutil.copy(REPORTS[0], path)
    for alphabet in ("ascii", "latin-1:strict"):
        for script, words in {"report.py": ["--lint"], "check_report.py": [], "compare.py": [path]}.items():
            for name in (path, f"{path}x"):
                command = [sys.executable, SCRIPTS / script, name, *words]
                done = subprocess.run(command, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, check=False,
                                      env=environment({"PYTHONIOENCODING": alphabet, "LC_ALL": "C"}))  # fmt: skip
                out = done.stdout + done.stderr
                assert b"Traceback" not in out and b"error of this script" not in out and done.returncode in (0, 1, 2), out
                assert b"caf\\xe9-" in out, out
