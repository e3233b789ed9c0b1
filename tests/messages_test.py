"""What a user wrote, and what stands in files, as messages quote it: short, and nothing in it that a terminal obeys.

Run: /usr/bin/python3 -m pytest tests/messages_test.py
"""

import json
import os
import subprocess
import sys

import pytest
from program import ROOT, environment
from report_helpers import example, needs_module

SCRIPTS = ROOT / "scripts"
# Clears the screen, rings, turns the order of letters, is no text; and more of it than anybody reads.
NASTY = b"a\x1b[2J\x07\xe2\x80\xae\xc2\x9b\xffb"
LONG = NASTY + b"x" * 120_000
MOST_LETTERS = 1100


def said_by(script, *words, cwd):
    """(status, standard output, standard error) in bytes."""
    starter = [sys.executable] if script.endswith(".py") else ["bash"]
    done = subprocess.run([*starter, SCRIPTS / script, *words], cwd=cwd, env=environment(), stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=100, check=False)  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def assert_harmless(text):
    """Letters of UTF-8 that are seen as they are, and the ends of lines."""
    shown = text.decode("utf-8")
    bad = {letter for letter in shown if not (letter.isprintable() or letter in "\n\t")}
    assert not bad, f"{bad} in {shown[:500]!r}"


# A file that is neither JSON nor a report.
OTHER = os.fsencode(SCRIPTS / "stages.txt")
# An option that there is none of, a value that is none, a file that is not there.
WRONG = {
    "check_report.py": [[b"--", LONG], [LONG]],
    "compare.py": [[b"a", b"b", b"--by", LONG], [LONG, b"b"], [b"--", LONG]],
    "document_tables.py": [[LONG], [b"--root", LONG], [b"--", LONG]],
    "ladder.py": [[b"--cells", LONG], [b"--rungs", LONG, b"--program", b"/bin/true"], [b"--program", LONG], [LONG]],
    "physics.py": [[b"--cells", LONG], [b"--output", LONG], [b"--", LONG]],
    "report.py": [[LONG, b"--lint"], [b"a", b"--output", LONG], [b"a", b"--figures", LONG + b"\n"], [b"a", LONG, b"--no"]],
    "self_comparison.py": [[LONG], [b"--", LONG]],
    "study.py": [[b"--site", LONG], [b"--site", b"archer2", b"--mode", LONG], [b"--site", b"archer2", b"--account", LONG, b"--mode", b"weak"],
                 [b"--status", LONG], [b"--", LONG]],
    "ways.py": [[LONG], [b"--", LONG]],
    "run.sh": [[b"--" + LONG], [LONG]],
    "test.sh": [[LONG]],
    "lint.sh": [[LONG]],
    "sources.sh": [[b"--" + LONG], [b"/dev/null/" + LONG]],
    "simulate.sh": [[b"--" + LONG], [b"--machine", LONG], [b"--report", LONG], [b"--machine", OTHER], [b"--report", OTHER]],
    "notebooks.sh": [[b"--" + LONG], [LONG]],
    "self_comparison.sh": [[b"--" + LONG], [b"--launches", LONG], [b"folder", b"--", LONG], [LONG, LONG]],
}  # fmt: skip


@pytest.mark.parametrize("script", WRONG)
def test_what_is_refused_is_quoted_in_one_short_line(tmp_path, script):
    for words in WRONG[script]:
        status, out, err = said_by(script, *words, cwd=tmp_path)
        shown = (script, words[0][:20])
        assert status in (1, 2) and not out, f"{shown}: status {status}\n{out[:300]}\n{err[:300]}"
        assert err.count(b"\n") == 1 and len(err) <= MOST_LETTERS * 4 and len(err.decode("utf-8")) <= MOST_LETTERS, f"{shown}: {len(err)}"
        assert_harmless(err)
    assert not os.listdir(tmp_path)


def test_every_entry_is_among_them():
    entries = {path.name for path in [*SCRIPTS.glob("*.py"), *SCRIPTS.glob("*.sh")] if path.read_text(encoding="utf-8").startswith("#!")}
    # These hand their words to another.
    assert entries - set(WRONG) == {"ladder.sh", "study.sh"}


def strings_made_nasty(value, number):
    """Every text of a report that may hold anything, with what a terminal obeys in it."""
    mark = "\x1b[2J\u202e\x9b" + number
    report = json.loads(json.dumps(value))
    for run in report["context"]["runs"]:
        run["host"] = run["host"] + mark
        run["cpu"]["model"] = run["cpu"]["model"] + mark
        run["argv"] = [word + mark for word in run["argv"]]
    report["benchmarks"][0]["unknown" + mark] = mark
    return report


@pytest.mark.parametrize("script, words", [("check_report.py", []), ("compare.py", ["again.json"]), ("report.py", ["--lint"]),
                                           ("report.py", ["--output", "page.html"]), ("ways.py", [])])  # fmt: skip
def test_what_stands_in_a_report_reaches_no_terminal(tmp_path, script, words):
    if "--output" in words:
        needs_module("plotly")
    for name in ("first\x1b.json", "again.json"):
        report = strings_made_nasty(example("measured"), name[0])
        (tmp_path / name).write_text(json.dumps(report), encoding="utf-8")
    status, out, err = said_by(script, "first\x1b.json", *words, cwd=tmp_path)
    assert b"error of this script" not in err and out + err, err
    assert status in (0, 1, 2, 3)
    assert b"\\x1b" in out + err, "nothing of it was printed"
    assert_harmless(out)
    assert_harmless(err)


def test_a_name_with_control_characters_is_shown_escaped(tmp_path):
    (tmp_path / "a\x1b[31m\u202e.json").write_text(json.dumps(example("measured")), encoding="utf-8")
    status, out, err = said_by("check_report.py", "a\x1b[31m\u202e.json", cwd=tmp_path)
    assert (status, err) == (0, b"") and out.startswith(b"a\\x1b[31m\\u202e.json: "), out


def test_letters_of_a_language_are_shown_as_they_are(tmp_path):
    (tmp_path / "Übersicht €.json").write_text(json.dumps(example("measured")), encoding="utf-8")
    _, out, _ = said_by("check_report.py", "Übersicht €.json", cwd=tmp_path)
    assert out.decode("utf-8").startswith("Übersicht €.json: ")


@pytest.mark.parametrize("text, shown", [("plain", '"plain"'), ("", '""'), ("a b", '"a b"'), ("\x1b[31m", '"\\x1b[31m"'),
                                         ("é", '"\\xc3\\xa9"'), ("x" * 300, f'"{"x" * 100} ... {"x" * 100}"')])  # fmt: skip
def test_shell_scripts_quote_alike(text, shown):
    done = subprocess.run(["bash", "-c", f'. {SCRIPTS}/quoted.sh; quoted "$1"', "bash", text], capture_output=True, check=True)
    assert done.stdout.decode("utf-8") == shown
