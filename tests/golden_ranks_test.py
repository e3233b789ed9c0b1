"""`run` spread over ranks, more of them than cores too, prints what the course's programs print, line for line."""

import pytest
from golden_cases import COURSE_ROAD, CROWDED_ROAD, NUMPY_ROAD, SHORT_ROAD, check_run
from program import call, kernels, needs_ranks, own_lines, succeed


@pytest.fixture(autouse=True, scope="module")
def ranks():
    needs_ranks()


@pytest.mark.parametrize("kernel", kernels())
@pytest.mark.parametrize("ranks", [2, 3])
def test_every_kernel_prints_the_golden_velocities(kernel, ranks):
    check_run(SHORT_ROAD, kernel, ranks=ranks)


# Ranks that wait spin: with many of them on few cores, few exchanges.
@pytest.mark.parametrize("kernel", kernels())
def test_seven_ranks_on_few_cores_print_the_golden_velocities(kernel):
    check_run(SHORT_ROAD, kernel, "--depth", 200, ranks=7)


@pytest.mark.parametrize("case", [COURSE_ROAD, NUMPY_ROAD, CROWDED_ROAD], ids=["uni", "mt19937", "crowded"])
def test_two_ranks_print_the_golden_velocities_of_long_roads(case):
    check_run(case, "auto", ranks=2)


@pytest.mark.parametrize("kernel", kernels())
def test_ranks_of_two_threads_print_the_golden_velocities(kernel):
    check_run(SHORT_ROAD, kernel, "--depth", 100, ranks=2, threads=2)


@pytest.mark.parametrize("kernel", kernels())
def test_more_ranks_than_cells_print_what_one_prints(kernel):
    arguments = ["run", "--cells", 5, "--steps", 6, "--print-every", 1, "--kernel", kernel, "--threads", 2]
    velocities = [
        [line for line in succeed(*arguments, ranks=ranks).splitlines() if line.startswith("A")] for ranks in (1, 7)
    ]
    assert velocities[0] == velocities[1]
    assert len(velocities[0]) == 7


def test_check_passes_on_three_ranks():
    done = call("check", "--quick", "--cases", 3, "--kernels", "naive,tiled,leap", ranks=3)
    assert done.returncode == 0, done.stdout + done.stderr
    assert own_lines(done.stderr) == []
    *lines, count = done.stdout.splitlines()
    assert all(line.startswith("ok ") for line in lines) and count == f"{len(lines)} checks of 3 variants passed"
