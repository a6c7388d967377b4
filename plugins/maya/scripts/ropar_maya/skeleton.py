"""A joint hierarchy as data: read once on the main thread, then used on any.

The formula is that of the joint node in Autodesk's node reference, ``matrix = [S] [RO] [R] [JO] [IS] [T]`` for row
vectors; with column vectors, as here, ``T IS JO R RO S``. IS is the inverse of `inverseScale` where segment scale
compensation is on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from . import euler, maths
from .errors import MayaError
from .maths import Matrix, Quaternion, Vector
from .space import Space

#: A world matrix: linear part and place.
World = tuple[Matrix, Vector]
NOWHERE: World = (maths.IDENTITY, maths.ZERO)


@dataclass(frozen=True)
class Joint:
    """A joint at rest. Angles are radians, lengths centimetres."""

    #: Without namespace and path: what RoPAR knows the joint by.
    name: str
    #: Full DAG path.
    path: str
    #: Index of the joint above, -1 for the root.
    parent: int
    #: Of the channels now.
    translate: Vector = maths.ZERO
    rotate: Vector = maths.ZERO
    #: `rotateOrder`, an index into `euler.ORDERS`.
    order: int = 0
    #: `jointOrient` and `rotateAxis`, both always in the order xyz.
    orient: Vector = maths.ZERO
    axis: Vector = maths.ZERO
    scale: Vector = (1.0, 1.0, 1.0)
    #: What the scale is divided by: `inverseScale` with segment scale compensation, otherwise 1.
    inverse_scale: Vector = (1.0, 1.0, 1.0)
    #: The groups between the joint and the one above; of the root: everything above it.
    above: World = NOWHERE
    #: Rotation and translation at rest, as the channels have them.
    rest_rotation: Matrix = maths.IDENTITY
    rest_translate: Vector = maths.ZERO
    #: Whether `rotate` or `translate` changes over time.
    rotates: bool = False
    translates: bool = False
    #: `rotate` at the first of the new keys, whose angles go on from it; None: as now.
    entry: Vector | None = None

    @cached_property
    def before(self) -> Matrix:
        """IS JO: what is applied after the rotation."""
        scale = maths.diagonal((1.0 / self.inverse_scale[0], 1.0 / self.inverse_scale[1], 1.0 / self.inverse_scale[2]))
        return maths.product(scale, maths.matrix_of(euler.quaternion(self.orient)))

    @cached_property
    def after(self) -> Matrix:
        """RO S: what is applied before the rotation."""
        return maths.product(maths.matrix_of(euler.quaternion(self.axis)), maths.diagonal(self.scale))

    def linear(self, rotation: Matrix) -> Matrix:
        """The linear part of the joint's matrix for a rotation of its channels."""
        return maths.product(maths.product(self.before, rotation), self.after)

    def rotation(self, linear: Matrix) -> Matrix:
        """The rotation of the channels that comes nearest to a linear part."""
        inner = maths.product(maths.product(maths.inverse(self.before), linear), maths.inverse(self.after))
        return maths.nearest_rotation(inner)


@dataclass(frozen=True)
class Skeleton:
    """Joints under one root, parents before their children."""

    joints: tuple[Joint, ...]
    #: Whether Z is the scene's up axis.
    z_up: bool = False
    #: Whether the rest is a bind pose, and not only the pose with all rotations at 0.
    bound: bool = False
    #: What the user should know.
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for joint in self.joints:
            if 0.0 in joint.scale or 0.0 in joint.inverse_scale:
                raise MayaError(f"{joint.name} is scaled to nothing", "give its scale values other than 0")

    def __len__(self) -> int:
        return len(self.joints)

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(joint.name for joint in self.joints)

    @cached_property
    def parents(self) -> tuple[int, ...]:
        return tuple(joint.parent for joint in self.joints)

    @cached_property
    def space(self) -> Space:
        return Space.of(*self.joints[0].above, self.z_up)

    def over(self, index: int, worlds: Sequence[World]) -> World:
        """World matrix of what a joint hangs under, with the groups in between."""
        joint = self.joints[index]
        if joint.parent < 0:
            return joint.above
        return compose(worlds[joint.parent], joint.above)

    def forward(self, locals_: Iterable[World]) -> list[World]:
        """World matrices of local ones."""
        worlds: list[World] = []
        for index, local in enumerate(locals_):
            worlds.append(compose(self.over(index, worlds), local))
        return worlds

    @cached_property
    def rest(self) -> list[World]:
        """World matrices at rest."""
        return self.forward((joint.linear(joint.rest_rotation), joint.rest_translate) for joint in self.joints)

    @cached_property
    def rest_turns(self) -> list[Quaternion]:
        """World rotations at rest, without scale.

        Raises:
            MayaError: a joint is scaled to nothing.
        """
        result = []
        for joint, (linear, _) in zip(self.joints, self.rest, strict=True):
            try:
                result.append(maths.quaternion_of(maths.nearest_rotation(linear)))
            except ZeroDivisionError:
                raise MayaError(f"{joint.name} is scaled to nothing", "give its scale values other than 0") from None
        return result

    def standing(self) -> Skeleton:
        """The same joints with the present pose as their rest."""
        joints = tuple(
            replace(
                joint,
                rest_rotation=maths.matrix_of(euler.quaternion(joint.rotate, joint.order)),
                rest_translate=joint.translate,
            )
            for joint in self.joints
        )
        return replace(self, joints=joints, bound=True)

    def rest_matrices(self) -> list[list[list[float]]]:
        """Local rest matrices (n, 4, 4) without scale, metres, Y up: what ``ropar.Rig.from_arrays`` takes."""
        turns = [self.space.rotation_in(turn) for turn in self.rest_turns]
        places = [self.space.point_in(place) for _, place in self.rest]
        result = []
        for (q, p), parent in zip(zip(turns, places, strict=True), self.parents, strict=True):
            if parent >= 0:
                back = maths.conjugate(turns[parent])
                p = maths.apply(maths.matrix_of(back), maths.subtract(p, places[parent]))
                q = maths.turned(back, q)
            m = maths.matrix_of(q)
            rows = [[*m[3 * row : 3 * row + 3], p[row]] for row in range(3)]
            result.append([*rows, [0.0, 0.0, 0.0, 1.0]])
        return result

    def ancestors(self, indices: Iterable[int]) -> set[int]:
        """All joints above `indices`."""
        found: set[int] = set()
        for index in indices:
            above = self.parents[index]
            while above >= 0 and above not in found:
                found.add(above)
                above = self.parents[above]
        return found


def compose(outer: World, inner: World) -> World:
    return maths.product(outer[0], inner[0]), maths.add(maths.apply(outer[0], inner[1]), outer[1])


def relative(outer: World, inner: World) -> World:
    """`inner` as seen from `outer`: the inverse of :func:`compose`.

    Raises:
        ZeroDivisionError: `outer` is flat.
    """
    back = maths.inverse(outer[0])
    return maths.product(back, inner[0]), maths.apply(back, maths.subtract(inner[1], outer[1]))
