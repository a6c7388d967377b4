# SPDX-License-Identifier: GPL-3.0-or-later
"""The pose that an action gives an armature's bones, read from its F-Curves without moving the scene. Main thread."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from . import keys
from .actions import curves
from .channels import ROTATION_PATHS, Pose, rotations_of
from .skeleton import Bones


def read(armature, bones: Bones, action, frames: np.ndarray) -> Pose:
    """Rotations (frames, n, 4) and locations (frames, n, 3) of the bones' own channels at `frames`.

    What has no key keeps its present value. Constraints and drivers are not looked at.
    """
    by_path = _by_path(armature, action)
    pose = armature.pose.bones
    result = Pose(np.empty((len(frames), len(bones), 4)), np.empty((len(frames), len(bones), 3)))
    for index, name in enumerate(bones.names):
        bone, mode = pose[name], bones.modes[index]
        path = ROTATION_PATHS.get(mode, "rotation_euler")
        numbers = _values(by_path, keys.path(name, path), getattr(bone, path), frames)
        same = not any((keys.path(name, path), axis) in by_path for axis in range(numbers.shape[1]))
        if same:  # one conversion serves all frames
            result.rotations[:, index] = rotations_of(numbers[:1], mode)
        else:
            result.rotations[:, index] = rotations_of(numbers, mode)
        result.locations[:, index] = _values(by_path, keys.path(name, "location"), bone.location, frames)
        if bones.connected[index]:
            result.locations[:, index] = 0.0
    return result


def rotation_numbers(armature, action, names: Iterable[str], frame: float) -> dict[str, list[float]]:
    """The numbers of the bones' rotations at `frame`, each in the bone's own mode."""
    by_path = _by_path(armature, action)
    result = {}
    for name in names:
        bone = armature.pose.bones[name]
        own = ROTATION_PATHS.get(bone.rotation_mode, "rotation_euler")
        result[name] = _values(by_path, keys.path(name, own), getattr(bone, own), np.array([frame]))[0].tolist()
    return result


def keyed(armature, bones: Bones, action) -> set[int]:
    """The bones that turn or move by curves of `action`."""
    paths = {path for path, _ in _by_path(armature, action)}
    result = set()
    for index, (name, mode) in enumerate(zip(bones.names, bones.modes, strict=True)):
        own = {keys.path(name, ROTATION_PATHS.get(mode, "rotation_euler")), keys.path(name, "location")}
        if paths & own:
            result.add(index)
    return result


def key_range(armature, action) -> tuple[float, float] | None:
    """First and last key of the armature's bones in `action`."""
    found = curves(action, armature, create=False) if action is not None else None
    ends = [
        curve.range() for curve in found or () if curve.data_path.startswith("pose.bones[") and curve.keyframe_points
    ]
    return (min(end[0] for end in ends), max(end[1] for end in ends)) if ends else None


def _by_path(armature, action) -> dict:
    found = curves(action, armature, create=False) if action is not None else None
    return {(curve.data_path, curve.array_index): curve for curve in found or ()}


def _values(by_path: dict, path: str, present, frames: np.ndarray) -> np.ndarray:
    columns = []
    for axis, value in enumerate(present):
        curve = by_path.get((path, axis))
        columns.append(keys.values_at(curve, frames) if curve is not None else np.full(len(frames), float(value)))
    return np.stack(columns, axis=-1)
