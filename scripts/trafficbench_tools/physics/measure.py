"""Roads run by the program: average velocities as it prints them."""

import re
import subprocess


class RunFailed(Exception):
    """The program did not do what was asked; the text is its own line."""


def start(program, arguments):
    """What `trafficbench run` prints. Raises RunFailed unless it ends with status 0."""
    try:
        done = subprocess.run(
            [str(program), "run", *arguments],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=120,
            check=False,
        )
    except OSError as error:
        raise RunFailed(f"{program} is not a trafficbench program: {error.strerror or error}") from error
    except subprocess.TimeoutExpired as error:
        raise RunFailed(f"{program} did not finish within {error.timeout:.0f} s") from error
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.startswith("trafficbench: ")]
        raise RunFailed(lines[0] if lines else f"{program} ended with status {done.returncode}")
    return done.stdout


def run(program, cells, density, steps, print_every, seed):
    """(cars, {iteration: average velocity}) of a random road, by the fastest kernel on one core."""
    arguments = {
        "cells": cells,
        "density": density,
        "steps": steps,
        "print-every": print_every,
        "seed": seed,
        "threads": 1,
    }
    # Only what is printed need be counted.
    text = start(program, [*(f"--{name}={value}" for name, value in arguments.items()), "--count=sampled"])
    actual = re.search(r"^Actual density of cars is ([0-9]+\.[0-9]+)\s*$", text, re.MULTILINE)
    lines = re.findall(r"^At iteration ([0-9]+) average velocity is ([0-9]+\.[0-9]+)\s*$", text, re.MULTILINE)
    if not actual or len(lines) != steps // print_every:
        raise RunFailed(f"{program} is not a trafficbench program: it does not print average velocities")
    # Six decimals tell the cars of a road of less than half a million cells.
    return round(float(actual[1]) * cells), {int(iteration): float(velocity) for iteration, velocity in lines}


def draw(program, path, cells, density, steps, width):
    """A picture of a road in space and time, by the program; False where its build cannot write PNG."""
    try:
        window = f"--window={cells // 2}:{width}"
        start(
            program,
            [f"--cells={cells}", f"--density={density}", f"--steps={steps}", f"--space-time={path}", window, "--force"],
        )
    except RunFailed as problem:
        if "libpng" in str(problem):
            return False
        raise
    return True
