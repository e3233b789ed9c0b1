"""Makes a page and figures from reports, and holds them against the twelve rules. See --help."""

import argparse
import os
import sys
from pathlib import Path

from trafficbench_tools.command_line import Parser
from trafficbench_tools.errors import BadInput
from trafficbench_tools.files import check_target, write_text
from trafficbench_tools.printing import printable, tell
from trafficbench_tools.with_packages import need

EPILOG = """The page is one file that needs no network: what ran where, several reports side by side, the ladder, rate against size, strong and weak
scaling, where the time went, fraction of the machine's limit, every row, a draft of the methods, the twelve rules.
docs/report.md tells how to read it. Figures come as PNG, SVG and PDF, each with its data (CSV); captions.md has their
captions.

Examples:
  scripts/report.py results/vm-20261123T100342Z.json --output report.html
  scripts/report.py results/*.json --output report.html --figures figures
  scripts/report.py results/*.json --output report.html --only threads:1/ --reason "threads did not help"
  scripts/report.py results/*.json --lint
  scripts/report.py archer2.json cirrus.json --output both.html
  scripts/report.py nightly/ --output history.html

Exit status: 0 done; 1 a rule is broken (--lint), a row failed verification, or something could not be
written; 2 bad input; 4 interrupted."""


def parse(arguments):
    """The options of the command line."""
    parser = Parser(
        "report.py",
        prog="report.py",
        usage="scripts/report.py REPORT... [--output PAGE] [--figures FOLDER] [--lint] [options]",
        description=(
            "A page and figures from reports of trafficbench, and their check against the twelve rules of Hoefler &"
            " Belli."
        ),
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("reports", nargs="+", metavar="REPORT", help="JSON that trafficbench wrote, or a folder of such files")
    parser.add_argument("--output", metavar="PAGE", help="the page to write, an .html file")
    parser.add_argument("--figures", metavar="FOLDER", help="where to write figures; made if it is not there")
    parser.add_argument(
        "--all-plots", action="store_true", help="a figure of every plot of the page, not only those that one would show"
    )
    parser.add_argument(
        "--all-views", action="store_true", help="a figure of every view of every plot, not only of the one that shows most"
    )
    parser.add_argument(
        "--lint", action="store_true", help="print which of the twelve rules the reports break; exit status 1 if any"
    )
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="WORD",
        help="rows whose names hold this word alone, with their bases; may be repeated, and all must be there",
    )
    parser.add_argument("--reason", metavar="TEXT", help="why only a part was measured or shown (rule 2)")
    parser.add_argument("--force", action="store_true", help="replace a page or figures that are there")
    parser.add_argument("--quiet", action="store_true", help="no progress on standard error")
    return parser.parse_args(arguments)


def main():
    """Carries out the command line; returns the exit status."""
    options = parse(sys.argv[1:])
    if not (options.output or options.figures or options.lint):
        raise BadInput("nothing to make: name a page (--output report.html), a folder (--figures FOLDER) or --lint")
    need("jsonschema", *(["matplotlib"] if options.figures else []), *(["plotly"] if options.output else []))
    check_targets(options)
    return make(options)


def check_targets(options):
    """What cannot be written is refused before the work."""
    if options.output:
        page = Path(options.output)
        if page.suffix not in (".html", ".htm"):
            raise BadInput(f"{page}: expected a name that ends in .html")
        check_target(page, options.force)
    if options.figures:
        check_folder(options.figures, options.force)


def check_folder(folder, replace):
    """Refuses a folder of figures that has others in it, or that cannot be one."""
    try:
        there = os.listdir(folder)
    except FileNotFoundError:
        if os.path.lexists(folder):
            raise BadInput(f"{folder} is a link that leads nowhere: name another folder") from None
        return
    except NotADirectoryError as error:
        raise BadInput(f"{folder} is not a folder") from error
    except OSError as error:
        raise BadInput(f"{folder}: {error.strerror}") from error
    if there and not replace:
        raise BadInput(f"{folder} is not empty: name another folder, or replace its figures with --force")


def make(options):
    """Makes what was asked for; returns the exit status."""
    from trafficbench_tools.report import chart_across, lint, loading, nodes, rows, views, words

    def say(text):
        if not options.quiet:
            tell("report.py", text)

    remarks = []
    sources = loading.load(options.reports, options.only, remarks.append)
    # Said once all are known to be good: of a bad one there is one line to read.
    for source in sources:
        say(f"read {source.path}, {words.count_of(len(source.rows), 'row')}")
    for text in remarks:
        tell("report.py", text)
    rules = lint.lint(sources, options.reason and printable(options.reason))
    failed = sum(rows.has_failed(row) for source in sources for row in source.rows)
    if options.output or options.figures:
        say("arranging plots")
        charts = views.all_charts(sources)
        if not charts["across"] and (nothing := chart_across.nothing_in_common(sources)):
            tell("report.py", nothing)
    if options.output:
        from trafficbench_tools.report import page

        say("writing the page")
        write_text(options.output, page.build(sources, charts, rules, remarks), options.force)
        shown = sum(len(source.rows) for source in sources)
        print(
            f"{options.output}: {words.count_of(shown, 'row')}, {words.count_of(sum(map(len, charts.values())), 'plot')}"
        )
    if options.figures:
        from trafficbench_tools.report import figures

        for line in figures.write(charts, Path(options.figures), options.all_views, options.all_plots, say, options.force):
            print(line)
    if options.lint:
        lint.print_rules(rules, sys.stdout)
    if failed:
        tell("report.py", f"{words.count_of(failed, 'row')} failed verification: marked wherever drawn")
    for source in sources:
        if slow := nodes.warning(source.context):
            tell("report.py", f"warning: {source.path}: {slow}")
    return 1 if failed or (options.lint and any(rule.broken for rule in rules)) else 0
