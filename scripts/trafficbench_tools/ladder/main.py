"""The command behind scripts/ladder.sh."""

import signal
import sys
from pathlib import Path

from trafficbench_tools.errors import BadInput
from trafficbench_tools.files import check_target
from trafficbench_tools.ladder.options import check_program, default_output, read_options
from trafficbench_tools.ladder.rungs import LaunchFailed
from trafficbench_tools.ladder.session import Interrupted, Session
from trafficbench_tools.with_packages import need


def main():
    """Carries out the command line; returns the exit status."""
    try:
        signal.signal(signal.SIGTERM, interrupt)
        signal.signal(signal.SIGINT, interrupt)
        need()
        options = read_options()
        output = Path(options.output) if options.output else default_output()
        if options.output or not options.dry_run:
            check_target(output, options.force)
        if options.check_options:
            return 0
        check_program(options.program)
        return Session(options, output).run()
    except (BadInput, LaunchFailed) as problem:
        print(f"ladder.sh: {problem}", file=sys.stderr)
        return 2
    except Interrupted:
        print("ladder.sh: interrupted before the first round was complete: nothing was written", file=sys.stderr)
        return 4


def interrupt(_signal, _frame):
    """Ends what is under way, at a signal."""
    raise Interrupted
