#!/usr/bin/env python3
"""Writes fastest.json beside it: rows that are made up, and which of them is the fastest.

    /usr/bin/python3 tests/expected/make_fastest.py

The rows are of 1000 cells and 10 iterations a repetition. Of the named cases the answers are written down here; of those by
chance they are those of trafficbench_tools/report/ties.py. tests/fastest_test.cpp and tests/report_visits_test.py hold the
program and the scripts to them.
"""

import json
import random
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from fastest_cases import answer, row_of  # noqa: E402

SIX = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]


def visits(*seconds, run=0):
    """A row of one launch, of so many visits of one repetition each."""
    return [(run, number, [each]) for number, each in enumerate(seconds)]


def scaled(factor, seconds):
    return [factor * each for each in seconds]


# What it is, the rows, and: the fastest, those that tie with it, whether ties cannot be told, the fastest by the median.
NAMED = [
    ("one row", [visits(*SIX)], 0, [], 0, []),
    ("always a little faster", [visits(*SIX), visits(*scaled(0.99, SIX))], 1, [], 0, []),
    ("faster in one visit, slower in five", [visits(*SIX), visits(0.9, 2.1, 3.1, 4.1, 5.1, 6.1)], 1, [0], 0, []),
    ("five visits, near", [visits(1, 2, 3, 4, 5), visits(1.1, 2, 3, 4, 5)], 0, [], 1, []),
    ("five visits, far", [visits(1, 1, 1, 1, 1), visits(9, 9, 9, 9, 9)], 0, [], 0, []),
    ("apart, intervals overlap", [visits(*SIX), visits(5, 7, 8, 9, 10, 11, run=1)], 0, [1], 0, []),
    ("apart, intervals do not", [visits(*SIX), visits(7, 7, 8, 9, 10, 11, run=1)], 0, [], 0, []),
    ("nine visits, another by the median", [visits(1, *[4.0] * 8), visits(*[3.0] * 9)], 0, [], 0, [1]),
    ("equally fast, the first is named first", [visits(*SIX), visits(*SIX), visits(*SIX)], 0, [1, 2], 0, []),
    ("seven launches", [[(n, 0, [1 + 0.1 * n]) for n in range(7)], [(n, 0, [1.05 + 0.09 * n]) for n in range(7)]], 0, [1], 0, []),
]


def case(what, rows, expected):
    fields = ("fastest", "tied", "untold", "by_median")
    lists = [
        {
            "runs": [run for run, _, seconds in row for _ in seconds],
            "visits": [visit for _, visit, seconds in row for _ in seconds],
            "seconds": [each for _, _, seconds in row for each in seconds],
        }
        for row in rows
    ]
    return {"what": what, "rows": lists, **dict(zip(fields, expected))}


def by_chance(seed):
    """Up to five rows of one or two launches that share some of their visits."""
    chance = random.Random(seed)
    places = [(run, visit) for run in range(chance.choice((1, 2, 8))) for visit in range(chance.randint(1, 8))]
    rows = []
    for _ in range(chance.randint(2, 5)):
        mine = sorted(chance.sample(places, chance.randint(max(1, len(places) - 3), len(places))))
        level = chance.choice((1.0, 1.02, 1.3))
        rows.append(
            [(*place, [round(level * chance.uniform(1, 1.1), 4) for _ in range(chance.randint(1, 3))]) for place in mine]
        )
    made = case(f"by chance, {seed}", rows, ())
    return {**made, **answer([row_of(row) for row in made["rows"]])}


def main():
    cases = [case(what, rows, expected) for what, rows, *expected in NAMED] + [by_chance(seed) for seed in range(15)]
    text = ",\n".join(json.dumps(each) for each in cases)
    (HERE / "fastest.json").write_text(f'{{"cases": [\n{text}\n]}}\n', encoding="utf-8")


main()
