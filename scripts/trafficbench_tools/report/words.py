"""Numbers and lists as people read them."""


# The counting modes in words.
COUNTED = {"every": "moves counted in every iteration", "sampled": "moves counted in the last iteration only"}
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def significant(value, digits=4):
    """12345678 -> "12,350,000"; 0.0123456 -> "0.01235"."""
    if value == 0:
        return "0"
    text = f"{value:.{digits}g}"
    value = float(text)
    if abs(value) >= 10 ** (digits - 1):
        return f"{value:,.0f}"
    return text if "e" not in text or abs(value) < 1e-4 else f"{value:g}"


def interval(value, low, high, digits=4):
    """As in 1,234 (1,200 .. 1,250); the value alone where there is no interval."""
    if low is None or high is None:
        return significant(value, digits)
    return f"{significant(value, digits)} ({significant(low, digits)} .. {significant(high, digits)})"


def count_of(number, noun, plural=None):
    """As in 1 row, 2,000 rows."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def size(count, unit="B"):
    """Bytes in the unit that caches are named in: 32 KiB, 1 MiB."""
    for prefix in ("", "Ki", "Mi", "Gi", "Ti"):
        if count < 1024 or prefix == "Ti":
            return f"{significant(count, 3)} {prefix}{unit}"
        count /= 1024


def cells(number):
    """10⁷, 5 × 10⁸, 10,240,000."""
    digits = str(number)
    rest = digits.rstrip("0")
    zeros = len(digits) - len(rest)
    if zeros < 4:
        return f"{number:,}"
    power = f"10{str(zeros).translate(SUPERSCRIPTS)}"
    return power if rest == "1" else f"{rest} × {power}" if len(rest) <= 2 else f"{number:,}"


def listing(items, most=3):
    """As in a, b, c and 4 more."""
    items = list(items)
    if len(items) <= most:
        return ", ".join(items)
    return f"{', '.join(items[:most])} and {len(items) - most} more"


def ranges(numbers):
    """[0, 1, 2, 5] -> "0-2, 5"."""
    spans = []
    for number in sorted(set(numbers)):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)
