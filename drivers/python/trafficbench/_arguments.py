"""What callers give, brought into the form that the compiled module takes; one clear sentence for what has none."""

from __future__ import annotations

import operator
import os
from typing import Any, Optional

import numpy
from numpy.typing import NDArray

_MOST = 2**63
_MOST_SHOWN = 60


def shown(value: Any) -> str:
    """What a caller gave, as one short line of an error message."""
    try:
        text = " ".join(repr(value).split())
    except Exception:  # a number of more digits than Python writes, or an object's own fault
        text = f"of type {type(value).__name__}"
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 3] + "..."


def whole(value: Any, what: str) -> int:
    """A whole number; the compiled module knows its bounds."""
    if type(value) is int and -_MOST <= value < _MOST:
        return value  # what nearly all calls give, in no time
    try:
        number = operator.index(value)
    except TypeError:
        hint = f": write int({shown(value)})" if isinstance(value, float) else ""
        raise TypeError(f"{what} is {shown(value)}, and must be a whole number{hint}") from None
    if isinstance(value, (bool, numpy.bool_)):
        raise TypeError(f"{what} is {shown(value)}, and must be a whole number")
    if not -_MOST <= number < _MOST:
        raise ValueError(f"{what} is {shown(number)}: no count here is as large")
    return number


def count_of(count: Optional[int], first: int, length: int) -> int:
    """`count`, or all cells from `first` on; 0 where `first` is no cell, which the compiled module refuses."""
    if count is not None:
        return whole(count, "count")
    return length - first if 0 <= first <= length else 0


def threads_of(value: Optional[int]) -> int:
    """0 stands for None: the default."""
    if value is None:
        return 0
    number = whole(value, "threads")
    if not 1 <= number < 2**31:
        raise ValueError(f"threads is {number}: it must be 1 or more, or None")
    return number


def number_of(value: Any, what: str) -> float:
    if isinstance(value, (bool, numpy.bool_, str, bytes)):
        raise TypeError(f"{what} is {shown(value)}, and must be a number")
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"{what} is {shown(value)}, and must be a number") from None


def text_of(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{what} is {shown(value)}, and must be a text")
    return value


def path_of(value: Any, what: str = "path") -> bytes:
    try:
        path = os.fsencode(value)
    except TypeError:
        raise TypeError(f"{what} is {shown(value)}, and must name a file") from None
    if not path or b"\0" in path:
        raise ValueError(f"{what} is {shown(value)}, and must name a file")
    return path


def is_every(count: Any) -> bool:
    """count: 'every' or 'sampled'."""
    if not isinstance(count, str):
        raise TypeError(f"count is {shown(count)}, and must be 'every' or 'sampled'")
    if count not in ("every", "sampled"):
        raise ValueError(f"count is {shown(count)}: it is 'every' or 'sampled'")
    return count == "every"


def cells_of(road: Any, what: str = "cells") -> NDArray[numpy.uint8]:
    """An array of cells as bytes; copied only if it is not one already. The compiled module looks at their values."""
    if not isinstance(road, numpy.ndarray):
        raise TypeError(f"{what} is of type {type(road).__name__}, and must be a numpy array of 0 and 1")
    if road.dtype.kind not in "biu":
        raise TypeError(f"{what} has dtype {road.dtype}, and must have numpy.uint8, bool or another of whole numbers")
    if road.ndim != 1:
        raise ValueError(f"{what} has {road.ndim} dimensions, and a road has one")
    if road.dtype.itemsize > 1 or road.dtype.kind == "i":
        wrong = (road < 0) | (road > 1)
        if wrong.any():
            at = int(wrong.argmax())
            raise ValueError(f"cell {at} is {road[at]}: a cell is 0, or 1 with a car")
    return numpy.ascontiguousarray(road.view(numpy.uint8) if road.dtype.itemsize == 1 else road.astype(numpy.uint8))


def words_of(packed: Any, what: str, writable: bool = False) -> NDArray[numpy.uint64]:
    """Packed cells as they are: never copied."""
    if not isinstance(packed, numpy.ndarray):
        raise TypeError(f"{what} is of type {type(packed).__name__}, and must be a numpy array of numpy.uint64")
    if packed.dtype != numpy.uint64 or not packed.dtype.isnative:
        raise TypeError(f"{what} has dtype {packed.dtype}, and packed cells are numpy.uint64")
    if packed.ndim != 1:
        raise ValueError(f"{what} has {packed.ndim} dimensions, and packed cells have one")
    if not packed.flags.c_contiguous or not packed.flags.aligned:
        raise ValueError(f"{what} does not lie in one piece: pass numpy.ascontiguousarray({what})")
    if writable and not packed.flags.writeable:
        raise ValueError(f"{what} is read-only, and is to be written to")
    return packed
