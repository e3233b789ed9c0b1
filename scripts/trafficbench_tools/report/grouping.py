"""Sorts rows into the plots they may share."""

from trafficbench_tools.report import machine, palette, rows, words

# Axes that stand in facets or along a plot's axis; what else a name spells tells series of one kernel apart.
SPOKEN_FOR = {"cells", "ranks", "threads", "count", "mode", "density", "init", "seed"}

# How ranks speak to each other and are placed: axes of a name, which says them where they are not the default, and fields of a
# row, which has them unless it belongs to all ways: on one rank, or of one worker.
WAYS = {
    "exchange": "exchange",
    "overlap": "overlap",
    "reduce": "reduce",
    "placement": "placement_policy",
    "ranks-per-node": "ranks_per_node",
}


def common_facets(source, row):
    """What rows must have in common to stand in any one plot."""
    start = [row["init"]]
    if row["density"] is not None:
        start.append(f"density {row['density']:g}")
    if row["seed"] is not None:
        start.append(f"seed {row['seed']}")
    return {
        "report": source.label,
        "machine": machine.name(source, row),
        "origin": "measured" if row["origin"] == "measured" else "not measured",
        "class": row["class"],
        "count": row["count"],
        "mode": row["mode"],
        "start": ", ".join(start),
    }


def grouped(source, wanted, more=lambda row: {}):
    """[(facets, rows)] of the rows that are wanted, by common facets and those that `more` adds."""
    groups = {}
    for row in source.rows:
        if wanted(row):
            facets = {**common_facets(source, row), **more(row)}
            groups.setdefault(tuple(facets.items()), []).append(row)
    return [(dict(key), members) for key, members in groups.items()]


def series_labels(members):
    """{id of row: label of its series}: the kernel, and those axes of its name in which rows of one kernel differ."""
    levels = {}
    for row in members:
        for axis, level in other_axes(row).items():
            levels.setdefault((row["kernel"], axis), set()).add(level)
    # What only some names spell is another choice than where it is not spelled; ways that a row does not have are none.
    for row in members:
        for kernel, axis in levels:
            if kernel == row["kernel"] and axis not in WAYS and axis not in other_axes(row):
                levels[(kernel, axis)].add(None)
    labels = {}
    for row in members:
        differing = [
            level if axis == "origin" else f"{axis} {level}"
            for axis, level in other_axes(row).items()
            if len(levels[(row["kernel"], axis)]) > 1
        ]
        labels[id(row)] = ", ".join([row["kernel"], *differing])
    return labels


def other_axes(row):
    """{axis: level} of what tells series of one kernel apart."""
    others = {axis: level for axis, level in rows.axes(row).items() if axis not in SPOKEN_FOR and axis not in WAYS}
    others.update({axis: row[field] for axis, field in WAYS.items() if row.get(field)})
    if row["ranks"] > 1:
        others.setdefault("ranks-per-node", "auto")
    if row["origin"] != "measured":
        others["origin"] = f"{row['origin']} by {row['model']['name']}"
    return others


def ladder_order(files):
    """Names of the kernels in these files, lists of rows, from the lowest rung up. Where kernels were added in between, rungs
    were counted anew: that of the last file holds.

    A kernel whose rows give no rung (older reports) stands where its file has it: after the kernel that appears before it
    there; if it is the first, below all that follow.
    """
    rungs = {}
    for row in (row for rows_of_file in files for row in rows_of_file):
        if row.get("rung") is not None or row["kernel"] not in rungs:
            rungs[row["kernel"]] = row.get("rung")
    order = sorted((kernel for kernel in rungs if rungs[kernel] is not None), key=rungs.get)
    for rows_of_file in files:
        own = list(dict.fromkeys(row["kernel"] for row in rows_of_file))
        for number, kernel in enumerate(own):
            if kernel in order:
                continue
            if number > 0:
                place = order.index(own[number - 1]) + 1
            else:
                place = min((order.index(other) for other in own if other in order), default=len(order))
            order.insert(place, kernel)
    return order


def in_ladder_order(source, members):
    """The rows, those of the lowest rung first."""
    return sorted(members, key=lambda row: source.kernels.index(row["kernel"]))


def by_series(source, members):
    """[(label, colour, rows)] in the order of the ladder; `colour` is a key of the palette. The first series of a kernel has
    the kernel's colour, others have colours of their own. Where all are steps of one axis they stand in its order, and so do
    their colours."""
    labels = series_labels(members)
    series = {}
    for row in in_ladder_order(source, members):
        series.setdefault(labels[id(row)], []).append(row)
    steps = steps_of(list(series.values()))
    if steps:
        ordered = sorted(series.items(), key=lambda item: steps[id(item[1][0])])
        return [(label, palette.key_of_step(place, len(ordered)), group) for place, (label, group) in enumerate(ordered)]
    found, seen = [], {}
    for label, group in series.items():
        kernel = group[0]["kernel"]
        seen[kernel] = seen.get(kernel, 0) + 1
        found.append((label, palette.key_of(kernel, seen[kernel]), group))
    return found


# Two steps are no ramp.
FEWEST_STEPS = 3


def steps_of(groups):
    """{id of the first row of each group: its step}, where groups of one kernel differ in the number of one axis alone; else {}."""
    firsts = [group[0] for group in groups]
    if len(firsts) < FEWEST_STEPS or len({row["kernel"] for row in firsts}) > 1:
        return {}
    axes = [other_axes(row) for row in firsts]
    differing = [axis for axis in dict.fromkeys(axis for levels in axes for axis in levels) if len({levels.get(axis) for levels in axes}) > 1]
    if len(differing) != 1:
        return {}
    try:
        return {id(row): float(levels[differing[0]]) for row, levels in zip(firsts, axes)}
    except (KeyError, ValueError):
        return {}


def cells_a_core(row):
    """Cells of road that one core of the row has."""
    return row["cells"] / rows.cores(row)


def road_text(facets):
    """The road of facets that road() is among, as in "10⁷ cells"."""
    return next(f"{value} {name}" for name, value in facets.items() if name.startswith("cells"))


def road(row):
    """The length of road as a facet: of all, or of each core in a weak sweep."""
    if row["mode"] == "weak":
        return {"cells per core": words.cells(round(cells_a_core(row)))}
    return {"cells": words.cells(row["cells"])}
