"""`pip install .`, offline, into a virtual environment with the system's packages: the module alone, with MPI, hwloc, libpng and Google
Benchmark hidden, and its tests there.

Run: TRAFFICBENCH_BUILD=build/release /usr/bin/python3 -m pytest tests/python_install_test.py
"""

import os
import shutil

import pytest
from program import BUILD, ROOT, start

SYSTEM_PYTHON = "/usr/bin/python3"
HIDDEN = ("MPI", "PkgConfig", "PNG", "benchmark", "GTest")


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A Python that has the module by pip."""
    folder = tmp_path_factory.mktemp("pip")
    # pip writes what it builds into the source tree: a copy of what git would have.
    source = folder / "source"
    files = start(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT).stdout
    for name in filter(None, files.split("\0")):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, source / name)
    made = start([SYSTEM_PYTHON, "-m", "venv", "--system-site-packages", folder / "venv"])
    assert made.returncode == 0, made.stdout + made.stderr
    python = folder / "venv" / "bin" / "python"
    hidden = [f"-DCMAKE_DISABLE_FIND_PACKAGE_{name}=ON" for name in HIDDEN]
    # As the stage of the tests builds: what is compiled alike comes from the compiler cache.
    alike = ["-DTRAFFICBENCH_NATIVE=ON", "-DTRAFFICBENCH_WERROR=ON"]
    environment = {"CMAKE_ARGS": " ".join([*hidden, *alike]), "CMAKE_GENERATOR": "Ninja", "CCACHE_BASEDIR": str(source)}
    words = ["-m", "pip", "install", "--no-build-isolation", "--no-deps", "--no-index", "--disable-pip-version-check", "."]
    done = start([python, *words], cwd=source, env=environment, timeout=900)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return python


def test_the_installed_module_passes_its_tests(installed, tmp_path):
    code = "import trafficbench, os; print(os.path.dirname(trafficbench.__file__), trafficbench.__version__)"
    said = start([installed, "-c", code], cwd=tmp_path)
    assert said.returncode == 0 and str(installed.parent.parent) in said.stdout, said.stdout + said.stderr
    folder = os.path.dirname(said.stdout.split()[0])
    # The program is that of the build: pip has none.
    path = os.pathsep.join([str(BUILD / "bin"), os.environ["PATH"]])
    env = {"TRAFFICBENCH_MODULE": folder, "TRAFFICBENCH_BUILD": str(BUILD), "PATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    tests = [ROOT / "tests" / "python_module_test.py", ROOT / "tests" / "python_reports_test.py"]
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "faulthandler_timeout=100", "-k", "not types_are_right", *tests]
    done = start([installed, *words], cwd=tmp_path, env=env)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
