"""A study on disk: one folder, whose study.json says everything about it."""

import json
import os

from trafficbench_study.bad_input import BadInput

VERSION = 1


def path_of(folder, *names):
    return os.path.join(folder, *names)


def report_path(study, launch):
    return path_of(study["folder"], "reports", launch["name"] + ".json")


def merged_path(study):
    return path_of(study["folder"], "report.json")


def write_file(path, text, executable=False):
    """The file appears complete or not at all."""
    partial = path + ".partial"
    with open(partial, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if executable:
        os.chmod(partial, 0o755)
    os.replace(partial, path)


def save(study):
    write_file(path_of(study["folder"], "study.json"), json.dumps(study, indent=2) + "\n")


def create_folders(folder):
    """Refuses a folder that exists: what is in it stays as it is."""
    try:
        os.makedirs(folder)
    except FileExistsError:
        raise BadInput("{} exists: name another folder with --output, or go on with it by --resume".format(folder))
    except OSError as error:
        raise BadInput("{}: {}".format(folder, error.strerror))
    for name in ("jobs", "logs", "reports", "state", "energy"):
        os.mkdir(path_of(folder, name))


def load(folder):
    path = path_of(folder, "study.json")
    try:
        with open(path, encoding="utf-8") as file:
            study = json.load(file)
    except OSError as error:
        raise BadInput("{}: {}: name the folder of a study".format(path, error.strerror))
    except ValueError as error:
        raise BadInput("{} is no study: {}".format(path, error))
    if not isinstance(study, dict) or study.get("version") != VERSION:
        raise BadInput("{} is no study of this version ({})".format(path, VERSION))
    study["folder"] = os.path.abspath(folder)
    return study


def newest(parent):
    """The folder of the study that was made last."""
    studies = [path_of(parent, name) for name in (os.listdir(parent) if os.path.isdir(parent) else [])
               if os.path.isfile(path_of(parent, name, "study.json"))]
    if not studies:
        raise BadInput("there is no study in {}: name its folder".format(parent))
    return max(studies, key=lambda folder: os.path.getmtime(path_of(folder, "study.json")))


def is_done(study, job):
    return all(os.path.isfile(report_path(study, launch)) for launch in job["launches"])


def last_state(study, job):
    """The last line that the job wrote about itself, or an empty text."""
    try:
        with open(path_of(study["folder"], "state", job["name"]), encoding="utf-8") as file:
            lines = file.read().splitlines()
    except OSError:
        return ""
    return lines[-1] if lines else ""
