"""What callers give, brought into the form that the compiled module takes; one clear sentence for what has none."""

from __future__ import annotations

import operator
import os
from typing import Any, Optional

import numpy
from numpy.typing import NDArray

_MOST = 2**63
_MOST_SHOWN = 60
_COUNTS = ("every", "sampled")


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
        hint = f", as in int({shown(value)})" if isinstance(value, float) else ""
        raise TypeError(f"{what} is {shown(value)}: expected a whole number{hint}") from None
    if isinstance(value, (bool, numpy.bool_)):
        raise TypeError(f"{what} is {shown(value)}: expected a whole number")
    if not -_MOST <= number < _MOST:
        raise ValueError(f"{what} is {shown(number)}: expected less than 2^63")
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
        raise ValueError(f"threads is {number}: expected 1 or more, or None")
    return number


def number_of(value: Any, what: str) -> float:
    if isinstance(value, (bool, numpy.bool_, str, bytes)):
        raise TypeError(f"{what} is {shown(value)}: expected a number")
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"{what} is {shown(value)}: expected a number") from None


def text_of(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{what} is {shown(value)}: expected a text")
    return value


def path_of(value: Any, what: str = "path") -> bytes:
    try:
        path = os.fsencode(value)
    except TypeError:
        raise TypeError(f"{what} is {shown(value)}: expected the name of a file") from None
    if not path or b"\0" in path:
        raise ValueError(f"{what} is {shown(value)}: expected the name of a file")
    return path


def is_every(count: Any) -> bool:
    """count: 'every' or 'sampled'."""
    if not isinstance(count, str):
        raise TypeError(f"count is {shown(count)}: expected {' or '.join(map(repr, _COUNTS))}")
    if count not in _COUNTS:
        raise ValueError(f"unknown counting mode {shown(count)}: choose from {', '.join(map(repr, _COUNTS))}")
    return count == "every"


def cells_of(road: Any, what: str = "cells") -> NDArray[numpy.uint8]:
    """An array of cells as bytes; copied only if it is not one already. The compiled module looks at their values."""
    if not isinstance(road, numpy.ndarray):
        raise TypeError(f"{what} is of type {type(road).__name__}: expected a numpy array of 0 and 1")
    if road.dtype.kind not in "biu":
        raise TypeError(f"{what} has dtype {road.dtype}: expected numpy.uint8, bool or another type of whole numbers")
    if road.ndim != 1:
        raise ValueError(f"{what} has {road.ndim} dimensions: expected one")
    if road.dtype.itemsize > 1 or road.dtype.kind == "i":
        wrong = (road < 0) | (road > 1)
        if wrong.any():
            at = int(wrong.argmax())
            raise ValueError(f"cell {at} is {road[at]}: expected 0, or 1 for a car")
    return numpy.ascontiguousarray(road.view(numpy.uint8) if road.dtype.itemsize == 1 else road.astype(numpy.uint8))


def words_of(packed: Any, what: str, writable: bool = False) -> NDArray[numpy.uint64]:
    """Packed cells as they are: never copied."""
    if not isinstance(packed, numpy.ndarray):
        raise TypeError(f"{what} is of type {type(packed).__name__}: expected a numpy array of numpy.uint64")
    if packed.dtype != numpy.uint64 or not packed.dtype.isnative:
        raise TypeError(f"{what} has dtype {packed.dtype}: expected numpy.uint64")
    if packed.ndim != 1:
        raise ValueError(f"{what} has {packed.ndim} dimensions: expected one")
    if not packed.flags.c_contiguous or not packed.flags.aligned:
        raise ValueError(f"{what} is not in one piece of memory: pass numpy.ascontiguousarray({what})")
    if writable and not packed.flags.writeable:
        raise ValueError(f"{what} is read-only: expected an array that can be written")
    return packed
