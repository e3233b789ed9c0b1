"""Pictures of what was measured over what theory says. Colours: M. Okabe and K. Ito, told apart by colour-blind people too."""

import numpy as np

from trafficbench_tools.drawing import pyplot as plt
from trafficbench_tools.files import new_file

BLUE, ORANGE, GREEN, BLACK = "#0072B2", "#D55E00", "#009E73", "#000000"
STYLE = {
    "font.size": 9,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "trafficbench",  # the same data make the same file
    "figure.constrained_layout.use": True,
}


def save(figure, folder, name, replace):
    """Writes PNG and SVG."""
    for ending in ("png", "svg"):
        metadata = {"Date": None} if ending == "svg" else {"Software": None}
        with plt.rc_context(STYLE), new_file(folder / f"{name}.{ending}", replace) as file:
            figure.savefig(file, format=ending, dpi=160, metadata=metadata)
    plt.close(figure)


def density_figure(data):
    """Average velocity and flow against density, at some iterations and once the road has settled."""
    with plt.rc_context(STYLE):
        figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.4))
        series = [
            *zip(data["iterations"], (ORANGE, GREEN), "sD"),
            ("steady", BLUE, "o"),
        ]
        for axes, quantity in ((left, "velocity"), (right, "flow")):
            for key, colour, marker in series:
                name = "settled" if key == "steady" else f"iteration {key}"
                curve = data["curves"][str(key)]
                axes.plot(data["curve_density"], curve[quantity], color=colour, lw=1.2, label=f"{name}, exact")
                points = data["points"][str(key)]
                axes.plot(
                    points["density"], points[quantity], marker, color=colour, ms=3.5, mfc="none", mew=0.9,
                    label=f"{name}, measured",
                )  # fmt: skip
            axes.set_xlabel("density (cars per cell)")
            axes.set_xlim(0, 1)
            axes.set_ylim(bottom=0)
        left.set_ylabel("average velocity (cells per iteration)")
        right.set_ylabel("flow (cars moved per cell)")
        left.legend(fontsize=7, loc="lower left")
        figure.suptitle(f"Measured on a ring of {data['cells']:,} cells, over the exact curves", fontsize=9)
    return figure


def relaxation_figure(data):
    """Average velocity against iteration, and how far from the exact result in standard deviations."""
    iterations = np.array(data["iterations"])
    exact = np.array(data["exact"])  # for each seed: of a ring of as many cars
    band = 5 * data["deviation"]
    with plt.rc_context(STYLE):
        figure, (upper, lower) = plt.subplots(2, 1, figsize=(7, 5), sharex=True, gridspec_kw={"height_ratios": [3, 2]})
        upper.plot(iterations, exact[0], color=BLACK, lw=1, label="exact")
        upper.fill_between(
            iterations, exact[0] - band, exact[0] + band, color=BLUE, alpha=0.25, lw=0, label="5 standard deviations"
        )
        shown = np.unique(np.round(np.geomspace(1, len(iterations), 40)).astype(int)) - 1
        upper.plot(
            iterations[shown],
            np.array(data["velocities"][0])[shown],
            "o",
            ms=3.5,
            mfc="none",
            color=ORANGE,
            label=f"measured, seed {data['seeds'][0]}",
        )
        upper.set_xscale("log")
        upper.set_ylabel("average velocity (cells per iteration)")
        upper.legend(loc="lower right", fontsize=8)
        for number, colour in enumerate((ORANGE, GREEN, BLUE)):
            off = (np.array(data["velocities"][number]) - exact[number]) / data["deviation"]
            lower.plot(iterations, off, color=colour, lw=0.9, label=f"seed {data['seeds'][number]}")
        lower.axhspan(-5, 5, color=BLUE, alpha=0.12, lw=0)
        lower.axhline(0, color=BLACK, lw=0.8)
        lower.set_ylim(-6, 6)
        lower.set_xlabel("iteration")
        lower.set_ylabel("difference from exact\n(standard deviations)")
        lower.legend(fontsize=7, ncol=len(data["seeds"]), loc="lower center")
        figure.suptitle(f"A random road of {data['cells']:,} cells, density {data['density']}, relaxes", fontsize=9)
    return figure
