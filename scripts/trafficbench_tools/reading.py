"""How every script reads a file that somebody names: only a plain file of a bounded size, and never waiting for one.

A pipe without a writer would be waited for, and a device read, for ever.

Understood by Python 3.6 too, which login nodes have.
"""

import json
import math
import os
import re
import stat

from trafficbench_tools.errors import BadInput

MOST_BYTES = 512 * 2**20
PIECE_BYTES = 2**20
# What the suite writes has less than ten levels. Python and other readers give up at a thousand. drivers/base/json.cpp has
# the same bounds.
MOST_LEVELS = 64
# No quantity of the suite comes near. Squares and products of such numbers are numbers still.
GREATEST = 1e30

# The escape of a surrogate, \\ud800 say.
HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")
KINDS = ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISCHR, "a device"), (stat.S_ISBLK, "a device"),
         (stat.S_ISSOCK, "a socket"))


def kind_of(mode):
    """What a file is that is no plain file; an empty text if it is one."""
    return "" if stat.S_ISREG(mode) else next((name for is_kind, name in KINDS if is_kind(mode)), "a special file")


def read_bytes(path, most=MOST_BYTES):
    """What the file holds. Raises BadInput, with its name."""
    try:
        # Without waiting for a writer at the other end of a pipe, and without making a terminal this process's own.
        handle = os.open(str(path), os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    try:
        kind = kind_of(os.fstat(handle).st_mode)
        if kind:
            raise BadInput("{}: cannot be read: it is {}: name a file".format(path, kind))
        with os.fdopen(handle, "rb", closefd=False) as file:
            # What it says of its size may be wrong, or have changed; what may be read at most need not fit into memory.
            data = bytearray()
            while len(data) <= most:
                piece = file.read(min(PIECE_BYTES, most + 1 - len(data)))
                if not piece:
                    break
                data += piece
    except OSError as error:
        raise _unreadable(path, error) from error
    finally:
        os.close(handle)
    if len(data) > most:
        raise BadInput("{}: cannot be read: it is larger than {} MiB, the most that is read".format(path, most // 2**20))
    return bytes(data)


def _unreadable(path, error):
    return BadInput("{}: cannot be read: {}".format(path, getattr(error, "strerror", None) or error))


def read_text(path, most=MOST_BYTES):
    """The text in the file. Raises BadInput, with its name, where it is not UTF-8."""
    try:
        return read_bytes(path, most).decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput("{}: cannot be read: byte {} is not UTF-8 text".format(path, error.start)) from error


def read_json(path, most=MOST_BYTES):
    """The JSON in the file. Raises BadInput, with its name, for what parse_json refuses."""
    text = read_text(path, most)
    try:
        return parse_json(text)
    except BadInput as error:
        raise BadInput("{}: {}".format(path, error)) from error


def parse_json(text):
    """JSON as the standard has it: no NaN, no Infinity, no key twice in one object, no half of a character; and no number and
    no depth beyond all that the suite writes. Raises BadInput."""
    if not text.strip():
        raise BadInput("not JSON: nothing is in it")
    try:
        value = json.loads(text, parse_constant=_refuse_constant, parse_float=_number, parse_int=_whole,
                           object_pairs_hook=_unique_keys)
    except RecursionError as error:
        raise BadInput("not JSON of trafficbench: nested more than {} levels deep".format(MOST_LEVELS)) from error
    except json.JSONDecodeError as error:
        raise BadInput("not JSON: {}".format(error)) from error
    # Text with half a character cannot be printed or written. Only an escape can bring one: UTF-8 has none.
    _check_parts(value, bool(HALF_CHARACTER.search(text)))
    return value


def _refuse_constant(name):
    raise BadInput("{} is not a JSON number: write null where there is no number".format(name))


def _number(digits):
    value = float(digits)
    if not math.isfinite(value):
        raise BadInput("{} is beyond the range of a double".format(shortened(digits, 40)))
    if abs(value) > GREATEST:
        raise BadInput("{} is out of range: expected at most {:g}".format(shortened(digits, 40), GREATEST))
    return value


def _whole(digits):
    # An integer that no program holds is a number at best: products of such integers would not be numbers any more.
    value = _number(digits)
    return int(digits) if abs(int(digits)) < 2**64 else value


def _unique_keys(pairs):
    fields = dict(pairs)
    if len(fields) != len(pairs):
        seen = set()
        for key, _ in pairs:
            if key in seen:
                raise BadInput("key {} appears twice in one object".format(_quoted(key)))
            seen.add(key)
    return fields


def _check_parts(value, look_at_texts):
    """Without a call for each level: what is too deep here would be too deep for that too."""
    level, depth = [value], 1
    while level:
        below = []
        for part in level:
            if depth > MOST_LEVELS and isinstance(part, (dict, list)):
                raise BadInput("not JSON of trafficbench: nested more than {} levels deep".format(MOST_LEVELS))
            if isinstance(part, dict):
                below.extend(part.values())
                if look_at_texts:
                    below.extend(part)
            elif isinstance(part, list):
                below.extend(part)
            elif look_at_texts and isinstance(part, str):
                _refuse_half_characters(part)
        level, depth = below, depth + 1


def _refuse_half_characters(text):
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadInput("text {} holds an unpaired UTF-16 surrogate".format(_quoted(text))) from error


def _quoted(text):
    return shortened(ascii(text), 60)


def shortened(text, most=200):
    """Both ends of a text that is too long for a line."""
    return text if len(text) <= most else "{} ... {}".format(text[: most // 2], text[-most // 2 :])
