"""Joint positions [T, 22, 3] in metres, Y up, of features [T, D]: what is measured of a motion."""

from __future__ import annotations

import numpy as np
import ropar_native


def positions(features: np.ndarray, fps: float) -> np.ndarray:
    """Of a recorded or rebuilt motion, as its features say."""
    root, rotations = ropar_native.motion(np.ascontiguousarray(features, np.float32), fps, None)
    return ropar_native.forward_kinematics(root, rotations)


def planted_positions(features: np.ndarray, fps: float) -> np.ndarray:
    """Of a generated motion, with standing feet held still, as the product writes it."""
    root, rotations = ropar_native.motion(np.ascontiguousarray(features, np.float32), fps, None)
    return ropar_native.forward_kinematics(*ropar_native.plant_feet(root, rotations, fps))
