# SPDX-License-Identifier: GPL-3.0-or-later
"""Body parts are made anew; all other keys stay bit for bit."""

import bpy
import numpy as np
import oracle
import pytest
import rigs
from test_actions import generate, values

ARMS = {
    "mannequin": ("right_collar", "right_shoulder", "right_elbow", "right_wrist"),
    "mixamo": tuple(f"mixamorig:Right{n}" for n in ("Shoulder", "Arm", "ForeArm", "Hand")),
}


@pytest.fixture(params=ARMS)
def character(request, scene):
    if request.param == "mannequin":
        armature = generate(target="MANNEQUIN", prompt="a person stands still", seconds=4.0)
    else:
        armature, _ = rigs.mixamo()
        bpy.context.view_layer.update()
        generate(prompt="a person stands still", seconds=4.0)
    return armature, ARMS[request.param]


def test_only_the_part_and_the_range_change(character):
    armature, arm = character
    before = values(armature)
    hand = oracle.evaluated(armature, [arm[-1]], range(1, 97))[:, 0]
    options = {
        "parts": {"right_arm"},
        "prompt": "a person waves with the right hand",
        "start": 25,
        "end": 80,
        "seed": 4,
    }
    assert bpy.ops.ropar.redo(**options) == {"FINISHED"}
    after = values(armature)
    assert before.keys() <= after.keys()
    changed = {key for key in before if not np.array_equal(before[key], after[key])}
    assert changed and all(any(f'"{bone}"' in path for bone in arm) for path, _ in changed)
    for key in changed:
        outside = (before[key][:, 0] < 25) | (before[key][:, 0] > 80)
        assert np.array_equal(before[key][:, 0], after[key][:, 0])
        assert np.array_equal(before[key][outside], after[key][outside])
    now = oracle.evaluated(armature, [arm[-1]], range(1, 97))[:, 0]
    moved = np.linalg.norm(now - hand, axis=-1)
    assert moved[:24].max() == 0 and moved[80:].max() == 0 and moved.max() > 0.1
    # No jump at the borders: a hand at 24 frames per second does not move a quarter of a metre in one.
    assert np.linalg.norm(np.diff(now, axis=0), axis=-1).max() < 0.25


def test_edits_of_the_user_stay(character):
    """Redo works from the keys as they are now, not from what was generated."""
    armature, arm = character
    bone = armature.pose.bones[arm[1].replace("Right", "Left").replace("right", "left")]
    bpy.context.scene.frame_set(40)
    bone.rotation_quaternion = (0.7, 0.1, 0.7, 0)
    bone.keyframe_insert("rotation_quaternion", frame=40)
    before = values(armature)
    assert bpy.ops.ropar.redo(parts={"right_arm"}, prompt="waves with the right hand", start=20, end=60) == {"FINISHED"}
    after = values(armature)
    own = [key for key in before if f'"{bone.name}"' in key[0]]
    assert own and all(np.array_equal(before[key], after[key]) for key in own)


def test_range_outside_of_the_action(character):
    with pytest.raises(RuntimeError, match="choose a range within 1 to"):
        bpy.ops.ropar.redo(parts={"right_arm"}, prompt="waves", start=90, end=300)


def test_nothing_to_redo(scene):
    rigs.mixamo()
    with pytest.raises(RuntimeError, match="no action with keys"):
        bpy.ops.ropar.redo(parts={"right_arm"}, prompt="waves")
