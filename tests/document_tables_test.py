"""scripts/document_tables.py: no number of a measurement is typed into a document.

Run: /usr/bin/python3 -m pytest tests/document_tables_test.py
"""

import json
import re
import shutil

import pytest
from program import ROOT, start
from script import run_script  # noqa: F401  (it finds the scripts' package)
from trafficbench_tools.document_tables import launches, tables
from trafficbench_tools.document_tables.numbers import rounded

SCRIPT = ROOT / "scripts" / "document_tables.py"
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
# Those that are made from reports.
TABLES = [(path, how) for path in DOCUMENTS for how in re.findall("^<!-- table: (.* results/.*) -->$", path.read_text(encoding="utf-8"), re.MULTILINE)]


def reports_of(how):
    """The reports that a table names; of a folder the first three, which is quicker."""
    for word in how.split():
        if word.startswith("results/"):
            yield from [word] if word.endswith(".json") else [f"{word}/{path.name}" for path in sorted((ROOT / word).glob("*.json"))[:3]]


def run(*arguments):
    return start(["/usr/bin/python3", SCRIPT, *arguments])


def test_the_tables_of_documents_are_those_of_their_reports():
    assert any(path.name == "README.md" for path, _ in TABLES)
    done = run("--check")
    assert done.returncode == 0 and not done.stdout, done.stdout + done.stderr


def test_the_readmes_excerpt_of_a_sweep_is_that_of_its_report():
    """The first sentence and the rows of one road: each number is its report's, to the digits that are shown."""
    shown = re.search(r"\[report\]\((results/[^)]*)\); dots: left out\):\n\n((?:    .*\n|\n)+)", (ROOT / "README.md").read_text(encoding="utf-8"))
    rows = {row["name"]: row for row in json.loads((ROOT / shown[1]).read_text(encoding="utf-8"))["benchmarks"]}
    sentence, table = [" ".join(part.split()) for part in shown[2].split("\n\n", 1)][0], shown[2].split("\n\n", 1)[1]
    ratio, low, high, cells = re.search(r"ran (\S+) times .*interval (\S+) to (\S+)\), at (\S+) cells, moves counted in every", sentence).groups()
    lines = [line.split() for line in table.splitlines()[1:] if line.split() and line.strip() != "..."]
    assert len(lines) >= 3 and lines[-1][6:10] == [ratio, low, "..", high]
    for kernel, ranks, threads, mcops, half, visits, times, *interval, naive in lines:
        (row,) = [row for row in rows.values() if (row["kernel"], row["ranks"], row["threads"], row["count"], row["cells"])
                  == (kernel, int(ranks), int(threads), "every", float(cells))]  # fmt: skip
        told = [(mcops, row["mcops"]), (half, 50 * (row["mcops_high"] - row["mcops_low"]) / row["mcops"]), (times, row["ladder_speedup"]),
                (naive, row["ladder_base_mcops"]), (visits, len(set(zip(row["sample_runs"], row["sample_visits"]))))]  # fmt: skip
        if interval != ["-"]:
            told += [(interval[0], row["ladder_speedup_low"]), (interval[2], row["ladder_speedup_high"])]
        for text, value in told:
            digits = len(text.partition(".")[2])
            assert float(text.replace(",", "")) == pytest.approx(value, abs=0.51 * 10**-digits), (kernel, text, value)


# One table of each kind; the others are held to their reports above.
@pytest.fixture(params=sorted({how.split()[0]: how for _, how in TABLES}.values()))
def copied(tmp_path, request):
    """(root of a copy that has one document with one table, a report)."""
    for name in reports_of(request.param):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "README.md").write_text(f"before\n<!-- table: {request.param} -->\n<!-- end of table -->\nafter\n", encoding="utf-8")
    return tmp_path, tmp_path / name


def test_a_sample_that_is_edited_is_found(copied):
    root, report = copied
    assert run("--root", root).returncode == 0
    written = (root / "README.md").read_text(encoding="utf-8")
    assert written.startswith("before\n<!-- table") and written.endswith(" -->\nafter\n") and "\n| " in written
    assert run("--root", root, "--check").returncode == 0
    text = report.read_text(encoding="utf-8")
    # By the rules of reports, or, where all else is edited to fit, by the checksum.
    sample = next(row["samples"][0] for row in json.loads(text)["benchmarks"] if row.get("samples"))
    for old, new, status in [(repr(sample), repr(sample * 1.001), 2), ('"date": "2026-', '"date": "2025-', 1)]:
        assert old in text
        report.write_text(text.replace(old, new, 1), encoding="utf-8")
        done = run("--root", root, "--check")
        assert done.returncode == status and (done.stdout + done.stderr).count("\n") == 1, done.stdout + done.stderr
        assert "differs from its report" in done.stdout or report.name in done.stderr
    assert (root / "README.md").read_text(encoding="utf-8") == written


@pytest.mark.parametrize(
    "value, low, high, written",
    [(2512, 2480, 2561, "2,510"), (2512, 530, 2561, "2,500"), (2590, 530, 2595, "2,590"), (2512, 2500, 4600, "3,000"), (96, 50, 99, "96"),
     (9.6, 5.2, 9.9, "9.6"), (0.0996, 0.05, 0.0997, "0.0996"), (2.449, 2.41, 2.46, "2.45"), (2566.4567, 530, 2566.4567, "2,570"),
     (2512, None, None, "2,510"), (0, None, None, "0"), (7, 7, 7, "7.00")],
)  # fmt: skip
def test_a_number_ends_where_its_interval_begins_and_lies_within_it(value, low, high, written):
    assert rounded(value, low, high) == written


def test_a_number_that_is_typed_is_found(copied):
    root, _ = copied
    run("--root", root)
    path = root / "README.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"\| (\d)", lambda digit: f"| {(int(digit[1]) + 1) % 10}", text, count=1), encoding="utf-8")
    assert run("--root", root, "--check").returncode == 1
    assert run("--root", root).returncode == 0 and path.read_text(encoding="utf-8") == text


def test_a_document_without_a_table_is_refused_where_it_is_named(tmp_path):
    (tmp_path / "README.md").write_text("no table\n", encoding="utf-8")
    assert run("--root", tmp_path).returncode == 0
    done = run("--root", tmp_path, tmp_path / "README.md")
    assert done.returncode == 2 and "README.md has no table: expected <!-- table: KIND REPORT -->" in done.stderr


@pytest.mark.parametrize(
    "words, said",
    [("pies results/x.json", f"unknown kind of table 'pies': choose from {', '.join([*tables.KINDS, *launches.KINDS])}"), ("io results/x.json --sync damp", "damp"), ("ladder results/none.json", "none.json"), ("kernels", "report"),
     ("kernels {} --cells 2", "no row has 2 cells: choose from "), ("cycles {} --kernels pies", "no row of kernel 'pies': choose from "),
     ("io {}", "expected a report of io"),
     ("kernels --cells 2 a b", ""), ("", "''")],  # fmt: skip
)
def test_a_table_that_cannot_be_made_is_told_in_one_line(tmp_path, words, said):
    report = next(name for _, how in TABLES if how.startswith("kernels ") for name in reports_of(how))
    (tmp_path / "results").symlink_to(ROOT / "results")
    (tmp_path / "README.md").write_text(f"<!-- table: {words.format(report)} -->\n<!-- end of table -->\n", encoding="utf-8")
    done = run("--root", tmp_path)
    assert "README.md: table" in done.stderr
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and said in done.stderr, done.stderr
