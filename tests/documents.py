"""The documents for the tests: their pages, and what stands in their code blocks."""

import re
import shlex

from program import ROOT

PAGES = [*(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")), *sorted((ROOT / "docs").rglob("*.md"))]
SCRIPT = re.compile(r"^(?:\./)?((?:scripts|bench/ladder)/[\w./-]+\.(?:sh|py))$")


def split_code(text):
    """The lines of a page outside and inside its code blocks, fenced or indented."""
    prose, code = [], []
    fence = None
    previous_blank = True
    in_indented = False
    for line in text.splitlines():
        mark = re.match(r"\s*(```|~~~)", line)
        if fence is not None:
            if mark and mark.group(1) == fence:
                fence = None
                code.append("")
            else:
                code.append(line)
            continue
        if mark:
            fence = mark.group(1)
            in_indented = False
            continue
        indented = line.startswith("    ") and line.strip() != ""
        in_indented = indented and (in_indented or previous_blank)
        (code if in_indented else prose).append(line)
        previous_blank = line.strip() == "" or in_indented
    assert fence is None, "a code block is not closed"
    return prose, code


def anchors(path):
    """Anchors of a page's headings, as GitHub makes them."""
    prose, _ = split_code(path.read_text(encoding="utf-8"))
    found = set()
    for line in prose:
        heading = re.match(r"#+\s+(.*)", line)
        if heading:
            kept = re.sub(r"[^\w\- ]", "", heading.group(1).strip().lower())
            found.add(kept.replace(" ", "-"))
    return found


def script_commands():
    """(page, words before the script, script, arguments) of every command line of a script in the documents."""
    found = []
    for page in PAGES:
        _, code = split_code(page.read_text(encoding="utf-8"))
        for line in "\n".join(code).replace("\\\n", " ").splitlines():
            try:
                words = shlex.split(line.strip(), comments=True)
            except ValueError:
                continue
            for at, word in enumerate(words):
                match = SCRIPT.match(word)
                # A command begins the line, or follows a launcher or an interpreter; all else are file names.
                if match and (at == 0 or re.match(r"^(python3|bash|mpiexec\S*|[A-Z_]+=)", words[0])):
                    end = next((i for i in range(at, len(words)) if words[i] in ("&&", ";", "|")), len(words))
                    found.append((page, words[:at], match[1], words[at + 1 : end]))
                    break
    return found


COMMANDS = script_commands()
