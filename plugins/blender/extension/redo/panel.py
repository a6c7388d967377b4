# SPDX-License-Identifier: GPL-3.0-or-later
"""The body to click on, and what its parts shall do."""

import bpy

from ..host import objects
from ..jobs import operator as jobs
from ..jobs.panel import draw_button
from . import ops


class ROPAR_PT_redo(bpy.types.Panel):
    bl_label = "Redo Body Parts"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "RoPAR"
    bl_parent_id = "ROPAR_PT_main"
    bl_order = 2

    @classmethod
    def poll(cls, context) -> bool:
        armature = objects.find_selected(context)
        return armature is not None and objects.action_of(armature) is not None

    def draw(self, context):
        layout = self.layout
        settings = context.scene.ropar_redo
        body = layout.column()
        body.enabled = jobs.current() is None
        self._figure(body, settings)
        body.prop(settings, "prompt", text="", placeholder="what these parts shall do")
        column = body.column()
        column.use_property_split = True
        column.use_property_decorate = False
        row = column.row(align=True)
        row.prop(settings, "whole")
        row.operator(ops.ROPAR_OT_redo_range.bl_idname, text="", icon="TIME")
        if not settings.whole:
            frames = column.column(align=True)
            frames.prop(settings, "start")
            frames.prop(settings, "end")
        column.prop(settings, "in_step")
        row = column.row(align=True)
        row.prop(settings, "seed")
        row.operator(ops.ROPAR_OT_roll_redo_seed.bl_idname, text="", icon="FILE_REFRESH")
        column.prop(settings, "guidance")
        draw_button(layout, ops.ROPAR_OT_redo.bl_idname, title="redo", text="Redo Parts", icon="MOD_ARMATURE")

    @staticmethod
    def _figure(layout, settings) -> None:
        """A body that faces the viewer: its right is on the left."""
        box = layout.box().column(align=True)
        # Three columns of one width: the figure stands over the torso.
        left = box.split(factor=1 / 3)
        left.label(text="R")
        right = left.split(factor=1 / 2)
        middle, side = right.row(), right.row()
        middle.alignment, side.alignment = "CENTER", "RIGHT"
        middle.label(text="", icon="OUTLINER_OB_ARMATURE")
        side.label(text="L")
        upper = box.row(align=True)
        upper.scale_y = 2.2
        upper.prop_enum(settings, "parts", "right_arm")
        upper.prop_enum(settings, "parts", "torso")
        upper.prop_enum(settings, "parts", "left_arm")
        lower = box.row(align=True)
        lower.scale_y = 2.2
        lower.separator(factor=4.0)
        lower.prop_enum(settings, "parts", "right_leg")
        lower.prop_enum(settings, "parts", "left_leg")
        lower.separator(factor=4.0)


def register() -> None:
    bpy.utils.register_class(ROPAR_PT_redo)


def unregister() -> None:
    bpy.utils.unregister_class(ROPAR_PT_redo)
