"""One set of rules: trafficbench merge refuses exactly the reports that scripts/check_report.py refuses, and writes none of them.

Each report here is an example with one thing changed, by plan or by chance.
"""

import copy
import json
import os
import random
import sys

import pytest
from program import ROOT, call, command, start
from report_helpers import EXAMPLES, SCHEMA_PATH, ReportError, example, load_report
from schema_test import INCONSISTENT

KINDS = sorted(path.stem.removeprefix("example-") for path in EXAMPLES)
# A ladder has a base of its own, so merge refuses it before all: its rows are merged as if a sweep had measured them.
LADDER = "ladder"
SEED = int(os.environ.get("TRAFFICBENCH_TEST_SEED", "0"))
TRIALS = max(1, int(400 * float(os.environ.get("TRAFFICBENCH_TEST_SCALE", "1"))))


def report_of(kind):
    report = example(kind)
    if kind == LADDER:
        report["context"]["command"] = "sweep"
    return report


def refused_by_merge_alone(report):
    """What a report may be and a merge does not take."""
    is_version_1 = "trafficbench_schema" not in report["context"]
    return is_version_1 or report["context"]["command"] == "ladder" or not report["benchmarks"]


def difference(folder, text):
    """What merge and the checker say differently of a report, or what is wrong with what merge makes of it; None: nothing."""
    path, merged = folder / "report.json", folder / "merged.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    try:
        report, complaint = load_report(path), None
    except ReportError as error:
        report, complaint = None, str(error)
        assert "\n" not in complaint, complaint
    done = call("merge", path, "--output", merged, "--force")
    if done.returncode not in (0, 1, 2) or (done.returncode == 2 and len(done.stderr.splitlines()) != 1):
        return f"merge ended with {done.returncode}: {done.stderr}"
    if done.returncode == 2:
        if complaint is None and not refused_by_merge_alone(report):
            return f"merge alone refuses it: {done.stderr.strip()}"
        return None
    if complaint is not None:
        return f"the checker alone refuses it: {complaint}"
    try:
        load_report(merged)
    except ReportError as error:
        return f"what merge makes of it is refused: {error}"
    return None


# --- one place after the other -----------------------------------------------------------------------------------------


