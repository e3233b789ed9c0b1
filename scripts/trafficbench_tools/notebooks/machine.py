"""What a page says of the machine on which its notebooks were run."""

import datetime
import importlib
import os
import platform
import re
import subprocess
from pathlib import Path

from trafficbench_tools.places import ROOT


def describe():
    """Lines of text: CPU, memory, software, suite, date."""
    return [
        f"{_cpu()}; {len(os.sched_getaffinity(0))} CPUs for this process; {_memory()} of memory",
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, {', '.join(_packages())}",
        f"trafficbench at commit {_commit()}, {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC",
    ]


def _read(path):
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _cpu():
    text = _read("/proc/cpuinfo")
    model = re.search(r"^model name\s*: (.*)$", text, re.MULTILINE)
    virtual = re.search(r"^flags\s*:.*\bhypervisor\b", text, re.MULTILINE)
    name = model[1] if model else platform.machine()
    return f"a virtual machine, {name}" if virtual else name


def _memory():
    kibibytes = re.search(r"^MemTotal:\s+(\d+) kB$", _read("/proc/meminfo"), re.MULTILINE)
    return f"{int(kibibytes[1]) / 2**20:.0f} GiB" if kibibytes else "an unknown amount"


def _packages():
    for name in ("numpy", "matplotlib", "pandas", "numba", "mpi4py"):
        try:
            yield f"{name} {importlib.import_module(name).__version__}"
        except ImportError:
            continue


def _commit():
    try:
        words = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
        return subprocess.run(words, capture_output=True, encoding="utf-8", errors="replace", check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
