# SPDX-License-Identifier: GPL-3.0-or-later
"""Where bone heads must be, worked out with Blender's matrices and none of the extension's code."""

from __future__ import annotations

import math

import bpy
import numpy as np
import ropar
from mathutils import Matrix, Quaternion, Vector

#: Blender's axes to RoPAR's.
UP = Matrix.Rotation(math.radians(-90), 4, "X")


def placement(armature, yaw: float) -> Matrix:
    """From the armature to RoPAR's space, in metres: the object without its place and its turn `yaw`."""
    _, rotation, scale = armature.matrix_world.decompose()
    unit = bpy.context.scene.unit_settings.scale_length
    level = Matrix.Rotation(-yaw, 4, "Z") @ rotation.to_matrix().to_4x4()
    return UP @ level @ Matrix.Scale(scale.x * unit, 4)


def rig(armature, yaw: float, body: dict[str, str | None] | None = None):
    """The armature as RoPAR's rig, its bones' names and parents; or some of its bones, with other parents (`body`)."""
    into = placement(armature, yaw)
    bones = list(armature.data.bones) if body is None else [armature.data.bones[name] for name in body]
    world = {}
    for bone in bones:
        matrix = into @ bone.matrix_local
        world[bone.name] = Matrix.LocRotScale(matrix.to_translation(), matrix.to_quaternion(), None)
    names = [bone.name for bone in bones]
    above = body or {bone.name: bone.parent.name if bone.parent else None for bone in bones}
    parents = [names.index(above[name]) if above[name] else -1 for name in names]
    local = [world[above[name]].inverted() @ world[name] if above[name] else world[name] for name in names]
    return ropar.Rig.from_arrays(names, parents, np.array([[list(row) for row in m] for m in local])), names, parents


def heads(armature, yaw: float, motion, **options) -> tuple[list[str], np.ndarray]:
    """World places of all bone heads, (frames, bones, 3) in Blender's units, when `motion` is put on the armature."""
    made, names, parents = rig(armature, yaw)
    result = ropar.retarget(motion, made, **options)
    unit = bpy.context.scene.unit_settings.scale_length
    out = Matrix.Translation(armature.matrix_world.to_translation()) @ Matrix.Rotation(yaw, 4, "Z") @ UP.inverted()
    out = out @ Matrix.Scale(1.0 / unit, 4)
    places = np.empty((result.frames, len(names), 3))
    for frame in range(result.frames):
        world: list[Matrix] = []
        for index, parent in enumerate(parents):
            x, y, z, w = result.rotations[frame][index]
            own = Matrix.LocRotScale(Vector(result.translations[frame][index]), Quaternion((w, x, y, z)), None)
            world.append(world[parent] @ own if parent >= 0 else own)
            places[frame, index] = out @ world[-1].to_translation()
    return names, places


def evaluated(armature, names: list[str], frames) -> np.ndarray:
    """World places of the bone heads as Blender shows them, (frames, bones, 3)."""
    places = np.empty((len(frames), len(names), 3))
    for row, frame in enumerate(frames):
        bpy.context.scene.frame_set(int(frame))
        for index, name in enumerate(names):
            places[row, index] = armature.matrix_world @ armature.pose.bones[name].head
    return places
