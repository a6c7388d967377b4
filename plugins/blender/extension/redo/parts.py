# SPDX-License-Identifier: GPL-3.0-or-later
"""Which bones belong to which body part."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bpy.app.translations import pgettext_rpt as rpt_

from ..addon import AddonError
from ..host.canonical import JOINTS, label
from ..host.fitting import Rigged


def joints_of(parts: Iterable[str], engine: Any) -> set[str]:
    """The joints that belong to `parts` in the part scheme of the engine's model.

    Raises:
        AddonError: the model does not have these parts.
    """
    order = list(JOINTS)
    result = set()
    for part in parts:
        if part not in engine.parts:
            offered = ", ".join(rpt_(label(name)) for name in engine.parts)
            raise AddonError(
                rpt_("this model does not know the part {}").format(rpt_(label(part))),
                rpt_("its parts are {}").format(offered),
            )
        result |= {order[joint] for joint in engine.part_joints(part)}
    return result


def bones_of(joints: set[str], rigged: Rigged) -> set[int]:
    """The bones that belong to `joints`: those that stand for them, and those in between and below (twists, fingers).

    What hangs on no mapped bone (a ground bone above the pelvis) goes with the pelvis.
    """
    joint_of = {int(node): joint for joint, (node, _) in rigged.mapping.joints.items()}
    result = set()
    for index in range(len(rigged.bones)):
        above = index
        while above >= 0 and above not in joint_of:
            above = rigged.bones.parents[above]
        if (joint_of[above] if above >= 0 else "pelvis") in joints:
            result.add(index)
    return result
