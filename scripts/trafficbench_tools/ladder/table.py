"""What people read at the end: the ladder as a table, and the answer to the course's question."""

GOAL = 10000


def print_ladder(rows, cells):
    """Prints a table for each contract."""
    for count in dict.fromkeys(row["count"] for row in rows):
        own = [row for row in rows if row["count"] == count]
        what = "moves of every iteration counted" if count == "every" else "moves of the last iteration counted"
        print(f"\nThe ladder on a road of {cells:,} cells, contract `{count}` ({what}):\n")
        print(
            f"{'rung':<15}{'cores':>5}{'steps':>9}{'MCOPs':>14}  {'95% interval':<25}{'x Python':>10}  {'95% interval':<19}"
        )
        for row in own:
            print(line_of(row).rstrip())
    print(
        "\nMCOPs: million cell updates a second. x Python: rate over that of plain Python on one core, same contract;"
    )
    print(
        "its interval is bootstrapped by round. Rungs make different numbers of iterations (steps): rates are compared."
    )


def line_of(row):
    """One line of the table."""
    start = f"{row['kernel']:<15}{row['ranks'] * row['threads']:>5}"
    if "skipped" in row:
        return f"{start}  skipped: {row['skipped']}"
    if not row["verified"]:
        return f"{start}  NOT VERIFIED: {row['error_message']}"
    rate = f"{number(row['mcops']):>14}  {between(row['mcops_low'], row['mcops_high']):<25}"
    # Over itself it is 1, and nothing is known the better for an interval.
    low, high = (
        (None, None) if row["ladder_base"] == row["name"] else (row["ladder_speedup_low"], row["ladder_speedup_high"])
    )
    ratio = f"{number(row['ladder_speedup']):>10}  {between(low, high):<19}"
    return f"{start}{row['steps']:>9}{rate}{ratio}"


def answer(rows):
    """Lines that answer: how many times faster than plain Python?"""
    lines = ["How many times faster than plain Python?"]
    ratios = [row for row in rows if row["ladder_speedup"] is not None and row["kernel"] != "python"]
    for count in dict.fromkeys(row["count"] for row in ratios):
        for cores in sorted({row["ranks"] * row["threads"] for row in ratios}):
            group = [row for row in ratios if row["count"] == count and row["ranks"] * row["threads"] == cores]
            if not group:
                continue
            best = max(group, key=lambda row: row["mcops"])
            interval = between(best["ladder_speedup_low"], best["ladder_speedup_high"])
            where = "one core" if cores == 1 else f"all {cores} cores"
            lines.append(
                f"  {where}, {count}: {number(best['ladder_speedup'])} times"
                + (f" ({interval})" if interval else " (too few rounds for an interval)")
                + f", by {best['kernel']}; {verdict(best)}"
            )
    return lines if len(lines) > 1 else [lines[0] + " No two rungs were measured that can be compared."]


def verdict(row):
    """How a ratio and its interval lie to what the course asks for."""
    low = row["ladder_speedup_low"] if row["ladder_speedup_low"] is not None else row["ladder_speedup"]
    high = row["ladder_speedup_high"] if row["ladder_speedup_high"] is not None else row["ladder_speedup"]
    if low > GOAL:
        return f"more than the {GOAL:,} that the course asks for"
    if high < GOAL:
        return f"less than the {GOAL:,} that the course asks for"
    return f"the {GOAL:,} that the course asks for lie within the interval"


def number(value):
    """A rate or a ratio as people read it."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def between(low, high):
    """An interval; empty if there is none."""
    return "" if low is None else f"{number(low)} .. {number(high)}"
