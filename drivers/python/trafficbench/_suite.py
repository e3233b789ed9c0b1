"""The suite's own Python, scripts/trafficbench_tools, which has the rules of reports: it lies beside this package."""

from __future__ import annotations

import importlib
import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "suite" / "scripts"
_PACKAGE = "trafficbench_tools"


def tools(name: str) -> Any:
    """The module trafficbench_tools.NAME. The search path of Python stays as it is."""
    if _PACKAGE not in sys.modules:
        spec = PathFinder.find_spec(_PACKAGE, [str(_FOLDER)])
        if spec is None or spec.loader is None:
            raise ImportError(f"{_FOLDER / _PACKAGE} is missing: install trafficbench again")
        package = module_from_spec(spec)
        sys.modules[_PACKAGE] = package
        spec.loader.exec_module(package)
    return importlib.import_module(f"{_PACKAGE}.{name}")
