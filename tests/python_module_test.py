"""The Python module trafficbench: roads and segments against the closed form, a plain loop and the program; what it refuses.

Run: TRAFFICBENCH_BUILD=build/release /usr/bin/python3 -m pytest tests/python_module_test.py
"""

import inspect
import json
import os
import pickle
import signal
import subprocess
import sys
import threading

import numpy
import pytest
from program import ROOT, ended, environment, start, succeed
from python_module import FOLDER, dice, package, plain, run_python, unpacked

tb = package()

KERNELS = [kernel.name for kernel in tb.kernels()]


def random_cells(choose):
    length = choose.choice([1, 2, 3, 63, 64, 65, choose.randint(1, 200), choose.randint(200, 3000)])
    density = choose.choice([0.0, 1.0, 0.5, choose.random()])
    return (numpy.array([choose.random() for _ in range(length)]) < density).astype(numpy.uint8)


# Roads


@pytest.mark.parametrize("kernel", KERNELS)
def test_every_kernel_makes_the_road_of_the_rule(kernel):
    choose = dice()
    for threads in [1, 1, 1, 2, 3]:
        start_cells = random_cells(choose)
        road = tb.Road.from_cells(start_cells, kernel, threads)
        cells, made = start_cells, 0
        for _ in range(3):
            steps = choose.choice([0, 1, 2, choose.randint(1, 70), choose.randint(60, 300)])
            cells, moves = plain(cells, steps)
            case = f"{len(start_cells)} cells, {int(start_cells.sum())} cars, {threads} threads, {made} + {steps}"
            if choose.random() < 0.6:
                counted = road.advance(steps)
                assert counted.dtype == numpy.int64 and counted.tolist() == moves, case
            elif steps > 0:
                assert road.advance(steps, count="sampled") == moves[-1], case
            else:
                continue
            made += steps
            assert road.iteration == made
            assert (road.cells() == cells).all(), case
            assert (road.cells() == tb.exact(start_cells, made)).all(), case
            if steps:
                assert road.velocity == (moves[-1] / road.cars if road.cars else 0)


def test_exact_is_the_rule():
    choose = dice()
    for _ in range(30):
        cells = random_cells(choose)
        steps = choose.randint(0, 150)
        assert (tb.exact(cells, steps) == plain(cells, steps)[0]).all()


def test_cells_go_in_and_come_out():
    choose = dice()
    for _ in range(20):
        cells = random_cells(choose)
        road = tb.Road.from_cells(cells, threads=1)
        assert len(road) == road.length == len(cells) and road.cars == cells.sum()
        assert road.density == cells.mean()
        assert (road.cells() == cells).all() and road.cells().dtype == numpy.uint8
        assert (unpacked(road.packed(), len(cells)) == cells).all()
        first = choose.randint(0, len(cells))
        count = choose.randint(0, len(cells) - first)
        assert (road.cells(first, count) == cells[first : first + count]).all()
        assert (road.cells(first) == cells[first:]).all()
        # The same cells in other forms.
        for other in [cells.astype(bool), cells.astype(numpy.int64), cells.astype(">i4"), numpy.repeat(cells, 2)[::2], cells[::-1][::-1]]:
            same = tb.Road.from_cells(other, threads=1)
            assert same.hash == road.hash


def test_a_read_only_array_is_read():
    cells = numpy.array([1, 0, 1], numpy.uint8)
    cells.flags.writeable = False
    assert tb.Road.from_cells(cells, threads=1).cars == 2
    assert tb.exact(cells, 1).sum() == 2


@pytest.mark.parametrize("init", ["philox", "uni", "mt19937", "pattern:110"])
def test_a_road_is_the_programs(init):
    options = ["--cells", 5000, "--steps", 300, "--init", init, "--density", 0.4, "--seed", 77, "--threads", 1]
    row = json.loads(succeed("run", *options, "--json"))["benchmarks"][0]
    road = tb.Road(5000, 0.4, init, 77, threads=1)
    assert road.velocity is None and road.iteration == 0
    begin = tb.start(5000, 0.4, init, 77)
    assert (begin == road.packed()).all()
    road.advance(300)
    assert road.hash == row["hash"] and road.cars == row["cars"]
    part = tb.start(5000, 0.4, init, 77, first=130, count=77)
    assert (unpacked(part, 77) == unpacked(begin, 5000)[130:207]).all()


