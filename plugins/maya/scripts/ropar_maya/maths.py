"""Vectors, quaternions (x, y, z, w) and 3x3 matrices as tuples: Maya comes without numpy.

Matrices are row-major and act on column vectors, ``A v``. Maya writes row vectors, ``v A``: its matrices are turned
over once, where they are read (`from_maya`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

Vector = tuple[float, float, float]
Quaternion = tuple[float, float, float, float]
Matrix = tuple[float, float, float, float, float, float, float, float, float]

IDENTITY: Matrix = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
NO_TURN: Quaternion = (0.0, 0.0, 0.0, 1.0)
ZERO: Vector = (0.0, 0.0, 0.0)

#: Below this, relative to its size, a matrix squeezes space flat and has no inverse worth having.
_FLAT = 1e-12


def add(a: Vector, b: Vector) -> Vector:
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2])


def subtract(a: Vector, b: Vector) -> Vector:
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2])


def scaled(a: Vector, factor: float) -> Vector:
    return (a[0] * factor, a[1] * factor, a[2] * factor)


def dot(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Vector, b: Vector) -> Vector:
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def apply(a: Matrix, v: Vector) -> Vector:
    return (
        a[0] * v[0] + a[1] * v[1] + a[2] * v[2],
        a[3] * v[0] + a[4] * v[1] + a[5] * v[2],
        a[6] * v[0] + a[7] * v[1] + a[8] * v[2],
    )


def product(a: Matrix, b: Matrix) -> Matrix:
    a0, a1, a2, a3, a4, a5, a6, a7, a8 = a
    b0, b1, b2, b3, b4, b5, b6, b7, b8 = b
    return (
        a0 * b0 + a1 * b3 + a2 * b6,
        a0 * b1 + a1 * b4 + a2 * b7,
        a0 * b2 + a1 * b5 + a2 * b8,
        a3 * b0 + a4 * b3 + a5 * b6,
        a3 * b1 + a4 * b4 + a5 * b7,
        a3 * b2 + a4 * b5 + a5 * b8,
        a6 * b0 + a7 * b3 + a8 * b6,
        a6 * b1 + a7 * b4 + a8 * b7,
        a6 * b2 + a7 * b5 + a8 * b8,
    )


def transposed(a: Matrix) -> Matrix:
    return (a[0], a[3], a[6], a[1], a[4], a[7], a[2], a[5], a[8])


def determinant(a: Matrix) -> float:
    return dot((a[0], a[1], a[2]), cross((a[3], a[4], a[5]), (a[6], a[7], a[8])))


def inverse(a: Matrix) -> Matrix:
    """The inverse.

    Raises:
        ZeroDivisionError: the matrix has none.
    """
    first, second, third = (a[0], a[1], a[2]), (a[3], a[4], a[5]), (a[6], a[7], a[8])
    x, y, z = cross(second, third), cross(third, first), cross(first, second)
    size = dot(first, x)
    if abs(size) <= _FLAT * max(abs(number) for number in a) ** 3:
        raise ZeroDivisionError("the matrix is flat")
    s = 1.0 / size
    return (x[0] * s, y[0] * s, z[0] * s, x[1] * s, y[1] * s, z[1] * s, x[2] * s, y[2] * s, z[2] * s)


def diagonal(v: Vector) -> Matrix:
    return (v[0], 0.0, 0.0, 0.0, v[1], 0.0, 0.0, 0.0, v[2])


def from_maya(values: Sequence[float]) -> tuple[Matrix, Vector]:
    """The linear part and the place of a Maya matrix, 16 numbers by rows."""
    m = [float(value) for value in values]
    if len(m) != 16:
        raise ValueError(f"{len(m)} numbers are no matrix")
    return (m[0], m[4], m[8], m[1], m[5], m[9], m[2], m[6], m[10]), (m[12], m[13], m[14])


def nearest_rotation(a: Matrix) -> Matrix:
    """The rotation nearest to a matrix, by polar decomposition (Higham 1986); of a mirroring one, of its negative.

    Raises:
        ZeroDivisionError: the matrix is flat.
    """
    if determinant(a) < 0.0:
        a = tuple(-number for number in a)  # type: ignore[assignment]
    size = math.sqrt(sum(number * number for number in a) / 3.0)
    if size == 0.0:
        raise ZeroDivisionError("the matrix is flat")
    x: Matrix = tuple(number / size for number in a)  # type: ignore[assignment]
    for _ in range(60):
        back = transposed(inverse(x))
        after: Matrix = tuple(0.5 * (p + q) for p, q in zip(x, back, strict=True))  # type: ignore[assignment]
        step = max(abs(p - q) for p, q in zip(after, x, strict=True))
        x = after
        if step < 1e-14:
            break
    return x


def quaternion_of(r: Matrix) -> Quaternion:
    """The quaternion of a rotation matrix (Shepperd 1978)."""
    trace = r[0] + r[4] + r[8]
    if trace > 0.0:
        s = 2.0 * math.sqrt(trace + 1.0)
        return normalised(((r[7] - r[5]) / s, (r[2] - r[6]) / s, (r[3] - r[1]) / s, 0.25 * s))
    if r[0] >= r[4] and r[0] >= r[8]:
        s = 2.0 * math.sqrt(1.0 + r[0] - r[4] - r[8])
        return normalised((0.25 * s, (r[1] + r[3]) / s, (r[2] + r[6]) / s, (r[7] - r[5]) / s))
    if r[4] >= r[8]:
        s = 2.0 * math.sqrt(1.0 + r[4] - r[0] - r[8])
        return normalised(((r[1] + r[3]) / s, 0.25 * s, (r[5] + r[7]) / s, (r[2] - r[6]) / s))
    s = 2.0 * math.sqrt(1.0 + r[8] - r[0] - r[4])
    return normalised(((r[2] + r[6]) / s, (r[5] + r[7]) / s, 0.25 * s, (r[3] - r[1]) / s))


def matrix_of(q: Quaternion) -> Matrix:
    """The matrix of a unit quaternion."""
    x, y, z, w = q
    return (
        1.0 - 2.0 * (y * y + z * z),
        2.0 * (x * y - z * w),
        2.0 * (x * z + y * w),
        2.0 * (x * y + z * w),
        1.0 - 2.0 * (x * x + z * z),
        2.0 * (y * z - x * w),
        2.0 * (x * z - y * w),
        2.0 * (y * z + x * w),
        1.0 - 2.0 * (x * x + y * y),
    )


def normalised(q: Quaternion) -> Quaternion:
    size = math.sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3])
    if size == 0.0:
        return NO_TURN
    return (q[0] / size, q[1] / size, q[2] / size, q[3] / size)


def turned(a: Quaternion, b: Quaternion) -> Quaternion:
    """The product: `b` first, then `a`."""
    ax, ay, az, aw = a
    bx, by, bz, bw = b
    return (
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
        aw * bw - ax * bx - ay * by - az * bz,
    )


def conjugate(q: Quaternion) -> Quaternion:
    return (-q[0], -q[1], -q[2], q[3])


def twist(q: Quaternion, axis: Vector) -> Quaternion:
    """The part of a rotation that turns about a unit axis; none where it turns half a circle about another."""
    along = dot((q[0], q[1], q[2]), axis)
    size = math.hypot(along, q[3])
    if size < 1e-9:
        return NO_TURN
    x, y, z = scaled(axis, along / size)
    return (x, y, z, q[3] / size)
