"""How an entry starts its script: under a Python that is late enough, whichever python3 is the first on the path.

    from trafficbench_tools.start import start
    if __name__ == "__main__":
        start("report.py", "trafficbench_tools.report.main")

Understood by Python 3.6 too, which login nodes have.
"""

import importlib

from trafficbench_tools.printing import run
from trafficbench_tools.with_packages import need


def start(name, module, of_login_nodes=False):
    """Ends the process as printing.run does, with main() of that module. What login nodes run does with any Python from 3.6 on."""

    def main():
        # An earlier Python does not understand the module.
        if not of_login_nodes:
            need()
        return importlib.import_module(module).main()

    run(name, main)
