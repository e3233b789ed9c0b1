"""Where caches and groups of cores end on the machine of a run."""

from trafficbench_tools.report import words


def caches(run):
    """{level: (bytes, cores that share it)} of the caches that hold data."""
    per_core = run["cpu"]["threads_per_core"]
    return {
        cache["level"]: (cache["size"], max(1, cache["num_sharing"] // per_core))
        for cache in run["caches"]
        if cache["type"] != "Instruction"
    }


def cache_guides(run, row):
    """[(bytes, label)]: what one core has of each cache when the workers of the row share it."""
    workers = row["ranks"] * row["threads"]
    guides = []
    for level, (size, sharing) in sorted(caches(run).items()):
        users = min(sharing, workers)
        label = f"L{level} {words.size(size)}"
        guides.append((size / users, label if users == 1 else f"{label} / {users}"))
    return guides


def name(source, row):
    """The machine that a row speaks of: where it ran, or what its model says it stands for."""
    if row["origin"] != "measured":
        return str(row["model"]["parameters"].get("machine", "a machine that is not here"))
    cpu = source.run_of(row)["cpu"]
    return f"{cpu['model']}, {words.count_of(cpu['cores'], 'core')} per node"


def core_guides(source, row, most):
    """[(cores, label)]: where a cache, a NUMA region and a node are full if cores are filled in order, as far as known."""
    if row["origin"] != "measured":
        ranks = row["model"]["parameters"].get("ranks_per_node")
        ends = {ranks * row["threads"]: ["node of the model"]} if isinstance(ranks, (int, float)) else {}
    else:
        ends = measured_ends(source.run_of(row))
    return [(cores, " = ".join(labels)) for cores, labels in sorted(ends.items()) if 1 < cores <= most]


def measured_ends(run):
    """{cores: [what is full]} of the machine of a launch."""
    ends = {}
    last = max(caches(run).items(), default=None)
    if last is not None and last[1][1] > 1:
        ends.setdefault(last[1][1], []).append(f"L{last[0]}")
    if run["numa"]:
        ends.setdefault(max(region["cores"] for region in run["numa"]), []).append("NUMA region")
    ends.setdefault(run["cpu"]["cores"], []).append("node")
    return ends
