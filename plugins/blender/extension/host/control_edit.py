# SPDX-License-Identifier: GPL-3.0-or-later
"""A part of an action on a control rig: what its controls have to do, and nothing else.

An animator's controls are posed, hang on each other in the rig's own way, and limbs may be moved by IK. So nothing is
assumed of the state that the rig is in. Blender works out where the skeleton (ORG bones) and the controls are on every
frame of the range, with the limbs that change switched to FK (see `stage.py`); call that S. In armature space, each
control C drives a skeleton bone G and is carried along by another one A. For skeleton bones that shall be at G' and A':

    C' = (G' S(G)^-1) S(C)          the control goes as far as the bone has to
    P' = (A' S(A)^-1) S(P)          its parent's frame is carried along; S(P) = S(C) B^-1 with its own channels B
    B' = P'^-1 C'                   its new channels

Where the skeleton stays, A' = S(A) and G' = S(G), so that B' = B. After the range the switches are what they were.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import bpy
import numpy as np

from . import quaternions as quat
from . import sampling, stage
from .channels import ROTATION_PATHS, Channel, rotation_values
from .controls import Controls
from .objects import Reference, action_of


@dataclass(frozen=True)
class ControlEdit:
    """Where the skeleton of a control rig shall be on some frames."""

    controls: Controls
    frames: np.ndarray
    #: The skeleton in armature space: (frames, n, 4) and (frames, n, 3).
    turned: np.ndarray
    placed: np.ndarray
    #: The skeleton bones whose controls are written; the others stay.
    own: frozenset[str]

    @classmethod
    def of(
        cls,
        controls: Controls,
        frames: np.ndarray,
        rotations: np.ndarray,
        translations: np.ndarray,
        own: frozenset[str],
    ) -> ControlEdit:
        """From local rotations and places of the skeleton in RoPAR's space."""
        body = controls.body
        turned, placed = body.forward(rotations, translations)
        return cls(controls, frames, body.space.rotation_out(turned), body.space.point_out(placed), own)

    def solve(self, target: Reference) -> Generator[None, None, Solved]:
        """What the controls have to do. Main thread; yields at the end of a slice. Changes nothing."""
        body = self.controls.body.names
        rows = [row for row in self.controls.controls if row[1] in self.own]
        settings = [
            setting
            for setting, reason in zip(self.controls.settings, self.controls.reasons, strict=True)
            if reason in self.own
        ]
        armature = target.get(bpy.data.objects)
        switches = stage.differing(armature, settings, self.frames)
        near = sampling.rotation_numbers(
            armature, action_of(armature), [control for control, _, _ in rows], float(self.frames[0])
        )
        names = [*body, *(control for control, _, _ in rows)]
        found = yield from stage.read(target, names, self.frames, switches)
        count = len(body)
        turned = _rotations(found.matrices[:, :count])
        change = quat.multiply(self.turned, quat.conjugate(turned))
        channels: list[Channel] = []
        for index, (control, driven, carrier) in enumerate(rows):
            at = count + index
            before = _rotations(found.matrices[:, at])
            own = _rotations(found.basis[:, at])
            above = quat.multiply(before, quat.conjugate(own))
            if carrier is not None:
                above = quat.multiply(change[:, body.index(carrier)], above)
            bone = body.index(driven)
            after = quat.multiply(change[:, bone], before)
            channels += self._rotation(control, quat.multiply(quat.conjugate(above), after), near[control])
            if carrier is None:
                # A rigid movement of the bone, and so of the control that it hangs on.
                arm = found.matrices[:, at, :3, 3] - found.matrices[:, bone, :3, 3]
                place = self.placed[:, bone] + quat.rotate(change[:, bone], arm)
                parents = found.matrices[:, at] @ np.linalg.inv(found.basis[:, at])
                moved = np.linalg.solve(parents[:, :3, :3], (place - parents[:, :3, 3])[..., None])[..., 0]
                channels += [Channel(control, "location", axis, moved[:, axis]) for axis in range(3)]
        return Solved(channels, tuple(switches))

    def _rotation(self, control: str, basis: np.ndarray, near: list[float]) -> list[Channel]:
        mode = self.controls.bones.modes[self.controls.bones.names.index(control)]
        numbers = rotation_values(basis, mode, near)
        path = ROTATION_PATHS.get(mode, "rotation_euler")
        return [Channel(control, path, axis, numbers[:, axis]) for axis in range(numbers.shape[1])]


@dataclass(frozen=True)
class Solved:
    """Values of the controls on the frames of an edit, and the switches that must be so on these."""

    channels: list[Channel]
    switches: tuple[stage.Setting, ...]


def solved(keyed: list[Channel] | ControlEdit, target: Reference | None) -> Generator[None, None, Solved]:
    """`keyed` where it is known already, or worked out now."""
    if isinstance(keyed, ControlEdit):
        return (yield from keyed.solve(target))
    return Solved(keyed, ())


def skeleton(
    controls: Controls, target: Reference, frames: np.ndarray
) -> Generator[None, None, tuple[np.ndarray, np.ndarray]]:
    """What the skeleton of a control rig does: local rotations and places in RoPAR's space. Main thread, in slices."""
    body = controls.body
    found = yield from stage.read(target, body.names, frames)
    return body.local(
        body.space.rotation_in(_rotations(found.matrices)), body.space.point_in(found.matrices[..., :3, 3])
    )


def _rotations(matrices: np.ndarray) -> np.ndarray:
    """Rotations (..., 4) of matrices (..., 4, 4) that may be scaled."""
    axes = matrices[..., :3, :3]
    return quat.from_matrices(axes / np.linalg.norm(axes, axis=-2, keepdims=True))
