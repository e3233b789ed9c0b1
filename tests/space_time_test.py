"""`run --space-time`: the picture is the road, on any number of ranks, and bad input is refused before the work."""

import os
import struct
import zlib

import pytest
from program import call, needs_ranks, own_lines, refused, succeed


def moved(road):
    cells = len(road)
    return [road[(i + 1) % cells] if car else road[i - 1] for i, car in enumerate(road)]


def rows_of_model(pattern, cells, steps, first, count):
    """The window of a road that starts as `pattern` repeated, a row an iteration."""
    road = [int(pattern[i % len(pattern)]) for i in range(cells)]
    rows = [road[first : first + count]]
    for _ in range(steps):
        road = moved(road)
        rows.append(road[first : first + count])
    return rows


def read_pgm(path):
    """Rows of cells, 1 for a black pixel."""
    magic, size, most, pixels = path.read_bytes().split(b"\n", 3)
    width, height = map(int, size.split())
    assert magic == b"P5" and most == b"255" and len(pixels) == width * height
    assert set(pixels) <= {0, 255}
    return [[1 if value == 0 else 0 for value in pixels[y * width : (y + 1) * width]] for y in range(height)]


def read_png(path):
    """The same of a PNG of two colours, one bit a pixel."""
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind = data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + body)
        chunks[kind] = chunks.get(kind, b"") + body
        at += 12 + length
    width, height, depth, colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (depth, colour) == (1, 3), "one bit a pixel, from a palette"
    palette = [chunks[b"PLTE"][i : i + 3] for i in (0, 3)]
    black = palette.index(b"\0\0\0")
    raw = zlib.decompress(chunks[b"IDAT"])
    stride = 1 + (width + 7) // 8
    rows, before = [], bytes(stride - 1)
    for y in range(height):
        filtered, line = raw[y * stride], bytearray(raw[y * stride + 1 : (y + 1) * stride])
        assert filtered in (0, 1, 2), "a filter that this test does not know"
        for x in range(len(line)):
            line[x] = (line[x] + (line[x - 1] if filtered == 1 and x else before[x] if filtered == 2 else 0)) & 255
        before = bytes(line)
        rows.append([1 if (line[x // 8] >> (7 - x % 8) & 1) == black else 0 for x in range(width)])
    return rows


def has_png(folder):
    done = call("run", "--cells", 10, "--steps", 1, "--space-time", "probe.png", cwd=folder)
    assert done.returncode in (0, 2)
    if done.returncode == 0:
        (folder / "probe.png").unlink()
    return done.returncode == 0


@pytest.mark.parametrize("kernel", ["naive", "bitsliced", "tiled"])
def test_picture_is_the_road(tmp_path, kernel):
    for cells, steps, first, count in [(1, 3, 0, 1), (7, 9, 2, 4), (200, 60, 100, 100), (1001, 40, 930, 71)]:
        options = ["--cells", cells, "--steps", steps, "--kernel", kernel, "--threads", 1, "--init", "pattern:1101000111"]
        succeed("run", *options, "--space-time", "road.pgm", "--window", f"{first}:{count}", "--force", cwd=tmp_path)
        assert read_pgm(tmp_path / "road.pgm") == rows_of_model("1101000111", cells, steps, first, count)
    assert os.listdir(tmp_path) == ["road.pgm"]


def test_picture_is_the_same_on_any_ranks_and_threads(tmp_path):
    needs_ranks()
    options = ["run", "--cells", 500, "--steps", 50, "--count", "sampled", "--seed", 3]
    succeed(*options, "--threads", 1, "--space-time", "one.pgm", "--window", "100:300", cwd=tmp_path)
    succeed(*options, "--threads", 3, "--space-time", "threads.pgm", "--window", "100:300", cwd=tmp_path)
    for ranks in (2, 3):
        succeed(
            *options, "--threads", 1, "--space-time", f"{ranks}.pgm", "--window", "100:300", ranks=ranks, cwd=tmp_path
        )
    pictures = {path.read_bytes() for path in tmp_path.iterdir()}
    assert len(list(tmp_path.iterdir())) == 4 and len(pictures) == 1


def test_png_shows_what_pgm_shows(tmp_path):
    if not has_png(tmp_path):
        pytest.skip("needs libpng: this build is without (Debian: libpng-dev, then configure anew)")
    for cells, window in [(300, "0:300"), (300, "17:83"), (5000, "auto")]:
        options = ["run", "--cells", cells, "--steps", 40, "--threads", 1, "--window", window, "--force"]
        for name in ("road.png", "road.pgm"):
            succeed(*options, "--space-time", name, cwd=tmp_path)
        rows = read_png(tmp_path / "road.png")
        assert rows == read_pgm(tmp_path / "road.pgm")
        assert len(rows) == 41 and len(rows[0]) == {"0:300": 300, "17:83": 83, "auto": 1000}[window]


def test_lines_are_those_without_a_picture(tmp_path):
    options = ["run", "--cells", 2000, "--steps", 30, "--threads", 1]
    plain = succeed(*options).splitlines()
    drawn = call(*options, "--space-time", "road.pgm", cwd=tmp_path)
    velocities = [line for line in plain if line.startswith("At iteration")]
    assert len(velocities) == 10
    assert [line for line in drawn.stdout.splitlines() if line.startswith("At iteration")] == velocities
    assert own_lines(drawn.stderr) == [
        "trafficbench: note: each iteration is made by itself and drawn: the rate says little"
    ]


BAD = [
    (["--space-time", "road.jpg"], ".png or .pgm"),
    (["--space-time", "taken.pgm"], "--force"),
    (["--space-time", "missing/road.pgm"], "no folder missing"),
    (["--space-time", "folder.pgm"], "is a folder"),
    (["--space-time", "/proc/road.pgm"], "/proc"),
    (["--space-time", "road.pgm", "--window", "1"], "FIRST:COUNT"),
    (["--space-time", "road.pgm", "--window", "a:b"], "'a'"),
    (["--space-time", "road.pgm", "--window", ""], "--window is empty"),
    (["--space-time", "road.pgm", "--window", "0:0"], "is 0"),
    (["--space-time", "road.pgm", "--window", "0:1001"], "1001"),
    (["--space-time", "road.pgm", "--window", "1000:1"], "1000"),
    (["--space-time", "road.pgm", "--window", "999:2"], "beyond the road"),
    (["--space-time", "road.pgm", "--window", "-1:5"], "-1"),
    (["--space-time", "road.pgm", "--steps", "1e6"], "too large"),
    (["--space-time", "road.pgm", "--cells", "1e8", "--window", "0:1e7"], "too large"),
    (["--space-time", "road.pgm", "--kernel", "leap"], "leap"),
    (["--space-time", "road.pgm", "--json"], "report"),
    (["--space-time", "road.pgm", "--output", "x.json"], "report"),
    (["--space-time", "road.pgm", "--save", "road.pgm"], "same file"),
    (["--window", "0:5"], "--space-time"),
]


@pytest.mark.parametrize("arguments, word", BAD)
def test_bad_input_is_refused(tmp_path, arguments, word):
    (tmp_path / "taken.pgm").write_text("kept", encoding="utf-8")
    (tmp_path / "folder.pgm").mkdir()
    cells = [] if "--cells" in arguments else ["--cells", "1000"]
    refused("run", *cells, "--threads", 1, *arguments, word=word, cwd=tmp_path)


def test_bad_input_is_one_line_on_several_ranks(tmp_path):
    needs_ranks()
    arguments = ["run", "--cells", 1000, "--threads", 1, "--space-time", "missing/road.pgm"]
    refused(*arguments, word="no folder missing", ranks=2, cwd=tmp_path)
