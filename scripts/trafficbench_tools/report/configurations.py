"""What kernels chose for themselves on a machine: waves, tiles."""

from trafficbench_tools.report import words


def of_kernels(members):
    """{kernel: [texts]} of the rows that say so, each text once."""
    found = {}
    for row in members:
        if row.get("configuration"):
            found.setdefault(row["kernel"], {})[row["configuration"]] = None
    return {kernel: list(texts) for kernel, texts in found.items()}


def summary(run, members):
    """In one line, for the rows of one launch; empty if nothing is known. Reports from before `configuration` have `waves`."""
    found = of_kernels(members)
    if not found:
        return words.listing(run.get("waves", []), 6)
    return ", ".join(f"{kernel} ({_either(texts)})" for kernel, texts in found.items())


def _either(texts, most=4):
    # Texts have commas and semicolons of their own.
    more = [f"{len(texts) - most} more"] if len(texts) > most else []
    return " or ".join(texts[:most] + more)
