"""Between Maya's world (centimetres, Y or Z up) and RoPAR's (metres, Y up, facing +Z)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from . import maths
from .errors import MayaError
from .maths import Matrix, Quaternion, Vector
from .units import CENTIMETRES_PER_METRE, METRES_PER_CENTIMETRE

UP: Vector = (0.0, 1.0, 0.0)
#: (x, y, z) -> (x, z, -y): a quarter turn about X. The front of a Z-up scene, -Y, becomes +Z.
FROM_Z_UP: Quaternion = (-math.sqrt(0.5), 0.0, 0.0, math.sqrt(0.5))


@dataclass(frozen=True)
class Space:
    """How a skeleton lies in the scene.

    The place of what it hangs under, and that parent's turn about the vertical, are left out: a motion starts where the
    character's group stands, and goes where it looks.
    """

    #: Maya's world axes to RoPAR's.
    turn: Quaternion = maths.NO_TURN
    #: RoPAR's origin in Maya's world, centimetres.
    origin: Vector = maths.ZERO

    @classmethod
    def of(cls, linear: Matrix, place: Vector, z_up: bool) -> Space:
        """The space under a group with this world matrix.

        Raises:
            MayaError: the group is scaled to nothing.
        """
        try:
            group = maths.quaternion_of(maths.nearest_rotation(linear))
        except ZeroDivisionError:
            raise MayaError(
                "the group above the skeleton is scaled to nothing", "give it a scale other than 0"
            ) from None
        upright = FROM_Z_UP if z_up else maths.NO_TURN
        lying = maths.turned(maths.turned(upright, group), maths.conjugate(upright))
        heading = maths.twist(lying, UP)
        return cls(maths.turned(maths.conjugate(heading), upright), place)

    def rotation_in(self, q: Quaternion) -> Quaternion:
        return maths.turned(self.turn, q)

    def rotation_out(self, q: Quaternion) -> Quaternion:
        return maths.turned(maths.conjugate(self.turn), q)

    def point_in(self, p: Vector) -> Vector:
        return maths.scaled(
            maths.apply(maths.matrix_of(self.turn), maths.subtract(p, self.origin)), METRES_PER_CENTIMETRE
        )

    def point_out(self, p: Vector) -> Vector:
        back = maths.matrix_of(maths.conjugate(self.turn))
        return maths.add(maths.apply(back, maths.scaled(p, CENTIMETRES_PER_METRE)), self.origin)
