"""The Python module against whatever a caller may pass, and against calls in any order: values or one clear sentence, never a crash.

Run: TRAFFICBENCH_BUILD=build/release /usr/bin/python3 -m pytest tests/python_fuzz_test.py
"""

import numpy
from hypothesis import HealthCheck, configuration, given, settings
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from program import CACHE_FOLDER
from python_module import package, plain, unpacked

tb = package()
configuration.set_hypothesis_home_dir(CACHE_FOLDER.name)

KERNELS = [kernel.name for kernel in tb.kernels()]
# The same cases in every run: a failure here is one for whoever changed the code.
settings.register_profile(
    "fuzz", deadline=None, derandomize=True, database=None, print_blob=False, suppress_health_check=list(HealthCheck)
)
settings.load_profile("fuzz")

# A road may be as long as memory allows, so that what lies between is left out: it would be made.
counts = some.one_of(some.integers(-3, 300), some.sampled_from([2**41, 2**62, 2**63, 2**64, -(2**63), 10**30]))
dtypes = some.one_of(
    some.sampled_from([numpy.dtype(kind) for kind in ("uint8", "bool", "uint64", "int8", "int64", ">u8", "float32", "U3", "M8[s]")]),
    arrays.scalar_dtypes(),
)


@some.composite
def any_array(draw):
    """An array of any kind, which may be turned round, full of holes, transposed, or read-only."""
    array = draw(arrays.arrays(draw(dtypes), arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5)))
    if array.ndim and draw(some.booleans()):
        array = array[:: draw(some.sampled_from([-1, 2]))]
    if draw(some.booleans()):
        array = array.T
    array.flags.writeable = draw(some.booleans())
    return array


@some.composite
def few_cells(draw):
    """An array that is a road, or nearly one."""
    array = draw(arrays.arrays(draw(some.sampled_from([numpy.uint8, numpy.uint64, bool])), some.integers(0, 300)))
    return array % 2 if array.dtype != bool and draw(some.booleans()) else array


anything = some.one_of(
    counts, some.floats(), some.none(), some.booleans(), some.text(max_size=5), some.binary(max_size=5), some.complex_numbers(),
    some.sampled_from(["every", "sampled", "uni", "mt19937", "philox", "pattern:110", *KERNELS]), any_array(), few_cells(),
    some.lists(some.integers(0, 1), max_size=3), some.tuples(counts, counts), counts.map(lambda value: numpy.array(value, object)),
    some.floats().map(numpy.float64), some.integers(0, 255).map(numpy.uint8), some.just(numpy), some.builds(object),
)  # fmt: skip


def segment(length=100, halo=8):
    made = tb.Segment(length, halo, "naive")
    made.load(numpy.zeros(8, numpy.uint64))
    return made


def road():
    return tb.Road(100, threads=1)


# What is called, and the arguments that it takes by name. A road's threads and files are no subject here.
CALLS = {
    "Road": (lambda **given: tb.Road(**{"threads": 1, **given}), "length density init seed kernel"),
    "Road.from_cells": (lambda **given: tb.Road.from_cells(threads=1, **given), "cells kernel"),
    "Road.load": (tb.Road.load, "path kernel"),
    "Road.advance": (lambda **given: road().advance(**given), "steps count"),
    "Road.cells": (lambda **given: road().cells(**given), "first count"),
    "Road.space_time": (lambda **given: road().space_time(**given), "steps window"),
    "Segment": (tb.Segment, "length halo kernel"),
    "Segment.load": (lambda **given: segment().load(**given), "packed first"),
    "Segment.read": (lambda **given: segment().read(**given), "first count out"),
    "Segment.set_halo": (lambda **given: segment().set_halo(**given), "left right width"),
    "Segment.advance": (lambda **given: segment().advance(**given), "steps count"),
    "start": (tb.start, "length density init seed first count"),
    "exact": (tb.exact, "road steps"),
}


