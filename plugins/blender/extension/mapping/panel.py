# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of joints and their bones."""

import bpy
from bpy.app.translations import pgettext_iface as iface_

from ..host import objects
from ..host.canonical import label
from . import ops

#: From this confidence on a bone needs no look; below the second it is doubtful.
SURE, LIKELY = 0.8, 0.5


def icon(row) -> str:
    """What calls for a look; nothing where all is well."""
    if not row.bone or row.confidence >= SURE:
        return "USER" if row.by_user else "NONE"
    return "QUESTION" if row.confidence >= LIKELY else "ERROR"


def said(row) -> str:
    """How sure the bone of a joint is, in two or three letters."""
    return f"{row.confidence:.0%}" if row.bone and not row.by_user else ""


def short(joint: str) -> str:
    """A joint in a narrow column: ``left_knee`` -> ``L Knee``."""
    words = label(joint).split(" ")
    return " ".join(word[0] if word in ("Left", "Right") else word for word in words)


class ROPAR_UL_joints(bpy.types.UIList):
    """Joints of the human body, the bones that stand for them, and how sure that is"""

    def draw_item(self, context, layout, data, item, icon_value, active_data, active_property):
        split = layout.split(factor=0.36, align=True)
        split.label(text=short(item.joint))
        right = split.split(factor=0.7, align=True)
        # What is in front of a colon is the same for all bones, as in mixamorig:LeftArm.
        right.label(text=item.bone.rsplit(":", 1)[-1] or iface_("none"), translate=False)
        sure = right.row()
        sure.alert = bool(item.bone) and item.confidence < LIKELY
        sure.label(text=said(item), icon=icon(item), translate=False)


class ROPAR_PT_mapping(bpy.types.Panel):
    bl_label = "Bone Mapping"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "RoPAR"
    bl_parent_id = "ROPAR_PT_main"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 3

    @classmethod
    def poll(cls, context) -> bool:
        return objects.find_selected(context) is not None

    def draw(self, context):
        layout = self.layout
        armature = objects.find_selected(context)
        rig = armature.ropar_rig
        row = layout.row(align=True)
        row.operator(ops.ROPAR_OT_map_rig.bl_idname, icon="VIEWZOOM")
        row.operator(ops.ROPAR_OT_clear_mapping.bl_idname, text="", icon="X")
        row.menu(ops.ROPAR_MT_mapping_presets.bl_idname, text="", icon="PRESET")
        if not rig.joints:
            layout.label(text="Found by itself with the first motion", icon="INFO")
            return
        found = sum(bool(row.bone) for row in rig.joints)
        text = iface_("{}: {} of {} joints").format(rig.family or iface_("Own"), found, len(rig.joints))
        layout.label(text=text, icon="USER" if rig.edited else "ARMATURE_DATA", translate=False)
        layout.template_list("ROPAR_UL_joints", "", rig, "joints", rig, "active", rows=6)
        if 0 <= rig.active < len(rig.joints):
            self._joint(layout, armature, rig.joints[rig.active])
        for warning in rig.warnings.splitlines():
            layout.label(text=warning, icon="ERROR", translate=False)

    @staticmethod
    def _joint(layout, armature, row) -> None:
        """The joint that is chosen in the list, with room for the whole name of its bone."""
        column = layout.column(align=True)
        column.prop_search(row, "bone", armature.data, "bones", text="", icon="BONE_DATA")
        if row.by_user:
            words = iface_("{}: chosen by you").format(iface_(label(row.joint)))
        elif row.bone:
            words = iface_("{}: found, {:.0%} sure").format(iface_(label(row.joint)), row.confidence)
        else:
            words = iface_("{}: this rig has none").format(iface_(label(row.joint)))
        column.label(text=words, icon="BLANK1", translate=False)


CLASSES = (ROPAR_UL_joints, ROPAR_PT_mapping)


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
