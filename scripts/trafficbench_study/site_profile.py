"""A site's profile: one JSON file, read and checked. docs/sites.md explains every key."""

import json
import os
import re

from trafficbench_study.bad_input import PLAIN, BadInput, is_one_line, is_plain, one_of
from trafficbench_study.durations import seconds_of

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "sites")

TEXT = "a text of one line"
TEXTS = "a list of texts of one line"
COUNT = "a number of 1 or more"
FLAG = "true or false"


def _is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _has_type(value, kind):
    if kind == TEXT:
        return isinstance(value, str) and value != "" and is_one_line(value)
    if kind == TEXTS:
        return isinstance(value, list) and all(_has_type(entry, TEXT) for entry in value)
    if kind == COUNT:
        return _is_count(value)
    if kind == FLAG:
        return isinstance(value, bool)
    if isinstance(kind, tuple):  # any of these, None among them where null is allowed
        return any(value is one if one is None else value == one if one in ("ask", "detect", "auto") else _has_type(value, one)
                   for one in kind)
    return isinstance(value, kind)


def _kind_text(kind):
    if isinstance(kind, tuple):
        return one_of("null" if one is None else '"{}"'.format(one) if one in ("ask", "detect", "auto") else one
                      for one in kind)
    return {dict: "an object", list: "a list"}.get(kind, kind)


# Every key of each object; all must be there, but for those of a queue, which are limits that a site may not have.
KEYS = {
    "name": TEXT, "description": TEXT, "sources": TEXTS, "to_check": TEXTS, "scheduler": TEXT, "setup": TEXTS,
    "build": dict, "node": dict, "shapes": ("auto", TEXTS), "queues": list, "account": FLAG, "time": (None, TEXT),
    "sbatch_options": TEXTS, "srun_options": TEXTS, "environment": dict, "cpu_freq": (None, "an object"), "energy": dict,
    "not_on_compute_nodes": TEXTS,
}
BUILD_KEYS = {"cc": (None, TEXT), "cxx": (None, TEXT), "cmake_options": TEXTS, "processes": ("auto", COUNT)}
NODE_KEYS = {
    "cores": ("ask", "detect", COUNT), "threads_per_core": (None, COUNT), "sockets": (None, COUNT),
    "numa_regions": (None, COUNT), "cores_per_l3": (None, COUNT),
}
QUEUE_KEYS = {
    "partition": TEXT, "qos": TEXT, "min_nodes": COUNT, "max_nodes": COUNT, "max_time": TEXT, "max_jobs": COUNT,
}
CPU_FREQ_KEYS = {"choices": list, "default": COUNT}
ENERGY_KEYS = {"pm_counters": (None, TEXT), "sacct": FLAG}


def _check_object(where, value, keys, optional=False):
    if not isinstance(value, dict):
        raise BadInput("{} is not an object".format(where))
    for key in value:
        if key not in keys:
            raise BadInput('{} has an unknown key "{}": it takes {}'.format(where, key, ", ".join(sorted(keys))))
    for key, kind in keys.items():
        if key not in value:
            if optional:
                continue
            raise BadInput('{} lacks the key "{}" ({})'.format(where, key, _kind_text(kind)))
        if kind == (None, "an object"):
            if value[key] is not None and not isinstance(value[key], dict):
                raise BadInput('{}: "{}" must be null or an object'.format(where, key))
        elif not _has_type(value[key], kind):
            raise BadInput('{}: "{}" must be {}'.format(where, key, _kind_text(kind)))


def _refuse_same_key(pairs):
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError('the key "{}" stands there twice'.format(key))
    return dict(pairs)


def parse_shape(text, what):
    """(ranks a node, threads a rank) of "16x8"."""
    form = re.fullmatch(r"([1-9][0-9]{0,5})x([1-9][0-9]{0,5})", text)
    if not form:
        raise BadInput("{}: '{}' is no shape: write ranks a node x threads a rank, as in 16x8".format(what, text))
    return int(form.group(1)), int(form.group(2))


def check(path, site):
    """Raises BadInput, with the file's name, for anything that is wrong."""
    where = path
    _check_object(where, site, KEYS)
    for name, keys in (("build", BUILD_KEYS), ("node", NODE_KEYS), ("energy", ENERGY_KEYS)):
        _check_object("{}: {}".format(where, name), site[name], keys)
    if not is_plain(site["name"]):
        raise BadInput('{}: "name" must have {}'.format(where, PLAIN))
    if site["scheduler"] not in ("slurm", "none"):
        raise BadInput('{}: "scheduler" is "{}": it is slurm or none'.format(where, site["scheduler"]))
    if not site["queues"]:
        raise BadInput('{}: "queues" is empty: it has one entry at least, {{}} where there are no limits'.format(where))
    for number, queue in enumerate(site["queues"]):
        name = "{}: queues[{}]".format(where, number)
        _check_object(name, queue, QUEUE_KEYS, optional=True)
        for key in ("partition", "qos"):
            if not is_plain(queue.get(key, "any")):
                raise BadInput('{}: "{}" must have {}'.format(name, key, PLAIN))
        if "max_time" in queue:
            seconds_of(queue["max_time"], name + ': "max_time"')
        if queue.get("min_nodes", 1) > queue.get("max_nodes", queue.get("min_nodes", 1)):
            raise BadInput('{}: "min_nodes" is above "max_nodes"'.format(name))
    if site["cpu_freq"] is not None:
        name = where + ": cpu_freq"
        _check_object(name, site["cpu_freq"], CPU_FREQ_KEYS)
        choices = site["cpu_freq"]["choices"]
        if not choices or not all(_is_count(choice) for choice in choices):
            raise BadInput('{}: "choices" must be a list of kHz'.format(name))
        if site["cpu_freq"]["default"] not in choices:
            raise BadInput('{}: "default" is none of "choices"'.format(name))
    for key, value in site["environment"].items():
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", key) or not isinstance(value, str) or not is_one_line(value):
            raise BadInput('{}: environment: "{}" must be a variable\'s name, with a text of one line'.format(where, key))
    if site["time"] is not None:
        seconds_of(site["time"], where + ': "time"')
    elif site["scheduler"] == "slurm":
        raise BadInput('{}: "time" must be a wall time, as in 01:00:00'.format(where))
    cores = site["node"]["cores"]
    if site["scheduler"] == "slurm" and cores == "detect":
        raise BadInput('{}: node: "cores" cannot be "detect": this host is not the node; write a number, or "ask"'.format(where))
    if site["shapes"] == "auto":
        return
    if not site["shapes"]:
        raise BadInput('{}: "shapes" is empty'.format(where))
    for text in site["shapes"]:
        ranks, threads = parse_shape(text, where + ': "shapes"')
        if _is_count(cores) and ranks * threads > cores:
            raise BadInput('{}: "shapes": {} is more than the {} cores of a node'.format(where, text, cores))


def names():
    """The profiles there are."""
    return sorted(name[:-5] for name in os.listdir(FOLDER) if name.endswith(".json"))


def load(name_or_path):
    """The profile of that name, or of that file, checked."""
    if name_or_path.endswith(".json"):
        path = name_or_path
    elif name_or_path in names():
        path = os.path.join(FOLDER, name_or_path + ".json")
    else:
        raise BadInput("site '{}' is unknown: it is {}, or a file whose name ends in .json".format(
            name_or_path, one_of(names())))
    try:
        with open(path, encoding="utf-8") as file:
            site = json.load(file, object_pairs_hook=_refuse_same_key)
    except (OSError, ValueError) as error:
        raise BadInput("{}: {}".format(path, getattr(error, "strerror", None) or error))
    check(path, site)
    return site
