# SPDX-License-Identifier: GPL-3.0-or-later
"""A retargeted motion as the values of bone channels. Arrays only: runs on any thread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import mathutils
import numpy as np

from . import quaternions as quat
from .skeleton import Bones

#: A bone whose pose differs from rest by no more than this is not moved: radians, and armature units.
STILL_ANGLE, STILL_PLACE = 1e-5, 1e-6

ROTATION_PATHS = {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}


@dataclass(frozen=True)
class Channel:
    """The values of one F-Curve over the frames of a motion."""

    bone: str
    #: Property of the pose bone, such as ``rotation_quaternion``.
    property: str
    index: int
    values: np.ndarray


@dataclass(frozen=True)
class Pose:
    """Bone channels before they take on a rotation mode: rotations (frames, n, 4), locations (frames, n, 3)."""

    rotations: np.ndarray
    locations: np.ndarray


def basis(bones: Bones, rotations: np.ndarray, translations: np.ndarray) -> Pose:
    """What pose bones hold (``PoseBone.matrix_basis``) for a motion in RoPAR's space.

    Args:
        rotations: local rotations (frames, n, 4), each in its parent's frame.
        translations: local places (frames, n, 3), metres.

    The rules are those of Blender's ``BKE_bone_parent_transform_calc_from_matrices``: a bone that does not inherit
    rotation turns from its rest in armature space, and one without local location moves along the armature's axes.
    """
    world_rotations, world_places = bones.forward(
        np.asarray(rotations, dtype=np.float64), np.asarray(translations, dtype=np.float64)
    )
    turned = bones.space.rotation_out(world_rotations)
    placed = bones.space.point_out(world_places)
    result = Pose(np.empty_like(turned), np.empty_like(placed))
    for index, parent in enumerate(bones.parents):
        axes, origin = _frame(bones, index, parent, turned, placed)
        turn_from = axes if bones.inherits_rotation[index] else bones.rotations[index]
        result.rotations[:, index] = quat.multiply(quat.conjugate(turn_from), turned[:, index])
        offset = placed[:, index] - origin
        if bones.local_location[index]:
            offset = quat.rotate(quat.conjugate(axes), offset)
        result.locations[:, index] = offset
    return result


def pose(bones: Bones, channels: Pose) -> tuple[np.ndarray, np.ndarray]:
    """The inverse of :func:`basis`: local rotations and translations in RoPAR's space."""
    frames = len(channels.rotations)
    turned, placed = np.empty((frames, len(bones), 4)), np.empty((frames, len(bones), 3))
    for index, parent in enumerate(bones.parents):
        axes, origin = _frame(bones, index, parent, turned, placed)
        turn_from = axes if bones.inherits_rotation[index] else bones.rotations[index]
        turned[:, index] = quat.multiply(turn_from, channels.rotations[:, index])
        offset = channels.locations[:, index]
        placed[:, index] = origin + (quat.rotate(axes, offset) if bones.local_location[index] else offset)
    return bones.local(bones.space.rotation_in(turned), bones.space.point_in(placed))


def _frame(bones: Bones, index: int, parent: int, turned: np.ndarray, placed: np.ndarray):
    """Where a bone is while its own channels are at rest: axes (frames, 4) or (4,) and place (frames, 3) or (3,)."""
    if parent < 0:
        return bones.rotations[index], bones.heads[index]
    back = quat.conjugate(bones.rotations[parent])
    axes = quat.multiply(turned[:, parent], quat.multiply(back, bones.rotations[index]))
    offset = quat.rotate(back, bones.heads[index] - bones.heads[parent])
    return axes, placed[:, parent] + quat.rotate(turned[:, parent], offset)


