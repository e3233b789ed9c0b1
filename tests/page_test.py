"""The report page as people see it: opened in headless Chromium, looked at, filtered and sorted (tests/page/look.js).

Needs node, Chromium and playwright-core: npm ci --prefix tests/page. Without them nothing is tested, and that is said; with
TRAFFICBENCH_PAGE=required it is a failure.

Run: TRAFFICBENCH_PAGE=required /usr/bin/python3 -m pytest tests/page_test.py
Environment:
  TRAFFICBENCH_CHROMIUM    the browser, /usr/bin/chromium if not set
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import made_up_report
import pytest
from report_helpers import SCHEMA_PATH, example, load_report

ROOT = Path(__file__).resolve().parent.parent
LOOK = ROOT / "tests" / "page" / "look.js"
CHROMIUM = os.environ.get("TRAFFICBENCH_CHROMIUM", "/usr/bin/chromium")
PHONE = 390
WIDTHS = [1024, 768, 390, 320]
KINDS = ["measured", "merged", "simulated", "closed-form", "failed", "skipped", "ladder", "io", "version-1"]


def missing():
    lacks = [name for name, there in [
        ("node", shutil.which("node")),
        (f"Chromium ({CHROMIUM})", Path(CHROMIUM).exists()),
        ("playwright-core (npm ci --prefix tests/page)", (LOOK.parent / "node_modules" / "playwright-core").exists()),
    ] if not there]  # fmt: skip
    return ", ".join(lacks)


@pytest.fixture(scope="session", autouse=True)
def browser():
    lacks = missing()
    if lacks and os.environ.get("TRAFFICBENCH_PAGE") == "required":
        pytest.fail(f"missing: {lacks}")
    if lacks:
        pytest.skip(f"needs a browser: {lacks}. The page was not looked at")


def make_page(reports, folder, status=0):
    path = folder / "page.html"
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "report.py", *map(str, reports), "--output", str(path), "--quiet"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stderr
    return path


def look(folder, *steps):
    """What is seen after each step. No complaint on the console, no request to a network: ever."""
    file = folder / "steps.json"
    file.write_text(json.dumps(steps), encoding="utf-8")
    done = subprocess.run(["node", LOOK, file], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["complaints"] == [] and seen["requests"] == []
    return seen["results"]


def window(page, **how):
    return {"open": {"page": str(page), "width": 1400, "height": 900, "scheme": "light", **how}}


@pytest.fixture(scope="session")
def study(tmp_path_factory):
    """A made-up study of several sizes and shapes, strong and weak, with failed, warned and skipped rows."""
    folder = tmp_path_factory.mktemp("study")
    shapes = [(2**k, 1) for k in range(6)] + [(1, 2), (1, 4), (8, 16)]
    strong = made_up_report.make(kernels=tuple(made_up_report.RATES), shapes=shapes, cells=(10**8, 10**9))
    for i, row in enumerate(strong["benchmarks"]):
        if row["count"] == "every" and row["threads"] == 1:
            if row["kernel"] == "bitsliced" and row["ranks"] == 8:
                made_up_report.fail(strong, i)
            if row["kernel"] == "tiled" and row["ranks"] == 16:
                row["warnings"] = ["clock_changed"]
    skipped = example("skipped")["benchmarks"][0]
    strong["benchmarks"].append(skipped)
    weak = made_up_report.make(kernels=("naive", "tiled"), shapes=shapes, cells=(10**7,), mode="weak")
    paths = [made_up_report.save(strong, folder / "strong.json"), made_up_report.save(weak, folder / "weak.json")]
    return make_page(paths, folder, status=1), [load_report(path) for path in paths]


@pytest.fixture(scope="session")
def seen(study):
    """The page of the study: in a wide window, another view of the first plot, dark, narrower and narrower; then on a phone."""
    page, _ = study
    names = ["wide", "plots", "other view", "dark", "dark plots", *WIDTHS, "narrow plots", "phone", "phone plots"]
    results = look(
        page.parent,
        window(page),
        {"plots": True},
        {"view": [0, 1]},
        {"scheme": "dark"},
        {"plots": True},
        *({"width": width} for width in WIDTHS),
        {"plots": True},
        window(page, width=PHONE, height=800, scheme="dark"),
        {"plots": True},
    )
    return dict(zip(names, results))


@pytest.fixture(scope="session")
def tables(study):
    """What the table of the study shows after each of these steps."""
    page, _ = study
    steps = {
        "words": {"filter": "tiled ranks:2/"},
        "words and choice": {"choose": ["count", "every"]},
        "cleared": {"clear": True},
        "none": {"filter": "nothing like it"},
        "tiled": {"filter": "tiled"},
        "clear again": {"clear": True},
        "failed": {"chip": "failed"},
        "and again": {"clear": True},
        "more": {"more": True},
        "opened": {"row": 0},
        "closed": {"row": 0},
        "down": {"sort": "mcops"},
        "up": {"sort": "mcops"},
        "by word": {"sort": "kernel"},
    }
    return dict(zip(["page", *steps], look(page.parent, window(page), *steps.values())))


@pytest.fixture(scope="session")
def examples(tmp_path_factory):
    """Each example's page, its plots, and its table sorted both ways by rate."""
    steps, folder = [], tmp_path_factory.mktemp("examples")
    for kind in KINDS:
        (folder / kind).mkdir()
        page = make_page(
            [SCHEMA_PATH.parent / f"example-{kind}.json"], folder / kind, status=1 if kind == "failed" else 0
        )
        steps += [window(page), {"plots": True}, {"sort": "mcops"}, {"sort": "mcops"}]
    results = look(folder, *steps)
    return {kind: results[4 * i : 4 * i + 4] for i, kind in enumerate(KINDS)}


