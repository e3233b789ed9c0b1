"""Runs a script under a Python that has the packages it needs.

    from trafficbench_tools.with_packages import need
    need("pandas", "matplotlib")    # at the start of main(), before they are imported

The python3 on the path need not be the one that has the system's packages. If the running one lacks a package, or is older than
3.9, the script is started again under the first interpreter that has all; if there is none, one line says what is missing where,
and the exit status is 2.

Understood by Python 3.6 too, which login nodes have.

Environment:
  TRAFFICBENCH_PYTHON    an interpreter to try before the others
"""

import importlib.util
import os
import shutil
import subprocess
import sys

from trafficbench_tools.printing import tell

OLDEST = (3, 9)
OWN = "trafficbench"  # no package of Debian's
ALREADY_TRIED = "TRAFFICBENCH_STARTED_AGAIN"

# Run by a candidate: prints the modules it lacks.
PROBE = f"""
import importlib.util, sys
if sys.version_info < {OLDEST}:
    print("a Python of version {OLDEST[0]}.{OLDEST[1]} or later")
else:
    print(" ".join(name for name in sys.argv[1:] if importlib.util.find_spec(name) is None))
"""


def need(*modules):
    """Returns if every module can be imported here; else starts the script again where they can, or ends it."""
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if sys.version_info >= OLDEST and not missing:
        os.environ.pop(ALREADY_TRIED, None)
        return
    script = os.path.basename(sys.argv[0])
    found = {}
    # A second time round the probe was wrong: do not try for ever.
    for candidate in [] if ALREADY_TRIED in os.environ else candidates():
        lacks = lacking(candidate, modules)
        if lacks == "":
            os.environ[ALREADY_TRIED] = "1"
            for stream in (sys.stdout, sys.stderr):
                if stream is not None:  # closed
                    stream.flush()
            try:
                os.execv(candidate, [candidate, *sys.argv])
            except OSError as error:
                lacks = f"everything ({error.strerror})"
        found[candidate] = lacks
    tried = "; ".join(f"{path} lacks {lacks}" for path, lacks in found.items())
    wanted = ", ".join(modules) or "what it takes"
    packages = " ".join(f"python3-{name}" for name in modules if name != OWN) or "python3"
    own = f"; {OWN}: this suite's build makes it, see docs/python.md" if OWN in modules else ""
    # Not a BadInput: some need their packages before anybody can catch one.
    tell(
        script,
        f"no Python here has {wanted}: {tried or f'{sys.executable} lacks ' + ' '.join(missing)}."
        f" Install them (Debian: apt-get install {packages}{own}) or name an interpreter: TRAFFICBENCH_PYTHON=PATH",
    )
    sys.exit(2)


def candidates():
    """Interpreters to try, each once, in order of preference."""
    paths = [os.environ.get("TRAFFICBENCH_PYTHON"), sys.executable, "/usr/bin/python3"]
    # Where python3 is an old one, a later one may be there under its own name.
    for name in ["python3", *(f"python3.{minor}" for minor in range(14, OLDEST[1] - 1, -1))]:
        for folder in os.environ.get("PATH", "").split(os.pathsep):
            paths.append(shutil.which(name, path=folder) if folder else None)
    return list(dict.fromkeys(path for path in paths if path))


def lacking(candidate, modules):
    """What a candidate lacks, as text; empty if it has everything."""
    try:
        # Words that an interpreter older than OLDEST, which gets no further than this, understands too.
        done = subprocess.run([candidate, "-c", PROBE, *modules], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, encoding="utf-8", errors="replace", timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"everything ({error})"
    return done.stdout.strip() if done.returncode == 0 else f"everything (exit status {done.returncode})"
