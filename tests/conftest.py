"""What pytest does in all files: a failure says how it is run again, and a file of which nothing ran says so by its status."""

import shlex
import sys

import pytest
from program import BUILD, ROOT

SKIPPED = 77  # tests/CMakeLists.txt tells ctest


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