def test_the_road_is_turned_once_the_leap_has_settled():
    cells = (numpy.arange(500) % 7 < 5).astype(numpy.uint8)
    road = tb.Road.from_cells(cells, "leap", 1)
    road.advance(10**15 + 3, count="sampled")
    again = tb.Road.from_cells(tb.exact(cells, 10**15 + 3), threads=1)
    assert road.hash == again.hash and (road.packed() == again.packed()).all()
    assert (road.cells(490, 10) == again.cells(490, 10)).all()


def test_a_picture_has_a_row_for_each_iteration():
    cells = random_cells(dice())
    road = tb.Road.from_cells(cells, threads=1)
    first = len(cells) // 3
    picture = road.space_time(20, (first, len(cells) - first))
    assert picture.shape == (21, len(cells) - first) and road.iteration == 20
    for made, row in enumerate(picture):
        assert (row == plain(cells, made)[0][first:]).all()
    assert tb.Road(2500, threads=1).space_time(2).shape == (3, 1000)
    assert tb.Road(25, threads=1).space_time(2).shape == (3, 25)


def test_the_program_and_the_module_read_each_others_files(tmp_path):
    road = tb.Road(1234, threads=1)
    road.advance(10)
    road.save(tmp_path / "saved")
    succeed("run", "--init", "file:saved", "--steps", "5", "--save", "more", "--threads", 1, cwd=tmp_path)
    road.advance(5)
    for other in [tb.Road.load(tmp_path / "more"), tb.Road(1234, init=f"file:{tmp_path / 'more'}", threads=1)]:
        assert other.hash == road.hash and other.iteration == road.iteration == 15
    with pytest.raises(ValueError, match="exists"):
        road.save(tmp_path / "saved")
    road.save(str(tmp_path / "saved"), replace=True)
    assert tb.Road.load(tmp_path / "saved").iteration == 15


def test_reprs_say_what_it_is():
    road = tb.Road(1000, kernel="naive", threads=2)
    assert repr(road) == f"<trafficbench.Road of 1000 cells, {road.cars} cars, iteration 0, kernel naive (generic), 2 threads>"
    segment = tb.Segment(100, 8, "naive")
    assert repr(segment) == "<trafficbench.Segment of 100 cells, halo 0 of 8, kernel naive (generic), 1 thread>"


# Segments


@pytest.mark.parametrize("kernel", KERNELS)
def test_segments_that_exchange_halos_are_a_road(kernel):
    choose = dice()
    for owners in [1, 2, 3]:
        halo = choose.choice([1, 7, 64, choose.randint(1, 100)])
        # Each is at least as long as the halo, which one neighbour gives.
        lengths = [halo + choose.randint(0, 150) for _ in range(owners)]
        cells = (numpy.array([choose.random() for _ in range(sum(lengths))]) < choose.random()).astype(numpy.uint8)
        road = tb.Road.from_cells(cells, threads=1)
        segments, first = [], 0
        for length in lengths:
            segment = tb.Segment(length, halo, kernel, choose.choice([1, 2]))
            segment.load(road.packed(), first)
            segments.append(segment)
            first += length
        for _ in range(3):
            width = choose.randint(1, halo)
            lefts = [segment.read(segment.length - width, width) for segment in segments]
            rights = [segment.read(0, width) for segment in segments]
            for number, segment in enumerate(segments):
                segment.set_halo(lefts[number - 1], rights[(number + 1) % owners], width)
            steps = choose.randint(1, width)
            every = choose.random() < 0.5
            counted = [segment.advance(steps, "every" if every else "sampled") for segment in segments]
            expected = road.advance(steps)
            assert (sum(counted) == (expected if every else expected[-1])).all()
            assert all(segment.halo == width - steps for segment in segments)
            found = numpy.concatenate([unpacked(segment.read(), segment.length) for segment in segments])
            assert (found == road.cells()).all(), (lengths, halo, width, steps)


