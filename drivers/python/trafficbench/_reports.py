"""Reports as tables."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Dict, List, Sequence, Union

from trafficbench._arguments import shown
from trafficbench._suite import tools

if TYPE_CHECKING:
    import pandas

PathLike = Union[str, "os.PathLike[str]"]

# Of those columns that have one; results/schema/report.schema.json says what each column means.
_RATE = "10^6 cells/s"
_TIME = "ns"
_BYTES = "10^6 bytes/s"
UNITS: Dict[str, str] = {
    **dict.fromkeys(["real_time", "real_time_low", "real_time_high", "cpu_time"], _TIME),
    **dict.fromkeys(["mcops", "mcops_low", "mcops_high", "mcops_best", "limit_mcops", "base_mcops", "ladder_base_mcops"], _RATE),
    "cells_per_cycle": "cells",
    "clock_hz": "Hz",
    "energy_joules": "J",
    "energy_run_seconds": "s",
    "updates_per_joule": "cells/J",
    "bits_per_cell": "bits",
    "bytes": "bytes",
    "stripe_bytes": "bytes",
    **dict.fromkeys(
        ["megabytes_per_second", "megabytes_per_second_low", "megabytes_per_second_high", "megabytes_per_second_best"], _BYTES
    ),
    "mebibytes_per_second": "2^20 bytes/s",
}


def read_report(path: Union[PathLike, Sequence[PathLike]]) -> "pandas.DataFrame":
    """The rows of a report of the program, or of several, as a table: a row a point.

    Columns: `report`, the file; then the fields of docs/schema.md that are one value, by their names there: the point (kernel, cells,
    ranks, threads, count, ...), `mcops` with its 95% interval `mcops_low` and `mcops_high` and the best repetition `mcops_best`,
    `real_time` with its interval, `speedup` and `efficiency` with theirs, `verified` and so on. A field that a row has not is missing
    (NaN or None). `table.attrs["units"]` gives the unit of each column that has one: mcops is in 10^6 cells/s, real_time in ns of one
    iteration. Lists, samples among them, are left to `json`.

    Raises ValueError where a file is no report of this suite, or breaks one of its rules; ImportError without pandas and jsonschema.
    """
    paths = [path] if isinstance(path, (str, bytes, os.PathLike)) else list(path)
    if not paths:
        raise ValueError("no report given: name one or more")
    for each in paths:
        if not isinstance(each, (str, os.PathLike)):
            raise TypeError(f"path is {shown(each)}: expected the name of a file")
    try:
        import jsonschema  # noqa: F401  what checks a report
        import pandas
    except ImportError as error:
        raise ImportError(f"reports need pandas and jsonschema (Debian: python3-pandas, python3-jsonschema): {error}") from error
    rows: List[Dict[str, Any]] = []
    for each in paths:
        name = os.fspath(each)
        rows += [{"report": name, **_values(row)} for row in tools("reports").load_report(name)["benchmarks"]]
    table = pandas.DataFrame(rows, columns=None if rows else ["report", "name"])
    table.attrs["units"] = {column: UNITS[column] for column in table.columns if column in UNITS}
    return table


def _values(row: Dict[str, Any]) -> Dict[str, Any]:
    return {field: value for field, value in row.items() if not isinstance(value, (list, dict))}
