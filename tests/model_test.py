"""trafficbench-model: modelled reports, advice, validation, and bad input."""

import json
import shlex
import subprocess

import pytest

from program import environment, needs_ranks
from report_helpers import load_report
from scaling_helpers import FACTS, KERNEL_TIMES, MODEL, call_model, measure, ping_pongs, refused


@pytest.fixture(name="inputs", scope="module")
def fixture_inputs(tmp_path_factory):
    report, machine = measure(tmp_path_factory.mktemp("model"), "--ranks", 1)
    return ["--report", report, "--machine", machine]


def test_rows_reach_the_whole_machine_and_say_that_they_are_modelled(inputs, tmp_path):
    output = tmp_path / "modelled.json"
    done = call_model("rows", *inputs, "--ranks", "1,128,750080", "--output", output)
    assert done.returncode == 0, done.stderr
    report = load_report(output)
    assert report["context"]["command"] == "model"
    assert "no row was measured" in report["context"]["note"]
    assert {row["ranks"] for row in report["benchmarks"]} == {1, 128, 750080}
    for row in report["benchmarks"]:
        assert row["origin"] == "modelled"
        assert row["name"].startswith("model/")
        assert row["model"]["calibrated_from"] == "measured.json"
        assert row["model"]["parameters"]["clock_hz"] == 2.25e9
        assert row["model"]["parameters"]["kernel_cells_per_cycle"] > 0


def test_a_deeper_halo_saves_messages_on_many_ranks(tmp_path):
    output = tmp_path / "modelled.json"
    done = call_model("rows", "--report", KERNEL_TIMES, "--machine", FACTS, "--ranks", "4096", "--depth", "1,64", "--mode", "strong", "--output", output)
    assert done.returncode == 0, done.stderr
    rates = {(row["cells"], row["depth"]): row["mcops"] for row in load_report(output)["benchmarks"]}
    for cells in {cells for cells, _ in rates}:
        assert rates[cells, 64] > rates[cells, 1]


def test_a_measured_network_sets_latencies_and_the_depth_that_auto_takes(inputs, tmp_path):
    depths = {}
    for microseconds in [0.1, 100]:
        network = ping_pongs(tmp_path / f"network-{microseconds}.json", {1: 1e-6 * microseconds, 2: 2e-6 * microseconds})
        output = tmp_path / f"{microseconds}.json"
        done = call_model("rows", *inputs, "--network", network, "--cells", "1e12", "--mode", "strong", "--ranks", "2,512",
                          "--depth", "auto", "--output", output)  # fmt: skip
        assert done.returncode == 0, done.stderr
        for row in load_report(output)["benchmarks"]:
            parameters = row["model"]["parameters"]
            assert parameters["network"] == network.name
            assert parameters["latency_on_node_seconds"] == pytest.approx(1e-6 * microseconds)
            assert parameters["latency_per_link_seconds"] == pytest.approx(1e-6 * microseconds)
            depths[microseconds, row["ranks"]] = row["depth"]
    assert depths[100, 2] > depths[0.1, 2]
    assert depths[100, 512] > depths[100, 2]  # more ranks have more to tell each other


def test_advice_names_depth_and_nodes(inputs):
    done = call_model("advise", *inputs, "--cells", "1e9", "--ranks", "128,1024,8192")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("MODELLED archer2, nothing measured there")
    assert "fastest on" in done.stdout
    assert [line.split()[0] for line in done.stdout.splitlines() if line.strip()[:1].isdigit()] == ["128", "1024", "8192"]


def test_validation_compares_with_rows_of_several_ranks(tmp_path):
    needs_ranks()
    report, _ = measure(tmp_path, "--ranks", "1,2", ranks=2)
    done = call_model("validate", report, "--tolerance", 1e9)
    assert done.returncode == 0, done.stderr
    assert "as ping-pong measured it" in done.stdout and "\n6 rows: the model differs by" in done.stdout
    # Where nobody has measured messages, one of the six rows on 2 ranks gives the latency.
    content = json.loads(report.read_text(encoding="utf-8"))
    for launch in content["context"]["runs"]:
        launch["limits"] = {name: limit for name, limit in launch["limits"].items() if limit.get("class") != "network"}
    older = tmp_path / "older.json"
    older.write_text(json.dumps(content), encoding="utf-8")
    assert "\n5 rows: the model differs by" in call_model("validate", older, "--tolerance", 1e9).stdout
    strict = call_model("validate", report, "--tolerance", 0)
    assert strict.returncode == 1


def test_the_published_sums_stand_beside_the_modelled(inputs):
    done = call_model("platform", "--machine", inputs[-1])
    assert done.returncode == 0
    assert "published" in done.stdout


