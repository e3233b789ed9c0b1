"""Which jobs a study consists of, and what each of them launches."""

import os
import re

from trafficbench_study import lists
from trafficbench_study.bad_input import BadInput
from trafficbench_study.durations import seconds_of, text_of
from trafficbench_study.launches import nodes_text
from trafficbench_study.site_profile import MOST_NODES, parse_shape
from trafficbench_tools import counts

# What may not stand after --, and why.
FIRST = "is an option of the study: give it before the --"
SHAPED = "is set by the study for each job: give --nodes and --shapes"
SET = "is set by the study for each job"
OWN_OPTIONS = dict(
    {name: FIRST for name in ("--kernels", "--cells", "--mode", "--count", "--depth", "--exchange", "--overlap", "--reduce", "--placement",
                              "--ranks-per-node", "--energy", "--dry-run", "--help", "-h")},
    **{"--ranks": SHAPED, "--threads": SHAPED, "--output": SET, "--resume": SET, "--force": SET,
       "--time-limit": "is set by the study for each job: give --time"})
OWN_OPTIONS_OF_IO = {
    "--bytes": FIRST, "--directory": FIRST, "--dry-run": FIRST, "--help": FIRST, "-h": FIRST, "--output": SET, "--resume": SET, "--force": SET,
    "--cells": "is not for a study: give --bytes before the --",
    "--files": "is not for a study: its files are removed"}
# Of the sweep alone.
SWEEP_ONLY = ("kernels", "cells", "count", "depth", "exchange", "overlap", "reduce", "placement", "ranks_per_node", "base", "energy")
# What people compare: the course's loop, a byte a cell in SIMD registers, a bit a cell, and the fastest under either counting
# mode: tiled with AVX-512, paired with AVX2, which has no ternary logic.
KERNELS = "naive,branchless,bitpacked,tiled,paired"
# Lengths of road, with weak scaling of each core: `naive`, which makes 100 iterations, takes seconds on a node, not minutes.
CELLS = {"slurm": {"strong": "1e8,1e9", "weak": "4e6"}, "none": {"strong": "1e7", "weak": "1e6"}}
# Folders for files, and the stripes of each: those of benchio, beside which these rates are to stand.
STRIPES = (("unstriped", 1), ("striped", 4), ("fullstriped", -1))
MOST_BYTES = 2**37


def node_counts(text):
    """1,2,4 or 1:64 (times two each), ascending and without repetition."""
    counts = set()
    for part in text.split(","):
        form = re.fullmatch(r"([0-9]{1,6})(?::([0-9]{1,6}))?", part)
        first, last = (int(form.group(1)), int(form.group(2) or form.group(1))) if form else (0, 0)
        if not 1 <= first <= last <= MOST_NODES:
            raise BadInput("nodes is '{}': expected numbers of nodes, as in 1,2,4,8 or 1:64".format(text))
        while first <= last:
            counts.add(first)
            first *= 2
    return sorted(counts)


