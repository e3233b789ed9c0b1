"""What people read at the end: the ladder as a table, and the answer to the course's question."""

from trafficbench_tools import terminal
from trafficbench_tools.ladder.rungs import PYTHON_RUNGS
from trafficbench_tools.visits import median_and_interval, visit_ratios

GOAL = 10000
# The course's programs count every iteration: theirs is the answer, the other stands beside it.
CONTRACTS = {
    "every": "the moves of every iteration counted, as the course's programs do",
    "sampled": "beside it, the moves of the last iteration counted",
}


def print_ladder(rows, cells):
    """Prints a table for each counting mode, Python and C++ apart, with as many columns as there is room for."""
    heads_of, line = next(form for width, form in FORMS if terminal.columns() >= width)
    for count in in_order(rows):
        print("\n" + terminal.wrapped(f"The ladder on a road of {cells:,} cells, counting mode `{count}`:"))
        for language in LANGUAGES:
            own = [row for row in rows if row["count"] == count and language_of(row) == language]
            if own:
                print("\n" + "\n".join(head.rstrip() for head in heads_of("in " + language)))
            for row in own:
                print(no_rate(row) or line(row).rstrip())
    print()
    print(
        terminal.wrapped(
            "MCOPs: million cell updates per second; best: of the fastest repetition; median: over the visits; +-%: half the width"
            " of its 95% interval. x Python: rate over that of plain Python on one core in the same visit and counting mode.",
            most=79,
        )
    )


def print_answer(rows):
    """Prints what answer() says."""
    print("\n".join(map(terminal.wrapped, answer(rows))))


LANGUAGES = ("Python", "C++")


def language_of(row):
    """Python or C++."""
    return "Python" if row["kernel"] in PYTHON_RUNGS else "C++"


def in_order(rows):
    """The counting modes of these rows, the course's own first."""
    return [count for count in CONTRACTS if any(row["count"] == count for row in rows)]


def no_rate(row):
    """The line of a row without rates; an empty text for one that has them."""
    start = f"{row['kernel']:<17}{cores_of(row):>5}"
    if "skipped" in row:
        return terminal.wrapped(f"{start}  skipped: {row['skipped']}")
    return "" if row["verified"] else terminal.wrapped(f"{start}  NOT VERIFIED: {row['error_message']}")


def heads(where):
    """What stands above the columns of line_of."""
    head = line_of_cells("rung", "cores", "best", "median", "+-%", "median", "95% interval")
    return [f"{where:<20}{'MCOPs':>14}{'':>16}  x Python", head]


def line_of(row):
    """One line of the table, with everything."""
    low, high = row["mcops_low"], row["mcops_high"]
    percent = "" if low is None else f"{50 * (high - low) / row['mcops']:.0f}"
    # Over itself it is 1, and nothing is known the better for an interval.
    itself = row["ladder_base"] == row["name"]
    interval = "" if itself else between(row["ladder_speedup_low"], row["ladder_speedup_high"])
    rates = number(row["mcops_best"]), number(row["mcops"])
    return line_of_cells(row["kernel"], cores_of(row), *rates, percent, number(row["ladder_speedup"]), interval)


def line_of_cells(rung, cores, best, median, percent, times, interval):
    """The cells of a line, below each other in all lines: 79 columns."""
    return f"{rung:<19}{cores:>6}{best:>10}{median:>10}{percent:>4}{times:>9}  {interval}"


def narrow_heads(where):
    """What stands above the columns of narrow_line."""
    return [where, f"{'rung':<20}{'best':>10}{'x Python':>9}"]


def narrow_line(row):
    """The rate and the ratio alone."""
    return f"{row['kernel']:<20}{number(row['mcops_best']):>10}{number(row['ladder_speedup']):>9}"


# The columns that a form of the table takes, the widest first.
FORMS = ((79, (heads, line_of)), (0, (narrow_heads, narrow_line)))


def answer(rows):
    """Lines that answer: how many times faster than plain Python?"""
    lines = []
    by_name = {row["name"]: row for row in rows}
    rows = [row for row in rows if row["ladder_speedup"] is not None and row["kernel"] != "python"]
    for count in in_order(rows):
        lines.append(f"  {CONTRACTS[count]}:")
        of_contract = [row for row in rows if row["count"] == count]
        for language in LANGUAGES:
            for cores in sorted({cores_of(row) for row in of_contract}):
                group = [row for row in of_contract if cores_of(row) == cores and language_of(row) == language]
                where = f"in {language}, {'one core' if cores == 1 else f'all {cores} cores'}"
                lines += lines_of_group(where, fastest(group), by_name) if group else []
    if not lines:
        return ["How many times faster than plain Python? No two rungs were measured that can be compared."]
    question = "How many times faster than plain Python, by the best repetitions and by the median of the visits?"
    return [f"{question} The course asks for {GOAL:,}.", *lines]


def cores_of(row):
    """Cores at work."""
    return row["ranks"] * row["threads"]


def fastest(group):
    """The row whose best repetition is the fastest, and after it those that tie with it."""
    first, *others = sorted(group, key=lambda row: -row["mcops_best"])
    return [first, *(row for row in others if tie(row, first))]


def tie(row, other):
    """Whether two rows of the same visits are as fast as each other, for all that these tell."""
    ratios = visit_ratios(row, other)
    _, low, high, _ = median_and_interval(ratios) if ratios else (None,) * 4
    return low is not None and low <= 1 <= high


def lines_of_group(where, rows, by_name):
    """A line for the fastest rung; where several tie, a line for each, since none of them has won."""
    if len(rows) == 1:
        return [f"    {where}: {in_words(rows[0], by_name)}"]
    return [f"    {where}: no winner, a tie of", *(f"      {in_words(row, by_name)}" for row in rows)]


def in_words(row, by_name):
    """How many times faster than plain Python a rung is, by the best and by the median, and what that says of the goal."""
    best = number(row["mcops_best"] / by_name[row["ladder_base"]]["mcops_best"])
    interval = between(row["ladder_speedup_low"], row["ladder_speedup_high"]) or "too few visits for an interval"
    median = number(row["ladder_speedup"])
    return f"{row['kernel']}, {best} times by the best, {median} by the median ({interval}): {verdict(row)}"


def verdict(row):
    """How the median ratio and its interval lie to what the course asks for."""
    low = row["ladder_speedup_low"] if row["ladder_speedup_low"] is not None else row["ladder_speedup"]
    high = row["ladder_speedup_high"] if row["ladder_speedup_high"] is not None else row["ladder_speedup"]
    if low > GOAL:
        return f"more than {GOAL:,}"
    return f"less than {GOAL:,}" if high < GOAL else f"the interval contains {GOAL:,}"


def number(value):
    """A rate or a ratio as people read it."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def between(low, high):
    """An interval; empty if there is none."""
    return "" if low is None else f"{number(low)} .. {number(high)}"
