# SPDX-License-Identifier: GPL-3.0-or-later
"""What shall be made anew."""

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, PointerProperty, StringProperty

from ..history import prompts

PARTS = (
    ("torso", "Torso", "Hips, spine, neck and head, and the way over the floor", 1),
    ("left_arm", "Left Arm", "From the left collar bone to the hand", 2),
    ("right_arm", "Right Arm", "From the right collar bone to the hand", 4),
    ("left_leg", "Left Leg", "From the left hip to the toes", 8),
    ("right_leg", "Right Leg", "From the right hip to the toes", 16),
)


class RoparRedoSettings(bpy.types.PropertyGroup):
    parts: EnumProperty(
        name="Body Parts",
        description="The parts to make anew; Shift-click for more than one",
        items=PARTS,
        options={"ENUM_FLAG"},
        default={"left_arm"},
    )
    prompt: StringProperty(
        name="Prompt",
        description="What the chosen parts shall do, in English",
        search=prompts.suggest,
        search_options={"SUGGESTION"},
    )
    whole: BoolProperty(name="Whole Action", description="From the first key to the last", default=True)
    start: IntProperty(name="Start", description="First frame to make anew", default=1)
    end: IntProperty(name="End", description="Last frame to make anew", default=100)
    in_step: BoolProperty(
        name="In Step",
        description="The parts go with what the rest of the body does, as arms swing with a gait;"
        " without it they follow the prompt alone",
    )
    seed: IntProperty(name="Seed", description="The same seed gives the same motion", default=0, min=0)
    guidance: FloatProperty(
        name="Guidance",
        description="How closely the parts follow the prompt; 0 takes the model's own setting",
        default=0.0,
        min=0.0,
        max=20.0,
        soft_max=8.0,
        precision=1,
        step=10,
    )


def register() -> None:
    bpy.utils.register_class(RoparRedoSettings)
    bpy.types.Scene.ropar_redo = PointerProperty(type=RoparRedoSettings)


def unregister() -> None:
    del bpy.types.Scene.ropar_redo
    bpy.utils.unregister_class(RoparRedoSettings)