def test_a_segment_works_on_the_buffers_it_is_given():
    segment = tb.Segment(130, 10)
    segment.load(tb.start(130))
    out = numpy.full(5, 2**64 - 1, numpy.uint64)
    assert segment.read(0, 130, out) is out
    assert (out[:3] == tb.start(130)).all() and (out[3:] == 2**64 - 1).all()


@pytest.mark.parametrize("ranks", [2, 3])
def test_ranks_of_mpi4py_with_segments_are_a_road(ranks):
    from trafficbench._suite import tools

    launcher, why = tools("ladder.rungs").launcher_of_mpi4py(sys.executable)
    assert launcher, why
    arguments = [ROOT / "tests" / "python_segment_ranks.py", 10007, 100, 730, "auto"]
    done = start([*launcher, ranks, sys.executable, *arguments], env={"PYTHONPATH": str(FOLDER)})
    assert done.returncode == 0 and done.stdout == "same road: True same moves: True\n", done.stdout + done.stderr


# What a process is to others


def test_where_the_caller_runs_stays_as_it_was():
    code = """
import os, trafficbench as tb
mask = os.sched_getaffinity(0)
road = tb.Road(100000, threads=2)
road.advance(300)
workers = [os.sched_getaffinity(int(task)) for task in os.listdir("/proc/self/task") if int(task) != os.getpid()]
print(os.sched_getaffinity(0) == mask, [len(worker) for worker in workers])
"""
    done = run_python(code, env={"OPENBLAS_NUM_THREADS": "1"})
    assert done.stdout == "True [1]\n", done.stdout + done.stderr


def test_one_thread_is_the_default_among_several_ranks():
    code = "import trafficbench as tb; print(tb.Road(100).threads, tb.Road(100, threads=2).threads)"
    assert run_python(code, env={"PMI_SIZE": "2", "PMI_RANK": "0"}).stdout == "1 2\n"
    assert run_python(code, env={"OMP_NUM_THREADS": "3"}).stdout == "3 2\n"
    done = run_python(code, env={"OMP_NUM_THREADS": "no"})
    assert done.stderr.splitlines()[-1].startswith("ValueError: OMP_NUM_THREADS "), done.stderr


@pytest.mark.parametrize("call", [
    "road.advance(10**15, count='sampled')",
    "tb.Road(10**9, init='mt19937', threads=1)",
    "tb.start(10**11, init='uni', first=10**11 - 64)",
    "road.space_time(10**6, (0, 50))",
    "segment.advance(10**6, count='sampled')",
])  # fmt: skip
def test_an_interrupt_ends_a_long_call(call):
    code = f"""
import trafficbench as tb
road = tb.Road(10**6, threads=2)
segment = tb.Segment(2000, 10**6, "naive")
segment.load(tb.start(2000))
halo = tb.start(10**6, init="pattern:10")
segment.set_halo(halo, halo)
try:
    print("begins", flush=True)
    {call}
except KeyboardInterrupt:
    print("interrupted", road.hash == tb.Road.from_cells(tb.exact(tb.Road(10**6).cells(), road.iteration)).hash)
"""
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             env=environment({"PYTHONPATH": str(FOLDER)}))  # fmt: skip
    with child:
        assert child.stdout.readline() == "begins\n", child.stderr.read()
        child.send_signal(signal.SIGINT)
        out, err = ended(child)
    assert out == "interrupted True\n" and child.returncode == 0, out + err


def test_other_threads_run_while_a_kernel_does():
    road = tb.Road(10**6, kernel="naive", threads=1)
    done = threading.Event()
    seen = 0

    def advance():
        road.advance(100)
        done.set()

    worker = threading.Thread(target=advance)
    worker.start()
    while not done.is_set():
        seen += road.iteration < 100
    worker.join()
    assert seen > 10


