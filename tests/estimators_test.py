"""The three estimators: the median of visits with its interval, the ratio within visits with its interval, and the best
repetition. On made-up disturbances whose truth is known, and on what a shared machine did (tests/noise).

Seeds stay the same, so that rates do. A bound is the rate that theory or a trial ten times as long gave, less or more about
four standard errors; where repetitions are pooled the same bounds are missed, so that they can tell.

Run: /usr/bin/python3 -m pytest tests/estimators_test.py
"""

import json
import itertools
import math
import random
import statistics
from pathlib import Path

import pytest
import script  # noqa: F401  puts the scripts' package on the path

from trafficbench_tools.compare.change import BEST, figures_of, two_best
from trafficbench_tools.self_comparison.made_up import (
    SECONDS, STEPS, Machine, launch, measured_launch, measured_launches, measured_pairs, measured_visits
)  # fmt: skip
from trafficbench_tools.visits import (
    median_and_interval, median_interval, medians_by_visit, per_iteration, visit_ratios
)  # fmt: skip

LAUNCHES = 800
EXPECTED = Path(__file__).resolve().parent / "expected" / "statistics.json"
POINT = ("tiled", 0)
INDEPENDENT = Machine("independent")
STATES = Machine("states", 0.3)
SPIKES = Machine("independent", 0.05, spikes=0.2)
ALIKE = Machine("alike")
DRIFT = Machine("drift")


def times_of(row):
    """{(launch, visit): median time an iteration}."""
    return medians_by_visit(row, per_iteration(row, row["samples"]))


def interval_of(row):
    return median_and_interval(times_of(row))[1:3]


def pooled_interval_of(row):
    """What must not be done: repetitions of one visit are taken for independent of each other."""
    return median_interval(per_iteration(row, row["samples"]))


def long_run_median(machine):
    """Of the visits' medians, by very many visits."""
    generator = random.Random(1)
    many = [launch(machine, generator, visits=6, points=[POINT])[POINT] for _ in range(4000)]
    return statistics.median(time for row in many for time in times_of(row).values())


def coverage(machine, interval, visits=6, seed=2):
    """How often the interval of a launch holds the long-run median."""
    truth, generator = long_run_median(machine), random.Random(seed)
    held = 0
    for _ in range(LAUNCHES):
        low, high = interval(launch(machine, generator, visits, points=[POINT])[POINT])
        held += low <= truth <= high
    return held / LAUNCHES


@pytest.mark.parametrize(
    "case", json.loads(EXPECTED.read_text(encoding="utf-8"))["median_interval"], ids=lambda case: str(case["n"])
)
def test_interval_runs_between_the_ranks_that_scipy_says(case):
    """A value is its own rank here."""
    assert median_interval(range(case["n"], 0, -1)) == (case["low_rank"], case["high_rank"])


@pytest.mark.parametrize(
    "machine, visits, least, most",
    [
        # Theory: 1 - 2/2^6, 1 - 2 (1 + 9)/2^9, 1 - 2 (1 + 12 + 66)/2^12.
        (INDEPENDENT, 6, 0.945, 0.99),
        (INDEPENDENT, 9, 0.93, 0.985),
        (INDEPENDENT, 12, 0.93, 0.985),
        (STATES, 6, 0.945, 0.99),
        (SPIKES, 6, 0.945, 0.99),
    ],
    ids=["six visits", "nine", "twelve", "two states", "spikes"],
)
def test_interval_of_the_median_holds_it_as_often_as_it_says_where_visits_are_independent(machine, visits, least, most):
    assert least <= coverage(machine, interval_of, visits) <= most


@pytest.mark.parametrize("machine", [INDEPENDENT, STATES, SPIKES], ids=["independent", "two states", "spikes"])
def test_repetitions_pooled_over_visits_would_hold_it_too_rarely(machine):
    """In 71% to 74%. So the test before can tell."""
    assert coverage(machine, pooled_interval_of) <= 0.81


