"""What differs between reports: their contexts compared field by field, and labels made of that.

A field that a report lacks differs from nothing: nobody knows what it would say. When and on which host a launch ran is no
difference; the date is a label where nothing else tells reports apart.
"""

import re
from dataclasses import dataclass

from trafficbench_tools.report import words

# Instruction sets of kernels that were not written for one.
PLAIN_ISAS = {"generic", "native", None}
# What launchers and schedulers set anew for each process or job.
LAUNCHERS = (
    "PMI", "PMIX_", "MPIR_CVAR_CH3_INTERFACE_HOSTNAME", "OMPI_MCA_ess", "OMPI_MCA_initial_wdir", "OMPI_MCA_orte", "OMPI_MCA_pmix",
    "OMPI_MCA_shmem_RUNTIME_QUERY_hint", "SLURM_",
)  # fmt: skip
# What only one MPI reads.
OF_AN_MPI = ("$OMPI_", "$MPICH_", "$MPIR_", "$MV2_", "$I_MPI_")
# Of a job: what is another number each time, or was measured.
NUMBERS_OF_JOBS = re.compile(r"(^|_)(id|energy.*|start|end|time|nodelist|name)$")
# Names of CMake's, and those that people type.
COMPILERS = {"GNU": "g++", "Clang": "clang", "AppleClang": "Apple clang", "Cray": "CCE", "CrayClang": "CCE", "IntelLLVM": "icpx", "NVHPC": "nvc++"}
# Facts whose values say what they are.
SELF_EXPLAINING = {"CPU", "CPU revision", "cores per node", "threads per core", "nodes", "NUMA regions", "compiler"}
# Letters that pages and figures take for commands, and some that look like them.
HARMLESS = str.maketrans("<>$", "‹›＄")
# More values than these are counted, not told.
MOST_VALUES = 6
# A longer label leaves no room for a plot.
LONGEST_LABEL = 48


@dataclass
class Fact:
    """A field of the contexts, over all reports in order."""

    title: str
    texts: list  # in full; None: it does not say
    shorts: list  # in as few words as tell them apart

    @property
    def differs(self):
        return len(set(self.texts) - {None}) > 1

    def said(self):
        """As in "g++ 12 / clang 14" or "commit a / b"; what all have in common in full."""
        values = [value for value in dict.fromkeys(self.shorts if self.differs else self.texts) if value]
        if len(values) > MOST_VALUES:
            return f"{self.title}: {len(values)} different"
        title = "" if self.title in SELF_EXPLAINING or self.title.endswith(" cache") or self.title[0] == "$" else f"{self.title} "
        return title + " / ".join(values)


class Contexts:
    """The contexts of several reports beside each other."""

    def __init__(self, contexts, rows, names, asked=(), in_full=False):
        """`rows`: those of each report. `names` tell reports apart where their contexts do not. `asked`: [(title, levels)] of
        what was asked for, a level a report. `in_full`: facts stay that say nothing more than another."""
        every = [facts_of(context, own) for context, own in zip(contexts, rows)]
        facts = []
        for title in dict.fromkeys(title for found in every for title in found):
            # Of the environment a variable that is not there is known not to be.
            default = [f"{title[1:]} not set"] if title.startswith("$") else None
            facts.append(_fact(title, [found.get(title, default) for found in every]))
        facts += [_fact(title, [[level] for level in levels]) for title, levels in asked]
        self.facts = sorted(facts, key=_place) if in_full else _without_echo(sorted(facts, key=_place))
        self.labels = _labels(self.facts, names)

    def differing(self):
        """What tells them apart, but for hosts and dates."""
        return [fact for fact in self.facts if fact.differs and fact.title not in LAST]

    def same(self):
        """What all of them have in common."""
        return [fact for fact in self.facts if not fact.differs and all(fact.texts) and not fact.title.startswith("$")]

    def said(self):
        """Two sentences: what differs, and what does not."""
        differing, same = self.differing(), self.same()
        first = (
            f"What differs: {'; '.join(fact.said() for fact in differing)}."
            if differing
            else "Nothing differs between the contexts but hosts and dates."
        )
        return [first, *([f"The same: {'; '.join(fact.said() for fact in same)}."] if same else [])]


