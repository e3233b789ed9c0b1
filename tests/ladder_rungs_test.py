"""The Python rungs of the ladder: they move the cars of the model, refuse bad input, and say what they measured.

A rung whose packages are missing is skipped here as in a session: scripts/test.sh installs them.
"""

import itertools
import json
import random
import runpy
import sys

import pytest
from ladder_rungs import SCRIPTS, draw_lists, lacking, model, needs, rung, saved, start_rung
from program import ROOT, one_line_of, start, succeed

from trafficbench_tools.counts import parse_count
from trafficbench_tools.errors import BadInput

HEADER_BYTES = 4096  # of a road file: docs/usage.md


def test_start_state_is_the_one_of_the_program(tmp_path):
    for seed in (0, 5743, 2**32 - 1):
        path = tmp_path / f"{seed}.road"
        saved(path, 1000, 0.52, seed, 1)
        words = path.read_bytes()[HEADER_BYTES:]
        expected, _ = model(1000, 0.52, seed, 1)
        assert [words[cell // 8] >> (cell % 8) & 1 for cell in range(1000)] == expected


@pytest.mark.parametrize("count", ["every", "sampled"])
@pytest.mark.parametrize("name", SCRIPTS)
def test_rung_moves_the_cars_of_the_model(tmp_path, name, count):
    pick = random.Random(name + count)
    for cells, density in [(1, 1), (1, 0), (2, 0.5), (3, 0.5), (pick.randint(4, 300), 0.52), (1000, 0.9)]:
        steps, seed = pick.randint(2, 40), pick.randint(0, 2**32 - 1)
        road = saved(tmp_path / f"{cells}-{density}.road", cells, density, seed, steps)
        options = ["--cells", cells, "--density", density, "--seed", seed, "--steps", steps, "--count", count]
        said = rung(name, *options, "--print-every", steps, "--expect", road)
        _, moves = model(cells, density, seed, steps)
        cars = sum(draw_lists(cells, density, seed))
        assert said["verified"] is True
        assert said["rung"] == name and said["count"] == count and said["cars"] == cars
        assert said["moves"] == (sum(moves) if count == "every" else moves[-1])
        assert said["velocity"] == {str(steps): moves[-1] / cars if cars else 0.0}
        assert said["seconds"] > 0 and said["mcops"] == pytest.approx(cells * steps / said["seconds"] / 1e6)


def test_what_libraries_print_is_not_taken_for_a_rungs(tmp_path):
    code = (
        "import ctypes, sys; sys.path.insert(1, sys.argv[1]); import course\n"
        "for time in 'once', 'twice': course.keep_output_to_ourselves(); print('ours', time)\n"
        "library = ctypes.CDLL(None); library.puts(b'foreign'); library.fflush(None); print('at last')"
    )
    done = start([sys.executable, "-c", code, ROOT / "bench" / "ladder"])
    assert (done.stdout, done.stderr) == ("ours once\nours twice\nat last\n", "foreign\n")
    done = start(["sh", "-c", f'{sys.executable} -c "$0" "$1" >&-', code, ROOT / "bench" / "ladder"])
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("ranks", [2, 3])
@pytest.mark.parametrize("name", ["mpi4py", "mpi4py-trafficbench"])
def test_mpi4py_is_the_same_on_any_ranks(tmp_path, name, ranks):
    for cells in (ranks, 100, 1001):
        road = saved(tmp_path / f"{cells}.road", cells, 0.52, 7, 30)
        options = ["--cells", cells, "--seed", 7, "--steps", 30, "--print-every", 10]
        said = rung(name, *options, "--expect", road, ranks=ranks)
        end, moves = model(cells, 0.52, 7, 30)
        assert said["verified"] is True and said["ranks"] == ranks
        assert said["moves"] == sum(moves), f"{cells} cells"
        assert said["velocity"] == {str(step): moves[step - 1] / sum(end) if sum(end) else 0.0 for step in (10, 20, 30)}
        assert len(said["rank_seconds"]) == ranks and said["seconds"] == max(said["rank_seconds"])


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_threads_divide_the_road_and_count_every_move_once(tmp_path, threads):
    """Pieces begin at whole blocks of 2040 cells, and the last has what is left."""
    needs("numba-branchless")
    for cells, name in itertools.product((threads, 2041, 3 * 2040, 9001), ("numba-branchless", "python-trafficbench")):
        road = saved(tmp_path / f"{name}-{cells}.road", cells, 0.52, 7, 12)
        words = [sys.executable, SCRIPTS[name], "--json", "--cells", cells, "--seed", 7, "--steps", 12]
        done = start([*words, "--expect", road], env=dict.fromkeys(["NUMBA_NUM_THREADS", "OMP_NUM_THREADS"], str(threads)))
        assert done.returncode == 0, done.stderr
        said = json.loads(done.stdout)
        assert said["verified"] is True and said["threads"] == threads and len(said["placement"][0]["cpus"]) == threads
        assert said["moves"] == sum(model(cells, 0.52, 7, 12)[1])


def test_numba_compiles_the_loops_of_plain_python():
    needs("numba")
    script, plain = (runpy.run_path(str(SCRIPTS[name])) for name in ("numba", "python"))
    for name in ("step", "step_counting"):
        assert getattr(script["NumbaLoop"], name).py_func.__code__ == plain[name].__code__


def test_course_lines_are_those_of_the_program():
    """Same road, same velocities, line for line."""
    options = ["--cells", 5000, "--steps", 40, "--print-every", 10, "--seed", 11]
    lines = [line.strip() for line in succeed("run", "--init", "mt19937", "--threads", 1, *options).splitlines()]
    wanted = [line for line in lines if line.startswith("At iteration")]
    assert len(wanted) == 4
    for name in SCRIPTS:
        if lacking(name):
            continue
        said = start_rung(name, *options).stdout.splitlines()
        assert [line for line in said if line.startswith("At iteration")] == wanted, name
        assert any(line.startswith("Update rate was ") and line.endswith(" MCOPs") for line in said)


@pytest.mark.parametrize("name", SCRIPTS)
def test_wrong_road_is_found(tmp_path, name):
    path = saved(tmp_path / "right.road", 500, 0.52, 5743, 10)
    content = bytearray(path.read_bytes())
    content[HEADER_BYTES] ^= 5
    path.write_bytes(content)
    done = start_rung(name, "--cells", 500, "--steps", 10, "--expect", path)
    assert done.returncode == 1 and "2 cells of the final road are wrong" in done.stderr, done.stderr


BAD_RUNG = [
    (["--cells", "0"], "cells is 0"),
    (["--cells", "1.5"], "1.5"),
    (["--cells", "ten"], "ten"),
    (["--cells", "2^40"], "GiB"),
    (["--steps", "0"], "steps is 0"),
    (["--density", "1.1"], "1.1"),
    (["--density", "nan"], "nan"),
    (["--seed", "2^32"], "4294967295"),
    (["--count", "some"], "some"),
    (["--print-every", "0"], "print-every is 0"),
    (["--fly"], "--fly"),
    (["--cells", "100", "--expect", "nowhere"], "nowhere"),
    (["--cells", "100", "--expect", str(ROOT / "README.md")], "road file"),
    (["--cells", "100", "--cpu", "one"], "one"),
    (["--cells", "100", "--cpu="], "CPUs ''"),
]


@pytest.mark.parametrize("arguments, word", BAD_RUNG)
def test_rung_refuses_bad_input(tmp_path, arguments, word):
    line = one_line_of(start_rung("python", *arguments, cwd=tmp_path), "plain_python.py")
    assert word in line, line


def test_too_few_cells_for_the_ranks_are_refused_once():
    done = start_rung("mpi4py", "--cells", 1, ranks=2)
    assert done.returncode == 2
    assert len([line for line in done.stderr.splitlines() if line.startswith("mpi4py_ranks.py: ")]) == 1


@pytest.mark.parametrize("name", SCRIPTS)
def test_help_has_an_example(name):
    done = start_rung(name, "--help")
    assert done.returncode == 0, done.stderr
    for word in ["--cells", "--json", "--expect", "Example", "Exit status"]:
        assert word in done.stdout


def test_counts_are_read_as_the_program_reads_them():
    for text, value in [
        ("10240000", 10240000),
        ("1e7", 10**7),
        ("2.5e6", 2500000),
        ("2^20", 2**20),
        ("16Mi", 2**24),
        ("5k", 5000),
    ]:
        assert parse_count(text, "cells", 1, 2**40) == value
    for text in ["", "1e-1", "0.5", "-1", "1e99", "inf", "2^", "2^999", "1_000", " 1"]:
        with pytest.raises(BadInput, match="cells"):
            parse_count(text, "cells", 0, 2**40)
