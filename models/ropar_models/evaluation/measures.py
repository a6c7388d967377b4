"""Plain measures of a motion, from joint positions [T, 22, 3] in metres, Y up.

They are the signs by which a probe decides whether the model obeyed; each is a few lines of geometry.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..layout import JOINTS

Array = NDArray[np.float32]
J = {name: i for i, name in enumerate(JOINTS)}


def heading(positions: Array) -> Array:
    """Unwrapped yaw [T] of the body (radians, 0 along +Z, left turns positive)."""
    across = positions[:, J["left_hip"]] - positions[:, J["right_hip"]]
    across = across + positions[:, J["left_shoulder"]] - positions[:, J["right_shoulder"]]
    # Left is +X when facing +Z: facing = across turned by -90 degrees about Y.
    return np.unwrap(np.arctan2(-across[:, 2], across[:, 0]))


def turn(positions: Array) -> float:
    """Net turn in degrees, left positive: mean heading of the last quarter second minus the first."""
    yaw = heading(positions)
    return float(np.degrees(yaw[-5:].mean() - yaw[:5].mean()))


def displacement(positions: Array) -> Array:
    """Path of the pelvis in the character's own frame, summed over time: [forward, left] metres."""
    yaw = heading(positions)[:-1]
    step = np.diff(positions[:, J["pelvis"]], axis=0)
    forward = step[:, 0] * np.sin(yaw) + step[:, 2] * np.cos(yaw)
    left = step[:, 0] * np.cos(yaw) - step[:, 2] * np.sin(yaw)
    return np.array([forward.sum(), left.sum()], np.float32)


def speed(positions: Array, fps: float) -> float:
    """Path length of the pelvis over the ground per second."""
    step = np.diff(positions[:, J["pelvis"]][:, [0, 2]], axis=0)
    return float(np.linalg.norm(step, axis=-1).sum() / max(len(step), 1) * fps)


def wrist_travel(positions: Array, side: str) -> float:
    """How far a wrist moves against the chest, in metres."""
    relative = positions[:, J[f"{side}_wrist"]] - positions[:, J["spine3"]]
    return float(np.linalg.norm(np.diff(relative, axis=0), axis=-1).sum())


def wrist_height(positions: Array, side: str) -> float:
    """Highest point of a wrist above its shoulder, in metres."""
    return float((positions[:, J[f"{side}_wrist"], 1] - positions[:, J[f"{side}_shoulder"], 1]).max())


def wrist_swings(positions: Array, side: str) -> int:
    """How often a raised wrist, no more than 10 cm under its shoulder, sets out to the other side of its elbow: ways of
    at least 6 cm along the line of the shoulders."""
    wrist, shoulder, elbow = (positions[:, J[f"{side}_{joint}"]] for joint in ("wrist", "shoulder", "elbow"))
    across = positions[:, J["left_shoulder"]] - positions[:, J["right_shoulder"]]
    along = ((wrist - elbow) * across)[:, [0, 2]].sum(-1) / np.linalg.norm(across[:, [0, 2]], axis=-1)
    count, way, turned = 0, 0, 0.0
    for i, place in enumerate(along[wrist[:, 1] > shoulder[:, 1] - 0.1]):
        if i == 0 or (place - turned) * way > 0:
            turned = place  # still going the same way: it would turn here
        elif abs(place - turned) > 0.06:
            count, way, turned = count + 1, 1 if place > turned else -1, place
    return count


def wrist_forward(positions: Array, side: str) -> float:
    """Largest reach of a wrist before its shoulder along the heading, in metres."""
    yaw = heading(positions)
    d = positions[:, J[f"{side}_wrist"]] - positions[:, J[f"{side}_shoulder"]]
    return float((d[:, 0] * np.sin(yaw) + d[:, 2] * np.cos(yaw)).max())