def length_of(row):
    """Of the road; where it grows with the cores, of the part of one."""
    return row["cells"] / (row["ranks"] * row["threads"] if row["mode"] == "weak" else 1)


def rows_of(reports):
    return [row for report in reports for row in report["benchmarks"]]


# --- plots -------------------------------------------------------------------------------------------------------------


def measure_of(plot):
    title = plot["title"].lower()
    for key in ("speedup", "efficiency"):
        if key in title:
            return key
    if "roofline" in title or title.startswith("rates of several reports"):
        return "mcops_best"
    if plot["section"] in ("across", "history"):
        return "mcops"
    if plot["section"] == "energy":
        return "energy_joules"
    if plot["section"] == "sizes":
        return "mcops" if plot["caption"].startswith("Median") else "mcops_best"
    return {"ladder": "mcops_best", "limits": "fraction_of_limit", "closed-form": "real_time"}.get(plot["section"])


def check_plots(plots, rows):
    """Every plot shows marks, as many as it holds, and each has the number that the JSON has for its row."""
    for plot in plots:
        if plot["section"] == "visits":
            check_strip(plot)
            continue
        if plot["section"] == "nodes":
            check_nodes(plot)
            continue
        if plot["title"].startswith("Times as fast"):
            check_ratios(plot)
            continue
        if plot["section"] in ("io", "io-cached"):
            check_files(plot, rows)
            continue
        check_medians(plot, rows)
        marks = [trace for trace in plot["traces"] if trace["meta"] == "marks"]
        held = sum(len(trace["rows"]) for trace in marks)
        drawn = plot["bars"] if marks[0]["type"] == "bar" else plot["points"]
        assert held > 0 and drawn >= held, f"{plot['section']} {plot['title']} {plot['count']}: {drawn} of {held} marks"
        assert plot["height"] > 100
        for trace in marks:
            values = trace["x"] if trace["type"] == "bar" else trace["y"]
            for i, (number, value) in enumerate(zip(trace["rows"], values)):
                row = rows[number]
                assert row["count"] == plot["count"]
                measure = measure_of(plot)
                if measure is None:
                    part = trace["name"]
                    expected = row["shares"][part] if part != "driver" else max(0, 1 - sum(row["shares"].values()))
                    assert value == pytest.approx(expected, abs=1e-6)
                    continue
                if measure == "fraction_of_limit":
                    expected = row["mcops_best"] / row["limit_mcops"]
                elif plot["title"].startswith("All rates"):
                    continue  # over the first of each kernel
                elif measure == "energy_joules":
                    expected = 1000 * row["energy_joules"] / row["steps"]
                else:
                    # Times of the closed form are drawn in milliseconds.
                    expected = row[measure] / (1e6 if measure == "real_time" else 1)
                assert value == pytest.approx(expected, rel=1e-6)
                if measure in ("mcops", "speedup") and row[f"{measure}_low"] is not None:
                    assert trace["high"][i] == pytest.approx(
                        row[f"{measure}_high"] - row[measure], rel=1e-3, abs=1e-6 * value
                    )
                    assert trace["low"][i] == pytest.approx(
                        row[measure] - row[f"{measure}_low"], rel=1e-3, abs=1e-6 * value
                    )


