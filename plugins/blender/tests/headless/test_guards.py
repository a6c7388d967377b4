# SPDX-License-Identifier: GPL-3.0-or-later
"""Curves that are locked are not written; those that are more than their keys are named."""

import bpy
import pytest
import rigs
from test_actions import curves, generate, values

RANGE = {"placement": "REPLACE", "range_start": 20, "range_end": 50}
ARM = 'pose.bones["mixamorig:LeftArm"].rotation_quaternion'


@pytest.fixture
def keyed(scene):
    """A character whose left arm and right foot have keys on both sides of the range and inside of it."""
    armature, _ = rigs.mixamo()
    bpy.context.view_layer.update()
    for name in ("LeftArm", "RightFoot"):
        bone = armature.pose.bones[f"mixamorig:{name}"]
        for frame in (1, 30, 80):
            bone.rotation_quaternion = (1, 0.01 * frame, 0, 0)
            bone.keyframe_insert("rotation_quaternion", frame=frame, group=bone.name)
    return armature


def lock(armature, how: str) -> None:
    curve = curves(armature)[(ARM, 2)]
    if how == "curve":
        curve.lock = True
    else:
        curve.group.lock = True


@pytest.mark.parametrize("variations", [1, 2])
@pytest.mark.parametrize("how", ["curve", "group"])
def test_locked_keys_stay(keyed, how, variations):
    lock(keyed, how)
    before = values(keyed)
    with pytest.raises(RuntimeError, match=r"locked: mixamorig:LeftArm: unlock"):
        generate(**RANGE, variations=variations)
    with pytest.raises(RuntimeError, match=r"locked: mixamorig:LeftArm: unlock"):
        bpy.ops.ropar.redo(parts={"left_arm", "right_leg"}, prompt="waves", start=20, end=50)
    now = values(keyed)
    assert len(bpy.data.actions) == 1
    assert now.keys() == before.keys() and all((now[key] == before[key]).all() for key in before)


def test_locks_of_what_is_not_written_do_no_harm(keyed):
    """A locked arm is what one locks an arm for; a new action has no locked curves."""
    lock(keyed, "curve")
    assert bpy.ops.ropar.redo(parts={"right_leg"}, prompt="kicks", start=20, end=50) == {"FINISHED"}
    generate()


@pytest.mark.parametrize("way", ["modifier", "muted modifier", "extrapolation", "extrapolation at the end"])
def test_what_acts_on_the_keys_is_told(keyed, way, capfd):
    curve = curves(keyed)[(ARM, 1)]
    if "modifier" in way:
        curve.modifiers.new("CYCLES").mute = way != "modifier"
    else:
        curve.extrapolation = "LINEAR"
    end = 80 if way == "extrapolation at the end" else 50
    told = way in ("modifier", "extrapolation at the end")
    assert bpy.ops.ropar.redo(parts={"left_arm"}, prompt="waves", start=20, end=end) == {"FINISHED"}
    assert ("look there: mixamorig:LeftArm" in capfd.readouterr().out) == told
    generate(**RANGE | {"range_end": end})
    assert ("look there: mixamorig:LeftArm" in capfd.readouterr().out) == told
