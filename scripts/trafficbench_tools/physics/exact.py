"""What theory says of the road, exactly.

H. Fuks, Exact results for deterministic cellular automata traffic models, Phys. Rev. E 60 (1999) 197.
"""

import functools

import numpy as np


def steady_flow(density):
    """Cars that move in an iteration, over cells, once the road has settled: each car, or each hole, if those are fewer."""
    return np.minimum(density, 1 - density)


@functools.lru_cache(maxsize=8)
def log_factorials(most):
    """log(n!) for n = 0 .. most."""
    return np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, most + 1, dtype=float)))))


def flow(iterations, density):
    """The expected flow in the `iterations`-th iteration, for a start in which each cell holds a car with `density`.

    With t = iterations - 1 and r the density,
        J(t) = 1 - r - sum over j = 1 .. t+1 of (j / (t+1)) C(2t+2, t+1-j) r^(t+1-j) (1-r)^(t+1+j).
    Logarithms keep the binomials and the powers within a double.
    """
    if density in (0, 1):
        return 0.0
    half = iterations  # t + 1
    logs = log_factorials(2 * half)
    j = np.arange(1, half + 1)
    terms = (
        np.log(j / half)
        + logs[2 * half] - logs[half - j] - logs[half + j]
        + (half - j) * np.log(density) + (half + j) * np.log1p(-density)
    )  # fmt: skip
    return float(1 - density - np.exp(terms).sum())


def flow_of_ring(iterations, cells, cars):
    """The same for a ring of exactly so many cars, every arrangement as likely as any other; 2 iterations <= cells.

    The powers r^a (1-r)^b of a window of 2t+2 cells become C(cells - 2t - 2, cars - a) / C(cells, cars).
    """
    half = iterations
    logs = log_factorials(cells)
    log_choose = lambda n, k: logs[n] - logs[k] - logs[n - k]  # noqa: E731
    held = half - np.arange(1, half + 1)  # cars in the window
    j = half - held
    possible = (held <= cars) & (2 * half - held <= cells - cars)
    held, j = held[possible], j[possible]
    terms = (
        np.log(j / half)
        + log_choose(2 * half, held)
        + log_choose(cells - 2 * half, cars - held)
        - log_choose(cells, cars)
    )
    return float(1 - cars / cells - np.exp(terms).sum())


def velocity_deviation(cells):
    """About the standard deviation of the average velocity of a random road of that length."""
    return 0.5 / np.sqrt(cells)
