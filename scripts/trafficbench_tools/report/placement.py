"""Where workers were seen, in few words."""

from trafficbench_tools.report import words


def summary(row):
    """One line: "vm: cores 0-1" for each host, and what could not be seen; None if nobody looked."""
    if row["placement"] is None:
        return None
    hosts = {}
    for worker in row["placement"]:
        hosts.setdefault(worker["host"], []).append(worker)
    return "; ".join(f"{host}: {on_host(workers)}" for host, workers in group_alike(hosts))


def group_alike(hosts):
    """Hosts with the same picture share one entry: "node1 .. node8 (8 hosts)"."""
    pictures = {}
    for host, workers in hosts.items():
        pictures.setdefault(on_host(workers), []).append(host)
    for names in pictures.values():
        label = names[0] if len(names) == 1 else f"{names[0]} .. {names[-1]} ({len(names)} hosts)"
        yield label, hosts[names[0]]


def on_host(workers):
    """Where the workers of one host were seen."""
    seen = [worker["core"] for worker in workers if worker["core"] is not None]
    parts = [f"{words.count_of(len(workers), 'worker')}"]
    if seen:
        parts.append(f"{'core' if len(set(seen)) == 1 else 'cores'} {words.ranges(seen)}")
    if len(seen) < len(workers):
        parts.append(f"{len(workers) - len(seen)} not seen")
    if len(set(seen)) < len(seen):
        parts.append("SOME ON ONE CORE")
    regions = {worker.get("numa") for worker in workers} - {None}
    if regions:
        parts.append(f"NUMA {words.ranges(regions)}")
    return ", ".join(parts)


def distinct(rows_of_report):
    """[(shape, summary, number of rows)]: every placement that was observed."""
    found = {}
    for row in rows_of_report:
        if row["placement"] is not None:
            key = (row["ranks"], row["threads"], summary(row))
            found[key] = found.get(key, 0) + 1
    return [(f"{ranks} × {threads}", text, count) for (ranks, threads, text), count in sorted(found.items())]
