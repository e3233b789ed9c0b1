"""Holds a report against the twelve rules of T. Hoefler and R. Belli, Scientific Benchmarking of Parallel Computing Systems,
SC15, https://doi.org/10.1145/2807591.2807644. The rules are given in this project's words.

Each rule is checked by what the file says: whether there is an interval and its ends are those of visits, whether a base is
named, and so on. What only the author can know (why these kernels and not others) must be said in a note.
"""

import math
import statistics
from dataclasses import dataclass, field

from trafficbench_tools import visits
from trafficbench_tools.machines import differences
from trafficbench_tools.report import efficiency, rows, words

# The third quartile of the visits' medians over the first. Beyond this a median alone does not describe them. One disturbed
# visit does not change the quartiles.
WIDEST_MIDDLE = 1.25
ROUNDING = 1e-3


@dataclass
class Rule:
    """One of the twelve, and how the reports do by it."""

    number: int
    text: str
    says: list = field(default_factory=list)  # remarks
    breaks: list = field(default_factory=list)  # what breaks it

    @property
    def broken(self):
        return bool(self.breaks)

    def broken_by(self, offenders, noun, what):
        """Notes rows that break the rule: "3 of 144 rows without an interval: NAME, NAME and 1 more"."""
        offenders, total = offenders
        if offenders:
            names = words.listing([row["name"] for row in offenders], 2)
            self.breaks.append(f"{len(offenders):,} of {words.count_of(total, noun)} {what}: {names}")


def lint(sources, reason=None):
    """The twelve rules, each with what breaks it. `reason` says why a subset was measured."""
    return [judge(sources, reason) for judge in JUDGES]


def print_rules(rules, out):
    """Prints each rule, what breaks it and what else is to be said."""
    for rule in rules:
        print(f"rule {rule.number:2}  {'BROKEN' if rule.broken else 'holds '}  {rule.text}", file=out)
        for text in rule.breaks:
            print(f"           broken: {text}", file=out)
        for text in rule.says:
            print(f"           {text}", file=out)
    broken = [str(rule.number) for rule in rules if rule.broken]
    print(
        f"{len(rules) - len(broken)} of {len(rules)} rules hold" + (f"; broken: {', '.join(broken)}" if broken else ""),
        file=out,
    )


def every_row(sources, wanted=lambda row: True):
    """The rows of all sources that were not skipped and are wanted."""
    return [row for source in sources for row in source.rows if not rows.is_skipped(row) and wanted(row)]


def among(candidates, is_wrong):
    """(those that are wrong, how many there are)."""
    return [row for row in candidates if is_wrong(row)], len(candidates)


def judge_speedup(sources, _):
    """Rule 1."""
    rule = Rule(1, "A speedup says what its base is, and how fast the base is by itself.")
    grown = []
    for source in sources:
        least = {}
        for row in source.rows:
            if row["mcops"] is not None and not rows.has_failed(row):
                key = curve_key(row)
                least[key] = min(least.get(key, math.inf), rows.cores(row))
        grown += [
            row
            for row in source.rows
            if row["mcops"] is not None and not rows.has_failed(row) and rows.cores(row) > least[curve_key(row)]
        ]
    rule.broken_by(
        among(grown, lambda row: row["base"] is None and row["ladder_base"] is None),
        "row on more cores",
        "without a base",
    )
    with_base = every_row(sources, lambda row: row["base"] is not None)
    parallel = sum(row["speedup"] == 1 and row["base"] == row["name"] and rows.cores(row) > 1 for row in with_base)
    rule.says.append(
        f"{words.count_of(len(with_base), 'row')} with a speedup; each names its base and the base's rate."
    )
    if parallel:
        rule.says.append(
            f"{words.count_of(parallel, 'base is', 'bases are')} parallel, not one core: the captions say so."
        )
    return rule


def curve_key(row):
    """What rows of one scaling curve have in common."""
    road = row["cells"] if row["mode"] == "strong" else row["cells"] / rows.cores(row)
    return (row["kernel"], row["isa"], row["count"], row["mode"], row["origin"], road)


