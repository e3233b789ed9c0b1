"""Makes HTML of executed notebooks: a page each with a page of links, or one page of all. Pages ask nothing of the network."""

import base64
import contextlib
import copy
import html
import io
import os
import re
import tempfile
from pathlib import Path

from nbconvert import HTMLExporter
from pygments.formatters import HtmlFormatter

from trafficbench_tools.files import make_folder, write_text
from trafficbench_tools.notebooks.running import FOLDER, name_of
from trafficbench_tools.places import ROOT

COLOURS = 128  # of a picture: what a plot needs, in a third of the bytes

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 62rem; margin: 0 auto; padding: 0 1rem 4rem; }
h1 { border-top: 3px solid #1f77b4; padding-top: 1rem; margin-top: 3rem; }
pre, code { font: 13px/1.4 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
code { background: #f3f3f3; padding: 0 .2em; }
pre { margin: 0; overflow-x: auto; }
pre code { background: none; padding: 0; }
.rendered_html pre { background: #f3f3f3; padding: .5rem; }
.input_area { background: #f7f7f7; border: 1px solid #ddd; border-left: 3px solid #1f77b4; padding: .5rem; margin: .5rem 0; }
.prompt { display: none; }
.output_area { margin: .3rem 0; overflow-x: auto; }
.output_stderr { background: #fdd; }
img { max-width: 100%; height: auto; }
table { border-collapse: collapse; margin: .5rem 0; }
td, th { border: 1px solid #ccc; padding: .1rem .5rem; text-align: right; }
summary { cursor: pointer; font-weight: bold; margin: 2rem 0 1rem; }
nav, .machine { background: #eef4fa; padding: .5rem 1rem; margin: 1rem 0; }
"""


def title_of(notebook):
    """The heading of its first cell."""
    return notebook.cells[0].source.splitlines()[0].lstrip("# ")


def write_pages(executed, folder, machine):
    """A page for each notebook, and index.html with links to all."""
    folder = Path(folder).resolve()
    make_folder(folder)
    links = []
    for done in executed:
        target = folder / f"{name_of(done.path)}.html"
        make_folder(target.parent)
        body = _body(done, lambda path: f"{name_of(path)}.html", target.parent, base=folder)
        write_text(target, _page(title_of(done.notebook), _machine(machine) + body), replace=True)
        if done.path.parent == FOLDER:
            links.append(f'<li><a href="{target.name}">{html.escape(title_of(done.notebook))}</a></li>')
    text = f"<h1>The notebooks</h1>{_machine(machine)}<ul>{''.join(links)}</ul>"
    write_text(folder / "index.html", _page("The notebooks", text), replace=True)


def write_one_page(executed, path, machine):
    """All notebooks one after the other, with their solutions folded."""
    path = Path(path).resolve()
    parts, links = [], []
    for done in executed:
        name, title = name_of(done.path), html.escape(title_of(done.notebook))
        body = _body(done, lambda other: f"#{name_of(other)}", path.parent, base=None)
        if done.path.parent == FOLDER:
            links.append(f'<li><a href="#{name}">{title}</a></li>')
            parts.append(f'<section id="{name}">{body}</section>')
        else:
            parts.append(f'<details id="{name}"><summary>{title}</summary>{body}</details>')
    head = f"<h1>The notebooks, executed</h1>{_machine(machine)}<nav><ul>{''.join(links)}</ul></nav>"
    write_text(path, _page("The notebooks, executed", head + "".join(parts)), replace=True)


def _machine(lines):
    return '<p class="machine">Run on: ' + "<br>".join(map(html.escape, lines)) + "</p>"


def _page(title, body):
    style = STYLE + HtmlFormatter(style="default").get_style_defs(".highlight")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(title)}</title><style>{style}</style></head>\n<body>{body}</body></html>\n"
    )


def _body(done, link_to, here, base):
    """The notebook as HTML. `link_to` says where another notebook is, seen from the folder `base`; `here` is the page's folder."""
    notebook = copy.deepcopy(done.notebook)

    def changed(match):
        target, _, anchor = match[1].partition("#")
        if re.match(r"[a-z]+:", match[1]) or not target:
            return match[0]
        there = (done.path.parent / target).resolve()
        if there.suffix == ".ipynb" and FOLDER in there.parents:
            link = link_to(there)
            return f"]({os.path.relpath(base / link, here) if base else link})"
        return f"]({os.path.relpath(there, here)}{'#' + anchor if anchor else ''})"

    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"\]\(([^)\s]+)\)", changed, cell.source)
        for output in cell.get("outputs", []):
            if "text" in output:
                # Where a clone and the temporary files of one machine lie is nobody's business.
                output.text = output.text.replace(f"{ROOT}/", "").replace(f"{tempfile.gettempdir()}/", ".../")
            data = output.get("data", {})
            if "image/png" in data:
                data["image/png"] = _with_fewer_colours(data["image/png"])
    body, _ = HTMLExporter(template_name="basic").from_notebook_node(notebook)
    body = re.sub(r'<a class="anchor-link"[^>]*>[^<]*</a>', "", body)
    return re.sub(r'(<h\d) id="[^"]*"', r"\1", body)  # "Exercise 1" would be there more than once


def _with_fewer_colours(encoded):
    """A PNG in base64 with a palette, where that makes it smaller and Pillow is there."""
    with contextlib.suppress(ImportError):
        from PIL import Image

        picture = Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB")
        file = io.BytesIO()
        picture.quantize(COLOURS, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
        return min(encoded.replace("\n", ""), base64.b64encode(file.getvalue()).decode("ascii"), key=len)
    return encoded
