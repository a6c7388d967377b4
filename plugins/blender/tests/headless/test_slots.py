# SPDX-License-Identifier: GPL-3.0-or-later
"""One action for two characters, a slot for each: the other one's keys stay."""

import bpy
import pytest
import rigs
from test_actions import generate, values

pytestmark = pytest.mark.skipif(bpy.app.version < (4, 4, 0), reason="actions have no slots")

ARM = 'pose.bones["mixamorig:LeftArm"].rotation_quaternion'


@pytest.fixture
def pair(scene):
    """The second of two characters is called as the first one was when their slots were made."""
    found = [rigs.mixamo()[0] for _ in range(2)]
    action = bpy.data.actions.new("Both")
    for item, name in zip(found, ("Mixamo", "Hero"), strict=True):
        animation = item.animation_data_create()
        animation.action = action
        animation.action_slot = action.slots.new(id_type="OBJECT", name=name)
        for frame in (1, 80):
            item.pose.bones["mixamorig:LeftArm"].rotation_quaternion = (1, 0.01 * frame, 0, 0)
            item.pose.bones["mixamorig:LeftArm"].keyframe_insert("rotation_quaternion", frame=frame)
    found[0].name = "Villain"
    found[1].name = "Mixamo"
    assert found[1] == bpy.context.active_object
    found[0].select_set(False)
    return found


def used(item) -> str:
    return item.animation_data.action_slot.identifier


def same(one: dict, other: dict) -> bool:
    return one.keys() == other.keys() and all((one[key] == other[key]).all() for key in one)


@pytest.mark.parametrize("variations", [1, 2])
@pytest.mark.parametrize("placement", ["INSERT", "REPLACE"])
def test_the_others_slot_is_left_alone(pair, placement, variations):
    other, character = pair
    identifier, both = used(character), character.animation_data.action
    others, own = values(other), values(character)
    generate(placement=placement, range_start=20, range_end=50, variations=variations)
    for _ in range(variations):
        action = character.animation_data.action
        assert (action == both) == (variations == 1) and used(character) == identifier
        assert len(action.slots) == 2
        theirs = next(bag for bag in bags(action) if bag.slot.identifier == used(other))
        assert len(theirs.fcurves) == len(others) and not same(values(character), own)
        assert len(theirs.fcurves.find(ARM, index=0).keyframe_points) == 2
        if variations > 1:
            bpy.ops.ropar.step_variation(step=1)
    assert other.animation_data.action == both and same(values(other), others)


def test_an_action_of_others_gets_a_slot(pair):
    """A third character has none of the two slots."""
    from bl_ext.user_default.ropar.host import actions

    third, _ = rigs.a_pose()
    both = pair[0].animation_data.action
    assert actions.curves(both, third, create=False) is None
    actions.assign(third, both)
    assert third.animation_data.action == both and used(third) == "OBAPose"


def bags(action) -> list:
    return [bag for layer in action.layers for strip in layer.strips for bag in strip.channelbags]
