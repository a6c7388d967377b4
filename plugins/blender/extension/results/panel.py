# SPDX-License-Identifier: GPL-3.0-or-later
"""The motion on the selected armature: its variations, how well it fits, and what made it."""

import bpy
from bpy.app.translations import pgettext_iface as iface_

from .. import library
from ..host import objects
from . import ops, tags

#: Figures of the retarget's report in words, with their units; others are shown by name.
FIGURES = {
    "limb_direction_median": "Limb direction: {:.1f}° off",
    "foot_slide": "Standing feet slide: {:.1f} cm/s",
    "penetration": "Below the floor: {:.0f} mm",
}
VERDICT_ICONS = {"good": "CHECKMARK", "look at it": "QUESTION", "failed": "ERROR"}


class ROPAR_PT_results(bpy.types.Panel):
    bl_label = "Result"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "RoPAR"
    bl_parent_id = "ROPAR_PT_main"
    bl_order = 1

    def draw(self, context):
        layout = self.layout
        armature = objects.find_selected(context)
        action = objects.action_of(armature) if armature is not None else None
        found = tags.siblings(action)
        if found:
            self._variations(layout, action, found)
        self._judgement(layout, tags.latest(action))
        self._engine(layout)

    @staticmethod
    def _variations(layout, action, found) -> None:
        row = layout.row(align=True)
        back = row.row(align=True)
        back.enabled = len(found) > 1
        back.operator(ops.ROPAR_OT_step_variation.bl_idname, text="", icon="TRIA_LEFT").step = -1
        name = row.row(align=True)
        name.alignment = "CENTER"
        name.label(text=iface_("{} of {}").format(found.index(action) + 1, len(found)), translate=False)
        ahead = row.row(align=True)
        ahead.enabled = len(found) > 1
        ahead.operator(ops.ROPAR_OT_step_variation.bl_idname, text="", icon="TRIA_RIGHT").step = 1
        row.separator()
        row.prop(action, "name", text="")
        row.operator(ops.ROPAR_OT_delete_variation.bl_idname, text="", icon="TRASH")

    @staticmethod
    def _judgement(layout, made: dict) -> None:
        verdict = made.get("verdict", "")
        if not verdict:
            return
        column = layout.column(align=True)
        column.label(
            text=iface_("Fit: {}").format(iface_(verdict)),
            icon=VERDICT_ICONS.get(verdict, "INFO"),
            translate=False,
        )
        figures = made.get("figures") or {}
        shown = [iface_(words).format(figures[name]) for name, words in FIGURES.items() if name in figures]
        for line in shown:
            column.label(text=line, icon="BLANK1", translate=False)

    @staticmethod
    def _engine(layout) -> None:
        engine = library.opened()
        column = layout.column(align=True)
        column.active = False
        if engine is None:
            column.label(text="Model: loaded when needed", icon="INFO")
            return
        text = iface_("Runs on {} ({})").format(library.backend(engine), engine.provider.upper())
        column.label(text=text, icon="SYSTEM", translate=False)
        column.label(text=iface_("Weights: {}").format(engine.licence), icon="COPY_ID", translate=False)
        if not engine.licence.commercial:
            column.label(text="For non-commercial use", icon="BLANK1")


def register() -> None:
    bpy.utils.register_class(ROPAR_PT_results)


def unregister() -> None:
    bpy.utils.unregister_class(ROPAR_PT_results)
