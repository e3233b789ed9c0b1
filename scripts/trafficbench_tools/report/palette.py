"""Colours that colour-blind people can tell apart, on light and on dark ground, and a symbol beside each colour.

After Okabe and Ito, Color Universal Design (2008), made darker or lighter where the ground asks for it.
tests/report_charts_test.py works out how far apart they are for the three kinds of colour blindness.
"""

# key: (on light ground, on dark ground, symbol). A key is a kernel, a share of time, or a part of the ladder.
COLOURS = {
    "naive": ("#383838", "#d8d8d8", "square"),
    "branchless": ("#c08800", "#f0b429", "diamond"),
    "bitpacked": ("#1a9a6c", "#2fcf9f", "triangle-up"),
    "bitsliced": ("#0060a8", "#5aa8f0", "triangle-down"),
    "tiled": ("#b83a00", "#ff8552", "circle"),
    "leap": ("#a03a84", "#e79acb", "star"),
    "least": ("#0060a8", "#5aa8f0", "circle"),
    "most": ("#b83a00", "#ff8552", "circle"),
    "reached": ("#0060a8", "#5aa8f0", "circle"),
    "compute": ("#1a9a6c", "#2fcf9f", "square"),
    "exchange": ("#b83a00", "#ff8552", "square"),
    "reduction": ("#a03a84", "#e79acb", "square"),
    "waiting": ("#e0a100", "#ffd35c", "square"),
    "driver": ("#8a8a8a", "#8f8f8f", "square"),
}
# For kernels that are not listed, and for more series of one kernel, in the order in which they come.
OTHERS = [
    ("#3b3b98", "#9f9ff0", "hexagon"),
    ("#00788a", "#4fd0e0", "cross"),
    ("#8a1c4a", "#f08fb4", "pentagon"),
    ("#6b6b00", "#cfcf50", "hourglass"),
]
INK = {"ink": ("#5a6472", "#aab4c2", "circle")}
FLAW = {"flaw": ("#b00020", "#ff6b81", "x")}


def palette(keys):
    """{key: (light, dark, symbol)} of all keys, and what every plot needs."""
    found = {**INK, **FLAW}
    others = 0
    for key in keys:
        if key in COLOURS:
            found[key] = COLOURS[key]
        elif key not in found:
            found[key] = OTHERS[others % len(OTHERS)]
            others += 1
    return found
