"""The command behind scripts/ladder.sh."""

import signal
import sys
from pathlib import Path

from trafficbench_tools.files import check_target
from trafficbench_tools.ladder.options import check_program, default_output, read_options
from trafficbench_tools.ladder.rungs import use_module_of
from trafficbench_tools.ladder.session import SIGNALS, Session, interrupt


def main():
    """Carries out the command line; returns the exit status."""
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup
            signal.signal(number, interrupt)
    options = read_options(sys.argv[1:])
    output = Path(options.output) if options.output else default_output()
    if options.output or not options.dry_run:
        check_target(output, options.force)
    if options.check_options:
        return 0
    check_program(options.program)
    use_module_of(options.program)
    return Session(options, output).run()
