"""The start state `mt19937`: a cell holds a car where the next number of the Mersenne Twister is below the density.

The course's numpy programs draw it so, from the generator seeded as its authors published it (M. Matsumoto and T. Nishimura,
ACM TOMACS 8 (1998) 3; initialisation of 2002).
"""

import random


def draw_lists(cells, density, seed):
    """Without numpy: Python's own generator is the same one, but seeds itself in another way, so it is given its state."""
    words = [seed & 0xFFFFFFFF]
    for i in range(1, 624):
        words.append((1812433253 * (words[-1] ^ (words[-1] >> 30)) + i) & 0xFFFFFFFF)
    generator = random.Random()
    generator.setstate((3, (*words, 624), None))
    draw = generator.random
    return [1 if draw() < density else 0 for _ in range(cells)]


def draw_array(cells, density, seed, first=0, count=None):
    """With numpy: cells [first, first + count) as booleans. The numbers before them must be drawn too."""
    import numpy as np  # only the rungs that have it come here

    piece = 1 << 20
    generator = np.random.RandomState(seed)
    end = cells if count is None else first + count
    road = np.empty(end - first, dtype=np.bool_)
    for at in range(0, end, piece):
        drawn = generator.random_sample(min(piece, end - at)) < density
        kept = drawn[max(first - at, 0) :]
        to = max(at - first, 0)
        road[to : to + len(kept)] = kept
    return road
