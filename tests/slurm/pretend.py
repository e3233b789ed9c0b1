"""A pretend Slurm for a test: started, told where it is, always stopped."""

import contextlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPT = ROOT / "tests" / "slurm" / "slurm.sh"


@contextlib.contextmanager
def slurm(folder, *options):
    """Sets SLURM_CONF while the daemons run."""
    if shutil.which("sbatch") is None:
        pytest.skip("needs Slurm: scripts/test.sh slurm installs it, and runs this")
    subprocess.run([SCRIPT, "start", folder, *options], check=True, stdin=subprocess.DEVNULL, timeout=180)
    before = os.environ.get("SLURM_CONF")
    os.environ["SLURM_CONF"] = str(Path(folder) / "slurm.conf")
    try:
        yield
    finally:
        subprocess.run([SCRIPT, "stop", folder], check=False, stdin=subprocess.DEVNULL, timeout=120)
        os.environ.pop("SLURM_CONF")
        if before is not None:
            os.environ["SLURM_CONF"] = before


def call(*words, timeout=60, **more):
    """A command's exit status, standard output and error."""
    return subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=timeout, check=False, **more)


def study(*words, **more):
    return call(ROOT / "scripts" / "study.sh", *words, **more)


def scripts_of(text):
    """{name: script} of what --dry-run printed."""
    parts = text.split("# ==== jobs/")[1:]
    return {part.split(".sh\n", 1)[0]: part.split(".sh\n", 1)[1] for part in parts}
