"""A motion in RoPAR's space as the values of joint channels, and back.

RoPAR knows rigid bones: rotations, places, no scale. Maya's joints may be scaled, unevenly or mirrored. So what goes
over is each joint's turn from rest in the world: ``A = W A_rest``, with A the linear part of the joint's world matrix.
That gives the channels' rotation, and the place gives the translation. Where a joint inherits an uneven scale (no
segment scale compensation) no rotation is exact; it gets the nearest one, and its translation is keyed as well, so that
every joint still is where RoPAR has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from . import euler, maths
from .errors import MayaError
from .maths import Matrix, Quaternion, Vector
from .skeleton import Skeleton, World

#: A joint that turns or moves by no more than this is still: radians, centimetres.
STILL_ANGLE, STILL_PLACE = 1e-5, 1e-3

AXES = "XYZ"


@dataclass(frozen=True)
class Pose:
    """Local rotations (frames, n) and places (frames, n) of RoPAR's rigid bones, metres, Y up."""

    rotations: list[list[Quaternion]]
    places: list[list[Vector]]

    def __len__(self) -> int:
        return len(self.rotations)

    def span(self, start: int, end: int) -> Pose:
        """The frames from `start` to before `end`."""
        return Pose(self.rotations[start:end], self.places[start:end])


@dataclass(frozen=True)
class Channel:
    """The values of one animation curve, one per frame: radians, or centimetres for translations."""

    joint: int
    #: ``rotateX``, ``translateY``, ...
    attribute: str
    values: list[float]

    @property
    def angular(self) -> bool:
        return self.attribute.startswith("rotate")

    @property
    def still(self) -> bool:
        """Whether all values are the same, so that the first and the last key say everything."""
        return max(self.values) - min(self.values) < 1e-9


def worlds_of(skeleton: Skeleton, pose: Pose, frame: int) -> tuple[list[Quaternion], list[Vector]]:
    """World rotations and places, in RoPAR's space, of a frame."""
    turns: list[Quaternion] = []
    places: list[Vector] = []
    for q, p, parent in zip(pose.rotations[frame], pose.places[frame], skeleton.parents, strict=True):
        if parent >= 0:
            above = turns[parent]
            p = maths.add(maths.apply(maths.matrix_of(above), p), places[parent])
            q = maths.turned(above, q)
        turns.append(q)
        places.append(p)
    return turns, places


def channels(skeleton: Skeleton, pose: Pose, wanted: Iterable[int], only: Iterable[int] | None = None) -> list[Channel]:
    """The channels to key.

    Args:
        skeleton: the joints.
        pose: what they shall do.
        wanted: joints to be keyed in any case.
        only: the joints that may be keyed; None: those of `wanted`, those that leave their rest, and all above them.

    Raises:
        MayaError: a joint is scaled to nothing.
    """
    try:
        rotations, translations = _solve(skeleton, pose)
    except ZeroDivisionError:
        raise MayaError("a joint is scaled to nothing", "give all joints scale values other than 0") from None
    own = set(wanted)
    if only is None:
        own |= {index for index in range(len(skeleton)) if _turns(skeleton, rotations, index)}
        over = skeleton.ancestors(own) - own
    else:
        own &= set(only)
        over = set()
    result: list[Channel] = []
    for index in sorted(own | over):
        joint = skeleton.joints[index]
        near = joint.rotate if joint.entry is None else joint.entry
        angles = _angles([frame[index] for frame in rotations], joint.order, near)
        away = max((abs(a - b) for row in angles for a, b in zip(row, joint.rotate, strict=True)), default=0.0)
        if index in own or joint.rotates or away > STILL_ANGLE:
            result += _three(index, "rotate", angles)
        moved = [frame[index] for frame in translations]
        away = max((abs(a - b) for row in moved for a, b in zip(row, joint.translate, strict=True)), default=0.0)
        if joint.translates or away > STILL_PLACE:
            result += _three(index, "translate", moved)
    return result


