"""Puts the page together: one file that needs nothing else."""

import base64
import gzip
import json
import re
from pathlib import Path

from trafficbench_tools.report import across, headline, methods, page_data, provenance, rows, views, words
from trafficbench_tools.report.provenance import escape

DEBIANS_PLOTLY = Path("/usr/share/python3-plotly/plotly.js")
PARTS = Path(__file__).resolve().parent / "page"
SHORT = {
    "across": "Across reports", "history": "History",
    "ladder": "Ladder", "sizes": "Size", "strong": "Strong scaling", "weak": "Weak scaling", "shares": "Shares",
    "limits": "Limits", "energy": "Energy", "io": "Files", "visits": "Visits", "nodes": "Nodes",
    "simulated": "Simulated", "io-cached": "Page cache", "closed-form": "Closed form",
}  # fmt: skip
SCRIPTS = ["table.js", "plots.js", "page.js"]


def build(sources, charts, rules, remarks=()):
    """The page, as text. `remarks`: what a reader must know of how the reports were chosen."""
    # What was measured comes first everywhere.
    sources = sorted(sources, key=lambda source: not any(map(rows.is_measured, source.rows)))
    data = page_data.build(sources, charts)
    apart = [section for section in views.APART if charts[section[0]]]
    said = {"across": [text for both in across.sides(sources) for text in both.contexts.said()]}
    drawn = [section for section in views.SECTIONS if charts[section[0]]]
    sections = [measured_section(section, said.get(section[0], [])) for section in drawn] + [apart_section(section) for section in apart]
    sections.append(missing_section([section for section in views.SECTIONS if section not in drawn]))
    nav = [(key, SHORT[key]) for key, _, _ in [*drawn, *apart]]
    nav += [("rows", "Rows"), ("where", "What ran where"), ("methods", "Methods"), ("rules", "Twelve rules")]
    return fill(
        read("page.html"),
        title=f"trafficbench: {escape(headline.machines(sources))}",
        css=read("page.css"),
        heading=escape(headline.machines(sources)),
        lead=escape(headline.lead(sources)),
        chips=headline.chips(sources),
        nav="".join(f'<a href="#{key}">{escape(title)}</a>' for key, title in nav),
        banners=headline.banners(sources, charts, remarks),
        cards=headline.cards(sources),
        sections="\n".join(sections),
        provenance=provenance.section(sources),
        methods=methods_section(sources),
        rules=rules_section(rules),
        footer=footer(sources),
        data=script_safe(json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)),
        plotly=packed_plotly() if data["panels"] else "",
        scripts='const DATA = JSON.parse(document.getElementById("data").textContent);\n'
        + "\n".join(read(name) for name in SCRIPTS),
    )


def read(name):
    """The text of one of the page's parts."""
    return (PARTS / name).read_text(encoding="utf-8")


def fill(template, **values):
    """Replaces {{name}} once; what a value holds is not looked at again."""
    return re.sub(r"\{\{(\w+)\}\}", lambda match: values[match.group(1)], template)


def script_safe(text):
    """JSON that no </script> can end and no <!-- can comment out."""
    return text.replace("<", "\\u003c")


def packed_plotly():
    """plotly's own script, which browsers unpack: a quarter of its size. No time stamp, so that pages can be compared."""
    import plotly

    # Debian's get_plotlyjs() reads it in the letters of the locale, which spoils it unless they are UTF-8.
    own = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    script = (own if own.exists() else DEBIANS_PLOTLY).read_bytes()
    return base64.b64encode(gzip.compress(script, 6, mtime=0)).decode()


def measured_section(section, said):
    """A section of plots, which scripts fill, with further paragraphs."""
    key, title, about = section
    paragraphs = "".join(f"<p>{escape(text)}</p>" for text in [about, *said])
    return f'<section id="{key}"><h2>{escape(title)}</h2>{paragraphs}<div class="frames"></div></section>'


def missing_section(missing):
    """What is not there is said, with what it would take."""
    if not missing:
        return ""
    items = "".join(f"<li><b>{escape(title)}</b>: {escape(views.WANTING[key])}</li>" for key, title, _ in missing)
    return f'<section id="missing"><h2>Nothing to draw</h2><ul class="empty">{items}</ul></section>'


def apart_section(section):
    """A section of what stands in no ranking with the others, which scripts fill."""
    key, title, about = section
    tag = {"simulated": "not measured", "io-cached": "not of a disk", "closed-form": "no rate"}[key]
    return (
        f'<section id="{key}" class="apart"><span'
        f' class="tag">{tag}</span><h2>{escape(title)}</h2><p>{escape(about)}</p><div class="frames"></div></section>'
    )


def methods_section(sources):
    """The draft of the methods."""
    drafts = methods.paragraphs(sources)
    if len(drafts) == 1:
        quotes = f"<p>{escape(drafts[0][1])}</p>"
    else:
        quotes = "".join(
            f"<details><summary>{escape(label)}</summary><p>{escape(text)}</p></details>" for label, text in drafts
        )
    return (
        '<section id="methods"><h2>Methods, a draft</h2><p>From what the reports say of themselves; please complete it before'
        f' publishing.</p><blockquote>{quotes}</blockquote><p><button type="button"'
        ' id="copy">copy</button></p></section>'
    )


def rules_section(rules):
    """The twelve rules, each with its verdict."""
    broken = [str(rule.number) for rule in rules if rule.broken]
    items = []
    for rule in rules:
        verdict = (
            '<span class="verdict bad">broken</span>' if rule.broken else '<span class="verdict good">holds</span>'
        )
        says = "".join(f'<p class="says"><b>{escape(text)}</b></p>' for text in rule.breaks)
        remarks = "".join(f"<p>{escape(text)}</p>" for text in rule.says)
        if rule.says:
            says += f'<details class="says"><summary>{words.count_of(len(rule.says), "remark")}</summary>{remarks}</details>'
        items.append(f"<li>{verdict}<p>{rule.number}. {escape(rule.text)}</p>{says}</li>")
    summary = f"Broken: {', '.join(broken)}." if broken else "All hold, as far as the file can tell."
    return (
        '<section id="rules"><h2>Twelve rules</h2><p>The report held against the rules of <a'
        ' href="https://doi.org/10.1145/2807591.2807644">Hoefler and Belli, Scientific Benchmarking of Parallel'
        f" Computing Systems</a> (SC15), in short form. {escape(summary)}</p><ol"
        f' class="rules">{"".join(items)}</ol></section>'
    )


def footer(sources):
    """What made the page, and from which files."""
    files = words.listing([source.path.split("/")[-1] for source in sources], 12)
    return f"Made by scripts/report.py of trafficbench from {escape(files)}. This file needs no network."
