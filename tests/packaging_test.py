"""ReFrame test, Spack recipe, Apptainer definition and Dockerfile, as far as they can be checked where none of these is installed: they are
run with stand-ins for the tools' own words, and held against CMake's options, versions and dependencies and the program's options.
"""

import json
import os
import re
import subprocess
import sys
import types

import pytest
from program import PROGRAM, ROOT, call, environment

CMAKE = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
DEPENDENCIES = (ROOT / "scripts" / "cmake" / "dependencies.cmake").read_text(encoding="utf-8")
CONTAINER = (ROOT / "scripts" / "container" / "build.sh").read_text(encoding="utf-8")
HDF5 = (ROOT / "scripts" / "cmake" / "hdf5.cmake").read_text(encoding="utf-8")
VERSION = re.search(r"project\(trafficbench VERSION ([\d.]+)", CMAKE).group(1)
KERNELS_CMAKE = (ROOT / "kernels/CMakeLists.txt").read_text(encoding="utf-8")
OPTIONS = set(re.findall(r"^(?:option|set)\((TRAFFICBENCH_\w+)(?= [\"\w]+ CACHE| \")", CMAKE + KERNELS_CMAKE, re.MULTILINE))


# ---- Spack

# CMake's name of a library -> Spack's.
SPACK_NAMES = {"hwy": "highway", "nlohmann_json": "nlohmann-json", "CLI11": "cli11", "fmt": "fmt", "GTest": "googletest",
               "benchmark": "benchmark"}


@pytest.fixture(scope="module")
def recipe():
    """The recipe's directives, as they would reach Spack."""
    said = []

    def word(name):
        return lambda *given, **more: said.append((name, given, more))

    class CMakePackage:
        run_tests = False

        @staticmethod
        def define(name, value):
            return f"-D{name}={'ON' if value is True else 'OFF' if value is False else value}"

        def define_from_variant(self, name, variant):
            return self.define(name, self.variants[variant])

    space = {name: word(name) for name in ("license", "version", "variant", "depends_on", "conflicts", "maintainers")}
    space["CMakePackage"] = CMakePackage
    source = (ROOT / "scripts/spack/packages/trafficbench/package.py").read_text(encoding="utf-8")
    assert "from spack.package import *\n" in source
    exec(compile(source.replace("from spack.package import *\n", ""), "package.py", "exec"), space)
    return types.SimpleNamespace(said=said, package=space["Trafficbench"])


def directives(recipe, name):
    return [(given, more) for word, given, more in recipe.said if word == name]


def test_spack_version_is_cmakes(recipe):
    assert [given for given, _ in directives(recipe, "version")] == [(VERSION,)]


def test_spack_dependencies_are_cmakes(recipe):
    asked = {}
    for (spec,), more in directives(recipe, "depends_on"):
        name, _, version = spec.partition("@")
        asked[name] = (version.rstrip(":"), more)
    wanted = dict(re.findall(r"FetchContent_Declare\((\w+)\n(?:.*\n)*?\s+FIND_PACKAGE_ARGS ([\d.]+)", DEPENDENCIES))
    assert set(wanted) == set(SPACK_NAMES)
    for name, version in wanted.items():
        assert asked[SPACK_NAMES[name]][0] == version, name
    assert asked["cmake"][0] == re.search(r"cmake_minimum_required\(VERSION ([\d.]+)\)", CMAKE).group(1)
    assert asked["hwloc"] == (re.search(r"hwloc>=([\d.]+)", DEPENDENCIES).group(1), {"when": "+hwloc"})
    assert "xxhash" in asked and asked["mpi"][1] == {"when": "+mpi"} and asked["googletest"][1] == {"type": "test"}
    assert asked["libpng"] == (re.search(r"find_package\(PNG ([\d.]+)", DEPENDENCIES).group(1), {"when": "+png"})
    # Under which the installed scripts start another, if they need one.
    assert asked["python"] == ("3.9", {"type": "run"})
    oldest = ".".join(re.search(r"H5_VERSION_GE\((\d+), (\d+), 0\)", HDF5).groups())
    assert asked["hdf5"] == (f"{oldest}:+mpi", {"when": "+hdf5"})
    others = {"c", "cxx", "cmake", "xxhash", "mpi", "hwloc", "pkgconfig", "hdf5", "libpng", "python"}
    assert set(asked) == others | set(SPACK_NAMES.values())


def test_spack_options_are_cmakes(recipe):
    variants = {given[0]: more["default"] for given, more in directives(recipe, "variant")}
    package = recipe.package()
    package.variants = variants
    defined = {word.split("=")[0][2:] for word in package.cmake_args()}
    ours = {name for name in defined if name.startswith("TRAFFICBENCH_")}
    # The options that a packager has no use for are named here, so that a new one is thought about.
    assert ours == OPTIONS - {"TRAFFICBENCH_WERROR", "TRAFFICBENCH_SMPI", "TRAFFICBENCH_UNITY"}
    fixed = {"TRAFFICBENCH_TESTS", "TRAFFICBENCH_NATIVE", "TRAFFICBENCH_PYTHON_MODULE"}
    assert {f"TRAFFICBENCH_{name.upper()}" for name in variants} | fixed == ours
    # What is packaged goes to other machines.
    assert "-DTRAFFICBENCH_NATIVE=OFF" in package.cmake_args()
    off = recipe.package()
    off.variants = dict.fromkeys(variants, False)
    assert "-DTRAFFICBENCH_MPI=OFF" in off.cmake_args() and "-DTRAFFICBENCH_MPI=ON" in package.cmake_args()


