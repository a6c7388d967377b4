# SPDX-License-Identifier: GPL-3.0-or-later
"""The mapping that an armature object carries, saved with it."""

import bpy
from bpy.props import BoolProperty, CollectionProperty, FloatProperty, IntProperty, PointerProperty, StringProperty

#: Set while code fills rows in, which is not the user's choice.
filling = False

OVERRIDABLE = {"LIBRARY_OVERRIDABLE"}


def _bone_changed(row, context) -> None:
    if filling:
        return
    row.by_user = True
    row.confidence = 1.0 if row.bone else 0.0
    row.id_data.ropar_rig.edited = True


class RoparMappedJoint(bpy.types.PropertyGroup):
    joint: StringProperty(name="Joint", description="The joint of the human body", override=OVERRIDABLE)
    bone: StringProperty(
        name="Bone",
        description="The bone that stands for this joint; empty: the rig has none",
        update=_bone_changed,
        override=OVERRIDABLE,
    )
    found: StringProperty(name="Found", description="The bone that RoPAR found for this joint", override=OVERRIDABLE)
    confidence: FloatProperty(
        name="Confidence",
        description="How sure the choice is; 100 % where you made it",
        min=0.0,
        max=1.0,
        subtype="FACTOR",
        override=OVERRIDABLE,
    )
    by_user: BoolProperty(name="Chosen by You", description="This bone was chosen by hand", override=OVERRIDABLE)


class RoparRig(bpy.types.PropertyGroup):
    joints: CollectionProperty(
        type=RoparMappedJoint,
        name="Joints",
        description="The joints of a human body and the bones that stand for them",
        override={"LIBRARY_OVERRIDABLE", "USE_INSERTION"},
    )
    active: IntProperty(name="Active Joint", description="The joint that is selected in the list")
    family: StringProperty(
        name="Family", description="The naming family that the rig was recognised by", override=OVERRIDABLE
    )
    text: StringProperty(
        name="Mapping",
        description="The whole mapping as RoPAR's JSON, fingers and twist bones included",
        override=OVERRIDABLE,
    )
    warnings: StringProperty(name="Warnings", description="What to look at in the mapping", override=OVERRIDABLE)
    edited: BoolProperty(
        name="Edited", description="The mapping was changed by hand and is used as it is", override=OVERRIDABLE
    )


CLASSES = (RoparMappedJoint, RoparRig)


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Object.ropar_rig = PointerProperty(type=RoparRig, override=OVERRIDABLE)


def unregister() -> None:
    del bpy.types.Object.ropar_rig
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
