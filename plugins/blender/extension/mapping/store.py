# SPDX-License-Identifier: GPL-3.0-or-later
"""Mappings between RoPAR's JSON and the list that the user edits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ..host.canonical import JOINTS
from . import properties


@dataclass(frozen=True)
class Found:
    """A mapping that was used, in words."""

    text: str
    family: str
    #: Joint -> (bone, confidence).
    joints: dict[str, tuple[str, float]]
    warnings: tuple[str, ...]
    #: Whether RoPAR found it by itself.
    automatic: bool

    @classmethod
    def of(cls, rigged: Any, automatic: bool) -> Found:
        """From a `host.fitting.Rigged`."""
        mapping, names = rigged.mapping, rigged.bones.names
        return cls(
            text=mapping.to_json(),
            family=str(mapping.family),
            joints={joint: (names[int(node)], float(sure)) for joint, (node, sure) in mapping.joints.items()},
            warnings=tuple(getattr(mapping, "warnings", ())),
            automatic=automatic,
        )


#: Joints that RoPAR's mapping has in lists, bottom to top: the rig may have more or fewer of them.
LISTS = {"spine1": "spine", "spine2": "spine", "spine3": "spine", "neck": "neck"}


def text(armature) -> str:
    """The mapping to use for an armature as JSON; empty where RoPAR shall find it.

    A mapping that RoPAR found is not kept as a choice: the armature may have changed since.
    """
    return edited(armature) if armature.ropar_rig.edited else ""


def edited(armature) -> str:
    """The mapping in the armature's list as RoPAR's JSON."""
    rig = armature.ropar_rig
    return with_bones(rig.text, {row.joint: (row.bone, row.found) for row in rig.joints})


def with_bones(base: str, bones: dict[str, tuple[str, str]]) -> str:
    """RoPAR's JSON `base` with other bones: joint -> (bone or nothing, the bone that `base` has)."""
    document = json.loads(base) if base else {}
    document.pop("confidence", None)
    joints = document.setdefault("joints", {})
    chains: dict[str, list[tuple[str, str]]] = {}
    for joint, chosen in bones.items():
        if joint in LISTS:
            chains.setdefault(LISTS[joint], []).append(chosen)
        else:
            joints[joint] = chosen[0] or None
    for name, chosen in chains.items():
        document[name] = _chain(document.get(name, []), chosen)
    return json.dumps(document)


def _chain(base: list[str], joints: list[tuple[str, str]]) -> list[str]:
    """The bones of `joints` from the bottom up, with those of `base` that stand for no joint between them."""
    chain: list[tuple[str, int]] = []
    for bone, found in joints:
        known = next((name for name in (bone, found) if name in base), None)
        place = base.index(known) if known else chain[-1][1] if chain else -1
        if bone:
            chain.append((bone, place))
    used = {name for pair in joints for name in pair}
    for place, bone in enumerate(base):
        if bone not in used:
            below = [at for at, (_, other) in enumerate(chain) if other < place]
            chain.insert(below[-1] + 1 if below else 0, (bone, place))
    return [bone for bone, _ in chain]


def keep(armature, found: Found) -> None:
    """Shows `found` in the list of the armature. A list that the user edited stays, but for new warnings."""
    rig = armature.ropar_rig
    rig.warnings = "\n".join(found.warnings)
    if not found.automatic and rig.edited:
        return
    fill(armature, found)


def fill(armature, found: Found, edited: bool = False) -> None:
    """Makes `found` the list of the armature."""
    rig = armature.ropar_rig
    properties.filling = True
    try:
        rig.joints.clear()
        for joint in JOINTS:
            bone, confidence = found.joints.get(joint, ("", 0.0))
            row = rig.joints.add()
            row.name = row.joint = joint
            row.bone = row.found = bone
            row.confidence = confidence
        rig.family = found.family
        rig.text = found.text
        rig.warnings = "\n".join(found.warnings)
        rig.edited = edited
    finally:
        properties.filling = False


def clear(armature) -> None:
    """Forgets the mapping: RoPAR finds it anew next time."""
    rig = armature.ropar_rig
    rig.joints.clear()
    rig.family = rig.text = rig.warnings = ""
    rig.edited = False
