"""Options with values that nobody would think of: every command takes them or refuses them in one line, and does not hang."""

import json
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



# What must not reach a terminal or a log as it is: escape sequences, other directions of writing, bytes that are no text, and much.
HOSTILE = ["\x1b]0;title\x07\x1b[2J", "\u202egnp.exe\u2066", "\udcff\udce9", "\x9b31m", "\u2028", "9" * 120_000, "\u20ac" * 40_000,
           "a,\x1b[31m" * 9_000]  # fmt: skip


def is_harmless(text):
    obeyed = [*range(0x20), *range(0x7F, 0xA0), 0x61C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A), 0xFEFF]
    return not {chr(number) for number in obeyed if number not in (9, 10)} & set(text) and "\udcff" not in text


@pytest.mark.parametrize("hostile", HOSTILE, ids=[ascii(text[:6]) for text in HOSTILE])
def test_what_a_user_wrote_is_shown_short_and_harmless(tmp_path, options, hostile):
    done = [call(hostile, cwd=tmp_path), call("run", f"--{hostile}=1", cwd=tmp_path), call("run", hostile, cwd=tmp_path)]
    for name, start_of_it in [("--cells", ""), ("--init", ""), ("--init", "file:"), ("--init", "pattern:"), ("--kernel", ""), ("--isa", ""),
                              ("--window", ""), ("--count", ""), ("--wave", ""), ("--output", "missing/")]:  # fmt: skip
        done.append(call("run", *(["--space-time", "x.png"] if name == "--window" else []), name, start_of_it + hostile, cwd=tmp_path))
    done += [call("sweep", name, hostile, cwd=tmp_path) for name in ("--cells", "--kernels", "--budget", "--time-limit", "--ranks")]
    done.append(call("run", cwd=tmp_path, env={"OMP_NUM_THREADS": hostile}))
    for each in done:
        assert each.returncode == 2, each.stderr[:2000]
        lines = [line for line in each.stderr.splitlines() if not line.startswith(("libgomp:", "OMP: ")) and line]
        mine = [line for line in lines if line.startswith("trafficbench: ")]
        assert len(mine) == 1 and len(mine[0]) <= 1250 and is_harmless(mine[0]), mine[0][:2000]
        assert len(lines) == 1 or "OMP_NUM" in mine[0]
    assert plain_files(tmp_path) == {}


def test_what_a_report_holds_is_shown_harmless(tmp_path):
    """Names of fields, of rows and of machines reach the terminal from files that anybody may have written."""
    example = ROOT / "results" / "schema" / "example-measured.json"
    for hostile in HOSTILE[:5]:
        text = example.read_text(encoding="utf-8")
        report = json.loads(text)
        report["benchmarks"][0][f"field {hostile.encode('utf-8', 'replace').decode()}"] = 1
        (tmp_path / "r.json").write_text(json.dumps(report, ensure_ascii=False), encoding="utf-8")
        done = call("merge", "r.json", "--output", "m.json", "--force", cwd=tmp_path)
        assert "is unknown here and is left out" in done.stderr and is_harmless(done.stderr + done.stdout), done.stderr
        report["benchmarks"][0]["name"] = hostile.encode("utf-8", "replace").decode()
        (tmp_path / "r.json").write_text(json.dumps(report, ensure_ascii=False), encoding="utf-8")
        done = call("merge", "r.json", "--output", "m.json", "--force", cwd=tmp_path)
        assert done.returncode == 2 and is_harmless(done.stderr)


def test_json_of_a_run_says_what_was_asked_for_word_for_word(tmp_path):
    name = "road \u202e \x7f \x9b.png"
    (tmp_path / name).touch()
    text = succeed("run", "--cells", 1000, "--json", "--output", f"{name}.json", cwd=tmp_path)
    assert is_harmless(text) and f"{name}.json" in json.loads(text)["context"]["runs"][0]["argv"]
