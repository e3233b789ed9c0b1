"""A study on disk: one folder, whose study.json says everything about it."""

import json
import os
import re
import shlex
import shutil

from trafficbench_study import site_profile
from trafficbench_study.bad_input import BadInput
from trafficbench_study.fields import LINE, NAME, PATH, PLAIN_TEXT, TEXT, Either, Kind, ListOf, Number, Object, Text
from trafficbench_tools.errors import FailedUnderWay
from trafficbench_tools.files import write_text
from trafficbench_tools.reading import read_bytes, read_json

VERSION = 3
# Of what a job wrote about itself, only the last line is read.
MOST_BYTES_OF_STATE = 2**20


class _Site(Kind):
    def check(self, where, value):
        site_profile.check(where, value)


NODES = Number(1, site_profile.MOST_NODES)
RANKS = Number(1, site_profile.MOST_NODES * site_profile.MOST_CORES)
LAUNCH = Object({"name": NAME, "nodes": Number(0, site_profile.MOST_NODES),  # 0: one core of a node
                 "ranks": RANKS, "ranks_per_node": site_profile.CORES, "threads": site_profile.CORES})
JOB = Object({
    "name": NAME, "nodes": NODES, "partition": Either(None, PLAIN_TEXT), "qos": Either(None, PLAIN_TEXT),
    "wall_seconds": Either(None, Number(60, 10**12)), "max_jobs": Number(1, 10**6), "launches": ListOf(LAUNCH),
    "id": Either(None, PLAIN_TEXT),
})
IO = Object({"bytes": Number(1, 2**63 - 1), "directory": PATH})
STUDY = Object({
    "version": Number(VERSION, VERSION), "folder": PATH,
    "created": Text("a time, as in 20001231T235959Z", lambda text: re.fullmatch(r"[0-9]{8}T[0-9]{6}Z", text)),
    "site": _Site(), "mode": Either("strong", "weak"), "kernels": TEXT, "account": Either(None, PLAIN_TEXT),
    "cores": site_profile.CORES, "bind": Either("suite", "srun"), "cpu_freq": Either(None, site_profile.KHZ),
    "warn_seconds": Either(None, Number(1, 100000)), "program": PATH, "launcher": ListOf(TEXT), "sweep": ListOf(LINE),
    "io": Either(None, IO),  # else of the sweep; then `sweep` is what io is given
    "jobs": ListOf(JOB, least=1), "merge": JOB,
})


def path_of(folder, *names):
    return os.path.join(folder, *names)


def how_to(study, option):
    """What to type, to do that with the study."""
    return "scripts/study.sh {} {}".format(option, shlex.quote(study["folder"]))


def report_path(study, launch):
    return path_of(study["folder"], "reports", launch["name"] + ".json")


def merged_path(study):
    return path_of(study["folder"], "report.json")


def save(study):
    write_text(path_of(study["folder"], "study.json"), json.dumps(study, indent=2) + "\n", replace=True)


def create_folders(folder):
    """Refuses a folder that exists: what is in it stays as it is."""
    try:
        os.makedirs(folder)
    except FileExistsError:
        raise BadInput("{} already exists: name another folder with --output, or continue it with --resume".format(folder))
    except OSError as error:
        raise BadInput("cannot make {}: {}: name another folder with --output".format(folder, error.strerror))
    try:
        for name in ("jobs", "logs", "reports", "state", "energy"):
            os.mkdir(path_of(folder, name))
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise FailedUnderWay("cannot make folders in {}: {}".format(folder, error.strerror))


def load(folder):
    """The study in that folder, every field checked."""
    path = path_of(folder, "study.json")
    if not os.path.lexists(path):
        raise BadInput("{} does not exist: name the folder of a study".format(path))
    study = read_json(path, site_profile.MOST_BYTES)
    if isinstance(study, dict) and study.get("version") != VERSION:
        raise BadInput("{} is not a study of this version of trafficbench: expected \"version\": {}".format(path, VERSION))
    STUDY.check(path, study)
    names = [job["name"] for job in study["jobs"]]
    names += [launch["name"] for job in study["jobs"] for launch in job["launches"]]
    if len(set(names)) < len(names):
        raise BadInput("{}: the name of a job or launch appears twice".format(path))
    # It may have been moved.
    study["folder"] = os.path.abspath(folder)
    return study


def newest(parent):
    """The folder of the study that was made last."""
    times = {}
    try:
        for name in os.listdir(parent):
            if os.path.isfile(path_of(parent, name, "study.json")):
                times[path_of(parent, name)] = os.path.getmtime(path_of(parent, name, "study.json"))
    except FileNotFoundError:
        pass
    except OSError as error:
        raise BadInput("cannot read the folder {}: {}: name the folder of a study".format(parent, error.strerror))
    if not times:
        raise BadInput("there is no study in {}: name the folder of one".format(parent))
    return max(times, key=times.get)


def is_done(study, job):
    return all(os.path.isfile(report_path(study, launch)) for launch in job["launches"])


def last_state(study, job):
    """The last line that the job wrote about itself, or an empty text."""
    try:
        text = read_bytes(path_of(study["folder"], "state", job["name"]), MOST_BYTES_OF_STATE).decode("utf-8", "replace")
    except BadInput:
        return ""
    return (text.splitlines() or [""])[-1]
