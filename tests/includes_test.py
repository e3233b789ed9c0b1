"""The walls of the house: a file includes only from the rooms of drivers/ that its own CMake target links, and from kernels/.

Linking stops nobody from including: all folders are in the include path. So this test reads every #include of drivers/, kernels/
and bench/ and holds it against the targets' links, as the CMakeLists.txt of these folders state them. Room R is the folder
drivers/R and the target traffic_R. The links in turn must go down the list of rooms in docs/design.md.

Run: python3 -m pytest tests/includes_test.py
"""

import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("kernels", "drivers", "bench")


@dataclass
class Target:
    """What CMake is told of one target."""

    sources: set = field(default_factory=set)  # paths from the root of the tree
    links: dict = field(default_factory=dict)  # name -> (is passed on to those who link this target, "file:line")


def cmake_commands(text):
    """(name, arguments, line) of every command of a CMake file. Conditions are not looked at: all branches count."""
    text = re.sub(r"#[^\n]*", "", text)
    for match in re.finditer(r"\b(\w+)\s*\(", text):
        depth, end = 1, match.end()
        while depth > 0:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        yield match.group(1).lower(), text[match.end():end - 1].split(), text.count("\n", 0, match.start()) + 1


def plain_command(command, arguments):
    """add_room, the function of drivers/CMakeLists.txt, as the commands that it stands for; others as they are."""
    if command != "add_room":
        return [(command, arguments)]
    name, keyword, parts = arguments[0], None, {"SOURCES": [], "PUBLIC": [], "PRIVATE": []}
    for argument in arguments[1:]:
        if argument in parts:
            keyword = argument
        elif keyword is not None:  # before the first stand options: COLD
            parts[keyword].append(argument)
    return [("add_library", [f"traffic_{name}", *(f"{name}/{source}" for source in parts["SOURCES"])]),
            ("target_link_libraries", [f"traffic_{name}", "PUBLIC", *parts["PUBLIC"], "PRIVATE", *parts["PRIVATE"]])]


def read_targets(root):
    targets = {}
    for file in sorted(path for folder in FOLDERS for path in (root / folder).rglob("CMakeLists.txt")):
        written = [(*plain, line) for command, arguments, line in cmake_commands(file.read_text(encoding="utf-8"))
                   for plain in plain_command(command, arguments)]
        for command, arguments, line in written:
            if command in ("add_library", "add_executable", "target_sources"):
                target = targets.setdefault(arguments[0], Target())
                paths = [file.parent / argument for argument in arguments[1:]]
                target.sources |= {path.relative_to(root).as_posix() for path in paths if path.is_file()}
            elif command == "target_link_libraries":
                target = targets.setdefault(arguments[0], Target())
                passed_on = True
                for argument in arguments[1:]:
                    if argument in ("PUBLIC", "INTERFACE", "PRIVATE"):
                        passed_on = argument != "PRIVATE"
                    else:
                        target.links[argument] = (passed_on, f"{file.relative_to(root).as_posix()}:{line}")
    return targets


def linked(targets, name):
    """The target itself, what it links, and what these pass on."""
    found = {name}
    left = list(targets[name].links)
    while left:
        link = left.pop()
        if link in found:
            continue
        found.add(link)
        if link in targets:
            left += [further for further, (passed_on, _) in targets[link].links.items() if passed_on]
    return found


