"""What ran where: every launch, its observed placement and its measured limits, as HTML."""

import html
import json

from trafficbench_tools.report import configurations, placement, words


def section(sources):
    """Every launch of every source."""
    parts = ['<section id="where">', "<h2>What ran where</h2>"]
    alone = sum(len(source.context["runs"]) for source in sources) == 1
    for source in sources:
        for number, run in enumerate(source.context["runs"]):
            parts.append(launch(source, number, run, source.of_launch(number), alone))
    parts.append("</section>")
    return "\n".join(parts)


def escape(value):
    """A value as text of a page."""
    return html.escape(str(value))


def launch(source, number, run, members, alone):
    """One launch: facts, placement, limits, environment; folded unless it is alone. `members` are the rows that have samples of it."""
    samples = sum(row["sample_runs"].count(number) for row in members)
    facts = [
        ("rows", f"{words.count_of(len(members), 'row')} with {words.count_of(samples, 'repetition')} of this launch"),
        ("time", time_text(run)),
        ("hosts", words.listing(run.get("hosts", [run["host"]]), 8)),
        ("CPU", cpu_text(run["cpu"])),
        ("caches", ", ".join(cache_text(cache) for cache in run["caches"]) or "not known"),
        ("NUMA", numa_text(run["numa"])),
        ("MPI", mpi_text(run["mpi"])),
        ("suite", f"trafficbench {run['version']}, commit {run['commit']}"),
        ("compiler", compiler_text(run)),
        ("instruction sets", ", ".join(run["isas"]) or "none"),
        ("configuration", configurations.summary(run, members)),
        ("software", ", ".join(f"{name} {version}" for name, version in run.get("software", {}).items())),
        ("job", ", ".join(f"{name} {value}" for name, value in (run["job"] or {}).items())),
        ("command", " ".join(run["argv"])),
        ("note", run.get("note", "")),
    ]
    terms = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts if value)
    return "\n".join(
        [
            f'<details class="run"{" open" if alone else ""}>',
            (
                f"<summary>{escape(run['host'])}, {escape(run['date'].replace('T', ' ').replace('Z', ' UTC'))}"
                f' <span class="count">{escape(source.label)}, launch {number}</span></summary>'
            ),
            f"<dl>{terms}</dl>",
            placements(members),
            limits(run["limits"]),
            environment(run["environment"]),
            "</details>",
        ]
    )


def time_text(run):
    """How long a launch took to the end of its last visit, and its visits."""
    visits = run.get("visits")
    if not visits:
        return ""
    end = max(visit["began"] + visit["seconds"] for visit in visits)
    longest = max(visit["seconds"] for visit in visits)
    return (
        f"{words.significant(end, 3)} s to the end of the last of {words.count_of(len(visits), 'visit')}, of"
        f" {words.significant(longest, 3)} s or less"
    )


def compiler_text(run):
    """What a build was compiled with, in one line."""
    text = " ".join(filter(None, [run["compiler"], run["build_type"], run["flags"]])) or "none (Python)"
    return text if run.get("optimised", True) else f"{text} (not optimised)"


def cpu_text(cpu):
    """A CPU in one line."""
    clock = f", {cpu['clock_hz'] / 1e9:.3g} GHz measured" if cpu["clock_hz"] else ", clock not measured"
    return (
        f"{cpu['model']}, {words.count_of(cpu['cores'], 'core')}, {words.count_of(cpu['threads_per_core'], 'thread')} per"
        f" core{clock}"
    )


def cache_text(cache):
    """A cache in a few words."""
    kind = {"Data": "d", "Instruction": "i", "Unified": ""}[cache["type"]]
    return f"L{cache['level']}{kind} {words.size(cache['size'])} for {words.count_of(cache['num_sharing'], 'CPU')}"


def numa_text(regions):
    """NUMA regions in one line."""
    if not regions:
        return "not known"
    cores = sorted({region["cores"] for region in regions})
    memory = sum(region["bytes"] or 0 for region in regions)
    return f"{words.count_of(len(regions), 'region')} of {' or '.join(map(str, cores))} cores" + (
        f", {words.size(memory)} together" if memory else ""
    )


def mpi_text(mpi):
    """An MPI library in one line."""
    if mpi is None:
        return "none"
    return f"{mpi['library']} {mpi['version']}, MPI {mpi['standard']}, thread level {mpi['thread_level']}"


def placements(members):
    """Where workers were seen, as a table."""
    found = placement.distinct(members)
    if not found:
        return "<p>Where the workers ran was not recorded.</p>"
    lines = "".join(
        f'<tr><td>{escape(shape)}</td><td>{escape(text)}</td><td class="n">{count}</td></tr>'
        for shape, text, count in found
    )
    return (
        '<details open><summary>Observed placement</summary><div class="scroll"><table class="plain"><tr><th>ranks ×'
        f" threads</th><th>where the workers were seen</th><th>rows</th></tr>{lines}</table></div></details>"
    )


def limits(measured):
    """What the machine was measured to do at most, as a table."""
    if not measured:
        return "<p>The limits of the machine were not measured.</p>"
    lines = []
    for name, limit in measured.items():
        value, unit = (limit.get("value"), limit.get("unit", "")) if isinstance(limit, dict) else (limit, "")
        shown = words.significant(value) if isinstance(value, (int, float)) else json.dumps(value)
        if isinstance(limit, dict) and isinstance(limit.get("low"), float) and isinstance(limit.get("high"), float):
            shown += f" ({words.significant(limit['low'])} .. {words.significant(limit['high'])})"
        lines.append(f'<tr><td>{escape(name)}</td><td class="n">{escape(shown)}</td><td>{escape(unit)}</td></tr>')
    return (
        '<details><summary>Measured limits</summary><div class="scroll"><table class="plain">'
        f'<tr><th>limit</th><th>value</th><th>unit</th></tr>{"".join(lines)}</table></div></details>'
    )


def environment(variables):
    """Variables of the environment, as a table."""
    if not variables:
        return ""
    lines = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td><code>{escape(value)}</code></td></tr>"
        for name, value in variables.items()
    )
    return (
        '<details><summary>Environment</summary><div class="scroll"><table'
        f' class="plain">{lines}</table></div></details>'
    )
