"""The tables of documents that show what was measured, made from the reports in results/.

A table stands between two comments, of which the first says how it is made:

    <!-- table: kernels results/HOST-TIME.json --cells 1e6 -->
    | kernel | ...
    <!-- end of table, from 1f0e... -->

Every number is worked out from the samples of the report, and ends with the digit in which its interval begins. A small change of a
sample need not show in these: so the second comment has a checksum of the reports, and any change is found.
"""

import argparse
import hashlib
import re
import shlex
import sys
from pathlib import Path

from trafficbench_tools.command_line import Parser
from trafficbench_tools.errors import BadInput
from trafficbench_tools.files import write_text
from trafficbench_tools.places import ROOT
from trafficbench_tools.reading import read_bytes, read_text
from trafficbench_tools.with_packages import need

MARKED = re.compile(
    r"^<!-- table: (?P<how>[^\n]*?) -->\n(?P<rest>.*?^<!-- end of table[^\n]*? -->)$", re.MULTILINE | re.DOTALL
)

DESCRIPTION = """\
Makes the tables of the documents that show what was measured, from the reports in results/. A table stands between two comments:

  <!-- table: KIND REPORT [OPTION]... -->
  <!-- end of table -->

kinds:
  self FOLDER                        launches of one program: what comparisons of them say, as scripts/self_comparison.py has it
  slowed FOLDER FOLDER --kernel K    launches of a program whose kernel K is slower, against those of the first folder
  disturbance                        how often comparisons are wrong on made-up disturbance and on tests/noise
  visits                             how far two launches of so many visits differ in tests/noise
  ladder REPORT                      how many times faster than plain Python, in Python and in C++
  kernels REPORT [--cells N]         the kernels on one road, beside the lowest on one core
  cycles REPORT... --cells N [--kernels LIST]
                                     cells a cycle of one core on one road, by kernel and instruction set
  cycles REPORT... [--kernels LIST]  cells a cycle of one core, by kernel and road: sampled / every
  ways REPORT [--only WORD]... [--single]
                                     what scripts/ways.py --markdown prints
  io REPORT [--sync NAME] [--layout NAME]
                                     how fast a road went into files and back: synced or cached, by layout
  simulated REPORT [--ranks LIST]    efficiency over one core of what was simulated, by road and depth"""

EPILOG = """\
exit status:
  0  done
  1  with --check: a table differs from its report, which a line says; or a document cannot be written
  2  bad input: one line says what was wrong
  4  interrupted

Example:
  scripts/document_tables.py --check"""


def parse_arguments(words):
    """The options of the command line."""
    parser = Parser(
        "document_tables.py", prog="document_tables.py", description=DESCRIPTION, epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("document", nargs="*", metavar="DOCUMENT", help="Markdown [README.md and docs/*.md]")
    parser.add_argument("--check", action="store_true", help="write nothing; say which tables differ")
    parser.add_argument("--root", type=Path, default=ROOT, metavar="FOLDER", help="where the paths of reports begin [this checkout]")
    return parser.parse_args(words)


class Reports:
    """The reports of a checkout, each file and each folder read once."""

    def __init__(self, root):
        self.root = root
        self.read = {}

    def load(self, name):
        """The report of that path below the root."""
        from trafficbench_tools.reports import load_report

        if name not in self.read:
            self.read[name] = load_report(self.root / name)
        return self.read[name]

    def checksum(self, sources):
        """The first digits of a hash of each of these files and folders of reports."""
        hashes = []
        for path in (self.root / source for source in sources):
            files = sorted(path.glob("*.json")) if path.is_dir() else [path]
            hashes.append(hashlib.sha256(b"".join(map(read_bytes, files))).hexdigest()[:12])
        return " and ".join(hashes)


def made(reports, how):
    """What stands below the comment of a table, the one that ends it included."""
    from trafficbench_tools.document_tables import launches, tables

    kinds = {**tables.KINDS, **launches.KINDS}
    kind, *words = shlex.split(how) or [""]
    if kind not in kinds:
        raise BadInput(f"no table is of the kind '{kind}': {', '.join(kinds)}")
    table = kinds[kind](reports, words)
    sources = launches.SOURCES.get(kind) or [word for word in words if word.startswith("results/")]
    return f"{table}<!-- end of table, from {reports.checksum(sources)} -->"


def main():
    """Carries out the command line; returns the exit status."""
    given = parse_arguments(sys.argv[1:])
    need("jsonschema")
    reports = Reports(given.root)
    differing = 0
    for document in map(Path, given.document or [given.root / "README.md", *sorted((given.root / "docs").glob("*.md"))]):
        text = read_text(document)
        tables = {match["how"]: made(reports, match["how"]) for match in MARKED.finditer(text)}
        wrong = [match["how"] for match in MARKED.finditer(text) if match["rest"] != tables[match["how"]]]
        if given.check:
            for how in wrong:
                print(f"{document}: the table \"{how}\" is not that of its report: scripts/document_tables.py makes it anew")
            differing += len(wrong)
        elif wrong:
            new = MARKED.sub(lambda match: f"<!-- table: {match['how']} -->\n{tables[match['how']]}", text)
            write_text(document, new, replace=True)
            print(f"{document}: {len(wrong)} made anew")
    return 1 if differing else 0
