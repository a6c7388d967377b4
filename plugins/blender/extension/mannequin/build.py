# SPDX-License-Identifier: GPL-3.0-or-later
"""The mannequin as an armature with a skinned mesh."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Vector

from .. import library
from ..host import quaternions as quat
from ..host.canonical import JOINTS, STANDING_HEIGHT
from ..host.skeleton import Bones
from ..host.spaces import Space
from . import drawing

NAME = "Mannequin"

#: The joint that a bone points at; the others point along a fixed direction (RoPAR's axes, metres).
TAILS: dict[str, str | tuple[float, float, float]] = {
    "pelvis": "spine1",
    "spine1": "spine2",
    "spine2": "spine3",
    "spine3": "neck",
    "neck": "head",
    "head": (0.0, 0.17, 0.0),
    "left_foot": (0.0, 0.0, 0.08),
    "right_foot": (0.0, 0.0, 0.08),
    "left_wrist": (0.17, 0.0, 0.0),
    "right_wrist": (-0.17, 0.0, 0.0),
}


def rest_places() -> dict[str, np.ndarray]:
    """Where the joints of the canonical skeleton are at rest; metres, Y up, the soles at 0."""
    still = np.tile(np.array([0.0, 0.0, 0.0, 1.0], dtype=np.float32), (1, len(JOINTS), 1))
    root = np.array([[0.0, STANDING_HEIGHT, 0.0]], dtype=np.float32)
    places = np.asarray(library.module().Motion.from_arrays(20.0, root, still).positions())[0]
    return {joint: places[index].astype(float) for index, joint in enumerate(JOINTS)}


def bones(rest: dict[str, np.ndarray]) -> Bones:
    """The mannequin's bones, before there is an armature."""
    space = Space.upright()
    heads = np.array([space.point_out(rest[joint]) for joint in JOINTS])
    matrices = []
    for index, joint in enumerate(JOINTS):
        axis = Vector((space.point_out(_tail(joint, rest)) - heads[index]).tolist())
        matrices.append([list(row) for row in bpy.types.Bone.MatrixFromAxisRoll(axis, 0.0)])
    order = list(JOINTS)
    count = len(order)
    return Bones(
        names=tuple(order),
        parents=tuple(-1 if parent is None else order.index(parent) for parent in JOINTS.values()),
        rotations=quat.from_matrices(np.array(matrices)),
        heads=heads,
        modes=("QUATERNION",) * count,
        inherits_rotation=(True,) * count,
        local_location=(True,) * count,
        connected=(False,) * count,
        space=space,
    )


def _tail(joint: str, rest: dict[str, np.ndarray]) -> np.ndarray:
    target = TAILS.get(joint) or next(child for child, parent in JOINTS.items() if parent == joint)
    return rest[target] if isinstance(target, str) else rest[joint] + np.array(target)


def create(context, rest: dict[str, np.ndarray], unit: float):
    """The bones of a new mannequin at the 3D cursor, selected and active. Object mode.

    Args:
        rest: :func:`rest_places`.
        unit: metres per unit of the scene.
    """
    if context.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    data = bpy.data.armatures.new(NAME)
    armature = bpy.data.objects.new(NAME, data)
    armature.location = context.scene.cursor.location
    armature.scale = (1.0 / unit,) * 3
    # The collection that new objects go to, as with Blender's own Add menu.
    context.collection.objects.link(armature)
    for other in context.view_layer.objects.selected:
        other.select_set(False)
    context.view_layer.objects.active = armature
    armature.select_set(True)
    space = Space.upright()
    bpy.ops.object.mode_set(mode="EDIT")
    for joint, parent in JOINTS.items():
        bone = data.edit_bones.new(joint)
        bone.head = space.point_out(rest[joint])
        bone.tail = space.point_out(_tail(joint, rest))
        bone.roll = 0.0
        if parent is not None:
            bone.parent = data.edit_bones[parent]
    bpy.ops.object.mode_set(mode="OBJECT")
    # The body shows the pose; the bones only where one looks for them.
    data.display_type = "STICK"
    armature.show_in_front = True
    return armature


def skin(context, armature, body: drawing.Body) -> None:
    """Hangs the drawn body on the bones of :func:`create`."""
    space = Space.upright()
    mesh = bpy.data.meshes.new(NAME)
    places = space.point_out(np.concatenate(body.positions))
    mesh.from_pydata(places.tolist(), [], body.triangles)
    for entry in body.materials:
        mesh.materials.append(_material(entry))
    mesh.polygons.foreach_set("material_index", np.array(body.surfaces, dtype=np.int32))
    mesh.polygons.foreach_set("use_smooth", np.ones(len(body.triangles), dtype=bool))
    mesh.update()
    item = bpy.data.objects.new(f"{NAME} Body", mesh)
    context.collection.objects.link(item)
    for joint, weights in body.weights.items():
        group = item.vertex_groups.new(name=joint)
        by_weight: dict[float, list[int]] = {}
        for vertex, weight in weights:
            if weight > 0.0:
                by_weight.setdefault(weight, []).append(vertex)
        for weight, vertices in by_weight.items():
            group.add(vertices, weight, "REPLACE")
    item.parent = armature
    modifier = item.modifiers.new("Armature", "ARMATURE")
    modifier.object = armature


def _material(entry: dict):
    name = f"{NAME} {entry['name']}"
    found = bpy.data.materials.get(name)
    if found is not None:
        return found
    material = bpy.data.materials.new(name)
    color = (*entry["color"], 1.0)
    material.diffuse_color = color
    material.roughness = entry["roughness"]
    if bpy.app.version < (5, 0, 0):
        material.use_nodes = True
    principled = material.node_tree.nodes.get("Principled BSDF") if material.node_tree else None
    if principled is not None:
        principled.inputs["Base Color"].default_value = color
        principled.inputs["Roughness"].default_value = entry["roughness"]
    return material


def remove(armature) -> None:
    """Takes a mannequin out of the file again."""
    for child in list(armature.children):
        mesh = child.data
        bpy.data.objects.remove(child)
        if mesh.users == 0:
            bpy.data.meshes.remove(mesh)
    data = armature.data
    bpy.data.objects.remove(armature)
    if data.users == 0:
        bpy.data.armatures.remove(data)
