# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose motion it is: the panels, the buttons and the operators mean the same armature."""

import bpy
import pytest
import rigs
from test_actions import generate


def armatures() -> int:
    return sum(item.type == "ARMATURE" for item in bpy.data.objects)


def select(*items) -> None:
    """The last one becomes the active object."""
    bpy.ops.object.select_all(action="DESELECT")
    for item in items:
        item.select_set(True)
        bpy.context.view_layer.objects.active = item


@pytest.fixture
def character(scene):
    armature, _ = rigs.mixamo()
    bpy.context.view_layer.update()
    generate()
    return armature


@pytest.fixture
def prop(scene):
    """An object that no armature moves."""
    item = bpy.data.objects.new("Chair", None)
    scene.collection.objects.link(item)
    return item


def test_nothing_selected_is_a_new_mannequin(character):
    """The character stays active when everything is deselected."""
    action = character.animation_data.action
    bpy.ops.object.select_all(action="DESELECT")
    assert bpy.context.view_layer.objects.active == character
    for operator in (bpy.ops.ropar.step_variation, bpy.ops.ropar.delete_variation, bpy.ops.ropar.map_rig):
        assert not operator.poll()
    for operator, options in ((bpy.ops.ropar.generate, {"target": "SELECTED"}), (bpy.ops.ropar.redo, {})):
        with pytest.raises(RuntimeError, match=r"(?i)no armature is selected"):
            operator(prompt="waves", **options)
    made = generate()
    assert armatures() == 2 and made != character and character.animation_data.action == action


def test_one_armature_among_what_is_selected(character, prop):
    """Also where the active object is another one, as after a box selection."""
    before = character.animation_data.action
    select(character, prop)
    assert bpy.ops.ropar.step_variation.poll() and bpy.ops.ropar.map_rig.poll()
    generate()
    assert armatures() == 1 and character.animation_data.action != before


def test_an_armature_that_is_posed_is_meant(character):
    bpy.ops.object.mode_set(mode="POSE")
    character.select_set(False)
    generate()
    assert armatures() == 1
