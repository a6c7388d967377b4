"""Signs that a motion is what a prompt asked for, each a threshold on plain measures. Named in tables/probes.json.

Thresholds were set on the corpus: 90 to 100 % of the recorded clips of waving, raising, turning, drifting, walking
back, bow, squat, lunge, salsa and idling pass their own sign (waving one hand 89 and 93 %), all clips labelled
kick, and two of three punches.
Clips of standing or walking do not pass the signs of bow, kick, punch (14 % do), squat, lunge, leg raise and dance
(walking does); 5 % of the walks and 1 % of raised hands and of standing pass that of waving one hand.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..layout import FRAME_RATE
from .measures import (
    Array,
    ankle_height,
    displacement,
    energy,
    feet_apart,
    pelvis_drop,
    speed,
    trunk_pitch,
    turn,
    wrist_forward,
    wrist_height,
    wrist_swings,
    wrist_travel,
)

Sign = Callable[[Array], bool]


def _hand(side: str, other: str) -> Sign:
    """The named wrist moves more or rises higher than the other."""
    return lambda p: (
        wrist_travel(p, side) > wrist_travel(p, other) or wrist_height(p, side) > wrist_height(p, other) + 0.1
    )


def _one_waves(p: Array) -> bool:
    """One hand goes from side to side beside or above the shoulder, the other one does not."""
    return sorted(wrist_swings(p, side) > 2 for side in ("left", "right")) == [False, True]


def _both(p: Array) -> bool:
    travel = [wrist_travel(p, s) for s in ("left", "right")]
    height = [wrist_height(p, s) for s in ("left", "right")]
    return min(travel) > 0.4 * max(travel) and min(height) > -0.25 and abs(height[0] - height[1]) < 0.4


def _leg(side: str, other: str, height: float) -> Sign:
    return lambda p: ankle_height(p, side) > height and ankle_height(p, side) > ankle_height(p, other)


SIGNS: dict[str, Sign] = {
    "left_hand": _hand("left", "right"),
    "right_hand": _hand("right", "left"),
    "both_hands": _both,
    "one_hand_waves": _one_waves,
    "forward": lambda p: bool(displacement(p)[0] > 0.5 and displacement(p)[0] > abs(displacement(p)[1])),
    "backward": lambda p: bool(displacement(p)[0] < -0.3),
    "turns_left": lambda p: bool(turn(p) > 20 and displacement(p)[0] > 0.3),
    "turns_right": lambda p: bool(turn(p) < -20 and displacement(p)[0] > 0.3),
    "drifts_left": lambda p: bool(displacement(p)[1] > 0.2),
    "drifts_right": lambda p: bool(displacement(p)[1] < -0.2),
    "bows": lambda p: trunk_pitch(p) > 22,
    "kicks": lambda p: max(ankle_height(p, "left"), ankle_height(p, "right")) > 0.3,
    "punches": lambda p: max(wrist_forward(p, "left"), wrist_forward(p, "right")) > 0.35,
    "squats": lambda p: pelvis_drop(p) > 0.17,
    "lunges": lambda p: pelvis_drop(p) > 0.1 and feet_apart(p) > 0.5,
    "raises_left_leg": _leg("left", "right", 0.25),
    "raises_right_leg": _leg("right", "left", 0.25),
    "dances": lambda p: energy(p, FRAME_RATE) > 0.2,
    "stands_still": lambda p: (
        speed(p, FRAME_RATE) < 0.12 and energy(p, FRAME_RATE) < 0.15 and abs(displacement(p)).max() < 0.3
    ),
}


def separation(a: list[float], b: list[float]) -> float:
    """Probability that a value of `a` exceeds one of `b` (area under the ROC curve); 0.5 means alike."""
    x, y = np.array(a)[:, None], np.array(b)[None]
    return float((x > y).mean() + 0.5 * (x == y).mean())
