"""scripts/physics.py: its exact results against every road there is, its pictures by what they show, and what it refuses."""

import importlib.util
import itertools
import json
import math
import os

import pytest
from program import PROGRAM, ROOT, one_line_of, pretended, write_executable
from script import run_script

for module in ("numpy", "matplotlib"):
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"needs {module} (Debian: python3-{module})", allow_module_level=True)
from trafficbench_tools.physics import exact, pictures  # noqa: E402

SCRIPT = ROOT / "scripts" / "physics.py"
FILES = {"density.png", "density.svg", "relaxation.png", "relaxation.svg"}
ROADS = {"space-time-free.png", "space-time-critical.png", "space-time-jammed.png"}


def physics(folder, *arguments):
    return run_script(SCRIPT, "--program", PROGRAM, "--densities", 6, "--cells", 20000, *arguments, cwd=folder)


def moves_of_all_roads(cells, iterations):
    """{cars: moves of each iteration, averaged over every road of so many cars}."""
    sums, roads = {}, {}
    for start in itertools.product((0, 1), repeat=cells):
        road, cars = list(start), sum(start)
        roads[cars] = roads.get(cars, 0) + 1
        own = sums.setdefault(cars, [0] * iterations)
        for iteration in range(iterations):
            own[iteration] += sum(car and not road[(i + 1) % cells] for i, car in enumerate(road))
            road = [road[(i + 1) % cells] if car else road[i - 1] for i, car in enumerate(road)]
    return {cars: [moves / roads[cars] for moves in own] for cars, own in sums.items()}


def test_flow_of_a_ring_is_the_average_over_all_its_roads():
    for cells in (2, 5, 10):
        for cars, averages in moves_of_all_roads(cells, cells // 2).items():
            for iteration, average in enumerate(averages, start=1):
                assert exact.flow_of_ring(iteration, cells, cars) * cells == pytest.approx(average, abs=1e-9)


def test_flow_of_a_random_road_is_the_average_over_all_roads_by_their_probability():
    cells = 10
    averages = moves_of_all_roads(cells, cells // 2)
    for density in (0.1, 0.5, 0.52, 0.9):
        for iteration in range(1, cells // 2 + 1):
            expected = sum(
                math.comb(cells, cars) * density**cars * (1 - density) ** (cells - cars) * own[iteration - 1]
                for cars, own in averages.items()
            )
            assert exact.flow(iteration, density) * cells == pytest.approx(expected, abs=1e-9)


def test_flow_settles_where_theory_says():
    for density in (0.2, 0.5, 0.8):
        assert exact.flow(4000, density) == pytest.approx(float(exact.steady_flow(density)), abs=0.01)
    assert exact.flow(3, 0) == exact.flow(3, 1) == 0


def test_pictures_hold_what_was_measured(tmp_path):
    done = physics(tmp_path, "--data", "data.json")
    assert done.returncode == 0, done.stderr
    written = set(os.listdir(tmp_path))
    assert written - ROADS == FILES | {"data.json"}
    assert (ROADS <= written) or "without libpng" in done.stderr
    assert done.stdout.count("standard deviations") == 2
    data = json.loads((tmp_path / "data.json").read_text(encoding="utf-8"))

    density = data["density"]
    steady = density["points"]["steady"]
    assert len(steady["density"]) == 6
    for share, velocity, flow in zip(steady["density"], steady["velocity"], steady["flow"]):
        assert flow == pytest.approx(min(share, 1 - share), abs=2e-6)
        assert velocity == pytest.approx(min(1, (1 - share) / share), abs=2e-6)
    figure = pictures.density_figure(density)
    for axes, quantity in zip(figure.axes, ("velocity", "flow")):
        marks = [line for line in axes.lines if line.get_marker() != "None"]
        curves = [line for line in axes.lines if line.get_marker() == "None"]
        assert len(marks) == len(curves) == 3
        for line, key in zip(marks, ("10", "100", "steady")):
            assert list(line.get_xdata()) == density["points"][key]["density"]
            assert list(line.get_ydata()) == density["points"][key][quantity]
        assert list(curves[0].get_ydata()) == density["curves"]["10"][quantity]

    relaxation = data["relaxation"]
    figure = pictures.relaxation_figure(relaxation)
    upper, lower = figure.axes
    assert list(upper.lines[0].get_ydata()) == relaxation["exact"][0]
    off = [list(line.get_ydata()) for line in lower.lines if len(line.get_xdata()) == len(relaxation["iterations"])]
    assert len(off) == len(relaxation["seeds"]) == 3
    for line, velocity, expected in zip(off, relaxation["velocities"], relaxation["exact"]):
        assert max(map(abs, line)) <= 5
        assert line[9] == pytest.approx((velocity[9] - expected[9]) / relaxation["deviation"])


def test_program_that_lies_is_found_out(tmp_path):
    lines = "out = re.sub(r'velocity is (\\S+)', lambda found: f'velocity is {float(found[1]) * 0.97:.6f}', out)\n"
    liar = pretended(tmp_path / "liar", lines)
    done = physics(tmp_path, "--program", liar)
    assert done.returncode == 1
    assert "differs from theory" in done.stderr and "steady" in done.stderr and "seed" in done.stderr


BAD = [
    (["--output", "missing"], "missing does not exist"),
    (["--output", "text"], "text is not a folder"),
    (["--data", "missing/x.json"], "missing"),
    (["--output", "full"], "--force"),
    (["--densities", "0"], "densities is 0"),
    (["--densities", "many"], "many"),
    (["--cells", "10"], "cells is 10"),
    (["--density", "1"], "density is 1: expected"),
    (["--density", "half"], "half"),
    (["--program", "nowhere"], "no program nowhere"),
    (["--program", "/bin/false"], "/bin/false"),
    (["--program", "/bin/true"], "/bin/true is not a trafficbench program"),
    (["--program", "./text"], "text is not a trafficbench program"),
    (["--fly"], "--fly"),
]


@pytest.mark.parametrize("arguments, word", BAD)
def test_bad_input_is_refused(tmp_path, arguments, word):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "density.svg").write_text("kept", encoding="utf-8")
    write_executable(tmp_path / "text", "\x7fELF")
    line = one_line_of(physics(tmp_path, *arguments), "physics.py")
    assert word in line, line
    assert set(os.listdir(tmp_path)) == {"full", "text"}
    assert (tmp_path / "full" / "density.svg").read_text(encoding="utf-8") == "kept"


def test_help_has_an_example_and_the_statuses(tmp_path):
    done = physics(tmp_path, "--help")
    assert done.returncode == 0 and "Example" in done.stdout and "Exit status" in done.stdout


def test_documents_have_the_pictures_that_it_makes():
    images = {path.name for path in (ROOT / "docs" / "images").iterdir()}
    assert images >= FILES | ROADS
