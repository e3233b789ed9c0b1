"""scripts/study.sh without Slurm: site profiles, what it refuses, what it would submit, and a study on this machine."""

import json
import os
import re
import signal
import subprocess
import time

import pytest
from documents import COMMANDS
from made_up_meters import Meters
from program import PROGRAM, ROOT, environment, needs_ranks, one_line_of, start, write_executable
from report_helpers import load_report
from script import run_script

from trafficbench_study import energy_table, lists, merge, placement, scaling_table, site_profile

STUDY = ROOT / "scripts" / "study.sh"
SITES = ROOT / "scripts" / "sites"
NAMES = sorted(path.stem for path in SITES.glob("*.json"))


def study(*words):
    """scripts/study.sh with these words."""
    return start(["/bin/bash", STUDY, *words])


def study_py(*words, path=None):
    """What study.sh hands its words to; for all that needs neither the shell nor a build."""
    return run_script(ROOT / "scripts" / "study.py", *words, env=path and {"PATH": path})


def scripts_of(*words):
    done = study_py("--dry-run", *words)
    assert done.returncode == 0, f"{words}: status {done.returncode}\n{done.stderr}"
    parts = done.stdout.split("# ==== jobs/")[1:]
    return {part.split(".sh\n", 1)[0]: part.split(".sh\n", 1)[1] for part in parts}


def dry_run(*words):
    return scripts_of("--program", PROGRAM, *words)


def refused(*words, word, path=None):
    line = one_line_of(study_py(*words, path=path), "study.sh")
    assert word in line, f"{words}: no {word!r} in: {line}"


ARCHER2 = ["--site", "archer2", "--account", "z19", "--mode", "strong"]


def test_help_names_every_site_and_has_an_example():
    text = study("--help").stdout
    assert all(name in text for name in NAMES) and "Example" in text and "Exit status" in text


@pytest.mark.parametrize("name", NAMES)
def test_every_profile_makes_jobs(name):
    words = ["--site", name, "--mode", "weak", "--account", "a", "--nodes", "1"]
    scripts = dry_run(*words, *(["--cores", "8"] if name == "generic-slurm" else []))
    for text in scripts.values():
        assert subprocess.run(["bash", "-n"], input=text, text=True, check=False).returncode == 0, text
    assert set(scripts) == ({"nodes-0001"} if name == "local" else {"nodes-0001", "merge"})


def test_a_job_has_all_that_the_site_demands():
    text = dry_run(*ARCHER2, "--nodes", "4")["nodes-0004"]
    header = [line for line in text.splitlines() if line.startswith("#SBATCH")]
    for option in ("--account=z19", "--partition=standard", "--qos=standard", "--time=01:00:00", "--nodes=4",
                   "--ntasks-per-node=128", "--hint=nomultithread", "--distribution=block:block", "--requeue",
                   "--signal=B:USR1@300"):
        assert f"#SBATCH {option}" in header, option
    # Slurm ignores the frequency in a header there.
    assert not any("--cpu-freq" in line for line in header)
    assert "srun_options=(--distribution=block:block --cpu-bind=none --cpu-freq=2000000)" in text
    assert "unset OMP_PLACES" in text and "module purge" not in text
    for shape in ("128x1 4 512 128 1", "16x8 4 64 16 8", "8x16 4 32 8 16"):
        assert f'"nodes-0004-{shape}"' in text
    text = dry_run(*ARCHER2, "--nodes", "4", "--bind", "srun", "--cpu-freq", "2250000")["nodes-0004"]
    assert "--hint=nomultithread --cpu-freq=2250000)" in text and "--cpu-bind" not in text and "export OMP_PLACES=cores" in text


def header_of(text):
    return [line[len("#SBATCH "):] for line in text.splitlines() if line.startswith("#SBATCH ")]


def test_the_merge_is_a_job_of_one_core_where_the_site_has_such_jobs_run():
    def merge_at(site, *words):
        return header_of(dry_run("--site", site, "--account", "z19", "--mode", "strong", "--nodes", "2", *words)["merge"])

    # Whatever queue the measurements go to.
    for words in ([], ["--qos", "short"], ["--partition", "highmem"]):
        header = merge_at("archer2", *words)
        assert {"--partition=serial", "--qos=serial", "--time=00:10:00", "--ntasks=1", "--mem=4G", "--account=z19"} <= set(header)
        assert not any(option.startswith(("--nodes", "--exclusive", "--ntasks-per-node", "--distribution")) for option in header)
    assert "--partition=small" in merge_at("lumi-c")
    # Nobody has tried it there, which the user is told.
    profile = json.loads((SITES / "lumi-c.json").read_text(encoding="utf-8"))
    assert any("merge" in sentence and profile["merge"]["partition"] in sentence for sentence in profile["to_check"])
    # Nodes are shared at Cirrus EX, and memory cannot be asked for.
    header = merge_at("cirrus-ex")
    assert {"--partition=standard", "--qos=standard", "--ntasks=1"} <= set(header)
    assert not any(option.startswith(("--nodes", "--exclusive", "--mem")) for option in header)


def test_a_dry_run_opens_with_a_summary():
    out = study_py("--dry-run", "--program", PROGRAM, *ARCHER2, "--nodes", "1,4,1025", "--time", "02:00:00", "--depth", "1,auto").stdout
    summary = out[:out.index("# ==== jobs/")]
    assert summary.startswith("Strong scaling at archer2: ")
    rows = [re.split("  +", line.strip()) for line in summary.splitlines()]
    shapes = "128x1, 64x2, 32x4, 16x8, 8x16"
    assert [row for row in rows if row[0] in ("nodes-0001", "nodes-0004", "nodes-1025", "merge")] == [
        ["nodes-0001", "1", "standard", "standard", "02:00:00", "2.0", shapes],
        ["nodes-0004", "4", "standard", "standard", "02:00:00", "8.0", shapes],
        ["nodes-1025", "1025", "standard", "largescale", "02:00:00", "2050.0", shapes],
        ["merge", "-", "serial", "serial", "00:10:00", "-", "one core: merges the reports"]]
    assert ["counting modes", "every,sampled"] in rows and ["depth", "1,auto"] in rows
    assert "At most 2060.0 node-hours of the budget z19." in summary
    out = study_py("--dry-run", "--program", PROGRAM, "--site", "local", "--mode", "weak", "--cores", "4", "--cells", "1e3").stdout
    assert out.startswith("Weak scaling at local: ") and "1e3 per core" in out and "4x1, 2x2, 1x4, one core (" in out
    out = study_py("--dry-run", "--program", PROGRAM, "--io", *ARCHER2, "--nodes", "1,2", "--bytes", "1Mi").stdout
    assert out.startswith("Files, strong scaling at archer2: ") and re.search(r"^  bytes +1,048,576$", out, re.MULTILINE)


