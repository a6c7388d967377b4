"""Maya's joint matrix, worked out from Autodesk's node reference and sharing nothing with the plug-in.

"joint", node reference: ``matrix = [S] * [RO] * [R] * [JO] * [IS] * [T]`` for row vectors, with RO the rotateAxis
(Rotate Orient), R the rotation in the node's rotateOrder, JO the jointOrient, and IS the inverse of the parent's scale,
which is the identity where segmentScaleCompensate is off. "transform": the world matrix is ``matrix *
offsetParentMatrix * parent``.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
ORDERS = ["xyz", "yzx", "zxy", "xzy", "yxz", "zyx"]


def _about(axis: str, angle: float) -> Array:
    """Rotation of row vectors, counter-clockwise as seen from the tip of the axis."""
    c, s = math.cos(angle), math.sin(angle)
    rows = {
        "x": [[1, 0, 0], [0, c, s], [0, -s, c]],
        "y": [[c, 0, -s], [0, 1, 0], [s, 0, c]],
        "z": [[c, s, 0], [-s, c, 0], [0, 0, 1]],
    }
    result = np.eye(4)
    result[:3, :3] = rows[axis]
    return result


def rotation(angles: object, order: str = "xyz") -> Array:
    """Radians; the first letter of the order turns first, so it stands leftmost."""
    values = dict(zip("xyz", np.asarray(angles, dtype=float), strict=True))
    result = np.eye(4)
    for axis in order:
        result = result @ _about(axis, values[axis])
    return result


def joint_matrix(
    translate: object,
    rotate: object,
    scale: object = (1, 1, 1),
    order: int = 0,
    orient: object = (0, 0, 0),
    axis: object = (0, 0, 0),
    inverse_scale: object = (1, 1, 1),
    compensate: bool = True,
) -> Array:
    s, unscale, t = np.eye(4), np.eye(4), np.eye(4)
    s[:3, :3] = np.diag(np.asarray(scale, dtype=float))
    if compensate:
        unscale[:3, :3] = np.diag(1.0 / np.asarray(inverse_scale, dtype=float))
    t[3, :3] = np.asarray(translate, dtype=float)
    return s @ rotation(axis) @ rotation(rotate, ORDERS[order]) @ rotation(orient) @ unscale @ t
