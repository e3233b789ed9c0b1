"""A draft of the paragraph on methods, from what the reports say of themselves. Plain sentences; the author finishes it."""

from trafficbench_tools.report import configurations, rows, words


def paragraphs(sources):
    """One paragraph for each report."""
    return [paragraph(source) for source in sources if source.rows]


def paragraph(source):
    """The paragraph on one report."""
    measured = [row for row in source.rows if rows.is_measured(row)]
    sentences = []
    if measured:
        sentences += [*where(source, measured), *what(measured), *how(source, measured), *trust(measured)]
    other = {(row["origin"], row["model"]["name"]) for row in source.rows if "model" in row}
    for origin, name in sorted(other):
        count = sum(row["origin"] == origin and row["model"]["name"] == name for row in source.rows)
        sentences.append(
            f"{words.count_of(count, 'point was', 'points were')} {origin} with {name} and not measured; nothing was"
            " verified there."
        )
    skipped = sum(rows.is_skipped(row) for row in source.rows)
    if skipped:
        sentences.append(f"{words.count_of(skipped, 'point was', 'points were')} skipped (reasons in the report).")
    return " ".join(sentences)


def where(source, measured):
    """Sentences on each launch: hosts, CPU, build, MPI, and what kernels chose for themselves."""
    sentences = []
    for number in sorted({row["run"] for row in measured}):
        run = source.context["runs"][number]
        hosts = run.get("hosts", [run["host"]])
        cpu = run["cpu"]
        clock = f" at {cpu['clock_hz'] / 1e9:.2f} GHz (measured)" if cpu["clock_hz"] else ""
        text = (
            f"We ran trafficbench {run['version']} (commit {run['commit']}) on"
            f" {words.count_of(len(hosts), 'host')} with {words.count_of(cpu['cores'], 'core')} ({cpu['model']}{clock})"
        )
        if run["compiler"]:
            text += f", compiled with {run['compiler']}" + (f" {run['flags']}" if run["flags"] else "")
        if run["mpi"]:
            text += (
                f", with {run['mpi']['library']} {run['mpi']['version']} (thread level {run['mpi']['thread_level']})"
            )
        if run.get("software"):
            text += ", " + ", ".join(f"{name} {version}" for name, version in run["software"].items())
        if run["job"]:
            text += f", under {run['job']['scheduler']}"
        sentences.append(f"{text}, on {run['date'][:10]}.")
        chosen = configurations.summary(run, [row for row in measured if row["run"] == number])
        if chosen:
            sentences.append(f"What kernels chose for themselves there: {chosen}.")
    return list(dict.fromkeys(sentences))


def what(measured):
    """Sentences on kernels, roads, shapes and contracts."""
    names = list(dict.fromkeys(row["kernel"] for row in measured))
    lengths = sorted({row["cells"] for row in measured})
    span = (
        f"{words.cells(lengths[0])} cells"
        if len(lengths) == 1
        else f"{words.cells(lengths[0])} to {words.cells(lengths[-1])} cells"
    )
    shapes = sorted({(rows.cores(row), row["ranks"], row["threads"]) for row in measured})
    grid = ", ".join(f"{ranks} × {threads}" for _, ranks, threads in shapes[:8]) + (
        f" and {len(shapes) - 8} more" if len(shapes) > 8 else ""
    )
    starts = sorted(
        {f"{row['init']}" + (f", density {row['density']:g}" if row["density"] is not None else "") for row in measured}
    )
    contracts = sorted({row["count"] for row in measured})
    return [
        (
            f"The kernels {', '.join(names)} updated ring roads of {span} by elementary rule 184, on {grid} (MPI ranks"
            f" × OpenMP threads), from start states {'; '.join(starts)}."
        ),
        (
            f"Moves were counted under the contract{'s' if len(contracts) > 1 else ''} {' and '.join(contracts)}; rates"
            " of different contracts are not compared."
        ),
    ]


def how(source, measured):
    """Sentences on repetitions, intervals, bases and rounds."""
    numbers = [row["repetitions"] for row in measured]
    spread = str(numbers[0]) if min(numbers) == max(numbers) else f"{min(numbers)} to {max(numbers)}"
    axes = source.context["axes"]
    rule = ""
    if "precision" in axes and "time_cap" in axes:
        rule = (
            f", at least {axes.get('min_repetitions', '?')}, until the half-width of the interval was within"
            f" {short(axes['precision'])} of the median or {axes['time_cap']} s were timed"
        )
    sentences = [
        f"Each point was repeated {spread} times{rule}; a repetition began at a barrier outside the timer"
        + (" and from the start state" if all(row["restarted"] for row in measured) else "")
        + ", and its time is the slowest rank's.",
        "We report medians with 95% intervals from order statistics, which assume no distribution.",
    ]
    limited = sum(row["stopped"] == "time_limit" for row in measured)
    if limited:
        sentences.append(
            f"The time limit of the launch ended the repetitions of {words.count_of(limited, 'point')} before that."
            if rule
            else f"The time limit of the session ended the repetitions of {words.count_of(limited, 'point')}."
        )
    discarded = sum(row.get("discarded", 0) for row in measured)
    if discarded:
        sentences.append(
            f"{words.count_of(discarded, 'repetition')} made before these {'was' if discarded == 1 else 'were'} dropped,"
            " because one in the group was too short; all then made more iterations."
        )
    if any(row["base"] for row in measured):
        sentences.append(
            "Speedup and efficiency are against the same kernel on its smallest shape, whose rate is given; their"
            " intervals follow from both."
        )
    if any(row.get("rounds") for row in measured):
        sentences.append("Kernels at one point ran interleaved in rounds, and ratios were resampled by round.")
    if any(row["class"] == "closed-form" for row in measured):
        sentences.append("Closed-form rows are times, not rates, and are compared with no other.")
    return sentences


def short(text):
    """A number that was asked for, in three digits. The schema does not say what axes hold: what is no number stays as it is."""
    try:
        return f"{float(text):.3g}"
    except (TypeError, ValueError):
        return str(text)


def trust(measured):
    """Sentences on verification and warnings."""
    failed = sum(rows.has_failed(row) for row in measured)
    kinds = {
        "full": "the hash of the final state against the exact closed form",
        "windows": "windows of the final state against the exact closed form",
        "golden": "the published average velocities",
    }
    used = [kinds[kind] for kind in kinds if any(row["verification"] == kind for row in measured)]
    text = f"Every point was verified by {' or '.join(used)}"
    if failed:
        text = (
            f"{len(measured) - failed} of {len(measured)} points passed verification by {' or '.join(used)};"
            f" {failed} FAILED and must not be used"
        )
    warned = sum(bool(row.get("warnings")) for row in measured)
    sentences = [f"{text}."]
    if warned:
        sentences.append(
            f"{words.count_of(warned, 'point was', 'points were')} measured under warnings (changed clock or placement,"
            " shared or oversubscribed cores, a repetition shorter than asked for)."
        )
    return sentences
