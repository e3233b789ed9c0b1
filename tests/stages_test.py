"""The stages of scripts/test.sh stand in scripts/stages.txt; CONTRIBUTING.md and --help say the same of them.

Run: python3 -m pytest tests/stages_test.py
"""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def stages():
    """(name, usual seconds, purpose) of each stage, in order."""
    lines = (ROOT / "scripts" / "stages.txt").read_text(encoding="utf-8").splitlines()
    return [tuple(line.split(maxsplit=2)) for line in lines if not line.startswith("#")]


def test_contributing_has_the_table_of_the_stages():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \| (.*?) \| (\d+) s \|$", text, re.MULTILINE)
    expected = [(name, purpose, seconds) for name, seconds, purpose in stages()]
    table = "\n".join(f"| `{name}` | {purpose} | {seconds} s |" for name, seconds, purpose in stages())
    assert rows == expected, f"CONTRIBUTING.md's table of the stages should be:\n{table}"


def test_help_names_every_stage_with_its_time():
    told = subprocess.run([ROOT / "scripts" / "test.sh", "--help"], capture_output=True, text=True, check=True).stdout
    for name, seconds, purpose in stages():
        assert re.search(rf"^  {re.escape(name)} +{seconds} s  {re.escape(purpose)}$", told, re.MULTILINE), f"{name} is not in\n{told}"


def test_every_stage_but_four_has_a_preset_to_build():
    presets = (ROOT / "CMakePresets.json").read_text(encoding="utf-8")
    without = [name for name, _, _ in stages() if f'"configurePreset": "{name}"' not in presets]
    assert without == ["lint", "page", "notebooks", "slurm"]
