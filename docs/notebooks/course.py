"""What the notebooks from the fifth on ask for in their first cell: packages, this suite's module and program, a launcher.

    from course import needs, launcher
    cores = needs("trafficbench", "mpi4py", cores=2)

What is missing ends the cell with one sentence that says what to do, without a traceback. Solutions, a folder below, begin with
`import sys; sys.path.append("..")`. Python 3.6 can read this file: what is too old has to be told so.
"""

import importlib
import importlib.machinery
import os
import shutil
import sys
from pathlib import Path

OLDEST = (3, 9)
ROOT = Path(__file__).resolve().parents[2]
START = "run scripts/notebooks.sh in the suite's folder"
RESTART = "then choose Kernel > Restart"


class Missing(Exception):
    """What the notebook cannot do without. Its text is the one sentence that the reader sees."""

    def _render_traceback_(self):  # IPython shows this in place of a traceback
        return [str(self)]


def needs(*packages, cores=1, program=False):
    """Makes sure that the packages can be imported; returns the number of cores that this process may use.

    trafficbench is found in the clone's build folder too, also by programs that are started from here. Where there are fewer cores
    than `cores`, it says so and goes on. With `program` there must be the program trafficbench as well; program_path() says where.

    Raises Missing.
    """
    if sys.version_info < OLDEST:
        raise Missing("This notebook needs Python %d.%d or later, and this kernel is Python %d.%d: choose Kernel > Change kernel, or %s."
                      % (*OLDEST, *sys.version_info[:2], START))
    lacking = [name for name in packages if name != "trafficbench" and not can_import(name)]
    if lacking:
        raise Missing(f"This notebook needs {' and '.join(lacking)}: {START}, which installs what is missing,"
                      f" or type  pip install {' '.join(lacking)}  and {RESTART}.")
    if "trafficbench" in packages:
        find_module()
    if program:
        program_path()
    own = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if own < cores:
        print(f"This notebook is about {cores} cores or more, and {own} can be used here: it runs, but expect no gain from the second.")
    return own


def can_import(name):
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True


def builds():
    """The clone's build folders: that of the environment variable TRAFFICBENCH_BUILD, the release, then the newest."""
    folders = [folder for folder in (ROOT / "build").glob("*") if folder.is_dir()]
    folders.sort(key=lambda folder: (folder.name != "release", -folder.stat().st_mtime))
    named = os.environ.get("TRAFFICBENCH_BUILD")
    return [ROOT / named, *folders] if named else folders


def find_module():
    """Puts the first build of the module for this Python on the search path, unless it is there already."""
    if can_import("trafficbench"):
        return
    found = [build / "python" for build in builds() if (build / "python" / "trafficbench").is_dir()]
    suffixes = importlib.machinery.EXTENSION_SUFFIXES
    for folder in found:
        if not any((folder / "trafficbench" / ("_core" + suffix)).exists() for suffix in suffixes):
            continue
        sys.path.insert(1, str(folder))
        importlib.invalidate_caches()
        if can_import("trafficbench"):
            os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
            return
        sys.path.remove(str(folder))
    if found:
        raise Missing(f"The module trafficbench is built for another Python than this kernel's, {sys.version.split()[0]}:"
                      f" choose Kernel > Change kernel, or type  pip install {ROOT}  for this one and {RESTART}.")
    raise Missing(f"This notebook needs the module trafficbench, which is not built: {START}, which builds it, {RESTART}.")


def program_path():
    """Path of the program trafficbench: in the clone's build folders, else on the path. Raises Missing."""
    for build in builds():
        path = build / "bin" / "trafficbench"
        if os.access(str(path), os.X_OK):
            return str(path)
    path = shutil.which("trafficbench")
    if path is None:
        raise Missing(f"This notebook needs the program trafficbench, which is not built: {START}, which builds it, {RESTART}.")
    return path


def launcher(ranks):
    """The words that start a program on so many ranks, with the launcher of the MPI that mpi4py was built with. Raises Missing.

        subprocess.run([*launcher(2), sys.executable, "ring.py"])
    """
    if str(ROOT / "scripts") not in sys.path:
        sys.path.append(str(ROOT / "scripts"))
    from trafficbench_tools.ladder.rungs import launcher_of_mpi4py

    words, why = launcher_of_mpi4py(sys.executable)
    if not words:
        raise Missing(f"This notebook starts ranks, but there is {why}: install it (Debian: openmpi-bin for python3-mpi4py), {RESTART}.")
    # Open MPI refuses more ranks than cores unless told; the second name is that of version 5.
    os.environ["OMPI_MCA_rmaps_base_oversubscribe"] = "1"
    os.environ.setdefault("PRTE_MCA_rmaps_default_mapping_policy", ":oversubscribe")
    return [*words, str(ranks)]