def test_a_long_list_is_shortened_in_the_summary():
    out = study_py("--dry-run", "--program", PROGRAM, *ARCHER2, "--nodes", "1", "--cells", ",".join(map(str, range(1000, 3000)))).stdout
    (line,) = [line for line in out.splitlines() if line.startswith("  cells ")]
    assert len(line) < 250 and " 1000,1001," in line and " ... " in line and line.endswith("2999")


def test_kernels_that_people_compare_are_the_default():
    """The program knows them: dry_run has it look at the options."""
    listed = start([PROGRAM, "list"]).stdout
    for site in (ARCHER2, ["--site", "local", "--mode", "strong", "--cores", "2"]):
        words = dry_run(*site, "--nodes", "1")["nodes-0001"]
        kernels = re.search(r"--kernels (\S+)", words)[1].split(",")
        assert kernels[0] == "naive" and {"tiled", "paired"} < set(kernels), "the baseline, and the fastest with and without ternary logic"
        assert all(re.search(rf"^{kernel} +update", listed, re.MULTILINE) for kernel in kernels)


def test_queue_and_time_are_chosen_within_the_limits():
    scripts = dry_run(*ARCHER2, "--nodes", "1024,1025", "--time", "12:00:00")
    assert "--qos=standard" in scripts["nodes-1024"] and "--qos=largescale" in scripts["nodes-1025"]
    assert "#SBATCH --time=00:20:00" in dry_run(*ARCHER2, "--nodes", "1", "--qos", "short")["nodes-0001"]