def auto_shapes(cores):
    """All cores as ranks, as threads, and halfway between where there is one."""
    shapes = [(cores, 1)]
    middle = [ranks for ranks in range(2, cores) if cores % ranks == 0]
    if middle:
        ranks = min(middle, key=lambda ranks: abs(ranks - cores ** 0.5))
        shapes.append((ranks, cores // ranks))
    if cores > 1:
        shapes.append((1, cores))
    return shapes


def cores_of(options, site):
    """Cores of a node: what the profile knows, what this machine has, or what the user says."""
    known = site["node"]["cores"]
    if isinstance(known, int):
        if options.cores not in (None, known):
            raise BadInput("cores is {}: expected {}, the cores of a node of {}, or leave it out".format(options.cores, known, site["name"]))
        return known
    if options.cores is not None:
        return options.cores
    if known == "detect":
        return _physical_cores()
    raise BadInput("{} does not say how many cores a node has: give --cores".format(site["name"]))


def _physical_cores():
    cores = set()
    for cpu in os.sched_getaffinity(0):
        path = "/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list".format(cpu)
        try:
            with open(path, encoding="ascii") as file:
                cores.add(file.read())
        except OSError:
            cores.add(cpu)
    return len(cores)


def _shapes(options, site, cores):
    if options.shapes:
        shapes = [parse_shape(text, "shapes") for text in options.shapes.split(",")]
    elif options.io:
        shapes = [(cores, 1)]
    elif site["shapes"] == "auto":
        shapes = auto_shapes(cores)
    else:
        shapes = [parse_shape(text, "shapes") for text in site["shapes"]]
    for ranks, threads in shapes if options.io else []:
        if threads != 1:
            raise BadInput("shapes: {}x{}: expected one thread per rank with --io, as in {}x1".format(ranks, threads, ranks))
    most, what = cores, "cores"
    if "siblings" in (options.placement or "").split(","):
        if site["scheduler"] != "none":
            raise BadInput("placement siblings: a study gives each worker a core of its own: start trafficbench sweep in a job that "
                           "may use all hardware threads")
        most, what = max(cores, len(os.sched_getaffinity(0))), "hardware threads"
    for ranks, threads in shapes:
        if ranks * threads > most and "--oversubscribe" not in options.sweep:
            raise BadInput("shapes: {}x{} is more than the {} {} of a node: give fewer ranks or threads".format(ranks, threads, most, what))
    return list(dict.fromkeys(_under_populated(shapes, options.ranks_per_node)))


def _under_populated(shapes, ranks_per_node):
    """The shapes that have so many ranks, with no more than these."""
    if ranks_per_node in (None, "auto"):
        return shapes
    if not re.fullmatch("[1-9][0-9]{0,5}", ranks_per_node):
        raise BadInput("ranks-per-node is '{}': expected one number, or auto".format(ranks_per_node))
    ranks = int(ranks_per_node)
    found = [(ranks, threads) for most, threads in shapes if most >= ranks]
    if not found:
        raise BadInput("ranks-per-node is {}: expected a number that --shapes has, or less".format(ranks))
    return found


def _name_of(queue):
    return "/".join(queue[key] for key in ("partition", "qos") if key in queue) or "the default queue"


def _limits_of(queue):
    least, most = queue.get("min_nodes", 1), queue.get("max_nodes")
    nodes = "{} or more nodes".format(least) if most is None else nodes_text(most) if most == least else "{} to {} nodes".format(least, most)
    return "{} allows {}{}".format(_name_of(queue), nodes, ", up to " + queue["max_time"] if "max_time" in queue else "")


def _queues(options, site):
    """Those among the site's queues that the user may mean; a queue without a name is what the user says it is."""
    queues = site["queues"]
    for key in ("partition", "qos"):
        wanted = getattr(options, key)
        if wanted is None:
            continue
        named = [queue[key] for queue in queues if key in queue]
        if not named:
            queues = [dict(queue, **{key: wanted}) for queue in queues]
            continue
        queues = [queue for queue in queues if queue.get(key) == wanted]
        if not queues:
            raise BadInput("unknown {} '{}' at {}: choose from {}".format(
                key, wanted, site["name"], ", ".join(dict.fromkeys(named))))
    return queues


def _fit(queues, nodes, wanted_seconds, given, site):
    """(queue, wall time) for a job; the first that takes it."""
    for queue in queues:
        if not queue.get("min_nodes", 1) <= nodes <= queue.get("max_nodes", MOST_NODES):
            continue
        if wanted_seconds is None or "max_time" not in queue:
            return queue, wanted_seconds
        longest = seconds_of(queue["max_time"], "max_time")
        if wanted_seconds <= longest or not given:
            return queue, min(wanted_seconds, longest)
    time = " for " + text_of(wanted_seconds) if given else ""
    raise BadInput("{}{}: beyond the limits of {}: {}".format(
        nodes_text(nodes), time, site["name"], "; ".join(_limits_of(queue) for queue in queues)))


def _check_numbers_of_jobs(jobs):
    for queue in {(job["partition"], job["qos"]): job for job in jobs}.values():
        number = sum(1 for job in jobs if (job["partition"], job["qos"]) == (queue["partition"], queue["qos"]))
        if number > queue["max_jobs"]:
            raise BadInput("{} jobs, the merge among them, are more than {} lets one user submit ({}): give fewer --nodes, or "
                           "another --qos".format(number, queue["qos"] or queue["partition"], queue["max_jobs"]))


def _job(name, queue, nodes, seconds):
    return {"name": name, "nodes": nodes, "partition": queue.get("partition"), "qos": queue.get("qos"),
            "wall_seconds": seconds, "max_jobs": queue.get("max_jobs", MOST_NODES), "launches": [], "id": None}


def _launch(job, ranks, per_node, threads, nodes):
    job["launches"].append({"name": "{}-{}x{}".format(job["name"], per_node, threads) if nodes == job["nodes"]
                            else "one-core", "nodes": nodes, "ranks": ranks, "ranks_per_node": per_node,
                            "threads": threads})


def _merge_job(queues, site):
    """A short job of one core: where the site has such jobs run, else in a queue that takes one node."""
    if site["scheduler"] == "none":
        return _job("merge", {}, 1, None)
    if site["merge"] is not None:
        queues = [site["merge"]]
    else:
        queues = [queue for queue in queues if queue.get("min_nodes", 1) == 1] or site["queues"]
    queue, wall = _fit(queues, 1, 600, False, site)
    return _job("merge", queue, 1, wall)


def plan(options, site):
    """(cores of a node, jobs, merge job): what is to be run, all of it within the site's limits."""
    cores = cores_of(options, site)
    shapes = _shapes(options, site, cores)
    queues = _queues(options, site)
    given = options.time is not None
    wanted = options.time if given else site["time"]
    seconds = None if wanted is None else seconds_of(wanted, "time")
    jobs = []
    taken = {}
    for nodes in node_counts(options.nodes):
        queue, wall = _fit(queues, nodes, seconds, given, site)
        job = _job("nodes-{:04d}".format(nodes), queue, nodes, wall)
        for ranks, threads in shapes:
            point = (nodes * ranks, threads)
            if point in taken:
                raise BadInput("shapes: {} ranks x {} threads come up both on {} and on {} nodes, and one report cannot "
                               "tell them apart: give other --nodes or --shapes".format(point[0], point[1], taken[point], nodes))
            taken[point] = nodes
            _launch(job, nodes * ranks, ranks, threads, nodes)
        jobs.append(job)
    base = options.base or ("core" if site["scheduler"] == "none" and not options.io else "node")
    if base == "core" and (1, 1) not in taken:
        _launch(jobs[0], 1, 1, 1, 0)
    merge = _merge_job(queues, site)
    _check_numbers_of_jobs(jobs + [merge])
    return cores, jobs, merge


def bytes_on(nodes, mode, size):
    """Bytes of the road in files: with --mode weak `size` for each node."""
    return size * (nodes if mode == "weak" else 1)


def bytes_of(options, jobs):
    """--bytes as a number; all jobs may have what becomes of it."""
    size = counts.parse_count(options.bytes, "bytes", 1, MOST_BYTES)
    most = max(job["nodes"] for job in jobs)
    if bytes_on(most, options.mode, size) > MOST_BYTES:
        raise BadInput("bytes is {}: on {} nodes that is more than the {} bytes that a road may have: give less, or --mode strong".format(
            options.bytes, most, MOST_BYTES))
    return size


def values_of(words):
    """{option: value} of what a launch is given; an option without a value has "on"."""
    values, last = {}, None
    for word in words:
        if word.startswith("--"):
            last, _, value = word.partition("=")
            values[last] = value or "on"
        elif last is not None:
            values[last] = word
    return values


def launch_options(options, site):
    """What every launch is given, of the sweep or of io."""
    own = OWN_OPTIONS_OF_IO if options.io else OWN_OPTIONS
    for word in options.sweep:
        if word.split("=")[0] in own:
            raise BadInput("{} after -- {}".format(word, own[word.split("=")[0]]))
    return options.sweep if options.io else _sweep_options(options, site)


def _sweep_options(options, site):
    cells = CELLS[site["scheduler"]][options.mode] if options.cells is None else options.cells
    for name in ("kernels", "count", "depth", "exchange", "overlap", "reduce", "placement"):
        lists.check_length(getattr(options, name) or "", name)
    lists.check_length(cells, "cells")
    words = ["--mode", options.mode, "--kernels", options.kernels, "--cells", cells]
    for name in ("count", "depth", "exchange", "overlap", "reduce", "placement", "ranks-per-node"):
        value = getattr(options, name.replace("-", "_"))
        if value:
            words += ["--" + name, value]
    if options.energy:
        words.append("--energy")
    return words + options.sweep
