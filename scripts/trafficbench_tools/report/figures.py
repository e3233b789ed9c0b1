"""Figures for papers and talks: PNG, SVG and PDF by matplotlib, each with its data and its caption."""

import csv
import io
import multiprocessing.connection
import os
import re
import signal
import sys
from dataclasses import dataclass

from trafficbench_tools.drawing import pyplot
from trafficbench_tools.errors import FailedUnderWay
from trafficbench_tools.files import make_folder, new_file, write_text
from trafficbench_tools.report import painting, palette, rows, views, words

FORMATS = ["png", "svg", "pdf"]
DOTS_AN_INCH = 200
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹×", "0123456789x")
# What one would show: of each question the section and the beginnings of titles, of which the first that is there answers it.
QUESTIONS = [
    ("ladder", ["The ladder"]),
    ("sizes", ["Rate against size"]),
    ("strong", ["Strong scaling"]),
    ("weak", ["Weak scaling"]),
    ("shares", ["Where"]),
    ("limits", ["Roofline", "Fraction"]),
    ("energy", ["Energy"]),
    ("io", ["Rate of writes against ranks", "Rate of writes", "Where the time of writes"]),
    ("io", ["Rate of reads against ranks", "Rate of reads", "Where the time of reads"]),
    ("nodes", ["Time in the kernel"]),
    ("across", ["Rates of several"]),
    ("history", ["All rates", "Rate"]),
    ("simulated", ["Strong scaling"]),
    ("simulated", ["Weak scaling"]),
    ("closed-form", ["Closed form"]),
]


@dataclass
class Plot:
    """What one figure may show: the views of a panel, the one that shows most first."""

    section: str
    title: str
    count: str
    views: list  # (chart, the chart that is drawn below it, or None)

    def names(self):
        """The name of each view's figure."""
        labels = views.view_labels([chart for chart, _ in self.views])
        return [file_name(self.section, self.title, self.count, label if len(labels) > 1 else "") for label in labels]

    def kernels(self):
        """How many its first view shows."""
        return kernels_in(self.views[0])


def kernels_in(view):
    """How many kernels a view shows; along an axis those with two places on it."""
    ats = {}
    for mark in view[0].marks():
        if mark.row is not None:
            ats.setdefault(mark.row["kernel"], set()).add(mark.at)
    return sum(view[0].kind != "curve" or len(of_kernel) > 1 for of_kernel in ats.values())


def plots(charts):
    """All plots. Of speedup and efficiency, which belong together, there is one."""
    found = []
    for section, of_section in charts.items():
        below = {twin(one): one for one in of_section if "efficiency" in one.title}
        for title, count, shown in views.panels([one for one in of_section if "efficiency" not in one.title]):
            pairs = [(one, below.get(twin(one)) if "speedup" in one.title else None) for one in shown]
            # Several kernels say more than many ways to run one.
            pairs.sort(key=kernels_in, reverse=True)
            found.append(Plot(section, painting.titled(*pairs[0]), count, pairs))
    return found


def twin(chart):
    """The same of a chart of speedups and the one of efficiencies of the same rows."""
    return chart.title.replace("efficiency", "speedup"), tuple(chart.facets.items())


def to_show(found):
    """Of these plots one for each question: the one with the most kernels, of equals that of the course's way of counting."""
    chosen = []
    for section, titles in QUESTIONS:
        for beginning in titles:
            answers = [plot for plot in found if plot.section == section and plot.title.startswith(beginning)]
            if answers:
                chosen.append(max(answers, key=Plot.kernels))
                break
    return chosen or found


def write(charts, folder, all_views=False, all_plots=False, say=lambda text: None, replace=False):
    """Writes the figures; returns a line for each, and one for what was left out.

    Raises BadInput where one is there, FailedUnderWay where one cannot be written.
    """
    make_folder(folder)
    found = plots(charts)
    chosen = found if all_plots or all_views else to_show(found)
    colours = palette.palette([chart for plot in found for view in plot.views for chart in view if chart])
    jobs, captions, used = [], ["# Figures", ""], {}
    for plot in chosen:
        named = zip(plot.views, plot.names()) if all_views else [(plot.views[0], file_name(plot.section, plot.title, plot.count, ""))]
        for (chart, below), name in named:
            # Labels may differ in letters that no name of a file has.
            used[name] = used.get(name, 0) + 1
            if used[name] > 1:
                name += f"-{used[name]}"
            jobs.append(((chart, below), colours, folder, name, replace))
            said = painting.subtitle(chart).replace("\N{NO-BREAK SPACE}", " ")
            notes = dict.fromkeys([*chart.notes(), *(below.notes() if below else [])])
            captions += [f"## {name}", "", " ".join([f"{plot.title}. {said}.", *notes]), ""]
    lines = []
    for name in saved(jobs):
        say(f"figure {name}")
    for _, _, _, name, _ in jobs:
        lines.append(f"{folder / name}.{{{','.join([*FORMATS, 'csv'])}}}")
    write_text(folder / "captions.md", "\n".join(captions), replace)
    lines.append(f"{folder / 'captions.md'}: what each figure shows")
    return [*lines, *left_out(found, chosen, all_views)]


