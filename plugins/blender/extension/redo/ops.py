# SPDX-License-Identifier: GPL-3.0-or-later
"""The operators behind the Redo panel. From scripts: ``bpy.ops.ropar.redo(parts={'left_arm'}, prompt="waves")``."""

import random

import bpy
from bpy.app.translations import pgettext_rpt as rpt_
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, StringProperty

from ..addon import AddonError
from ..jobs.operator import JobOperator
from ..preferences import options
from .plan import RedoPlan, Request
from .properties import PARTS

SKIP = {"SKIP_SAVE"}
#: What a request takes over as it is.
FROM_PANEL = ("parts", "prompt", "in_step", "seed", "guidance")


class ROPAR_OT_redo(JobOperator, bpy.types.Operator):
    """Make the chosen body parts anew from the prompt; all other keys stay as they are"""

    bl_idname = "ropar.redo"
    bl_label = "Redo Body Parts"

    parts: EnumProperty(
        name="Body Parts", description="The parts to make anew", items=PARTS, options={"ENUM_FLAG", *SKIP}
    )
    prompt: StringProperty(name="Prompt", description="What the parts shall do, in English", options=SKIP)
    start: IntProperty(name="Start", description="First frame to make anew", options=SKIP)
    end: IntProperty(name="End", description="Last frame to make anew", options=SKIP)
    in_step: BoolProperty(name="In Step", description="Go with what the rest of the body does", options=SKIP)
    seed: IntProperty(name="Seed", description="The same seed gives the same motion", min=0, options=SKIP)
    guidance: FloatProperty(name="Guidance", description="0 takes the model's own setting", min=0.0, options=SKIP)

    def plan(self, context) -> RedoPlan:
        return RedoPlan(context, self._request(context), options(context))

    def _request(self, context) -> Request:
        settings = context.scene.ropar_redo
        given = self.properties.is_property_set
        value = {name: getattr(self if given(name) else settings, name) for name in FROM_PANEL}
        prompt = value["prompt"].strip()
        if not prompt:
            raise AddonError(rpt_("the prompt is empty"), rpt_("write what the chosen parts shall do"))
        if not value["parts"]:
            raise AddonError(rpt_("no body part is chosen"), rpt_("click at least one on the figure"))
        ranged = not settings.whole or given("start") or given("end")
        start = self.start if given("start") else settings.start if not settings.whole else None
        end = self.end if given("end") else settings.end if not settings.whole else None
        return Request(
            parts=tuple(item[0] for item in PARTS if item[0] in value["parts"]),
            prompt=prompt,
            start=start if ranged else None,
            end=end if ranged else None,
            in_step=value["in_step"],
            seed=value["seed"],
            guidance=value["guidance"] or None,
        )


class ROPAR_OT_redo_range(bpy.types.Operator):
    """Take the range from the timeline: the preview range, or else the playhead and two seconds on"""

    bl_idname = "ropar.redo_range"
    bl_label = "Range from Timeline"
    bl_options = {"UNDO", "INTERNAL"}

    def execute(self, context):
        scene, settings = context.scene, context.scene.ropar_redo
        settings.whole = False
        if scene.use_preview_range:
            settings.start, settings.end = scene.frame_preview_start, scene.frame_preview_end
        else:
            settings.start = scene.frame_current
            settings.end = scene.frame_current + round(2 * scene.render.fps / scene.render.fps_base)
        return {"FINISHED"}


class ROPAR_OT_roll_redo_seed(bpy.types.Operator):
    """Choose another seed at random"""

    bl_idname = "ropar.roll_redo_seed"
    bl_label = "Random Seed"
    bl_options = {"UNDO", "INTERNAL"}

    def execute(self, context):
        context.scene.ropar_redo.seed = random.randrange(1_000_000)
        return {"FINISHED"}


CLASSES = (ROPAR_OT_redo, ROPAR_OT_redo_range, ROPAR_OT_roll_redo_seed)


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
