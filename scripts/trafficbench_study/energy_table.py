"""What a study says of the energy of its rows: joules per iteration, by nodes."""

from trafficbench_study.launches import labels_of, launches_of, nodes_of, nodes_text


def lines_of(study, rows):
    """The lines of the table, a column for each number of nodes; none where no row has joules."""
    rows = [row for row in rows if row.get("energy_joules") is not None]
    if not rows:
        return []
    launches = launches_of(study)
    labels = labels_of(rows)
    table = {}
    for row in rows:
        launch = launches.get((row["ranks"], row["threads"]))
        if launch is not None:
            line = table.setdefault("{} {}x{}".format(labels[row["name"]], launch["ranks_per_node"], launch["threads"]), {})
            line[nodes_of(launch)] = row["energy_joules"] / row["steps"]
    columns = sorted({nodes for line in table.values() for nodes in line})
    heading = "joules per iteration, all nodes"
    width = max([len(heading)] + [len(label) for label in table])
    lines = [heading.ljust(width) + "".join("{:>12}".format(nodes_text(nodes)) for nodes in columns)]
    for label, line in table.items():
        lines.append(label.ljust(width) + "".join("{:>12}".format(
            "{:.3g}".format(line[nodes]) if nodes in line else "-") for nodes in columns))
    return lines