def moved(bones: Bones, values: Pose, always: Iterable[int]) -> tuple[list[int], list[int]]:
    """The bones that turn and those that change place; `always` are counted among the first."""
    angle = 2.0 * np.arctan2(np.linalg.norm(values.rotations[..., :3], axis=-1), np.abs(values.rotations[..., 3])).max(
        axis=0
    )
    place = np.abs(values.locations).max(axis=(0, 2))
    turning = sorted(set(np.flatnonzero(angle > STILL_ANGLE).tolist()) | set(always))
    # Float rounding in the input shows up as a shift of all bones: micrometres, and never of a connected bone.
    limit = max(STILL_PLACE, 2e-5 / bones.space.metres)
    moving = [int(i) for i in np.flatnonzero(place > limit) if not bones.connected[i]]
    return turning, moving


def carriers(bones: Bones, indices: Iterable[int]) -> list[int]:
    """The bones between `indices` and the top that are not among them: a pose left on these would carry the others."""
    own = set(indices)
    found = set()
    for index in own:
        above = bones.parents[index]
        while above >= 0:
            if above not in own:
                found.add(above)
            above = bones.parents[above]
    return sorted(found)


def channels(
    bones: Bones,
    values: Pose,
    turning: Iterable[int],
    moving: Iterable[int],
    near: Mapping[str, Sequence[float]] | None = None,
) -> list[Channel]:
    """F-Curve values for the bones that turn and those that change place, each in its own rotation mode.

    Args:
        near: numbers of a bone's rotation that its first values shall be close to, where keys before them go on.
    """
    result = []
    for index in turning:
        name, mode = bones.names[index], bones.modes[index]
        path = ROTATION_PATHS.get(mode, "rotation_euler")
        numbers = rotation_values(values.rotations[:, index], mode, (near or {}).get(name))
        result += [Channel(name, path, axis, numbers[:, axis]) for axis in range(numbers.shape[1])]
    for index in moving:
        result += [Channel(bones.names[index], "location", axis, values.locations[:, index, axis]) for axis in range(3)]
    return result


def rotation_values(rotations: np.ndarray, mode: str, near: Sequence[float] | None = None) -> np.ndarray:
    """Rotations (frames, 4) as (frames, 4 or 3) numbers of a rotation mode, without jumps.

    Args:
        near: numbers of the same mode; of the many that mean the first rotation, those closest to them are taken.
    """
    smooth = quat.continuous(rotations)
    if mode == "QUATERNION":
        numbers = np.roll(smooth, 1, axis=-1)
        return -numbers if near is not None and numbers[0] @ np.asarray(near) < 0.0 else numbers
    if mode == "AXIS_ANGLE":
        return _axis_angles(smooth)
    numbers = np.empty((len(smooth), 3))
    before = mathutils.Euler(near, mode) if near is not None else None
    for frame, (x, y, z, w) in enumerate(smooth.tolist()):
        rotation = mathutils.Quaternion((w, x, y, z))
        before = rotation.to_euler(mode, before) if before is not None else rotation.to_euler(mode)
        numbers[frame] = before
    return numbers


def _axis_angles(rotations: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(rotations[:, :3], axis=-1, keepdims=True)
    angle = 2.0 * np.arctan2(length, rotations[:, 3:])
    axis = np.where(length > 1e-9, rotations[:, :3] / np.maximum(length, 1e-12), np.array([0.0, 1.0, 0.0]))
    return np.concatenate((angle, axis), axis=-1)


def rotations_of(numbers: np.ndarray, mode: str) -> np.ndarray:
    """The inverse of :func:`rotation_values`: rotations (frames, 4) of unit length."""
    if mode == "QUATERNION":
        q = np.roll(np.asarray(numbers, dtype=np.float64), -1, axis=-1)
        empty = np.linalg.norm(q, axis=-1, keepdims=True) < 1e-9
        return quat.normalize(np.where(empty, np.array([0.0, 0.0, 0.0, 1.0]), q))
    result = np.empty((len(numbers), 4))
    for frame, values in enumerate(numbers.tolist()):
        if mode == "AXIS_ANGLE":
            q = mathutils.Quaternion(values[1:], values[0]) if any(values[1:]) else mathutils.Quaternion()
        else:
            q = mathutils.Euler(values, mode).to_quaternion()
        result[frame] = (q.x, q.y, q.z, q.w)
    return result
