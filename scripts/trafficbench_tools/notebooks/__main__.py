"""What scripts/notebooks.sh starts once the packages are there: `check [NAME]...` or `render PLACE`."""

import os
import sys
from pathlib import Path

from trafficbench_tools import printing
from trafficbench_tools.errors import BadInput, FailedUnderWay
from trafficbench_tools.files import check_target
from trafficbench_tools.notebooks import machine, pages
from trafficbench_tools.notebooks.running import all_notebooks, execute, name_of


def main():
    """The exit status."""
    command, *words = sys.argv[1:]
    return check(words) if command == "check" else render(Path(words[0]))


def chosen(names):
    """The notebooks of these names, in reading order; all of them without names."""
    by_name = {name_of(path): path for path in all_notebooks()}
    wrong = [name for name in names if name not in by_name]
    if wrong:
        raise BadInput(f"unknown notebook '{wrong[0]}': choose from {', '.join(by_name)}")
    return [path for name, path in by_name.items() if not names or name in names]


def tell(done):
    """A line on how a notebook ended, and one on what went wrong."""
    print(f"{'FAILED' if done.problem else 'passed'} {done.seconds:6.1f} s  {name_of(done.path)}", flush=True)
    if done.problem:
        print(f"       {printing.one_line(done.problem)}", flush=True)


def check(names):
    """Executes the notebooks of these names, or all."""
    done = execute(chosen(names), at_once=2 if len(os.sched_getaffinity(0)) > 1 else 1, report=tell)
    failed = [each for each in done if each.problem]
    print(f"{len(done)} notebooks, {len(failed)} failed")
    return 1 if failed else 0


def render(place):
    """Makes pages in the folder `place`, or one page. One notebook at a time: what they measure is to be looked at."""
    one_page = place.suffix == ".html"
    if one_page:
        check_target(place, replace=True)
    elif place.exists() and not place.is_dir():
        raise BadInput(f"{place} is not a folder: name a folder, or one page with a name that ends in .html")
    done = execute(all_notebooks(), report=tell)
    failed = [name_of(each.path) for each in done if each.problem]
    if failed:
        raise FailedUnderWay(f"no page was written: {', '.join(failed)} failed")
    if one_page:
        pages.write_one_page(done, place, machine.describe())
    else:
        pages.write_pages(done, place, machine.describe())
    print(f"Written: {place if one_page else place / 'index.html'}")
    return 0


if __name__ == "__main__":
    printing.run("notebooks.sh", main)
