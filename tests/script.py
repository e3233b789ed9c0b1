"""Starts Python scripts of the repository for the tests, without the half second that an interpreter and its packages take.

A script runs in a fork of the process of the tests, where the interpreter is up and what the tests have imported is there.
All else is as in a process of its own: standard streams, folder, environment, exit status. That each script also starts by
itself, in any folder, is tested in tools_test.py. A script that is a rank of MPI has a process of its own.
"""

import os
import runpy
import signal
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

from program import ROOT, TIMEOUT_SECONDS, environment, start

# Their package, for the tests too.
sys.path.insert(0, str(ROOT / "scripts"))


def _become(script, arguments, cwd, env, out, err):
    """Makes the forked process look like a new one."""
    signal.alarm(TIMEOUT_SECONDS)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for stream, number in ((nothing, 0), (out.fileno(), 1), (err.fileno(), 2)):
        os.dup2(stream, number)
    sys.stdin = sys.__stdin__ = open(0, encoding="utf-8", closefd=False)
    sys.stdout = sys.__stdout__ = open(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = sys.__stderr__ = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)
    os.environ.clear()
    os.environ.update(environment(env))
    if cwd is not None:
        os.chdir(cwd)
    sys.argv = [str(script), *map(str, arguments)]
    sys.path.insert(0, os.path.dirname(script))


def _carry_out(script):
    """The status with which the interpreter would end."""
    try:
        runpy.run_path(str(script), run_name="__main__")
        return 0
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        return end.code if isinstance(end.code, int) else int(end.code is not None)


def run_script(script, *arguments, cwd=None, env=None):
    """Runs a script to its end; a subprocess.CompletedProcess with texts."""
    if Path(script).stem.startswith("mpi4py_"):
        return start([sys.executable, script, *arguments], cwd=cwd, env=env)
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out, tempfile.TemporaryFile("w+", encoding="utf-8") as err:
        process = os.fork()
        if process == 0:
            status = 1
            try:
                _become(script, arguments, cwd, env, out, err)
                status = _carry_out(script)
                sys.stdout.flush()
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(status)
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read())
        return subprocess.CompletedProcess([str(script), *map(str, arguments)], status, *texts)