def check_strip(plot):
    """One lane below the other, each with a point for every visit."""
    assert plot["count"] is None
    points = [len(trace["x"]) for trace in plot["traces"]]
    # The example of a merge is of nodes that know of no steal time; its second launch is of two.
    _, _, unknown = plot["caption"].partition("Not known here: ")
    recorded = 3 - len(unknown.split(".")[0].split(", ")) if unknown else 3
    hosts = len({trace["name"] for trace in plot["traces"]} - {"rate"})
    assert len(points) == 1 + recorded * hosts and min(points) > 0 and plot["points"] >= sum(points)
    assert [trace["name"] for trace in plot["traces"]][0] == "rate" and plot["height"] > 300


def check_nodes(plot):
    """A point for each node with its interval, the slowest first, and the lines that they are held against."""
    (marks,) = [trace for trace in plot["traces"] if trace["meta"] == "marks"]
    lines = [trace["x"][0] for trace in plot["traces"] if trace["meta"] == "curve"]
    assert marks["x"] == sorted(marks["x"], reverse=True) and marks["y"] == list(range(len(marks["x"])))
    assert len(marks["x"]) >= 2 and plot["points"] >= len(marks["x"]) and min(marks["low"] + marks["high"]) > 0
    assert lines == [1, 1.05] and plot["lines"] >= 2 and plot["height"] > 100


def check_files(plot, rows):
    """Points at the median rates; or bars that are a repetition's phases, with the median time of the row on each."""
    assert plot["count"] is None and plot["height"] > 100
    marks = [trace for trace in plot["traces"] if trace["meta"] == "marks"]
    assert {rows[number]["sync"] for trace in marks for number in trace["rows"]} == {"synced" if plot["section"] == "io" else "cached"}
    if marks[0]["type"] != "bar":
        for trace in marks:
            for number, value, low, high in zip(trace["rows"], trace["y"], trace["low"], trace["high"]):
                ends = [rows[number][f"megabytes_per_second{end}"] for end in ("_low", "", "_high")]
                assert [value - low, value, value + high] == pytest.approx(ends, rel=1e-5)
        return
    assert plot["bars"] > 0
    for bar in zip(*(zip(trace["rows"], trace["x"]) for trace in marks)):
        row, seconds = rows[bar[0][0]], sum(value for _, value in bar)
        assert any(seconds == pytest.approx(sample, rel=1e-5) for sample in row["samples"])
    (medians,) = [trace for trace in plot["traces"] if trace["meta"] == "medians"]
    for number, value, low, high in zip(medians["rows"], medians["x"], medians["low"], medians["high"]):
        ends = [rows[number][f"real_time{end}"] / 1e9 for end in ("_low", "", "_high")]
        assert [value - low, value, value + high] == pytest.approx(ends, rel=1e-5)


def check_ratios(plot):
    """A point for each kernel, and the line where both are as fast."""
    (marks,) = [trace for trace in plot["traces"] if trace["meta"] == "marks"]
    assert marks["x"] and plot["points"] >= len(marks["x"]) and min(marks["x"]) > 0 and plot["height"] > 100
    assert [trace["x"][0] for trace in plot["traces"] if trace["meta"] == "curve"] == [1]


def check_medians(plot, rows):
    """Where bars are the best, the median lies on each with its interval."""
    by_best = plot["section"] in ("ladder", "limits") and "Roofline" not in plot["title"] or plot["title"].startswith("Rates of several")
    medians = [trace for trace in plot["traces"] if trace["meta"] == "medians"]
    assert len(medians) == by_best
    for trace in medians:
        assert plot["points"] >= len(trace["rows"]) == plot["bars"]
        for number, value, low, high in zip(trace["rows"], trace["x"], trace["low"], trace["high"]):
            row = rows[number]
            unit = row["limit_mcops"] if plot["section"] == "limits" else 1.0
            assert value == pytest.approx(row["mcops"] / unit, rel=1e-6)
            if row["mcops_low"] is not None:
                assert value - low == pytest.approx(row["mcops_low"] / unit, rel=1e-6)
                assert value + high == pytest.approx(row["mcops_high"] / unit, rel=1e-6)


