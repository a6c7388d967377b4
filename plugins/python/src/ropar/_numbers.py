"""Numbers that callers give, checked before the library sees them.

For many of its options 0 stands for the default; here ``None`` does, and a 0 that somebody asked for is refused.
"""

from __future__ import annotations

import operator

from . import _abi
from .errors import InputError


def number_of(value: float, name: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{name} is {value!r}, not a number", "give a number") from None


def positive(value: float | None, name: str) -> float:
    """For options whose 0 means something else than 0; ``None`` is that 0."""
    if value is None:
        return 0.0
    number = number_of(value, name)
    if not number > 0.0:
        raise InputError(f"{name} is {number:g}", "give a number above 0")
    return number


def seeded(seed: int) -> int:
    number = integer(seed, "seed")
    if not 0 <= number < 2**64:
        raise InputError(f"a seed of {number} is out of range", "choose 0 to 2**64 - 1")
    return number


def counted(value: int | None, name: str) -> int:
    """For options whose 0 means the default; ``None`` is that 0."""
    if value is None:
        return 0
    number = integer(value, name)
    if not 1 <= number < 2**32:
        raise InputError(f"{number} {name} are out of range", "choose 1 or more")
    return number


def integer(value: int, name: str) -> int:
    try:
        return operator.index(value)
    except TypeError:
        raise InputError(f"{name} is {value!r}, not an integer", "give an integer") from None


def unless_none(value: float | None, name: str, hint: str) -> float:
    """For options whose 0 means the default; ``None`` is that 0."""
    if value is None:
        return 0.0
    number = number_of(value, name)
    if number == 0.0:
        raise InputError(f"{name} is 0", hint)
    return number


def guidance_or_default(value: float | None) -> float:
    if value is None:
        return 0.0
    number = number_of(value, "guidance")
    if number < 0.0:
        raise InputError(f"a guidance scale of {number:g} is out of range", "choose 0 to 20")
    return _abi.GUIDANCE_NONE if number == 0.0 else number
