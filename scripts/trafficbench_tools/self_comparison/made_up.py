"""Made-up launches of a made-up machine whose disturbance is known, to try the statistics of visits and comparisons on; and
launches cut out of what was measured on a machine that others disturbed (tests/noise).

A launch is {point: row}, with what trafficbench_tools/visits.py and compare/ ask of a row.
"""

import csv
import functools
import math
from dataclasses import dataclass

from trafficbench_tools.places import ROOT
from trafficbench_tools.reading import read_text

VISITS = ROOT / "tests" / "noise" / "visits.csv"
SECONDS = 0.055  # of an undisturbed repetition
STEPS = 1000
APART = 2  # visits of VISITS from one visit of a launch to its next: 30 s


@dataclass
class Machine:
    """What slows a visit, all points of it alike, and what slows each repetition; parts of the undisturbed time."""

    kind: str  # independent: each visit has its own delay; states, drift, alike: see delays()
    size: float = 0.15
    noise: float = 0.01  # mean delay of a repetition by itself
    spikes: float = 0.0  # share of repetitions that are delayed by `spike` and more
    spike: float = 0.15


def delays(machine, visits, generator):
    """A delay for each of so many visits that follow one another."""
    if machine.kind == "independent":
        return [generator.expovariate(1 / machine.size) for _ in range(visits)]
    if machine.kind == "states":  # one visit in three is slowed by `size`
        return [generator.choice([0, 0, machine.size]) for _ in range(visits)]
    if machine.kind == "drift":  # a wave that takes thirty launches' time
        phase = generator.random()
        return [machine.size * (1 + math.sin(2 * math.pi * (phase + visit / (30 * visits)))) for visit in range(visits)]
    assert machine.kind == "alike"  # half of the visit before's, half of its own
    values = [generator.gauss(0, 1)]
    while len(values) < visits:
        values.append(0.8 * values[-1] + 0.6 * generator.gauss(0, 1))
    return [machine.size * math.exp(value) for value in values]


def launch(machine, generator, visits=6, rounds=5, *, points, slowed=None):
    """{point: row}; `slowed`: {point: factor} of those that take so many times as long."""
    samples = {point: [] for point in points}
    for delay in delays(machine, visits, generator):
        for _ in range(rounds):
            for point in points:
                own = machine.noise * generator.expovariate(1)
                if generator.random() < machine.spikes:
                    own += machine.spike * (1 + generator.expovariate(1))
                samples[point].append(SECONDS * (1 + delay) * (1 + own) * (slowed or {}).get(point, 1))
    return {point: row(*point, each, [STEPS] * len(each), rounds) for point, each in samples.items()}


def row(kernel, place, samples, steps, rounds):
    """A row of one launch with so many repetitions a visit."""
    return {
        **{"kernel": kernel, "cells": 10**6 + place, "ranks": 1, "threads": 1, "depth": 1, "mode": "strong", "count": "every"},
        **{"class": "update", "origin": "measured", "isa": "avx2", "steps": steps[0]},
        **{"samples": samples, "sample_steps": steps, "sample_runs": [0] * len(samples)},
        "sample_visits": [index // rounds for index in range(len(samples))],
        **{"real_time": 1.0, "cpu_time": None, "clock_hz": None, "interval_over": "visits"},
    }


@functools.lru_cache(maxsize=None)
def measured_visits():
    """{point: [(steps, seconds of two repetitions)]} of VISITS."""
    found = {}
    for line in csv.DictReader(read_text(VISITS).splitlines()):
        point = line["kernel"], int(line["cells"])
        found.setdefault(point, []).append(
            (int(line["steps"]), [float(line["seconds_repetition_1"]), float(line["seconds_repetition_2"])])
        )
    return found


def measured_launch(first, visits=6, apart=APART, slowed=None):
    """{point: row} of the visits from `first` on; `slowed` as for launch."""
    made = {}
    for point, every in measured_visits().items():
        chosen = every[first : first + apart * visits : apart]
        assert len(chosen) == visits
        factor = (slowed or {}).get(point, 1)
        samples = [factor * seconds for _, both in chosen for seconds in both]
        steps = [steps for steps, both in chosen for _ in both]
        made[point] = row(*point, samples, steps, 2)
    return made


def measured_launches(visits=6, apart=APART):
    """First visits of all launches that can be cut out."""
    count = min(map(len, measured_visits().values()))
    return range(count - apart * visits + 1)


def measured_pairs(visits=6, apart=APART, between=24):
    """(first, first) of every two launches whose first visits are so far from each other: six minutes or more."""
    firsts = measured_launches(visits, apart)
    return [(one, other) for one in firsts for other in firsts if other >= one + between]