def test_every_plot_has_its_marks_wide_and_on_a_phone(study, seen):
    for plots in (seen["plots"], seen["phone plots"]):
        assert {plot["section"] for plot in plots} == {"ladder", "sizes", "strong", "weak", "shares", "limits", "visits"}
        check_plots(plots, rows_of(study[1]))
    assert all(plot["width"] <= PHONE for plot in seen["phone plots"])


@pytest.mark.parametrize("kind", KINDS)
def test_examples(examples, kind):
    seen, plots, _, _ = examples[kind]
    assert plots
    rows = load_report(SCHEMA_PATH.parent / f"example-{kind}.json")["benchmarks"]
    check_plots(plots, rows)
    assert seen["scroll"] <= seen["width"]
    apart = {"simulated", "closed-form"} & set(seen["sections"])
    assert apart == {"simulated": {"simulated"}, "closed-form": {"closed-form"}, "version-1": {"closed-form"}}.get(kind, set())


def test_files_wide_and_on_a_phone(tmp_path):
    """Every kind of plot of files, those of the page cache in a section apart; and another view of one."""
    path = made_up_report.save(made_up_report.make_io(), tmp_path / "files.json")
    page = make_page([path], tmp_path)
    wide, plots, _, other, phone, narrow = look(
        tmp_path, window(page), {"plots": True}, {"view": [0, 1]}, {"plots": True}, window(page, width=PHONE, height=800, scheme="dark"), {"plots": True}
    )  # fmt: skip
    files = rows_of([load_report(path)])
    for seen in (plots, other, narrow):
        check_plots(seen, files)
        sections = [plot["section"] for plot in seen if plot["section"] != "visits"]
        assert sections == 6 * ["io"] + 6 * ["io-cached"]
    assert plots[0]["views"] > 1 and plots[0]["caption"] != other[0]["caption"]
    assert wide["scroll"] <= wide["width"] and phone["scroll"] <= phone["width"]
    assert all("NOT OF A DISK" in plot["caption"] and plot["title"].endswith("(CACHED)") for plot in plots if plot["section"] == "io-cached")


def test_measured_reports(tmp_path):
    paths = sorted((ROOT / "results").glob("*.json"))
    assert paths
    page = make_page(paths, tmp_path)
    _, plots = look(tmp_path, window(page), {"plots": True})
    # What was measured comes first.
    reports = sorted(map(load_report, paths), key=lambda report: all(row["origin"] != "measured" for row in report["benchmarks"]))
    check_plots(plots, rows_of(reports))


def test_simulated_plots_are_marked(examples):
    seen, plots, _, _ = examples["simulated"]
    for plot in plots:
        assert plot["section"] == "simulated"
        assert "SIMULATED" in plot["title"] and "NOT MEASURED" in plot["caption"]
        symbols = {trace["symbol"] for trace in plot["traces"] if trace["meta"] == "marks"}
        assert symbols and all("open" in symbol for symbol in symbols)
    assert "not measured" in seen["text"].lower() and "3 simulated" in seen["text"] and "3 modelled" in seen["text"]


def test_kernels_are_never_joined_and_flawed_points_stand_alone(study, seen):
    rows = rows_of(study[1])
    plots = seen["plots"]
    strong = [plot for plot in plots if plot["section"] == "strong" and plot["count"] == "every"]
    for plot in strong:
        lines = [trace for trace in plot["traces"] if trace["meta"] == "line"]
        assert lines and plot["lines"] >= len(lines)
        crosses = [trace for trace in plot["traces"] if "measured with warnings" in (trace.get("name") or "")]
        assert [rows[number]["warnings"] for trace in crosses for number in trace["rows"]] == [["clock_changed"]]
        (odd,) = (value for trace in crosses for value in trace["y"])
        assert all(odd not in trace["y"] for trace in lines)
        assert "MARKED: 1 row measured under clock_changed" in plot["caption"]
        assert "NOT DRAWN: 1 row failed verification" in plot["caption"]
    for plot in plots:
        if plot["section"] in ("ladder", "limits", "shares") and "Roofline" not in plot["title"]:
            assert all(trace["type"] == "bar" for trace in plot["traces"] if trace["meta"] != "medians")


