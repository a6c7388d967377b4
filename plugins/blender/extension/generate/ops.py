# SPDX-License-Identifier: GPL-3.0-or-later
"""The operators behind the Generate panel. From scripts: ``bpy.ops.ropar.generate(prompt="a person waves")``."""

import random

import bpy
from bpy.app.translations import pgettext_rpt as rpt_
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, StringProperty

from ..addon import AddonError
from ..host import objects
from ..jobs.operator import JobOperator
from ..preferences import options
from .plan import GeneratePlan, Request
from .properties import LONGEST_SECONDS, PLACEMENTS, TARGETS

SKIP = {"SKIP_SAVE"}
#: What a request takes over as it is.
FROM_PANEL = (
    "prompt",
    "seed",
    "variations",
    "guidance",
    "iterations",
    "steps",
    "placement",
    "in_place",
    "contacts",
    "extend_scene",
)


class ROPAR_OT_generate(JobOperator, bpy.types.Operator):
    """Make motion from the prompt and put it on the target"""

    bl_idname = "ropar.generate"
    bl_label = "Generate Motion"

    # What is not given is taken from the panel, that is from the scene.
    prompt: StringProperty(name="Prompt", description="What the character shall do, in English", options=SKIP)
    seconds: FloatProperty(
        name="Length",
        description="Seconds; 0 lets the model choose",
        subtype="TIME_ABSOLUTE",
        unit="TIME_ABSOLUTE",
        min=0.0,
        max=LONGEST_SECONDS,
        options=SKIP,
    )
    seed: IntProperty(name="Seed", description="The same seed gives the same motion", min=0, options=SKIP)
    variations: IntProperty(name="Variations", description="How many motions", default=1, min=1, max=8, options=SKIP)
    guidance: FloatProperty(name="Guidance", description="0 takes the model's own setting", min=0.0, options=SKIP)
    iterations: IntProperty(name="Iterations", description="0 takes the model's own setting", min=0, options=SKIP)
    steps: IntProperty(name="Steps", description="0 takes the model's own setting", min=0, options=SKIP)
    target: EnumProperty(name="Target", description="Who moves", items=TARGETS, options=SKIP)
    placement: EnumProperty(name="Where", description="Where the keys go", items=PLACEMENTS, options=SKIP)
    range_start: IntProperty(name="Start", description="First frame to replace", options=SKIP)
    range_end: IntProperty(name="End", description="Last frame to replace", options=SKIP)
    in_place: BoolProperty(name="In Place", description="Keep the character where it is", options=SKIP)
    contacts: BoolProperty(name="Foot Contacts", description="Hold the feet to the floor", options=SKIP)
    extend_scene: BoolProperty(
        name="Extend Scene Range", description="Move the end of the scene when the motion is longer", options=SKIP
    )

    def plan(self, context) -> GeneratePlan:
        return GeneratePlan(context, self._request(context), options(context))

    def _value(self, settings, name: str):
        return getattr(self if self.properties.is_property_set(name) else settings, name)

    def _request(self, context) -> Request:
        scene, settings = context.scene, context.scene.ropar
        value = {name: self._value(settings, name) for name in FROM_PANEL}
        prompt = value["prompt"].strip()
        if not prompt:
            raise AddonError(rpt_("the prompt is empty"), rpt_("write what the character shall do, or pick an example"))
        if self.properties.is_property_set("seconds"):
            seconds = self.seconds or None
        else:
            seconds = None if settings.auto_length else settings.seconds
        target = self._value(settings, "target")
        mannequin = target == "MANNEQUIN" or (target == "AUTO" and objects.find_selected(context) is None)
        placement = "NEW" if mannequin else value["placement"]
        start, end = scene.frame_start, scene.frame_end
        if placement == "INSERT":
            start = scene.frame_current
        elif placement == "REPLACE":
            start, end = self._value(settings, "range_start"), self._value(settings, "range_end")
            if end <= start:
                raise AddonError(
                    rpt_("the frame range {} to {} is empty").format(start, end), rpt_("choose an end after the start")
                )
            seconds = (end - start + 1) / (scene.render.fps / scene.render.fps_base)
        return Request(
            prompt=prompt,
            seconds=seconds,
            seed=value["seed"],
            variations=value["variations"],
            guidance=value["guidance"] or None,
            iterations=value["iterations"] or None,
            steps=value["steps"] or None,
            mannequin=mannequin,
            placement=placement,
            start=start,
            end=end,
            in_place=value["in_place"],
            contacts=value["contacts"],
            extend_scene=value["extend_scene"],
        )


class ROPAR_OT_roll_seed(bpy.types.Operator):
    """Choose another seed at random"""

    bl_idname = "ropar.roll_seed"
    bl_label = "Random Seed"
    bl_options = {"UNDO", "INTERNAL"}

    def execute(self, context):
        context.scene.ropar.seed = random.randrange(1_000_000)
        return {"FINISHED"}


CLASSES = (ROPAR_OT_generate, ROPAR_OT_roll_seed)


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