def ankle_height(positions: Array, side: str) -> float:
    """Highest point of an ankle above its own lowest, in metres."""
    y = positions[:, J[f"{side}_ankle"], 1]
    return float(y.max() - np.percentile(y, 5))


def trunk_pitch(positions: Array) -> float:
    """Largest lean of pelvis-neck from the vertical, in degrees."""
    d = positions[:, J["neck"]] - positions[:, J["pelvis"]]
    return float(np.degrees(np.arccos(np.clip(d[:, 1] / np.linalg.norm(d, axis=-1), -1, 1))).max())


def trunk_mean_pitch(positions: Array) -> float:
    """Mean forward lean of pelvis-neck, in degrees (negative leans back)."""
    yaw = heading(positions)
    d = positions[:, J["neck"]] - positions[:, J["pelvis"]]
    forward = d[:, 0] * np.sin(yaw) + d[:, 2] * np.cos(yaw)
    return float(np.degrees(np.arctan2(forward, d[:, 1])).mean())


def pelvis_drop(positions: Array) -> float:
    """How far the pelvis sinks below its usual height, in metres."""
    y = positions[:, J["pelvis"], 1]
    return float(np.percentile(y, 95) - y.min())


def feet_apart(positions: Array) -> float:
    """Largest distance between the ankles over the ground, in metres."""
    d = positions[:, J["left_ankle"]] - positions[:, J["right_ankle"]]
    return float(np.linalg.norm(d[:, [0, 2]], axis=-1).max())


def energy(positions: Array, fps: float) -> float:
    """Mean speed of all joints against the pelvis, metres per second."""
    relative = positions - positions[:, :1]
    return float(np.linalg.norm(np.diff(relative, axis=0), axis=-1).mean() * fps)


def foot_skate(positions: Array, fps: float) -> float:
    """Share of foot-joint frames below 5 cm over the clip's floor that move faster than 0.5 m/s."""
    feet = positions[:, [J["left_foot"], J["right_foot"]]]
    floor = np.percentile(feet[..., 1], 2)
    velocity = np.linalg.norm(np.diff(feet, axis=0), axis=-1) * fps
    low = (feet[1:, :, 1] < floor + 0.05) & (feet[:-1, :, 1] < floor + 0.05)
    return float((low & (velocity > 0.5)).sum() / max(low.sum(), 1))


def contact_slide(positions: Array, fps: float, height: float = 0.05) -> float:
    """Slide of the feet, the more counted the nearer they are to the floor, in metres per second.

    Mean of v (2 - 2^(h / H)) over foot joints below H (Zhang et al. 2018, "Mode-Adaptive Neural Networks", section 7),
    with v the speed over the ground and h the height over the clip's floor.
    """
    feet = positions[:, [J["left_foot"], J["right_foot"]]]
    above = feet[1:, :, 1] - np.percentile(feet[..., 1], 2)
    velocity = np.linalg.norm(np.diff(feet[..., [0, 2]], axis=0), axis=-1) * fps
    low = above < height
    weight = 2 - 2 ** (np.clip(above, 0, height) / height)
    return float((velocity * weight)[low].sum() / max(low.sum(), 1))


def penetration(positions: Array) -> float:
    """Mean depth of the lowest joint under the floor (y = 0), in metres, over all frames."""
    return float(np.clip(-positions[..., 1].min(axis=1), 0, None).mean())


def jerk(positions: Array, fps: float) -> float:
    """Mean third difference of all joints, metres per second cubed."""
    return float(np.linalg.norm(np.diff(positions, n=3, axis=0), axis=-1).mean() * fps**3)


def exploded(positions: Array) -> bool:
    """A joint further than 1.2 m from the pelvis, or the pelvis outside 0.2 to 1.4 m."""
    reach = np.linalg.norm(positions - positions[:, :1], axis=-1).max()
    height = positions[:, 0, 1]
    return bool(reach > 1.2 or height.min() < 0.2 or height.max() > 1.4 or not np.isfinite(positions).all())