def places(value, path=()):
    """The path of every value inside, the deepest last."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in items:
        yield (*path, key)
        yield from places(part, (*path, key))


def whole_at(report, path):
    for key in path[:-1]:
        report = report[key]
    return report


def first_of_each():
    """(kind, path) of each field of a report, a launch, a row and what is inside: where it stands first."""
    seen = {}
    for kind in KINDS:
        for path in places(report_of(kind)):
            if not isinstance(path[-1], int):
                seen.setdefault(tuple(key for key in path if not isinstance(key, int)), (kind, path))
    return sorted(seen.values(), key=str)


def failures(folder, mutants):
    found = []
    for told, text in mutants:
        wrong = difference(folder, text)
        if wrong:
            found.append(f"{told}: {wrong}")
    return found


def test_every_example_is_taken(tmp_path):
    assert not failures(tmp_path, [(kind, json.dumps(report_of(kind))) for kind in KINDS])
    for path in sorted((ROOT / "results").glob("*.json")):
        assert not difference(tmp_path, path.read_bytes()), path


def test_report_of_version_1_is_refused_by_merge_alone(tmp_path):
    path = SCHEMA_PATH.parent / "example-version-1.json"
    assert not difference(tmp_path, path.read_bytes())
    done = call("merge", path, "--output", tmp_path / "m.json")
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1 and "version 1" in done.stderr, done.stderr


def test_every_inconsistency_is_refused_by_both(tmp_path):
    def mutants():
        for number, (damage, word) in enumerate(INCONSISTENT):
            report = report_of("measured")
            damage(report)
            yield f"{number}, {word}", json.dumps(report)

    assert not failures(tmp_path, mutants())


def test_every_field_is_missed_or_not_by_both(tmp_path):
    def mutants():
        for kind, path in first_of_each():
            report = report_of(kind)
            del whole_at(report, path)[path[-1]]
            yield f"{kind} without {path}", json.dumps(report)

    assert not failures(tmp_path, mutants())


def test_no_object_takes_a_field_that_one_of_the_two_does_not_know(tmp_path):
    def mutants():
        objects = {}
        for kind, path in first_of_each():
            objects.setdefault(tuple(key for key in path[:-1] if not isinstance(key, int)), (kind, path))
        for kind, path in objects.values():
            report = report_of(kind)
            whole_at(report, path)["novel\n"] = 1
            yield f"{kind} with a novel field beside {path}", json.dumps(report)

    assert not failures(tmp_path, mutants())


# --- by chance ---------------------------------------------------------------------------------------------------------

NUMBERS = [0, -1, 1, 2, 0.5, -0.0, 5e-324, 1e-300, 1e300, 2**31 - 1, 2**31, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1, 2**64,
           -(2**63) - 1]  # fmt: skip
TEXTS = ["", "unknown", "\n", "sweep/a", "sweep/a\n", "sweep/\u00a0", "sweep/\u009b", "sweep//", "file:", "file:a\nb", "pattern:01\n",
         "2000-01-01T00:00:00Z", "2000-01-01T00:00:00Z\n", "\u0661", "\u00e9\U0001f697", "\x00", "\x7f"]  # fmt: skip
OTHERS = [None, True, False, [], {}, [None], {"a": 1}]


def changed(value, dice):
    """Another value in the place of one."""
    choice = dice.random()
    if isinstance(value, bool):
        return not value if choice < 0.7 else dice.choice(NUMBERS + OTHERS)
    if isinstance(value, (int, float)) and choice < 0.5:
        factors = (2, 0.5, -1, 1 + 1e-7, 1 + 1e-5, 1 - 1e-5, 1.0)
        return dice.choice([*(value * factor for factor in factors), value + 1, value - 1])
    if isinstance(value, str) and choice < 0.5:
        return dice.choice([value + "\n", value + "\x1b", value + "x", value[:-1], value.upper(), value + "\u00e9", *TEXTS])
    if isinstance(value, list) and value and choice < 0.7:
        members = copy.deepcopy(value)
        at = dice.randrange(len(members))
        change = dice.randrange(4)
        if change == 0:
            members.insert(dice.randrange(len(members) + 1), members[at])
        elif change == 1:
            del members[at]
        elif change == 2:
            dice.shuffle(members)
        else:
            members = members[:5]
        return members
    return dice.choice(dice.choice([NUMBERS, TEXTS, OTHERS]))


def mutant(seed):
    """An example with one change, and what it is."""
    dice = random.Random(seed)
    kind = dice.choice(KINDS)
    report = report_of(kind)
    # A walk down: rows outnumber all else, and would else be all that is changed.
    path, value = (), report
    while isinstance(value, (dict, list)) and value and (len(path) < 2 or dice.random() < 0.8):
        key = dice.choice(list(value) if isinstance(value, dict) else range(len(value)))
        path, value = (*path, key), value[key]
    whole = whole_at(report, path)
    if isinstance(whole, dict) and dice.random() < 0.15:
        change = dice.choice(["without", "null", "renamed"])
        if change != "null":
            del whole[path[-1]]
        if change != "without":
            whole[path[-1] + ("_" if change == "renamed" else "")] = None if change == "null" else value
        return f"{kind} {path} {change}", json.dumps(report)
    if isinstance(whole, dict) and len(path) == 3 and path[0] == "benchmarks" and dice.random() < 0.2:
        # What another row says of the same: a base of another kernel, another run.
        other = dice.choice(report["benchmarks"])
        whole[path[-1]] = other.get(path[-1], value)
    else:
        whole[path[-1]] = changed(value, dice)
    return f"{kind} {path} = {json.dumps(whole[path[-1]])[:80]}", json.dumps(report)


@pytest.mark.parametrize("part", range(4))
def test_of_a_report_changed_in_one_place_both_say_the_same(tmp_path, part):
    for trial in range(part, TRIALS, 4):
        seed = SEED * 1_000_003 + trial
        told, text = mutant(seed)
        wrong = difference(tmp_path, text)
        assert not wrong, (
            f"{told}: {wrong}\nAgain: /usr/bin/python3 -c 'import sys; sys.path.insert(0, \"tests\"); import report_rules_test as t;"
            f" print(t.mutant({seed})[1])' > mutant.json"
        )


def test_what_is_derived_from_a_report_changed_in_one_place_is_a_report(tmp_path):
    """It need not hold what is worked out, so derive takes more than merge does."""
    path, derived = tmp_path / "report.json", tmp_path / "derived.json"
    for trial in range(max(1, TRIALS // 4)):
        told, text = mutant(SEED * 1_000_003 + trial)
        path.write_text(text, encoding="utf-8")
        done = call("derive", path, "--output", derived, "--force")
        assert done.returncode in (0, 1, 2) and len(done.stderr.splitlines()) <= 1, f"{told}: {done.stderr}"
        if done.returncode != 2:
            load_report(derived)


# --- texts that JSON's own writer would not write ----------------------------------------------------------------------


def nested(depth):
    return "[" * depth + "]" * depth


REPLACEMENTS = [
    ('"mcops": 1000.0', '"mcops": 1000.0, "mcops": 1000.0'),
    ('"mcops": 1000.0', '"mcops": 1000.0, "m\\u0063ops": 1000.0'),
    ('"mcops": 1000.0', '"mcops": NaN'),
    ('"mcops": 1000.0', '"mcops": Infinity'),
    ('"mcops": 1000.0', '"mcops": 1e999'),
    ('"mcops": 1000.0', '"mcops": 1000'),
    ('"mcops": 1000.0', '"mcops": 1e3'),
    ('"mcops": 1000.0', '"mcops": 01000'),
    ('"mcops": 1000.0', '"mcops": +1000'),
    ('"mcops": 1000.0', '"mcops": 1000.'),
    ('"mcops": 1000.0', '"mcops": 1' + 400 * "0"),
    ('"mcops": 1000.0', '"mcops": 1e-400'),
    ('"sample_runs": [0', '"sample_runs": [0.0'),
    ('"sample_runs": [0', '"sample_runs": [-0'),
    ('"sample_runs": [0', '"sample_runs": [-0.0'),
    ('"sample_runs": [0', '"sample_runs": [0e0'),
    ('"samples": [0.1', '"samples": [1e-1'),
    ('"samples": [0.1', '"samples": [0.1, 0.1'),
    ('"sample_steps": [100', '"sample_steps": [100.0'),
    ('"sample_steps": [100', '"sample_steps": [200'),
    ('"trafficbench_schema": 2', '"trafficbench_schema": 2.0'),
    ('"trafficbench_schema": 2', '"trafficbench_schema": 1'),
    ('"trafficbench_schema": 2', '"trafficbench_schema": 3'),
    ('"trafficbench_schema": 2', '"trafficbench_schema": true'),
    ('"trafficbench_schema": 2, ', ""),
    ('"kernel": "naive"', '"kernel": "naive", "run": 0, "later": [1e-300]'),
    ('"kernel": "naive"', '"kernel": "naive", "later": 1e31'),
    ('"cells": 1000000', '"cells": 1e6'),
    ('"cells": 1000000', '"cells": 1' + 300 * "0"),
    ('"repetitions": 12', '"repetitions": 12.0'),
    ('"repetition_index": 0', '"repetition_index": 0.0'),
    ('"repetition_index": 0', '"repetition_index": false'),
    ('"iterations": 100', '"iterations": 100.0'),
    ('"json_schema_version": 1', '"json_schema_version": 1.0'),
    ('"json_schema_version": 1', '"json_schema_version": true'),
    ('"seed": 5743', '"seed": 18446744073709551615'),
    ('"seed": 5743', '"seed": 18446744073709551616'),
    ('"seed": 5743', '"seed": 5743.0'),
    ('"seed": 5743', '"seed": -0'),
    ('"host": "example', '"host": "\\ud800'),
    ('"host": "example', '"host": "\\ud83d\\ude97'),
    ('"host": "example', '"host": "\\u0000'),
    ('"host": "example', '"host": "\x01'),
    ('"host": "example', '"host": "\t'),
    ('"axes": {', '"axes": {"\\uDFFF": 1,'),
    ('"axes": {', '"axes": {"a": 18446744073709551616,'),
    ('"axes": {', '"axes": {"a": ' + nested(61) + ","),
    ('"axes": {', '"axes": {"a": ' + nested(62) + ","),
    ('"axes": {', '"axes": {"a": ' + nested(63) + ","),
    ('"axes": {', '"axes": {"a": ' + nested(100000) + ","),
    ('"axes": {', '"axes": {"a": [1,],'),
    ('"axes": {', '"axes": {/* no comment */'),
    ('"context"', '"fits": [], "context"'),
    ('"context"', '"novel": [], "context"'),
]


def replaced(old, new):
    text = json.dumps(report_of("measured"))
    assert old in text, old
    return text.replace(old, new, 1)


def test_of_a_text_changed_in_one_place_both_say_the_same(tmp_path):
    whole = json.dumps(report_of("measured"))

    def host_of(text):
        return replaced('"host": "example', '"host": "EXAMPLE').encode().replace(b"EXAMPLE", text)

    mutants = [(new[:80], replaced(old, new)) for old, new in REPLACEMENTS]
    mutants += [
        ("byte order mark", "\ufeff" + whole),
        ("zero behind it", whole + "\0"),
        ("zero before it", "\0" + whole),
        ("more behind it", whole + "{}"),
        ("space round it", "\r\n\t " + whole + " \n"),
        ("no-break space round it", "\u00a0" + whole),
        ("cut short", whole[:-1]),
        ("no UTF-8", host_of(b"\xe9\xff")),
        ("half of a pair in UTF-8", host_of(b"\xed\xa0\x80")),
        ("two bytes for a slash", host_of(b"\xc0\xaf")),
        ("a list", "[" + whole + "]"),
        ("a ladder", json.dumps(example(LADDER))),
        ("no rows", json.dumps(report_of("closed-form") | {"benchmarks": []})),
    ]
    assert not failures(tmp_path, mutants)


# --- what comes from outside -------------------------------------------------------------------------------------------


def test_bytes_that_are_no_text_and_empty_variables_leave_a_report_valid(tmp_path):
    env = {"OMP_\udcff": "\udcfe", "OMP_DISPLAY_ENV": "", "SLURM_JOB_ID": "", "PBS_JOBID": "12\udcff"}
    path = tmp_path / "run.json"
    done = call("run", "--cells", 1000, "--steps", 10, "--output", path, env=env)
    assert done.returncode == 0, done.stderr
    run = load_report(path)["context"]["runs"][0]
    assert run["environment"]["OMP_\ufffd"] == "\ufffd"
    assert run["job"] == {"scheduler": "pbs", "id": "12\ufffd"}


@pytest.mark.parametrize("name, known_as", [(b"", "unknown"), (b"node\xff", "node\ufffd")])
def test_every_name_of_a_host_leaves_a_report_valid(tmp_path, name, known_as):
    named = f"import os, socket, sys; socket.sethostname({name!r}); os.execv(sys.argv[1], sys.argv[1:])"
    words = ["unshare", "--uts", sys.executable, "-c", named]
    if start([*words, "/bin/true"]).returncode != 0:
        pytest.skip("needs to give itself a host name: unshare --uts, as root")
    merged = tmp_path / "merged.json"
    done = start([*words, *command(["merge", SCHEMA_PATH.parent / "example-measured.json", "--output", merged])])
    assert done.returncode == 0, done.stderr
    assert load_report(merged)["context"]["host_name"] == known_as
