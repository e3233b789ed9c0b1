"""What a build says of itself: its configuration, with a generator of one or of several, and whether it was optimised."""

import json
import re
import shutil
import subprocess

import pytest
from program import BUILD, ROOT, call, needs_ranks, small_sweep, start, write_executable
from report_helpers import load_report

PROJECT = f"""\
cmake_minimum_required(VERSION 3.24)
project(shown VERSION 1.2.3 LANGUAGES CXX)
include({ROOT}/scripts/cmake/version.cmake)
"""


def headers(folder, *options):
    """{configuration: (build type, flags)} of a build of version_info.hpp alone."""
    (folder / "CMakeLists.txt").write_text(PROJECT, encoding="utf-8")
    build = folder / "build"
    subprocess.run(["cmake", "-S", folder, "-B", build, *options], check=True, capture_output=True, timeout=120)
    found = {}
    for configuration in ["Debug", "Release"] if "Ninja Multi-Config" in options else [""]:
        words = ["--config", configuration] if configuration else []
        target = ["--target", "trafficbench_commit"]
        subprocess.run(["cmake", "--build", build, *words, *target], check=True, capture_output=True, timeout=120)
    for path in build.glob("generated/*/include/version_info.hpp"):
        text = path.read_text(encoding="utf-8")
        assert 'kVersion[] = "1.2.3"' in text and "@" not in text
        values = dict(re.findall(r'(k\w+)\[\] = "(.*)";', text))
        found[path.parts[-3]] = values["kBuildType"], values["kFlags"]
    return found


@pytest.fixture(autouse=True, scope="module")
def tools():
    for tool in ["cmake", "ninja"]:
        if shutil.which(tool) is None:
            pytest.skip(f"needs {tool}")


def test_every_configuration_of_several_says_its_own(tmp_path):
    found = headers(tmp_path, "-G", "Ninja Multi-Config", "-DCMAKE_CXX_FLAGS_DEBUG=-O0", "-DCMAKE_CXX_FLAGS_RELEASE=-O2")
    assert found["Debug"] == ("Debug", "-O0") and found["Release"] == ("Release", "-O2")


def test_build_type_is_named(tmp_path):
    options = ["-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS=-DNAME=\"a\"", "-DCMAKE_CXX_FLAGS_DEBUG=-O1"]
    assert headers(tmp_path, *options) == {"Debug": ("Debug", r"-DNAME=\"a\" -O1")}


