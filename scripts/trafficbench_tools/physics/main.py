"""Pictures of the physics: what the fastest kernel measures, over what theory says exactly."""

import argparse
import json
import os
import sys
import time
from pathlib import Path

from trafficbench_tools.command_line import Parser
from trafficbench_tools.counts import parse_count, parse_share
from trafficbench_tools.errors import BadInput, FailedUnderWay
from trafficbench_tools.files import check_target, write_text
from trafficbench_tools.places import program
from trafficbench_tools.printing import tell as tell_line
from trafficbench_tools.with_packages import need

ITERATIONS = (10, 100)  # beside the settled road
PICTURES = ("density.png", "density.svg", "relaxation.png", "relaxation.svg")
ROADS = {"space-time-free.png": 0.3, "space-time-critical.png": 0.5, "space-time-jammed.png": 0.7}
SEEDS = (5743, 5744, 5745)
PRINTED = 1e-6  # velocities have six decimals


def main():
    """Carries out the command line; returns the exit status."""
    options = read_options(sys.argv[1:])
    need("numpy", "matplotlib")
    return make(options)


def read_options(words):
    """The options of the command line, checked. Raises BadInput."""
    parser = Parser(
        "physics.py",
        prog="scripts/physics.py",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Measures average velocity and flow against density, and velocity against iteration, with the fastest kernel;\n"
        "holds them against the exact results (docs/model.md); draws both, and roads in space and time, into a folder.\n"
        "Takes less than 30 s. Needs numpy and matplotlib (Debian: python3-numpy, python3-matplotlib).",
        epilog="Example:\n  scripts/physics.py --output docs/images --force\n\n"
        "Exit status: 0 done; 1 a measurement is not what theory says, or something failed under way; 2 bad input, or\n"
        "something is missing; 4 interrupted.",
    )
    parser.add_argument(
        "--output",
        default=".",
        metavar="DIR",
        help="folder of the pictures: " + ", ".join([*PICTURES, *ROADS]) + " [.]",
    )
    parser.add_argument("--data", metavar="FILE", help="also write what is drawn to this JSON file")
    parser.add_argument("--densities", default="50", help="number of densities, 1 to 1000 [50]")
    parser.add_argument("--cells", default="200000", help="length of the roads of different densities [200000]")
    parser.add_argument("--density", default="0.52", help="density of the road that relaxes, above 0 and below 1 [0.52]")
    parser.add_argument("--force", action="store_true", help="replace files that exist")
    parser.add_argument(
        "--program", default=str(program()), metavar="PATH",
        help="trafficbench [build/release/bin/trafficbench; of an installation, its own]",
    )  # fmt: skip
    options = parser.parse_args(words)
    options.densities = parse_count(options.densities, "densities", 1, 1000)
    options.cells = parse_count(options.cells, "cells", 2 * max(ITERATIONS), 400000)  # six decimals tell the cars
    options.density = parse_share(options.density, "density")
    if not 0 < options.density < 1:
        raise BadInput(f"density is {options.density:g}: expected a number above 0 and below 1")
    options.output = Path(options.output)
    if not os.path.isdir(options.output):
        wrong = "is not a folder" if os.path.lexists(options.output) else "does not exist"
        raise BadInput(f"output folder {options.output} {wrong}: make it, or name another with --output")
    options.data = Path(options.data) if options.data else None
    for path in [*([options.data] if options.data else []), *(options.output / name for name in [*PICTURES, *ROADS])]:
        check_target(path, options.force)
    if not os.access(options.program, os.X_OK) or os.path.isdir(options.program):
        raise BadInput(
            f"there is no program {options.program}: build it with scripts/run.sh, or name it with --program"
        )
    return options


def make(options):
    """Measures, draws, and says what is not as theory has it; returns the exit status."""
    from trafficbench_tools.physics import exact, measure, pictures

    began = time.monotonic()

    def tell(text):
        print(f"[{time.monotonic() - began:3.0f} s] {text}", file=sys.stderr, flush=True)

    try:
        measure.run(options.program, 100, 0.5, 1, 1, SEEDS[0])  # another program is found before the work
    except measure.RunFailed as problem:
        raise BadInput(str(problem)) from problem
    try:
        density = density_data(options, measure, exact, tell)
        relaxation = relaxation_data(options, measure, exact, tell)
        tell("drawing")
        pictures.save(pictures.density_figure(density), options.output, "density", options.force)
        pictures.save(pictures.relaxation_figure(relaxation), options.output, "relaxation", options.force)
        for name, share in ROADS.items():
            if not measure.draw(options.program, options.output / name, 100000, share, 200, 400):
                tell("this trafficbench was built without libpng: no pictures of roads")
                break
    except measure.RunFailed as problem:
        raise FailedUnderWay(str(problem)) from problem
    if options.data:
        drawn = {"density": density, "relaxation": relaxation}
        write_text(options.data, json.dumps(drawn, indent=1) + "\n", options.force)
    for part in (density, relaxation):
        for line in part["problems"]:
            tell_line("physics.py", f"differs from theory: {line}")
        print(part["summary"])
    return 1 if density["problems"] or relaxation["problems"] else 0


