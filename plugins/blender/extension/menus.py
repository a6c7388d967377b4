# SPDX-License-Identifier: GPL-3.0-or-later
"""The operators in Blender's own menus (Object > Animation, Pose > Animation), where F3 finds them as well."""

import bpy

from .generate.ops import ROPAR_OT_generate
from .mapping.ops import ROPAR_OT_map_rig
from .redo.ops import ROPAR_OT_redo
from .results.ops import ROPAR_OT_delete_variation, ROPAR_OT_step_variation


class ROPAR_MT_motion(bpy.types.Menu):
    """Motion from a prompt"""

    bl_idname = "ROPAR_MT_motion"
    bl_label = "RoPAR"

    def draw(self, context):
        layout = self.layout
        layout.operator_context = "INVOKE_REGION_WIN"
        layout.operator(ROPAR_OT_generate.bl_idname, icon="PLAY")
        layout.operator(ROPAR_OT_redo.bl_idname, icon="MOD_ARMATURE")
        layout.separator()
        layout.operator(ROPAR_OT_step_variation.bl_idname, text="Next Variation", icon="TRIA_RIGHT").step = 1
        layout.operator(ROPAR_OT_step_variation.bl_idname, text="Previous Variation", icon="TRIA_LEFT").step = -1
        layout.operator(ROPAR_OT_delete_variation.bl_idname, icon="TRASH")
        layout.separator()
        layout.operator(ROPAR_OT_map_rig.bl_idname, icon="VIEWZOOM")


def _draw(self, context) -> None:
    self.layout.separator()
    self.layout.menu(ROPAR_MT_motion.bl_idname)


def register() -> None:
    bpy.utils.register_class(ROPAR_MT_motion)
    bpy.types.VIEW3D_MT_object_animation.append(_draw)


def unregister() -> None:
    bpy.types.VIEW3D_MT_object_animation.remove(_draw)
    bpy.utils.unregister_class(ROPAR_MT_motion)
