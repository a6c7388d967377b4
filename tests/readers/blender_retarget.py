"""Blender: a clip on another rig by the recipe of copy-rotation add-ons.

Run with a Python that has `bpy`: blender_retarget.py SOURCE.glb TARGET.glb JOB.json OUT.json
JOB and OUT are those of three_retarget.mjs. The recipe is that of the Rokoko add-on, rebuilt: the source is scaled to
the target, each target bone gets the rotation of its source bone in the world with the offset between the two rests,
the hips get its place as well, and every frame is baked.
"""

import json
import os
import sys

import bpy
from mathutils import Matrix

# From glTF's axes to Blender's: Z up.
UP = Matrix(((1, 0, 0, 0), (0, 0, -1, 0), (0, 1, 0, 0), (0, 0, 0, 1)))


def load(path: str) -> bpy.types.Object:
    """The armature of a GLB file."""
    before = set(bpy.data.objects)
    bpy.ops.import_scene.gltf(filepath=path)
    return next(item for item in bpy.data.objects if item not in before and item.type == "ARMATURE")


def main() -> None:
    source_path, target_path, job_path, out_path = sys.argv[1:5]
    with open(job_path, encoding="utf-8") as file:
        job = json.load(file)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps = round(job["fps"])
    source, target = load(source_path), load(target_path)
    target.animation_data_clear()
    for bone in target.pose.bones:
        bone.matrix_basis = Matrix.Identity(4)
        bone.rotation_mode = "QUATERNION"
    source.scale = [value * job["scale"] for value in source.scale]
    start = source.animation_data.action.frame_range[0]

    def at_rest(armature: bpy.types.Object, name: str) -> Matrix:
        return armature.matrix_world @ armature.data.bones[name].matrix_local

    scene.frame_set(int(start))
    bpy.context.view_layer.update()
    pairs = {to: name for to, name in job["names"].items() if to in target.data.bones and name in source.data.bones}
    offsets = {
        to: at_rest(source, name).to_quaternion().inverted() @ at_rest(target, to).to_quaternion()
        for to, name in pairs.items()
    }
    rests = {bone.name: at_rest(target, bone.name) for bone in target.data.bones}
    parents_first = sorted(target.pose.bones, key=lambda bone: len(bone.parent_recursive))
    frames = []
    for frame in range(job["frames"]):
        scene.frame_set(int(start) + frame)
        for bone in parents_first:
            if bone.name not in pairs:
                continue
            model = source.matrix_world @ source.pose.bones[pairs[bone.name]].matrix
            rotation = model.to_quaternion() @ offsets[bone.name]
            world = target.matrix_world @ bone.matrix
            place = model.translation if pairs[bone.name] == job["hips"] else world.translation
            scale = world.to_scale()
            bone.matrix = target.matrix_world.inverted() @ Matrix.LocRotScale(place, rotation, scale)
            bpy.context.view_layer.update()
        row = []
        for bone in target.pose.bones:
            moved = (target.matrix_world @ bone.matrix) @ rests[bone.name].inverted()
            delta = UP.inverted() @ moved @ UP
            turn, place = delta.to_quaternion(), delta.translation
            row.append([turn.x, turn.y, turn.z, turn.w, place.x, place.y, place.z])
        frames.append(row)
    with open(out_path, "w", encoding="utf-8") as file:
        json.dump({"nodes": [bone.name for bone in target.pose.bones], "frames": frames}, file)
    sys.stdout.flush()
    os._exit(0)  # some builds of bpy hang when the interpreter exits


if __name__ == "__main__":
    main()
