"""Questions about one row of a report."""

WITHIN = "over visits, within one launch"
OVER = {"visits": "over visits", "launches": "over launches", "repetitions": "over repetitions, within one launch"}


def cores(row):
    """A core is one worker: one thread of one rank."""
    return row["ranks"] * row["threads"]


def shape(row):
    """Ranks and threads, as in 2 × 4."""
    return f"{row['ranks']} × {row['threads']}"


def axes(row):
    """The requested axes that the name spells, {"cells": "1e9", "depth": "auto", ...}."""
    parts = row["name"].split("/")[2:]
    return dict(part.split(":", 1) for part in parts if ":" in part)


def launches(row):
    """Numbers of the launches that the row has samples of; none of a skipped and a modelled row."""
    return sorted(set(row["sample_runs"]))


def visits(row):
    """The number of visits that the row has samples of."""
    return len(set(zip(row["sample_runs"], row["sample_visits"])))


def interval_over(row):
    """What the row's interval is of, in words; None if it has none. The visits of one launch say little of the next."""
    if row["interval_over"] is None:
        return None
    return WITHIN if row["interval_over"] == "visits" and len(launches(row)) == 1 else OVER[row["interval_over"]]


def intervals_over(members):
    """What the intervals of these rows are of, each once."""
    return [text for text in (WITHIN, *OVER.values()) if any(interval_over(row) == text for row in members)]


def interval_of(members):
    """What the intervals of these rows are of: "95% interval over visits, within one launch"."""
    over = intervals_over(members)
    return f"95% interval {' or '.join(over)}" if over else "95% interval, which needs six visits and so is not there"


def has_failed(row):
    """Whether the row failed its verification."""
    return row["verified"] is False


def has_efficiency(row):
    """Whether it has an efficiency over another row than itself."""
    return row["efficiency"] is not None and row["base"] != row["name"]


def is_skipped(row):
    """Whether the point was not measured, for a reason that the row gives."""
    return "skipped" in row


def is_measured(row):
    """Whether the row ran on a machine."""
    return row["origin"] == "measured" and not is_skipped(row)


def is_flawed(row):
    """A row whose number must not pass for a good one."""
    return has_failed(row) or bool(row.get("warnings"))


def status(row):
    """In one word."""
    if is_skipped(row):
        return "skipped"
    if has_failed(row):
        return "failed"
    if row["origin"] != "measured":
        return row["origin"]
    return "warned" if row.get("warnings") else "verified"
