# SPDX-License-Identifier: GPL-3.0-or-later
"""Stepping through variations."""

import bpy
from bpy.app.translations import pgettext_rpt as rpt_
from bpy.props import IntProperty

from ..addon import AddonError, words
from ..host import actions, objects
from . import tags


class _OnVariations:
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context) -> bool:
        armature = objects.find_selected(context)
        if armature is None or len(tags.siblings(objects.action_of(armature))) < 1:
            cls.poll_message_set("The selected armature has no motion that was made here")
            return False
        return True

    def execute(self, context):
        armature = objects.find_selected(context)
        try:
            objects.check_editable(armature)
        except AddonError as error:
            self.report({"ERROR"}, words(error))
            return {"CANCELLED"}
        action = objects.action_of(armature)
        self.act(armature, action, tags.siblings(action))
        return {"FINISHED"}

    def act(self, armature, action, found: list) -> None:
        raise NotImplementedError


class ROPAR_OT_step_variation(_OnVariations, bpy.types.Operator):
    """Show the next or the previous variation of this motion"""

    bl_idname = "ropar.step_variation"
    bl_label = "Step Variation"

    step: IntProperty(name="Step", description="How many variations to go on; negative goes back", default=1)

    @classmethod
    def description(cls, context, properties) -> str:
        return rpt_("Show the previous variation") if properties.step < 0 else rpt_("Show the next variation")

    def act(self, armature, action, found: list) -> None:
        actions.assign(armature, found[(found.index(action) + self.step) % len(found)])


class ROPAR_OT_delete_variation(_OnVariations, bpy.types.Operator):
    """Delete this variation and show the next one"""

    bl_idname = "ropar.delete_variation"
    bl_label = "Delete Variation"

    def act(self, armature, action, found: list) -> None:
        at = found.index(action)
        others = [other for other in found if other != action]
        actions.assign(armature, others[at % len(others)] if others else None)
        bpy.data.actions.remove(action)


CLASSES = (ROPAR_OT_step_variation, ROPAR_OT_delete_variation)


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
