"""Draws the text FBX files of this folder, and says in FILE.expected.json where their nodes are.

    python exporters/tests/data/fbx/draw.py

The figures are the closed form of the FBX SDK's documentation, computed here and nowhere else:

    world = parent * T * Roff * Rp * Rpre * R * Rpost^-1 * Rp^-1 * Soff * Sp * S * Sp^-1

in the file's own axes and units, then turned to Y up and scaled to metres.
"""

import json
import math
import re
import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
TICKS = 46186158000
ORDERS = ["XYZ", "XZY", "YZX", "YXZ", "ZXY", "ZYX"]
Matrix = list[list[float]]
Vector = tuple[float, float, float]


def identity() -> Matrix:
    return [[float(i == j) for j in range(4)] for i in range(4)]


def product(*matrices: Matrix) -> Matrix:
    result = identity()
    for m in matrices:
        result = [[sum(result[i][k] * m[k][j] for k in range(4)) for j in range(4)] for i in range(4)]
    return result


def translation(v: Vector, sign: float = 1.0) -> Matrix:
    m = identity()
    for i in range(3):
        m[i][3] = sign * v[i]
    return m


def scaling(v: Vector) -> Matrix:
    m = identity()
    for i in range(3):
        m[i][i] = v[i]
    return m


def turn(axis: str, degrees: float) -> Matrix:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    m = identity()
    i, j = {"X": (1, 2), "Y": (2, 0), "Z": (0, 1)}[axis]
    m[i][i], m[i][j], m[j][i], m[j][j] = c, -s, s, c
    return m


def euler(v: Vector, order: str = "XYZ") -> Matrix:
    """The first letter turns first, so it stands rightmost."""
    angles = dict(zip("XYZ", v, strict=False))
    return product(*[turn(axis, angles[axis]) for axis in reversed(order)])


def transposed(m: Matrix) -> Matrix:
    return [[m[j][i] for j in range(4)] for i in range(4)]


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


