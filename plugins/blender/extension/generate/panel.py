# SPDX-License-Identifier: GPL-3.0-or-later
"""The main panel: prompt, settings, Generate, progress."""

import bpy

from ..history.ops import ROPAR_MT_prompts
from ..host import objects
from ..jobs import operator as jobs
from ..jobs.panel import draw_button
from . import ops


class _Sidebar:
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "RoPAR"


class ROPAR_PT_main(_Sidebar, bpy.types.Panel):
    bl_label = "RoPAR"

    def draw(self, context):
        layout = self.layout
        settings = context.scene.ropar
        body = layout.column()
        body.enabled = jobs.current() is None
        row = body.row(align=True)
        row.scale_y = 1.3
        row.prop(settings, "prompt", text="", placeholder="a person waves with the left hand")
        row.menu(ROPAR_MT_prompts.bl_idname, text="", icon="DOWNARROW_HLT")
        self._settings(body, context, settings)
        draw_button(
            layout, ops.ROPAR_OT_generate.bl_idname, title="generate", text="Generate", icon="PLAY", always=True
        )

    @staticmethod
    def _settings(layout, context, settings) -> None:
        layout.use_property_split = True
        layout.use_property_decorate = False
        armature = objects.find_selected(context)
        mannequin = settings.target == "MANNEQUIN" or (settings.target == "AUTO" and armature is None)
        row = layout.row(align=True, heading="Length")
        # A frame range has its length.
        row.enabled = mannequin or settings.placement != "REPLACE"
        row.prop(settings, "auto_length", text="Automatic" if settings.auto_length else "")
        if not settings.auto_length:
            row.prop(settings, "seconds", text="")
        row = layout.row(align=True)
        row.prop(settings, "seed")
        row.operator(ops.ROPAR_OT_roll_seed.bl_idname, text="", icon="FILE_REFRESH")
        layout.prop(settings, "variations")
        layout.prop(settings, "target")
        row = layout.row()
        row.alignment = "RIGHT"
        if mannequin:
            row.label(text="A new mannequin", icon="OUTLINER_OB_ARMATURE")
            return
        if armature is None:
            row.alert = True
            row.label(text="No armature is selected", icon="ERROR")
        else:
            row.label(text=armature.name, icon="ARMATURE_DATA", translate=False)
        layout.prop(settings, "placement")
        if settings.placement == "REPLACE":
            frames = layout.row(align=True)
            frames.prop(settings, "range_start", text="Frames")
            frames.prop(settings, "range_end", text="")


class ROPAR_PT_options(_Sidebar, bpy.types.Panel):
    bl_label = "Options"
    bl_parent_id = "ROPAR_PT_main"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 0

    def draw(self, context):
        layout = self.layout
        settings = context.scene.ropar
        layout.enabled = jobs.current() is None
        layout.use_property_split = True
        layout.use_property_decorate = False
        column = layout.column(heading="Motion")
        column.prop(settings, "in_place")
        column.prop(settings, "contacts")
        column.prop(settings, "extend_scene")
        column = layout.column(heading="Model")
        column.label(text="0: the model's own setting")
        for name in ("guidance", "iterations", "steps"):
            column.prop(settings, name)


CLASSES = (ROPAR_PT_main, ROPAR_PT_options)


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
