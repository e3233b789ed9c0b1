"""Whether two launches ran on the same kind of machine. Nodes of one cluster have many names and are alike.

`trafficbench merge` goes by the same rule; tests/expected/same_machine.json has cases that both are held to.
"""


def differences(one, other):
    """{fact: (value, other value)} in which the machines of two launches, entries of context.runs, differ.

    Facts are all of `cpu` but the clock, which is measured anew each time, and the caches, in any order. A fact that one of
    the two lacks, or has as null, is not compared.
    """
    found = {}
    ours, theirs = _facts(one), _facts(other)
    for name in ours:
        known = None not in (ours[name], theirs.get(name))
        if known and ours[name] != theirs[name]:
            found[name] = (ours[name], theirs[name])
    return found


def _facts(run):
    facts = {name: value for name, value in run["cpu"].items() if name != "clock_hz"}
    facts["caches"] = sorted(run["caches"], key=lambda cache: sorted(map(str, cache.items())))
    return facts
