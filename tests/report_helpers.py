"""The package of the scripts, and its checker of reports, for the tests; the examples; what else reads reports."""

import json
from pathlib import Path

import pytest
from script import run_script

from trafficbench_tools.errors import ReportError  # noqa: F401
from trafficbench_tools.reports import SCHEMA_PATH, check_fields, check_schema, load_report  # noqa: F401

# Of version 2; example-version-1.json is the one of version 1.
EXAMPLES = sorted(set(SCHEMA_PATH.parent.glob("example-*.json")) - {SCHEMA_PATH.parent / "example-version-1.json"})
GOOGLE_COMPARE = Path("/usr/share/benchmark/compare.py")


def example_path(kind):
    return SCHEMA_PATH.parent / f"example-{kind}.json"


def example(kind):
    return json.loads(example_path(kind).read_text(encoding="utf-8"))


def needs_module(name, why=""):
    """Skips the test where a package is missing; imported here, it is there for every fork (script.py)."""
    pytest.importorskip(name, reason=f"needs {name}{why} (Debian: python3-{name})")


def data_of(page):
    """What the text of a report page holds for its plots and its table."""
    return json.loads(page.split('<script type="application/json" id="data">', 1)[1].split("</script>", 1)[0])


def google_compare(*words, mode="benchmarks"):
    """Output of Google Benchmark's own compare.py; skips the test where it or what it imports is missing."""
    if not GOOGLE_COMPARE.exists():
        pytest.skip(f"needs Google Benchmark's compare.py, {GOOGLE_COMPARE} (Debian: libbenchmark-tools)")
    for module in ("numpy", "scipy"):
        needs_module(module, ", which Google Benchmark's compare.py imports")
    done = run_script(GOOGLE_COMPARE, "--no-color", mode, *words)
    assert done.returncode == 0 and not done.stderr, f"status {done.returncode}\n{done.stderr}"
    return done.stdout