def left_out(found, chosen, all_views):
    """A line on what is no figure, and what would make it one."""
    more = len(found) - len(chosen)
    further = 0 if all_views else sum(len(plot.views) - 1 for plot in found)
    parts = [f"{words.count_of(more, 'further plot')}: --all-plots"] if more else []
    parts += [f"{words.count_of(further, 'further view')} of these and other plots: --all-views"] if further else []
    return [f"not drawn: {'; '.join(parts)}"] if parts else []


def saved(jobs):
    """Carries out the jobs, arguments of save(), on all cores; yields the names of the figures, each when it is there.

    No pool of concurrent.futures: it may wait for ever for a process that a signal has ended.
    """
    number = min(len(jobs), len(os.sched_getaffinity(0)))
    children, readers = [], []
    try:
        for first in range(number):
            reader, writer = multiprocessing.Pipe(duplex=False)
            child = multiprocessing.Process(target=save_all, args=(jobs[first::number], writer))
            # Until it knows what to do at a signal.
            before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
            child.start()
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            # So that the end of the child is the end of what there is to read.
            writer.close()
            children.append(child)
            readers.append(reader)
        while readers:
            for reader in multiprocessing.connection.wait(readers):
                said = reader.recv()
                if isinstance(said, Exception):
                    raise said
                if said is None:
                    readers.remove(reader)
                else:
                    yield said
    except EOFError as error:
        raise FailedUnderWay("a process that drew was killed, for want of memory perhaps: draw fewer with --only") from error
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.join()


def leave(_number, _frame):
    """At the first signal: no other disturbs what is put away then. (One that is ignored while it is on its way makes Python
    print a traceback.)"""
    for number in SIGNALS:
        signal.signal(number, lambda *_: None)
    sys.exit(4)


def leave_again(unraisable):
    """Where a signal comes while a library is told that an object is gone, its exit is lost: it comes once more."""
    if unraisable.exc_type is SystemExit:
        signal.signal(signal.SIGTERM, leave)
        os.kill(os.getpid(), signal.SIGTERM)
    else:
        sys.__unraisablehook__(unraisable)


def save_all(jobs, writer):
    """What one process draws. It sends the names, then None; or what went wrong."""
    # It puts away what it began and ends without a word: the first process tells what there is to tell.
    for number in SIGNALS:
        signal.signal(number, leave)
    sys.unraisablehook = leave_again
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    try:
        for job in jobs:
            writer.send(save(*job))
        writer.send(None)
    except BrokenPipeError:  # nobody is there any more
        sys.exit(4)
    except Exception as problem:
        writer.send(problem)


def file_name(section, title, count, label):
    """The name of a figure's files, without an ending."""
    words_of_name = [section]
    if title.startswith("Roofline"):
        words_of_name.append("roofline")
    if section in ("io", "io-cached"):
        words_of_name += [word for word in ("writes", "reads") if word in title]
        words_of_name.append("phases" if title.startswith("Where") else "size" if "size" in title else "ranks")
    if section == "across":
        words_of_name.append({"Rates of": "rates", "Times as": "ratios", "Rate alo": "sizes"}[title[:8]])
        words_of_name += re.findall(r"\((not measured)\)", title)
    if section == "history":
        words_of_name += ["all"] if title.startswith("All") else []
    if section == "simulated":
        # Strong or weak, and what stands in parentheses: simulated, modelled, or both.
        words_of_name += [title.split()[0], *re.findall(r"\((.*)\)", title)]
    return re.sub(r"[^a-z0-9.]+", "-", " ".join([*words_of_name, count, label]).lower().translate(PLAIN)).strip("-.")


def save(view, colours, folder, name, replace):
    """Writes one figure in every format, and its data. Returns its name."""
    with pyplot.rc_context(painting.STYLE):
        figure = painting.draw(view[0], colours, view[1])
        # The margins are found once for all formats: finding them is to draw.
        box = figure.get_tightbbox(figure.canvas.get_renderer()).padded(0.05)
        dots = min(DOTS_AN_INCH, int(painting.MOST_DOTS / max(box.width, box.height)))
        for ending in FORMATS:
            metadata = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(ending)
            file = io.BytesIO()
            figure.savefig(file, format=ending, dpi=dots, bbox_inches=box, metadata=metadata)
            with new_file(folder / f"{name}.{ending}", replace) as written:
                written.write(with_spaces(file.getvalue()) if ending == "svg" else file.getvalue())
        pyplot.close(figure)
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(
        ["quantity", "series", "at", "value", "low", "high", "median", "median_low", "median_high", "status", "row"]
    )
    for chart in filter(None, view):
        for series in chart.series:
            quantity = (chart.lanes[series.lane] if chart.lanes else chart.y if chart.kind == "curve" else chart.x).title
            for mark in series.marks:
                what = [rows.status(mark.row), mark.row["name"]] if mark.row is not None else ["", mark.texts[-1]]
                ends = [mark.value, mark.low, mark.high, *(mark.median or ("", "", ""))]
                table.writerow([quantity.replace("\n", " "), series.label, mark.at, *ends, *what])
    write_text(folder / f"{name}.csv", text.getvalue(), replace)
    return name


def with_spaces(svg):
    """An SVG whose texts keep their spaces; of several, browsers show one else. They do not look for it in what holds a text."""
    return svg.replace(b"<text ", b'<text xml:space="preserve" ')
