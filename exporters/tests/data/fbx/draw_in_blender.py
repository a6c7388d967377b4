"""Draws `blender_7400_skinned_rig.fbx` with Blender and says where Blender has its joints.

    python exporters/tests/data/fbx/draw_in_blender.py

Run with a Python that has `bpy` 4.2 (see tests/readers/README.md). The rig is drawn here: five bones with turned axes, a
box that hangs on them by vertex groups, a material, and ten frames of motion at 24 per second.
"""

import json
import math
import os
from pathlib import Path

import bpy
from mathutils import Euler, Vector

HERE = Path(__file__).resolve().parent
FRAMES = 10
BONES = [
    ("Hips", None, (0, 0, 0.9), (0, 0.02, 1.1), 0.0),
    ("Spine", "Hips", (0, 0.02, 1.1), (0, 0, 1.5), 0.3),
    ("Arm.L", "Spine", (0.1, 0, 1.45), (0.4, 0.05, 1.45), -0.4),
    ("Hand.L", "Arm.L", (0.4, 0.05, 1.45), (0.5, 0.05, 1.4), 0.9),
    ("Leg.R", "Hips", (-0.1, 0, 0.9), (-0.12, -0.02, 0.1), 0.1),
]


def armature() -> bpy.types.Object:
    data = bpy.data.armatures.new("Rig")
    rig = bpy.data.objects.new("Rig", data)
    bpy.context.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for name, parent, head, tail, roll in BONES:
        bone = data.edit_bones.new(name)
        bone.head, bone.tail, bone.roll = head, tail, roll
        bone.parent = data.edit_bones[parent] if parent else None
    bpy.ops.object.mode_set(mode="OBJECT")
    return rig


def body(rig: bpy.types.Object) -> None:
    points = [(x, y, z) for x in (-0.1, 0.1) for y in (-0.1, 0.1) for z in (0.9, 1.5)]
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    mesh = bpy.data.meshes.new("Body")
    mesh.from_pydata(points, [], faces)
    mesh.materials.append(bpy.data.materials.new("Cloth"))
    shape = bpy.data.objects.new("Body", mesh)
    bpy.context.collection.objects.link(shape)
    shape.parent = rig
    for name in ("Hips", "Spine"):
        wanted = [i for i, point in enumerate(points) if (point[2] > 1) == (name == "Spine")]
        shape.vertex_groups.new(name=name).add(wanted, 1.0, "REPLACE")
    shape.modifiers.new("Armature", "ARMATURE").object = rig


def animate(rig: bpy.types.Object) -> None:
    for number, bone in enumerate(rig.pose.bones):
        bone.rotation_mode = "XYZ"
        for frame in range(FRAMES):
            angle = 0.15 * frame + number
            bone.rotation_euler = Euler((0.5 * math.sin(angle), 0.2 * frame, 0.4 * math.cos(angle)))
            bone.keyframe_insert("rotation_euler", frame=frame + 1)
            if number == 0:
                bone.location = Vector((0.05 * frame, 0.01 * frame, -0.03 * frame))
                bone.keyframe_insert("location", frame=frame + 1)


def heads(rig: bpy.types.Object) -> list[list[float]]:
    places = [rig.matrix_world @ rig.pose.bones[name].head for name, *_ in BONES]
    return [[round(place.x, 9), round(place.z, 9), round(-place.y, 9)] for place in places]


def main() -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps, scene.frame_start, scene.frame_end = 24, 1, FRAMES
    rig = armature()
    body(rig)
    rest = [[round(head[0], 9), round(head[2], 9), round(-head[1], 9)] for _, _, head, _, _ in BONES]
    animate(rig)
    frames = []
    for frame in range(FRAMES):
        scene.frame_set(frame + 1)
        frames.append(heads(rig))
    scene.frame_set(1)
    bpy.ops.preferences.addon_enable(module="io_scene_fbx")
    path = HERE / "blender_7400_skinned_rig.fbx"
    bpy.ops.export_scene.fbx(
        filepath=str(path), object_types={"ARMATURE", "MESH"}, add_leaf_bones=False, bake_anim_simplify_factor=0.0,
        bake_anim_use_all_actions=False, bake_anim_use_nla_strips=False,
    )
    expected = {
        "by": "Blender 4.2", "names": [name for name, *_ in BONES], "fps": 24.0, "takes": ["Scene"], "rest": rest,
        "frames": frames,
    }
    path.with_suffix("").with_suffix(".expected.json").write_text(json.dumps(expected) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
    os._exit(0)  # some builds of bpy hang when the interpreter exits
