"""What a study says of the energy of its rows: joules an iteration, by nodes."""


def lines_of(study, rows):
    """The lines of the table, a column for each number of nodes; none where no row has joules."""
    rows = [row for row in rows if row.get("energy_joules") is not None]
    if not rows:
        return []
    shapes = _shapes(study)
    labels = _labels(rows)
    table = {}
    for row in rows:
        nodes, shape = shapes.get((row["ranks"], row["threads"]), (None, None))
        if nodes is not None:
            line = table.setdefault("{} {}".format(labels[row["name"]], shape), {})
            line[nodes] = row["energy_joules"] / row["steps"]
    columns = sorted({nodes for line in table.values() for nodes in line})
    heading = "joules an iteration, all nodes"
    width = max([len(heading)] + [len(label) for label in table])
    lines = [heading.ljust(width) + "".join("{:>12}".format(_nodes(nodes)) for nodes in columns)]
    for label, line in table.items():
        lines.append(label.ljust(width) + "".join("{:>12}".format(
            "{:.3g}".format(line[nodes]) if nodes in line else "-") for nodes in columns))
    return lines


def _nodes(nodes):
    return "{} node{}".format(nodes, "s" if nodes > 1 else "")


def _shapes(study):
    """{(ranks, threads a rank): (nodes, ranks a node x threads)} of all launches."""
    return {(launch["ranks"], launch["threads"]): (launch["nodes"] or 1, "{}x{}".format(launch["ranks_per_node"], launch["threads"]))
            for job in study["jobs"] for launch in job["launches"]}


def _labels(rows):
    """{name: kernel, and those axes in which rows differ beside their shapes}."""
    axes = {row["name"]: [axis for axis in row["name"].split("/")[2:] if axis.split(":")[0] not in ("ranks", "threads")]
            for row in rows}
    common = set.intersection(*[set(each) for each in axes.values()])
    return {row["name"]: " ".join([row["kernel"]] + [axis for axis in axes[row["name"]] if axis not in common]) for row in rows}
