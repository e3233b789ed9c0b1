"""How often intervals hold what they should, and how often comparisons are wrong or find something. All of it by the rules of
trafficbench_tools/compare/."""

import math
import statistics

from trafficbench_tools.compare.change import BEST, MEDIAN, changes, figures_of
from trafficbench_tools.compare.output import notes
from trafficbench_tools.compare.pairing import Pair, is_timed, pair
from trafficbench_tools.compare.verdict import FASTER, SLOWER, judge
from trafficbench_tools.errors import ReportError
from trafficbench_tools.printing import printable

WAYS = (BEST, MEDIAN)
SLOWDOWNS = (3, 5, 8, 10, 15, 20)  # percent
MOST_SLOWED = 200  # percent: what is not found there is not looked for further
FALSE_ALARMS = 0.05
OFTEN_ENOUGH = 0.8
# Intervals of 95% that hold less often say too little, for what they are used for.
COVERAGE = 0.9


class Launch:
    """The measured rows of one report by name, and the figures of each."""

    def __init__(self, path, report):
        self.path, self.report = path, report
        self.rows = {row["name"]: row for row in report["benchmarks"] if is_timed(row) and row["origin"] == "measured"}
        self.figures = {name: figures_of(row) for name, row in self.rows.items()}

    def slowed(self, name, percent):
        """The figures of a point if each repetition had taken so much longer."""
        factor, row = 1 + percent / 100, self.rows[name]
        longer = {key: factor * row[key] for key in ("real_time", "cpu_time") if row[key] is not None}
        for key in ("samples", "cpu_seconds"):
            if row.get(key):
                longer[key] = [factor * seconds for seconds in row[key]]
        return figures_of({**row, **longer})


def study(launches, slowed, threshold, margin):
    """All that is to be said; `launches` and `slowed` are {path: report}, threshold and margin parts of 1."""
    limits = {BEST: threshold, MEDIAN: margin}
    ours = [Launch(*each) for each in launches.items()]
    theirs = [Launch(*each) for each in slowed.items()]
    names = common_names(ours, theirs)
    dates = sorted(run["date"] for one in ours for run in one.report["context"]["runs"])
    result = {
        "launches": [printable(one.path) for one in ours],
        "began": [dates[0], dates[-1]],
        "threshold_percent": 100 * threshold,
        "margin_percent": 100 * margin,
        "notes": [printable(note) for note in notes([[path] for path in launches], [[each] for each in launches.values()])],
        "not_in_all": sorted({name for one in ours for name in one.rows} - set(names)),
        "held": held(ours, names),
        "alarms": {
            # Each launch in one pair: these pairs have nothing in common, and were measured one after the other.
            "neighbours": alarms(list(zip(ours[::2], ours[1::2])), names, limits),
            # Each launch with each: more pairs, of which many share a launch.
            "all": alarms([(one, other) for at, one in enumerate(ours) for other in ours[at + 1 :]], names, limits),
        },
        "found": found(ours, names, limits),
    }
    if theirs:
        result["slowed"] = {
            "launches": [printable(one.path) for one in theirs],
            **alarms([(one, other) for one in ours for other in theirs], names, limits),
        }
    return result


def common_names(ours, theirs):
    """The points that all launches have. Raises ReportError where launches are not of one machine and the same points."""
    names = [name for name in ours[0].rows if all(name in one.rows for one in ours + theirs)]
    if not names:
        raise ReportError(f"no point was measured in all of the {len(ours + theirs)} launches: expected launches of the same sweep")
    for one in ours[1:] + theirs:
        try:
            pair([ours[0].report], [one.report])
        except ReportError as error:
            raise ReportError(f"{one.path}: compared with {ours[0].path}: {error}") from error
    return names