def _solve(skeleton: Skeleton, pose: Pose) -> tuple[list[list[Matrix]], list[list[Vector]]]:
    """Rotations and translations of the channels, per frame and joint."""
    space = skeleton.space
    back = [maths.conjugate(turn) for turn in skeleton.rest_turns]
    before = [maths.inverse(joint.before) for joint in skeleton.joints]
    after = [
        maths.product(linear, maths.inverse(joint.after))
        for joint, (linear, _) in zip(skeleton.joints, skeleton.rest, strict=True)
    ]
    all_rotations: list[list[Matrix]] = []
    all_translations: list[list[Vector]] = []
    for frame in range(len(pose)):
        turns, places = worlds_of(skeleton, pose, frame)
        worlds: list[World] = []
        rotations: list[Matrix] = []
        translations: list[Vector] = []
        for index, joint in enumerate(skeleton.joints):
            over, origin = skeleton.over(index, worlds)
            inside = maths.inverse(over)
            turn = maths.matrix_of(maths.turned(space.rotation_out(turns[index]), back[index]))
            inner = maths.product(maths.product(before[index], inside), maths.product(turn, after[index]))
            rotation = inner if _rigid(inner) else maths.nearest_rotation(inner)
            place = space.point_out(places[index])
            rotations.append(rotation)
            translations.append(maths.apply(inside, maths.subtract(place, origin)))
            worlds.append((maths.product(over, joint.linear(rotation)), place))
        all_rotations.append(rotations)
        all_translations.append(translations)
    return all_rotations, all_translations


def _rigid(a: Matrix) -> bool:
    rows: tuple[Vector, Vector, Vector] = (a[0:3], a[3:6], a[6:9])
    return (
        all(abs(maths.dot(rows[i], rows[j]) - (1.0 if i == j else 0.0)) < 1e-10 for i in range(3) for j in range(i, 3))
        and maths.determinant(a) > 0.0
    )


def _turns(skeleton: Skeleton, rotations: list[list[Matrix]], index: int) -> bool:
    rest = skeleton.joints[index].rest_rotation
    return any(max(abs(a - b) for a, b in zip(frame[index], rest, strict=True)) > STILL_ANGLE for frame in rotations)


def _angles(rotations: Sequence[Matrix], order: int, near: Vector) -> list[Vector]:
    result = []
    for rotation in rotations:
        near = euler.angles(rotation, order, near)
        result.append(near)
    return result


def _three(joint: int, attribute: str, rows: Sequence[Vector]) -> list[Channel]:
    return [Channel(joint, attribute + AXES[axis], [row[axis] for row in rows]) for axis in range(3)]


def pose_of(skeleton: Skeleton, frames: Sequence[Sequence[World]]) -> Pose:
    """What joints do, from their local matrices (`joint.matrix`) per frame: the way back from :func:`channels`.

    Raises:
        MayaError: a joint is scaled to nothing.
    """
    space = skeleton.space
    try:
        back = [maths.inverse(linear) for linear, _ in skeleton.rest]
        result = Pose([], [])
        for locals_ in frames:
            turns: list[Quaternion] = []
            places: list[Vector] = []
            for index, (linear, place) in enumerate(skeleton.forward(locals_)):
                turn = maths.quaternion_of(maths.nearest_rotation(maths.product(linear, back[index])))
                turns.append(space.rotation_in(maths.turned(turn, skeleton.rest_turns[index])))
                places.append(space.point_in(place))
            local_turns, local_places = [], []
            for q, p, parent in zip(turns, places, skeleton.parents, strict=True):
                if parent >= 0:
                    away = maths.conjugate(turns[parent])
                    p = maths.apply(maths.matrix_of(away), maths.subtract(p, places[parent]))
                    q = maths.turned(away, q)
                local_turns.append(q)
                local_places.append(p)
            result.rotations.append(local_turns)
            result.places.append(local_places)
    except ZeroDivisionError:
        raise MayaError("a joint is scaled to nothing", "give all joints scale values other than 0") from None
    return result
