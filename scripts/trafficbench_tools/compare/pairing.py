"""Which rows of two reports are the same point, and whether the reports may be compared at all."""

import re
from dataclasses import dataclass

from trafficbench_tools.errors import ReportError
from trafficbench_tools.machines import differences

# What people call the facts by which machines are told apart.
FACTS = {"model": "CPU", "revision": "CPU revision", "threads_per_core": "threads a core"}


@dataclass
class Pair:
    """One point in both reports."""

    name: str  # of the base's row
    base: dict
    new: dict

    @property
    def setting(self):
        """What the kernels that were measured side by side have in common."""
        depth = re.search(r"/depth:(\w+)", self.name)
        return *(self.base[key] for key in ("cells", "ranks", "threads", "mode", "count")), depth and depth[1]


@dataclass
class Pairing:
    """The points of two reports, or of several pairs of them."""

    pairs: list  # of pair(): one for each point; of launches(): a list of pairs for each point
    left_out: list  # name and why, of the points that are not in both


def launches(reports, words=(), other_machine=False, other_contract=False):
    """The points that every pair of reports (base, new) has: `pairs` is a list of pairs for each, one a launch.

    Raises ReportError where the reports do not fit.
    """
    for side, these in zip(("base", "new"), zip(*reports)):
        starts = [str(run["date"]) + run["host"] for report in these for run in report["context"]["runs"]]
        if len(set(starts)) < len(starts) and len(these) > 1:
            raise ReportError(f"two of the {side} reports are of one launch: it cannot count twice")
    pairings = [pair(*both, words, other_machine, other_contract) for both in reports]
    found = [{one.name: one for one in pairing.pairs} for pairing in pairings]
    names = [name for name in found[0] if all(name in others for others in found)]
    left_out = dict(each for pairing in pairings for each in pairing.left_out)
    for name in dict.fromkeys(name for others in found for name in others):
        if name not in names:
            left_out.setdefault(name, "not in every pair of reports")
    if not names:
        raise ReportError("no point was measured in every pair of reports")
    for (base, _), others in zip(reports, found):
        if not other_machine:
            first = Pair(names[0], found[0][names[0]].base, others[names[0]].base)
            check_same_machine(first, reports[0][0], base)
    return Pairing([[others[name] for others in found] for name in names], list(left_out.items()))


def pair(base, new, words=(), other_machine=False, other_contract=False):
    """Pairs the rows of two reports whose names hold all the words. Raises ReportError where the reports do not fit."""
    base_rows, new_rows = chosen(base, "base", words), chosen(new, "new", words)
    refuse_failed(base_rows, "base")
    refuse_failed(new_rows, "new")
    pairs, left_out, new_left = [], [], dict(new_rows)
    for name, row in base_rows.items():
        partner = name if name in new_left else other_contract and contract_twin(name, base_rows, new_left)
        if not partner:
            left_out.append((name, f"only in the base report{skipped(row)}"))
            continue
        new_row = new_left.pop(partner)
        if is_timed(row) and is_timed(new_row):
            pairs.append(Pair(name, row, new_row))
        else:
            sides = [("base", row), ("new", new_row)]
            left_out.append((name, "; ".join(f"in {side}{skipped(each) or ' measured'}" for side, each in sides)))
    left_out += [(name, f"only in the new report{skipped(row)}") for name, row in new_left.items()]
    if not pairs:
        refuse_nothing_in_common(base_rows, new_rows)
    for one in pairs:
        check_same_kind(one, other_contract)
        if not other_machine:
            check_same_machine(one, base, new)
    return Pairing(pairs, left_out)


def chosen(report, which, words):
    """{name: row} of a report, of names that hold all the words. Raises ReportError if there is none."""
    rows = {row["name"]: row for row in report["benchmarks"] if all(word in row["name"] for word in words)}
    if not rows:
        has = f" whose name has {' and '.join(words)}" if words else ""
        raise ReportError(f"the {which} report has no row{has}: nothing can be compared")
    return rows


def is_timed(row):
    """Whether the row has a time: skipped ones have none."""
    return row["real_time"] is not None


def skipped(row):
    """The reason why a row was skipped, to follow other words; empty if it was not."""
    return f" skipped: {row['skipped']}" if "skipped" in row else ""


def refuse_failed(rows, which):
    """Raises ReportError if a row failed its verification."""
    for row in rows.values():
        if row["verified"] is False:
            raise ReportError(
                f"row '{row['name']}' of the {which} report failed its verification: a wrong result has no speed;"
                " mend it, or leave it out with --only"
            )


def contract_twin(name, base_rows, new_rows):
    """The row of the new report that differs from this one in the contract alone; None if there is none or either side
    has both contracts."""

    def stem(text):
        return re.sub(r"/count:\w+", "", text)

    here = [other for other in base_rows if stem(other) == stem(name)]
    there = [other for other in new_rows if stem(other) == stem(name)]
    return there[0] if len(here) == len(there) == 1 else None


def refuse_nothing_in_common(base_rows, new_rows):
    """Raises ReportError, which says why no row of one report is a point of the other."""
    def values(rows, field):
        return sorted({row[field] for row in rows.values()})

    for field, what, hint in [
        ("origin", "is {}, the new one {}: these are not compared", ""),
        ("count", "has the contract {}, the new one {}: other work", "; --other-contract compares all the same"),
    ]:
        ours, theirs = values(base_rows, field), values(new_rows, field)
        if not set(ours) & set(theirs):
            raise ReportError(f"the base report {what.format(' and '.join(ours), ' and '.join(theirs))}{hint}")
    ours, theirs = next(iter(base_rows)), next(iter(new_rows))
    raise ReportError(f"no point was measured in both reports: base has {ours}, for example, new has {theirs}")


def check_same_kind(pair, other_contract):
    """Raises ReportError where two rows of one name are not the same work."""
    for field in ["kernel", "cells", "ranks", "threads", "mode", "class", "origin", "density", "init", "seed"]:
        if pair.base[field] != pair.new[field]:
            ours, theirs = pair.base[field], pair.new[field]
            raise ReportError(f"row '{pair.name}' has {field} {ours} in the base report and {theirs} in the new one")
    if pair.base["count"] != pair.new["count"] and not other_contract:
        raise ReportError(f"row '{pair.name}' has other contracts: --other-contract compares all the same")


def check_same_machine(pair, base, new):
    """Raises ReportError if the two rows of a pair were measured on different machines."""
    runs = [report["context"]["runs"][row["run"]] for row, report in ((pair.base, base), (pair.new, new))]
    for name, values in differences(*runs).items():
        ours, theirs = (caches_text(value) if name == "caches" else value for value in values)
        raise ReportError(
            f"the reports are of different machines: {FACTS.get(name, name)} {ours} in the base report, {theirs} in the new"
            " one; --other-machine compares all the same"
        )


def caches_text(caches):
    """Caches in the words of a message."""
    return ", ".join(
        f"L{cache['level']} {cache['type'].lower()} {cache['size'] // 1024} KiB for {cache['num_sharing']}"
        for cache in caches
    )
