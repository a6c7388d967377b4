# SPDX-License-Identifier: GPL-3.0-or-later
"""Bone heads are where forward kinematics of the motion says, within a millimetre, on every frame and every rig."""

import functools

import bpy
import numpy as np
import oracle
import pytest
import rigs
import ropar
from mathutils import Quaternion

PROMPT, SEED, SECONDS = "a person walks forward and turns left", 3, 3.0
MILLIMETRE = 1e-3


@functools.cache
def at_rate_of_the_model():
    with ropar.Engine() as engine:
        return engine.generate(PROMPT, seconds=SECONDS, seed=SEED)


def made(scene):
    return at_rate_of_the_model().resample(scene.render.fps / scene.render.fps_base)


def generate(**options) -> None:
    assert bpy.ops.ropar.generate(prompt=PROMPT, seconds=SECONDS, seed=SEED, **options) == {"FINISHED"}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.real) if name == "metarig" else name for name in rigs.ALL]
)
@pytest.mark.parametrize("contacts", [True, False], ids=["contacts", "free"])
def test_any_rig(scene, name, contacts):
    scene.render.fps = 30
    found = rigs.ALL[name]()
    if found is None:
        pytest.skip("Rigify is not part of this Blender")
    armature, yaw = found
    # A pose that was left on the bones must not shine through.
    for bone in armature.pose.bones:
        bone.rotation_quaternion = (0.9, 0.1, 0.3, 0.2)
    bpy.context.view_layer.update()
    generate(contacts=contacts)
    motion = made(scene)
    names, wanted = oracle.heads(armature, yaw, motion, contacts=contacts)
    body = [index for index, bone in enumerate(names) if bone in keyed(armature)]
    found = oracle.evaluated(armature, names, scene.frame_start + np.arange(motion.frames))
    assert len(body) >= 19
    assert np.abs(found - wanted)[:, body].max() < MILLIMETRE


def keyed(armature) -> set[str]:
    from bl_ext.user_default.ropar.host import actions

    curves = actions.curves(armature.animation_data.action, armature, create=False)
    return {curve.data_path.split('"')[1] for curve in curves}


@pytest.mark.parametrize("unit", [1.0, 0.01])
def test_mannequin_is_the_motion_itself(scene, unit):
    scene.unit_settings.scale_length = unit
    scene.cursor.location = (1.0, 2.0, 0.5)
    generate(target="MANNEQUIN", contacts=False)
    armature = bpy.context.active_object
    motion = made(scene)
    positions = np.asarray(motion.positions(), dtype=float)
    wanted = np.stack((positions[..., 0], -positions[..., 2], positions[..., 1]), -1) / unit + np.array([1.0, 2.0, 0.5])
    found = oracle.evaluated(armature, list(motion.joint_names), scene.frame_start + np.arange(motion.frames))
    # The floor comes out of the soles: the whole motion may stand a little higher, the same in every frame.
    higher = found[..., 2].mean() - wanted[..., 2].mean()
    assert abs(higher) * unit < 0.05
    assert np.abs(found - wanted - np.array([0.0, 0.0, higher])).max() * unit < MILLIMETRE


def test_the_character_goes_where_it_looks(scene):
    """An object that is turned by 70 degrees walks that way."""
    armature, yaw = rigs.a_pose()
    bpy.context.view_layer.update()
    assert bpy.ops.ropar.generate(prompt="a person walks forward", seconds=4, seed=1) == {"FINISHED"}
    ends = oracle.evaluated(armature, ["hips"], [scene.frame_start, scene.frame_start + 40])[:, 0]
    step = (ends[1] - ends[0])[:2]
    front = np.array([np.sin(yaw), -np.cos(yaw)])
    assert np.linalg.norm(step) > 0.5
    assert step @ front / np.linalg.norm(step) > 0.9


def test_in_place(scene):
    armature, _ = rigs.mixamo()
    bpy.context.view_layer.update()
    generate(in_place=True)
    hips = oracle.evaluated(armature, ["mixamorig:Hips"], range(scene.frame_start, scene.frame_start + 60))[:, 0]
    assert np.ptp(hips[:, :2], axis=0).max() < 0.25


@pytest.mark.real
def test_rigify_controls(scene):
    """The motion is on the controls, and the bones behind them turn as they would without controls."""
    found = rigs.rigify()
    if found is None:
        pytest.skip("Rigify is not part of this Blender")
    armature, _ = found
    generate(contacts=False)
    names = keyed(armature)
    assert {"torso", "upper_arm_fk.L", "shin_fk.R", "head"} <= names
    assert not any(name.startswith(("DEF-", "ORG-", "MCH-")) for name in names)
    motion = made(scene)
    ropar_rig, body, parents = oracle.rig(armature, 0.0, rigs.RIGIFY_BODY)
    result = ropar.retarget(motion, ropar_rig, contacts=False)
    into = oracle.placement(armature, 0.0).to_quaternion()
    checked = [name for name in body if name not in ("ORG-spine.001", "ORG-spine.002", "ORG-spine.005")]
    worst = {}
    for frame in range(0, result.frames, 5):
        scene.frame_set(scene.frame_start + frame)
        world = []
        for index, parent in enumerate(parents):
            x, y, z, w = result.rotations[frame][index]
            own = Quaternion((w, x, y, z))
            world.append(world[parent] @ own if parent >= 0 else own)
        for name in checked:
            wanted = into.inverted() @ world[body.index(name)]
            now = armature.pose.bones[name].matrix.to_quaternion()
            angle = np.degrees(wanted.rotation_difference(now).angle)
            worst[name] = max(worst.get(name, 0.0), min(angle, 360 - angle))
    assert max(worst.values()) < 1.0, worst
