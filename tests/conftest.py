"""What pytest does in all files: a failure says how it is run again, and a file of which nothing ran says so by its status."""

import faulthandler
import os
import shlex
import sys

import pytest
from program import BUILD, ROOT, TIMEOUT_SECONDS

SKIPPED = 77  # tests/CMakeLists.txt tells ctest

# A test that takes longer hangs, and so would all that wait for it. Calls of the program are given up before.
PATIENCE_SECONDS = TIMEOUT_SECONDS + 100
standard_error = None


def pytest_configure():
    global standard_error
    standard_error = os.dup(2)  # tests have another in its place


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call():
    """A test that hangs ends the run, which says where it stood."""
    faulthandler.dump_traceback_later(PATIENCE_SECONDS, exit=True, file=standard_error)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    report = (yield).get_result()
    if report.failed:
        words = [f"TRAFFICBENCH_BUILD={shlex.quote(str(BUILD))}", sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
        test = f"{item.path.relative_to(ROOT)}::{item.nodeid.split('::', 1)[1]}"
        report.sections.append(("to run it again", f"cd {ROOT} && {' '.join(words)} {shlex.quote(test)}"))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    told = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == 0 and told and told.stats.get("skipped") and not told.stats.get("passed"):
        session.exitstatus = SKIPPED