def test_ladder_stands_in_order_with_steps(seen):
    for plot in (plot for plot in seen["plots"] if plot["section"] == "ladder"):
        text = " ".join(plot["texts"])
        places = [text.index(kernel) for kernel in made_up_report.RATES]
        assert places == sorted(places)
        # Of each step two ratios: best over best, and by the median.
        assert text.count("step ×") == 4 * (len(made_up_report.RATES) - 1)


def test_another_view_draws_other_rows(study, seen):
    rows = rows_of(study[1])
    before, after = seen["plots"], seen["other view"]
    check_plots(after, rows)

    def cells(plots):
        return {rows[number]["cells"] for trace in plots[0]["traces"] for number in trace["rows"]}

    assert before[0]["views"] == 2 and cells(before) != cells(after)
    assert before[1] == after[1]


# --- the table ---------------------------------------------------------------------------------------------------------


def column(table, key):
    place = table["keys"].index(key)
    return [entry["cells"][place] for entry in table["rows"]]


def test_filter_finds_rows_by_words_and_by_choice(study, tables):
    rows = rows_of(study[1])
    wanted = [i for i, row in enumerate(rows) if "tiled" in row["name"] and "ranks:2/" in row["name"]]
    assert [entry["row"] for entry in tables["words"]["rows"]] == wanted
    assert tables["words"]["shown"] == f"{len(wanted)} of {len(rows)} rows"
    assert [entry["row"] for entry in tables["words and choice"]["rows"]] == [
        i for i in wanted if rows[i]["count"] == "every"
    ]
    assert len(tables["cleared"]["rows"]) == 100 and tables["cleared"]["shown"] == f"{len(rows)} of {len(rows)} rows"
    assert tables["none"]["rows"] == [] and tables["none"]["shown"].startswith("0 of")
    assert [rows[entry["row"]]["verified"] for entry in tables["failed"]["rows"]] == [False, False]


def test_table_sorts_both_ways(study, tables):
    rows = rows_of(study[1])
    rates = sorted((row["mcops"] for row in rows if row["mcops"] is not None), reverse=True)
    assert tables["page"]["width"] == 1400
    assert tables["down"]["sorted"] == [["mcops", "descending"]]
    assert [rows[entry["row"]]["mcops"] for entry in tables["down"]["rows"]] == rates[:100]
    assert tables["up"]["sorted"] == [["mcops", "ascending"]]
    assert [rows[entry["row"]]["mcops"] for entry in tables["up"]["rows"]] == rates[::-1][:100]
    names = [rows[entry["row"]]["kernel"] for entry in tables["by word"]["rows"]]
    assert names == sorted(names)


def test_rows_without_a_number_come_last_either_way(examples):
    rows = example("skipped")["benchmarks"]
    for table in examples["skipped"][2:]:
        rates = [rows[entry["row"]]["mcops"] for entry in table["rows"]]
        assert rates[0] is not None and rates[1:] == [None, None]


def test_cells_of_the_table_are_the_numbers_of_the_file(study, tables):
    rows = rows_of(study[1])
    table = tables["tiled"]
    assert table["rows"]

    def number(text):
        return float(text.replace(",", "").rstrip("%"))

    for key, factor in [
        ("mcops", 1),
        ("cells", 1),
        ("speedup", 1),
        ("efficiency", 100),
        ("fraction_of_limit", 100),
        ("real_time", 1),
    ]:
        for entry, text in zip(table["rows"], column(table, key)):
            value = rows[entry["row"]][key]
            if value is None:
                assert text == ""
            else:
                assert number(text) == pytest.approx(value * factor, rel=1e-3, abs=0.051 if factor == 100 else 0)


def test_open_row_shows_every_repetition_and_the_placement(study, tables):
    row = rows_of(study[1])[0]
    (text,) = tables["opened"]["opened"]
    assert row["name"] in text and "example: 1 worker, core 0" in text
    for sample in row["samples"]:
        assert f"{float(f'{sample:.5g}'):g}"[:6] in text
    assert tables["closed"]["opened"] == []


def test_more_rows_on_demand(study, tables):
    assert tables["cleared"]["more"]
    assert len(tables["more"]["rows"]) == min(200, len(rows_of(study[1])))


# --- ground and width --------------------------------------------------------------------------------------------------


def brightness(colour):
    return sum(int(part) for part in colour.strip("rgba()").split(",")[:3])