BAD = {
    "no account": (["--site", "archer2", "--mode", "strong"], "--account"),
    "no mode": (["--site", "archer2", "--account", "z"], "--mode strong"),
    "mode": (["--site", "archer2", "--account", "z", "--mode", "big"], "'big'"),
    "site": (["--site", "archer3", "--mode", "strong"], "unknown site 'archer3': choose from archer2, cirrus-ex, "),
    "no file": (["--site", "nowhere.json", "--mode", "strong"], "nowhere.json"),
    "nothing asked": ([], "--site"),
    "two things asked": ([*ARCHER2, "--status"], "one of"),
    "option": ([*ARCHER2, "--node", "1"], "--help"),
    "nodes": ([*ARCHER2, "--nodes", "0"], "1,2,4,8"),
    "nodes, not a number": ([*ARCHER2, "--nodes", "1,two"], "1,2,4,8"),
    "too many nodes": ([*ARCHER2, "--nodes", "5861"], "largescale allows 1025 to 5860"),
    "too many nodes of this qos": ([*ARCHER2, "--nodes", "33", "--qos", "short"], "1 to 32 nodes"),
    "too long": ([*ARCHER2, "--nodes", "1", "--qos", "standard", "--time", "25:00:00"], "up to 24:00:00"),
    "too long for every queue": ([*ARCHER2, "--nodes", "1", "--time", "97:00:00"], "96:00:00"),
    "time": ([*ARCHER2, "--time", "an hour"], "HH:MM:SS"),
    "qos": ([*ARCHER2, "--qos", "fast"], "unknown qos 'fast' at archer2: choose from standard, "),
    "partition": ([*ARCHER2, "--partition", "gpu"], "highmem"),
    "too many jobs": (["--site", "cirrus-ex", "--account", "z", "--mode", "weak", "--nodes", "1,2", "--qos", "short"],
                      "3 jobs"),
    "shape": ([*ARCHER2, "--shapes", "64"], "16x8"),
    "siblings in a job": ([*ARCHER2, "--placement", "packed,siblings"], "placement siblings: a study gives each worker a core of its own"),
    "shape too large for hardware threads": (["--site", "local", "--mode", "weak", "--placement", "siblings", "--shapes", "99999x1"], "hardware threads"),
    "shape too large": ([*ARCHER2, "--shapes", "128x2"], "128 cores"),
    "same point twice": ([*ARCHER2, "--nodes", "1,2", "--shapes", "64x1,128x1"], "128 ranks x 1 threads"),
    "ranks of a node, several": ([*ARCHER2, "--ranks-per-node", "8,16"], "one number"),
    "ranks of a node, none": ([*ARCHER2, "--ranks-per-node", "0"], "one number"),
    "ranks of a node, too many": ([*ARCHER2, "--ranks-per-node", "129"], "expected a number that --shapes has"),
    "placements without end": ([*ARCHER2, "--placement", ",".join(["spread"] * 10001)], "10,000 values"),
    "own option of the study, of placement": ([*ARCHER2, "--", "--placement", "spread"], "--placement after --"),
    "frequency": ([*ARCHER2, "--cpu-freq", "3000000"], "2250000"),
    "frequency, none offered": (["--site", "cirrus-ex", "--account", "z", "--mode", "weak", "--cpu-freq", "1"], "leave it out"),
    "cores unknown": (["--site", "generic-slurm", "--mode", "strong"], "--cores"),
    "cores without end": (["--site", "generic-slurm", "--mode", "strong", "--cores", "1e6"], "a whole number from 1 to 100000"),
    "warn, not a number": ([*ARCHER2, "--warn", "soon"], "warn is 'soon': expected"),
    "cores known": ([*ARCHER2, "--cores", "64"], "128"),
    "two nodes at home": (["--site", "local", "--mode", "strong", "--nodes", "2"], "the default queue allows 1 node"),
    "own option of the study": ([*ARCHER2, "--", "--output", "x"], "--output after --"),
    "warned before it starts": ([*ARCHER2, "--time", "00:05:00", "--warn", "300"], "warn is 300"),
    "account of two lines": (["--site", "archer2", "--mode", "strong", "--account", "z\nrm -rf x"], "line break"),
    "account with a command": (["--site", "archer2", "--mode", "strong", "--account", "a$(id)"], "letters, digits"),
    "account that is an option": (["--site", "archer2", "--mode", "strong", "--account=--wrap=x"], "letters, digits"),
    "no account after all": (["--site", "archer2", "--mode", "strong", "--account", ""], "empty"),
    "no folder after all": ([*ARCHER2, "--dry-run", "--output="], "--output= is empty"),
    "folder that is an option": ([*ARCHER2, "--dry-run", "--output", "--force"], "--output"),
    "partition with a command": (["--site", "generic-slurm", "--cores", "4", "--mode", "strong", "--partition", "a;id"],
                                 "letters, digits"),
    "qos with a space": (["--site", "generic-slurm", "--cores", "4", "--mode", "strong", "--qos", "a --wrap=id"],
                         "letters, digits"),
    "time of two lines": ([*ARCHER2, "--time", "01:00:00\n"], "line break"),
    "kernels of two lines": ([*ARCHER2, "--kernels", "tiled\nid"], "line break"),
    "sweep's option of two lines": ([*ARCHER2, "--", "--init", "pattern:1\nid"], "line break"),
    "no text": ([*ARCHER2, "--kernels", "\udcff"], "a job cannot have"),
    "folder with a space": ([*ARCHER2, "--output", "/tmp/a folder/$(id)"], "--output"),
    "cells without end": ([*ARCHER2, "--cells", "1:1e12:1"], "10,000 values"),
    "depths without end": ([*ARCHER2, "--depth", "1,auto,1:10001:1"], "10,000 values"),
    "kernels without end": ([*ARCHER2, "--kernels", ",".join(["tiled"] * 10001)], "10,000 values"),
    "no study there": (["--status", "nowhere"], "nowhere"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_in_one_line(case):
    words, word = BAD[case]
    refused(*words, word=word)
    assert not (ROOT / "studies" / "nowhere").exists()


def test_length_of_a_list_is_known_without_writing_it_down():
    for text, length in [("1e5", 1), ("1,2,4", 3), ("1:64", 7), ("1e5:1e9:x10", 5), ("100:500:100", 5), ("1:9:3", 3),
                         ("1,2,8:64:x4", 4), ("1:1e12:1", 10**12), ("auto,1:3:1", 4), ("1:10:0", 10), ("9:1", 1), ("0:8:x2", 1)]:
        assert sum(map(lists._length_of, text.split(","))) == length, text
    lists.check_length("1:10000:1", "cells")


def test_what_becomes_shell_is_quoted(tmp_path):
    """The script runs with a stand-in for job.sh, which prints what it is told. No program is there to refuse the options."""
    words = ["$(touch {0})", "`touch {0}`", "a;touch {0}", "a'b\"c $HOME"]
    words = [word.format(tmp_path / "ran") for word in words]
    scripts = scripts_of(*ARCHER2, "--nodes", "1", "--kernels", words[0], "--cells", words[1],
                                "--count", words[2], "--depth", words[3], "--", *words)
    text = scripts["nodes-0001"]
    source = next(line for line in text.splitlines() if line.startswith("source "))
    text = text.replace(source, 'printf "%s\\n" "${sweep_options[@]}"')
    done = subprocess.run(["bash"], input=text, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["--mode", "strong", "--kernels", words[0], "--cells", words[1], "--count", words[2],
                                        "--depth", words[3], *words]
    assert not (tmp_path / "ran").exists()


def test_ways_to_communicate_and_to_be_placed_reach_the_sweep():
    ways = ["--exchange", "fence,pscw", "--overlap", "off,on", "--reduce", "iteration", "--placement", "spread,packed",
            "--ranks-per-node", "16"]
    text = scripts_of(*ARCHER2, "--nodes", "2", "--shapes", "128x1,16x8,8x16", *ways)["nodes-0002"]
    assert "sweep_options=(" in text and " ".join(ways) in text
    # Of every shape that has 16 ranks a node, so many: what the launches start is what the sweep asks for.
    assert re.findall(r'^  "(nodes.*)"$', text, re.MULTILINE) == ["nodes-0002-16x1 2 32 16 1", "nodes-0002-16x8 2 32 16 8"]
    assert "\nplacement=spread\n" in text
    for words in ([], ["--placement", "all", "--ranks-per-node", "auto"]):
        assert "\nplacement=''\n" in scripts_of(*ARCHER2, "--nodes", "1", *words)["nodes-0001"]


def test_energy_reaches_the_sweep_and_the_table():
    words = [*ARCHER2, "--nodes", "1"]
    assert " --energy --energy-seconds 20)" in scripts_of(*words, "--energy", "--", "--energy-seconds", "20")["nodes-0001"]
    assert "--energy" not in scripts_of(*words)["nodes-0001"]
    refused(*words, "--", "--energy", word="--energy after --")
    launches = [{"ranks": 4 * nodes, "ranks_per_node": 4, "threads": 2, "nodes": nodes} for nodes in (1, 2)]
    launches.append({"ranks": 1, "ranks_per_node": 1, "threads": 1, "nodes": 0})
    rows = [
        {"name": f"sweep/{kernel}/cells:1e8/ranks:{ranks}/threads:{threads}/count:{count}", "kernel": kernel, "ranks": ranks,
         "threads": threads, "steps": 100, "energy_joules": joules}
        for kernel, count, ranks, threads, joules in [
            ("tiled", "every", 4, 2, 200.0), ("tiled", "every", 8, 2, 250.0), ("tiled", "sampled", 8, 2, 0.0123),
            ("leap", "every", 1, 1, 5e4), ("leap", "every", 4, 2, None)]]  # fmt: skip
    del rows[-1]["energy_joules"]
    assert energy_table.lines_of({"jobs": [{"launches": launches}]}, rows) == [
        "joules per iteration, all nodes      1 node     2 nodes",
        "tiled count:every 4x2                     2         2.5",
        "tiled count:sampled 4x2                   -    0.000123",
        "leap count:every 1x1                    500           -",
    ]
    assert energy_table.lines_of({"jobs": [{"launches": launches}]}, rows[-1:]) == []


def scaling_row(kernel, ranks, threads, speedup, mode="strong", base=(4, 1), count="every", **fields):
    """A row of the merged report, as far as the table reads it."""
    def name(shape):
        return f"sweep/{kernel}/cells:1e8/ranks:{shape[0]}/threads:{shape[1]}/depth:auto/count:{count}/mode:{mode}"

    cores = ranks * threads / (base[0] * base[1])
    return {"name": name((ranks, threads)), "kernel": kernel, "ranks": ranks, "threads": threads, "mode": mode, "count": count,
            "base": name(base), "mcops": 123456 * speedup, "speedup": speedup, "speedup_low": 0.9 * speedup,
            "speedup_high": 1.1 * speedup, "efficiency": speedup / cores, **fields}  # fmt: skip


def scaling_study(*nodes):
    launches = [{"ranks": ranks * count, "ranks_per_node": ranks, "threads": threads, "nodes": count}
                for count in nodes for ranks, threads in ((4, 1), (2, 2))]  # fmt: skip
    return {"folder": "/work/a study", "io": None, "jobs": [{"launches": launches}]}


def test_speedup_and_efficiency_stand_in_a_table_by_nodes():
    rows = [scaling_row("naive", 4, 1, 1.0), scaling_row("naive", 2, 2, 1.25), scaling_row("naive", 8, 1, 1.9),
            scaling_row("naive", 4, 2, 1.875, speedup_low=None, speedup_high=None), scaling_row("tiled", 4, 1, 1.0),
            scaling_row("tiled", 8, 1, 0.5), scaling_row("tiled", 4, 2, 0.0123456),
            {**scaling_row("leap", 4, 1, 1.0), "speedup": None, "mcops": None}]  # fmt: skip
    table = scaling_table.lines_of(scaling_study(1, 2), rows)
    assert table[:7] == [
        "Strong scaling: 1e8 cells, counting mode every",
        "kernel  nodes  ranks x threads    MCOPs  speedup    95% interval  efficiency",
        "naive       1            4 x 1  123,000     1.00        baseline        100%",
        "naive       1            2 x 2  154,000     1.25    1.12 .. 1.38        125%",
        "naive       2            8 x 1  235,000     1.90    1.71 .. 2.09         95%",
        "tiled       1            4 x 1  123,000     1.00        baseline        100%",
        "tiled       2            8 x 1   61,700    0.500  0.450 .. 0.550         25%",
    ]
    notes = " ".join(table[7:])
    assert "the same kernel on 1 node" in notes and "scripts/study.sh --table '/work/a study'" in notes and "1 row without a speedup" in notes
    every = scaling_table.lines_of(scaling_study(1, 2), rows, every=True)
    assert len(every) == len(table) + 2 - 1, "two more rows, and nobody is told how to see them"
    assert "naive 2 4 x 2 231,000 1.88 none 94%" in [" ".join(line.split()) for line in every]
    assert any(re.search(r"4 x 2 +1,520 +0\.0123 +0\.0111 \.\. 0\.0136", line) for line in every)
    assert scaling_table.lines_of(scaling_study(1, 2), rows[-1:]) == []


def test_modes_and_counting_modes_have_tables_of_their_own_and_variants_their_labels():
    rows = [scaling_row("tiled", 4, 1, 1.0, mode=mode, count=count) for mode in ("strong", "weak") for count in ("every", "sampled")]
    assert [line for line in scaling_table.lines_of(scaling_study(1), rows) if "scaling:" in line] == [
        "Strong scaling: 1e8 cells, counting mode every", "Strong scaling: 1e8 cells, counting mode sampled",
        "Weak scaling: 1e8 cells per core, counting mode every", "Weak scaling: 1e8 cells per core, counting mode sampled"]
    for row, way in zip(rows, ("fence", "pscw")):
        row.update(name=row["name"] + f"/exchange:{way}", base=row["name"] + f"/exchange:{way}", mode="strong", count="every")
    kernels = [line.split("  ")[0] for line in scaling_table.lines_of(scaling_study(1), rows[:2])]
    assert kernels[2:4] == ["tiled exchange:fence", "tiled exchange:pscw"]


def test_no_sbatch_on_the_path_is_told_and_nothing_is_built(tmp_path):
    """Nothing is built either."""
    refused(*ARCHER2, "--output", tmp_path / "study", word="no sbatch on the path", path=str(tmp_path))
    assert not (tmp_path / "study").exists()


def fake_slurm(folder):
    """An sbatch that must not be called."""
    write_executable(folder / "sbatch", f"#!/bin/sh\ntouch {folder}/called\n")
    return f"{folder}:{os.environ['PATH']}"


def test_variables_of_sbatch_do_not_change_what_the_jobs_say(tmp_path):
    """They would go before the header. What it does not say stays: a course's reservation."""
    write_executable(tmp_path / "sbatch", f"#!/bin/sh\nenv | grep '^SBATCH_' | sort >>{tmp_path}/seen\necho 17\n")
    names = ("ACCOUNT", "PARTITION", "QOS", "TIMELIMIT", "HINT", "OUTPUT", "NO_REQUEUE", "MEM_PER_NODE", "RESERVATION")
    done = run_script(ROOT / "scripts" / "study.py", *ARCHER2, "--nodes", "1", "--program", PROGRAM, "--output", tmp_path / "study",
                      env={"PATH": f"{tmp_path}:{os.environ['PATH']}", **{f"SBATCH_{name}": "other" for name in names}})  # fmt: skip
    assert done.returncode == 0, done.stderr
    # Each is asked about and submitted; the job of a node asks for no memory, and the merge says nothing of hints and requeueing.
    seen = (tmp_path / "seen").read_text(encoding="utf-8").split()
    job = ["SBATCH_MEM_PER_NODE=other", "SBATCH_RESERVATION=other"]
    merge_job = ["SBATCH_HINT=other", "SBATCH_NO_REQUEUE=other", "SBATCH_RESERVATION=other"]
    assert seen == job + merge_job + job + merge_job


def test_existing_folder_is_left_alone(tmp_path):
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "precious").write_text("x", encoding="utf-8")
    refused(*ARCHER2, "--program", "/bin/true", "--output", folder, word="exists", path=fake_slurm(tmp_path))
    assert [entry.name for entry in folder.iterdir()] == ["precious"]
    assert not (tmp_path / "called").exists()


def test_folder_that_compute_nodes_do_not_see_is_refused(tmp_path):
    refused(*ARCHER2, "--program", "/bin/true", "--output", "/home/nobody/study", word="work file system",
            path=fake_slurm(tmp_path))
    assert not (tmp_path / "called").exists()


def test_program_that_is_not_there_is_refused(tmp_path):
    refused(*ARCHER2, "--program", tmp_path / "none", "--output", tmp_path / "study", word="none", path=fake_slurm(tmp_path))
    assert not (tmp_path / "study").exists() and not (tmp_path / "called").exists()


def test_option_that_the_program_refuses_is_refused_before_the_queue(tmp_path):
    refused(*ARCHER2, "--kernels", "tilted", "--program", PROGRAM, "--output", tmp_path / "study", word="tilted",
            path=fake_slurm(tmp_path))
    assert not (tmp_path / "study").exists() and not (tmp_path / "called").exists()


WRONG_SWEEPS = {
    "exchange": (["--exchange", "pigeon"], "'pigeon'"),
    "placement": (["--placement", "heap"], "'heap'"),
    "no cells": (["--cells", "0"], "cells is 0"),
    "too many cells": (["--cells", "2^41"], "2^41"),
    "cells that are no number": (["--cells", "1e400"], "1e400"),
    "kernel": (["--kernels", "foo"], "'foo'"),
    "contract": (["--count", "foo"], "'foo'"),
    "depth": (["--depth", "0"], "depth is 0"),
    "option": (["--", "--foo"], "--foo"),
    "no time": (["--", "--spacing", "nan"], "spacing"),
}


@pytest.mark.parametrize("site", [ARCHER2, ["--site", "local", "--mode", "strong"]], ids=["slurm", "local"])
@pytest.mark.parametrize("more", [["--dry-run"], []], ids=["dry run", "start"])
@pytest.mark.parametrize("case", WRONG_SWEEPS)
def test_dry_run_refuses_what_a_start_refuses(tmp_path, site, more, case):
    words, word = WRONG_SWEEPS[case]
    refused(*more, "--program", PROGRAM, "--output", tmp_path / "study", *site, *words, word=word, path=fake_slurm(tmp_path))
    assert not (tmp_path / "study").exists() and not (tmp_path / "called").exists()


@pytest.mark.parametrize("more", [["--dry-run"], []], ids=["dry run", "start"])
def test_dry_run_refuses_places_that_a_start_refuses(tmp_path, more):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    words = [*more, *ARCHER2, "--program", PROGRAM]
    refused(*words, "--output", tmp_path, word="exists", path=fake_slurm(tmp_path))
    refused(*words, "--output", tmp_path / "file" / "study", word="not a folder", path=fake_slurm(tmp_path))
    refused(*words, "--output", "/home/nobody/study", word="work file system", path=fake_slurm(tmp_path))
    refused(*words, "--output", tmp_path / ("x" * 300), word="File name too long", path=fake_slurm(tmp_path))
    refused(*more, *ARCHER2, "--program", "/bin/true", "--output", tmp_path / "study", word="/bin/true is not a trafficbench program",
            path=fake_slurm(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "sbatch"]


def test_dry_run_without_a_program_says_that_options_were_not_checked():
    done = study_py("--dry-run", *ARCHER2, "--kernels", "foo")
    assert done.returncode == 0 and "#SBATCH" in done.stdout
    assert len(done.stderr.splitlines()) == 1 and "did not check the options" in done.stderr
    # Nor does a program that cannot start on this host, at a site where nodes may be another machine.
    done = study_py("--dry-run", *ARCHER2, "--kernels", "foo", "--program", "/bin/false")
    assert done.returncode == 0 and len(done.stderr.splitlines()) == 1 and "does not start" in done.stderr
    refused("--site", "local", "--mode", "strong", "--program", "/bin/false", "--output", "/tmp/none/such", word="does not start")


CHANGES = {
    "missing key": (lambda site: site.pop("queues"), '"queues"'),
    "missing key inside": (lambda site: site["node"].pop("cores"), '"cores"'),
    "unknown key": (lambda site: site.update(colour="red"), '"colour"'),
    "unknown key inside": (lambda site: site["queues"][0].update(max_node=3), '"max_node"'),
    "wrong type": (lambda site: site.update(account="yes"), "true or false"),
    "wrong number": (lambda site: site["node"].update(cores=0), '"cores"'),
    "truth for a number": (lambda site: site["node"].update(sockets=True), '"sockets"'),
    "scheduler": (lambda site: site.update(scheduler="pbs"), '"slurm" or "none"'),
    "no queue": (lambda site: site.update(queues=[]), "queues has 0 entries"),
    "limits upside down": (lambda site: site["queues"][0].update(min_nodes=2000), '"min_nodes"'),
    "time": (lambda site: site.update(time="long"), "HH:MM:SS"),
    "queue's time": (lambda site: site["queues"][0].update(max_time="1 day"), "HH:MM:SS"),
    "shape": (lambda site: site.update(shapes=["128"]), "16x8"),
    "shape beyond the node": (lambda site: site.update(shapes=["128x2"]), "128 cores"),
    "merge": (lambda site: site["merge"].update(max_nodes=1), 'merge has an unknown key "max_nodes"'),
    "merge's queue": (lambda site: site["merge"].update(qos="a b"), '"qos"'),
    "frequency": (lambda site: site["cpu_freq"].update(default=1), '"choices"'),
    "name": (lambda site: site.update(name="../../x"), '"name"'),
    "name of two lines": (lambda site: site.update(name="a\nrm -rf x"), '"name"'),
    "qos with a command": (lambda site: site["queues"][0].update(qos="a$(id)"), '"qos"'),
    "header of two lines": (lambda site: site.update(sbatch_options=["--exclusive\nrm -rf x"]), "one line"),
    "variable of two lines": (lambda site: site.update(environment={"A": "1\n2"}), "one line"),
    "variable": (lambda site: site.update(environment={"A B": "1"}), '"A B"'),
    "detected on another host": (lambda site: site["node"].update(cores="detect"), '"detect"'),
    "no folder": (lambda site: site.update(not_on_compute_nodes=[""]), "begins with /"),
    "folder from here on": (lambda site: site.update(not_on_compute_nodes=["home"]), "begins with /"),
    "folder of two lines": (lambda site: site.update(not_on_compute_nodes=["/a\nb"]), "begins with /"),
    "too many cores": (lambda site: site["node"].update(cores=10**6), "1 to 100000"),
    "part of a core": (lambda site: site["node"].update(cores=1.5), "1 to 100000"),
    "too many processes": (lambda site: site["build"].update(processes=10**9), '"processes"'),
    "text without end": (lambda site: site.update(description="x" * 2**18), '"description"'),
    "depth without end": (lambda site: site.update(setup=[[[[]]]]), "setup[0]"),
    "half a character": (lambda site: site.update(description="\ud800"), "unpaired UTF-16 surrogate"),
}


@pytest.mark.parametrize("case", CHANGES)
def test_wrong_site_file_is_refused_in_one_line(tmp_path, case):
    change, word = CHANGES[case]
    site = json.loads((SITES / "archer2.json").read_text(encoding="utf-8"))
    change(site)
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(site), encoding="utf-8")
    refused("--site", path, "--account", "z", "--mode", "strong", "--dry-run", word=word)


def test_folder_that_nodes_do_not_see_is_the_same_however_it_is_written(tmp_path):
    site = json.loads((SITES / "generic-slurm.json").read_text(encoding="utf-8"))
    for name in (f"{tmp_path}/", f"{tmp_path}//.", f"{tmp_path}/x/.."):
        site["not_on_compute_nodes"] = [name]
        (tmp_path / "mine.json").write_text(json.dumps(site), encoding="utf-8")
        refused("--site", tmp_path / "mine.json", "--mode", "weak", "--cores", "4", "--dry-run", "--output", tmp_path / "study",
                word="work file system")


@pytest.mark.parametrize(
    "text,word",
    [("{", "mine.json"), ("[]", "must be an object"), ('{"name": "a", "name": "b"}', "twice"), ("", "mine.json")],
)
def test_file_that_is_no_site_is_refused(tmp_path, text, word):
    path = tmp_path / "mine.json"
    path.write_text(text, encoding="utf-8")
    refused("--site", path, "--mode", "strong", word=word)


def test_documented_keys_are_the_checked_ones():
    """docs/sites.md explains every key, and no other."""
    keys = set().union(*(part.fields for part in (site_profile.SITE, site_profile.BUILD, site_profile.NODE, site_profile.QUEUE,
                                                  site_profile.MERGE, site_profile.CPU_FREQ, site_profile.ENERGY, site_profile.IO)))
    page = (ROOT / "docs" / "sites.md").read_text(encoding="utf-8")
    section = page.split("\n## A site of your own\n")[1].split("\n## ")[0]
    explained = {name for line in section.splitlines() if line.startswith("| `")
                 for name in re.findall(r"`(?:\w+\.)?(\w+)`", line.split("|")[1])}
    assert explained == keys


# What the documents show; document_scripts_test.py looks at their options.
DOCUMENTED = [(page.name, words) for page, _, script, words in COMMANDS if script == "scripts/study.sh"]


@pytest.mark.parametrize("words", [pytest.param(words, id=f"{page}: {' '.join(words)}") for page, words in DOCUMENTED
                                   if "--site" in words])
def test_study_of_the_documents_can_be_made(words):
    # The program of a page lies on that page's machine.
    own = [word for before, word in zip(["", *words], words) if "--program" not in (before, word)]
    assert dry_run(*(SITES / "generic-slurm.json" if word == "mine.json" else word for word in own))


def test_documents_show_studies():
    assert {page for page, _ in DOCUMENTED} >= {"README.md", "sites.md", "archer2.md", "cirrus.md"}


def test_placement_is_told_node_by_node():
    places = [{"rank": rank, "thread": thread, "host": f"n{rank // 2}", "core": rank % 2 * 4 + thread}
              for rank in range(4) for thread in range(4)]
    assert placement.describe(places) == ["  n0: rank 0 on 0-3; rank 1 on 4-7", "  n1: rank 2 on 0-3; rank 3 on 4-7"]
    shared = placement.describe([{"rank": rank, "thread": 0, "host": "n0", "core": 5} for rank in range(2)])
    assert "WARNING" in shared[-1] and "core 5 of n0" in shared[-1]


def test_energy_goes_to_the_launch_that_used_it(tmp_path, monkeypatch):
    """Counters' records by job and step, in order; Slurm's by the step's name, without the sums that it also lists."""
    write_executable(tmp_path / "sacct",
                     "#!/bin/sh\ncat <<END\n7|traffic-nodes-0001|900\n7.batch|batch|900\n7.extern|extern|900\n"
                     "7.0|nodes-0001-2x1|1\n7.1|nodes-0001-2x1|250\n7.2|energy|0\n7.3|nodes-0001-1x2|400\nEND\n")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    (tmp_path / "energy").mkdir()
    (tmp_path / "energy" / "nodes-0001-1x2.jsonl").write_text(
        '{"job": "7", "step": "nodes-0001-1x2", "source": "pm_counters", "joules": 390}\n{"job": "7", "st', encoding="utf-8")

    def run(name, job):
        return {"job": job, "argv": ["trafficbench", "sweep", "--output", f"reports/{name}.json"]}

    job = {"scheduler": "slurm", "id": "7"}
    runs = [run("nodes-0001-1x2", dict(job)), run("nodes-0001-2x1", dict(job)), run("nodes-0001-1x2", None)]
    made = {"folder": str(tmp_path), "site": {"energy": {"pm_counters": "x", "sacct": True}}}
    merge._add_energy(made, {"context": {"runs": runs}})
    assert runs[0]["job"] == {**job, "energy_joules_sacct": 400, "energy_joules_pm_counters": 390}
    # Two steps of that name, one launch in the report: whose they are is not known, so none is told.
    assert runs[1]["job"] == job
    assert runs[2]["job"] is None


# --- a study on disk ---------------------------------------------------------------------------------------------------

PRETENDED = """#!/bin/sh
if [ "$1" = merge ]; then
  {merge}
fi
echo sweep/x
"""


def study_in(folder, merge="exit 0"):
    """A study in a queue that is none, all of whose reports are there; `merge` is what the program does then."""
    program = write_executable(folder / "build" / "bin" / "trafficbench", PRETENDED.format(merge=merge))
    write_executable(folder / "bin" / "sbatch", "#!/bin/sh\necho 17\n")
    done = study_py("--site", "generic-slurm", "--mode", "weak", "--cores", "2", "--nodes", "1", "--program", program, "--output",
                    folder / "study", path=f"{folder / 'bin'}:{os.environ['PATH']}")
    assert done.returncode == 0, done.stderr
    saved = json.loads((folder / "study" / "study.json").read_text(encoding="utf-8"))
    for job in saved["jobs"]:
        for launch in job["launches"]:
            (folder / "study" / "reports" / f"{launch['name']}.json").write_text("{}", encoding="utf-8")
    return folder / "study", saved


WRONG_STUDIES = {
    "nothing": (lambda saved: saved.clear(), "not a study of this version"),
    "other version": (lambda saved: saved.update(version=1), "not a study of this version"),
    "missing key": (lambda saved: saved.pop("program"), '"program"'),
    "unknown key": (lambda saved: saved.update(colour="red"), '"colour"'),
    "site": (lambda saved: saved["site"].update(scheduler="pbs"), "slurm"),
    "folder of the site": (lambda saved: saved["site"].update(not_on_compute_nodes=["", "x"]), "begins with /"),
    "jobs": (lambda saved: saved.update(jobs={}), "a list"),
    "no job": (lambda saved: saved.update(jobs=[]), "jobs has 0 entries"),
    "null for a job": (lambda saved: saved.update(jobs=[None]), "jobs[0] must be an object"),
    "two jobs of one name": (lambda saved: saved["jobs"].append(saved["jobs"][0]), "appears twice"),
    "launch somewhere else": (lambda saved: saved["jobs"][0]["launches"][0].update(name="../../x"), '"name"'),
    "id that is an option": (lambda saved: saved["jobs"][0].update(id="--user=root"), '"id"'),
    "number for an id": (lambda saved: saved["merge"].update(id=17), '"id"'),
    "program without its folder": (lambda saved: saved.update(program="trafficbench"), '"program"'),
    "cores": (lambda saved: saved.update(cores=-1), '"cores"'),
    "sweep": (lambda saved: saved.update(sweep=["a\nb"]), "sweep[0]"),
}


@pytest.mark.parametrize("case", WRONG_STUDIES)
def test_damaged_study_is_refused_in_one_line(tmp_path, case):
    change, word = WRONG_STUDIES[case]
    folder, saved = study_in(tmp_path)
    change(saved)
    (folder / "study.json").write_text(json.dumps(saved), encoding="utf-8")
    for command in ("--status", "--merge", "--resume"):
        refused(command, folder, word=word)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/dev/zero"),
                                  lambda path: path.write_bytes(b"\xff"), lambda path: path.write_text("[" * 10**5, encoding="utf-8")])
