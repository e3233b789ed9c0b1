"""Made-up launches of a made-up machine whose noise is known, to try the statistics of scripts/compare.py on."""

import math
from dataclasses import dataclass

KERNELS = ["naive", "branchless", "bitpacked", "bitsliced", "tiled", "leap"]


@dataclass
class Machine:
    """Deviations are parts of the true time; a sample is the true time x exp(launch's noise + repetition's noise)."""

    noise: float  # mean (delays) or deviation (normal) of a repetition's own
    shape: str = "delays"  # exponential delays, or normal, or spikes: 3 repetitions in 20 are delayed by ten times more
    memory: float = 0.0  # correlation of a repetition with the one before
    shared: float = 0.0  # deviation of what all kernels at a point have in common in one launch
    own: float = 0.0  # of what one kernel at one point has to itself in one launch


def draw(machine, generator):
    if machine.shape == "normal":
        return generator.gauss(0, 1)
    if machine.shape == "spikes":
        return 0.2 * generator.gauss(0, 1) + (generator.expovariate(0.1) if generator.random() < 0.15 else 0)
    return generator.expovariate(1)


def samples_of(machine, count, offset, generator):
    """Seconds of `count` repetitions of 0.1 s, one launch."""
    noises, last = [], None
    for _ in range(count):
        new = draw(machine, generator)
        last = new if last is None else machine.memory * last + math.sqrt(1 - machine.memory**2) * new
        noises.append(last)
    return [0.1 * math.exp(offset + machine.noise * noise) for noise in noises]


def launch(machine, places, count, generator, slowed=(), factor=1.0):
    """{(kernel, place): samples} of one launch over so many places; those in `slowed` take `factor` times as long."""
    samples = {}
    for place in range(places):
        shared = generator.gauss(0, machine.shared)
        for kernel in KERNELS:
            offset = shared + generator.gauss(0, machine.own) + (math.log(factor) if kernel in slowed else 0)
            samples[kernel, place] = samples_of(machine, count, offset, generator)
    return samples
