"""scripts/study.sh --io: the jobs that it writes for a site, folders of other stripes by a made-up lfs, and a study on this machine."""

import json
import os
import re
import subprocess

import pytest
from program import PROGRAM, ROOT, needs_ranks, one_line_of, start, write_executable
from report_helpers import load_report
from script import run_script

STUDY = ROOT / "scripts" / "study.sh"
NAMES = sorted(path.stem for path in (ROOT / "scripts" / "sites").glob("*.json"))
ARCHER2 = ["--io", "--site", "archer2", "--account", "z19"]
FOLDERS = {"unstriped": "1", "striped": "4", "fullstriped": "-1"}


def study_py(*words, tools=None, variables=None):
    path = f"{tools}:{os.environ['PATH']}" if tools else os.environ["PATH"]
    return run_script(ROOT / "scripts" / "study.py", *words, env={"PATH": path, **(variables or {})})


def jobs_of(*words):
    """{name: script} of a dry run, which the program has no objection to."""
    done = study_py("--dry-run", "--program", PROGRAM, *words)
    assert done.returncode == 0 and not done.stderr, done.stderr
    parts = done.stdout.split("# ==== jobs/")[1:]
    return {part.split(".sh\n", 1)[0]: part.split(".sh\n", 1)[1] for part in parts}


@pytest.mark.parametrize("name", NAMES)
def test_every_site_has_jobs(name):
    scripts = jobs_of("--io", "--site", name, "--account", "a", "--nodes", "1", *(["--cores", "8"] if name == "generic-slurm" else []))
    for text in scripts.values():
        assert subprocess.run(["bash", "-n"], input=text, text=True, check=False).returncode == 0, text
    assert set(scripts) == ({"nodes-0001"} if name == "local" else {"nodes-0001", "merge"})
    assert "measures=io" in scripts["nodes-0001"] and "sweep" not in scripts["nodes-0001"].split("source ")[0].split("measures=io")[1]


def test_a_job_has_the_hints_of_the_site_and_its_folders():
    scripts = jobs_of(*ARCHER2, "--nodes", "1:4", "--", "--methods", "posix,process", "--sync", "cached")
    assert set(scripts) == {"nodes-0001", "nodes-0002", "nodes-0004", "merge"}
    text = scripts["nodes-0004"]
    for line in (
        "export MPICH_MPIIO_HINTS='*:cray_cb_write_lock_mode=2,*:cray_cb_nodes_multiplier=4'",
        "export FI_OFI_RXM_SAR_LIMIT=64K",
        f"io_options=(--bytes {4 * 2**30} --methods posix,process --sync cached)",
        "files=files",
        "stripes=('unstriped 1' 'striped 4' 'fullstriped -1')",
        '  "nodes-0004-128x1 4 512 128 1"',
    ):
        assert f"\n{line}\n" in text, line
    assert text.count("nodes-0004-") == 2, "one launch, and the log"
    # The sweep's jobs know nothing of it.
    done = study_py("--dry-run", "--program", PROGRAM, *ARCHER2[1:], "--mode", "strong", "--nodes", "1")
    assert "MPICH_MPIIO_HINTS" not in done.stdout and "measures=sweep" in done.stdout


@pytest.mark.parametrize("name", ["archer2", "cirrus-ex"])
def test_parallel_hdf5_is_loaded_for_files_alone(name):
    """A program of its own is built: CMake looks for HDF5 once."""
    words = ["--dry-run", "--site", name, "--account", "z19", "--nodes", "1"]
    done = study_py(*words, "--io")
    built, job = done.stdout.split("# ==== jobs/nodes-0001.sh")
    assert "module load cray-hdf5-parallel" in built and "module load cray-hdf5-parallel" in job
    assert f"-B build/{name}-io " in built and f"/build/{name}-io/bin/trafficbench" in job
    done = study_py(*words, "--mode", "weak")
    assert "hdf5" not in done.stdout and f"-B build/{name} " in done.stdout


def test_a_dry_run_without_a_program_says_what_was_not_checked(tmp_path):
    done = study_py("--dry-run", "--program", "/bin/false", *ARCHER2, "--", "--methods", "bogus")
    assert done.returncode == 0 and "did not check the options of io, those after -- among them: /bin/false" in done.stderr


def test_bytes_grow_with_the_nodes_or_stay():
    def sizes(*words):
        scripts = jobs_of(*ARCHER2, "--nodes", "1,3", *words)
        return [int(re.search(r"--bytes (\d+)", scripts[name])[1]) for name in ("nodes-0001", "nodes-0003")]

    assert sizes() == sizes("--mode", "weak") == [2**30, 3 * 2**30]
    assert sizes("--bytes", "2^20", "--mode", "strong") == [2**20, 2**20]