def test_study_and_site_that_are_no_text_are_refused_at_once(tmp_path, make):
    folder = tmp_path / "study"
    folder.mkdir()
    make(folder / "study.json")
    refused("--status", folder, word="study.json")
    refused("--site", folder / "study.json", "--mode", "weak", "--dry-run", word="study.json")


def test_what_a_job_left_may_be_of_any_kind(tmp_path):
    folder, _ = study_in(tmp_path)
    state = folder / "state" / "nodes-0001"
    for make in (os.mkfifo, os.mkdir, lambda path: path.symlink_to("/dev/zero"), lambda path: path.write_bytes(b"\xff\n\xff")):
        (folder / "reports" / "nodes-0001-2x1.json").unlink(missing_ok=True)
        make(state)
        done = study_py("--status", folder)
        assert done.returncode == 1 and not done.stderr and "0001" in done.stdout
        refused("--merge", folder, word="nodes-0001 is not finished")
        state.rmdir() if state.is_dir() and not state.is_symlink() else state.unlink()


MERGES = {
    "no report": ("exit 0", 1, "made no report"),
    "killed": ("kill -9 $$", 1, "status -9"),
    "refuses": ("echo trafficbench: these do not fit >&2; exit 2", 2, "study.sh: these do not fit"),
    "no text": ('for path; do :; done; printf "\\377" >"$path"; exit 0', 1, "not UTF-8"),
    "something else": ('for path; do :; done; echo [] >"$path"; exit 0', 1, "is not a report"),
}