@dataclass
class File:
    nodes: list[Node]
    version: int = 7400
    fps: float = 30.0
    time_mode: int = 6
    # Frames at which the keys are, and the frame where the take begins.
    key_frames: list[int] = field(default_factory=lambda: [0, 1, 2, 3, 4])
    first: int = 0
    up: int = 1
    unit: float = 1.0  # centimetres
    take: str = "Take 001"
    key_flags: int = 4  # linear; 2 is constant
    span: bool = True
    takes: int = 1
    layer_weight: float | None = None  # a second, additive layer with the same T keys
    skin: bool = False
    unit_correction: float = 1.0
    left_handed: bool = False

    def value(self, node: Node, letter: str, frame: int, rest: Vector) -> Vector:
        keys = node.keys.get(letter)
        if keys is None or not self.takes:
            return rest
        frames = self.key_frames
        last = max([i for i, at in enumerate(frames) if at <= frame], default=0)
        if frame < frames[0] or last + 1 == len(frames) or self.key_flags == 2:
            found = keys[last]
        else:
            part = (frame - frames[last]) / (frames[last + 1] - frames[last])
            found = tuple(a + part * (b - a) for a, b in zip(keys[last], keys[last + 1], strict=False))
        if letter == "T" and self.layer_weight is not None:
            return tuple(v * (1 + self.layer_weight / 100) for v in found)
        return found

    def positions(self, frame: int | None) -> list[list[float]]:
        world: list[Matrix] = []
        scales: list[Vector] = []
        for node in self.nodes:
            t, r, s = node.t, node.r, node.s
            if frame is not None:
                t, r, s = (self.value(node, k, frame, v) for k, v in zip("TRS", (t, r, s), strict=False))
            parent = identity() if node.parent is None else world[node.parent]
            local = node.local(t, r, s)
            if node.inherit == 2 and node.parent is not None:
                # Segment scale compensation: the parent's scale is undone behind the translation.
                undo = scaling(tuple(1 / v for v in scales[node.parent]))
                local = product(translation(t), undo, translation(t, -1), local)
            world.append(product(parent, local))
            scales.append(s)
        metres = self.unit / 100 * self.unit_correction
        places = [[m[i][3] * metres for i in range(3)] for m in world]
        if self.left_handed:
            # Right and up stay, front is where the file has its back.
            return [[x, y, -z] for x, y, z in places]
        return [[x, z, -y] for x, y, z in places] if self.up == 2 else places

    def frames(self) -> int:
        return self.key_frames[-1] - self.first + 1 if self.takes else 0

    def expected(self) -> dict[str, object]:
        return {
            "by": "closed form",
            "names": [node.name for node in self.nodes],
            "parents": [node.parent for node in self.nodes],
            "fps": self.fps,
            "takes": [self.take_name(i) for i in range(self.takes)],
            "rest": self.positions(None),
            "frames": [self.positions(self.first + i) for i in range(self.frames())],
        }

    def take_name(self, index: int) -> str:
        return self.take if index == 0 else f"{self.take} {index + 1}"

    def tick(self, frame: int) -> int:
        return round(frame * TICKS / self.fps)

    # Version 7

    def settings(self) -> str:
        front = (2, -1) if self.left_handed else {1: (2, 1), 2: (1, -1)}[self.up]
        rows = [
            ("UpAxis", self.up),
            ("UpAxisSign", 1),
            ("FrontAxis", front[0]),
            ("FrontAxisSign", front[1]),
            ("CoordAxis", 0),
            ("CoordAxisSign", 1),
        ]
        lines = [f'\t\tP: "{name}", "int", "Integer", "",{value}' for name, value in rows]
        lines.append(f'\t\tP: "UnitScaleFactor", "double", "Number", "",{self.unit!r}')
        lines.append(f'\t\tP: "TimeMode", "enum", "", "",{self.time_mode}')
        lines.append(f'\t\tP: "CustomFrameRate", "double", "Number", "",{self.fps!r}')
        return "GlobalSettings:  {\n\tVersion: 1000\n\tProperties70:  {\n" + "\n".join(lines) + "\n\t}\n}\n"

    def model(self, index: int, node: Node) -> str:
        rows = [
            ("Lcl Translation", "Lcl Translation", node.t, (0, 0, 0)),
            ("Lcl Rotation", "Lcl Rotation", node.r, (0, 0, 0)),
            ("Lcl Scaling", "Lcl Scaling", node.s, (1, 1, 1)),
            ("PreRotation", "Vector3D", node.pre, (0, 0, 0)),
            ("PostRotation", "Vector3D", node.post, (0, 0, 0)),
            ("RotationPivot", "Vector3D", node.rotation_pivot, (0, 0, 0)),
            ("RotationOffset", "Vector3D", node.rotation_offset, (0, 0, 0)),
            ("ScalingPivot", "Vector3D", node.scaling_pivot, (0, 0, 0)),
            ("ScalingOffset", "Vector3D", node.scaling_offset, (0, 0, 0)),
        ]
        lines = [
            f'\t\t\tP: "{name}", "{kind}", "", "A",{",".join(map(repr, value))}'
            for name, kind, value, usual in rows
            if tuple(value) != usual
        ]
        lines.append('\t\t\tP: "RotationActive", "bool", "", "",1')
        lines.append(f'\t\t\tP: "RotationOrder", "enum", "", "",{node.order}')
        lines.append(f'\t\t\tP: "InheritType", "enum", "", "",{node.inherit}')
        body = "\n".join(lines)
        attribute = ""
        if node.kind in ("LimbNode", "Null"):
            flags = "Skeleton" if node.kind == "LimbNode" else "Null"
            attribute = (
                f'\tNodeAttribute: {2000 + index}, "NodeAttribute::{node.name}", "{node.kind}" {{\n'
                f'\t\tTypeFlags: "{flags}"\n\t}}\n'
            )
        return (
            f'{attribute}\tModel: {1000 + index}, "Model::{node.name}", "{node.kind}" {{\n\t\tVersion: 232\n'
            f"\t\tProperties70:  {{\n{body}\n\t\t}}\n\t}}\n"
        )

    def animation(self) -> tuple[str, str]:
        objects, connections, last = [], [], 10000

        def new() -> int:
            nonlocal last
            last += 1
            return last

        for take in range(self.takes):
            stack, layers = new(), [new()] + ([new()] if self.layer_weight is not None else [])
            start, stop = self.tick(self.first), self.tick(self.key_frames[-1])
            span = (
                f'\t\t\tP: "LocalStart", "KTime", "Time", "",{start}\n'
                f'\t\t\tP: "LocalStop", "KTime", "Time", "",{stop}\n'
                if self.span
                else ""
            )
            objects.append(
                f'\tAnimationStack: {stack}, "AnimStack::{self.take_name(take)}", "" {{\n'
                f"\t\tProperties70:  {{\n{span}\t\t}}\n\t}}\n"
            )
            for number, layer in enumerate(layers):
                weight = 100.0 if number == 0 else self.layer_weight
                objects.append(
                    f'\tAnimationLayer: {layer}, "AnimLayer::Layer{number}", "" {{\n\t\tProperties70:  {{\n'
                    f'\t\t\tP: "Weight", "Number", "", "A",{weight!r}\n\t\t}}\n\t}}\n'
                )
                connections.append(f'\tC: "OO",{layer},{stack}\n')
                for index, node in enumerate(self.nodes):
                    for letter, keys in node.keys.items():
                        if number == 1 and letter != "T":
                            continue
                        name = {"T": "Lcl Translation", "R": "Lcl Rotation", "S": "Lcl Scaling"}[letter]
                        group = new()
                        rows = "".join(
                            f'\t\t\tP: "d|{axis}", "Number", "", "A",{keys[0][i]!r}\n' for i, axis in enumerate("XYZ")
                        )
                        objects.append(
                            f'\tAnimationCurveNode: {group}, "AnimCurveNode::{letter}", "" {{\n'
                            f"\t\tProperties70:  {{\n{rows}\t\t}}\n\t}}\n"
                        )
                        connections.append(f'\tC: "OO",{group},{layer}\n')
                        connections.append(f'\tC: "OP",{group},{1000 + index}, "{name}"\n')
                        for i, axis in enumerate("XYZ"):
                            curve = new()
                            count = len(keys)
                            times = ",".join(str(self.tick(frame)) for frame in self.key_frames)
                            values = ",".join(repr(float(key[i])) for key in keys)
                            objects.append(
                                f'\tAnimationCurve: {curve}, "AnimCurve::", "" {{\n\t\tDefault: 0\n\t\tKeyVer: 4008\n'
                                f"\t\tKeyTime: *{count} {{\n\t\t\ta: {times}\n\t\t}}\n"
                                f"\t\tKeyValueFloat: *{count} {{\n\t\t\ta: {values}\n\t\t}}\n"
                                f"\t\tKeyAttrFlags: *1 {{\n\t\t\ta: {self.key_flags}\n\t\t}}\n"
                                "\t\tKeyAttrDataFloat: *4 {\n\t\t\ta: 0,0,0,0\n\t\t}\n"
                                f"\t\tKeyAttrRefCount: *1 {{\n\t\t\ta: {count}\n\t\t}}\n\t}}\n"
                            )
                            connections.append(f'\tC: "OP",{curve},{group}, "d|{axis}"\n')
        return "".join(objects), "".join(connections)

    def skinning(self) -> tuple[str, str]:
        """A triangle that hangs on the first two joints, both bound where they rest."""
        if not self.skin:
            return "", ""

        def bind(index: int) -> tuple[str, str]:
            at = [v * 100 / self.unit for v in self.positions(None)[index]]
            link = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, *at, 1]
            mesh = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, *[-v for v in at], 1]
            return ",".join(f"{v:g}" for v in mesh), ",".join(f"{v:g}" for v in link)

        clusters, connections = "", '\tC: "OO",5001,5000\n\tC: "OO",5000,0\n\tC: "OO",5002,5001\n'
        for number in range(2):
            transform, link = bind(number)
            clusters += (
                f'\tDeformer: {5010 + number}, "SubDeformer::", "Cluster" {{\n\t\tVersion: 100\n'
                "\t\tIndexes: *3 {\n\t\t\ta: 0,1,2\n\t\t}\n\t\tWeights: *3 {\n\t\t\ta: 0.5,0.5,0.5\n\t\t}\n"
                f"\t\tTransform: *16 {{\n\t\t\ta: {transform}\n\t\t}}\n"
                f"\t\tTransformLink: *16 {{\n\t\t\ta: {link}\n\t\t}}\n\t}}\n"
            )
            connections += f'\tC: "OO",{5010 + number},5002\n\tC: "OO",{1000 + number},{5010 + number}\n'
        objects = (
            '\tModel: 5000, "Model::Body", "Mesh" {\n\t\tVersion: 232\n\t}\n'
            '\tGeometry: 5001, "Geometry::Body", "Mesh" {\n\t\tGeometryVersion: 124\n'
            "\t\tVertices: *9 {\n\t\t\ta: 0,90,0,10,90,0,0,110,0\n\t\t}\n"
            "\t\tPolygonVertexIndex: *3 {\n\t\t\ta: 0,1,-3\n\t\t}\n\t}\n"
            '\tDeformer: 5002, "Deformer::Skin", "Skin" {\n\t\tVersion: 101\n\t}\n'
        )
        return objects + clusters, connections

    def text(self) -> str:
        if self.version < 7000:
            return self.text_6100()
        animation, animation_connections = self.animation()
        skin, skin_connections = self.skinning()
        models = "".join(self.model(i, node) for i, node in enumerate(self.nodes))
        connections = ""
        for i, node in enumerate(self.nodes):
            if node.kind in ("LimbNode", "Null"):
                connections += f'\tC: "OO",{2000 + i},{1000 + i}\n'
            connections += f'\tC: "OO",{1000 + i},{0 if node.parent is None else 1000 + node.parent}\n'
        major, minor = divmod(self.version // 100, 10)
        return (
            f"; FBX {major}.{minor}.0 project file\n"
            f"FBXHeaderExtension:  {{\n\tFBXHeaderVersion: 1003\n\tFBXVersion: {self.version}\n"
            '\tCreator: "RoPAR test data"\n}\n'
            + self.settings()
            + f"Objects:  {{\n{models}{skin}{animation}}}\n"
            + f"Connections:  {{\n{connections}{skin_connections}{animation_connections}}}\n"
        )

    # Version 6

    def text_6100(self) -> str:
        models, links, channels = "", "", ""
        for node in self.nodes:
            rows = "".join(
                f'\t\t\tProperty: "{name}", "{name}", "A+",{",".join(map(repr, value))}\n'
                for name, value in (("Lcl Translation", node.t), ("Lcl Rotation", node.r), ("Lcl Scaling", node.s))
            )
            models += (
                f'\tModel: "Model::{node.name}", "{node.kind}" {{\n\t\tVersion: 232\n'
                f'\t\tProperties60:  {{\n{rows}\t\t\tProperty: "RotationActive", "bool", "",1\n'
                '\t\t\tProperty: "InheritType", "enum", "",1\n\t\t}\n\t\tTypeFlags: "Skeleton"\n\t}\n'
            )
            parent = "Scene" if node.parent is None else self.nodes[node.parent].name
            links += f'\tConnect: "OO", "Model::{node.name}", "Model::{parent}"\n'
            inner = ""
            for letter, keys in node.keys.items():
                axes = ""
                for i, axis in enumerate("XYZ"):
                    rows = ",".join(
                        f"{self.tick(frame)},{float(key[i])!r},L"
                        for frame, key in zip(self.key_frames, keys, strict=False)
                    )
                    axes += (
                        f'\t\t\t\t\tChannel: "{axis}" {{\n\t\t\t\t\t\tDefault: 0\n\t\t\t\t\t\tKeyVer: 4005\n'
                        f"\t\t\t\t\t\tKeyCount: {len(keys)}\n\t\t\t\t\t\tKey: {rows}\n\t\t\t\t\t}}\n"
                    )
                inner += f'\t\t\t\tChannel: "{letter}" {{\n{axes}\t\t\t\t\tLayerType: 1\n\t\t\t\t}}\n'
            if inner:
                channels += (
                    f'\t\tModel: "Model::{node.name}" {{\n\t\t\tVersion: 1.1\n'
                    f'\t\t\tChannel: "Transform" {{\n{inner}\t\t\t}}\n\t\t}}\n'
                )
        settings = "".join(
            f'\t\t\tProperty: "{name}", "{kind}", "",{value!r}\n'
            for name, kind, value in (
                ("UpAxis", "int", self.up),
                ("UpAxisSign", "int", 1),
                ("FrontAxis", "int", 2),
                ("FrontAxisSign", "int", 1),
                ("CoordAxis", "int", 0),
                ("CoordAxisSign", "int", 1),
                ("UnitScaleFactor", "double", self.unit),
                ("TimeMode", "enum", self.time_mode),
            )
        )
        stop = self.tick(self.key_frames[-1])
        return (
            "; FBX 6.1.0 project file\nFBXHeaderExtension:  {\n\tFBXHeaderVersion: 1003\n\tFBXVersion: 6100\n"
            '\tCreator: "RoPAR test data"\n}\n'
            f"Objects:  {{\n{models}\tGlobalSettings:  {{\n\t\tVersion: 1000\n"
            f"\t\tProperties60:  {{\n{settings}\t\t}}\n\t}}\n}}\n"
            f"Connections:  {{\n{links}}}\n"
            f'Takes:  {{\n\tCurrent: "{self.take}"\n\tTake: "{self.take}" {{\n\t\tFileName: "Take.tak"\n'
            f"\t\tLocalTime: 0,{stop}\n\t\tReferenceTime: 0,{stop}\n{channels}\t}}\n}}\n"
        )


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


FILES: dict[str, File] = {
    "plain_7400": File(puppet()),
    "plain_7100": File(puppet(), version=7100),
    "plain_7700": File(puppet(), version=7700),
    "plain_6100": File(puppet(), version=6100),
    "z_up_in_metres": File(puppet(100, up=2), up=2, unit=100.0),
    "y_up_in_inches": File(puppet(2.54), unit=2.54),
    "left_handed": File(with_changes(pre=(20, -35, 110)), left_handed=True),
    "six_rotation_orders": File(rotation_orders()),
    "pre_rotation": File(with_changes(pre=(20, -35, 110))),
    "pre_and_post_rotation": File(with_changes(pre=(20, -35, 110), post=(-15, 40, 5))),
    "rotation_order_with_pre_rotation": File(with_changes(pre=(20, -35, 110), order=4)),
    "pivots_and_offsets": File(
        with_changes(
            rotation_pivot=(1, 2, 3),
            rotation_offset=(-2, 4, 0.5),
            scaling_pivot=(3, -1, 2),
            scaling_offset=(0.25, 1, -1),
            s=(1.1, 1.1, 1.1),
        )
    ),
    "scaled_joint": File(scaled(1)),
    "segment_scale_compensation": File(scaled(2)),
    "animated_scale": File(with_changes(keys={"S": [(1 + 0.1 * i, 1 + 0.1 * i, 1 + 0.1 * i) for i in range(5)]})),
    "skeleton_under_a_scaled_group": File(under_a_group()),
    "names_with_colons_spaces_and_umlauts": File(
        named(["mixamorig:Hips", "Wirbelsäule 1", "Kopf.001", "左脚", "a:b:c"])
    ),
    "equal_names": File(named(["Hips", "joint", "joint", "joint", "joint"])),
    "two_takes": File(puppet(), takes=2),
    "no_takes": File(puppet(), takes=0),
    "take_without_span": File(puppet(), span=False),
    "take_from_frame_10": File(puppet(), key_frames=[10, 11, 12, 13, 14], first=10),
    "keys_on_every_third_frame": File(puppet(), key_frames=[0, 3, 6, 9, 12]),
    "stepped_keys": File(puppet(), key_frames=[0, 3, 6, 9, 12], key_flags=2),
    "rate_24": File(puppet(), fps=24.0, time_mode=11),
    "rate_25": File(puppet(), fps=25.0, time_mode=10),
    "rate_custom_29_97": File(puppet(count=5), fps=29.97, time_mode=14),
    "rate_120": File(puppet(), fps=120.0, time_mode=1),
    "two_layers": File(puppet(), layer_weight=50.0),
    "skinned_triangle": File(puppet(), skin=True),
    "person_of_142_metres": File(giant(), unit_correction=0.01),
    "angles_beyond_a_turn": File(with_changes(keys={"R": [(170.0 + 95 * i, 80.0 * i, -200.0 * i) for i in range(5)]})),
}
FILES["skinned_triangle"].nodes[4].r = (0, 0, 0)


def spoil(text: str) -> str:
    """Comments, tabs, carriage returns and blank lines where they may be."""
    lines = [line + "  ; a comment" if line.endswith("{") else line for line in text.split("\n")]
    return "\r\n\r\n".join(lines)


ARRAY_KINDS = {
    "KeyTime": "q",
    "KeyValueFloat": "f",
    "KeyAttrFlags": "i",
    "KeyAttrDataFloat": "f",
    "KeyAttrRefCount": "i",
    "Indexes": "i",
    "PolygonVertexIndex": "i",
}
# Types of properties that are whole numbers.
WHOLE = ('"int"', '"enum"', '"bool"', '"KTime"')
# Their first value is an identifier, which has 64 bits.
OBJECTS = {
    "Model",
    "NodeAttribute",
    "Geometry",
    "Deformer",
    "AnimationStack",
    "AnimationLayer",
    "AnimationCurveNode",
    "AnimationCurve",
}
TOKEN = re.compile(r'"[^"]*"|[{}]|\*\d+|[A-Za-z]\w*:|[^\s{},:]+')


def packed(tokens: list[str], version: int, at: int) -> tuple[bytes, int]:
    """The next record of a text as binary, for a place `at` bytes into the file; and how many tokens it took."""
    name, used, values, children = tokens[0][:-1], 1, [], None
    while used < len(tokens):
        token = tokens[used]
        if token == "{":
            children = used + 1
            break
        if token == "}" or (token.endswith(":") and not token.startswith('"')):
            break
        values.append(token)
        used += 1
    blob = b""
    if children is not None and values and values[0].startswith("*"):
        end = tokens.index("}", used)
        kind = ARRAY_KINDS.get(name, "d")
        numbers = [float(v) if kind in "fd" else int(v) for v in tokens[used + 2 : end]]
        data = struct.pack(f"<{len(numbers)}{kind}", *numbers)
        squeezed = zlib.compress(data)
        blob = {"q": b"l", "f": b"f", "i": b"i", "d": b"d"}[kind] + struct.pack("<III", len(numbers), 1, len(squeezed))
        blob, count, used, children = blob + squeezed, 1, end + 1, None
    else:
        count = len(values)
        for value in values:
            if value.startswith('"'):
                text = value[1:-1].encode()
                if b"::" in text:
                    kind, _, plain = text.partition(b"::")
                    text = plain + b"\0\1" + kind
                blob += b"S" + struct.pack("<I", len(text)) + text
            elif re.fullmatch(r"-?\d+", value) and not (name == "P" and values[1] not in WHOLE):
                is_long = name == "C" or '"KTime"' in values or (name in OBJECTS and value is values[0])
                blob += b"L" + struct.pack("<q", int(value)) if is_long else b"I" + struct.pack("<i", int(value))
            else:
                blob += b"D" + struct.pack("<d", float(value))
    number = "<Q" if version >= 7500 else "<I"
    head = struct.calcsize(number) * 3 + 1
    start = at + head + len(name) + len(blob)
    inside = b""
    if children is not None:
        used = children
        while tokens[used] != "}":
            child, taken = packed(tokens[used:], version, start + len(inside))
            inside, used = inside + child, used + taken
        inside, used = inside + bytes(head), used + 1
    numbers = [start + len(inside), count, len(blob)]
    record = b"".join(struct.pack(number, value) for value in numbers) + bytes([len(name)]) + name.encode()
    return record + blob + inside, used


def binary(text: str, version: int) -> bytes:
    """A text file of version 7 as a binary one."""
    lines = (line for line in text.split("\n") if not line.startswith(";"))
    tokens = TOKEN.findall("\n".join(lines))
    out = b"Kaydara FBX Binary  \0\x1a\0" + struct.pack("<I", version)
    while tokens:
        record, used = packed(tokens, version, len(out))
        out, tokens = out + record, tokens[used:]
    out += bytes(25 if version >= 7500 else 13)
    out += bytes.fromhex("fabcab09d0c8d466b176fb831cf7267e")
    out += bytes(16 - len(out) % 16) + bytes(4) + struct.pack("<I", version) + bytes(120)
    return out + bytes.fromhex("f85a8c6adef5d97eece90ce3758f290b")


# Also as binary files, to put takes into.
BINARY = {
    "plain_7400": 7400,
    "pre_and_post_rotation": 7300,
    "rotation_order_with_pre_rotation": 7400,
    "pivots_and_offsets": 7500,
    "six_rotation_orders": 7700,
    "z_up_in_metres": 7400,
    "left_handed": 7400,
    "y_up_in_inches": 7100,
    "skeleton_under_a_scaled_group": 7400,
    "skinned_triangle": 7500,
    "two_takes": 7400,
    "no_takes": 7400,
    "segment_scale_compensation": 7400,
    "person_of_142_metres": 7400,
    "equal_names": 7400,
}


def main() -> None:
    for name, version in BINARY.items():
        text = FILES[name].text().replace("FBXVersion: 7400", f"FBXVersion: {version}")
        (HERE / f"binary_{version}_{name}.fbx").write_bytes(binary(text, version))
        FILES[f"binary_{version}_{name}"] = FILES[name]
    for name, file in FILES.items():
        if not name.startswith("binary"):
            (HERE / f"{name}.fbx").write_bytes(file.text().encode())
        rounded = json.loads(json.dumps(file.expected()), parse_float=lambda text: round(float(text), 9))
        (HERE / f"{name}.expected.json").write_text(json.dumps(rounded, ensure_ascii=False) + "\n", encoding="utf-8")
    plain = FILES["plain_7400"]
    (HERE / "comments_and_carriage_returns.fbx").write_bytes(spoil(plain.text()).encode())
    text = (HERE / "plain_7400.expected.json").read_text(encoding="utf-8")
    (HERE / "comments_and_carriage_returns.expected.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
