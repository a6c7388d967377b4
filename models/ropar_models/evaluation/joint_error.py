"""How far the joints of one motion are from those of another, joint positions [T, 22, 3] each, in millimetres."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def world_error_mm(a: Array, b: Array) -> float:
    """Mean distance in the world: where the root got counts."""
    return float(np.linalg.norm(a - b, axis=-1).mean() * 1000)


def pelvis_error_mm(a: Array, b: Array) -> float:
    """Mean distance against the pelvis: the pose alone, wherever the root is."""
    return world_error_mm(a - a[:, :1], b - b[:, :1])
