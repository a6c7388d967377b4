# SPDX-License-Identifier: GPL-3.0-or-later
"""The menu of prompts."""

import bpy
from bpy.props import StringProperty

from . import prompts

SHOWN = 12


class ROPAR_OT_use_prompt(bpy.types.Operator):
    """Put this text into the prompt field"""

    bl_idname = "ropar.use_prompt"
    bl_label = "Use Prompt"
    bl_options = {"UNDO", "INTERNAL"}

    prompt: StringProperty(name="Prompt", description="The text to use")

    def execute(self, context):
        context.scene.ropar.prompt = self.prompt
        return {"FINISHED"}


class ROPAR_OT_clear_history(bpy.types.Operator):
    """Forget the prompts that were used before"""

    bl_idname = "ropar.clear_history"
    bl_label = "Clear History"
    bl_options = {"INTERNAL"}

    def execute(self, context):
        prompts.forget()
        return {"FINISHED"}


class ROPAR_MT_prompts(bpy.types.Menu):
    """Prompts used before, and examples"""

    bl_idname = "ROPAR_MT_prompts"
    bl_label = "Prompts"

    def draw(self, context):
        layout = self.layout
        used = prompts.history()[:SHOWN]
        for heading, lines in (("Used Before", used), ("Examples", prompts.examples())):
            if not lines:
                continue
            layout.label(text=heading)
            for line in lines:
                layout.operator(ROPAR_OT_use_prompt.bl_idname, text=line, translate=False).prompt = line
            layout.separator()
        if used:
            layout.operator(ROPAR_OT_clear_history.bl_idname, icon="TRASH")


CLASSES = (ROPAR_OT_use_prompt, ROPAR_OT_clear_history, ROPAR_MT_prompts)


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