@settings(max_examples=1000)
@given(data=some.data())
def test_any_arguments_are_taken_or_refused_in_one_sentence(data):
    call, names = CALLS[data.draw(some.sampled_from(sorted(CALLS)))]
    given_values = {name: data.draw(anything, label=name) for name in names.split() if data.draw(some.booleans())}
    if isinstance(given_values.get("path"), int):
        return  # an open file's number, which path_of refuses; 0 to 2 are this test's own
    try:
        call(**given_values)
    except (TypeError, ValueError, MemoryError) as error:
        text = str(error)
        assert text and "\n" not in text and len(text) < 400, text


@settings(max_examples=200)
@given(cells=few_cells(), steps=some.integers(0, 100), kernel=some.sampled_from(KERNELS))
def test_what_is_a_road_makes_the_iterations_of_the_rule(cells, steps, kernel):
    if cells.size == 0 or (cells > 1).any():
        return
    expected, moves = plain(cells.astype(numpy.uint8), steps)
    made = tb.Road.from_cells(cells, kernel, threads=1)
    assert made.advance(steps).tolist() == moves
    assert (made.cells() == expected).all() and (tb.exact(cells, steps) == expected).all()


class Calls(RuleBasedStateMachine):
    """A ring of one segment beside a plain model: calls in any order, right ones and wrong ones."""

    @initialize(length=some.integers(1, 200), halo=some.integers(1, 80), kernel=some.sampled_from(KERNELS))
    def make(self, length, halo, kernel):
        self.segment = tb.Segment(length, halo, kernel)
        self.length, self.most = length, min(halo, length)
        self.cells = None  # as they should be; None: not loaded
        self.good_for = 0

    def refused(self, call, *arguments):
        before = None if self.cells is None else self.segment.read()
        try:
            call(*arguments)
        except ValueError as error:
            assert "\n" not in str(error)
        else:
            raise AssertionError(f"{call.__name__}{arguments} was taken")
        assert before is None or (self.segment.read() == before).all()

    @rule(seed=some.integers(0, 2**31), first=some.integers(0, 70), density=some.floats(0, 1))
    def load(self, seed, first, density):
        words = tb.start(first + self.length, density, seed=seed)
        self.segment.load(words, first)
        self.cells, self.good_for = unpacked(words, first + self.length)[first:].copy(), 0

    @precondition(lambda self: self.cells is not None)
    @rule(data=some.data())
    def exchange(self, data):
        width = data.draw(some.integers(0, self.most))
        left, right = self.segment.read(self.length - width, width), self.segment.read(0, width)
        self.segment.set_halo(left, right, width)
        self.good_for = width

    @precondition(lambda self: self.cells is not None)
    @rule(data=some.data(), count=some.sampled_from(["every", "sampled"]))
    def advance(self, data, count):
        steps = data.draw(some.integers(0 if count == "every" else 1, max(1, self.good_for)))
        if steps > self.good_for:
            return self.refused(self.segment.advance, steps, count)
        moved = self.segment.advance(steps, count)
        self.cells, moves = plain(self.cells, steps)
        self.good_for -= steps
        assert (moved == (moves if count == "every" else moves[-1])).all() if count == "every" else moved == moves[-1]

    @rule(too_many=some.integers(1, 100))
    def misuse(self, too_many):
        if self.cells is None:
            self.refused(self.segment.read)
            self.refused(self.segment.advance, 1)
            return
        short = numpy.zeros(0, numpy.uint64)
        self.refused(self.segment.advance, self.good_for + too_many)
        self.refused(self.segment.read, 0, self.length + too_many)
        self.refused(self.segment.load, short)
        self.refused(self.segment.set_halo, short, short, self.most)

    @invariant()
    def holds_its_cells(self):
        if getattr(self, "cells", None) is None:
            return
        assert self.segment.halo == self.good_for
        assert (unpacked(self.segment.read(), self.length) == self.cells).all()


Calls.TestCase.settings = settings(max_examples=100, stateful_step_count=12)
test_calls_in_any_order = Calls.TestCase
