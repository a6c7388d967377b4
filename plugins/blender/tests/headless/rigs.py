# SPDX-License-Identifier: GPL-3.0-or-later
"""Armatures as they come from other programs: other names, other rest poses, turned and scaled objects."""

from __future__ import annotations

import math
import random

import bpy
from mathutils import Matrix, Quaternion, Vector

#: Joint -> (parent, head, tail): a body of 1.7 m in Blender's axes (Z up, facing -Y, left at +X), arms out.
BODY = {
    "hips": (None, (0, 0, 0.95), (0, 0, 1.05)),
    "spine": ("hips", (0, 0.01, 1.05), (0, 0.01, 1.17)),
    "chest": ("spine", (0, 0.01, 1.17), (0, 0, 1.28)),
    "upper_chest": ("chest", (0, 0, 1.28), (0, 0.02, 1.44)),
    "neck": ("upper_chest", (0, 0.02, 1.44), (0, 0, 1.54)),
    "head": ("neck", (0, 0, 1.54), (0, 0, 1.7)),
    "shoulder": ("upper_chest", (0.03, 0.01, 1.40), (0.17, 0.02, 1.42)),
    "upper_arm": ("shoulder", (0.17, 0.02, 1.42), (0.44, 0.03, 1.42)),
    "lower_arm": ("upper_arm", (0.44, 0.03, 1.42), (0.69, 0.01, 1.42)),
    "hand": ("lower_arm", (0.69, 0.01, 1.42), (0.80, 0.01, 1.42)),
    "upper_leg": ("hips", (0.09, 0, 0.9), (0.09, -0.01, 0.49)),
    "lower_leg": ("upper_leg", (0.09, -0.01, 0.49), (0.09, 0.02, 0.09)),
    "foot": ("lower_leg", (0.09, 0.02, 0.09), (0.09, -0.11, 0.03)),
    "toes": ("foot", (0.09, -0.11, 0.03), (0.09, -0.18, 0.03)),
}
CENTRAL = ("hips", "spine", "chest", "upper_chest", "neck", "head")
MIXAMO = dict(
    zip(
        BODY,
        "Hips Spine Spine1 Spine2 Neck Head {}Shoulder {}Arm {}ForeArm {}Hand {}UpLeg {}Leg {}Foot {}ToeBase".split(),
        strict=True,
    )
)
VRM = dict(
    zip(
        BODY,
        "C_Hips C_Spine C_Chest C_UpperChest C_Neck C_Head {}_Shoulder {}_UpperArm {}_LowerArm {}_Hand {}_UpperLeg"
        " {}_LowerLeg {}_Foot {}_ToeBase".split(),
        strict=True,
    )
)


def build(name: str, title, place=lambda point, bone: point, roll=lambda bone: 0.0, connect: bool = False):
    """An armature object of `BODY`; `title(bone, side)` names the bones, `place` moves their ends."""
    data = bpy.data.armatures.new(name)
    item = bpy.data.objects.new(name, data)
    bpy.context.collection.objects.link(item)
    bpy.context.view_layer.objects.active = item
    item.select_set(True)
    bpy.ops.object.mode_set(mode="EDIT")
    for bone, (parent, head, tail) in BODY.items():
        for side in ("",) if bone in CENTRAL else ("left", "right"):
            made = data.edit_bones.new(title(bone, side))
            mirror = Vector((-1 if side == "right" else 1, 1, 1))
            made.head = place(Vector(head) * mirror, bone)
            made.tail = place(Vector(tail) * mirror, bone)
            made.roll = roll(bone)
            if parent is not None:
                made.parent = data.edit_bones[title(parent, "" if parent in CENTRAL else side)]
                made.use_connect = connect and (made.parent.tail - made.head).length < 1e-6
    bpy.ops.object.mode_set(mode="OBJECT")
    return item


def mixamo():
    """As an FBX file arrives: centimetres and Y up inside, an object that is turned and scaled to 0.01."""
    turned = Matrix.Rotation(math.radians(-90), 3, "X") * 100.0
    item = build("Mixamo", lambda bone, side: "mixamorig:" + MIXAMO[bone].format(side.title()), lambda p, _: turned @ p)
    item.rotation_euler = (math.radians(90), 0, 0)
    item.scale = (0.01, 0.01, 0.01)
    return item, 0.0


