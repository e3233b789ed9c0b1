"""`run` on one rank prints what the course's programs print, line for line."""

import pytest
from golden_cases import (
    CASES, COURSE_ROAD, GOLDEN, HERE, RATE, SHORT_ROAD, TIME, check_lines, check_run, expected_lines, name_of,
)
from program import kernels, succeed


@pytest.mark.parametrize("kernel", kernels())
@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_every_kernel_prints_the_golden_velocities(case, kernel):
    check_run(case, kernel)


@pytest.mark.parametrize("kernel", kernels())
@pytest.mark.parametrize("threads", [2, 3])
def test_threads_print_the_golden_velocities(kernel, threads):
    check_run(SHORT_ROAD, kernel, threads=threads)


@pytest.mark.parametrize("kernel", kernels())
def test_moves_counted_only_where_they_are_printed_give_the_golden_velocities(kernel):
    check_run(SHORT_ROAD, kernel, "--count", "sampled")


@pytest.mark.parametrize("depth", [1, 7, 200])
def test_golden_velocities_are_printed_at_any_depth(depth):
    check_run(SHORT_ROAD, "bitsliced", "--depth", depth)


def test_expected_lines_are_those_of_the_course():
    """The form above against the C program's whole output, its two figures left open."""
    text = (HERE / "golden_course_stdout.txt").read_text(encoding="utf-8")
    lines = text.replace("<seconds, six decimals>", "0.000000").replace("<MCOPs, six decimals>", "0.000000")
    check_lines(lines, expected_lines(COURSE_ROAD))


def test_the_course_run_is_the_default_but_for_its_start():
    printed = succeed("run", "--init", "uni")
    check_lines(printed, expected_lines(COURSE_ROAD))


def test_the_other_exercise_has_the_same_start_state():
    case = GOLDEN["intro_to_hpc"]
    options = ["--cells", case["cells"], "--steps", case["steps"], "--density", case["target_density"], "--seed", case["seed"]]
    lines = succeed("run", "--init", case["init"], *options).splitlines()
    assert f"Actual density of cars is {case['actual_density']:.6f}" in lines
    for iteration, velocity in case["velocity"].items():
        assert f"At iteration {iteration} average velocity is {velocity:.6f} " in lines


def test_figures_agree_with_each_other():
    printed = succeed("run", "--init", "uni", "--cells", 100000, "--steps", 1000, "--kernel", "naive", "--threads", 1)
    seconds = float(TIME.search(printed)[0].split()[-2])
    rate = float(RATE.search(printed)[0].split()[-2])
    assert seconds > 0
    assert rate == pytest.approx(100000 * 1000 / seconds / 1e6, rel=1e-4)


@pytest.mark.parametrize("steps, every, printed_at", [(10, 3, [3, 6, 9]), (5, "auto", [1, 2, 3, 4, 5]), (7, 100, [])])
def test_prints_at_every_so_many_iterations(steps, every, printed_at):
    printed = succeed("run", "--cells", 1000, "--steps", steps, "--print-every", every)
    lines = [line.split()[2] for line in printed.splitlines() if line.startswith("At iteration")]
    assert lines == [str(number) for number in printed_at]
