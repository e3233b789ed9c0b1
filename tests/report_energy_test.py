"""Energy to solution against rate on the page and in the figures.

Run: /usr/bin/python3 -m pytest tests/report_energy_test.py
"""

import made_up_report
import pytest
from report_charts_test import charts_of
from report_helpers import needs_module

from trafficbench_tools.report import chart_energy, rows, views

WATTS = {1: 100.0, 2: 130.0, 4: 400.0}


def report_of(watts=WATTS):
    """Rows whose nodes draw so much power, by the number of cores; None where no meter was read."""
    report = made_up_report.make(counts=("every",))
    for row in report["benchmarks"]:
        power = watts[rows.cores(row)]
        if power is not None:
            joules = power * row["real_time"] * 1e-9 * row["steps"]
            row.update(
                energy_joules=joules, energy_source="pm_counters", energy_run_seconds=5.0, energy_run_steps=row["steps"],
                updates_per_joule=row["cells"] * row["steps"] / joules,
            )  # fmt: skip
    return report


def test_a_point_a_row_and_the_best_of_both_marked(tmp_path):
    report = report_of()
    _, found = charts_of(report, tmp_path)
    (one,) = found["energy"]
    by_label = {series.label: series for series in one.series}
    assert list(by_label) == ["naive", "bitsliced", "tiled", "fastest", "least energy"]
    drawn = [mark for label in ("naive", "bitsliced", "tiled") for mark in by_label[label].marks]
    assert len(drawn) == len(report["benchmarks"])
    for mark in drawn:
        watts = WATTS[rows.cores(mark.row)]
        seconds = mark.row["cells"] * chart_energy.ITERATIONS / (1e6 * mark.row["mcops"])
        assert mark.at == mark.row["mcops"] and mark.value == pytest.approx(watts * seconds)
    (fastest,), (frugal,) = by_label["fastest"].marks, by_label["least energy"].marks
    assert fastest.at == max(mark.at for mark in drawn) and rows.cores(fastest.row) == 4
    assert frugal.value == min(mark.value for mark in drawn) and rows.cores(frugal.row) == 2
    assert any("Fastest: tiled on 4 × 1" in note for note in one.notes()) and any("pm_counters" in note for note in one.notes())


def test_one_point_may_be_both(tmp_path):
    _, found = charts_of(report_of({1: 100.0, 2: 110.0, 4: 120.0}), tmp_path)
    assert [series.label for series in found["energy"][0].series][-1] == "fastest, and least energy"


def test_nothing_is_shown_where_nothing_was_read(tmp_path):
    _, found = charts_of(report_of({1: None, 2: None, 4: None}), tmp_path)
    assert found["energy"] == [] and "energy" in views.WANTING
    _, found = charts_of(report_of({1: None, 2: 130.0, 4: 400.0}), tmp_path)
    assert any("NOT DRAWN: 3 rows without a meter's joules" in note for note in found["energy"][0].notes())


def test_failed_rows_are_no_best(tmp_path):
    report = report_of()
    for row in report["benchmarks"]:
        if row["kernel"] == "tiled":
            row.update(verified=False, error_occurred=True, error_message="the hash differs")
            for field in [name for name in row if "base" in name or "speedup" in name or "efficiency" in name]:
                row[field] = None
    _, found = charts_of(report, tmp_path)
    assert all(mark.row["kernel"] == "bitsliced" for series in found["energy"][0].series[3:] for mark in series.marks)


def test_figure_has_every_point(tmp_path):
    needs_module("matplotlib")
    _, found = charts_of(report_of(), tmp_path)
    from trafficbench_tools.report import figures

    figures.write({"energy": found["energy"]}, tmp_path / "figures")
    lines = (tmp_path / "figures" / "energy-every.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + 9 + 2
