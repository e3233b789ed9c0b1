"""Efficiency that is too good to be true, and what the row and its base can tell of the cause."""

from trafficbench_tools.report import grouping, machine, rows, words

# Cores do not make each other faster by more than this unless something else differs.
MOST = 1.1
# A caption is no table.
MOST_CAUSES = 3


def too_good(source):
    """The rows of a source with an efficiency beyond 110%."""
    return [row for row in source.rows if row["efficiency"] is not None and row["efficiency"] > MOST]


def cause(source, row):
    """What is likely to be behind such an efficiency: "likely ...", or that nothing tells."""
    base = source.by_name[row["base"]]
    causes = [text for text in (iterations(row, base), disturbed_base(row, base), caches(source, row, base)) if text]
    chance = ""
    if row.get("efficiency_low") is not None and row["efficiency_low"] <= MOST:
        chance = f"; its interval begins at {percent(row['efficiency_low'])}, so chance may be all"
    return (f"likely {' and '.join(causes)}" if causes else "the row does not tell why") + chance


def iterations(row, base):
    """The rate of some kernels depends on how many iterations are made from the start state."""
    if row["steps"] == base["steps"]:
        return None
    return (
        f"the base made {base['steps']:,} iterations a repetition, the row {row['steps']:,}: the road orders itself as it"
        " goes"
    )


def disturbed_base(row, base):
    """The fastest repetitions are hardly disturbed: what they do not show, disturbance made."""
    best = row["mcops_best"] / base["mcops_best"] * rows.cores(base) / rows.cores(row)
    if best > MOST:
        return None
    return (
        f"the base was disturbed: by the fastest repetitions efficiency is {percent(best)}, and the base's fastest is"
        f" {words.significant(base['mcops_best'] / row['base_mcops'], 3)} times its median"
    )


def caches(source, row, base):
    """A road that is dealt to more cores may fit where it did not."""
    if row.get("bits_per_cell") is None or base.get("bits_per_cell") is None or not row["sample_runs"]:
        return None
    run = source.run_of(row)
    ours, theirs = (grouping.cells_a_core(one) * one["bits_per_cell"] / 8 for one in (row, base))
    for (room, label), (room_of_base, _) in zip(machine.cache_guides(run, row), machine.cache_guides(run, base)):
        if ours <= room and theirs > room_of_base:
            return f"{words.size(ours)} of road per core fit into a cache now ({label}), the base's {words.size(theirs)} did not"
    return None


def remarks(source, drawn):
    """Sentences on those of these rows that are too good: the best of each cause first, and how many more there are."""
    members = {id(row) for row in drawn}
    found = sorted((row for row in too_good(source) if id(row) in members), key=lambda row: row["efficiency"], reverse=True)
    by_cause = {}
    for row in found:
        by_cause.setdefault(cause(source, row), []).append(row)
    sentences = [
        f"MARKED: efficiency beyond 110% of {words.listing([shown(row) for row in same], 3)}: {text}."
        for text, same in list(by_cause.items())[:MOST_CAUSES]
    ]
    rest = sum(len(same) for same in list(by_cause.values())[MOST_CAUSES:])
    if rest:
        sentences.append(f"MARKED: efficiency beyond 110% of {words.count_of(rest, 'more row')}: open them in the table.")
    return sentences


def shown(row):
    """A row in few words, with its efficiency."""
    return f"{row['kernel']} on {rows.shape(row)} ({percent(row['efficiency'])})"


def percent(share):
    """0.9731 -> "97.3%"."""
    return f"{100 * share:.3g}%"
