# SPDX-License-Identifier: GPL-3.0-or-later
"""The canonical skeleton as this extension needs it: names for lists and for the mannequin."""

from __future__ import annotations

#: Joint -> parent, in the order of RoPAR's arrays.
JOINTS: dict[str, str | None] = {
    "pelvis": None,
    "left_hip": "pelvis",
    "right_hip": "pelvis",
    "spine1": "pelvis",
    "left_knee": "left_hip",
    "right_knee": "right_hip",
    "spine2": "spine1",
    "left_ankle": "left_knee",
    "right_ankle": "right_knee",
    "spine3": "spine2",
    "left_foot": "left_ankle",
    "right_foot": "right_ankle",
    "neck": "spine3",
    "left_collar": "spine3",
    "right_collar": "spine3",
    "head": "neck",
    "left_shoulder": "left_collar",
    "right_shoulder": "right_collar",
    "left_elbow": "left_shoulder",
    "right_elbow": "right_shoulder",
    "left_wrist": "left_elbow",
    "right_wrist": "right_elbow",
}

#: Height of the pelvis above the floor at rest, metres (the canonical skeleton of RoPAR's core).
STANDING_HEIGHT = 0.955


def label(name: str) -> str:
    """A joint or body part in words: ``left_arm`` -> ``Left Arm``."""
    return name.replace("_", " ").title()
