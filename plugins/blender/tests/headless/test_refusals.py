# SPDX-License-Identifier: GPL-3.0-or-later
"""Wrong use is reported in Blender's own way, and nothing is left half-done."""

import bpy
import pytest
import rigs

OPTIONS = {"prompt": "a person waves", "seconds": 2.0}


def contents():
    return {kind: len(getattr(bpy.data, kind)) for kind in ("objects", "armatures", "actions", "meshes")}


def refused(words: str, **options):
    before = contents()
    with pytest.raises(RuntimeError, match=words):
        bpy.ops.ropar.generate(**(OPTIONS | options))
    assert contents() == before


def test_empty_prompt():
    refused("prompt is empty", prompt="  ")


def test_no_armature():
    refused("(?i)no armature is selected", target="SELECTED")


def test_quadruped():
    rigs.quadruped()
    refused("(?i)human|body|joint")


def test_linked_armature(tmp_path):
    file = str(tmp_path / "library.blend")
    rigs.mixamo()
    bpy.ops.wm.save_as_mainfile(filepath=file)
    bpy.ops.wm.read_homefile(use_empty=True)
    with bpy.data.libraries.load(file, link=True) as (source, target):
        target.objects = source.objects
    item = bpy.data.objects["Mixamo"]
    bpy.context.collection.objects.link(item)
    bpy.context.view_layer.objects.active = item
    refused("linked from another file")
    override = item.override_create(remap_local_usages=True)
    override.override_library.is_system_override = False
    bpy.context.view_layer.objects.active = override
    bpy.context.view_layer.update()
    assert bpy.ops.ropar.generate(**OPTIONS) == {"FINISHED"}
    assert override.animation_data.action is not None


def test_package_that_is_none(tmp_path):
    preferences = bpy.context.preferences.addons["bl_ext.user_default.ropar"].preferences
    preferences.package = str(tmp_path)
    try:
        refused("manifest.json", target="MANNEQUIN")
    finally:
        preferences.package = ""


def test_library_that_is_missing(monkeypatch):
    import sys

    from bl_ext.user_default.ropar import library

    library.close()
    monkeypatch.setitem(sys.modules, "ropar", None)
    refused("install the extension's ZIP", target="MANNEQUIN")


def test_frame_range_that_is_empty():
    rigs.mixamo()
    refused("is empty", placement="REPLACE", range_start=50, range_end=50)


def test_constraints_are_told(capfd):
    armature, _ = rigs.mixamo()
    armature.pose.bones["mixamorig:LeftFoot"].constraints.new("COPY_ROTATION")
    bpy.context.view_layer.update()
    assert bpy.ops.ropar.generate(**OPTIONS) == {"FINISHED"}
    assert "mixamorig:LeftFoot" in capfd.readouterr().out


def test_disk_full(monkeypatch):
    """A history that cannot be written does not stop a motion; a preset that cannot is an error."""
    from pathlib import Path

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    rigs.mixamo()
    bpy.context.view_layer.update()
    monkeypatch.setattr(Path, "write_text", full)
    assert bpy.ops.ropar.generate(**OPTIONS) == {"FINISHED"}
    with pytest.raises(RuntimeError, match="No space left"):
        bpy.ops.ropar.save_mapping(preset="mine")
