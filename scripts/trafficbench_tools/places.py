"""Where the suite's own parts lie, in a checkout and where it is installed."""

from pathlib import Path

# Of a checkout; of an installation <prefix>/share/trafficbench.
ROOT = Path(__file__).resolve().parents[2]


def program():
    """The trafficbench that scripts start unless they are told of another."""
    in_checkout = ROOT / "build" / "release" / "bin" / "trafficbench"
    return in_checkout if (ROOT / "CMakeLists.txt").exists() else ROOT.parents[1] / "bin" / "trafficbench"