def judge_subset(sources, reason):
    """Rule 2."""
    rule = Rule(2, "Where only a part of the kernels or of the machine was used, the reason is given.")
    notes = [
        text
        for source in sources
        for text in [source.context.get("note"), *(run.get("note") for run in source.context["runs"])]
        if text
    ]
    if reason:
        notes.append(reason)
    gaps = []
    for source in sources:
        if source.left_out:
            gaps.append(f"{source.label}: {words.count_of(source.left_out, 'row')} left out by --only")
        measured = [row for row in source.rows if rows.is_measured(row)]
        gaps += [
            f"{source.label}: at most {used} of {words.count_of(there, 'core')} used" for used, there in cores_in_use(source) if used < there
        ]
        there = {row["kernel"] for row in measured if row["class"] == "update"}
        # A launch says which kernels its build has; older ones do not, and nothing is said of them.
        built = dict.fromkeys(name for run in source.context["runs"] for name in run.get("kernels", []))
        absent = [name for name in built if name not in there]
        if there and absent:
            gaps.append(f"{source.label}: no rows of {', '.join(absent)}")
    skipped = [row for source in sources for row in source.rows if rows.is_skipped(row)]
    if skipped:
        rule.says.append(f"{words.count_of(len(skipped), 'point')} skipped, each with its reason.")
    if gaps and not notes:
        rule.breaks += [
            f"{gap}, without a reason: give report.py --reason TEXT, or a note in the report" for gap in gaps
        ]
    elif gaps:
        rule.says += [f"{gap}." for gap in gaps] + [f"Given as reason: {text}" for text in dict.fromkeys(notes)]
    return rule


def cores_in_use(source):
    """[(cores used, cores there)] of each kind of machine, by the launch that used the greatest part of its nodes: a report may have
    launches of one core beside those of all."""
    machines = []
    for number, run in enumerate(source.context["runs"]):
        # Few writers are no part of a machine: files are not written by cores.
        mine = [rows.cores(row) for row in source.of_launch(number) if rows.is_measured(row) and row["class"] != "io"]
        if mine:
            launch = max(mine), run["cpu"]["cores"] * len(run.get("hosts", [run["host"]]))
            machine = next((known for known in machines if not differences(known[0], run)), None)
            if machine is None:
                machines.append([run, launch])
            else:
                machine[1] = max(machine[1], launch, key=lambda cores: cores[0] / cores[1])
    return [launch for _, launch in machines]


def judge_means(sources, _):
    """Rule 3."""
    rule = Rule(3, "Costs are averaged, rates are not: a rate is formed from the summarised cost.")
    timed = every_row(sources, lambda row: row["mcops"] is not None)
    rule.broken_by(
        among(timed, lambda row: not close(row["mcops"], 1e3 * row["cells"] / row["real_time"])),
        "row",
        "with a rate that is not work over its median time",
    )
    rule.says.append(
        "Seconds are summarised, by the median over visits of the medians within them; each median rate is work over that."
        " The best rate is that of one repetition. No mean of rates is formed."
    )
    return rule


def judge_ratios(sources, _):
    """Rule 4."""
    rule = Rule(4, "Ratios are not averaged: a ratio is formed from rates, which are given.")
    count = together = 0
    for prefix, noun in (("", "speedup"), ("ladder_", "ladder speedup")):
        wrong, all_of_kind = [], 0
        for source in sources:
            for row in source.rows:
                if rows.is_skipped(row) or row[f"{prefix}base"] is None:
                    continue
                all_of_kind += 1
                expected, of_visits = ratio_of(source, row, prefix)
                together += of_visits
                if not close(row[f"{prefix}speedup"], expected):
                    wrong.append(row)
        rule.broken_by((wrong, all_of_kind), noun, "that differ from the ratio of their rates")
        count += all_of_kind
    rule.says.append(
        f"{words.count_of(count, 'ratio')}, each with the rates of both rows beside it; {together:,} of them the median of what"
        " each visit, where both were measured, gave."
    )
    return rule


def ratio_of(source, row, prefix):
    """(the ratio of a row by its rates and its base's, whether visits gave it)."""
    if not source.is_version_1:
        ratios = visits.visit_ratios(row, source.by_name[row[f"{prefix}base"]], source.rates_of)
        if ratios:
            return statistics.median(ratios.values()), True
    return row["mcops"] / row[f"{prefix}base_mcops"], False