@pytest.mark.parametrize("case", MERGES)
def test_merge_that_fails_is_told_in_one_line_and_leaves_nothing(tmp_path, case):
    merge, status, word = MERGES[case]
    folder, _ = study_in(tmp_path, merge)
    before = sorted(os.listdir(folder))
    done = study_py("--merge", folder)
    assert done.returncode == status and len(done.stderr.splitlines()) == 1 and word in done.stderr, done.stderr
    assert sorted(os.listdir(folder)) == before


def test_a_table_needs_the_merged_report(tmp_path):
    folder, saved = study_in(tmp_path)
    refused("--table", folder, word="report.json does not exist yet")
    for text, word in (("[]", "is not the report of a study"), ('{"benchmarks": [{"speedup": 1}]}', "is not the report of a study"), ('{"benchmarks": []}', "no row has a speedup")):
        (folder / "report.json").write_text(text, encoding="utf-8")
        refused("--table", folder, word=word)
    saved["io"] = {"bytes": 1, "directory": str(tmp_path)}
    (folder / "study.json").write_text(json.dumps(saved), encoding="utf-8")
    refused("--table", folder, word="a study of files")


def test_merge_replaces_no_link_and_follows_none(tmp_path):
    report = json.dumps({"context": {"runs": []}, "benchmarks": []})
    folder, _ = study_in(tmp_path, f"for path; do :; done; echo '{report}' >\"$path\"; exit 0")
    (folder / "report.json").symlink_to(tmp_path / "far")
    refused("--merge", folder, word="exists")
    refused("--merge", folder, "--force", word="symbolic link to a missing file")
    assert not (tmp_path / "far").exists()
    (folder / "report.json").unlink()
    assert study_py("--merge", folder).returncode == 0
    assert json.loads((folder / "report.json").read_text(encoding="utf-8"))["benchmarks"] == []


