"""Two programs that write the same file at once: one has it, the other says in one line why not, and nothing is damaged."""

import subprocess
import time

import pytest
from program import QUICK, command, ended, environment, own_lines, plain_files, succeed, wait_until
from report_helpers import load_report


def run_to(option, seed, *more):
    return ["run", "--cells", "3e6", "--steps", 5, "--kernel", "naive", "--seed", seed, option, "p", *more]


def begin(folder, arguments):
    return subprocess.Popen(
        command(arguments), cwd=folder, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("more", [[], ["--force"]], ids=["", "--force"])
@pytest.mark.parametrize("option", ["--save", "--output"])
def test_of_two_that_begin_at_once_one_has_the_file(tmp_path, option, more):
    for trial in range(6):
        folder = tmp_path / str(trial)
        folder.mkdir()
        programs = [begin(folder, run_to(option, seed, *more)) for seed in (1, 2)]
        said = [ended(program, 100)[1] for program in programs]
        statuses = [program.returncode for program in programs]
        # The second may also come when the first is done.
        if statuses == [0, 0] and more:
            seeds = (1, 2)
        else:
            assert sorted(statuses) == [0, 2], f"trial {trial}: {statuses}\n{said}"
            seeds = (1 + statuses.index(0),)
            (line,) = own_lines(said[statuses.index(2)])
            assert "another program is writing p" in line or "p exists" in line
        assert list(plain_files(folder)) == ["p"]
        if option == "--output":
            assert load_report(folder / "p")["benchmarks"][0]["seed"] in seeds
        else:
            (folder / "q").unlink(missing_ok=True)
            right = []
            for seed in seeds:
                succeed(*run_to("--save", seed)[:-1], "q", "--force", cwd=folder)
                right.append((folder / "q").read_bytes())
            assert (folder / "p").read_bytes() in right


def test_a_report_that_appears_during_a_sweep_stays_and_the_sweep_s_own_is_kept_beside_it(tmp_path):
    sweep = begin(tmp_path, [
        *("sweep", "--kernels", "naive", "--cells", "1e3:4e3:1e3", "--threads", 1, "--count", "every"),
        *QUICK, "--output", "p",
    ])  # fmt: skip
    wait_until(lambda: (tmp_path / "p.journal").exists(), "the sweep began")
    time.sleep(0.1)
    (tmp_path / "p").write_text("of somebody else", encoding="utf-8")
    said = ended(sweep, 100)[1]
    assert sweep.returncode == 1, said
    line = own_lines(said)[-1]
    assert "p appeared while it was being made" in line
    kept = line.rsplit(" ", 1)[1]
    assert len(load_report(tmp_path / kept)["benchmarks"]) == 4
    assert (tmp_path / "p").read_text(encoding="utf-8") == "of somebody else"