@pytest.mark.parametrize("machine, least, most", [(ALIKE, 0.53, 0.69), (DRIFT, 0.02, 0.1)], ids=["alike", "drift"])
def test_interval_of_one_launch_says_little_where_its_visits_are_alike(machine, least, most):
    """In 61% and 6%. That is its limit, not a fault: what lasts longer than a launch shows in several launches only."""
    assert least <= coverage(machine, interval_of) <= most


@pytest.mark.parametrize("machine, least", [(ALIKE, 0.93), (DRIFT, 0.93)], ids=["alike", "drift"])
def test_interval_over_launches_holds_it_all_the_same(machine, least):
    truth, generator = long_run_median(machine), random.Random(3)
    held = 0
    for _ in range(LAUNCHES):
        values = {}
        for run in range(6):
            row = launch(machine, generator, points=[POINT])[POINT]
            values.update({(run, visit): time for (_, visit), time in times_of(row).items()})
        _, low, high, over = median_and_interval(values)
        assert over == "launches"
        held += low <= truth <= high
    assert held / LAUNCHES >= least


# --- ratios within visits ------------------------------------------------------------------------------------------------

OTHER = ("bitpacked", 0)
RATIO = 1.04


def ratio_intervals(machine, of):
    """(low, high) of the ratio of two points, of which the second takes RATIO times as long, in many launches."""
    generator = random.Random(4)
    made = (launch(machine, generator, points=[POINT, OTHER], slowed={OTHER: RATIO}) for _ in range(LAUNCHES))
    return [of(rows[POINT], rows[OTHER]) for rows in made]


def within_visits(row, base):
    return median_and_interval(visit_ratios(row, base))[1:3]


def of_intervals(row, base):
    """By the intervals of both, as for rows that were not measured together."""
    (low, high), (base_low, base_high) = interval_of(row), interval_of(base)
    return base_low / high, base_high / low


@pytest.mark.parametrize(
    "machine", [INDEPENDENT, STATES, SPIKES, ALIKE, DRIFT], ids=["independent", "two states", "spikes", "alike", "drift"]
)
def test_interval_of_a_ratio_holds_it_whatever_disturbs_both(machine):
    """96.9% in theory: what a visit has to itself drops out."""
    intervals = ratio_intervals(machine, within_visits)
    held = sum(low <= RATIO <= high for low, high in intervals) / LAUNCHES
    assert 0.94 <= held <= 0.995
    # It finds 4% that intervals of the rows leave open, unless the machine is quieter in a launch than over a day.
    found = sum(low > 1 for low, _ in intervals) / LAUNCHES
    apart = sum(low > 1 for low, _ in ratio_intervals(machine, of_intervals)) / LAUNCHES
    assert found >= (0.7 if machine is SPIKES else 0.99)
    assert apart <= (1.0 if machine is DRIFT else 0.13)