def test_folder_of_the_files_is_taken_as_it_is():
    text = jobs_of(*ARCHER2, "--nodes", "1", "--shapes", "64x1,8x1", "--directory", "/work/z19/scratch")["nodes-0001"]
    assert "\nfiles=/work/z19/scratch\n" in text
    assert re.findall(r'^  "(.*)"$', text, re.MULTILINE) == ["nodes-0001-64x1 1 64 64 1", "nodes-0001-8x1 1 8 8 1"]


BAD = {
    "no account": (["--io", "--site", "archer2"], "--account"),
    "mode": ([*ARCHER2, "--mode", "big"], "'big'"),
    "kernels": ([*ARCHER2, "--kernels", "tiled"], "--kernels is not for --io"),
    "ranks per node": ([*ARCHER2, "--ranks-per-node", "4"], "--ranks-per-node is not for --io"),
    "energy": ([*ARCHER2, "--energy"], "--energy is not for --io"),
    "base": ([*ARCHER2, "--base", "core"], "--base is not for --io"),
    "bytes of a sweep": ([*ARCHER2[1:], "--mode", "weak", "--bytes", "1Gi"], "--bytes is for --io alone"),
    "folder of a sweep": ([*ARCHER2[1:], "--mode", "weak", "--directory", "x"], "--directory is for --io alone"),
    "bytes": ([*ARCHER2, "--bytes", "much"], "bytes is 'much'"),
    "no bytes": ([*ARCHER2, "--bytes", "0"], "bytes is 0"),
    "more bytes than a road has": ([*ARCHER2, "--nodes", "1,200"], "on 200 nodes that is more than"),
    "threads": ([*ARCHER2, "--shapes", "16x8"], "expected one thread per rank with --io, as in 16x1"),
    "nodes": ([*ARCHER2, "--nodes", "0"], "1,2,4,8"),
    "two folders": ([*ARCHER2, "--directory", "a,b"], "directory is 'a,b'"),
    "no folder": ([*ARCHER2, "--directory="], "--directory= is empty"),
    "folder that nodes do not see": ([*ARCHER2, "--directory", "/home/nobody"], "work file system"),
    "own option": ([*ARCHER2, "--", "--bytes=1Gi"], "--bytes=1Gi after -- is an option of the study: give it before the --"),
    "option of each job": ([*ARCHER2, "--", "--resume"], "--resume after -- is set by the study for each job"),
    "cells": ([*ARCHER2, "--", "--cells", "1e9"], "--cells after -- is not for a study: give --bytes"),
    "files that stay": ([*ARCHER2, "--", "--files", "keep"], "--files after -- is not for a study: its files are removed"),
    "ranks of a sweep": ([*ARCHER2[1:], "--mode", "weak", "--", "--ranks", "4"], "give --nodes and --shapes"),
    "method": ([*ARCHER2, "--", "--methods", "pigeon"], "'pigeon'"),
    "hint": ([*ARCHER2, "--", "--hints", "cb_nodes"], "write a name and a value"),
    "option": ([*ARCHER2, "--", "--kernels", "tiled"], "--kernels"),
}


@pytest.mark.parametrize("more", [["--dry-run"], []], ids=["dry run", "start"])
@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_in_one_line(tmp_path, case, more):
    words, word = BAD[case]
    write_executable(tmp_path / "tools" / "sbatch", f"#!/bin/sh\ntouch {tmp_path}/called\n")
    done = study_py(*more, "--program", PROGRAM, "--output", tmp_path / "study", *words, tools=tmp_path / "tools")
    assert word in one_line_of(done, "study.sh"), done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["tools"]


def test_folder_that_is_not_there_is_refused_before_the_queue(tmp_path):
    write_executable(tmp_path / "tools" / "sbatch", f"#!/bin/sh\ntouch {tmp_path}/called\n")
    done = study_py("--program", PROGRAM, "--output", tmp_path / "study", *ARCHER2, "--directory", tmp_path / "none", tools=tmp_path / "tools")
    assert "is not a folder that can be written" in one_line_of(done, "study.sh")
    assert [path.name for path in tmp_path.iterdir()] == ["tools"]