def judge_intervals(sources, _):
    """Rule 5."""
    rule = Rule(5, "What is not deterministic has an interval of confidence.")
    timed = every_row(sources, lambda row: row["origin"] == "measured")
    rule.broken_by(
        among(timed, lambda row: row["interval_over"] is None), "row", "without an interval (fewer than six visits)"
    )
    for text in rows.intervals_over(timed):
        found = sum(rows.interval_over(row) == text for row in timed)
        rule.says.append(f"{words.count_of(found, 'interval')} {text}.")
    if any(row["interval_over"] == "repetitions" for row in timed):
        rule.says.append(
            "Those over repetitions are of a report of version 1: they hold what follows within one launch, and the next launch"
            " may lie outside. Measure again for intervals over visits."
        )
    others = every_row(sources, lambda row: row["origin"] != "measured")
    if others:
        rule.says.append(
            f"{words.count_of(len(others), 'row')} simulated or modelled: deterministic, and without interval."
        )
    return rule


def judge_normality(sources, _):
    """Rule 6."""
    rule = Rule(6, "No distribution is assumed to be normal without a check.")
    with_interval = [
        (source, row) for source in sources for row in source.rows if not rows.is_skipped(row) and row["interval_over"]
    ]
    wrong = [row for source, row in with_interval if not is_order_statistic(source, row)]
    rule.broken_by(
        (wrong, len(with_interval)), "row", "with an interval that is not between ordered medians of visits or launches"
    )
    rule.says.append("Intervals are those of the median from order statistics, which assume no distribution.")
    return rule


def is_order_statistic(source, row):
    """Whether both ends of the row's interval are values of what it is over, or the median itself."""
    scale = 1e9 * (1 if row["class"] == "update" else row["steps"])
    values = [scale * value for value in values_under(source, row)]
    ends = [row[end] for end in ("real_time_low", "real_time_high") if end in row]
    if row["mcops_low"] is not None:
        ends += [1e3 * row["cells"] / row[end] for end in ("mcops_low", "mcops_high")]
    return all(any(close(end, value) for value in [row["real_time"], *values]) for end in ends)


def values_under(source, row):
    """Seconds an iteration of what an interval is over: medians of launches or of visits; repetitions in version 1."""
    if row["interval_over"] == "repetitions":
        return visits.per_iteration(row, row["samples"])
    of_visits = source.times_of(row)
    if row["interval_over"] == "visits":
        return list(of_visits.values())
    launches = {}
    for (launch, _), value in of_visits.items():
        launches.setdefault(launch, []).append(value)
    return [statistics.median(values) for values in launches.values()]


def judge_comparisons(sources, _):
    """Rule 7."""
    rule = Rule(7, "Comparisons are statistically sound: ratios carry intervals.")
    compared = every_row(sources, lambda row: row["origin"] == "measured" and (row["base"] or row["ladder_base"]))

    def lacks(row):
        own = row["base"] not in (None, row["name"]) and row["speedup_low"] is None
        return own or (row["ladder_base"] not in (None, row["name"]) and row["ladder_speedup_low"] is None)

    rule.broken_by(among(compared, lacks), "ratio", "without an interval (fewer than six visits)")
    apart = sum(
        not ratio_of(source, row, prefix)[1]
        for source in sources
        for row in source.rows
        for prefix in ("", "ladder_")
        if rows.is_measured(row) and row[f"{prefix}base"] not in (None, row["name"])
    )
    if apart:
        rule.says.append(
            f"{words.count_of(apart, 'ratio')} to a base that was not measured in the row's own visits: what disturbed one of"
            " the two and not the other is not in the interval."
        )
    for source in sources:
        rule.says += [text.replace("MARKED: e", "E") for text in efficiency.remarks(source, source.rows)]
    rule.says.append("Rows that tie have no winner: the page names all of them.")
    return rule


def judge_median(sources, _):
    """Rule 8."""
    rule = Rule(8, "The median is only given where it tells the story.")
    wide, widest, count = [], (1.0, None), 0
    for source in sources:
        for row in source.rows:
            values = list(source.times_of(row).values())
            # Where there was one visit, its repetitions are all there is to look at.
            values = values if len(values) > 1 else visits.per_iteration(row, row["samples"])
            if len(values) < 2:
                continue
            count += 1
            widest = max(widest, (max(values) / min(values), row["name"]), key=lambda found: found[0])
            if middle_spread(values) > WIDEST_MIDDLE:
                wide.append(row)
    rule.broken_by(
        (wide, count),
        "row",
        f"whose upper quartile of visits is more than {WIDEST_MIDDLE:g} times the lower: look at all of them",
    )
    if widest[1] is not None:
        rule.says.append(
            f"Slowest over fastest visit (repetition, where there was one visit): at most {widest[0]:.3g} ({widest[1]}). All"
            " repetitions are kept, and the best is given beside the median."
        )
    return rule


