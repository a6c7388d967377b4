"""The skeletons that the files hold."""

from .matrices import Vector
from .node import ORDERS, Node


def swing(count: int, a: float, b: float, c: float) -> list[Vector]:
    return [(a * i, b * (count - i), c * i * i) for i in range(count)]


def puppet(unit: float = 1.0, count: int = 5, up: int = 1) -> list[Node]:
    """Hips, spine, head, thigh and foot; lengths in units of `unit` centimetres."""

    def place(x: float, y: float, z: float) -> Vector:
        x, y, z = x / unit, y / unit, z / unit
        return (x, -z, y) if up == 2 else (x, y, z)

    walk = [place(1.5 * i, 95 + i % 2, 4.0 * i) for i in range(count)]
    return [
        Node("Hips", None, place(0, 95, 0), keys={"T": walk, "R": swing(count, 5, -7, 11)}),
        Node("Spine", 0, place(0, 22, 1), keys={"R": swing(count, 13, 4, -2)}),
        Node("Head", 1, place(0, 38, 2), keys={"R": swing(count, -9, 21, 6)}),
        Node("Thigh", 0, place(9, -4, 0), r=(3, 0, 0), keys={"R": swing(count, 25, 3, -1)}),
        Node("Foot", 3, place(0, -80, 3), r=(0, 10, 0)),
    ]


def named(names: list[str]) -> list[Node]:
    nodes = puppet()
    for node, name in zip(nodes, names, strict=False):
        node.name = name
    return nodes


def with_changes(**changes: object) -> list[Node]:
    nodes = puppet()
    for node in nodes[1:4]:
        for name, value in changes.items():
            setattr(node, name, value)
    return nodes


def rotation_orders() -> list[Node]:
    nodes: list[Node] = []
    for order in range(6):
        keys = {"R": [(30.0 + 20 * i, -50.0 + 15 * i, 70.0 - 25 * i) for i in range(5)]}
        nodes.append(
            Node(ORDERS[order], order - 1 if order else None, (3, 20, 1), order=order, r=(10, 20, 30), keys=keys)
        )
    return nodes


def scaled(inherit: int) -> list[Node]:
    nodes = puppet()
    nodes[1].s = (2, 2, 2)
    nodes[2].inherit = inherit
    nodes.insert(3, Node("Crown", 2, (0, 10, 0)))
    nodes[4].parent, nodes[5].parent = 0, 4
    return nodes


def under_a_group() -> list[Node]:
    group = Node("Armature", None, (10, 0, 5), kind="Null", r=(0, 90, 0), s=(1.5, 1.5, 1.5))
    nodes = puppet()
    for node in nodes:
        node.parent = 0 if node.parent is None else node.parent + 1
    return [group, *nodes]


def giant() -> list[Node]:
    places = [
        ("Hips", None, (0, 9500, 0)),
        ("Spine", 0, (0, 2000, 0)),
        ("Neck", 1, (0, 2500, 0)),
        ("Head", 2, (0, 900, 0)),
        ("LeftArm", 1, (1800, 2200, 0)),
        ("LeftHand", 4, (5000, 0, 0)),
        ("RightArm", 1, (-1800, 2200, 0)),
        ("RightHand", 6, (-5000, 0, 0)),
        ("LeftLeg", 0, (900, -800, 0)),
        ("LeftFoot", 8, (0, -8000, 0)),
        ("RightLeg", 0, (-900, -800, 0)),
        ("RightFoot", 10, (0, -8000, 0)),
    ]
    nodes = [Node(name, parent, place) for name, parent, place in places]
    nodes[0].keys = {"T": [(100.0 * i, 9500.0, 0.0) for i in range(5)]}
    nodes[4].keys = {"R": swing(5, 10, 5, 3)}
    return nodes
