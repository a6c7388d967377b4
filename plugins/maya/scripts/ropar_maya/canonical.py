"""The canonical skeleton as the window and the mapping need it."""

from __future__ import annotations

#: The joints in the order of RoPAR's arrays.
JOINTS = (
    "pelvis",
    "left_hip",
    "right_hip",
    "spine1",
    "left_knee",
    "right_knee",
    "spine2",
    "left_ankle",
    "right_ankle",
    "spine3",
    "left_foot",
    "right_foot",
    "neck",
    "left_collar",
    "right_collar",
    "head",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
)
#: Height of the pelvis above the floor at rest, metres (the canonical skeleton of RoPAR's core).
HIPS_HEIGHT = 0.955
#: The parts of the shipped package, for the figure in the window; another package may have others.
PARTS = ("torso", "left_arm", "right_arm", "left_leg", "right_leg")


def label(name: str) -> str:
    """A joint or body part in words: ``left_arm`` -> ``Left Arm``, ``spine1`` -> ``Spine 1``."""
    words = name.replace("_", " ").title()
    return f"{words[:-1]} {words[-1]}" if words[-1:].isdigit() else words
