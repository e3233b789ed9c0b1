"""matplotlib as the suite's figures want it, whatever a user has set: a style, a backend, no home.

    from trafficbench_tools.drawing import pyplot, ticker
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path


def _own_folder():
    """Where matplotlib keeps what it knows of fonts; it reads a user's settings there too, and finds none."""
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "trafficbench" / "matplotlib"
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK | os.X_OK):
            return folder
    except (OSError, RuntimeError):  # a user without a home
        pass
    folder = tempfile.mkdtemp(prefix="trafficbench-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


os.environ.update(MPLBACKEND="Agg", MPLCONFIGDIR=str(_own_folder()), MATPLOTLIBRC=os.devnull)
# Nothing of a figure depends on when it was made: the same report gives the same file.
os.environ.setdefault("SOURCE_DATE_EPOCH", "0")

import matplotlib  # noqa: E402

# One may lie in the folder at hand, which comes before all.
matplotlib.rcdefaults()

from matplotlib import pyplot, ticker  # noqa: E402,F401
