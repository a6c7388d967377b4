"""Blender: world positions of every joint in every frame, by its own importers.

Run with a Python that has `bpy`: blender_reader.py FILE.(glb|bvh|fbx) FPS OUT.json
Writes {"fps", "joints": [name], "positions": [frame][joint][x, y, z]} in metres, Y up.
"""

import json
import os
import sys

import bpy

# One centimetre, the unit of RoPAR's BVH files, in Blender's metres.
CENTIMETRE = 0.01


def import_file(path: str, fps: float) -> float:
    """Imports `path` into an empty scene; returns how many scene frames apart the file's frames are."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps = max(1, round(fps))
    if path.lower().endswith(".bvh"):
        bpy.ops.preferences.addon_enable(module="io_anim_bvh")
        bpy.ops.import_anim.bvh(filepath=path, global_scale=CENTIMETRE)
        return 1.0
    if path.lower().endswith(".fbx"):
        bpy.ops.preferences.addon_enable(module="io_scene_fbx")
        bpy.ops.import_scene.fbx(filepath=path)
        # The importer sets the scene's rate from the file, rounded.
        return float(scene.render.fps) / fps
    bpy.ops.import_scene.gltf(filepath=path)
    # Keys keep their time, counted in frames of the scene's whole rate.
    return float(scene.render.fps) / fps


def read(path: str, fps: float) -> dict[str, object]:
    """Imports `path` and plays it."""
    step = import_file(path, fps)
    scene = bpy.context.scene
    armatures = [item for item in scene.objects if item.type == "ARMATURE"]
    if len(armatures) != 1:
        raise SystemExit(f"{len(armatures)} armatures were imported")
    armature = armatures[0]
    action = armature.animation_data.action
    start, end = action.frame_range
    joints = [bone.name for bone in armature.pose.bones]
    positions = []
    for frame in range(round((end - start) / step) + 1):
        whole, rest = divmod(start + frame * step, 1.0)
        scene.frame_set(int(whole), subframe=rest)
        heads = [armature.matrix_world @ bone.head for bone in armature.pose.bones]
        positions.append([[head.x, head.z, -head.y] for head in heads])  # Blender has Z up and faces -Y
    return {"fps": fps, "joints": joints, "positions": positions}


if __name__ == "__main__":
    result = read(sys.argv[1], float(sys.argv[2]))
    with open(sys.argv[3], "w", encoding="utf-8") as file:
        json.dump(result, file)
    sys.stdout.flush()
    os._exit(0)  # some builds of bpy hang when the interpreter exits
