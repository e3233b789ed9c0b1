"""Nodes that take longer than the others, as `nodes` of a report's context says."""

from trafficbench_tools.report import words

# drivers/report/nodes.cpp has the same.
SLOW = 1.05


def slow_nodes(context):
    """Those that are more than 5% behind the median of all, the slowest first; none that noise may have made slow."""

    def is_slow(node):
        return node["kernel_ratio"] > SLOW and (node["kernel_ratio_low"] is None or node["kernel_ratio_low"] > 1)

    return sorted(filter(is_slow, context.get("nodes", [])), key=lambda node: -node["kernel_ratio"])


def warning(context):
    """One line on them, as a sweep ends with; empty if there are none."""
    slow = slow_nodes(context)
    if not slow:
        return ""
    worst = slow[0]
    more = f", and {len(slow) - 1} more over {100 * (SLOW - 1):.0f}% longer" if len(slow) > 1 else ""
    return (
        f"node {worst['host']} took {100 * (worst['kernel_ratio'] - 1):.1f}% longer than the median of"
        f" {len(context['nodes'])} nodes in the kernel (median of {words.count_of(worst['visits'], 'visit')}){more}"
    )
