# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of bones: found, corrected, kept in the file, shared as presets."""

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
