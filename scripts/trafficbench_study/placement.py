"""Reads a report on standard input and prints where each rank and thread was seen. job.sh starts it by itself."""

import collections
import json
import sys

# Ranks of a node that are named one by one; of more, the first ones.
MOST_RANKS = 16
# A report of one row is a few kB, and some 100 B for each worker.
MOST_BYTES = 512 * 2**20


def ranges(numbers):
    """0-7,16 of the numbers."""
    parts = []
    for number in sorted(set(numbers)):
        if parts and parts[-1][1] == number - 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ",".join(str(a) if a == b else "{}-{}".format(a, b) for a, b in parts)


def describe(placement):
    """Lines for people: one a node, and one for each core that has several workers."""
    hosts = collections.OrderedDict()
    workers = collections.Counter()
    for place in placement:
        hosts.setdefault(place["host"], collections.OrderedDict()).setdefault(place["rank"], []).append(place["core"])
        workers[place["host"], place["core"]] += 1
    lines = []
    for host, ranks in hosts.items():
        seen = ["rank {} on {}".format(rank, ranges(core for core in cores if core is not None) or "?")
                for rank, cores in list(ranks.items())[:MOST_RANKS]]
        if len(ranks) > MOST_RANKS:
            every = [core for cores in ranks.values() for core in cores if core is not None]
            seen.append("... {} ranks in all, on {}".format(len(ranks), ranges(every)))
        lines.append("  {}: {}".format(host, "; ".join(seen)))
    shared = [key for key, number in workers.items() if number > 1 and key[1] is not None]
    if shared:
        lines.append("  WARNING: {} cores have more than one rank or thread, the first is core {} of {}".format(
            len(shared), shared[0][1], shared[0][0]))
    return lines


def main():
    try:
        text = sys.stdin.buffer.read(MOST_BYTES).decode("utf-8")
        lines = describe(json.loads(text)["benchmarks"][0]["placement"] or [])
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        # A launch that failed has said why.
        lines = ["  it could not be observed"]
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