def test_roads_of_several_threads_do_not_meet():
    cells = tb.Road(5000, threads=1).cells()
    found = {}

    def advance(number):
        road = tb.Road.from_cells(cells, threads=2)
        for _ in range(50):
            road.advance(number)
        found[number] = (road.cells() == tb.exact(cells, 50 * number)).all()

    workers = [threading.Thread(target=advance, args=(number,)) for number in range(1, 5)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert found == dict.fromkeys(range(1, 5), True)


def test_a_road_is_for_one_thread_at_a_time():
    road = tb.Road(10**6, kernel="naive", threads=1)
    refused = []

    def insist(call):
        while True:
            try:
                return call()
            except RuntimeError as error:
                refused.append(str(error))

    worker = threading.Thread(target=insist, args=(lambda: road.advance(200),))
    worker.start()
    while worker.is_alive():
        insist(road.packed)
    worker.join()
    assert set(refused) == {"this Road is at work in another thread: give each thread a Road of its own"}
    assert road.iteration == 200
    road.packed()


def test_a_fork_in_the_middle():
    code = """
import os, trafficbench as tb
alone, shared = tb.Road(1000, threads=1), tb.Road(1000, threads=2)
shared.advance(10)
if os.fork() == 0:
    print(alone.advance(10).sum() == tb.Road(1000, threads=1).advance(10).sum())
    for call in [lambda: shared.advance(10), lambda: shared.packed(), lambda: tb.Road(1000, threads=2)]:
        try:
            call()
        except RuntimeError as error:
            print(error)
    os._exit(0)
os.wait()
print("parent", len(shared.advance(10)), flush=True)
"""
    done = run_python(code)
    lines = done.stdout.splitlines()
    assert lines[0] == "True" and len(lines) == 5, done.stdout + done.stderr
    assert lines[1] == lines[2] == lines[3] and "forked" in lines[1]
    assert lines[4] == "parent 10"


# What is refused


def cells(*values, dtype=numpy.uint8):
    return numpy.array(values, dtype)


WORDS = numpy.zeros(4, numpy.uint64)


def segment():
    made = tb.Segment(100, 8, "naive")
    made.load(WORDS)
    return made


def closed_to_writing():
    words = numpy.zeros(4, numpy.uint64)
    words.flags.writeable = False
    return words


REFUSED = [
    # The first is the exception, then a word that its sentence has.
    (ValueError, "length", lambda: tb.Road(0)),
    (ValueError, "length", lambda: tb.Road(-5)),
    (ValueError, "length", lambda: tb.Road(2**41)),
    (ValueError, "length", lambda: tb.Road(10**30)),
    (ValueError, "steps is of type int", lambda: tb.Road(100, threads=1).advance(10**5000)),
    (TypeError, "int(1e7)".replace("1e7", "10000000.0"), lambda: tb.Road(1e7)),
    (TypeError, "length", lambda: tb.Road("100")),
    (TypeError, "length", lambda: tb.Road(True)),
    (TypeError, "length", lambda: tb.Road(None)),
    (TypeError, "unexpected keyword", lambda: tb.Road(100, dens=0.5)),
    (ValueError, "density", lambda: tb.Road(100, 1.5)),
    (ValueError, "density", lambda: tb.Road(100, float("nan"))),
    (TypeError, "density", lambda: tb.Road(100, "0.5")),
    (ValueError, "init", lambda: tb.Road(100, init="random")),
    (ValueError, "pattern", lambda: tb.Road(100, init="pattern:12")),
    (TypeError, "init", lambda: tb.Road(100, init=3)),
    (ValueError, "seed", lambda: tb.Road(100, seed=-1)),
    (ValueError, "seed", lambda: tb.Road(100, init="uni", seed=10**10)),
    (ValueError, "kernel 'fast' is unknown", lambda: tb.Road(100, kernel="fast")),
    (ValueError, "threads=2", lambda: tb.Road(100, kernel="tiled+threads", threads=1)),
    (TypeError, "kernel", lambda: tb.Road(100, kernel=None)),
    (ValueError, "threads", lambda: tb.Road(100, threads=0)),
    (ValueError, "threads", lambda: tb.Road(100, threads=10**6)),
    (TypeError, "threads", lambda: tb.Road(100, threads=1.5)),
    (MemoryError, "memory", lambda: tb.Road(2**40, kernel="naive")),
    (ValueError, "cannot be read", lambda: tb.Road.load("/nowhere/road")),
    (ValueError, "folder", lambda: tb.Road.load("/")),
    (TypeError, "path", lambda: tb.Road.load(3.5)),
    (ValueError, "path", lambda: tb.Road.load("")),
    (ValueError, "path", lambda: tb.Road.load("a\0b")),
    (ValueError, "no folder", lambda: tb.Road(100, threads=1).save("/nowhere/road")),
    (TypeError, "numpy array", lambda: tb.Road.from_cells([1, 0])),
    (TypeError, "float64", lambda: tb.Road.from_cells(cells(1, 0, dtype=float))),
    (TypeError, "object", lambda: tb.Road.from_cells(cells(1, None, dtype=object))),
    (ValueError, "2 dimensions", lambda: tb.Road.from_cells(cells([1, 0], [0, 1]))),
    (ValueError, "the array is empty", lambda: tb.Road.from_cells(cells())),
    (ValueError, "cell 2 is 2", lambda: tb.Road.from_cells(cells(1, 0, 2))),
    (ValueError, "cell 70 is 9", lambda: tb.Road.from_cells(cells(*[0] * 70, 9))),
    (ValueError, "cell 1 is -1", lambda: tb.Road.from_cells(cells(1, -1, dtype=numpy.int8))),
    (ValueError, "cell 0 is 256", lambda: tb.Road.from_cells(cells(256, dtype=numpy.int64))),
    (ValueError, "steps", lambda: tb.Road(100, threads=1).advance(-1)),
    (ValueError, "steps", lambda: tb.Road(100, threads=1).advance(0, "sampled")),
    (TypeError, "steps", lambda: tb.Road(100, threads=1).advance("10")),
    (ValueError, "unknown counting mode 'all': choose from 'every', 'sampled'", lambda: tb.Road(100, threads=1).advance(1, "all")),
    (TypeError, "count", lambda: tb.Road(100, threads=1).advance(1, count=2)),
    (MemoryError, "", lambda: tb.Road(100, threads=1).advance(10**15)),
    (ValueError, "first", lambda: tb.Road(100, threads=1).cells(101)),
    (ValueError, "count", lambda: tb.Road(100, threads=1).cells(90, 11)),
    (ValueError, "count", lambda: tb.Road(100, threads=1).cells(0, -1)),
    (ValueError, "window", lambda: tb.Road(100, threads=1).space_time(1, (100, 1))),
    (ValueError, "window", lambda: tb.Road(100, threads=1).space_time(1, (0, 0))),
    (TypeError, "window", lambda: tb.Road(100, threads=1).space_time(1, 5)),
    (ValueError, "steps", lambda: tb.exact(cells(1, 0), -1)),
    (TypeError, "numpy array", lambda: tb.exact(tb.Road(10), 1)),
    (ValueError, "first", lambda: tb.start(100, first=101)),
    (ValueError, "count", lambda: tb.start(100, first=50, count=51)),
    (ValueError, "length", lambda: tb.Segment(0, 1)),
    (ValueError, "halo", lambda: tb.Segment(10, 0)),
    (MemoryError, "segment", lambda: tb.Segment(2**40, 1, "naive")),
    (ValueError, "load them", lambda: tb.Segment(10, 1).read()),
    (ValueError, "load them", lambda: tb.Segment(10, 1).set_halo(WORDS, WORDS)),
    (ValueError, "load them", lambda: tb.Segment(10, 1).advance(1)),
    (ValueError, "packed", lambda: tb.Segment(1000, 1).load(WORDS)),
    (ValueError, "packed", lambda: tb.Segment(100, 1).load(WORDS, 200)),
    (ValueError, "first", lambda: tb.Segment(100, 1).load(WORDS, -1)),
    (TypeError, "uint64", lambda: segment().load(cells(1, 0))),
    (TypeError, "uint64", lambda: segment().load(WORDS.astype(">u8"))),
    (TypeError, "numpy array", lambda: segment().load([0, 0])),
    (ValueError, "one piece", lambda: segment().load(WORDS[::2])),
    (ValueError, "2 dimensions", lambda: segment().load(WORDS.reshape(2, 2))),
    (ValueError, "width", lambda: segment().set_halo(WORDS, WORDS, 9)),
    (ValueError, "width", lambda: segment().set_halo(WORDS, WORDS, -1)),
    (ValueError, "left", lambda: segment().set_halo(WORDS[:0], WORDS)),
    (ValueError, "right", lambda: segment().set_halo(WORDS, WORDS[:0])),
    (ValueError, "good for 0", lambda: segment().advance(1)),
    (ValueError, "steps", lambda: segment().advance(9)),
    (ValueError, "count", lambda: segment().read(0, 101)),
    (ValueError, "first", lambda: segment().read(-1)),
    (ValueError, "out", lambda: segment().read(0, 100, WORDS[:1])),
    (ValueError, "read-only", lambda: segment().read(0, 100, closed_to_writing())),
    (TypeError, "uint64", lambda: segment().read(0, 100, cells(*[0] * 100))),
    (TypeError, "pickle", lambda: pickle.dumps(segment())),
]


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_one_sentence_says_what_was_wrong(number):
    kind, word, call = REFUSED[number]
    with pytest.raises(kind) as caught:
        call()
    assert type(caught.value) is kind or kind is MemoryError
    text = str(caught.value)
    assert word in text and "\n" not in text, text


def test_a_damaged_road_file_is_refused(tmp_path):
    road = tb.Road(5000, threads=1)
    road.save(tmp_path / "road")
    data = bytearray((tmp_path / "road").read_bytes())
    data[-20] ^= 4
    (tmp_path / "road").write_bytes(data)
    with pytest.raises(ValueError, match="damaged"):
        tb.Road.load(tmp_path / "road")
    with pytest.raises(ValueError, match="holds a road of 5000 cells, not 70"):
        road.save(tmp_path / "other")
        tb.Road(70, init=f"file:{tmp_path / 'other'}")


# What there is, and what it says of itself


def test_kernels_and_instruction_sets_are_the_programs():
    listed = json.loads(succeed("list", "--json"))
    names = list(dict.fromkeys(entry["kernel"] for entry in listed["kernels"]))
    assert KERNELS == [name for name in names if name != "naive-native" or name in KERNELS]  # packages are without
    assert [kernel.kind for kernel in tb.kernels() if kernel.name == "leap"] == ["closed-form"]
    assert any(isa.runs_here and isa.register_bits > 0 for isa in tb.isas())
    assert all(kernel.bits_per_cell > 0 and kernel.summary for kernel in tb.kernels())
    # What an iteration makes of memory falls from rung to rung: the road gets smaller, and a trip serves more iterations.
    trips = {kernel.name: kernel.bytes_per_trip / kernel.iterations_per_trip for kernel in tb.kernels()}
    assert trips["naive"] > trips["branchless"] > trips["bitpacked"] > trips["tiled"] > 0
    assert trips["leap"] == 0


def test_everything_public_explains_itself():
    for name, thing in ((name, getattr(tb, name)) for name in tb.__all__):
        assert inspect.getdoc(thing), name
        if inspect.isclass(thing) and thing.__module__ in ("trafficbench._road", "trafficbench._segment"):
            for member, value in inspect.getmembers(thing):
                assert member.startswith("_") or inspect.getdoc(value), f"{name}.{member}"
    assert all(name in tb.__doc__ for name in tb.__all__ if name not in ("Isa", "Kernel"))


def test_types_are_right(tmp_path):
    caller = tmp_path / "caller.py"
    caller.write_text("""
import numpy
import trafficbench as tb
from numpy.typing import NDArray

road = tb.Road(100)
moves: NDArray[numpy.int64] = road.advance(3)
last: int = road.advance(3, "sampled")
wrong: str = road.advance(3, "sampled")
""", encoding="utf-8")  # fmt: skip
    words = ["-m", "mypy", "--strict", "--no-incremental", "--cache-dir", os.devnull, "--config-file", ROOT / "tests" / "mypy.ini"]
    parts = sorted(FOLDER.glob("trafficbench/*.py*"))
    done = start([sys.executable, *words, *parts, caller], env={"MYPYPATH": str(FOLDER)}, cwd=tmp_path)
    found = [line for line in done.stdout.splitlines() if ": error: " in line]
    # All is right but the line that is wrong.
    assert len(found) == 1 and "caller.py:9: error: Incompatible types in assignment" in found[0], done.stdout + done.stderr