# ---- Apptainer

def sections():
    text = (ROOT / "scripts/apptainer/trafficbench.def").read_text(encoding="utf-8")
    parts = re.split(r"^%(\w+)\n", text, flags=re.MULTILINE)
    return parts[0], dict(zip(parts[1::2], parts[2::2]))


def test_apptainer_definition_is_well_formed():
    header, parts = sections()
    fields = dict(line.split(": ", 1) for line in header.splitlines() if line and not line.startswith("#"))
    assert fields == {"Bootstrap": "docker", "From": "debian:12"}
    assert set(parts) == {"files", "post", "environment", "runscript", "test", "labels", "help"}
    for name in ("post", "environment", "runscript", "test"):
        done = subprocess.run(["sh", "-n"], input=parts[name], text=True, capture_output=True, check=False)
        assert done.returncode == 0, f"%{name}: {done.stderr}"
    assert f"org.opencontainers.image.version {VERSION}" in parts["labels"]


def docker_words():
    """[(instruction, its words)] of the Dockerfile."""
    text = (ROOT / "scripts/docker/Dockerfile").read_text(encoding="utf-8")
    return [tuple(line.split(" ", 1)) for line in text.splitlines() if line and not line.startswith("#")]


def test_docker_and_apptainer_take_the_same_steps():
    """Both put the checkout into one place and start one script there."""
    header, parts = sections()
    docker = docker_words()
    base = re.search(r"^From: (.*)$", header, re.MULTILINE)[1]
    assert dict(docker)["FROM"] == base
    source, place = parts["files"].split()
    assert dict(docker)["COPY"] == f"{source} {place}"
    assert [parts["post"].strip()] == [words for word, words in docker if word == "RUN"] == [f"{place}/scripts/container/build.sh"]
    assert f"cd {place}\n" in CONTAINER
    variables = dict(re.findall(r'export (\w+)="?([^"\n]*)"?', parts["environment"]))
    assert dict(re.findall(r'(\w+)=(?:"([^"]*)"|\S+)', dict(docker)["ENV"])).keys() == variables.keys()
    assert f'PATH="{variables["PATH"]}"' in dict(docker)["ENV"] and f"LC_ALL={variables['LC_ALL']}" in dict(docker)["ENV"]
    assert json.loads(dict(docker)["ENTRYPOINT"]) == ["trafficbench"] and json.loads(dict(docker)["CMD"]) == ["run"]
    assert [word for word, _ in docker] == ["FROM", "COPY", "RUN", "ENV", "WORKDIR", "ENTRYPOINT", "CMD"]