def test_nothing_is_overwritten(inputs, tmp_path):
    output = tmp_path / "mine.json"
    output.write_text("mine", encoding="utf-8")
    refused(call_model("rows", *inputs, "--output", output), "exists", "--force")
    assert output.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    "options, word",
    [
        (["--cells-per-core", "0"], "cells-per-core is 0"),
        (["--depth", "nan"], "depth 'nan'"),
        (["--mode", "sideways"], "sideways"),
        (["--cells", ""], "--cells is empty"),
    ],
)
def test_advice_refuses_bad_axes_that_it_does_not_use(inputs, options, word):
    refused(call_model("advise", *inputs, *options), word)


def test_output_that_cannot_be_written_is_no_success(inputs):
    words = shlex.join(map(str, [MODEL, "platform", "--machine", inputs[-1]]))
    done = subprocess.run(["sh", "-c", f"{words} >/dev/full"], capture_output=True, text=True, env=environment(), check=False)
    assert done.returncode == 1 and "standard output" in done.stderr


@pytest.mark.parametrize(
    "options, words",
    [
        (["--kernels", "bogus"], ["bogus", "tiled"]),
        (["--kernels", "leap"], ["leap", "no rate"]),
        (["--kernels", "tiled+threads"], ["tiled+threads", "each rank has one core", "write tiled"]),
        (["--ranks", "750081"], ["ranks", "750080"]),
        (["--ranks", "x"], ["ranks"]),
        (["--ranks-per-node", "129"], ["ranks-per-node", "128"]),
        (["--depth", "3000", "--cells", "10240000", "--mode", "strong"], ["depth is 3000", "2500"]),
        (["--cells", "100", "--mode", "strong"], ["each must own a cell"]),
        (["--mode", "sideways"], ["sideways", "strong"]),
        (["--count", "sampled"], ["no verified row", "sampled", "trafficbench sweep"]),
        (["--periods", "0"], ["periods is 0"]),
        (["--depth", "1:1000:1", "--cells", "1e6:2e6:1000", "--mode", "strong"], ["100000 at most"]),
        (["--cells-per-core", "0", "--mode", "strong"], ["cells-per-core is 0"]),
        (["--coffee"], ["--coffee", "--help"]),
    ],
)
def test_bad_options_are_refused(inputs, tmp_path, options, words):
    output = tmp_path / "never.json"
    refused(call_model("rows", *inputs, *options, "--output", output), *words)
    assert not output.exists()


def test_bad_files_are_refused(inputs, tmp_path):
    output = ["--output", tmp_path / "never.json"]
    refused(call_model("rows", "--report", "none.json", *inputs[2:], *output), "none.json")
    text = tmp_path / "text.json"
    text.write_text("[]", encoding="utf-8")
    refused(call_model("rows", "--report", text, *inputs[2:], *output), "no report")
    facts = json.loads(FACTS.read_text(encoding="utf-8"))
    for changed in [{"clock_hz": 1e16}, {"clock_hz": 0}, {"clock_hz": -1}, {"clock_hz": 1e-300}, {"clock_hz": "fast"}]:
        text.write_text(json.dumps(facts | changed), encoding="utf-8")
        refused(call_model("advise", *inputs[:2], "--machine", text), "clock_hz")
    text.write_text(json.dumps(facts).replace("2250000000.0", "1e400"), encoding="utf-8")
    refused(call_model("advise", *inputs[:2], "--machine", text), "no JSON")
    del facts["clock_hz"]
    text.write_text(json.dumps(facts), encoding="utf-8")
    refused(call_model("rows", *inputs[:2], "--machine", text, *output), "clock_hz")
    for command in ["advise", "rows"]:
        more = output if command == "rows" else []
        refused(call_model(command, "--report", tmp_path, *inputs[2:], *more), "is a folder")
        refused(call_model(command, *inputs[:2], "--machine", tmp_path, *more), "is a folder")
    refused(call_model("validate", tmp_path), "is a folder")
    refused(call_model("advise", *inputs, "--network", tmp_path), "is a folder")
    refused(call_model("advise", *inputs, "--network", ping_pongs(text, {})), "text.json", "no ping-pong")
    refused(call_model("platform", "--machine", inputs[-1], "--network", "none.json"), "none.json")
    damaged = json.loads(inputs[1].read_text(encoding="utf-8"))
    damaged["benchmarks"][0]["depth"] = 0
    text.write_text(json.dumps(damaged), encoding="utf-8")
    refused(call_model("advise", "--report", text, *inputs[2:]), "row 1", "depth 0")
    refused(call_model("validate", inputs[1]), "2 ranks")
    for tolerance in ["nan", "inf", "-1", "much", "1e400", ""]:
        refused(call_model("validate", inputs[1], "--tolerance", tolerance), "tolerance")
    refused(call_model(), "--help")
