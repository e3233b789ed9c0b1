"""How ranks of a program are started: by the launcher of the MPI that it was built with.

Understood by Python 3.6 too, which login nodes have.
"""

import os
import re
import shlex

from trafficbench_tools.errors import BadInput
from trafficbench_tools.reading import read_text

# What CMake writes: for scripts into the build's folder, for people beside the program, and there it is installed.
OF_THE_BUILD = "launcher.sh"
BESIDE = "trafficbench-mpiexec"


def launcher_of(program):
    """The launcher and its flags, up to the number of ranks; empty where the program was built without MPI. Raises BadInput where
    nothing tells."""
    folder = os.path.dirname(os.path.realpath(str(program)))
    path = os.path.join(os.path.dirname(folder), OF_THE_BUILD)
    if os.path.exists(path):
        words = re.search(r"^launcher=\((.*)\)$", read_text(path), re.MULTILINE)
        try:
            return shlex.split(words.group(1)) if words else []
        except ValueError as error:
            raise BadInput("{} is damaged ({}): build the program again".format(path, error))
    path = os.path.join(folder, BESIDE)
    if os.path.exists(path):
        return [] if re.search("^mpi='none'$", read_text(path), re.MULTILINE) else [path, "-n"]
    raise BadInput("{}: there is no {} beside it, which starts its ranks: name the program in the folder bin of its build or "
                   "installation".format(program, BESIDE))
