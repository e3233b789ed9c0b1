"""What a build says of itself: its configuration, with a generator of one or of several."""

import re
import shutil
import subprocess

import pytest
from program import ROOT, call

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


def test_program_names_its_build_type():
    said = call("--version").stdout.splitlines()[1]
    assert re.search(r", \w+ ", said), said
