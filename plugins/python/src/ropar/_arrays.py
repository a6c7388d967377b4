"""Arrays in and out of the library: numpy's where it is installed, nested tuples of the same shapes where it is not."""

from __future__ import annotations

import ctypes
import math
from array import array
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from .errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    #: What the package hands out. Without numpy: nested tuples of floats, to be indexed one axis at a time (`a[i][j]`).
    Floats: TypeAlias = NDArray[np.float32]
    Doubles: TypeAlias = NDArray[np.float64]
    Bytes: TypeAlias = NDArray[np.uint8]

#: What the package takes: an array of numpy or of anything with its interface, or nested sequences of numbers.
ArrayLike: TypeAlias = Any

try:
    import numpy
except ImportError:
    numpy = None  # type: ignore[assignment]

_C_TYPES: dict[str, Any] = {"f": ctypes.c_float, "d": ctypes.c_double, "B": ctypes.c_uint8}


def has_numpy() -> bool:
    """Whether arrays are numpy's."""
    return numpy is not None


def out(values: Iterable[float], kind: str, shape: tuple[int, ...]) -> Any:
    """A read-only array of ``shape``, copied from a flat ``values``.

    ``kind`` is ``f`` (32 bits), ``d`` (64 bits) or ``B`` (bytes).
    """
    if numpy is not None:
        result = numpy.array(values, dtype=numpy.dtype(kind)).reshape(shape)
        result.flags.writeable = False
        return result
    return _nested(list(values), shape)


def floats(pointer: Any, shape: tuple[int, ...]) -> Floats:
    """A copy of an array of ``float`` that belongs to the library."""
    made: Floats = out(_memory(pointer, "f", shape), "f", shape)
    return made


def doubles(pointer: Any, shape: tuple[int, ...]) -> Doubles:
    """A copy of an array of ``double`` that belongs to the library."""
    made: Doubles = out(_memory(pointer, "d", shape), "d", shape)
    return made


def octets(pointer: Any, shape: tuple[int, ...]) -> Bytes:
    """A copy of an array of ``uint8_t``."""
    made: Bytes = out(_memory(pointer, "B", shape), "B", shape)
    return made


def _memory(pointer: Any, kind: str, shape: tuple[int, ...]) -> Any:
    count = math.prod(shape)
    return ctypes.cast(pointer, ctypes.POINTER(_C_TYPES[kind] * count)).contents if count else []


def _nested(flat: list[float], shape: tuple[int, ...]) -> Any:
    rows: list[Any] = flat
    for length in reversed(shape[1:]):
        rows = [tuple(rows[at : at + length]) for at in range(0, len(rows), length)]
    return tuple(rows)


def into(values: ArrayLike, kind: str, shape: tuple[int | None, ...], name: str) -> tuple[Any, tuple[int, ...]]:
    """A C array copied from ``values``, and its shape. ``None`` in ``shape`` stands for any length.

    Raises:
        InputError: another shape, or something that is not a number.
    """
    if numpy is not None:
        try:
            given = numpy.ascontiguousarray(values, dtype=numpy.dtype(kind))
        except (TypeError, ValueError, OverflowError) as error:
            raise InputError(f"{name}: {error}", f"give numbers in the shape {_describe(shape)}") from None
        found: tuple[int, ...] = given.shape
        _check_shape(found, shape, name)
        memory = (_C_TYPES[kind] * given.size).from_buffer_copy(given.tobytes())
        return memory, found
    flat = array(kind)
    found = _flatten(values, flat, shape, name)
    return (_C_TYPES[kind] * len(flat)).from_buffer_copy(flat.tobytes()), found


def _flatten(values: ArrayLike, flat: array[float], shape: tuple[int | None, ...], name: str) -> tuple[int, ...]:
    if isinstance(values, memoryview) and values.ndim > 1:
        values = values.tolist()
    try:
        length = len(values)
    except TypeError:
        raise InputError(f"{name}: a number in place of a row", f"give the shape {_describe(shape)}") from None
    if shape[0] is not None and length != shape[0]:
        raise InputError(f"{name}: a row of {length} in place of {shape[0]}", f"give the shape {_describe(shape)}")
    if len(shape) == 1:
        try:
            flat.extend(float(value) for value in values)
        except (TypeError, ValueError) as error:
            raise InputError(f"{name}: {error}", "give numbers") from None
        return (length,)
    rest: tuple[int, ...] = tuple(0 if axis is None else axis for axis in shape[1:])
    for row in values:
        rest = _flatten(row, flat, shape[1:], name)
    return (length, *rest)


def _check_shape(found: tuple[int, ...], wanted: tuple[int | None, ...], name: str) -> None:
    fits = len(found) == len(wanted) and all(w is None or w == f for f, w in zip(found, wanted, strict=True))
    if not fits:
        raise InputError(f"{name} in the shape {found}", f"give the shape {_describe(wanted)}")


def _describe(shape: Sequence[int | None]) -> str:
    axes = ["n" if axis is None else str(axis) for axis in shape]
    return f"({axes[0]},)" if len(axes) == 1 else f"({', '.join(axes)})"
