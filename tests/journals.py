"""What the journal of a sweep says: for the tests that interrupt one."""

import json


def lines_of(journal):
    """Its lines, as far as they are complete."""
    if not journal.exists():
        return []
    return [json.loads(line) for line in journal.read_text(encoding="utf-8").split("\n")[:-1]]


def visits_in(journal):
    """The visits that are on disk: of each what it recorded, and its rows by name."""
    return [
        (line["visit"], {row["name"]: row for row in line["rows"]}) for line in lines_of(journal) if "visit" in line
    ]


# What a row has of each of its samples.
OF_SAMPLES = ["samples", "sample_runs", "sample_visits", "sample_steps", "cpu_seconds", "sample_clock_hz", "rank_seconds"]
# What a later launch must take as it is.
FIXED = ["steps", "depth", "isa", "configuration"]


def check_kept(kept, report):
    """A report has the visits that its journal had, as they were, and no other samples of the launches that made them."""
    rows = {row["name"]: row for row in report["benchmarks"]}
    runs = {row["sample_runs"][0] for _, visited in kept for row in visited.values()}
    expected = {}
    for _, visited in kept:
        for name, row in visited.items():
            for field in OF_SAMPLES:
                expected.setdefault(name, {}).setdefault(field, []).extend(row.get(field, []))
            assert [row.get(field) for field in FIXED] == [rows[name].get(field) for field in FIXED], name
    for name, row in rows.items():
        ours = [i for i, run in enumerate(row["sample_runs"]) if run in runs]
        for field in OF_SAMPLES:
            found = [row[field][i] for i in ours] if row.get(field) else []
            assert found == expected.get(name, {}).get(field, []), f"{name}: {field}"
    recorded = [visit for run in sorted(runs) for visit in report["context"]["runs"][run]["visits"]]
    assert recorded == [visit for visit, _ in kept]


def check_visits(report, visits, rounds=None):
    """Every row has so many visits, all of so many rounds; its repetitions are of one length."""
    for row in report["benchmarks"]:
        places = list(zip(row["sample_runs"], row["sample_visits"]))
        its = rounds or len(places) // visits
        assert len(set(places)) == visits and all(places.count(place) == its for place in places), row["name"]
        assert len(set(row["sample_steps"])) == 1 and row["sample_steps"][0] % row["steps"] == 0, row["name"]
        assert row["verified"] is True
