"""Tables and progress on terminals of any width, on one that knows no control characters, and in a file.

Run: TRAFFICBENCH_BUILD=build/release /usr/bin/python3 -m pytest tests/terminal_test.py
"""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios

import pytest
from program import BUILD, ONE_VISIT, PROGRAM, QUICK, command, environment, needs_ranks

SWEEP = ["sweep", "--kernels", "naive,bitsliced,leap", "--cells", "1e4", "--threads", "1,2", "--min-seconds", "0.001", "--oversubscribe"]
CLEAR = "\r\x1b[K"


def on_terminal(words, columns, cwd, **variables):
    """What a terminal of so many columns gets."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    env = {"TERM": "xterm", **environment(), **variables}
    child = subprocess.Popen([str(word) for word in words], cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs)
    os.close(theirs)
    got = bytearray()
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other end is closed
            piece = b""
        if not piece:
            break
        got += piece
    os.close(ours)
    assert child.wait(timeout=100) == 0, got.decode("utf-8")
    return got.decode("utf-8").replace("\r\n", "\n")


def lines_of(text):
    """What stood in each line at any time."""
    return [part for line in text.split("\n") for part in line.split(CLEAR)]


def table_of(text):
    """The lines of the tables, in words."""
    return [line.split() for line in text.split("\n") if re.match(r"(naive|bitsliced|leap) +\d", line)]


def points_of(text):
    """Of each row its kernel, ranks and threads, whatever other columns there is room for; a closed form has no numbers after them."""
    heads = re.search(r"^kernel .*", text, re.MULTILINE)[0].split()
    names = [heads.index(name) for name in ("kernel", "ranks", "threads") if name in heads]
    assert len(names) > 1, heads
    return [tuple(line[place] for place in names) for line in table_of(text)]


@pytest.mark.parametrize("ranks, columns", [(1, 40), (1, 80), (1, 100), (1, 120), (2, 80)])
def test_no_line_is_longer_than_the_terminal(tmp_path, columns, ranks):
    words = [PROGRAM, *SWEEP, *QUICK, "--visits", "6", "--output", "a.json"]
    if ranks > 1:
        needs_ranks()
        words = [BUILD / "bin" / "trafficbench-mpiexec", "-n", "2", *words, "--threads", "1"]
        words[words.index("--threads") : words.index("--threads") + 2] = []
    text = on_terminal(words, columns, tmp_path)
    # Names of files are as long as they are.
    shown = text if columns >= 80 else text[re.search(r"^kernel ", text, re.MULTILINE).start() : text.index("Kernels are")]
    too_long = [line for line in lines_of(shown) if len(line.rstrip()) > columns and "/" not in line]
    assert not too_long and "faster than naive on one core (" in " ".join(text.split())
    # The last column of a line is left free: some terminals go on in the next one as soon as it is full.
    progress = [part for part in text.split("\r\x1b[K") if part.startswith("[")]
    assert progress and all(len(part) < columns for part in progress)
    assert "\x1b" not in text.replace(CLEAR, "")
    table = table_of(text)
    assert {line[0] for line in table} >= {"naive", "bitsliced", "leap"}
    assert bool(re.search(r"^kernel .* 95% interval", text, re.MULTILINE)) == (columns >= 80)


def test_every_width_shows_the_same_points(tmp_path):
    wide, narrow = (on_terminal([PROGRAM, *SWEEP, *ONE_VISIT, "--output", f"{columns}.json"], columns, tmp_path) for columns in (200, 60))
    shown = [points_of(text) for text in (wide, narrow)]
    assert shown[0] == shown[1] and len(shown[0]) == 2 * 3 * 2


def test_a_terminal_that_clears_no_line_gets_plain_ones(tmp_path):
    text = on_terminal([PROGRAM, *SWEEP, *ONE_VISIT, "--output", "a.json"], 80, tmp_path, TERM="dumb")
    assert "\x1b" not in text and "\r" not in text and re.search(r"^\[\d+/\d+.*\] ", text, re.MULTILINE)


def test_no_colour_is_ever_printed(tmp_path):
    for variables in ({}, {"NO_COLOR": "1"}, {"CLICOLOR_FORCE": "1"}):
        text = on_terminal([PROGRAM, *SWEEP, *ONE_VISIT, "--force", "--output", "a.json"], 80, tmp_path, **variables)
        assert not re.search(r"\x1b\[[\d;]*m", text)


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_file_gets_whole_lines_whatever_the_terminal_is(tmp_path, ranks):
    """Standard output is a file, and standard error the terminal."""
    words = command([*SWEEP, *ONE_VISIT, "--output", "a.json"], ranks)
    shell = ["bash", "-c", '"$@" >table.txt', "bash", *words]
    on_terminal(shell, 40, tmp_path)
    table = (tmp_path / "table.txt").read_text(encoding="utf-8")
    assert "\x1b" not in table and "\r" not in table
    axes = "ranks +threads" if ranks > 1 else "threads"
    assert re.search(rf"^kernel +{axes} +isa +MCOPs +n  x naive +naive", table, re.MULTILINE), table
    assert all(len(line) <= 80 for line in table.splitlines()), "as wide as a terminal of 80 columns"


def test_a_table_is_as_wide_as_the_terminal_whatever_standard_error_is(tmp_path):
    words = [PROGRAM, *SWEEP, *ONE_VISIT, "--output", "a.json"]
    text = on_terminal(["bash", "-c", '"$@" 2>said.txt', "bash", *words], 40, tmp_path)
    assert table_of(text) and all(len(line) <= 40 for line in text.split("\n") if not line.startswith("Report:"))
