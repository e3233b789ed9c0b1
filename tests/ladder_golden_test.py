"""The Python rungs on the course's own road, against what its numpy programs print. Takes a minute."""

import json

import pytest
from ladder_rungs import SCRIPTS, rung
from program import ROOT

CASES = [
    case
    for case in json.loads((ROOT / "tests" / "golden.json").read_text(encoding="utf-8"))["cases"]
    if case["init"] == "mt19937"
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['cells']} cells")
@pytest.mark.parametrize("name", SCRIPTS)
def test_velocities_are_the_course_s(name, case):
    # Plain Python would take minutes for all of them.
    last = min(case["steps"], 10 if name == "python" else case["steps"])
    options = ["--cells", case["cells"], "--density", case["target_density"], "--seed", case["seed"]]
    said = rung(
        name, *options, "--steps", last, "--print-every", case["print_every"], ranks=2 if name == "mpi4py" else 1
    )
    assert said["cars"] / said["cells"] == pytest.approx(case["actual_density"], abs=1e-9)
    expected = {step: velocity for step, velocity in case["velocity"].items() if int(step) <= last}
    assert expected and {step: round(velocity, 6) for step, velocity in said["velocity"].items()} == expected


def test_there_is_a_case():
    assert CASES