def _without_echo(facts):
    """Without facts that say nothing more: the revision of a CPU where each name of a CPU has one, and what is set for an MPI
    where another fact says that MPIs differ and all that have this one have it set alike."""
    texts = {fact.title: fact.texts for fact in facts}
    mpis = texts.get("MPI", [None])

    def is_echo(fact):
        if not fact.differs or None in fact.texts:
            return False
        if fact.title == "CPU revision":
            of = texts["CPU"]
        elif fact.title.startswith(OF_AN_MPI):
            of = mpis
        else:
            return False
        return 1 < len(set(of)) == len(set(zip(of, fact.texts)))

    return [fact for fact in facts if not is_echo(fact)]


def facts_of(context, rows):
    """{title: forms} of one report; forms are texts of one value, the shortest first, the last in full."""
    every = [_of_run(run) for run in context["runs"]]
    found = {}
    for title in dict.fromkeys(title for of_run in every for title in of_run):
        each = [of_run.get(title, [f"{title[1:]} not set"] if title.startswith("$") else None) for of_run in every]
        if None not in each:
            found[title] = _joined(each)
    found["date"] = min((of_run["date"] for of_run in every), key=lambda forms: forms[-1])
    if rows and all(row["origin"] != "measured" for row in rows):
        # Where it was worked out matters to nobody.
        found = {title: found[title] for title in (*MIDDLE, *LAST)} | _of_models(rows)
    isas = sorted({row["isa"] for row in rows} - PLAIN_ISAS)
    if isas:
        found["instruction set"] = [" and ".join(isas)]
    return found


def _of_models(rows):
    """What simulations and models stood for: what went into all of their rows."""
    values = {}
    for model in (row["model"] for row in rows if "model" in row):
        for name, value in {**model["parameters"], "calibrated from": model.get("calibrated_from")}.items():
            values.setdefault(name.replace("_", " "), {})[str(value)] = None
    return {name: [_printable(next(iter(found)))] for name, found in values.items() if len(found) == 1}


def _of_run(run):
    cpu, mpi = run["cpu"], run["mpi"]
    name = short_cpu(cpu["model"])
    found = {
        "CPU": [name, cpu["model"]],
        "CPU revision": cpu.get("revision") and [f"{name} {form}" for form in _revision_forms(cpu["revision"])],
        "cores per node": [f"{words.count_of(cpu['cores'], 'core')} per node"],
        "threads per core": [f"{words.count_of(cpu['threads_per_core'], 'thread')} per core"],
        "nodes": [words.count_of(len(run.get("hosts", [run["host"]])), "node")],
        "MPI": [mpi["library"], f"{mpi['library']} {mpi['version']}"] if mpi else ["no MPI"],
        "MPI thread level": mpi and [mpi["thread_level"]],
        "compiler": run["compiler"] and compiler_forms(run["compiler"]),
        "build type": run["build_type"] and [run["build_type"]],
        "flags": run["flags"] and [run["flags"]],
        "commit": [run["commit"][:7], run["commit"]],
        "version": [run["version"]],
        "NUMA regions": [words.count_of(len(run["numa"]), "NUMA region")] if run["numa"] else None,
        "host": [" ".join(run.get("hosts", [run["host"]])[:4])],
        "date": [run["date"][:10], run["date"][:16].replace("T", " "), run["date"]],
    }
    for cache in run["caches"]:
        kind = {"Data": "d", "Instruction": "i", "Unified": ""}[cache["type"]]
        title = f"L{cache['level']}{kind}"
        size = f"{title} {words.size(cache['size'])}"
        found[f"{title} cache"] = [size, f"{size} for {words.count_of(cache['num_sharing'], 'CPU')}"]
    found.update({f"${name}": [f"{name}={value}"] for name, value in run["environment"].items() if not name.startswith(LAUNCHERS)})
    found.update({title: [f"{title} {version}"] for title, version in run.get("software", {}).items()})
    for key, value in (run["job"] or {}).items():
        if value is not None and not NUMBERS_OF_JOBS.search(key):
            found[f"job's {key}"] = [f"{key} {value}"]
    return {title: [_printable(form) for form in forms] for title, forms in found.items() if forms}


