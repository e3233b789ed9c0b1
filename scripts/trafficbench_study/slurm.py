"""What is asked of Slurm, through its own commands."""

import os
import re
import shutil
import subprocess

from trafficbench_study.bad_input import BadInput, is_plain
from trafficbench_tools.errors import FailedUnderWay
from trafficbench_tools.reading import read_text


# Variables that do not have the name of the option which they set.
VARIABLES = {"time": ("TIMELIMIT",), "mem": ("MEM_PER_NODE", "MEM_PER_CPU"), "requeue": ("REQUEUE", "NO_REQUEUE")}


def _environment_for(script):
    """This environment, without variables of sbatch that would set what the header says: they go before it, without a word."""
    options = re.findall(r"^#SBATCH --([a-z-]+)", read_text(script), re.MULTILINE)
    hidden = {"SBATCH_" + name for option in options for name in VARIABLES.get(option, (option.upper().replace("-", "_"),))}
    return {name: value for name, value in os.environ.items() if name not in hidden}


def _call(words, env=None):
    try:
        done = subprocess.run(words, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              encoding="utf-8", errors="replace", check=False)
    except OSError as error:
        return 127, "", "{}: {}".format(words[0], error.strerror or error)
    return done.returncode, done.stdout, done.stderr


def _reason(text):
    """What sbatch says of a refusal, in one line."""
    lines = [line.split("error: ", 1)[-1].strip() for line in text.splitlines() if line.strip()]
    return "; ".join(lines) or "no reason given"


def need():
    if shutil.which("sbatch") is None:
        raise BadInput("no sbatch on the path: run this on a login node of the site, or give --site local")


def check(script):
    """Asks Slurm whether it would take the job."""
    status, out, err = _call(["sbatch", "--test-only", script], _environment_for(script))
    if status != 0:
        raise BadInput("Slurm refuses {}: {}".format(script, _reason(err or out)))


def submit(script, after=(), behind=None):
    """Submits it, to start when all the jobs `after` have succeeded, or when the one `behind` has ended; its job id."""
    words = ["sbatch", "--parsable"]
    if after:
        words += ["--dependency=afterok:" + ":".join(after), "--kill-on-invalid-dep=yes"]
    elif behind:
        words.append("--dependency=afterany:" + behind)
    status, out, err = _call(words + [script], _environment_for(script))
    if status != 0:
        raise BadInput("Slurm refuses {}: {}".format(script, _reason(err or out)))
    job = out.strip().split(";")[0]
    if not is_plain(job):
        raise FailedUnderWay("sbatch accepted {}, but printed no job number: '{}'; look for it with squeue".format(script, job))
    return job


def cancel(ids):
    if ids:
        _call(["scancel"] + list(ids))


def states(ids):
    """{job id: state} as far as Slurm knows: the queue first, then the accounts, then the controller's memory."""
    found = {}
    for job in ids:
        status, out, _ = _call(["squeue", "--noheader", "--jobs=" + job, "--format=%T %r"])
        if status == 0 and out.strip():
            state, _, reason = out.strip().splitlines()[0].partition(" ")
            found[job] = state + (" ({})".format(reason) if state == "PENDING" and reason != "None" else "")
            continue
        if shutil.which("sacct"):
            status, out, _ = _call(["sacct", "--noheader", "--parsable2", "--allocations", "--jobs=" + job, "--format=State"])
            if status == 0 and out.strip():
                found[job] = out.strip().splitlines()[-1].split(" ")[0]
                continue
        status, out, _ = _call(["scontrol", "--oneliner", "show", "job", job])
        for word in out.split():
            if status == 0 and word.startswith("JobState="):
                found[job] = word.split("=", 1)[1]
    return found


def is_alive(state):
    return state.split(" ")[0] in ("PENDING", "RUNNING", "CONFIGURING", "COMPLETING", "REQUEUED", "REQUEUE_HOLD", "SUSPENDED",
                                   "REQUEUE_FED", "RESIZING", "SIGNALING", "STAGE_OUT", "STOPPED", "SPECIAL_EXIT")


def energy_of_steps(job):
    """[(name of the step, joules)] of a job that has ended, in the order of its steps; empty where there is no meter."""
    if shutil.which("sacct") is None:
        return []
    status, out, _ = _call(["sacct", "--noheader", "--parsable2", "--duplicates", "--jobs=" + job,
                            "--format=JobID,JobName,ConsumedEnergyRaw"])
    steps = []
    for line in out.splitlines() if status == 0 else []:
        fields = line.split("|")
        # The job itself, its batch script and the extern step hold the sum of all.
        if len(fields) == 3 and fields[0].rpartition(".")[2].isdigit() and "." in fields[0] and fields[2].isdigit():
            if int(fields[2]) > 0:
                steps.append((fields[1], int(fields[2])))
    return steps