QUICK = ["--", "--visits", "6", "--rounds", "1", "--spacing", "0", "--min-seconds", "0.001"]


def test_study_on_this_machine_makes_a_whole_report_and_does_nothing_twice(tmp_path):
    """At once, with the launcher of the build; the report is whole, and nothing is done twice."""
    needs_ranks()
    folder = tmp_path / "study"
    words = ["--site", "local", "--mode", "strong", "--cores", "2", "--shapes", "2x1", "--cells", "1e4", "--kernels",
             "naive,tiled", "--program", PROGRAM, "--output", folder, "--", *QUICK[1:], "--oversubscribe"]
    done = study(*words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.index("Placement of") < done.stdout.index("MCOPs")
    report = load_report(folder / "report.json")
    assert {(row["kernel"], row["ranks"]) for row in report["benchmarks"]} == {
        (kernel, ranks) for kernel in ("naive", "tiled") for ranks in (1, 2)}
    assert all(row["verified"] for row in report["benchmarks"])
    # It ends with the table, which can be had again.
    table = [line.split() for line in done.stdout[done.stdout.index("Strong scaling: 1e4 cells, counting mode every"):].splitlines()]
    assert [line[:5] for line in table if line[0:1] in (["naive"], ["tiled"])][:4] == [
        [kernel, "1", ranks, "x", "1"] for kernel in ("naive", "tiled") for ranks in "12"]
    shown = {(line[0], line[2]): line[6:] for line in table[2:6]}
    for row in report["benchmarks"]:
        if row["count"] == "every":
            assert float(shown[row["kernel"], str(row["ranks"])][0]) == pytest.approx(row["speedup"], rel=0.006)
            assert shown[row["kernel"], str(row["ranks"])][-1] == f"{row['efficiency']:.0%}"
    again = study("--table", folder)
    assert again.returncode == 0 and again.stdout.strip() and again.stdout in done.stdout
    refused(*words, word="exists")
    assert study("--status", folder).returncode == 0
    refused("--merge", folder, word="--force")
    before = (folder / "report.json").read_bytes()
    done = study("--resume", folder)
    assert done.returncode == 0 and "complete" in done.stdout and not done.stderr
    assert (folder / "report.json").read_bytes() == before


def test_study_with_energy_shows_the_joules_by_nodes(tmp_path):
    needs_ranks()
    words = ["--site", "local", "--mode", "strong", "--cores", "2", "--shapes", "2x1", "--cells", "1e5", "--kernels", "bitsliced",
             "--count", "every", "--energy", "--program", PROGRAM, "--output", tmp_path / "study", *QUICK, "--oversubscribe",
             "--energy-seconds", "1"]  # fmt: skip
    with Meters(tmp_path / "system", 300) as meters:
        done = start(["/bin/bash", STUDY, *words], env=meters.environment())
    assert done.returncode == 0, done.stdout + done.stderr
    rows = load_report(tmp_path / "study" / "report.json")["benchmarks"]
    assert len(rows) == 2 and all(row["energy_joules"] and row["energy_source"] == "pm_counters" for row in rows)
    table = done.stdout[done.stdout.index("joules per iteration, all nodes"):].splitlines()
    assert re.fullmatch(r"joules per iteration, all nodes +1 node", table[0])
    shown = {line.split()[1]: float(line.split()[2]) for line in table[1:3]}
    assert shown == {f"{row['ranks']}x1": pytest.approx(row["energy_joules"] / row["steps"], rel=0.01) for row in rows}


def test_a_shape_that_does_not_fit_stops_neither_the_others_nor_the_merge(tmp_path):
    needs_ranks()
    folder = tmp_path / "study"
    cores = len(os.sched_getaffinity(0)) + 1
    done = study("--site", "local", "--mode", "strong", "--cores", cores, "--shapes", f"1x{cores},1x1", "--cells", "1e4", "--kernels",
                 "bitpacked", "--count", "every", "--program", PROGRAM, "--output", folder, *QUICK)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = load_report(folder / "report.json")["benchmarks"]
    assert {row["threads"]: bool(row.get("skipped")) for row in rows} == {1: False, cores: True}


def test_launch_that_is_missing_stops_the_merge_and_is_made_by_resume(tmp_path):
    needs_ranks()
    folder = tmp_path / "study"
    done = study("--site", "local", "--mode", "weak", "--cores", "1", "--shapes", "1x1", "--cells", "1e4", "--kernels", "tiled", "--program", PROGRAM,
                 "--output", folder, *QUICK)
    assert done.returncode == 0, done.stderr
    (folder / "report.json").unlink()
    (folder / "reports" / "nodes-0001-1x1.json").unlink()
    refused("--merge", folder, word="nodes-0001 is not finished")
    assert study("--status", folder).returncode == 1
    done = study("--resume", folder)
    assert done.returncode == 0, done.stderr
    load_report(folder / "report.json")


@pytest.mark.parametrize("send", [lambda study: os.killpg(study, signal.SIGINT), lambda study: os.kill(study, signal.SIGTERM)],
                         ids=["Ctrl-C", "SIGTERM"])
def test_interrupted_study_is_resumed(tmp_path, send):
    """Ctrl-C goes to every process of the terminal, SIGTERM to the study alone; what was finished stays."""
    needs_ranks()
    folder = tmp_path / "study"
    words = ["--site", "local", "--mode", "strong", "--cores", "1", "--shapes", "1x1", "--cells", "1e3:1e4:x2", "--kernels", "tiled", "--program",
             PROGRAM, "--output", folder, "--", "--visits", "6", "--rounds", "8", "--spacing", "0",
             "--min-seconds", "0.01"]
    running = subprocess.Popen(["/bin/bash", STUDY, *map(str, words)], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment(),
                               start_new_session=True)
    try:
        journal = folder / "reports" / "nodes-0001-1x1.json.journal"
        end = time.monotonic() + 60
        while time.monotonic() < end and not (journal.exists() and re.search(r'^\{"(visit|rows)"', journal.read_text(encoding="utf-8"), re.MULTILINE)):
            time.sleep(0.02)
        send(running.pid)
        out, _ = running.communicate(timeout=60)
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
    assert running.returncode == 4, out
    assert "--resume" in out and not (folder / "report.json").exists()
    done = study("--resume", folder)
    assert done.returncode == 0, done.stdout + done.stderr
    report = load_report(folder / "report.json")
    assert {run for row in report["benchmarks"] for run in row["sample_runs"]} == {0, 1}
    assert {len(row["samples"]) for row in report["benchmarks"]} == {6 * 8}