def _printable(text):
    """Whatever a system calls itself, on one line and without commands of terminals, pages and figures."""
    return "".join(letter if letter.isprintable() else "?" for letter in text).translate(HARMLESS)


def _joined(each):
    """The forms of several launches: of each length those that are distinct."""
    longest = max(map(len, each))
    levels = [[forms[min(level, len(forms) - 1)] for forms in each] for level in range(longest)]
    return [" and ".join(dict.fromkeys(texts)) for texts in levels]


def short_cpu(model):
    """"AMD EPYC 7742 64-Core Processor" -> "EPYC 7742"."""
    text = re.sub(r"\((R|TM|r|tm)\)|@.*$", " ", model)
    text = re.sub(r"\b(AMD|Intel|Processor|CPU|\d+-Core|with .*)\b", " ", text)
    return " ".join(text.split()) or model


def _revision_forms(revision):
    """"family 26, model 2, stepping 1" -> "family 26", and more of it each time."""
    parts = revision.split(", ")
    return [", ".join(parts[: number + 1]) for number in range(len(parts))]


def compiler_forms(compiler):
    """"GNU 12.2.0" -> "g++ 12", "g++ 12.2.0"."""
    name, _, version = compiler.rpartition(" ")
    if not name:
        return [compiler]
    name = COMPILERS.get(name, name)
    return [f"{name} {version.split('.')[0]}", f"{name} {version}"]


# The order in which facts make labels; environment and job come before these two.
FIRST = [
    "machine", "CPU", "CPU revision", "nodes", "cores per node", "threads per core", "MPI", "compiler", "flags", "build type",
    "instruction set", "network",
]  # fmt: skip
MIDDLE = ["commit", "version"]
LAST = ["date", "host"]


def _place(fact):
    """Sorts facts."""
    for number, titles in ((0, FIRST), (2, MIDDLE), (3, LAST)):
        if fact.title in titles:
            return (number, titles.index(fact.title), "")
    return (1, 0, fact.title)


def _fact(title, values):
    """The shortest form that tells as many values apart as the longest does."""
    texts = [forms and forms[-1] for forms in values]
    if title == "flags":
        return Fact(title, texts, _own_words(texts))
    for level in range(max(len(forms or []) for forms in values)):
        shorts = [forms and forms[min(level, len(forms) - 1)] for forms in values]
        if len(set(shorts)) == len(set(texts)):
            break
    return Fact(title, texts, shorts)


def _own_words(texts):
    """Of each the words that not all of them have."""
    shared = set.intersection(*(set(text.split()) for text in texts if text))
    own = [text and (" ".join(word for word in text.split() if word not in shared) or "no more flags") for text in texts]
    # The order alone may differ: the last of -O2 and -O3 counts.
    return own if len(set(own)) == len(set(texts)) else texts


def _labels(facts, names):
    """A label for each report: of as few facts as tell most of them apart, and its date or name where no fact does."""
    differing = [fact for fact in facts if fact.differs and fact.title not in LAST]
    wanted = _apart(differing)
    chosen = next(([fact] for fact in differing if _apart([fact]) == wanted), [])
    if not chosen:
        for fact in differing:
            if _apart([*chosen, fact]) > _apart(chosen):
                chosen.append(fact)
        for fact in reversed(list(chosen)):
            fewer = [other for other in chosen if other is not fact]
            # Which machine it was is asked first.
            if fact.title != "CPU" and fewer and _apart(fewer) == wanted:
                chosen = fewer
    labels = [", ".join(dict.fromkeys(filter(None, (fact.shorts[number] for fact in chosen)))) for number in range(len(names))]
    dates = next((fact.shorts for fact in facts if fact.title == "date"), names)
    labels = [label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…" for label in labels]
    alike = {}
    for number, label in enumerate(labels):
        alike.setdefault(label, []).append(number)
    for label, numbers in alike.items():
        if len(numbers) > 1 or not label:
            own = dates if len({dates[number] for number in numbers}) == len(numbers) else names
            for number in numbers:
                labels[number] = ", ".join(filter(None, [label, own[number]]))
    return labels


def _apart(facts):
    """How many reports these facts tell apart."""
    return len(set(zip(*(fact.texts for fact in facts)))) if facts else 1
