"""The kinds of tables that say what comparisons of launches are worth."""

from statistics import mean

from trafficbench_tools.command_line import Parser
from trafficbench_tools.compare.change import BEST, MEDIAN
from trafficbench_tools.compare.verdict import MARGIN, THRESHOLD
from trafficbench_tools.document_tables.tables import markdown, options
from trafficbench_tools.self_comparison import comparisons, rates
from trafficbench_tools.self_comparison.main import load_folder
from trafficbench_tools.self_comparison.output import alarmed, spread

WAYS = {BEST: THRESHOLD / 100, MEDIAN: MARGIN / 100}
SLOWDOWNS = (3, 5, 8, 10, 20)  # percent
PAIRS = 1000
VISITS = (1, 3, 6, 9)


def launches_of(reports, folder, fewest):
    """The launches whose reports lie in a folder, read once."""
    if folder not in reports.read:
        found = load_folder(reports.root / folder, fewest)
        reports.read[folder] = [rates.Launch(*each) for each in found.items()]
    return reports.read[folder]


def whole(part):
    """A part of 1 in percent."""
    return f"{100 * part:.0f}%"


def no_words(kind, words):
    """Refuses words behind a kind that takes none."""
    Parser("document_tables.py", prog=kind, add_help=False).parse_args(words)


def same(reports, words):
    """Launches of one program: what is called a change, what is found of slowdowns, how often intervals hold."""
    given = options("self").parse_args(words)
    ours = launches_of(reports, given.report, 2)
    names = rates.common_names(ours, [])
    said = rates.alarms([(one, other) for at, one in enumerate(ours) for other in ours[at + 1 :]], names, WAYS)
    called = {way: [alarmed(each) for each in said[way]["points"].values()] for way in WAYS}
    lines = [
        ["false alarms", *(whole(mean(called[way])) for way in WAYS)],
        ["false alarms, by point", *(spread(called[way]) for way in WAYS)],
        ["pairs of launches with a false alarm", *(whole(said[way]["pairs_with_any"]) for way in WAYS)],
        [f"threshold for {whole(rates.FALSE_ALARMS)} false alarms", f"{said[BEST]['all']['threshold_percent']:.1f}%", ""],
    ]
    for percent in SLOWDOWNS:
        found = [rates.share_found(ours, name, WAYS, percent) for name in names]
        lines.append([f"{percent}% slower: found", *(whole(mean(each[way] for each in found)) for way in WAYS)])
    held = rates.held(ours, names)["all"]["share"]
    lines.append(["intervals that hold the others' median", "", "-" if held is None else whole(held)])
    return markdown([f"{len(ours)} launches, {len(names)} points", "by best", "by median"], 1, lines)


def slowed(reports, words):
    """Launches of a program in which one kernel is slower, against launches of the program as it is."""
    parser = options("slowed")
    parser.add_argument("slowed")
    parser.add_argument("--kernel", required=True)
    given = parser.parse_args(words)
    ours, theirs = launches_of(reports, given.report, 2), launches_of(reports, given.slowed, 1)
    names = rates.common_names(ours, theirs)
    said = rates.alarms([(one, other) for one in ours for other in theirs], names, WAYS)
    groups = {}
    for name in names:
        row = ours[0].rows[name]
        cores = row["ranks"] * row["threads"]
        place = f"`{given.kernel}`, {'one core' if cores == 1 else f'{cores} cores'}"
        groups.setdefault(place if row["kernel"] == given.kernel else "other kernels", []).append(name)
    lines = []
    for group in sorted(groups, key=lambda group: (group == "other kernels", group.split(", ")[-1] != "one core")):
        line = [group, f"{len(groups[group])}"]
        for way in WAYS:
            points = [said[way]["points"][name] for name in groups[group]]
            changes = sorted(100 * (point["ratio"] - 1) for point in points)
            line += [f"{changes[0]:+.0f} .. {changes[-1]:+.0f}%", whole(mean(map(alarmed, points)))]
        lines.append(line)
    head = ["", "points"]
    for way in WAYS:
        head += [f"change by {way}", "called"]
    return markdown(head, 1, lines)


def disturbance(_, words):
    """How often comparisons are wrong, and what they find, on made-up disturbance and on the measured visits."""
    no_words("disturbance", words)
    lines = [[name, *map(whole, parts)] for name, parts in comparisons.made_up_rates(PAIRS)]
    points = list(comparisons.measured_rates().values())
    lines.append(["measured visits", *(spread([point[at] for point in points]) for at in range(len(points[0])))])
    found = whole(comparisons.FACTOR - 1)
    head = ["delays"]
    for way in WAYS:
        head += [f"by {way}: wrong", f"{found} found"]
    return markdown(head, 1, lines)


def visits(_, words):
    """How far two launches of so many visits differ, in the measured visits."""
    no_words("visits", words)
    lines = [[f"{count}", *map(spread, parts)] for count, parts in comparisons.differences_by_visits(VISITS)]
    head = ["visits", "95% of medians within", "95% of bests within", f"bests {THRESHOLD:g}% apart"]
    return markdown(head, 0, lines)


KINDS = {"self": same, "slowed": slowed, "disturbance": disturbance, "visits": visits}
# What they are made from, where the words behind their names do not say it: below the checkout.
SOURCES = {"disturbance": ["tests/noise/visits.csv"], "visits": ["tests/noise/visits.csv"]}