def test_light_and_dark(seen):
    light, dark = seen["wide"], seen["dark"]
    assert brightness(light["ground"]) > 600 > 200 > brightness(light["ink"])
    assert brightness(dark["ground"]) < 200 < 600 < brightness(dark["ink"])
    assert all(plot["ink"] == "#16202c" for plot in seen["plots"])
    assert all(plot["ink"] == "#e8edf3" for plot in seen["dark plots"])


@pytest.mark.parametrize("window_seen", ["wide", *WIDTHS, "phone"])
def test_no_width_makes_the_page_scroll_sideways(seen, window_seen):
    assert seen[window_seen]["scroll"] <= seen[window_seen]["width"]


def test_plots_follow_the_window(study, seen):
    assert all(plot["width"] <= WIDTHS[-1] for plot in seen["narrow plots"])
    check_plots(seen["narrow plots"], rows_of(study[1]))


# --- the first screen --------------------------------------------------------------------------------------------------


def test_the_answer_is_on_the_first_screen_and_before_all_plots(seen):
    assert 0 < seen["wide"]["answer"] < 450 and 0 < seen["phone"]["answer"] < 600
    text = seen["wide"]["text"]
    order = [text.index(part) for part in ("tiled, fastest of", "parallel efficiency on", "rows", "Notes and warnings (", "The ladder\n")]
    assert order == sorted(order)
    # Folded, and there: the banner of the row that failed is not.
    assert "Example, made up" not in text[: order[4]] and "FAILED VERIFICATION" in text[: order[3]]


def test_a_phone_shows_a_plot_a_section_and_the_rates_of_the_table(study):
    page, reports = study
    files = made_up_report.save(made_up_report.make_io(folders=("one",)), page.parent / "files.json")
    (page.parent / "phone").mkdir()
    other = make_page([files], page.parent / "phone")
    narrow = {"width": PHONE, "height": 800}
    phone, table, wide, of_files = look(page.parent, window(page, **narrow), {"filter": "tiled count:every"}, window(page), window(other, **narrow))
    assert set(phone["frames"]) == {1} and max(wide["frames"]) == 4
    assert table["visible"] == ["kernel", "cells", "mcops_best", "mcops"] and table["rows"]
    assert "MB/s" in of_files["text"].split("Every row")[1]
    assert phone["height"] < 16000


def test_plots_keep_their_size_when_the_window_changes_there_and_back(study):
    page, _ = study
    _, fresh, _, narrower, _, back = look(page.parent, window(page), {"plots": True}, {"width": 700}, {"plots": True}, {"width": 1400}, {"plots": True})
    for plots in (fresh, narrower, back):
        # As wide as the frame leaves room for, whatever the width was before.
        assert all(0 <= plot["room"] - plot["drawn"] < 60 and plot["drawn"] == pytest.approx(plot["width"], abs=1) for plot in plots)
    sizes = [[(plot["drawn"], plot["height"]) for plot in plots] for plots in (fresh, back)]
    assert sizes[0] == sizes[1] and min(plot["height"] for plot in narrower) > 210


# --- text --------------------------------------------------------------------------------------------------------------


def test_page_says_what_must_be_known(study, seen):
    _, reports = study
    seen = seen["wide"]
    text = seen["text"]
    for section in ("ladder", "sizes", "strong", "weak", "shares", "limits", "rows", "where", "methods", "rules"):
        assert section in seen["sections"]
    assert "2 rows FAILED VERIFICATION" in text
    assert len(seen["rules"]) == 12 and "broken" in seen["rules"]
    run = reports[0]["context"]["runs"][0]
    for part in (
        run["cpu"]["model"],
        run["commit"],
        run["compiler"],
        run["mpi"]["library"],
        " ".join(run["argv"]),
        "example: 1 worker, core 0",
    ):
        assert part in seen["all"]
    # The page's own words; what reports say of themselves is theirs.
    for part in ("contract", "interval holds", "whoever knows", "counting every", "counting sampled"):
        assert part not in seen["all"]
    assert "moves counted in every iteration" in text and "moves counted in the last iteration only" in text
    sound = [row for row in rows_of(reports) if row["count"] == "every" and row["mcops"] and row["verified"] and not row.get("warnings")]
    longest = max(map(length_of, sound))
    best = max(row["mcops"] for row in sound if length_of(row) == longest)
    assert f"{float(f'{best:.4g}'):,.0f}" in text
