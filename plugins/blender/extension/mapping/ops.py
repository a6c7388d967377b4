# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding, forgetting, keeping and sharing mappings."""

import bpy
from bpy.app.translations import pgettext_rpt as rpt_
from bpy.props import StringProperty

from ..addon import AddonError, words
from ..host import controls, fitting, objects, skeleton
from . import presets, store


class _OnArmature:
    """For operators on the selected armature: errors become reports."""

    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context) -> bool:
        if objects.find_selected(context) is None:
            cls.poll_message_set("Select an armature")
            return False
        return True

    def execute(self, context):
        armature = objects.find_selected(context)
        try:
            objects.check_editable(armature)
            message = self.act(context, armature)
        except Exception as error:
            if not isinstance(error, AddonError) and not hasattr(error, "hint"):
                raise
            self.report({"ERROR"}, words(error))
            return {"CANCELLED"}
        if message:
            self.report({"INFO"}, message)
        return {"FINISHED"}

    def act(self, context, armature) -> str | None:
        raise NotImplementedError


def find(context, armature, text: str = "") -> store.Found:
    """The mapping that RoPAR finds, or the one in `text` for this armature."""
    bones = skeleton.read(armature, context.scene.unit_settings.scale_length)
    known = controls.find(bones, lambda *_: False)
    bones = known.body if known is not None else bones
    return store.Found.of(fitting.rig(bones, text), automatic=not text)


class ROPAR_OT_map_rig(_OnArmature, bpy.types.Operator):
    """Find out which bone is which joint of a human body"""

    bl_idname = "ropar.map_rig"
    bl_label = "Find Bones"

    def act(self, context, armature) -> str:
        found = find(context, armature)
        store.fill(armature, found)
        return rpt_("{} of 22 joints found ({})").format(len(found.joints), found.family)


class ROPAR_OT_clear_mapping(_OnArmature, bpy.types.Operator):
    """Forget the mapping of this armature; it is found anew with the next motion"""

    bl_idname = "ropar.clear_mapping"
    bl_label = "Clear Mapping"

    def act(self, context, armature) -> None:
        store.clear(armature)


class ROPAR_OT_save_mapping(_OnArmature, bpy.types.Operator):
    """Save the mapping as a preset for other characters with the same bones"""

    bl_idname = "ropar.save_mapping"
    bl_label = "Save Mapping Preset"
    bl_options = {"INTERNAL"}

    preset: StringProperty(name="Name", description="What to call the preset", options={"SKIP_SAVE"})

    def invoke(self, context, event):
        armature = objects.find_selected(context)
        self.preset = self.preset or armature.ropar_rig.family or armature.name
        return context.window_manager.invoke_props_dialog(self)

    def act(self, context, armature) -> str:
        rig = armature.ropar_rig
        if not rig.joints:
            raise AddonError(rpt_("there is no mapping to save"), rpt_("press Find Bones first"))
        presets.save(self.preset, store.edited(armature))
        return rpt_('Preset "{}" saved').format(self.preset)


class ROPAR_OT_load_mapping(_OnArmature, bpy.types.Operator):
    """Use a saved mapping for this armature"""

    bl_idname = "ropar.load_mapping"
    bl_label = "Load Mapping Preset"

    preset: StringProperty(name="Name", description="The preset to use", options={"SKIP_SAVE"})

    def act(self, context, armature) -> str:
        store.fill(armature, find(context, armature, presets.load(self.preset)), edited=True)
        return rpt_('Preset "{}" is used').format(self.preset)


class ROPAR_OT_delete_mapping(bpy.types.Operator):
    """Delete this preset"""

    bl_idname = "ropar.delete_mapping"
    bl_label = "Delete Mapping Preset"
    bl_options = {"INTERNAL"}

    preset: StringProperty(name="Name", description="The preset to delete", options={"SKIP_SAVE"})

    def execute(self, context):
        try:
            presets.delete(self.preset)
        except AddonError as error:
            self.report({"ERROR"}, words(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class ROPAR_MT_mapping_presets(bpy.types.Menu):
    """Saved mappings"""

    bl_idname = "ROPAR_MT_mapping_presets"
    bl_label = "Mapping Presets"

    def draw(self, context):
        layout = self.layout
        found = presets.names()
        for name in found:
            row = layout.row(align=True)
            row.operator(ROPAR_OT_load_mapping.bl_idname, text=name, translate=False).preset = name
            row.operator(ROPAR_OT_delete_mapping.bl_idname, text="", icon="X").preset = name
        if found:
            layout.separator()
        layout.operator(ROPAR_OT_save_mapping.bl_idname, text="Save As...", icon="ADD")


CLASSES = (
    ROPAR_OT_map_rig,
    ROPAR_OT_clear_mapping,
    ROPAR_OT_save_mapping,
    ROPAR_OT_load_mapping,
    ROPAR_OT_delete_mapping,
    ROPAR_MT_mapping_presets,
)


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
