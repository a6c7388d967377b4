# SPDX-License-Identifier: GPL-3.0-or-later
"""What the interface says: tooltips on everything, names that F3 finds, undo steps with names."""

import ast
from pathlib import Path

import bpy
from mathutils import Matrix

#: What Blender itself adds to every operator and group.
BLENDERS = {"rna_type", "name", "bl_idname"}


def ours() -> list:
    return [getattr(bpy.types, name) for name in dir(bpy.types) if name.startswith(("ROPAR_", "Ropar"))]


def operators() -> list:
    return [cls for cls in ours() if cls.__name__.startswith("ROPAR_OT_")]


def groups() -> list:
    """Everything that holds settings."""
    from bl_ext.user_default.ropar.generate.properties import RoparSettings
    from bl_ext.user_default.ropar.mapping.properties import RoparMappedJoint, RoparRig
    from bl_ext.user_default.ropar.preferences import RoparPreferences
    from bl_ext.user_default.ropar.redo.properties import RoparRedoSettings

    return [RoparSettings, RoparRedoSettings, RoparRig, RoparMappedJoint, RoparPreferences]


def described(cls):
    """What Blender knows of a class; operators have a second, whole description."""
    if cls.__name__.startswith("ROPAR_OT_"):
        return getattr(bpy.ops.ropar, cls.__name__.removeprefix("ROPAR_OT_")).get_rna_type()
    return cls.bl_rna


def test_every_operator_has_a_name_and_a_tooltip(scene):
    assert len(operators()) > 12
    for cls in operators():
        rna = described(cls)
        assert rna.name and rna.name == rna.name.strip(), cls
        # One sentence without a full stop, as Blender's own.
        assert len(rna.description) > 10 and not rna.description.endswith("."), cls
        assert "\n" not in rna.description, cls


def test_every_property_has_a_tooltip(scene):
    seen = 0
    for cls in (*operators(), *groups()):
        for prop in described(cls).properties:
            if prop.identifier in BLENDERS or prop.identifier.startswith("bl_"):
                continue
            seen += 1
            assert prop.name, (cls, prop.identifier)
            assert len(prop.description) > 3, (cls, prop.identifier)
            assert not prop.description.endswith("."), (cls, prop.identifier)
            for item in getattr(prop, "enum_items", ()):
                assert item.name and item.description, (cls, prop.identifier, item.identifier)
    assert seen > 50


def test_seconds_are_shown_as_seconds(scene):
    assert scene.ropar.bl_rna.properties["seconds"].unit == "TIME_ABSOLUTE"


def test_what_changes_the_file_can_be_undone(scene):
    for cls in operators():
        if cls.__name__ in ("ROPAR_OT_cancel", "ROPAR_OT_self_test"):
            continue
        writes_files_only = any(word in cls.__name__ for word in ("history", "save_mapping", "delete_mapping"))
        assert ("UNDO" in cls.bl_options) != writes_files_only, cls


def test_the_menu_names_operators_that_exist(scene):
    """F3 looks through Blender's menus; ours hangs in Object > Animation, which Pose > Animation is as well."""
    from bl_ext.user_default.ropar import menus

    assert menus._draw in bpy.types.VIEW3D_MT_object_animation._dyn_ui_initialize()


def test_every_error_can_be_translated(scene):
    """What is wrong and what to do goes through Blender's translation where it is a text of ours."""
    import bl_ext.user_default.ropar as extension

    seen, plain = 0, []
    for file in Path(extension.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or getattr(call.func, "id", None) != "AddonError":
                continue
            seen += 1
            if any(isinstance(text, ast.Constant | ast.JoinedStr) for text in call.args):
                plain.append(f"{file.name}:{call.lineno}")
    assert seen > 20 and not plain


def test_warnings_of_the_object_are_translated(scene, monkeypatch):
    from bl_ext.user_default.ropar.host import spaces

    monkeypatch.setattr(spaces, "rpt_", lambda text: text.upper())
    found = spaces.Space.of(Matrix.Diagonal((1, 1, -2, 1)), 1.0).warnings
    assert len(found) == 2 and all(text.isupper() for text in found)


def test_everything_goes_away_again(scene):
    import addon_utils

    before = {name for name in dir(bpy.types) if name.startswith(("ROPAR_", "Ropar"))}
    assert before
    handlers = [len(handler) for handler in (bpy.app.handlers.undo_post, bpy.app.handlers.load_pre)]
    addon_utils.disable("bl_ext.user_default.ropar")
    assert not [name for name in dir(bpy.types) if name.startswith(("ROPAR_", "Ropar"))]
    assert not hasattr(bpy.types.Scene, "ropar") and not hasattr(bpy.types.Object, "ropar_rig")
    addon_utils.enable("bl_ext.user_default.ropar")
    assert {name for name in dir(bpy.types) if name.startswith(("ROPAR_", "Ropar"))} == before
    assert handlers == [len(handler) for handler in (bpy.app.handlers.undo_post, bpy.app.handlers.load_pre)]
