"""What the course's own programs print, and how `run` must print the same."""

import json
import re
from pathlib import Path

from program import succeed

HERE = Path(__file__).resolve().parent
GOLDEN = json.loads((HERE / "golden.json").read_text(encoding="utf-8"))
CASES = GOLDEN["cases"]
COURSE_ROAD, SHORT_ROAD, CROWDED_ROAD, NUMPY_ROAD = CASES

# One kernel jumps to its result: it has no update rate to print.
RATE = re.compile(r"Update rate was \d+\.\d{6} MCOPs|No update rate: leap jumps to the result by the closed form")
TIME = re.compile(r"Time taken was  \d+\.\d{6} seconds")


def name_of(case):
    return f"{case['init']}-{case['cells']}"


def expected_lines(case):
    """The course's C program, trailing blanks included; the two lines of figures as patterns."""
    return [
        f"Length of road is {case['cells']}",
        f"Number of iterations is {case['steps']} ",
        f"Target density of cars is {case['target_density']:.6f} ",
        "Initialising road ...",
        "...done",
        f"Actual density of cars is {case['actual_density']:.6f}",
        "",
        *(
            f"At iteration {iteration} average velocity is {velocity:.6f} "
            for iteration, velocity in case["velocity"].items()
        ),
        "",
        "Finished",
        "",
        TIME,
        RATE,
        "",
    ]


def check_lines(printed, expected):
    lines = printed.split("\n")
    assert lines.pop() == ""
    assert len(lines) == len(expected), printed
    for line, wanted in zip(lines, expected):
        if isinstance(wanted, re.Pattern):
            assert wanted.fullmatch(line), line
        else:
            assert line == wanted


def check_run(case, kernel, *more, ranks=1, threads=1):
    printed = succeed(
        "run",
        *("--cells", case["cells"], "--steps", case["steps"], "--density", case["target_density"]),
        *("--init", case["init"], "--seed", case["seed"], "--print-every", case["print_every"]),
        *("--kernel", kernel, "--threads", threads, *more),
        ranks=ranks,
    )
    check_lines(printed, expected_lines(case))
