"""What launches of one program say of each other, as tables for people."""

from trafficbench_tools.compare.change import BEST, MEDIAN
from trafficbench_tools.compare.output import short_names
from trafficbench_tools.self_comparison.rates import COVERAGE, FALSE_ALARMS, MOST_SLOWED, OFTEN_ENOUGH, SLOWDOWNS

TOO_RARE = """\
Below {least:.0%}: the visits of a launch are more alike than those of two launches. Then an interval over visits tells what
a launch met with, not what the next will. Quote medians over six launches or more, merged: their intervals are over
launches."""


def print_tables(result):
    """Prints all of it."""
    names = list(result["held"]["points"])
    short, common = short_names(names)
    print(f"{len(result['launches'])} launches, begun from {result['began'][0]} to {result['began'][1]}; {len(names)} points.")
    if common:
        print(f"Every point: {common}")
    for name in result["not_in_all"]:
        print(f"Not in all launches: {name}")
    for note in result["notes"]:
        print(note)
    print_held(result["held"])
    print_alarms(result)
    print("\nheld: see above. Other columns: alarms of all pairs by best and by median, and the threshold of --by best.")
    print(f"{'held':>6} {'best':>7} {'median':>7} {'threshold':>10}  point")
    every = result["alarms"]["all"]
    for name, label in [*zip(names, short), (None, "all")]:
        held, best, median = (of_point(each, name) for each in (result["held"], every[BEST], every[MEDIAN]))
        print(f"{percent(held['share']):>6} {percent(alarmed(best)):>7} {percent(alarmed(median)):>7}", end="")
        print(f" {best['threshold_percent']:>9.1f}%  {label}")
    print_found(result, names, short)
    if "slowed" in result:
        print_slowed(result["slowed"], names, short)


def of_point(part, name):
    """What a part of the result says of a point; None: of all."""
    return part["all"] if name is None else part["points"][name]


def alarmed(rates):
    """The share of slower and faster together."""
    return rates["slower"] + rates["faster"]


def percent(part):
    """A part of 1, or nothing."""
    return "-" if part is None else f"{100 * part:.1f}%"


def print_held(held):
    """How good intervals are."""
    whole = held["all"]
    if whole["share"] is None:
        print("\nIntervals: none, with fewer than six visits.")
        return
    print(f"\nIntervals: {percent(whole['share'])} of {whole['of']} hold the median of the other launches' medians.")
    if whole["share"] < COVERAGE:
        print(TOO_RARE.format(least=COVERAGE))


def print_alarms(result):
    """How often something is found where nothing is."""
    print("\nFalse alarms: points called slower or faster, and pairs of launches with one such point or more.")
    print(f"{'':46} {'by best':>8} {'any':>8} {'by median':>10} {'any':>8}")
    for key, what in [("neighbours", "neighbours, each launch in one pair"), ("all", "every two launches")]:
        part = result["alarms"][key]
        shown = [percent(value) for way in (BEST, MEDIAN) for value in (alarmed(part[way]["all"]), part[way]["pairs_with_any"])]
        print(f"{part['pairs']:4} pairs: {what:35} {shown[0]:>7} {shown[1]:>8} {shown[2]:>10} {shown[3]:>8}")
    best = result["alarms"]["all"][BEST]["all"]
    print(f"By best with --threshold {result['threshold_percent']:g};", end=" ")
    print(f"{best['threshold_percent']:.1f} keeps it at {FALSE_ALARMS:.0%} of the points of every two launches.")


def print_found(result, names, short):
    """Which slowdowns are found."""
    print("\nSlowdowns found, each repetition of a launch made longer by calculation, against every other launch as it is;")
    print(f"80%: the least that is found in {OFTEN_ENOUGH:.0%}.")
    columns = [f"{each}%" for each in SLOWDOWNS]
    head = " ".join(f"{column:>4}" for column in columns)
    print(f"by best: {head}  80% | by median: {head}  80%  point")
    for name, label in [*zip(names, short), (None, "all")]:
        parts = []
        for way, indent in ((BEST, 8), (MEDIAN, 10)):
            rates = of_point(result["found"][way], name)
            often = rates.get("often", "")
            often = f">{MOST_SLOWED}" if often is None else f"{often}%" if often else ""
            parts.append(" " * indent + " ".join(f"{100 * rates[str(each)]:4.0f}" for each in SLOWDOWNS) + f" {often:>5}")
        print(f"{parts[0]} | {parts[1]}  {label}")


def print_markdown(result):
    """The same by kernel and road, as a table for a document: least and greatest of the points."""
    groups = {}
    for name in result["held"]["points"]:
        groups.setdefault(tuple(name.split("/")[1:3]), []).append(name)
    every, found = result["alarms"]["all"], result["found"]
    heads = ["kernel", "road", "points", "intervals that hold"]
    for way in (BEST, MEDIAN):
        heads += [f"{way}: wrong", "5% found", "8% found", "found in 80%"]
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for (kernel, cells), names in [*groups.items(), (("all", "all"), list(result["held"]["points"]))]:
        cells = [f"`{kernel}`" if kernel != "all" else kernel, cells.removeprefix("cells:"), f"{len(names)}"]
        cells.append(spread([result["held"]["points"][name]["share"] for name in names]))
        for way in (BEST, MEDIAN):
            points = [found[way]["points"][name] for name in names]
            cells.append(spread([alarmed(every[way]["points"][name]) for name in names]))
            cells += [spread([point[size] for point in points]) for size in ("5", "8")]
            cells.append(spread([(point["often"] or MOST_SLOWED) / 100 for point in points]))
        print(f"| {' | '.join(cells)} |")


def spread(parts):
    """Least and greatest of parts of 1, as percentages."""
    known = [part for part in parts if part is not None]
    ends = sorted({f"{100 * part:.0f}" for part in (min(known), max(known))}, key=float) if known else ["-"]
    return " .. ".join(ends) + ("%" if known else "")


def print_slowed(slowed, names, short):
    """What the launches of another program gave."""
    print(f"\nAgainst {len(slowed['launches'])} launches of a slowed program, {slowed['pairs']} pairs: the middle change,")
    print("and how often a point is called slower and faster.")
    print(f"{'best':>8} {'slower':>8} {'faster':>8} | {'median':>8} {'slower':>8} {'faster':>8}  point")
    for name, label in zip(names, short):
        parts = []
        for way in (BEST, MEDIAN):
            rates = slowed[way]["points"][name]
            parts.append(f"{100 * (rates['ratio'] - 1):+7.1f}% {percent(rates['slower']):>8} {percent(rates['faster']):>8}")
        print(f"{parts[0]} | {parts[1]}  {label}")
