# SPDX-License-Identifier: GPL-3.0-or-later
"""Wrong use is reported in Blender's own way, and nothing is left half-done."""

import sys

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


@pytest.mark.real
def test_quadruped_with_the_library():
    """The library says so, and the hint is one for Blender."""
    rigs.quadruped()
    refused("choose the bones by hand under Bone Mapping")


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
    item.select_set(True)
    refused("linked from another file")
    override = item.override_create(remap_local_usages=True)
    bpy.context.view_layer.objects.active = override
    override.select_set(True)
    override.override_library.is_system_override = True
    refused("library override that is not editable")
    override.override_library.is_system_override = False
    bpy.context.view_layer.objects.active = override
    bpy.context.view_layer.update()
    assert bpy.ops.ropar.generate(**OPTIONS) == {"FINISHED"}
    assert override.animation_data.action is not None


def test_linked_action(tmp_path):
    """Keys cannot go into an action of another file; a new action can take its place."""
    file = str(tmp_path / "library.blend")
    armature, _ = rigs.mixamo()
    bpy.context.view_layer.update()
    bpy.ops.ropar.generate(**OPTIONS)
    armature.animation_data.action.name = "Linked"
    bpy.ops.wm.save_as_mainfile(filepath=file)
    bpy.ops.wm.read_homefile(use_empty=True)
    armature, _ = rigs.mixamo()
    with bpy.data.libraries.load(file, link=True) as (_, target):
        target.actions = ["Linked"]
    bpy.context.view_layer.update()
    armature.animation_data_create().action = bpy.data.actions["Linked"]
    refused('action "Linked" is linked', placement="INSERT")
    refused('action "Linked" is linked', placement="REPLACE", range_start=5, range_end=30)
    with pytest.raises(RuntimeError, match='action "Linked" is linked'):
        bpy.ops.ropar.redo(parts={"left_arm"}, prompt="waves")
    assert bpy.ops.ropar.generate(**OPTIONS) == {"FINISHED"}
    assert armature.animation_data.action.library is None


@pytest.mark.real
@pytest.mark.parametrize("damage", ["a bit", "the end", "a file"])
def test_package_that_was_tampered_with(tmp_path, damage):
    """One flipped bit in the weights is found before anything is made with them."""
    import shutil
    from pathlib import Path

    import ropar

    package = tmp_path / "package"
    shutil.copytree(next(Path(ropar.__file__).parent.joinpath("_models").iterdir()), package)
    largest = max((file for file in package.rglob("*") if file.is_file()), key=lambda file: file.stat().st_size)
    content = bytearray(largest.read_bytes())
    if damage == "a bit":
        content[len(content) // 2] ^= 1
        largest.write_bytes(content)
    elif damage == "the end":
        largest.write_bytes(content[:-100])
    else:
        largest.unlink()
    preferences = bpy.context.preferences.addons["bl_ext.user_default.ropar"].preferences
    preferences.package = str(package)
    try:
        refused(largest.name, target="MANNEQUIN")
        rigs.mixamo()
        refused(largest.name)
    finally:
        preferences.package = ""
    # The next motion is made with the package that is whole.
    assert bpy.ops.ropar.generate(**OPTIONS) == {"FINISHED"}


def test_package_that_is_none(tmp_path):
    preferences = bpy.context.preferences.addons["bl_ext.user_default.ropar"].preferences
    preferences.package = str(tmp_path)
    try:
        refused("manifest.json", target="MANNEQUIN")
    finally:
        preferences.package = ""


def test_library_that_is_missing(monkeypatch):
    from bl_ext.user_default.ropar import library

    library.close()
    monkeypatch.setitem(sys.modules, "ropar", None)
    refused("install the extension's ZIP", target="MANNEQUIN")


def test_frame_range_that_is_empty():
    rigs.mixamo()
    refused("is empty", placement="REPLACE", range_start=50, range_end=50)


def test_an_object_without_size():
    armature, _ = rigs.mixamo()
    armature.scale = (1, 0, 1)
    bpy.context.view_layer.update()
    refused("scaled to nothing.*value other than 0")


def test_constraints_are_told(capfd):
    armature, _ = rigs.mixamo()
    armature.pose.bones["mixamorig:LeftFoot"].constraints.new("COPY_ROTATION")
    bpy.context.view_layer.update()
    assert bpy.ops.ropar.generate(**OPTIONS) == {"FINISHED"}
    assert "mixamorig:LeftFoot" in capfd.readouterr().out


def test_rest_position_is_told(capfd):
    """The motion is made, but nothing of it would be seen."""
    armature, _ = rigs.mixamo()
    armature.data.pose_position = "REST"
    bpy.context.view_layer.update()
    assert bpy.ops.ropar.generate(**OPTIONS) == {"FINISHED"}
    assert bpy.ops.ropar.redo(parts={"left_arm"}, prompt="waves") == {"FINISHED"}
    assert capfd.readouterr().out.count("set it to Pose Position") == 2
    assert armature.data.pose_position == "REST"


def full_disk(folder, name: str) -> None:
    """The next file of that name in `folder` is written to a device that is always full."""
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / name
    beside.unlink(missing_ok=True)
    beside.symlink_to("/dev/full")


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's")
def test_disk_full():
    """The kernel says that no space is left: a preset that cannot be saved is an error, the old one stays."""
    from bl_ext.user_default.ropar.mapping import presets

    rigs.mixamo()
    bpy.ops.ropar.map_rig()
    assert bpy.ops.ropar.save_mapping(preset="mine") == {"FINISHED"}
    folder, whole = presets._folder(create=True), presets.load("mine")
    full_disk(folder, "mine.new")
    with pytest.raises(RuntimeError, match=r"No space left.*free space"):
        bpy.ops.ropar.save_mapping(preset="mine")
    assert presets.load("mine") == whole and presets.names() == ["mine"]
    assert [file.name for file in folder.iterdir()] == ["mine.json"]


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's")
def test_history_on_a_full_disk(monkeypatch, capsys):
    """A history that cannot be saved does not stop a motion."""
    from bl_ext.user_default.ropar.history import prompts

    file = prompts._file(create=True)
    prompts.forget()
    full_disk(file.parent, "prompts.new")
    monkeypatch.setattr(prompts, "background", lambda: False)
    rigs.mixamo()
    bpy.context.view_layer.update()
    assert bpy.ops.ropar.generate(**OPTIONS) == {"FINISHED"}
    assert "No space left" in capsys.readouterr().out
    assert prompts.history() == [OPTIONS["prompt"]]
    assert not file.exists() and not file.with_suffix(".new").is_symlink()
    prompts.forget()
