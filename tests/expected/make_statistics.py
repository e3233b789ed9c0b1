#!/usr/bin/env python3
"""Writes statistics.json beside it: reference values for the statistics of drivers/, from SciPy.

    /usr/bin/python3 tests/expected/make_statistics.py          (Debian: python3-scipy)

The input numbers are made up; what is derived from them is computed here by other means than in the program:

median_interval   ranks (from 1) of the 95% interval of the median of n samples, from scipy.stats.binom.
fits              speedup(p) = p / (1 + sigma (p - 1) + kappa p (p - 1)), sigma and kappa >= 0, least squares on the
                  speedups; kappa is 0 in Amdahl's law. From scipy.optimize.least_squares, best of several starts.
"""

import json
from pathlib import Path

import numpy
import scipy.optimize
import scipy.stats

OUTPUT = Path(__file__).resolve().parent / "statistics.json"


def median_interval(n):
    # The narrowest symmetric pair of ranks j, n + 1 - j with P(j <= X <= n - j) >= 0.95, X binomial.
    def coverage(j):
        return float(scipy.stats.binom.cdf(n - j, n, 0.5) - scipy.stats.binom.cdf(j - 1, n, 0.5))

    rank = max(j for j in range(1, n // 2 + 1) if coverage(j) >= 0.95)
    return {"n": n, "low_rank": rank, "high_rank": n + 1 - rank, "coverage": coverage(rank)}


def law(p, sigma, kappa):
    return p / (1 + sigma * (p - 1) + kappa * p * (p - 1))


POWERS = [1, 2, 4, 8, 16, 32, 64]
CURVES = [
    {"name": "ideal", "cores": POWERS, "speedups": [float(p) for p in POWERS]},
    {"name": "exactly Amdahl, 5% serial", "cores": POWERS, "speedups": [law(p, 0.05, 0) for p in POWERS]},
    {"name": "exactly Gunther", "cores": POWERS, "speedups": [law(p, 0.02, 0.0005) for p in POWERS]},
    {"name": "falls off again", "cores": POWERS, "speedups": [1, 1.95, 3.71, 6.60, 10.1, 11.9, 9.2]},
    {"name": "better than linear: both at their bound", "cores": [1, 2, 4, 8], "speedups": [1, 2.06, 4.21, 8.3]},
    {"name": "flattens: kappa at its bound", "cores": [1, 2, 4, 8, 16], "speedups": [1, 1.4, 1.8, 2.0, 2.2]},
    {"name": "three points, uneven", "cores": [1, 3, 12], "speedups": [1, 2.8, 9.1]},
    {"name": "slower with every core", "cores": [1, 2, 4, 8], "speedups": [1, 0.8, 0.55, 0.3]},
]


def least_squares(cores, speedups, parameters):
    """The best of several starts, within bounds, and with each parameter at its bound 0 in turn."""
    best = None
    scale = [(0.0, 0.0), (0.01, 1e-4), (0.1, 1e-2), (1.0, 0.1)]
    for start in scale:
        found = scipy.optimize.least_squares(
            lambda x: law(cores, x[0], x[1] if parameters == 2 else 0) - speedups,
            numpy.array(start[:parameters]) + 1e-9,
            bounds=(0, numpy.inf),
            xtol=1e-15,
            ftol=1e-15,
            gtol=1e-15,
            x_scale=[1, 1e-2][:parameters],
        )
        if best is None or found.cost < best.cost:
            best = found
    # Solutions at a bound are approached from within: try the bound itself.
    candidates = [best.x]
    if parameters == 2:
        candidates.append(numpy.array([least_squares(cores, speedups, 1)[0], 0.0]))
        only_kappa = scipy.optimize.minimize_scalar(
            lambda kappa: ((law(cores, 0, kappa) - speedups) ** 2).sum(), bounds=(0, 1), method="bounded",
            options={"xatol": 1e-14},
        )
        candidates.append(numpy.array([0.0, only_kappa.x]))
    candidates.append(numpy.zeros(parameters))

    def cost(x):
        return ((law(cores, x[0], x[1] if parameters == 2 else 0) - speedups) ** 2).sum()

    return min(candidates, key=lambda x: (round(float(cost(x)), 15), numpy.count_nonzero(x)))


def fit(curve):
    cores, speedups = numpy.array(curve["cores"], float), numpy.array(curve["speedups"], float)
    result = dict(curve)
    for name, parameters in [("amdahl", 1), ("gunther", 2)]:
        x = least_squares(cores, speedups, parameters)
        sigma, kappa = float(x[0]), float(x[1]) if parameters == 2 else 0.0
        residuals = speedups - law(cores, sigma, kappa)
        result[name] = {
            "sigma": sigma,
            "kappa": kappa,
            "residuals": residuals.tolist(),
            "sum_of_squares": float((residuals**2).sum()),
        }
    return result


def main():
    report = {
        "about": "Written by make_statistics.py, which says what stands here. The input numbers are made up.",
        "made_with": {"scipy": scipy.__version__, "numpy": numpy.__version__},
        "median_interval": [median_interval(n) for n in range(6, 41)],
        "fits": [fit(curve) for curve in CURVES],
    }
    OUTPUT.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
