"""Whether two launches ran on the same kind of machine. Nodes of one cluster have many names and are alike.

`trafficbench merge` goes by the same rule; tests/expected/same_machine.json has cases that both are held to.
"""


def differences(one, other):
    """{fact: (value, other value)} in which the machines of two launches, entries of context.runs, differ.

    Facts are all of `cpu` but the clock, which is measured anew each time, and the caches, in any order. What one of the two
    does not know, because it is missing, null or an empty list, is not compared.
    """
    found = {}
    ours, theirs = _facts(one), _facts(other)
    for name in ours:
        known = all(facts.get(name) not in (None, []) for facts in (ours, theirs))
        if known and ours[name] != theirs[name]:
            found[name] = (ours[name], theirs[name])
    return found


def _facts(run):
    facts = {name: value for name, value in run["cpu"].items() if name != "clock_hz"}
    caches = run.get("caches") or []
    facts["caches"] = sorted(caches, key=lambda cache: sorted(map(str, cache.items())))
    return facts
