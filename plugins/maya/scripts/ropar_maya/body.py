"""A new skeleton for scenes without one: an average adult in a T pose, with HumanIK's names."""

from __future__ import annotations

from . import library, maths
from .canonical import HIPS_HEIGHT, JOINTS
from .humanik import NECK, SLOTS, SPINE
from .maths import Vector
from .skeleton import Joint, Skeleton
from .space import FROM_Z_UP
from .units import CENTIMETRES_PER_METRE

NAMES = {**SLOTS, "spine1": SPINE[0], "spine2": SPINE[1], "spine3": SPINE[2], "neck": NECK[0]}


def skeleton(group: str, z_up: bool) -> Skeleton:
    """The skeleton under a group at the origin, such as ``|ropar``; centimetres."""
    rest = library.module().Motion.from_arrays(20.0, [[0.0, HIPS_HEIGHT, 0.0]], [[[0.0, 0.0, 0.0, 1.0]] * len(JOINTS)])
    lay = maths.matrix_of(maths.conjugate(FROM_Z_UP) if z_up else maths.NO_TURN)
    joints: list[Joint] = []
    for index, parent in enumerate(rest.parents):
        x, y, z = (0.0, HIPS_HEIGHT, 0.0) if parent < 0 else rest.rest_offsets[index]
        place: Vector = maths.apply(lay, maths.scaled((float(x), float(y), float(z)), CENTIMETRES_PER_METRE))
        name = NAMES[JOINTS[index]]
        path = f"{group if parent < 0 else joints[parent].path}|{name}"
        joints.append(Joint(name, path, int(parent), translate=place, rest_translate=place))
    return Skeleton(tuple(joints), z_up, bound=True)
