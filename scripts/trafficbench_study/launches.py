"""What tables of a study say of its rows: which launch a row is of, and how rows are called."""


def nodes_text(nodes):
    return "{} node{}".format(nodes, "s" if nodes > 1 else "")


def launches_of(study):
    """{(ranks, threads a rank): launch}: plan.py lets no two launches have the same."""
    return {(launch["ranks"], launch["threads"]): launch for job in study["jobs"] for launch in job["launches"]}


def nodes_of(launch):
    """How many nodes it uses: one core is of one node."""
    return launch["nodes"] or 1


def axes_of(row):
    """{axis: text} of the row's name, as in {"cells": "1e8"}."""
    return dict(axis.split(":", 1) for axis in row["name"].split("/")[2:] if ":" in axis)


def labels_of(rows, apart=("ranks", "threads")):
    """{name: kernel, and the axes in which rows differ}, but for the axes `apart`, which stand elsewhere."""
    axes = {row["name"]: {axis for axis in axes_of(row).items() if axis[0] not in apart} for row in rows}
    common = set.intersection(*axes.values()) if axes else set()
    order = {row["name"]: list(axes_of(row).items()) for row in rows}
    return {row["name"]: " ".join([row["kernel"]] + ["{}:{}".format(*axis) for axis in order[row["name"]]
                                                     if axis in axes[row["name"]] - common]) for row in rows}