def vrm():
    """VRM names, connected bones, a different rotation mode on every bone."""
    item = build(
        "VRM", lambda bone, side: "J_Bip_" + VRM[bone].format(side[:1].upper()), roll=lambda bone: 0.3, connect=True
    )
    modes = ("QUATERNION", "XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX", "AXIS_ANGLE")
    for index, bone in enumerate(item.pose.bones):
        bone.rotation_mode = modes[index % len(modes)]
    return item, 0.0


def a_pose():
    """2.5 m tall, arms 45 degrees down, any rolls, an object that is moved, turned, tilted and scaled."""
    size = 2.5 / 1.7
    tilt, scale, yaw = math.radians(25), 1.3, math.radians(70)
    shoulder = Vector((0.17, 0.02, 1.42))

    def place(point: Vector, bone: str) -> Vector:
        if bone in ("upper_arm", "lower_arm", "hand"):
            sign = 1 if point.x > 0 else -1
            pivot = Vector((shoulder.x * sign, shoulder.y, shoulder.z))
            point = pivot + Quaternion((0, 1, 0), math.radians(45) * sign) @ (point - pivot)
        # The object's tilt is taken out inside, so that the character stands upright in the scene.
        return Quaternion((1, 0, 0), -tilt) @ (point * size / scale)

    rolls = random.Random(3)
    item = build(
        "APose",
        lambda bone, side: bone + (f".{side[0].upper()}" if side else ""),
        place,
        lambda _: rolls.uniform(-3, 3),
    )
    item.location = (3, -2, 0.5)
    item.rotation_mode = "QUATERNION"
    item.rotation_quaternion = Quaternion((0, 0, 1), yaw) @ Quaternion((1, 0, 0), tilt)
    item.scale = (scale,) * 3
    for index, bone in enumerate(item.data.bones):
        bone.use_local_location = index % 3 != 0
    return item, yaw


def unlinked():
    """Bones that do not inherit rotation, and an unposed bone in between."""
    item = build("Unlinked", lambda bone, side: bone + (f".{side[0].upper()}" if side else ""))
    for name in ("head", "foot.L", "foot.R"):
        item.data.bones[name].use_inherit_rotation = False
    return item, 0.0


def quadruped():
    """Four legs and a tail."""
    data = bpy.data.armatures.new("Dog")
    item = bpy.data.objects.new("Dog", data)
    bpy.context.collection.objects.link(item)
    bpy.context.view_layer.objects.active = item
    item.select_set(True)
    bpy.ops.object.mode_set(mode="EDIT")
    body = data.edit_bones.new("body")
    body.head, body.tail = (0, 0, 0.5), (0, -0.6, 0.5)
    for index, (x, y) in enumerate(((0.1, 0), (-0.1, 0), (0.1, -0.6), (-0.1, -0.6))):
        above = body
        for part, (top, bottom) in enumerate(((0.5, 0.25), (0.25, 0.0))):
            leg = data.edit_bones.new(f"b{index}{part}")
            leg.head, leg.tail, leg.parent = (x, y, top), (x, y, bottom), above
            above = leg
    tail = data.edit_bones.new("t")
    tail.head, tail.tail, tail.parent = (0, 0, 0.5), (0, 0.4, 0.6), body
    bpy.ops.object.mode_set(mode="OBJECT")
    return item


def metarig():
    """Rigify's human skeleton before a rig is made of it; None where Rigify is not there."""
    import addon_utils

    if addon_utils.enable("rigify", default_set=True) is None:
        return None
    bpy.ops.object.armature_human_metarig_add()
    return bpy.context.active_object, 0.0


def rigify():
    """Rigify's generated rig; None where Rigify is not there."""
    if metarig() is None:
        return None
    bpy.ops.pose.rigify_generate()
    return bpy.context.active_object, 0.0


ALL = {"mixamo": mixamo, "vrm": vrm, "a_pose": a_pose, "unlinked": unlinked, "metarig": metarig}

#: The bones of a generated Rigify rig that show its pose, as they hang together in the body.
RIGIFY_BODY: dict[str, str | None] = {"ORG-spine": None} | {
    f"ORG-spine.{i:03}": f"ORG-spine.{i - 1:03}" if i > 1 else "ORG-spine" for i in range(1, 7)
}
for _side in "LR":
    for _chain, _top in (
        (("shoulder", "upper_arm", "forearm", "hand"), "ORG-spine.003"),
        (("thigh", "shin", "foot", "toe"), "ORG-spine"),
    ):
        _above = _top
        for _bone in _chain:
            RIGIFY_BODY[f"ORG-{_bone}.{_side}"] = _above
            _above = f"ORG-{_bone}.{_side}"
