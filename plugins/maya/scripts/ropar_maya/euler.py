"""Rotations as Maya's channels have them: three angles and an order."""

from __future__ import annotations

import math

from .maths import NO_TURN, Matrix, Quaternion, Vector, turned

#: Maya's ``rotateOrder`` enumeration: the axis that turns first comes first.
ORDERS = ("xyz", "yzx", "zxy", "xzy", "yxz", "zyx")

_TURN = 2.0 * math.pi
#: Cosine of the middle angle below which the outer two turn about the same line.
_LOCKED = 1e-7


def quaternion(angles: Vector, order: int = 0) -> Quaternion:
    """The rotation of three angles in radians, given as (x, y, z) whatever the order."""
    result = NO_TURN
    for letter in ORDERS[order]:
        axis = "xyz".index(letter)
        half = 0.5 * angles[axis]
        q = [0.0, 0.0, 0.0, math.cos(half)]
        q[axis] = math.sin(half)
        result = turned((q[0], q[1], q[2], q[3]), result)
    return result


def angles(r: Matrix, order: int, near: Vector | None = None) -> Vector:
    """Three angles in radians of a rotation matrix, those closest to `near` (the frame before) where it is given.

    Any rotation has two triples of angles within a turn, and each angle any number of turns more: the nearest ones
    leave no jumps in the curves.
    """
    i, j, k = ("xyz".index(letter) for letter in ORDERS[order])
    # +1 for the even permutations xyz, yzx, zxy; -1 for the odd ones.
    sign = 1.0 if (j - i) % 3 == 1 else -1.0
    sine = max(-1.0, min(1.0, -sign * r[3 * k + i]))
    cosine = math.hypot(r[4 * i], r[3 * j + i])
    result = [0.0, 0.0, 0.0]
    result[j] = math.atan2(sine, cosine)
    if cosine > _LOCKED:
        result[i] = math.atan2(sign * r[3 * k + j], r[4 * k])
        result[k] = math.atan2(sign * r[3 * j + i], r[4 * i])
    else:
        # Gimbal lock: only the sum (or difference) of the outer angles is known. The last one stays where it was.
        result[k] = 0.0 if near is None else near[k]
        together = math.atan2(-sign * r[3 * j + k], r[4 * j])
        result[i] = together + (result[k] if sign * sine > 0.0 else -result[k])
    found = (result[0], result[1], result[2])
    if near is None:
        return found
    other = list(found)
    other[i] += math.pi
    other[j] = math.pi - other[j]
    other[k] += math.pi
    choices = [_nearest_turn(found, near), _nearest_turn((other[0], other[1], other[2]), near)]
    return min(choices, key=lambda choice: sum(abs(a - b) for a, b in zip(choice, near, strict=True)))


def _nearest_turn(values: Vector, near: Vector) -> Vector:
    x, y, z = (a + _TURN * round((b - a) / _TURN) for a, b in zip(values, near, strict=True))
    return (x, y, z)
