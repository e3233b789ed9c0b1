"""Colours that colour-blind people can tell apart, on light and on dark ground, and a symbol beside each colour.

The first six are after Okabe and Ito, Color Universal Design (2008), made darker or lighter where the ground asks for it; the
others were searched for, as far from these and from each other as the three kinds of colour blindness allow.
tests/report_charts_test.py works out how far apart they are.
"""

# For kernels, in the order of the ladder: (on light ground, on dark ground, symbol).
KERNELS = [
    ("#383838", "#d8d8d8", "square"),
    ("#c08800", "#f0b429", "diamond"),
    ("#1a9a6c", "#2fcf9f", "triangle-up"),
    ("#0060a8", "#5aa8f0", "triangle-down"),
    ("#b83a00", "#ff8552", "circle"),
    ("#a03a84", "#e79acb", "star"),
    ("#87964b", "#b4ffa5", "hexagon"),
    ("#2d0078", "#6969e1", "cross"),
    ("#784b2d", "#a55a00", "pentagon"),
    ("#8778f0", "#a54ba5", "hexagram"),
    ("#4b0f00", "#d23c4b", "triangle-left"),
    ("#4b0f5a", "#967887", "triangle-right"),
]
# For all else: two kinds of bars, shares of time, and phases of files.
PARTS = {
    "least": ("#0060a8", "#5aa8f0", "circle"),
    "most": ("#b83a00", "#ff8552", "circle"),
    "reached": ("#0060a8", "#5aa8f0", "circle"),
    "compute": ("#1a9a6c", "#2fcf9f", "square"),
    "exchange": ("#b83a00", "#ff8552", "square"),
    "reduction": ("#a03a84", "#e79acb", "square"),
    "waiting": ("#e0a100", "#ffd35c", "square"),
    "driver": ("#8a8a8a", "#8f8f8f", "square"),
    "open": ("#0060a8", "#5aa8f0", "square"),
    "transfer": ("#1a9a6c", "#2fcf9f", "square"),
    "sync": ("#b83a00", "#ff8552", "square"),
    "close": ("#a03a84", "#e79acb", "square"),
    "barriers": ("#8a8a8a", "#8f8f8f", "square"),
}
# For steps of an axis, as of depths: from the first to the last, ever further from the ground.
RAMP = [("#7b9d3c", "#8a63d2"), ("#c55696", "#d9629f"), ("#7b08c3", "#ff9c5e"), ("#101020", "#fff0a6")]
# Reports, where several are in one plot, begin at this place of the list.
FIRST_OF_REPORTS = 3
INK = {"ink": ("#5a6472", "#aab4c2", "circle")}
FLAW = {"flaw": ("#b00020", "#ff6b81", "x")}


def key_of(kernel, number=1):
    """The key of a kernel's first series, or of its further ones. A kernel's name has no space, so it is no other key."""
    return f"kernel {kernel}" if number == 1 else f"kernel {kernel} {number}"


def key_of_report(number):
    """The key of a report beside others, counted from 0. It is no kernel's key, and no part's."""
    return f"report {number}"


def key_of_step(place, count):
    """The key of one of so many steps of an axis, counted from 0."""
    return f"step {place} {count}"


def palette(charts):
    """{key: (light, dark, symbol)} of everything that these charts draw, and of what every plot needs.

    Kernels have colours by their place on the ladder among those that are drawn in a colour of their own, so that a kernel
    has the same one in all these charts. Further series of a kernel come after all kernels. Beyond the length of the list
    colours come again, with other symbols.
    """
    used = [each.colour for chart in charts for each in [*chart.series, *chart.curves]]
    keys = list(dict.fromkeys(key for key in used if key not in PARTS and key not in INK))
    reports = [key for key in keys if key.startswith(key_of_report(""))]
    steps = [key for key in keys if key.startswith("step ")]
    keys = [key for key in keys if key not in reports and key not in steps]
    kernels = list(dict.fromkeys(key_of(kernel) for chart in charts for kernel in chart.kernels))
    ordered = [key for key in kernels if key in keys]
    ordered += [key for key in keys if key not in ordered]
    return {**PARTS, **INK, **FLAW, **{key: _look(place) for place, key in enumerate(ordered)}, **_of_reports(reports), **{key: _step(key) for key in steps}}


def _of_reports(keys):
    """In their order, whatever kernels are drawn elsewhere on the page."""
    return {key: _look((int(key.split()[1]) + FIRST_OF_REPORTS) % len(KERNELS)) for key in keys}


def _step(key):
    """Between the colours of the ramp, with symbols in their order."""
    place, count = (int(number) for number in key.split()[1:])
    at = place / (count - 1) * (len(RAMP) - 1)
    first = min(int(at), len(RAMP) - 2)
    light, dark = (_between(RAMP[first][ground], RAMP[first + 1][ground], at - first) for ground in (0, 1))
    return light, dark, KERNELS[place % len(KERNELS)][2]


def _between(one, other, share):
    channels = [(int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + share * (b - a)):02x}" for a, b in channels)


def _look(place):
    again, place = divmod(place, len(KERNELS))
    light, dark, _ = KERNELS[place]
    return light, dark, KERNELS[(place + again) % len(KERNELS)][2]
