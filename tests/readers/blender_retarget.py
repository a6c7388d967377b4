"""Blender: clips on other rigs by the recipe of copy-rotation add-ons.

Run with a Python that has `bpy`: blender_retarget.py JOBS.json
JOBS and what is written are those of three_retarget.mjs, `offsets` being "rests" or "posed". The recipe is that of the
Rokoko add-on, rebuilt: the source is scaled to the target, each target bone gets the rotation of its source bone in the
world with the offset between the two rests (the add-on asks its users to pose both alike first, which is "posed"), the
hips get its place as well, and every frame is baked.
"""

import json
import os
import sys
from typing import Any

import bpy
from mathutils import Matrix, Quaternion

# From glTF's axes to Blender's: Z up.
UP = Matrix(((1, 0, 0, 0), (0, 0, -1, 0), (0, 1, 0, 0), (0, 0, 0, 1)))


def load(path: str) -> bpy.types.Object:
    """The armature of a GLB file."""
    before = set(bpy.data.objects)
    bpy.ops.import_scene.gltf(filepath=path)
    return next(item for item in bpy.data.objects if item not in before and item.type == "ARMATURE")


def turn(values: list[float]) -> Quaternion:
    """A turn in glTF's world, [x, y, z, w], as one in Blender's."""
    x, y, z, w = values
    return (UP @ Quaternion((w, x, y, z)).to_matrix().to_4x4() @ UP.inverted()).to_quaternion()


def at_rest(armature: bpy.types.Object, name: str) -> Matrix:
    """World matrix of a bone at rest."""
    return armature.matrix_world @ armature.data.bones[name].matrix_local


def retarget(job: dict[str, Any]) -> dict[str, Any]:
    """What the recipe makes of a job."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps = round(job["fps"])
    source, target = load(job["source"]), load(job["target"])
    target.animation_data_clear()
    for bone in target.pose.bones:
        bone.matrix_basis = Matrix.Identity(4)
        bone.rotation_mode = "QUATERNION"
    posed = job["offsets"] == "posed"
    source.scale = [value * job["scale"] for value in source.scale]
    if posed:
        source.rotation_mode = "QUATERNION"
        source.rotation_quaternion = turn(job["facing"]) @ source.rotation_quaternion
    start = source.animation_data.action.frame_range[0]
    scene.frame_set(int(start))
    bpy.context.view_layer.update()
    pairs = {to: name for to, name in job["names"].items() if to in target.data.bones and name in source.data.bones}
    offsets = {}
    for to, name in pairs.items():
        rest = at_rest(target, to).to_quaternion()
        if posed:
            rest = turn(job["posed"][to]) @ rest
        offsets[to] = at_rest(source, name).to_quaternion().inverted() @ rest
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
            bone.matrix = target.matrix_world.inverted() @ Matrix.LocRotScale(place, rotation, world.to_scale())
            bpy.context.view_layer.update()
        row = []
        for bone in target.pose.bones:
            moved = (target.matrix_world @ bone.matrix) @ rests[bone.name].inverted()
            delta = UP.inverted() @ moved @ UP
            rotation, place = delta.to_quaternion(), delta.translation
            row.append([rotation.x, rotation.y, rotation.z, rotation.w, place.x, place.y, place.z])
        frames.append(row)
    return {"nodes": [bone.name for bone in target.pose.bones], "frames": frames}


def main() -> None:
    """The command line."""
    with open(sys.argv[1], encoding="utf-8") as file:
        jobs = json.load(file)
    for job in jobs:
        result: dict[str, Any]
        try:
            result = retarget(job)
        except (RuntimeError, StopIteration, KeyError, AttributeError) as error:
            result = {"error": repr(error)}
        with open(job["out"], "w", encoding="utf-8") as file:
            json.dump(result, file)
    sys.stdout.flush()
    os._exit(0)  # some builds of bpy hang when the interpreter exits


if __name__ == "__main__":
    main()
