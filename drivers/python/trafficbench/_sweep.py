"""The program's own measurements, from Python."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, List, Optional, Union

from trafficbench import _core
from trafficbench._reports import read_report
from trafficbench._suite import tools

if TYPE_CHECKING:
    import pandas

# What the program gets to leave in order. What it has measured is on the disk before.
_PATIENCE_SECONDS = 0.3


def sweep(
    program: Optional[Union[str, "os.PathLike[str]"]] = None,
    output: Optional[Union[str, "os.PathLike[str]"]] = None,
    **options: Any,
) -> "pandas.DataFrame":
    """Runs `trafficbench sweep`, and returns its report as read_report does.

        table = tb.sweep(kernels=["naive", "tiled"], cells=[10**5, 10**6], threads=1, budget=60)

    program  the program; None: that of this build or installation, else the one on the path
    output   the file to keep the report in; None: it is not kept
    options  those of `trafficbench sweep --help` (docs/usage.md), with _ for -: a number, a text, a list of either, or True for an
             option that takes no value. With `ranks`, as many ranks are started as the greatest of its numbers says, with the
             launcher that the program was built for

    Raises ValueError with the program's own line for what it refuses, RuntimeError where it failed, FileNotFoundError if there is no
    program. Warns if a row failed its verification: `verified` says which.
    """
    path = _program() if program is None else Path(program)
    with tempfile.TemporaryDirectory(prefix="trafficbench-") as folder:
        report = Path(folder) / "report.json" if output is None else Path(output)
        command = [str(path), "sweep", *_words(options), "--output", str(report)]
        _run([*_launcher(path, options.get("ranks")), *command])
        return read_report(report)


def _program() -> Path:
    for folder in list(Path(_core.__file__).resolve().parents)[:6]:
        program = folder / "bin" / "trafficbench"
        if os.access(program, os.X_OK):
            return program
    found = shutil.which("trafficbench")
    if found is None:
        raise FileNotFoundError("no program trafficbench beside this package or on the path: give its path, program=PATH")
    return Path(found)


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple, range, set)):
        return ",".join(map(_text, value))
    return str(value)


def _words(options: Any) -> List[str]:
    words = []
    for name, value in options.items():
        option = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(option)
        elif value is not None and value is not False:
            words.append(f"{option}={_text(value)}")
    return words


def _launcher(program: Path, ranks: Any) -> List[str]:
    numbers = [word for word in _text(ranks).split(",") if word.isdigit()] if ranks is not None else []
    most = max(map(int, numbers), default=1)
    if most <= 1:
        return []
    launcher = tools("launchers").launcher_of(program)
    if not launcher:
        raise ValueError(f"{program} was built without MPI, so it cannot start {most} ranks: give ranks=1, or program=PATH with MPI")
    return [*launcher, str(most)]


def _run(command: List[str]) -> None:
    try:
        # A session of its own: an interrupt is passed on to all ranks alike.
        status, _, said = tools("processes").run_apart(command, _PATIENCE_SECONDS, stdout=subprocess.DEVNULL)
    except OSError as error:
        raise FileNotFoundError(f"{command[0]} does not start: {error.strerror}") from error
    lines = [line for line in said.decode("utf-8", "replace").splitlines() if line.startswith("trafficbench: ")]
    last = lines[-1][len("trafficbench: ") :] if lines else f"it ended with status {status} and no message"
    if status == 2:
        raise ValueError(last)
    if status == 1 and "NOT VERIFIED" in last:
        warnings.warn(f"a row failed its verification: {last}", RuntimeWarning, stacklevel=3)
    elif status != 0:
        raise RuntimeError(f"trafficbench sweep failed: {last}")
