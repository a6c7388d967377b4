# SPDX-License-Identifier: GPL-3.0-or-later
"""Which actions are variations, what they remember, and that no others can be deleted as such."""

import bpy
import pytest
import rigs
from test_actions import generate, values

RANGE = {"placement": "REPLACE", "range_start": 20, "range_end": 50}


@pytest.fixture
def keyed(scene):
    """A character with an action that was keyed by hand."""
    armature, _ = rigs.mixamo()
    bone = armature.pose.bones["mixamorig:LeftArm"]
    for frame, angle in ((1, 0.1), (80, 0.4)):
        bone.rotation_quaternion = (1, angle, 0, 0)
        bone.keyframe_insert("rotation_quaternion", frame=frame)
    return armature


def remembered(action) -> dict:
    return action["ropar"].to_dict()


def test_an_action_of_the_animator_is_no_variation(keyed):
    action = keyed.animation_data.action
    generate(**RANGE, prompt="a person waves")
    generate(**RANGE | {"placement": "INSERT"}, prompt="a person jumps")
    assert keyed.animation_data.action == action
    assert not bpy.ops.ropar.delete_variation.poll() and not bpy.ops.ropar.step_variation.poll()
    inserted = remembered(action)["inserted"]
    assert [entry["prompt"] for entry in inserted] == ["a person waves", "a person jumps"]
    assert inserted[0]["start"] == 20 and inserted[0]["figures"]["foot_slide"] == 0.5


def test_variations_of_a_range_are_actions_of_their_own(keyed):
    action = keyed.animation_data.action
    before = values(keyed)
    generate(**RANGE, variations=2)
    assert keyed.animation_data.action != action and "ropar" not in action
    for _ in range(2):
        assert bpy.ops.ropar.delete_variation() == {"FINISHED"}
    assert list(bpy.data.actions) == [action]
    now = values(keyed, action)
    assert now.keys() == before.keys() and all((now[key] == before[key]).all() for key in before)


def test_inserting_into_a_variation_leaves_it_one(scene):
    armature = generate(target="MANNEQUIN", variations=3, prompt="a person walks", seed=5)
    bpy.ops.ropar.step_variation(step=1)
    action = armature.animation_data.action
    before = remembered(action)
    generate(**RANGE, prompt="a person waves", seed=9)
    assert armature.animation_data.action == action and len(bpy.data.actions) == 3
    now = remembered(action)
    assert {name: now[name] for name in before} == before
    assert [(entry["prompt"], entry["seed"]) for entry in now["inserted"]] == [("a person waves", 9)]
    seen = set()
    for _ in range(3):
        bpy.ops.ropar.step_variation(step=1)
        seen.add(armature.animation_data.action)
    assert len(seen) == 3 and action in seen


def test_variations_in_tweak_mode_are_not_deleted(scene):
    armature = generate(target="MANNEQUIN", variations=2)
    animation = armature.animation_data
    strip = animation.nla_tracks.new().strips.new("Walk", 1, animation.action)
    animation.action = None
    strip.select = animation.nla_tracks[0].select = True
    animation.use_tweak_mode = True
    assert animation.use_tweak_mode and animation.action is not None
    with pytest.raises(RuntimeError, match="tweak mode"):
        bpy.ops.ropar.delete_variation()
    assert len(bpy.data.actions) == 2
