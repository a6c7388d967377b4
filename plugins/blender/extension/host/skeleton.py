# SPDX-License-Identifier: GPL-3.0-or-later
"""An armature's bones as arrays, read once on the main thread, so that the rest can work without Blender's data."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from bpy.app.translations import pgettext_rpt as rpt_

from . import quaternions as quat
from .spaces import Space


@dataclass(frozen=True)
class Bones:
    """The bones of an armature at rest, parents before their children.

    Places and rotations are in armature space; the names are the bones' own.
    """

    names: tuple[str, ...]
    #: Index of the parent, -1 for none.
    parents: tuple[int, ...]
    #: Rest rotation (n, 4) and head (n, 3) in armature space.
    rotations: np.ndarray
    heads: np.ndarray
    #: ``rotation_mode`` of each pose bone.
    modes: tuple[str, ...]
    #: Whether a bone turns with its parent, is moved along its own axes, and may be moved at all.
    inherits_rotation: tuple[bool, ...]
    local_location: tuple[bool, ...]
    connected: tuple[bool, ...]
    space: Space
    #: Names of bones whose pose is changed by constraints or drivers.
    constrained: frozenset[str] = field(default_factory=frozenset)
    #: What a user should know about the armature.
    warnings: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.names)

    def rest_matrices(self) -> np.ndarray:
        """Local rest matrices (n, 4, 4) in metres, Y up: what ``ropar.Rig.from_arrays`` takes."""
        rotation = self.space.rotation_in(self.rotations)
        place = self.space.point_in(self.heads)
        world = np.tile(np.eye(4), (len(self), 1, 1))
        world[:, :3, :3] = quat.to_matrices(rotation)
        world[:, :3, 3] = place
        local = world.copy()
        for index, parent in enumerate(self.parents):
            if parent >= 0:
                local[index] = np.linalg.inv(world[parent]) @ world[index]
        return local

    def forward(self, rotations: np.ndarray, translations: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """World rotations (frames, n, 4) and places (frames, n, 3) of local ones, in the space these are in."""
        world_rotations, world_places = np.empty_like(rotations), np.empty_like(translations)
        for index, parent in enumerate(self.parents):
            if parent < 0:
                world_rotations[:, index], world_places[:, index] = rotations[:, index], translations[:, index]
                continue
            above = world_rotations[:, parent]
            world_rotations[:, index] = quat.multiply(above, rotations[:, index])
            world_places[:, index] = world_places[:, parent] + quat.rotate(above, translations[:, index])
        return world_rotations, world_places

    def local(self, world_rotations: np.ndarray, world_places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The inverse of :meth:`forward`."""
        rotations, translations = np.empty_like(world_rotations), np.empty_like(world_places)
        for index, parent in enumerate(self.parents):
            if parent < 0:
                rotations[:, index], translations[:, index] = world_rotations[:, index], world_places[:, index]
                continue
            back = quat.conjugate(world_rotations[:, parent])
            rotations[:, index] = quat.multiply(back, world_rotations[:, index])
            translations[:, index] = quat.rotate(back, world_places[:, index] - world_places[:, parent])
        return rotations, translations


def read(armature, scale_length: float) -> Bones:
    """Reads an armature object. Main thread only.

    Raises:
        AddonError: the object is scaled to nothing.
    """
    ordered = []
    pending = [bone for bone in armature.data.bones if bone.parent is None]
    while pending:
        bone = pending.pop(0)
        ordered.append(bone)
        pending[:0] = list(bone.children)
    place = {bone.name: index for index, bone in enumerate(ordered)}
    matrices = np.array([[list(row) for row in bone.matrix_local] for bone in ordered]).reshape(-1, 4, 4)
    pose = armature.pose.bones
    space = Space.of(armature.matrix_world, scale_length)
    return Bones(
        names=tuple(bone.name for bone in ordered),
        parents=tuple(place[bone.parent.name] if bone.parent else -1 for bone in ordered),
        rotations=quat.from_matrices(matrices[:, :3, :3]),
        heads=matrices[:, :3, 3].copy(),
        modes=tuple(pose[bone.name].rotation_mode for bone in ordered),
        inherits_rotation=tuple(bone.use_inherit_rotation for bone in ordered),
        local_location=tuple(bone.use_local_location for bone in ordered),
        connected=tuple(bone.use_connect for bone in ordered),
        space=space,
        constrained=_constrained(armature),
        warnings=space.warnings + _resting(armature),
    )


def _resting(armature) -> tuple[str, ...]:
    """A motion is made all the same, but Blender does not show it."""
    if armature.data.pose_position != "REST":
        return ()
    return (
        rpt_('"{}" is in Rest Position: set it to Pose Position (Armature properties) to see the motion').format(
            armature.name
        ),
    )


def _constrained(armature) -> frozenset[str]:
    """Bones that something other than their own channels moves."""
    found = {bone.name for bone in armature.pose.bones if any(c.enabled and c.influence > 0 for c in bone.constraints)}
    animation = armature.animation_data
    for driver in animation.drivers if animation else ():
        path = driver.data_path
        if path.startswith('pose.bones["') and path.rsplit("].", 1)[-1].startswith(("location", "rotation", "scale")):
            found.add(path[len('pose.bones["') :].rsplit('"]', 1)[0])
    return frozenset(found)
