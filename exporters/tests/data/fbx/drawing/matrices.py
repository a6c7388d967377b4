"""Four by four matrices of translations, turns and scales, as lists of rows."""

import math

Matrix = list[list[float]]
Vector = tuple[float, float, float]


def identity() -> Matrix:
    return [[float(i == j) for j in range(4)] for i in range(4)]


def product(*matrices: Matrix) -> Matrix:
    result = identity()
    for m in matrices:
        result = [[sum(result[i][k] * m[k][j] for k in range(4)) for j in range(4)] for i in range(4)]
    return result


def translation(v: Vector, sign: float = 1.0) -> Matrix:
    m = identity()
    for i in range(3):
        m[i][3] = sign * v[i]
    return m


def scaling(v: Vector) -> Matrix:
    m = identity()
    for i in range(3):
        m[i][i] = v[i]
    return m


def turn(axis: str, degrees: float) -> Matrix:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    m = identity()
    i, j = {"X": (1, 2), "Y": (2, 0), "Z": (0, 1)}[axis]
    m[i][i], m[i][j], m[j][i], m[j][j] = c, -s, s, c
    return m


def euler(v: Vector, order: str = "XYZ") -> Matrix:
    """The first letter turns first, so it stands rightmost."""
    angles = dict(zip("XYZ", v, strict=False))
    return product(*[turn(axis, angles[axis]) for axis in reversed(order)])


def transposed(m: Matrix) -> Matrix:
    return [[m[j][i] for j in range(4)] for i in range(4)]
