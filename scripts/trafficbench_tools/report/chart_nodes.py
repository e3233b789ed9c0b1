"""Nodes against each other: what each took in the kernel, the slowest first."""

from trafficbench_tools.report import words
from trafficbench_tools.report.chart import Axis, Chart, Curve, Mark, Series
from trafficbench_tools.report.nodes import SLOW

SEEN = (
    "A node whose interval lies beyond the dashed line is slow itself, and all others wait for it at the end of each exchange."
)
# More lines than these together cannot be read: of more nodes, those at both ends.
SLOWEST, FASTEST = 30, 10


def charts(source):
    """One chart, where there are nodes to compare."""
    nodes = sorted(source.context.get("nodes", []), key=lambda node: (-node["kernel_ratio"], node["host"]))
    if not nodes:
        return []
    caption = [
        f"What the ranks of each of {len(nodes):,} nodes took in the kernel, over the median of all nodes that took part: the"
        f" median over visits, with its 95% interval where there are six or more. {SEEN}"
    ]
    if len(nodes) > SLOWEST + FASTEST:
        parts = [(f"slowest {SLOWEST}", "most", nodes[:SLOWEST]), (f"fastest {FASTEST}", "least", nodes[-FASTEST:])]
        caption.append(f"The {len(nodes) - SLOWEST - FASTEST:,} nodes between the slowest and the fastest are not drawn.")
    else:
        parts = [("nodes", "reached", nodes)]
    return [
        Chart(
            figure="nodes",
            kind="dots",
            title="Time in the kernel, by node",
            facets={"report": source.label},
            kernels=source.kernels,
            x=Axis("seconds in the kernel over the median of all nodes (1: like the others)"),
            y=Axis("node"),
            series=[Series(label, colour, [node_mark(node) for node in members]) for label, colour, members in parts],
            curves=[Curve("like the others", [(1.0, None)]), Curve("5% behind", [(SLOW, None)], dash="dash")],
            caption=caption,
        )
    ]


def node_mark(node):
    """A mark, with what a reader sees who points at it."""
    value, low, high = node["kernel_ratio"], node["kernel_ratio_low"], node["kernel_ratio_high"]
    over = f" over {node['interval_over']}" if low is not None else ", no interval (fewer than six visits)"
    texts = [
        node["host"],
        f"{words.interval(value, low, high)}{over}",
        f"{words.count_of(node['ranks'], 'rank')}, {words.count_of(node['visits'], 'visit')}",
    ]
    return Mark(node["host"], value, low, high, None, texts)
