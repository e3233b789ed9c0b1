"""A site's profile: one JSON file, read and checked. docs/sites.md explains every key."""

import os
import re

from trafficbench_study.bad_input import BadInput
from trafficbench_study.durations import seconds_of
from trafficbench_study.fields import (
    NAME, PATH, PLAIN_TEXT, TEXT, Either, Flag, ListOf, Number, Object, Text, Variables,
)
from trafficbench_tools.reading import read_json

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "sites")
# A profile is a few kB, and so is a study's file for each of its jobs.
MOST_BYTES = 16 * 2**20

MOST_NODES = 100000
MOST_CORES = 100000
CORES = Number(1, MOST_CORES)
KHZ = Number(1, 10**8)


def _is_time(text):
    try:
        return seconds_of(text, "")
    except BadInput:
        return False


TIME = Text("a wall time, as in 01:00:00 (HH:MM:SS)", _is_time)
SHAPE_FORM = r"([1-9][0-9]{0,5})x([1-9][0-9]{0,5})"
SHAPE = Text("ranks per node x threads per rank, as in 16x8", lambda text: re.fullmatch(SHAPE_FORM, text))

BUILD = Object({"cc": Either(None, TEXT), "cxx": Either(None, TEXT), "cmake_options": ListOf(TEXT),
                "processes": Either("auto", Number(1, 1024))})
NODE = Object({"cores": Either("ask", "detect", CORES), "threads_per_core": Either(None, CORES), "sockets": Either(None, CORES),
               "numa_regions": Either(None, CORES), "cores_per_l3": Either(None, CORES)})
# Limits that a site may not have.
QUEUE = Object({"partition": PLAIN_TEXT, "qos": PLAIN_TEXT, "min_nodes": Number(1, MOST_NODES),
                "max_nodes": Number(1, MOST_NODES), "max_time": TIME, "max_jobs": Number(1, 10**6)}, optional=True)
# Where the merge goes, which needs one core: not everybody has such a place.
MERGE = Object({"partition": PLAIN_TEXT, "qos": PLAIN_TEXT, "max_time": TIME, "max_jobs": Number(1, 10**6), "sbatch_options": ListOf(TEXT)},
               optional=True)
CPU_FREQ = Object({"choices": ListOf(KHZ, least=1), "default": KHZ})
ENERGY = Object({"pm_counters": Either(None, TEXT), "sacct": Flag()})
IO = Object({"setup": ListOf(TEXT), "environment": Variables()})
SITE = Object({
    "name": NAME, "description": TEXT, "sources": ListOf(TEXT), "to_check": ListOf(TEXT), "scheduler": Either("slurm", "none"),
    "setup": ListOf(TEXT), "build": BUILD, "node": NODE, "shapes": Either("auto", ListOf(SHAPE, least=1)),
    "queues": ListOf(QUEUE, least=1), "merge": Either(None, MERGE), "account": Flag(), "time": Either(None, TIME), "sbatch_options": ListOf(TEXT),
    "srun_options": ListOf(TEXT), "environment": Variables(), "cpu_freq": Either(None, CPU_FREQ), "energy": ENERGY,
    "io": IO, "not_on_compute_nodes": ListOf(PATH),
})


def parse_shape(text, what):
    """(ranks per node, threads per rank) of "16x8"."""
    form = re.fullmatch(SHAPE_FORM, text)
    if not form:
        raise BadInput("{}: '{}': expected ranks per node x threads per rank, as in 16x8".format(what, text))
    return int(form.group(1)), int(form.group(2))


def check(where, site):
    """Raises BadInput, with the file's name, for anything that is wrong."""
    SITE.check(where, site)
    for number, queue in enumerate(site["queues"]):
        if queue.get("min_nodes", 1) > queue.get("max_nodes", MOST_NODES):
            raise BadInput('{}: queues[{}]: "min_nodes" must not be above "max_nodes"'.format(where, number))
    if site["cpu_freq"] is not None and site["cpu_freq"]["default"] not in site["cpu_freq"]["choices"]:
        raise BadInput('{}: cpu_freq: "default" must be one of "choices"'.format(where))
    if site["time"] is None and site["scheduler"] == "slurm":
        raise BadInput('{}: "time" must be a wall time, as in 01:00:00'.format(where))
    cores = site["node"]["cores"]
    if site["scheduler"] == "slurm" and cores == "detect":
        raise BadInput('{}: node: "cores" cannot be "detect": this host is not the node; write a number, or "ask"'.format(where))
    for text in site["shapes"] if site["shapes"] != "auto" else []:
        ranks, threads = parse_shape(text, where + ': "shapes"')
        if isinstance(cores, int) and ranks * threads > cores:
            raise BadInput('{}: "shapes": {} is more than the {} cores of a node'.format(where, text, cores))


def setup(site, measures_io):
    """Lines of shell before a build and in every job."""
    return site["setup"] + (site["io"]["setup"] if measures_io else [])


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
        raise BadInput("unknown site '{}': choose from {}, or name a file that ends in .json".format(
            name_or_path, ", ".join(names())))
    site = read_json(path, MOST_BYTES)
    check(path, site)
    return site
