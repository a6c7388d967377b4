"""HumanIK's names for the joints of a body, and a mapping from a character's definition.

The slots are attributes of an `HIKCharacterNode`; each is connected to the joint that stands for it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

#: Canonical joint -> HumanIK slot, for joints that are one of each.
SLOTS = {
    "pelvis": "Hips",
    "left_hip": "LeftUpLeg",
    "left_knee": "LeftLeg",
    "left_ankle": "LeftFoot",
    "left_foot": "LeftToeBase",
    "right_hip": "RightUpLeg",
    "right_knee": "RightLeg",
    "right_ankle": "RightFoot",
    "right_foot": "RightToeBase",
    "left_collar": "LeftShoulder",
    "left_shoulder": "LeftArm",
    "left_elbow": "LeftForeArm",
    "left_wrist": "LeftHand",
    "right_collar": "RightShoulder",
    "right_shoulder": "RightArm",
    "right_elbow": "RightForeArm",
    "right_wrist": "RightHand",
    "head": "Head",
}
#: Bottom to top.
SPINE = ("Spine", *(f"Spine{number}" for number in range(1, 10)))
NECK = ("Neck", *(f"Neck{number}" for number in range(1, 10)))
ROOT = "Reference"
#: HumanIK's finger slots by VRM 1.0 name.
FINGERS = {
    f"{side.lower()}{vrm}{segment}": f"{side}Hand{finger}{number}"
    for side in ("Left", "Right")
    for vrm, finger, segments in (
        ("Thumb", "Thumb", ("Metacarpal", "Proximal", "Distal")),
        ("Index", "Index", ("Proximal", "Intermediate", "Distal")),
        ("Middle", "Middle", ("Proximal", "Intermediate", "Distal")),
        ("Ring", "Ring", ("Proximal", "Intermediate", "Distal")),
        ("Little", "Pinky", ("Proximal", "Intermediate", "Distal")),
    )
    for number, segment in enumerate(segments, 1)
}
#: Every slot that is looked at.
ALL_SLOTS = (*SLOTS.values(), *SPINE, *NECK, ROOT, *FINGERS.values())


def mapping(joints: Mapping[str, str]) -> str:
    """RoPAR's mapping file for a characterisation.

    Args:
        joints: HumanIK slot -> name of the joint, as the rig has it.
    """
    document: dict[str, object] = {
        "joints": {joint: joints[slot] for joint, slot in SLOTS.items() if slot in joints},
    }
    spine = [joints[slot] for slot in SPINE if slot in joints]
    neck = [joints[slot] for slot in NECK if slot in joints]
    fingers = {name: joints[slot] for name, slot in FINGERS.items() if slot in joints}
    if spine:
        document["spine"] = spine
    if neck:
        document["neck"] = neck
    if fingers:
        document["fingers"] = fingers
    return json.dumps(document)
