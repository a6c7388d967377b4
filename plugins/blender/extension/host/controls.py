# SPDX-License-Identifier: GPL-3.0-or-later
"""Control rigs: the motion goes to the controls that an animator uses, not to the bones that deform.

`data/control_rigs.json` has one entry per kind of rig:

- `needs`: bones by which it is recognised.
- `skeleton`: the bones that show the body's pose, and which of them hangs on which. RoPAR sees only these.
- `controls`: control, the skeleton bone that it turns, and the one that it is carried along by (the first has none: it
  also carries the motion over the ground).
- `at_rest`: controls between these, which must not add a pose of their own.
- `settings`: custom properties of controls that make all this so, such as FK instead of IK: control, property, value,
  and the skeleton bone for whose sake.

A new action gets all controls (:meth:`Controls.channels`); what changes a part of an action is in `control_edit.py`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from . import quaternions as quat
from .channels import ROTATION_PATHS, Channel, rotation_values
from .skeleton import Bones
from .stage import Setting

TABLE = Path(__file__).parents[1] / "data" / "control_rigs.json"


@dataclass(frozen=True)
class Controls:
    """A recognised control rig."""

    #: All bones of the armature, and those of the skeleton with the parents that they have in the body.
    bones: Bones
    body: Bones
    #: Control, skeleton bone, carrying skeleton bone.
    controls: tuple[tuple[str, str, str | None], ...]
    at_rest: tuple[str, ...]
    settings: tuple[Setting, ...]
    #: The skeleton bone for whose sake each of the settings is made.
    reasons: tuple[str, ...]

    def channels(self, rotations: np.ndarray, translations: np.ndarray) -> list[Channel]:
        """Values of the controls for local rotations and places of the skeleton in RoPAR's space."""
        world_rotations, world_places = self.body.forward(rotations, translations)
        turned = self.body.space.rotation_out(world_rotations)
        placed = self.body.space.point_out(world_places)
        result = []
        for control, target, carrier in self.controls:
            own, body = self.bones.names.index(control), self.body.names.index(target)
            # From the skeleton bone's rest to where it shall be: what the control has to do, in armature space.
            change = quat.multiply(turned[:, body], quat.conjugate(self.body.rotations[body]))
            if carrier is not None:
                above = self.body.names.index(carrier)
                carried = quat.multiply(turned[:, above], quat.conjugate(self.body.rotations[above]))
                change = quat.multiply(quat.conjugate(carried), change)
            rest = self.bones.rotations[own]
            basis = quat.multiply(quat.conjugate(rest), quat.multiply(change, rest))
            result += self._rotation(own, basis)
            if carrier is None:
                offset = self.bones.heads[own] - self.body.heads[body]
                place = placed[:, body] + quat.rotate(change, offset) - self.bones.heads[own]
                if self.bones.local_location[own]:
                    place = quat.rotate(quat.conjugate(rest), place)
                result += [Channel(control, "location", axis, place[:, axis]) for axis in range(3)]
        still = np.array([[0.0, 0.0, 0.0, 1.0]])
        for control in self.at_rest:
            own = self.bones.names.index(control)
            result += self._rotation(own, still)
            result += [Channel(control, "location", axis, np.zeros(1)) for axis in range(3)]
        for setting in self.settings:
            result.append(Channel(setting.bone, setting.property_name, 0, np.array([setting.value])))
        return result

    def _rotation(self, index: int, basis: np.ndarray) -> list[Channel]:
        name, mode = self.bones.names[index], self.bones.modes[index]
        numbers = rotation_values(basis, mode)
        path = ROTATION_PATHS.get(mode, "rotation_euler")
        return [Channel(name, path, axis, numbers[:, axis]) for axis in range(numbers.shape[1])]


def find(bones: Bones, has_setting) -> Controls | None:
    """The control rig that `bones` are, if it is a known one.

    Args:
        has_setting: asked with a bone's name and a custom property's name.
    """
    present = set(bones.names)
    for entry in json.loads(TABLE.read_text(encoding="utf-8")).values():
        parts = [name for name, _ in entry["skeleton"]]
        if not present.issuperset(entry["needs"]) or not present.issuperset(parts):
            continue
        settings = [
            (Setting(bone, name, value), reason)
            for bone, name, value, reason in entry["settings"]
            if bone in present and has_setting(bone, name)
        ]
        return Controls(
            bones=bones,
            body=_body(bones, entry["skeleton"]),
            controls=tuple(tuple(row) for row in entry["controls"] if row[0] in present),
            at_rest=tuple(name for name in entry["at_rest"] if name in present),
            settings=tuple(setting for setting, _ in settings),
            reasons=tuple(reason for _, reason in settings),
        )
    return None


def _body(bones: Bones, skeleton: list[list[Any]]) -> Bones:
    """The skeleton's bones with the parents that the table names."""
    names = [name for name, _ in skeleton]
    at = [bones.names.index(name) for name in names]
    return replace(
        bones,
        names=tuple(names),
        parents=tuple(-1 if parent is None else names.index(parent) for _, parent in skeleton),
        rotations=bones.rotations[at],
        heads=bones.heads[at],
        modes=("QUATERNION",) * len(at),
        inherits_rotation=(True,) * len(at),
        local_location=(True,) * len(at),
        connected=(False,) * len(at),
        constrained=frozenset(),
    )
