"""A node of a file, with the FBX SDK's own order of pivots and turns."""

from dataclasses import dataclass, field

from .matrices import Matrix, Vector, euler, product, scaling, translation, transposed

ORDERS = ["XYZ", "XZY", "YZX", "YXZ", "ZXY", "ZYX"]


@dataclass
class Node:
    name: str
    parent: int | None
    t: Vector
    kind: str = "LimbNode"
    r: Vector = (0, 0, 0)
    s: Vector = (1, 1, 1)
    pre: Vector = (0, 0, 0)
    post: Vector = (0, 0, 0)
    order: int = 0
    rotation_pivot: Vector = (0, 0, 0)
    rotation_offset: Vector = (0, 0, 0)
    scaling_pivot: Vector = (0, 0, 0)
    scaling_offset: Vector = (0, 0, 0)
    inherit: int = 1
    # Per property ("T", "R", "S") one value per key.
    keys: dict[str, list[Vector]] = field(default_factory=dict)

    def local(self, t: Vector, r: Vector, s: Vector) -> Matrix:
        return product(
            translation(t),
            translation(self.rotation_offset),
            translation(self.rotation_pivot),
            euler(self.pre),
            euler(r, ORDERS[self.order]),
            transposed(euler(self.post)),
            translation(self.rotation_pivot, -1),
            translation(self.scaling_offset),
            translation(self.scaling_pivot),
            scaling(s),
            translation(self.scaling_pivot, -1),
        )