def test_no_build_type_is_none(tmp_path):
    assert headers(tmp_path, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=", "-DCMAKE_CXX_FLAGS=-O1") == {"none": ("none", "-O1")}


def test_flags_that_cmake_adds_by_itself_are_named(tmp_path):
    options = ["-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_FLAGS_RELEASE=-O2"]
    plain = headers(tmp_path, *options)["Release"][1]
    link_time = headers(tmp_path, *options, "-DCMAKE_INTERPROCEDURAL_OPTIMIZATION=ON")["Release"][1]
    assert plain == "-O2" and link_time.startswith("-O2 -flto")
    for_release = ["-DCMAKE_INTERPROCEDURAL_OPTIMIZATION=OFF", "-DCMAKE_INTERPROCEDURAL_OPTIMIZATION_RELEASE=ON"]
    assert headers(tmp_path, *options, *for_release)["Release"][1] == link_time
    more = ["-DCMAKE_INTERPROCEDURAL_OPTIMIZATION_RELEASE=OFF", "-DCMAKE_POSITION_INDEPENDENT_CODE=ON"]
    assert headers(tmp_path, *options, *more)["Release"][1] == "-O2 -fPIC"


SMALL = ["-G", "Ninja", *(f"-DTRAFFICBENCH_{part}=OFF" for part in ["MPI", "HWLOC", "TESTS", "BENCH", "PYTHON_MODULE"])]


def configured(folder, *options, file="kernels/variants/naive.cpp"):
    """The word for word command that compiles `file`, what the program will say of its flags, and what CMake warned of."""
    words = ["cmake", "-S", ROOT, "-B", folder, *SMALL, "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", *options]
    done = subprocess.run(words, check=True, capture_output=True, text=True, timeout=300)
    commands = json.loads((folder / "compile_commands.json").read_text(encoding="utf-8"))
    (command,) = [each["command"] for each in commands if each["file"].endswith(file)]
    (header,) = folder.glob("generated/*/include/version_info.hpp")
    flags = re.search(r'kFlags\[\] = "(.*)";', header.read_text(encoding="utf-8"))[1]
    return command, flags, " ".join(done.stderr.split())


def test_flags_of_the_user_are_taken_and_named(tmp_path):
    command, flags, warned = configured(tmp_path, "-DCMAKE_CXX_FLAGS_RELEASE=-O2 -march=native", "-DCMAKE_INTERPROCEDURAL_OPTIMIZATION=ON")
    assert flags.startswith("-O2 -march=native -flto") and "optimisation" not in warned
    assert all(word in command.split() for word in flags.split()) and "-O3" not in command.split()


def test_release_is_o3_unless_told_otherwise(tmp_path):
    command, flags, warned = configured(tmp_path)
    assert flags == "-O3 -DNDEBUG" and "-O3 -DNDEBUG" in command and "optimisation" not in warned


def test_a_build_for_a_profiler_is_release_with_frame_pointers(tmp_path):
    command, flags, _ = configured(tmp_path, "--preset", "profile")
    assert flags == "-g -fno-omit-frame-pointer -O3 -DNDEBUG" and flags in command


def test_regions_are_those_of_a_profiler_that_is_there(tmp_path):
    words = ["cmake", "-S", ROOT, "-B", tmp_path / "b", *SMALL]
    for name, word in [("vtune", "it is likwid, scorep, craypat or OFF"), ("craypat", "whose pat_api.h is not found")]:
        done = subprocess.run([*words, f"-DTRAFFICBENCH_REGIONS={name}"], capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode != 0 and word in " ".join(done.stderr.split())
    there = [f"-DCMAKE_PREFIX_PATH={tmp_path}", "-DTRAFFICBENCH_REGIONS=craypat"]
    (tmp_path / "include").mkdir()
    (tmp_path / "include" / "pat_api.h").touch()
    command = configured(tmp_path / "b", *there, file="drivers/road/simulation.cpp")[0]
    assert "-DTRAFFICBENCH_REGIONS_CRAYPAT" in command.split() and f"{tmp_path}/include" in command
    # Then for another profiler, in the same folder: what was found of the first one is not taken for its header.
    (tmp_path / "other" / "include" / "scorep").mkdir(parents=True)
    (tmp_path / "other" / "include" / "scorep" / "SCOREP_User.h").touch()
    there = [f"-DCMAKE_PREFIX_PATH={tmp_path}/other", "-DTRAFFICBENCH_REGIONS=scorep"]
    command = configured(tmp_path / "b", *there, file="drivers/road/simulation.cpp")[0]
    assert f"{tmp_path}/other/include" in command and f"{tmp_path}/include" not in command


def test_a_generator_of_several_configurations_builds_where_scripts_look(tmp_path):
    """Release, in the folder bin; others in folders of their own. The launcher is beside each."""
    words = ["cmake", "-S", ROOT, "-B", tmp_path, *SMALL[2:], "-G", "Ninja Multi-Config"]
    subprocess.run(words, check=True, capture_output=True, text=True, timeout=300)
    for configuration, folder in (("Release", "bin"), ("Debug", "bin/Debug")):
        rules = (tmp_path / "CMakeFiles" / f"impl-{configuration}.ninja").read_text(encoding="utf-8")
        assert f"build {folder}/trafficbench: " in rules and (tmp_path / folder / "trafficbench-mpiexec").exists()
    presets = json.loads((ROOT / "CMakePresets.json").read_text(encoding="utf-8"))
    assert all(preset["configuration"] in ("Release", "Debug") for preset in presets["buildPresets"])


def test_launcher_of_a_build_in_any_folder_is_a_word_of_the_shell(tmp_path):
    needs_ranks()
    folder = tmp_path / "it's a $HOME `x` build"
    mpiexec = write_executable(tmp_path / "o'ne" / "mpiexec.mpich", "#!/bin/sh\necho HYDRA build details: MPICH, called with \"$*\"\n")
    family = (BUILD / "launcher.sh").read_text(encoding="utf-8").split("mpi_family=")[1].split()[0]
    own = [] if family == "openmpi" else [f"-DMPIEXEC_EXECUTABLE={mpiexec}"]
    subprocess.run(["cmake", "-S", ROOT, "-B", folder, *SMALL[:2], *SMALL[3:], "--preset", family, *own], check=True, capture_output=True,
                   text=True, timeout=300)  # fmt: skip
    script = 'source "$1/launcher.sh"; printf "%s\\n" "${launcher[@]}"; "${launcher[@]}" 2 /bin/echo "a b\'c"'
    done = start(["bash", "-c", script, "it", folder])
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert said[:2] == [f"{folder}/bin/trafficbench-mpiexec", "-n"]
    assert said[2:] == (["a b'c"] * 2 if not own else ["HYDRA build details: MPICH, called with --bind-to none -n 2 /bin/echo a b'c"])


def test_a_build_without_optimisation_is_warned_of(tmp_path):
    _, flags, warned = configured(tmp_path / "none", "-DCMAKE_BUILD_TYPE=None")
    assert flags == "" and "CMAKE_BUILD_TYPE is None, and the flags are '': without optimisation rates say little" in warned
    # As Debian's packages are built.
    _, flags, warned = configured(tmp_path / "debian", "-DCMAKE_BUILD_TYPE=None", "-DCMAKE_CXX_FLAGS=-g -O2")
    assert flags == "-g -O2" and "optimisation" not in warned


def test_a_program_without_optimisation_says_so(tmp_path):
    unoptimised = BUILD / "bin" / "unoptimised"
    note = "trafficbench: note: this program was built without optimisation: its rates say little (-DCMAKE_BUILD_TYPE=Release)"
    for words in [["run", "--cells", 1000], [*small_sweep(kernels="naive", cells="1000")]]:
        report = tmp_path / f"{words[0]}.json"
        done = start([unoptimised, *words, "--output", report], cwd=tmp_path)
        assert done.returncode == 0 and done.stderr.splitlines().count(note) == 1, done.stderr
        assert load_report(report)["context"]["runs"][0]["optimised"] is False
    assert " (not optimised)" in start([unoptimised, "--version"]).stdout.splitlines()[1]
    done = call("run", "--cells", 1000, "--json", cwd=tmp_path)
    assert json.loads(done.stdout)["context"]["runs"][0]["optimised"] is True and note not in done.stderr
    assert "optimised" not in call("--version").stdout


def test_program_names_its_build_type():
    said = call("--version").stdout.splitlines()[1]
    assert re.search(r", \w+ ", said), said
