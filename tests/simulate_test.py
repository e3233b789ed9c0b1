"""scripts/simulate.sh: the suite's own decomposition and halo exchange on machines that SimGrid simulates."""

import os
import signal
import subprocess
import time

import pytest
from program import BUILD, ROOT, environment, start
from report_helpers import load_report
from scaling_helpers import FACTS, KERNEL_TIMES, measure, ping_pongs, refused

SURROUNDINGS = {"TRAFFICBENCH_SIMULATE_BUILT": str(BUILD)}
# At most between the simulation and the formula.
AGREEMENT = 0.15


@pytest.fixture(name="inputs", scope="module")
def fixture_inputs(tmp_path_factory):
    report, machine = measure(tmp_path_factory.mktemp("simulate"))
    return ["--report", str(report), "--machine", str(machine)]


def command(*arguments):
    return [str(ROOT / "scripts" / "simulate.sh"), *map(str, arguments)]


def simulate(*arguments):
    return start(command(*arguments), env=SURROUNDINGS)


def pairs(report):
    """Simulated rows, each with the modelled one of the same point."""
    rows = {row["name"]: row for row in report["benchmarks"]}
    simulated = [row for row in rows.values() if row["origin"] == "simulated"]
    return [(row, rows[row["name"].replace("simulate/", "model/", 1)]) for row in simulated]


@pytest.mark.parametrize(
    "shape",
    [
        ["--ranks", "1,2,48,256"],  # within a node, uneven, two nodes
        ["--ranks", "3,24,200", "--ranks-per-node", "1", "--cells", "1e9,1e12"],  # routers and groups, no power of two
        ["--ranks", "384", "--depth", "1,50,auto", "--periods", "2"],  # three nodes
    ],
)
def test_model_and_simulation_agree(tmp_path, shape):
    output = tmp_path / "simulated.json"
    done = simulate("--report", KERNEL_TIMES, "--machine", FACTS, "--output", output, *shape)
    assert done.returncode == 0, done.stdout + done.stderr
    report = load_report(output)
    assert report["context"]["command"] == "simulate"
    assert report["context"]["runs"][0]["mpi"]["library"] == "SimGrid SMPI"
    assert "no row was measured" in report["context"]["note"]
    both = pairs(report)
    assert len(both) == len(report["benchmarks"]) / 2 > 0
    for simulated, modelled in both:
        assert modelled["origin"] == "modelled"
        assert simulated["depth"] == modelled["depth"]
        assert simulated["model"]["name"] == "smpi"
        assert modelled["real_time"] == pytest.approx(simulated["real_time"], rel=AGREEMENT), simulated["name"]
    assert not list(tmp_path.glob("*.journal"))


def test_a_measured_network_is_what_is_simulated(inputs, tmp_path):
    times = {}
    for microseconds in [1, 100]:
        network = ping_pongs(tmp_path / f"network-{microseconds}.json", {1: 1e-6 * microseconds, 2: 2e-6 * microseconds})
        output = tmp_path / f"{microseconds}.json"
        done = simulate(*inputs, "--network", network, "--output", output, "--ranks", "2,256", "--depth", "1", "--mode", "strong",
                        "--cells", "1e5", "--tolerance", 0.3)  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        both = pairs(load_report(output))
        assert all(simulated["model"]["parameters"]["network"] == network.name for simulated, _ in both)
        times[microseconds] = [simulated["real_time"] for simulated, _ in both]
    assert all(slow > 2 * quick for quick, slow in zip(times[1], times[100]))


def test_the_simulation_is_the_same_every_time(inputs, tmp_path):
    times = []
    for name in ["one.json", "two.json"]:
        done = simulate(*inputs, "--output", tmp_path / name, "--ranks", "96", "--mode", "strong")
        assert done.returncode == 0, done.stderr
        times.append([row["real_time"] for row in load_report(tmp_path / name)["benchmarks"]])
    assert times[0] == times[1]


def test_a_difference_beyond_the_tolerance_is_a_failed_check(inputs, tmp_path):
    output = tmp_path / "simulated.json"
    done = simulate(*inputs, "--output", output, "--ranks", "200", "--depth", "1", "--tolerance", "0")
    assert done.returncode == 1
    load_report(output)


def test_an_interrupted_study_is_resumed(inputs, tmp_path):
    output = tmp_path / "simulated.json"
    options = [*inputs, "--output", output, "--ranks", "4,1024"]
    with subprocess.Popen(
        command(*options), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment(SURROUNDINGS), start_new_session=True,
        text=True,
    ) as study:  # fmt: skip
        for line in study.stdout:
            if "1024 ranks" in line:
                break
        time.sleep(0.2)
        os.kill(study.pid, signal.SIGTERM)
        rest = study.stdout.read()
        assert study.wait(timeout=60) == 4, rest
    assert not output.exists()
    refused(simulate(*options), "--resume", "--force")
    done = simulate(*options, "--resume")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "] 4 ranks" not in done.stdout
    assert {row["ranks"] for row in load_report(output)["benchmarks"]} == {4, 1024}


def test_nothing_is_overwritten(inputs, tmp_path):
    output = tmp_path / "simulated.json"
    output.write_text("mine", encoding="utf-8")
    refused(simulate(*inputs, "--output", output, "--ranks", "2"), "exists", "--force")
    assert output.read_text(encoding="utf-8") == "mine"
    done = simulate(*inputs, "--output", output, "--ranks", "2", "--force")
    assert done.returncode == 0, done.stderr
    load_report(output)


@pytest.mark.parametrize(
    "options, words",
    [
        (["--coffee"], ["--coffee", "--help"]),
        (["--ranks"], ["--ranks", "needs a value"]),
        (["--ranks", "0"], ["ranks"]),
        (["--report", "none.json"], ["none.json"]),
        (["--machine", "none.json"], ["none.json"]),
        (["--network", "none.json"], ["none.json"]),
        (["--resume"], ["--resume", "--output"]),
        (["--count", "sampled"], ["no verified row"]),
    ],
)
def test_bad_input_is_refused_before_anything_is_simulated(inputs, tmp_path, options, words):
    output = [] if "--resume" in options else ["--output", tmp_path / "never.json"]
    refused(simulate(*inputs, *output, *options), *words)
    assert not list(tmp_path.iterdir())


def test_paths_that_smpirun_would_cut_are_refused(inputs, tmp_path):
    refused(simulate(*inputs, "--output", tmp_path / "two words.json"), "blanks", "two words.json")
    assert not list(tmp_path.iterdir())


def test_help_has_every_option_and_an_example():
    done = simulate("--help")
    assert done.returncode == 0
    for word in ["--report", "--machine", "--resume", "--ranks", "Example:", "Exit status:"]:
        assert word in done.stdout
