# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of bones: found, corrected, kept in the file, shared as presets."""

import json

import bpy
import pytest
import rigs
from test_actions import generate, values


def rows(armature):
    return {row.joint: row for row in armature.ropar_rig.joints}


def test_found_with_confidence(scene):
    armature, _ = rigs.mixamo()
    assert bpy.ops.ropar.map_rig() == {"FINISHED"}
    found = rows(armature)
    assert len(found) == 22
    assert found["left_elbow"].bone == "mixamorig:LeftForeArm" and found["left_elbow"].confidence > 0.5
    assert found["right_foot"].bone == "mixamorig:RightToeBase"


def test_a_correction_is_used_and_saved(scene, tmp_path):
    armature, _ = rigs.mixamo()
    bpy.ops.ropar.map_rig()
    row = rows(armature)["left_collar"]
    row.bone = ""
    assert row.by_user and row.confidence == 0.0
    name, file = armature.name, str(tmp_path / "a.blend")
    bpy.ops.wm.save_as_mainfile(filepath=file)
    bpy.ops.wm.open_mainfile(filepath=file)
    armature = bpy.data.objects[name]
    bpy.context.view_layer.objects.active = armature
    bpy.context.view_layer.update()
    generate()
    shoulder = [points for (path, _), points in values(armature).items() if "LeftShoulder" in path]
    assert all(abs(points[:, 1] - points[0, 1]).max() < 1e-4 for points in shoulder)
    assert rows(armature)["left_collar"].bone == ""


def test_presets(scene):
    armature, _ = rigs.mixamo()
    bpy.ops.ropar.map_rig()
    rows(armature)["head"].bone = "mixamorig:Neck"
    rows(armature)["neck"].bone = ""
    assert bpy.ops.ropar.save_mapping(preset="Our Mixamo") == {"FINISHED"}
    bpy.ops.ropar.clear_mapping()
    assert not armature.ropar_rig.joints
    assert bpy.ops.ropar.load_mapping(preset="Our Mixamo") == {"FINISHED"}
    assert rows(armature)["head"].bone == "mixamorig:Neck" and rows(armature)["neck"].bone == ""
    bpy.ops.ropar.delete_mapping(preset="Our Mixamo")
    with pytest.raises(RuntimeError, match="cannot be read"):
        bpy.ops.ropar.load_mapping(preset="Our Mixamo")


@pytest.mark.parametrize(
    "chosen, chain",
    [
        ("ABC", "AxBCy"),
        ("BCD", "xBCDy"),  # one bone further up each
        ("CDE", "xCDEy"),
        ("ZAB", "ZAxBy"),  # one further down each
        ("YZA", "YZAxy"),
        ("ADC", "AxDCy"),
        ("AxC", "AxCy"),  # a bone between the joints becomes one of them
        ("A C", "AxCy"),
    ],
)
def test_neighbours_of_the_spine_are_corrected(scene, chosen, chain):
    """All joints are corrected at once; x and y, which stand for no joint, stay above what they hang on."""
    from bl_ext.user_default.ropar.mapping import store

    base = json.dumps({"joints": {}, "spine": list("AxBCy"), "neck": ["N"]})
    bones = {f"spine{at + 1}": (bone.strip(), "ABC"[at]) for at, bone in enumerate(chosen)}
    found = json.loads(store.with_bones(base, bones))
    assert found["spine"] == list(chain) and found["neck"] == ["N"]


def test_the_spine_is_corrected_twice(scene):
    armature, _ = rigs.mixamo()
    bpy.ops.ropar.map_rig()
    for names in (("Spine1", "Spine2", "Neck"), ("Hips", "Spine", "Spine1"), ("Spine", "Spine1", "Spine2")):
        for joint, name in zip(("spine1", "spine2", "spine3"), names, strict=True):
            rows(armature)[joint].bone = f"mixamorig:{name}"
        assert spine(armature) == [f"mixamorig:{name}" for name in names]


def test_a_joint_that_was_not_found_is_added_in_its_place(scene):
    """Here the lowest and the topmost bone of the spine were found."""
    from bl_ext.user_default.ropar.mapping import store

    base = json.dumps({"joints": {}, "spine": ["A", "C"]})
    bones = {"spine1": ("A", "A"), "spine2": ("B", ""), "spine3": ("C", "C")}
    assert json.loads(store.with_bones(base, bones))["spine"] == ["A", "B", "C"]


def spine(armature) -> list[str]:
    from bl_ext.user_default.ropar.mapping import store

    return json.loads(store.edited(armature))["spine"]
