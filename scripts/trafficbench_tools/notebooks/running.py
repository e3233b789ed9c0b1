"""Executes notebooks, each in a kernel of its own, and says how that ended. The files stay as they are."""

import asyncio
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from trafficbench_tools.places import ROOT

FOLDER = ROOT / "docs" / "notebooks"
# No cell takes a tenth of it.
CELL_SECONDS = 300


@dataclass
class Executed:
    """A notebook that was run as far as it came."""

    path: Path
    notebook: Any  # with its outputs
    seconds: float
    problem: str  # one line; empty if every cell ran


def all_notebooks():
    """Paths in reading order, each notebook followed by its solutions."""
    found = sorted(FOLDER.glob("*.ipynb")) + sorted((FOLDER / "solutions").glob("*.ipynb"))
    return sorted(found, key=lambda path: (path.name, path.parent != FOLDER))


def name_of(path):
    """As people call it: 01-model, solutions/01-model."""
    return str(path.relative_to(FOLDER).with_suffix(""))


def execute(paths, at_once=1, env=None, change=None, report=None):
    """Executes notebooks in the order given, so many at once; returns a list of Executed.

    env      added to the kernels' environment
    change   called with each notebook before it runs, for tests
    report   called with each Executed as soon as it is there
    """
    return asyncio.run(_execute_all(paths, at_once, env or {}, change, report))


async def _execute_all(paths, at_once, env, change, report):
    turns = asyncio.Semaphore(at_once)

    async def one(path):
        async with turns:
            done = await _execute(path, env, change)
        if report:
            report(done)
        return done

    return list(await asyncio.gather(*map(one, paths)))


async def _execute(path, env, change):
    notebook = nbformat.read(path, as_version=4)
    if change:
        change(notebook)
    client = NotebookClient(
        notebook, timeout=CELL_SECONDS, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    )
    start, problem = time.perf_counter(), ""
    try:
        await client.async_execute(env={**os.environ, **env})
    except CellExecutionError:
        problem = _problem_of(notebook)
    except CellTimeoutError:
        problem = f"a cell took longer than {CELL_SECONDS} s"
    except DeadKernelError:
        problem = "the kernel died"
    except Exception as error:  # a kernel that is not there, or does not start: the others go on
        problem = " ".join(str(error).split()) or type(error).__name__
    return Executed(path, notebook, time.perf_counter() - start, problem)


def _problem_of(notebook):
    """The error that a cell ended with, and which cell; what a notebook says that it needs, alone."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                if output.ename == "Missing":
                    return output.evalue
                return f"cell {cell.id}: {output.ename}: {output.evalue}"
    return "it ended with an error outside its cells"