def includes(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*[<"]((?:(?:drivers|kernels|bench|tests)/|\.)[^">]+)[">]', line)
        if match:
            yield number, match.group(1)


def room_of(path):
    """The room that a path from the root of the tree lies in; None for what is no part of one."""
    parts = path.split("/")
    return parts[1] if parts[0] == "drivers" and len(parts) > 2 else None


def rooms_listed(root):
    """The rooms as docs/design.md lists them in an indented block, lowest first."""
    names = re.findall(r"^ {4}([a-z]+)/ ", (root / "docs" / "design.md").read_text(encoding="utf-8"), re.MULTILINE)
    return [name for name in reversed(names) if (root / "drivers" / name).is_dir()]


def owners(targets, path):
    """The targets whose links decide what a file may include."""
    room = room_of(path)
    if room is not None:
        return [f"traffic_{room}"]
    if path.startswith("kernels/"):
        return ["traffic_kernels"]
    return [name for name, target in targets.items() if path in target.sources]


def problems_of_includes(root, targets):
    files = [path for folder in FOLDERS for suffix in ("*.hpp", "*.h", "*.cpp", "*.c") for path in (root / folder).rglob(suffix)]
    for path in sorted(files):
        name = path.relative_to(root).as_posix()
        for line, included in includes(path):
            where = f"{name}:{line}: includes {included}"
            top = included.split("/")[0]
            if top in (".", ".."):
                yield f"{where}: write the path from the root of the tree"
                continue
            if top not in ("drivers", "kernels"):
                yield f"{where}: nothing but {top}/ may include from {top}/"
                continue
            if top == "drivers" and not name.startswith("drivers/"):
                yield f"{where}: {name.split('/')[0]}/ knows nothing of drivers/"
                continue
            needed = "traffic_kernels" if top == "kernels" else f"traffic_{room_of(included)}"
            if room_of(included) is None and top == "drivers":
                yield f"{where}, which is in no room"
                continue
            for owner in owners(targets, name):
                if owner not in targets:
                    yield f"{where}, but there is no target {owner}"
                elif needed not in linked(targets, owner):
                    yield f"{where}, but {owner} does not link {needed}"


def problems_of_links(root, targets):
    order = rooms_listed(root)
    rooms = {path.name for path in (root / "drivers").iterdir() if path.is_dir() and any(path.glob("*.cpp"))}
    for room in sorted(rooms - set(order)):
        yield f"docs/design.md: the list of rooms lacks {room}"
    for room in order:
        target = targets.get(f"traffic_{room}")
        if target is None:
            yield f"drivers/CMakeLists.txt: there is no target traffic_{room} for the room {room}"
            continue
        for source in sorted(target.sources):
            if room_of(source) != room:
                yield f"drivers/CMakeLists.txt: traffic_{room} is made from {source}, which lies elsewhere"
        for link, (_, where) in target.links.items():
            other = link.removeprefix("traffic_")
            if link.startswith("traffic_") and other in order and order.index(other) >= order.index(room):
                yield f"{where}: traffic_{room} links {link}, which is not below it in the list of rooms"


def problems(root):
    targets = read_targets(root)
    return [*problems_of_links(root, targets), *problems_of_includes(root, targets)]


def test_includes_and_links_go_downward():
    found = problems(ROOT)
    assert not found, "\n".join(["", *found])


# The test of the test: a copy of the tree, in which something is wrong.


@pytest.fixture
def tree(tmp_path):
    for folder in (*FOLDERS, "docs"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    assert problems(tmp_path) == []
    return tmp_path


def prepend(path, line):
    path.write_text(line + "\n" + path.read_text(encoding="utf-8"), encoding="utf-8")


def test_an_upward_include_is_found(tree):
    prepend(tree / "drivers/base/files.cpp", '#include "drivers/road/simulation.hpp"')
    assert problems(tree) == [
        "drivers/base/files.cpp:1: includes drivers/road/simulation.hpp, but traffic_base does not link traffic_road"]


def test_an_upward_include_in_a_header_is_found(tree):
    prepend(tree / "drivers/io/road_file.hpp", '  #  include "drivers/road/simulation.hpp"')
    assert problems(tree) == [
        "drivers/io/road_file.hpp:1: includes drivers/road/simulation.hpp, but traffic_io does not link traffic_road"]


def test_kernels_and_bench_include_nothing_of_drivers(tree):
    prepend(tree / "kernels/clock.hpp", '#include "drivers/base/files.hpp"')
    prepend(tree / "bench/kernels_bench.cpp", '#include "drivers/base/files.hpp"')
    assert problems(tree) == [
        "bench/kernels_bench.cpp:1: includes drivers/base/files.hpp: bench/ knows nothing of drivers/",
        "kernels/clock.hpp:1: includes drivers/base/files.hpp: kernels/ knows nothing of drivers/"]


def test_nobody_includes_from_tests(tree):
    prepend(tree / "drivers/main.cpp", '#include "tests/plain_road.hpp"')
    assert problems(tree) == [
        "drivers/main.cpp:1: includes tests/plain_road.hpp: nothing but tests/ may include from tests/"]


def test_an_include_that_goes_round_the_walls_is_found(tree):
    prepend(tree / "drivers/base/files.cpp", '#include "../road/simulation.hpp"')
    assert problems(tree) == [
        "drivers/base/files.cpp:1: includes ../road/simulation.hpp: write the path from the root of the tree"]


def test_a_link_that_goes_up_is_found(tree):
    file = tree / "drivers/CMakeLists.txt"
    with file.open("a", encoding="utf-8") as cmake:
        cmake.write("target_link_libraries(traffic_base PRIVATE traffic_road)\n")
    line = len(file.read_text(encoding="utf-8").splitlines())
    # That the include would now be allowed does not hide it.
    prepend(tree / "drivers/base/files.cpp", '#include "drivers/road/simulation.hpp"')
    assert problems(tree) == [
        f"drivers/CMakeLists.txt:{line}: traffic_base links traffic_road, which is not below it in the list of rooms"]


def test_a_link_that_is_gone_is_missed(tree):
    file = tree / "drivers/CMakeLists.txt"
    text = re.sub(r"((?:target_link_libraries\(traffic_|add_room\()road\b[^)]*?)\btraffic_io\b", r"\1", file.read_text(encoding="utf-8"))
    assert text != file.read_text(encoding="utf-8")
    file.write_text(text, encoding="utf-8")
    found = problems(tree)
    assert any(re.fullmatch(r"drivers/road/start\.cpp:\d+: includes drivers/io/road_file\.hpp, "
                            r"but traffic_road does not link traffic_io", problem) for problem in found), found


def test_a_room_that_the_list_lacks_is_named(tree):
    (tree / "drivers/attic").mkdir()
    (tree / "drivers/attic/box.cpp").write_text("", encoding="utf-8")
    assert problems(tree) == ["docs/design.md: the list of rooms lacks attic"]


def test_a_source_in_another_room_is_named(tree):
    with (tree / "drivers/CMakeLists.txt").open("a", encoding="utf-8") as cmake:
        cmake.write("target_sources(traffic_base PRIVATE io/road_file.cpp)\n")
    assert problems(tree) == ["drivers/CMakeLists.txt: traffic_base is made from drivers/io/road_file.cpp, which lies elsewhere"]


def test_links_are_passed_on_only_if_public(tmp_path):
    (tmp_path / "drivers").mkdir()
    (tmp_path / "drivers/CMakeLists.txt").write_text("""
        # traffic_x links traffic_nothing: a comment
        add_library(traffic_a STATIC) add_library(traffic_b STATIC)
        target_link_libraries(traffic_b PUBLIC traffic_a fmt::fmt
                              PRIVATE traffic_hidden)
        add_room(d SOURCES x.cpp
          PUBLIC traffic_c PRIVATE traffic_hidden)
        if(SOME)
          target_link_libraries(traffic_c traffic_b)
        endif()
        """, encoding="utf-8")
    targets = read_targets(tmp_path)
    assert linked(targets, "traffic_c") == {"traffic_c", "traffic_b", "traffic_a", "fmt::fmt"}
    assert linked(targets, "traffic_d") == linked(targets, "traffic_c") | {"traffic_d", "traffic_hidden"}
    assert linked(targets, "traffic_b") == {"traffic_b", "traffic_a", "fmt::fmt", "traffic_hidden"}
