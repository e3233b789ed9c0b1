"""The text of a job: the header that Slurm reads, and what job.sh is told."""

import os
import shlex

from trafficbench_study import plan, site_profile
from trafficbench_study.durations import text_of

HERE = os.path.dirname(os.path.abspath(__file__))


def warn_seconds(wall_seconds, given):
    """How long before its end a job is warned: a tenth of its time, one to five minutes."""
    if given is not None:
        return given
    return max(60, min(300, wall_seconds // 10)) if wall_seconds >= 180 else wall_seconds // 3


def _merge_options(site):
    """What the site wants of a job of one core: it needs no whole node, and no more memory than its share."""
    if site["merge"] is not None:
        return site["merge"].get("sbatch_options", [])
    return [option for option in site["sbatch_options"] if option not in ("--exclusive", "--mem=0")]


def _header(study, job):
    site = study["site"]
    options = ["--job-name=traffic-" + job["name"]]
    for key, value in (("account", study["account"]), ("partition", job["partition"]), ("qos", job["qos"])):
        if value:
            options.append("--{}={}".format(key, value))
    options.append("--time=" + text_of(job["wall_seconds"]))
    if job["name"] == "merge":
        options.append("--ntasks=1")
    else:
        options += ["--nodes={}".format(job["nodes"]), "--ntasks-per-node={}".format(study["cores"])]
    options.append("--cpus-per-task=1")
    options += ["--output=" + os.path.join(study["folder"], "logs", job["name"] + "-%j.log"), "--open-mode=append"]
    if job["name"] == "merge":
        options += _merge_options(site)
    else:
        options += site["sbatch_options"]
        options += ["--requeue", "--signal=B:USR1@{}".format(warn_seconds(job["wall_seconds"], study["warn_seconds"]))]
    return ["#SBATCH " + option for option in options]


def _array(name, words):
    return "{}=({})".format(name, " ".join(shlex.quote(word) for word in words))


def _value(name, value):
    return "{}={}".format(name, shlex.quote(str(value)))


def _srun_options(study):
    site = study["site"]
    options = list(site["srun_options"])
    if study["bind"] == "suite":
        # The suite binds its ranks and threads itself, over all cores it may use.
        options.append("--cpu-bind=none")
    else:
        # Beside --cpu-bind Slurm would ignore the hint.
        options.append("--hint=nomultithread")
    if study["cpu_freq"]:
        options.append("--cpu-freq={}".format(study["cpu_freq"]))
    return options


def _prologue(study):
    site = study["site"]
    lines = ["# Written by scripts/study.sh for {}.".format(site["name"]), ""]
    lines += site_profile.setup(site, study["io"])
    variables = dict(site["environment"], **(site["io"]["environment"] if study["io"] else {}))
    lines += ["export {}={}".format(key, shlex.quote(value)) for key, value in sorted(variables.items())]
    if study["bind"] == "srun":
        lines.append("export OMP_PLACES=cores")
    else:
        # With places set, the OpenMP library would bind the first thread before the suite sees the other cores.
        lines.append("unset OMP_PLACES OMP_PROC_BIND")
    return lines


def _first_placement(sweep):
    """The first policy that is asked for, which is the one that a job shows; an empty text for the default."""
    first = sweep[sweep.index("--placement") + 1].split(",")[0] if "--placement" in sweep else ""
    return "" if first in ("all", "packed") else first


def _measured(study, job):
    """What the job's launches measure."""
    if not study["io"]:
        return [_value("measures", "sweep"), _array("sweep_options", study["sweep"])]
    size = plan.bytes_on(job["nodes"], study["mode"], study["io"]["bytes"])
    own = os.path.join(study["folder"], "")
    directory = study["io"]["directory"]
    # Rows name the folder: within the study they have the same names wherever it lies.
    return [_value("measures", "io"), _array("io_options", ["--bytes", str(size)] + study["sweep"]),
            _value("files", directory[len(own):] if directory.startswith(own) else directory),
            "# where there is Lustre: folder, and the stripes that `lfs setstripe -c` gives it",
            _array("stripes", ["{} {}".format(*folder) for folder in plan.STRIPES])]


def job_text(study, job):
    """The script of one node count."""
    slurm = study["site"]["scheduler"] == "slurm"
    lines = ["#!/bin/bash"]
    if slurm:
        lines += _header(study, job)
    lines += _prologue(study)
    lines += ["", _value("study", study["folder"]), _value("job", job["name"]), _value("nodes", job["nodes"]),
              _value("cores", study["cores"]), _value("program", study["program"]), _value("scheduler", study["site"]["scheduler"]),
              _value("pm_counters", study["site"]["energy"]["pm_counters"] or "")]
    if slurm:
        lines += [_value("wall_seconds", job["wall_seconds"]),
                  _value("warn_seconds", warn_seconds(job["wall_seconds"], study["warn_seconds"])),
                  _array("srun_options", _srun_options(study))]
    else:
        lines.append(_array("launcher", study["launcher"]))
    lines += _measured(study, job)
    lines += [_value("placement", _first_placement(study["sweep"])),
              "# name, nodes, ranks, ranks per node, threads per rank",
              "launches=("]
    for launch in job["launches"]:
        lines.append('  "{name} {nodes} {ranks} {ranks_per_node} {threads}"'.format(
            **dict(launch, nodes=launch["nodes"] or 1)))
    lines += [")", "", "source {}".format(shlex.quote(os.path.join(HERE, "job.sh"))), ""]
    return "\n".join(lines)


def merge_text(study, job):
    """The script of the job that puts the reports together."""
    lines = ["#!/bin/bash"] + _header(study, job)
    lines += ["# Written by scripts/study.sh for {}.".format(study["site"]["name"]), ""]
    lines += study["site"]["setup"]
    lines += ["exec bash {} --merge {}".format(shlex.quote(os.path.join(os.path.dirname(HERE), "study.sh")), shlex.quote(study["folder"])), ""]
    return "\n".join(lines)