def density_data(options, measure, exact, tell):
    """Velocity and flow at every density, and the curves. What is further from them than it may be is among the problems."""
    import numpy as np

    cells = options.cells
    settled = (cells - 1) // 2 + 1  # the first iteration that is sure to be steady
    points = {str(key): {"density": [], "velocity": [], "flow": []} for key in (*ITERATIONS, "steady")}
    problems, worst = [], 0.0
    # With the cars given, a standard deviation of the flow is about a quarter of 1 / sqrt(cells) at density 1/2, and less at
    # others.
    allowed = 5 * 0.25 / np.sqrt(cells) + PRINTED
    for number in range(options.densities):
        asked = (number + 0.5) / options.densities
        if number % 10 == 0:
            tell(f"density {number + 1} of {options.densities}")
        cars, velocity = measure.run(options.program, cells, asked, max(ITERATIONS), min(ITERATIONS), SEEDS[0])
        velocity["steady"] = measure.run(options.program, cells, asked, settled, settled, SEEDS[0])[1][settled]
        actual = cars / cells
        for key in (*ITERATIONS, "steady"):
            flow = velocity[key] * actual
            for field, value in (("density", actual), ("velocity", velocity[key]), ("flow", flow)):
                points[str(key)][field].append(value)
            if key == "steady":
                off = abs(flow - float(exact.steady_flow(actual)))
                ok = off <= PRINTED
            else:
                off = abs(flow - exact.flow_of_ring(key, cells, cars))
                ok = off <= allowed
                worst = max(worst, off / (allowed - PRINTED) * 5)
            if not ok:
                problems.append(f"density {actual:.4f}, {key}: the flow is off by {off:.2g}")
    fine = np.linspace(0.001, 0.999, 999)
    curves = {str(key): np.array([exact.flow(key, r) for r in fine]) for key in ITERATIONS}
    curves["steady"] = exact.steady_flow(fine)
    return {
        "cells": cells,
        "iterations": list(ITERATIONS),
        "points": points,
        "curve_density": fine.tolist(),
        "curves": {key: {"flow": flow.tolist(), "velocity": (flow / fine).tolist()} for key, flow in curves.items()},
        "problems": problems,
        "summary": f"{options.densities} densities of {cells} cells: settled flow exact to {PRINTED:g}, "
        f"else within {worst:.1f} standard deviations of the exact flow",
    }


def relaxation_data(options, measure, exact, tell):
    """Velocity against iteration, for several seeds, and the exact expectation."""
    import numpy as np

    cells, last, density = 50000, 1000, options.density
    iterations = list(range(1, last + 1))
    deviation = float(exact.velocity_deviation(cells))
    velocities, expected, problems, worst = [], [], [], 0.0
    for seed in SEEDS:
        tell(f"relaxation, seed {seed}")
        cars, measured = measure.run(options.program, cells, density, last, 1, seed)
        velocities.append([measured[iteration] for iteration in iterations])
        # Expected of a ring of so many cars: how many there happen to be matters more than where they are.
        expected.append([exact.flow_of_ring(iteration, cells, cars) * cells / cars for iteration in iterations])
        off = np.abs(np.array(velocities[-1]) - np.array(expected[-1])) / deviation
        worst = max(worst, float(off.max()))
        if off.max() > 5:
            problems.append(f"seed {seed}, iteration {off.argmax() + 1}: {off.max():.1f} standard deviations off")
    return {
        "cells": cells,
        "density": density,
        "deviation": deviation,
        "iterations": iterations,
        "exact": expected,
        "seeds": list(SEEDS),
        "velocities": velocities,
        "problems": problems,
        "summary": f"relaxation of {cells} cells at density {density}: within {worst:.1f} standard deviations of the exact velocity"
        f" in {last} iterations",
    }