def test_jobs_come_one_after_the_other(tmp_path):
    """A made-up sbatch: two jobs that write to one file system at once would measure each other."""
    write_executable(tmp_path / "tools" / "sbatch",
                     f'#!/bin/sh\necho "$@" >>{tmp_path}/asked\nwc -l <{tmp_path}/asked\n')  # fmt: skip
    done = study_py("--program", PROGRAM, "--output", tmp_path / "study", *ARCHER2, "--nodes", "1,2,4", tools=tmp_path / "tools")
    assert done.returncode == 0, done.stderr
    asked = [line for line in (tmp_path / "asked").read_text(encoding="utf-8").splitlines() if "--test-only" not in line]
    ids = [job["id"] for job in json.loads((tmp_path / "study" / "study.json").read_text(encoding="utf-8"))["jobs"]]
    wanted = [None, f"afterany:{ids[0]}", f"afterany:{ids[1]}", "afterok:" + ":".join(ids)]
    assert [(re.findall(r"--dependency=(\S+)", line) or [None])[0] for line in asked] == wanted


# --- on this machine ---------------------------------------------------------------------------------------------------

QUICK = ["--", "--visits", "1", "--methods", "posix,process"]


def local(folder, *words, variables=None):
    needs_ranks()
    return start(["/bin/bash", STUDY, "--io", "--site", "local", "--cores", "2", "--bytes", "64Ki", "--program", PROGRAM, "--output",
                  folder / "study", *words], env=variables)  # fmt: skip


def test_study_of_one_plain_folder_makes_one_report(tmp_path):
    done = local(tmp_path, "--shapes", "2x1,1x1", *QUICK)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "one folder, since it is not on Lustre" in done.stdout and done.stdout.index("Placement of") < done.stdout.index("MB/s")
    rows = load_report(tmp_path / "study" / "report.json")["benchmarks"]
    assert {(row["kernel"], row["layout"], row["operation"], row["ranks"]) for row in rows} == {
        (method, layout, operation, ranks)
        for method in ("posix", "process") for layout in ("contiguous", "interleaved") for operation in ("write", "read")
        for ranks in (1, 2)}  # fmt: skip
    assert all(row["verified"] and row["bytes"] == 65536 and row["file_system"]["folder"] == "files" for row in rows)
    assert os.listdir(tmp_path / "study" / "files") == []
    done = start(["/bin/bash", STUDY, "--status", tmp_path / "study"])
    assert done.returncode == 0 and "weak scaling of files" in done.stdout


def made_up_lfs(folder, sets='echo "$3" >"{folder}/stripes/$(basename "$4")"'):
    """An lfs whose folders have the stripes that they were given, and files those of their folder."""
    (folder / "stripes").mkdir()
    write_executable(folder / "tools" / "lfs", f"""#!/bin/bash
case "$*" in
  "getstripe -d -c "*) cat "{folder}/stripes/$(basename "$4")" ;;
  "getstripe -d "*) echo "stripe_count:  1 stripe_size:   1048576 stripe_offset: -1" ;;
  "setstripe -c "*) {sets.format(folder=folder)} ;;
  "getstripe -c -S "*)
    count="$(cat "{folder}/stripes/$(basename "$(dirname "$4")")")"
    echo "lmm_stripe_count:  ${{count/-1/12}}"
    echo "lmm_stripe_size:   1048576" ;;
  *) exit 9 ;;
esac
""")
    mounts = folder / "mountinfo"
    mounts.write_text(f"2 1 0:99 / {folder} rw - lustre mgs@tcp:/work rw,flock\n", encoding="utf-8")
    return {"PATH": f"{folder / 'tools'}:{os.environ['PATH']}", "TRAFFICBENCH_MOUNTINFO": str(mounts)}


def test_folders_of_other_stripes_are_made_and_measured(tmp_path):
    done = local(tmp_path, "--shapes", "2x1", *QUICK, "--layouts", "interleaved", variables=made_up_lfs(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    rows = load_report(tmp_path / "study" / "report.json")["benchmarks"]
    found = {(row["file_system"]["folder"], row["stripe_count"], row["stripe_bytes"]) for row in rows}
    assert found == {("files/unstriped", 1, 2**20), ("files/striped", 4, 2**20), ("files/fullstriped", 12, 2**20)}
    assert len(rows) == 2 * 2 * 3
    for name, count in FOLDERS.items():
        assert f"Files: files/{name}, stripes: {count} (-1: all)" in done.stdout
        assert os.listdir(tmp_path / "study" / "files" / name) == []


@pytest.mark.parametrize("sets, said", [("exit 5", ""), ("true", ""), ('echo 2 >"{folder}/stripes/$(basename "$4")"', "2")],
                         ids=["fails", "sets nothing", "sets others"])  # fmt: skip
def test_stripes_that_are_not_what_was_asked_for_stop_the_study(tmp_path, sets, said):
    done = local(tmp_path, "--shapes", "2x1", *QUICK, variables=made_up_lfs(tmp_path, sets))
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"failed: expected 1 stripes (-1: all) of files/unstriped, but lfs says '{said}'" in done.stdout
    assert not list((tmp_path / "study" / "reports").iterdir())