def middle_spread(values):
    """The upper quartile over the lower one."""
    lower, _, upper = statistics.quantiles(values, n=4, method="inclusive")
    return upper / lower


def judge_setup(sources, _):
    """Rule 9."""
    rule = Rule(9, "The whole setup is documented: hardware, software, factors and their levels.")
    for source in sources:
        for number, run in enumerate(source.context["runs"]):
            measured = [row for row in source.of_launch(number) if rows.is_measured(row)]
            if not measured:
                continue
            built = any(row["isa"] is not None for row in measured)
            lacking = [
                name
                for name, wrong in [
                    ("a commit", run["commit"] == "unknown"),
                    ("a compiler", built and not run["compiler"]),
                    ("compile options", built and not run["flags"]),
                    ("optimisation by the compiler", run.get("optimised") is False),
                    ("a clock", not run["cpu"]["clock_hz"]),
                    ("caches", not run["caches"]),
                    ("NUMA regions", not run["numa"]),
                    ("an MPI library", built and run["mpi"] is None and any(row["ranks"] > 1 for row in measured)),
                ]
                if wrong
            ]
            launch = f"{source.label}, launch {number} of {run['date']}"
            if lacking:
                rule.breaks.append(f"{launch}: lacks {', '.join(lacking)}")
            if run["commit"].endswith("-dirty"):
                rule.breaks.append(f"{launch}: built with uncommitted changes ({run['commit']})")
        if source.context["command"] == "sweep" and not source.context["axes"]:
            rule.breaks.append(f"{source.label}: its axes are missing")
    # Rows of files have none: the ranks that write them are not measured at their cores.
    updates = every_row(sources, lambda row: rows.is_measured(row) and row["class"] != "io")
    rule.broken_by(among(updates, lambda row: row["placement"] is None), "row", "without a placement")
    return rule


def judge_parallel_time(sources, _):
    """Rule 10."""
    rule = Rule(10, "How parallel time was taken and summed up over ranks is documented.")
    parallel = every_row(sources, lambda row: row["origin"] == "measured" and row["ranks"] > 1)
    rule.broken_by(
        among(parallel, lambda row: not (row.get("rank_seconds") or row.get("phase_seconds"))), "parallel row", "without the ranks' own times"
    )
    going_on = sum(row["restarted"] is False for row in every_row(sources))
    rule.says.append(
        "A barrier outside the timer starts each repetition; the slowest rank's time counts; least, median and most"
        " over ranks are kept."
    )
    if any(row["class"] == "io" for row in parallel):
        rule.says.append("Of rows of files the slowest rank's time in each phase is kept.")
    if going_on:
        rule.says.append(
            f"{words.count_of(going_on, 'row')} went on from repetition to repetition, not from the start state."
        )
    return rule


def judge_bounds(sources, _):
    """Rule 11."""
    rule = Rule(11, "Upper bounds of what can be reached are shown.")
    # Python rungs have no kernel whose cost is known.
    bound = every_row(
        sources, lambda row: row["origin"] == "measured" and row["class"] == "update" and row["isa"] is not None
    )
    rule.broken_by(
        among(bound, lambda row: row["limit"] is None), "row", "without a limit (trafficbench ceiling measures them)"
    )
    return rule


def judge_plots(sources, _):
    """Rule 12."""
    rule = Rule(12, "Plots show what is needed to read them, and join points only where a line means something.")
    drawn = every_row(sources)
    rule.broken_by(
        among(drawn, rows.has_failed), "row", "that failed verification: drawn as a cross, in no line and no ratio"
    )
    rule.broken_by(
        among(drawn, lambda row: bool(row.get("warnings"))), "row", "measured under a warning: marked, in no line"
    )
    rule.says.append(
        "Plots hold one counting mode each; kernels are never joined; points are joined from three on; intervals are drawn."
    )
    return rule


def close(a, b):
    """Whether two numbers are the same but for rounding."""
    return math.isclose(a, b, rel_tol=ROUNDING)


JUDGES = [
    judge_speedup, judge_subset, judge_means, judge_ratios, judge_intervals, judge_normality, judge_comparisons, judge_median,
    judge_setup, judge_parallel_time, judge_bounds, judge_plots,
]  # fmt: skip