def test_documents_show_the_commands_that_the_recipes_show():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    recipe = (ROOT / "scripts/docker/Dockerfile").read_text(encoding="utf-8")
    command = re.search(r"^#   (docker build .*)$", recipe, re.MULTILINE)[1]
    assert command in readme
    assert "have not been run with those" in (ROOT / "docs/sites.md").read_text(encoding="utf-8")
    assert (ROOT / "scripts/docker/Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()[0] == "build"


def test_steps_of_a_container_fit_the_build():
    assert os.access(ROOT / "scripts/container/build.sh", os.X_OK)
    # The packages are those of scripts/run.sh: the same list gives the same names.
    line = re.search(r"awk '(.*)' (\S+)", CONTAINER)
    found = subprocess.run(["awk", line.group(1), line.group(2)], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = subprocess.run(["bash", "-c", "source scripts/packages.sh; packages_of build"], cwd=ROOT, capture_output=True,
                            text=True, check=True)
    assert found.stdout == listed.stdout and "libmpich-dev" in found.stdout
    presets = json.loads((ROOT / "CMakePresets.json").read_text(encoding="utf-8"))
    names = {preset["name"] for preset in presets["configurePresets"]}
    used = re.findall(r"--preset (\S+)", CONTAINER)
    assert used and set(used) <= names
    assert {name for name in re.findall(r"-D(TRAFFICBENCH_\w+)", CONTAINER)} <= OPTIONS
    # An image goes to other machines.
    assert "-DTRAFFICBENCH_NATIVE=OFF" in CONTAINER
    # What the first preset configures is what is built and installed.
    assert len(set(used)) == 1 and f"cmake --install build/{used[0]} --prefix /opt/trafficbench\n" in CONTAINER


def test_apptainer_test_section_passes_with_this_program():
    commands = re.findall(r"^\s+/opt/trafficbench/bin/trafficbench (.*)$", sections()[1]["test"], re.MULTILINE)
    assert commands
    for words in commands:
        done = call(*words.split())
        assert done.returncode == 0, done.stderr


# ---- ReFrame

class Words(dict):
    """The names that ReFrame puts into a test's body."""


def _hook(stage):
    def with_name(name):
        def mark(function):
            function.hook = (stage, name)
            return function
        return mark
    return with_name


class PipelineKind(type):
    """Stands in for ReFrame's metaclass: parameters, hooks and functions that are found by their marks."""

    @classmethod
    def __prepare__(cls, name, bases):
        def performance_function(unit, perf_key):
            def mark(function):
                function.performance = (unit, perf_key)
                return function
            return mark

        def sanity_function(function):
            function.sanity = True
            return function

        return Words(parameter=lambda values: tuple(values), run_before=_hook("before"), run_after=_hook("after"),
                     performance_function=performance_function, sanity_function=sanity_function)


class RegressionTest(metaclass=PipelineKind):
    """Stands in for ReFrame's: runs the hooks in the order of the pipeline."""

    def __init__(self):
        self.build_system = types.SimpleNamespace()
        self.job = types.SimpleNamespace(launcher=types.SimpleNamespace(options=[]))

    def run_hooks(self):
        for when in (("after", "setup"), ("before", "compile"), ("before", "run")):
            for kind in reversed(type(self).__mro__):
                for member in vars(kind).values():
                    if getattr(member, "hook", None) == when:
                        member(self)


@pytest.fixture(scope="module")
def reframe_tests():
    def assert_true(value, message):
        assert value, message
        return True

    frame = types.ModuleType("reframe")
    frame.RegressionTest = RegressionTest
    frame.simple_test = lambda kind: kind
    utility = types.ModuleType("reframe.utility")
    sanity = types.ModuleType("reframe.utility.sanity")
    sanity.all = all
    sanity.assert_true = assert_true
    frame.utility = utility
    utility.sanity = sanity
    stand_ins = {"reframe": frame, "reframe.utility": utility, "reframe.utility.sanity": sanity}
    folder = str(ROOT / "scripts" / "reframe" / "trafficbench")
    sys.modules.update(stand_ins)
    sys.path.insert(0, folder)
    try:
        import trafficbench_base
        import trafficbench_node

        yield trafficbench_base, trafficbench_node
    finally:
        sys.path.remove(folder)
        for name in (*stand_ins, "trafficbench_base", "trafficbench_node"):
            sys.modules.pop(name, None)


SITES = {"archer2:compute": "archer2", "cirrus-ex:compute": "cirrus-ex"}


def prepared(reframe_tests, partition, nodes):
    test = reframe_tests[1].TrafficbenchNode()
    test.current_partition = types.SimpleNamespace(fullname=partition)
    test.num_nodes = nodes
    test.run_hooks()
    return test


@pytest.mark.parametrize("partition", SITES)
def test_reframe_fills_the_nodes_of_the_site(reframe_tests, partition):
    site = json.loads((ROOT / "scripts" / "sites" / f"{SITES[partition]}.json").read_text(encoding="utf-8"))
    assert partition in reframe_tests[1].TrafficbenchNode.valid_systems
    for nodes in reframe_tests[1].TrafficbenchNode.num_nodes:
        test = prepared(reframe_tests, partition, nodes)
        assert f"{test.num_tasks_per_node}x{test.num_cpus_per_task}" in site["shapes"]
        assert test.num_tasks_per_node * test.num_cpus_per_task == site["node"]["cores"]
        assert test.num_tasks == nodes * test.num_tasks_per_node
        assert "--cpu-bind=none" in test.job.launcher.options
        assert test.env_vars["SRUN_CPUS_PER_TASK"] == str(test.num_cpus_per_task)
    defined = {word[2:].split("=")[0] for word in test.build_system.config_opts}
    assert {name for name in defined if name.startswith("TRAFFICBENCH_")} <= OPTIONS
    assert (ROOT / "CMakeLists.txt").samefile(f"{test.sourcesdir}/CMakeLists.txt")
    assert test.executable == f"{test.build_system.builddir}/bin/trafficbench"


def test_reframe_reads_what_the_program_writes(reframe_tests, tmp_path):
    """The sweep's own options, on a road and a shape that fit here."""
    test = prepared(reframe_tests, "archer2:compute", 1)
    words = list(test.executable_opts)
    for option, small in (("--cells", "1e4"), ("--ranks", "1"), ("--threads", "1")):
        words[words.index(option) + 1] = small
    done = subprocess.run([PROGRAM, *words, "--visits", "1"], cwd=tmp_path, env=environment(), capture_output=True,
                          text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    test.stagedir = str(tmp_path)
    assert test.assert_verified()
    found = {member.performance[1]: member(test) for kind in type(test).__mro__ for member in vars(kind).values()
             if hasattr(member, "performance")}
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert found == {row["count"]: row["mcops"] for row in report["benchmarks"]}
    assert set(found) == set(test.reference["*"])

    # A row that failed fails the test, and so does a report without rows.
    for rows in ([dict(report["benchmarks"][0], verified=False)], []):
        (tmp_path / "report.json").write_text(json.dumps(dict(report, benchmarks=rows)), encoding="utf-8")
        with pytest.raises(AssertionError):
            test.assert_verified()
