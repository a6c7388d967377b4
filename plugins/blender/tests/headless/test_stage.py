# SPDX-License-Identifier: GPL-3.0-or-later
"""Poses that Blender works out in a scene of their own: the same as in the user's scene, which is not touched."""

import shutil

import bpy
import numpy as np
import pytest
import rigs

BONES = ("mixamorig:LeftHand", "mixamorig:RightFoot", "mixamorig:Head")


@pytest.fixture
def character(scene):
    """Keys on an arm, a constraint on a foot that follows another object, a driver on the head's constraint."""
    armature, _ = rigs.mixamo()
    armature["nod"] = 0.0
    goal = bpy.data.objects.new("Goal", None)
    scene.collection.objects.link(goal)
    for frame, place in ((1, (0, 0, 0)), (40, (1, 0.5, 0.3))):
        goal.location = place
        goal.keyframe_insert("location", frame=frame)
        bone = armature.pose.bones["mixamorig:LeftArm"]
        bone.rotation_quaternion = (1, 0.02 * frame, 0.1, 0)
        bone.keyframe_insert("rotation_quaternion", frame=frame)
        armature["nod"] = frame / 40
        armature.keyframe_insert('["nod"]', frame=frame)
    armature.pose.bones["mixamorig:RightFoot"].constraints.new("COPY_LOCATION").target = goal
    turn = armature.pose.bones["mixamorig:Head"].constraints.new("COPY_ROTATION")
    turn.target, turn.subtarget = armature, "mixamorig:LeftArm"
    driver = turn.driver_add("influence").driver
    variable = driver.variables.new()
    variable.targets[0].id, variable.targets[0].data_path = armature, '["nod"]'
    driver.expression = variable.name
    scene.frame_set(7)
    return armature


def read(armature, frames, settings=()):
    from bl_ext.user_default.ropar.host import objects, stage

    reading = stage.read(objects.Reference.to(armature), BONES, np.asarray(frames, dtype=float), settings)
    while True:
        try:
            next(reading)
        except StopIteration as end:
            return end.value


def shown(armature, frames) -> np.ndarray:
    """As the user's scene shows them."""
    result = []
    for frame in frames:
        bpy.context.scene.frame_set(int(frame), subframe=frame % 1)
        result.append([[list(row) for row in armature.pose.bones[name].matrix] for name in BONES])
    bpy.context.scene.frame_set(7)
    return np.array(result)


@pytest.mark.parametrize("hidden", ["shown", "eye", "monitor", "excluded", "resting"])
def test_the_same_as_in_the_scene(scene, character, hidden):
    frames = [1, 13, 20.5, 40]
    wanted = shown(character, frames)
    assert np.ptp(wanted, axis=0).max(axis=(1, 2)).min() > 0.05  # each of the bones moves
    if hidden == "eye":
        character.hide_set(True)
    elif hidden == "monitor":
        character.hide_viewport = True
    elif hidden == "resting":
        character.data.pose_position = "REST"
        bpy.context.view_layer.update()
    elif hidden == "excluded":
        away = bpy.data.collections.new("Away")
        scene.collection.children.link(away)
        away.objects.link(character)
        scene.collection.objects.unlink(character)
        bpy.context.view_layer.layer_collection.children["Away"].exclude = True
    before = {name: len(getattr(bpy.data, name)) for name in ("scenes", "objects", "actions", "collections")}
    users, pose = character.users, [list(row) for row in character.pose.bones[BONES[0]].matrix]
    found = read(character, frames)
    assert np.abs(found.matrices - wanted).max() < 1e-5
    assert before == {name: len(getattr(bpy.data, name)) for name in before}
    assert character.users == users and scene.frame_current == 7
    assert [list(row) for row in character.pose.bones[BONES[0]].matrix] == pose
    assert character.data.pose_position == ("REST" if hidden == "resting" else "POSE")


def test_under_other_settings(scene, character):
    """A custom property counts against its curve while the pose is read, and then no more."""
    from bl_ext.user_default.ropar.host.stage import Setting, differing

    bone = character.pose.bones["mixamorig:Head"]
    bone["follow"] = 0.25
    bone.keyframe_insert('["follow"]', frame=1)
    driver = character.animation_data.drivers[0].driver
    driver.variables[0].targets[0].data_path = 'pose.bones["mixamorig:Head"]["follow"]'
    wanted = shown(character, [10])
    setting = Setting(bone.name, "follow", 1.0)
    assert differing(character, [setting], np.array([10.0])) == [setting]
    assert differing(character, [Setting(bone.name, "follow", 0.25)], np.array([10.0])) == []
    found = read(character, [10], [setting])
    assert np.abs(found.matrices[:, 2] - wanted[:, 2]).max() > 0.01
    assert np.abs(shown(character, [10]) - wanted).max() < 1e-6 and bone["follow"] == 0.25


def test_the_scene_is_not_saved(scene, character, tmp_path, monkeypatch):
    """A save between two slices does not write it; reading goes on."""
    from bl_ext.user_default.ropar.host import objects, stage
    from bl_ext.user_default.ropar.jobs.job import Pace

    monkeypatch.setattr(Pace, "SLICE", -1.0)
    monkeypatch.setattr(Pace, "LONGEST", -1.0)
    wanted = shown(character, range(1, 6))
    reading = stage.read(objects.Reference.to(character), BONES, np.arange(1.0, 6.0))
    next(reading)
    assert len(bpy.data.scenes) == 2
    file = str(tmp_path / "a.blend")
    bpy.ops.wm.save_as_mainfile(filepath=file)
    shutil.copyfile(file, tmp_path / "copy.blend")
    with bpy.data.libraries.load(str(tmp_path / "copy.blend")) as (source, _):
        assert source.scenes == ["Scene"]
    try:
        while True:
            next(reading)
    except StopIteration as end:
        assert np.abs(end.value.matrices - wanted).max() < 1e-5
    assert len(bpy.data.scenes) == 1
