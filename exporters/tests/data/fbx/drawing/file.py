"""A file: its text, and where its nodes are."""

from dataclasses import dataclass, field

from .matrices import Matrix, Vector, identity, product, scaling, translation
from .node import Node

TICKS = 46186158000


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
