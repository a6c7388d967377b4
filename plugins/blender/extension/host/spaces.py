# SPDX-License-Identifier: GPL-3.0-or-later
"""Between an armature's own space (Blender, Z up, its own units) and RoPAR's (Y up, metres, facing +Z)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from bpy.app.translations import pgettext_rpt as rpt_

from ..addon import AddonError
from . import quaternions as quat

#: Blender's axes to RoPAR's: (x, y, z) -> (x, z, -y), a quarter turn about X; front (-Y) becomes +Z. (x, y, z, w)
TO_Y_UP = np.array([-np.sqrt(0.5), 0.0, 0.0, np.sqrt(0.5)])

#: How far, as a share, the axes' scales of an object may differ before bones are visibly sheared.
UNEVEN = 1e-3


@dataclass(frozen=True)
class Space:
    """How an armature lies in the scene.

    The object's place and its turn about the vertical are left out: a motion starts where the character stands, and
    goes where it looks.
    """

    #: Armature axes to RoPAR axes, a rotation (x, y, z, w).
    turn: np.ndarray
    #: Metres per unit of the armature.
    metres: float
    #: What a user should know about this placement.
    warnings: tuple[str, ...] = ()

    @classmethod
    def upright(cls, metres: float = 1.0) -> Space:
        """An armature whose object is not turned."""
        return cls(TO_Y_UP.copy(), metres)

    @classmethod
    def of(cls, matrix_world, scale_length: float) -> Space:
        """The space of an armature object.

        Args:
            matrix_world: the object's world matrix (``mathutils.Matrix``).
            scale_length: metres per unit of the scene.

        Raises:
            AddonError: the object is scaled to nothing.
        """
        _, rotation, scale = matrix_world.decompose()
        sizes = np.abs(np.array(scale))
        size = float(np.cbrt(np.prod(sizes)))
        warnings = []
        if size < 1e-9:
            raise AddonError(
                rpt_("the armature object is scaled to nothing"), rpt_("give its scale a value other than 0")
            )
        if float(sizes.max() - sizes.min()) > UNEVEN * size:
            warnings.append(rpt_("The object is scaled unevenly: apply its scale (Ctrl+A) for an exact motion"))
        if np.prod(np.array(scale)) < 0:
            warnings.append(rpt_("The object is mirrored by a negative scale: left and right are exchanged"))
        world = np.array([rotation.x, rotation.y, rotation.z, rotation.w])
        turn = quat.multiply(TO_Y_UP, world)
        # The part of `turn` that remains when its turn about RoPAR's vertical is taken away on the outside. For an
        # object that is only turned about the vertical this is TO_Y_UP itself.
        heading = quat.twist(quat.multiply(turn, quat.conjugate(TO_Y_UP)), np.array([0.0, 1.0, 0.0]))
        return cls(quat.multiply(quat.conjugate(heading), turn), size * scale_length, tuple(warnings))

    def rotation_in(self, rotation: np.ndarray) -> np.ndarray:
        """Armature-space rotations as RoPAR-space rotations of the same bones; (..., 4)."""
        return quat.multiply(self.turn, rotation)

    def rotation_out(self, rotation: np.ndarray) -> np.ndarray:
        """The inverse of :meth:`rotation_in`."""
        return quat.multiply(quat.conjugate(self.turn), rotation)

    def point_in(self, point: np.ndarray) -> np.ndarray:
        """Armature-space places as RoPAR-space places in metres; (..., 3)."""
        return quat.rotate(self.turn, point) * self.metres

    def point_out(self, point: np.ndarray) -> np.ndarray:
        """The inverse of :meth:`point_in`."""
        return quat.rotate(quat.conjugate(self.turn), point) / self.metres
