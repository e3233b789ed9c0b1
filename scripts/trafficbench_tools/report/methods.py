"""A draft of the paragraph on methods, from what the reports say of themselves. Plain sentences; the author finishes it."""

from trafficbench_tools.report import configurations, rows, words


def paragraphs(sources):
    """[(label, paragraph)], one for each report."""
    return [(source.label, paragraph(source)) for source in sources if source.rows]


def paragraph(source):
    """The paragraph on one report."""
    measured = [row for row in source.rows if rows.is_measured(row)]
    sentences = []
    if measured:
        files = [row for row in measured if row["class"] == "io"]
        others = [row for row in measured if row["class"] != "io"]
        sentences += [*where(source, measured), *(what(others) if others else []), *(what_of_files(files) if files else [])]
        sentences += [*how(measured), *trust(measured)]
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
    for number in sorted({number for row in measured for number in rows.launches(row)}):
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
        chosen = configurations.summary(run, [row for row in source.of_launch(number) if rows.is_measured(row)])
        if chosen:
            sentences.append(f"What kernels chose for themselves there: {chosen}.")
    return list(dict.fromkeys(sentences))


def what(measured):
    """Sentences on kernels, roads, ranks × threads and counting modes."""
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
    counted = [text.removeprefix("moves counted ") for mode, text in words.COUNTED.items() if any(row["count"] == mode for row in measured)]
    return [
        (
            f"The kernels {', '.join(names)} updated ring roads of {span} by elementary rule 184, on {grid} (MPI ranks"
            f" × OpenMP threads), from start states {'; '.join(starts)}."
        ),
        (
            f"Moves were counted {' or '.join(counted)}"
            + ("; rates of the two counting modes are not compared." if len(counted) > 1 else ".")
        ),
    ]


def what_of_files(files):
    """Sentences on methods, sizes, layouts and folders of rows of files."""
    def each(field, most=8):
        return words.listing(dict.fromkeys(row[field] for row in files), most)

    sizes = sorted({row["bytes"] for row in files})
    span = words.size(sizes[0]) if len(sizes) == 1 else f"{words.size(sizes[0])} to {words.size(sizes[-1])}"
    many = spread(row["ranks"] for row in files)
    folders = dict.fromkeys(f"{row['file_system']['folder']} ({row['file_system']['type']})" for row in files)
    return [
        f"Files of {span} were written and read by the methods {each('kernel')} on {many} {'rank' if many == '1' else 'ranks'},"
        f" {each('layout')}, {each('sync')}, in {words.listing(folders, 8)}.",
        "Rates of files are the median over visits of their bytes over the time from a barrier before the first open to one after"
        " the last close, with its interval.",
    ]


def how(measured):
    """Sentences on visits, repetitions, headlines, intervals and bases."""
    visits = spread(rows.visits(row) for row in measured)
    launches = spread(len(rows.launches(row)) for row in measured)
    repetitions = spread(row["repetitions"] for row in measured)
    sentences = [
        f"Each point was visited {visits} {'time' if visits == '1' else 'times'}, in {launches}"
        f" {'launch' if launches == '1' else 'launches'}, and repeated {repetitions} times in all; a repetition began at a"
        " barrier outside the timer"
        + (" and from the start state" if all(row["restarted"] for row in measured) else "")
        + ", and its time is the slowest rank's.",
    ]
    if any(row["class"] != "io" for row in measured):
        sentences.append(
            "We report the fastest repetition, which says what a kernel can do, and the median over visits of the medians within"
            " a visit, which says what one gets on this machine as it is. Which kernel is faster and how near its limit it comes"
            " goes by the first, scaling and efficiency by the second."
        )
    over = rows.intervals_over(measured)
    if over:
        sentences.append(
            f"Medians have 95% intervals from order statistics {' or '.join(over)}, which assume no distribution. Two rows tie"
            " where the interval of their ratio includes 1, and a tie has no winner."
        )
    without = sum(row["interval_over"] is None for row in measured)
    if without:
        sentences.append(f"{words.count_of(without, 'point has', 'points have')} no interval, with fewer than six visits.")
    for reason, what in (("time_limit", "The time limit"), ("interrupted", "A signal")):
        ended = sum(row["stopped"] == reason for row in measured)
        if ended:
            sentences.append(f"{what} ended the visits of {words.count_of(ended, 'point')} before all were made.")
    if any(row["base"] for row in measured):
        sentences.append(
            "Speedup and efficiency are against the same kernel on its fewest cores, whose rate is given. Where both were"
            " measured in the same visits, each visit gave one ratio, and the median and the interval are over these;"
            " elsewhere the interval follows from both."
        )
    if any(row["class"] == "closed-form" for row in measured):
        sentences.append("Closed-form rows are times, not rates, and are compared with no other.")
    return sentences


def spread(numbers):
    """One number, or from the least to the most: "6", "6 to 12"."""
    distinct = sorted(set(numbers))
    return f"{distinct[0]:,}" if len(distinct) == 1 else f"{distinct[0]:,} to {distinct[-1]:,}"


def trust(measured):
    """Sentences on verification and warnings."""
    failed = sum(rows.has_failed(row) for row in measured)
    kinds = {
        "full": "the hash of the final state against the exact closed form",
        "windows": "windows of the final state against the exact closed form",
        "golden": "the published average velocities",
    }
    used = [kinds[kind] for kind in kinds if any(row["verification"] == kind for row in measured if row["class"] != "io")]
    if any(row["class"] == "io" for row in measured):
        used.append("the hash of each block as it was read against that of its writer's memory")
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