def held(launches, names):
    """How often the interval of a launch holds the median of the others' medians: by point, and over all."""
    points = {}
    for name in names:
        middles = [one.figures[name][MEDIAN] for one in launches]
        points[name] = []
        for at, one in enumerate(middles):
            if one.low is not None:
                truth = statistics.median(other.speed for other in middles[:at] + middles[at + 1 :])
                points[name].append(one.low <= truth <= one.high)
    return {"all": share(sum(points.values(), [])), "points": {name: share(each) for name, each in points.items()}}


def share(holds):
    """{of: how many, share: of those that hold}; the share of none is None."""
    return {"of": len(holds), "share": sum(holds) / len(holds) if holds else None}


def alarms(pairs, names, limits):
    """What compare.py says of each point of these pairs of launches (base, new)."""
    result = {"pairs": len(pairs)}
    for way in WAYS:
        points = {name: [] for name in names}
        for base, new in pairs:
            for name in names:
                one = Pair(name, base.rows[name], new.rows[name])
                change = changes(base.figures[name], new.figures[name])[way]
                word = judge(one, change, limits[way]).word
                # What the clock or other programs explain is no alarm at any threshold.
                size = abs(math.log(change.ratio)) if judge(one, change, 0).word in (SLOWER, FASTER) else 0.0
                points[name].append((word, size, change.ratio))
        whole = sum(points.values(), [])
        any_alarm = [any(points[name][at][0] in (SLOWER, FASTER) for name in names) for at in range(len(pairs))]
        result[way] = {
            "all": rates(whole, way),
            "pairs_with_any": share(any_alarm)["share"],
            "points": {name: rates(each, way) for name, each in points.items()},
        }
    return result


def rates(said, way):
    """Of (word, size of the change, ratio): the shares of slower and faster, the threshold for few, the middle ratio."""
    counted = {word: share([each[0] == word for each in said])["share"] for word in (SLOWER, FASTER)}
    result = {**counted, "ratio": statistics.median(each[2] for each in said) if said else None}
    if way == BEST:
        result["threshold_percent"] = threshold_for([each[1] for each in said]) if said else None
    return result


def threshold_for(sizes):
    """The least threshold, in tenths of a percent, at which no more than FALSE_ALARMS of these changes count."""
    largest = sorted(sizes, reverse=True)[int(FALSE_ALARMS * len(sizes))]
    # A change counts that is as large as the threshold.
    return (math.floor(1000 * math.expm1(largest)) + 1) / 10


def found(launches, names, limits):
    """How often a point of one launch, slowed by calculation, is called slower than that of another: every two, both ways."""
    result = {}
    for way in WAYS:
        points = {name: found_at_point(launches, name, way, limits[way]) for name in names}
        shares = {str(percent): statistics.mean(each[str(percent)] for each in points.values()) for percent in SLOWDOWNS}
        result[way] = {"all": shares, "points": points}
    return result


def found_at_point(launches, name, way, limit):
    """{percent: share found}, and under `often` the least percent that is found in OFTEN_ENOUGH; None if that is too much."""

    def found_of(percent):
        return share_found(launches, name, {way: limit}, percent)[way]

    least, most = 0, MOST_SLOWED  # found too rarely; found often enough
    if found_of(most) < OFTEN_ENOUGH:
        most = None
    while most is not None and most - least > 1:
        middle = (least + most) // 2
        if found_of(middle) >= OFTEN_ENOUGH:
            most = middle
        else:
            least = middle
    return {**{str(percent): found_of(percent) for percent in SLOWDOWNS}, "often": most}


def share_found(launches, name, limits, percent):
    """{way: how often a point of one launch, slowed by so much, is called slower than that of another}."""
    words = {way: [] for way in limits}
    for new in launches:
        after = new.slowed(name, percent)
        for base in launches:
            if base is not new:
                both = changes(base.figures[name], after)
                for way, limit in limits.items():
                    words[way].append(judge(Pair(name, base.rows[name], new.rows[name]), both[way], limit).word)
    return {way: share([word == SLOWER for word in said])["share"] for way, said in words.items()}
