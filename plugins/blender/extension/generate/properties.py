# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panel of a scene is set to."""

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, PointerProperty, StringProperty

from ..history import prompts

TARGETS = (
    ("AUTO", "Automatic", "The armature that is selected; where none is, a new mannequin"),
    ("SELECTED", "Selected Armature", "Animate the armature that is selected, whatever its bones are called"),
    ("MANNEQUIN", "New Mannequin", "Add a mannequin at the 3D cursor and animate it"),
)
PLACEMENTS = (
    ("NEW", "New Action", "Make a new action, from the first frame of the scene on"),
    (
        "INSERT",
        "At Playhead",
        "Write into the present action from the current frame on; the motion starts where the character stands",
    ),
    (
        "REPLACE",
        "Frame Range",
        "Replace the keys of a frame range of the present action; the motion starts where the"
        " character stands and fills the range",
    ),
)
LONGEST_SECONDS = 60.0


class RoparSettings(bpy.types.PropertyGroup):
    prompt: StringProperty(
        name="Prompt",
        description="What the character shall do, in English, such as: a person waves with the left hand",
        search=prompts.suggest,
        search_options={"SUGGESTION"},
    )
    auto_length: BoolProperty(
        name="Automatic Length", description="Let the model choose how long the motion takes", default=True
    )
    seconds: FloatProperty(
        name="Length",
        description="How long the motion takes, in seconds",
        subtype="TIME_ABSOLUTE",
        unit="TIME_ABSOLUTE",
        default=4.0,
        min=0.4,
        max=LONGEST_SECONDS,
        soft_max=10.0,
        precision=1,
        step=50,
    )
    seed: IntProperty(
        name="Seed",
        description="The same seed and prompt give the same motion; further variations count up from it",
        default=0,
        min=0,
    )
    variations: IntProperty(
        name="Variations", description="How many motions to make, each an action of its own", default=1, min=1, max=8
    )
    guidance: FloatProperty(
        name="Guidance",
        description="How closely the motion follows the prompt; 0 takes the model's own setting",
        default=0.0,
        min=0.0,
        max=20.0,
        soft_max=8.0,
        precision=1,
        step=10,
    )
    iterations: IntProperty(
        name="Iterations",
        description="Rounds in which the motion is filled in; 0 takes the model's own setting",
        default=0,
        min=0,
        max=256,
        soft_max=64,
    )
    steps: IntProperty(
        name="Steps",
        description="Steps of the diffusion head per round; 0 takes the model's own setting",
        default=0,
        min=0,
        max=256,
        soft_max=64,
    )
    target: EnumProperty(name="Target", description="Who moves", items=TARGETS, default="AUTO")
    placement: EnumProperty(name="Where", description="Where the keys go", items=PLACEMENTS, default="NEW")
    range_start: IntProperty(name="Start", description="First frame to replace", default=1)
    range_end: IntProperty(name="End", description="Last frame to replace", default=100)
    in_place: BoolProperty(
        name="In Place", description="Keep the character where it is; without it, it moves over the floor"
    )
    contacts: BoolProperty(
        name="Foot Contacts", description="Hold the feet to the floor while they stand on it", default=True
    )
    extend_scene: BoolProperty(
        name="Extend Scene Range",
        description="Move the end of the scene's frame range when the motion is longer",
        default=True,
    )


def register() -> None:
    bpy.utils.register_class(RoparSettings)
    bpy.types.Scene.ropar = PointerProperty(type=RoparSettings)


def unregister() -> None:
    del bpy.types.Scene.ropar
    bpy.utils.unregister_class(RoparSettings)
