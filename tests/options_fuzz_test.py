"""Options with values that nobody would think of: every command takes them or refuses them in one line, and does not hang."""

import os
import random
import re
import time

import pytest
from program import ROOT, call, own_lines, plain_files, save_road, succeed
from report_helpers import load_report

CASES = 120
# What is taken must be done by then.
PATIENCE_SECONDS = 60

VALUES = [
    *("", " ", "0", "-0", "1", "2", "3", "12", "-1", "1e3", "1e-3", "0.5", "1.0", "2^3", "1Ki", "0x10", "+1", "01"),
    *("2^63", "2^70", "1e400", "-1e400", "nan", "inf", "1e", "e1", "1_0", "\u0663", "18446744073709551616"),
    *("1,2", "1,,2", ",", "1,1", "1:3", "1:3:x2", "1:3:x1", "1:3:x0", "3:1", "1:1e9:1", "1:2:3:4", "auto", "auto,1", "all"),
    *("naive", "tiled", "leap", "bitsliced+threads", "naive,naive", "Naive", "every", "sampled", "every,sampled", "strong"),
    *("weak", "philox", "uni", "mt19937", "file:", "file:road", "file:.", "file:/dev/zero", "file:pipe", "pattern:", "pattern:10"),
    *("pattern:12", "generic", "avx2", "full", "windows", "0:10", "990:20", "1:00:00", "1-00", "road", "pipe", ".", "/dev/null"),
    *("new.json", "new.png", "missing/new", "a" * 300, "x" * 5000, "--force", "-", "--", "\n", "\x1b[2J", "%s%n", "caf\udce9", "\x7f"),
]

# What each command is given beside, so that what is taken is done soon; these options are not drawn.
COMMANDS = {
    "run": ["--cells", "1000", "--steps", "3"],
    "sweep": [
        *("--cells", "1000", "--steps", "3", "--visits", "2", "--rounds", "2", "--spacing", "0", "--kernels", "naive,leap"),
        *("--time-limit", "20", "--output", "new.json"),
    ],
    "check": ["--kernels", "naive", "--quick", "--cases", "2"],
    "merge": [str(ROOT / "results" / "schema" / "example-measured.json")],
    "derive": [str(ROOT / "results" / "schema" / "example-measured.json")],
    "list": [],
}


@pytest.fixture(scope="module")
def options():
    """The options of each command, as its help lists them."""
    names = {command: sorted(set(re.findall(r"--[a-z][a-z-]*", succeed(command, "--help")))) for command in COMMANDS}
    return {command: [name for name in names[command] if name not in COMMANDS[command]] for command in names}


def draw(dice, options):
    command = dice.choice(list(COMMANDS))
    arguments = [command, *COMMANDS[command]]
    for _ in range(dice.randint(1, 3)):
        name, value = dice.choice(options[command] or ["--json"]), dice.choice(VALUES)
        arguments += dice.choice([[f"{name}={value}"], [name, value], [name]])
    return arguments


@pytest.mark.parametrize("part", range(2))
def test_whatever_the_options_a_command_ends_in_order(tmp_path, options, part):
    seed = int(os.environ.get("TRAFFICBENCH_TEST_SEED", time.time_ns() % 10**6))
    dice = random.Random(f"{seed} {part}")
    for case in range(CASES // 2):
        folder = tmp_path / str(case)
        folder.mkdir()
        save_road(folder)
        os.mkfifo(folder / "pipe")
        before = plain_files(folder)
        arguments = draw(dice, options)
        what = f"seed {seed}, case {case}: {arguments!a}"
        done = call(*arguments, cwd=folder, timeout=PATIENCE_SECONDS)
        said = f"{what}: status {done.returncode}\n{done.stdout[-500:]}\n{done.stderr[-500:]}"
        assert done.returncode in (0, 1, 2, 4), said
        after = plain_files(folder)
        if done.returncode == 2:
            assert len(own_lines(done.stderr)) == 1 and after == before, said
        assert all(after.get(name) == before[name] for name in before if name != "road"), said
        for name in after.keys() - before.keys():
            # A road may have been saved under that name too.
            if name.endswith(".json") and not after[name].startswith(b"TRAFROAD"):
                load_report(folder / name)

