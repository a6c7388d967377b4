# SPDX-License-Identifier: GPL-3.0-or-later
"""What an animator has put around keys: locks, which are kept, and modifiers, which change what new keys look like."""

from __future__ import annotations

import numpy as np
from bpy.app.translations import pgettext_rpt as rpt_

from ..addon import AddonError, some
from . import keys
from .actions import curves
from .control_edit import Solved


def check(action, armature, edit: Solved, frames: np.ndarray) -> list[str]:
    """Whether `edit` may be written into `action` on `frames`; what the user should look at afterwards.

    Raises:
        AddonError: the animator has locked some of its curves.
    """
    wanted = {(keys.path(channel.bone, channel.property), channel.index): channel.bone for channel in edit.channels}
    wanted |= {(setting.path, 0): setting.bone for setting in edit.switches}
    found = [
        (wanted[curve.data_path, curve.array_index], curve)
        for curve in curves(action, armature, create=False) or ()
        if (curve.data_path, curve.array_index) in wanted
    ]
    locked = {bone for bone, curve in found if curve.lock or (curve.group is not None and curve.group.lock)}
    if locked:
        raise AddonError(
            rpt_("curves of these bones are locked: {}").format(some(locked)),
            rpt_("unlock them (the padlock in the Graph Editor's or Dope Sheet's list of channels) and try again"),
        )
    steered = {bone for bone, curve in found if _steered(curve, float(frames[0]), float(frames[-1]))}
    if not steered:
        return []
    text = rpt_("Modifiers or extrapolation of curves act on the new keys, also outside of the range; look there: {}")
    return [text.format(some(steered))]


def _steered(curve, first: float, last: float) -> bool:
    """Whether keys from `first` to `last` would say too little of what a curve does there and outside."""
    if any(not modifier.mute for modifier in curve.modifiers):
        return True
    start, end = curve.range()
    return curve.extrapolation != "CONSTANT" and (first <= start or last >= end)