def test_ratio_pairs_the_repetitions_of_a_round():
    """Rounds that differ a hundredfold, and two rows that do not: shuffled pairs would show it."""
    generator = random.Random(5)
    rounds = [10 ** generator.uniform(-1, 1) for _ in range(30)]

    def row(factor):
        return {
            **{"samples": [factor * SECONDS * each for each in rounds], "sample_steps": [STEPS] * 30, "cells": 10**6},
            **{"sample_runs": [0] * 30, "sample_visits": [index // 5 for index in range(30)]},
        }

    value, low, high, over = median_and_interval(visit_ratios(row(1), row(1.5)))
    assert (value, low, high, over) == (*[pytest.approx(1.5, rel=1e-12)] * 3, "visits")


# --- the best repetitions ------------------------------------------------------------------------------------------------


def best_speed(row):
    figure = figures_of(row)[BEST]
    return two_best(figure.bests, figure.visits)


@pytest.mark.parametrize(
    "machine, least",
    [(Machine("independent", 0.05), 0.95), (STATES, 0.99), (Machine("independent", 0.02, spikes=0.2), 0.995)],
    ids=["independent", "two states", "spikes"],
)
def test_best_repetitions_of_two_launches_are_near_each_other_where_medians_are_not(machine, least):
    """Within 3%: in 97.1%, 99.7% and 99.98% of pairs; medians in 76%, 52% and 95%."""
    generator = random.Random(6)
    near, medians = 0, 0
    for _ in range(LAUNCHES):
        one, other = (launch(machine, generator, points=[POINT])[POINT] for _ in range(2))
        near += abs(math.log(best_speed(one) / best_speed(other))) < math.log(1.03)
        middles = [median_and_interval(times_of(row))[0] for row in (one, other)]
        medians += abs(math.log(middles[0] / middles[1])) < math.log(1.03)
    assert near / LAUNCHES >= least
    assert near > medians + 0.01 * LAUNCHES


def test_best_of_fewer_is_what_so_many_would_have_had_on_average():
    generator = random.Random(7)
    bests = tuple(
        tuple(sorted((generator.gauss(100, 5) for _ in range(generator.choice([1, 2]))), reverse=True)) for _ in range(9)
    )
    for visits in (2, 4, 8):
        drawn = statistics.mean(
            statistics.mean(sorted(itertools.chain(*generator.sample(bests, visits)))[-2:]) for _ in range(20000)
        )
        assert two_best(bests, visits) == pytest.approx(drawn, abs=0.1)
    assert two_best(bests, 9) == pytest.approx(statistics.mean(sorted(itertools.chain(*bests))[-2:]))
    single = tuple(each[:1] for each in bests)
    assert two_best(single, 1) == pytest.approx(statistics.mean(itertools.chain(*single)))


def test_best_of_unlike_numbers_of_visits_is_not_biased():
    """Twice the visits have the higher best in most launches; as many visits of them have not."""
    generator = random.Random(8)
    machine = Machine("independent", 0.1)
    higher, fair = [], []
    for _ in range(LAUNCHES):
        few, many = (figures_of(launch(machine, generator, visits, points=[POINT])[POINT])[BEST] for visits in (6, 24))
        higher.append(math.log(two_best(many.bests, 24) / two_best(few.bests, 6)))
        fair.append(math.log(two_best(many.bests, 6) / two_best(few.bests, 6)))
    assert statistics.mean(higher) > 0.005
    assert abs(statistics.mean(fair)) < 0.001


# --- what a shared machine did -------------------------------------------------------------------------------------------

POINTS = sorted(measured_visits())


@pytest.fixture(scope="module", name="launches")
def fixture_launches():
    """{first visit: launch} of six visits, 30 s apart."""
    return {first: measured_launch(first) for first in measured_launches()}


def share_that_holds_the_whole_median(launches, point, interval):
    whole = measured_launch(0, visits=110, apart=1)[point]
    truth = statistics.median(times_of(whole).values())
    held = [low <= truth <= high for low, high in (interval(rows[point]) for rows in launches.values())]
    return sum(held) / len(held)


@pytest.mark.parametrize("point", POINTS, ids=lambda point: f"{point[0]}-{point[1]}")
def test_six_visits_half_a_minute_apart_hold_the_median_of_half_an_hour(launches, point):
    """91% to 99% of them."""
    assert share_that_holds_the_whole_median(launches, point, interval_of) >= 0.9
    # More visits, closer to each other, are a narrower wrong answer.
    close = {first: measured_launch(first, visits=12, apart=1) for first in measured_launches(12, 1)}
    assert share_that_holds_the_whole_median(close, point, interval_of) <= 0.87
    assert share_that_holds_the_whole_median(launches, point, pooled_interval_of) <= 0.87


@pytest.mark.parametrize("point", POINTS, ids=lambda point: f"{point[0]}-{point[1]}")
def test_best_of_two_such_launches_are_within_six_percent(launches, point):
    ratios = [
        abs(math.log(best_speed(launches[one][point]) / best_speed(launches[other][point])))
        for one, other in measured_pairs()
    ]
    assert sum(ratio < math.log(1.06) for ratio in ratios) / len(ratios) >= 0.95
    # Not those of half as many visits.
    few = {first: measured_launch(first, visits=2) for first in measured_launches(2)}
    of_few = [
        abs(math.log(best_speed(few[one][point]) / best_speed(few[other][point]))) for one, other in measured_pairs(visits=2)
    ]
    assert sum(ratio < math.log(1.06) for ratio in of_few) / len(of_few) < 0.94
