"""A scene as the plug-in sees one: nodes, attributes, connections, curves, layers, and an undo queue.

Only what the plug-in asks for is here. Attributes are kept in Maya's internal units (centimetres, radians).
"""

from __future__ import annotations

import copy
import itertools
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from joint_formula import joint_matrix

IDENTITY = [float(value) for value in np.eye(4).ravel()]
ANGLES = ("rotate", "jointOrient", "rotateAxis")


@dataclass
class Key:
    """A key of a curve, at a second."""

    time: float
    value: float
    tangents: tuple[int, int] = (0, 0)


@dataclass
class Node:
    kind: str
    uuid: str
    attributes: dict[str, Any] = field(default_factory=dict)
    locked: bool = False
    referenced: bool = False
    locked_plugs: set[str] = field(default_factory=set)
    keys: list[Key] = field(default_factory=list)
    #: Of a layer.
    members: list[str] = field(default_factory=list)


class Scene:
    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        #: Destination plug -> source plug.
        self.connections: dict[str, str] = {}
        self.playback = {"minTime": 1.0, "maxTime": 48.0, "animationStartTime": 1.0, "animationEndTime": 48.0}
        self.time_unit = "film"
        self.linear_unit = "cm"
        self.angular_unit = "deg"
        self.up = "y"
        self.batch = True
        self.selection: list[str] = []
        self.options: dict[str, str] = {}
        self.messages: list[tuple[str, str]] = []
        self.deferred: list[tuple[Any, tuple[Any, ...]]] = []
        self.commands: dict[str, tuple[Any, Any]] = {}
        self.undo_queue: list[Any] = []
        self.redo_queue: list[Any] = []
        self.escape_after: int | None = None
        self._uuids = itertools.count(1)

    # ---- Building ------------------------------------------------------------------------------------------------

    def add(self, name: str, kind: str, **attributes: Any) -> Node:
        assert name not in self.nodes, name
        node = Node(kind, f"uuid-{next(self._uuids)}", dict(attributes))
        self.nodes[name] = node
        return node

    def transform(self, path: str, matrix: Any = None) -> Node:
        return self.add(
            path,
            "transform",
            matrix=IDENTITY if matrix is None else [float(v) for v in np.asarray(matrix).ravel()],
            offsetParentMatrix=IDENTITY,
            inheritsTransform=True,
        )

    def joint(self, path: str, **attributes: Any) -> Node:
        """A joint; its inverseScale is the scale of the joint above, as Maya connects it."""
        above = self.nodes.get(path.rsplit("|", 1)[0])
        values = {
            "translate": (0.0, 0.0, 0.0),
            "rotate": (0.0, 0.0, 0.0),
            "scale": (1.0, 1.0, 1.0),
            "jointOrient": (0.0, 0.0, 0.0),
            "rotateAxis": (0.0, 0.0, 0.0),
            "rotateOrder": 0,
            "segmentScaleCompensate": True,
            "inverseScale": above.attributes["scale"] if above and above.kind == "joint" else (1.0, 1.0, 1.0),
            "offsetParentMatrix": IDENTITY,
            "inheritsTransform": True,
            **{f"{end}Rot{axis}LimitEnable": False for end in ("min", "max") for axis in "XYZ"},
        }
        return self.add(path, "joint", **{**values, **attributes})

    def connect(self, source: str, destination: str) -> None:
        self.connections[destination] = source

    def curve(self, name: str, destination: str, keys: list[tuple[float, float]], kind: str = "animCurveTA") -> Node:
        node = self.add(name, kind)
        node.keys = [Key(time, value) for time, value in keys]
        self.connect(f"{name}.output", destination)
        return node

    # ---- Asking --------------------------------------------------------------------------------------------------

    def snapshot(self) -> Any:
        """Everything that is saved with a scene."""
        return copy.deepcopy((self.nodes, self.connections, self.playback))

    def find(self, name: str) -> str:
        """The full name of a node."""
        matches = self.matching(name)
        if len(matches) != 1:
            raise ValueError(f"No object matches name: {name}" if not matches else f"More than one object: {name}")
        return matches[0]

    def matching(self, name: str) -> list[str]:
        if name in self.nodes:
            return [name]
        return [path for path in self.nodes if path.startswith("|") and path.endswith("|" + name)]

    def split(self, plug: str) -> tuple[str, str]:
        node, attribute = plug.split(".", 1)
        return self.find(node), attribute

    def stored(self, node: str, attribute: str) -> Any:
        values = self.nodes[node].attributes
        if attribute in values:
            return values[attribute]
        if attribute[-1:] in "XYZ" and attribute[:-1] in values:
            return values[attribute[:-1]]["XYZ".index(attribute[-1])]
        raise ValueError(f"No object matches name: {node}.{attribute}")

    def value(self, plug: str, seconds: float | None) -> Any:
        """A plug's value at a second; None: as the channels are now (the first second)."""
        node, attribute = self.split(plug)
        source = self.connections.get(f"{node}.{attribute}")
        if source is None:
            return self.stored(node, attribute)
        driver, output = source.split(".", 1)
        found = self.nodes[driver]
        at = self.seconds(self.playback["minTime"]) if seconds is None else seconds
        if found.kind.startswith("animCurve"):
            return evaluate(found.keys, at)
        if found.kind.startswith("animBlendNode"):
            axis = output.removeprefix("output")
            upper = f"{driver}.inputB{axis}"
            layer = found.attributes["layer"]
            below = self.value(f"{driver}.inputA{axis}", at)
            if self.nodes[layer].attributes["mute"] or upper not in self.connections:
                return below
            weight = self.value(f"{layer}.weight", at)
            return below + weight * (self.value(upper, at) - below)
        return self.stored(node, attribute)

    def local(self, path: str, seconds: float | None = None) -> Any:
        """A node's local matrix for row vectors, by Autodesk's formula."""
        node = self.nodes[path]
        if node.kind != "joint":
            return np.array(node.attributes["matrix"]).reshape(4, 4)
        three = {
            name: [self.value(f"{path}.{name}{axis}", seconds) for axis in "XYZ"] for name in ("translate", "rotate")
        }
        values = node.attributes
        return joint_matrix(
            three["translate"],
            three["rotate"],
            values["scale"],
            values["rotateOrder"],
            values["jointOrient"],
            values["rotateAxis"],
            values["inverseScale"],
            values["segmentScaleCompensate"],
        )

    def worlds(self, paths: list[str], seconds: float) -> dict[str, Any]:
        """World matrices of all nodes at a second, parents first."""
        found: dict[str, Any] = {}
        for path in paths:
            above = path.rsplit("|", 1)[0]
            offset = np.array(self.nodes[path].attributes["offsetParentMatrix"]).reshape(4, 4)
            over = found[above] if above in found else self.world(above, seconds) if above else np.eye(4)
            found[path] = self.local(path, seconds) @ offset @ over
        return found

    def world(self, path: str, seconds: float | None = None) -> Any:
        """A node's world matrix for row vectors: matrix * offsetParentMatrix * parent."""
        own = self.local(path, seconds) @ np.array(self.nodes[path].attributes["offsetParentMatrix"]).reshape(4, 4)
        above = path.rsplit("|", 1)[0]
        return own @ self.world(above, seconds) if above and self.nodes[path].attributes["inheritsTransform"] else own

    # ---- Units ---------------------------------------------------------------------------------------------------

    #: Units per second of Maya's time units (currentUnit, -time).
    UNITS = {
        "hour": 1 / 3600,
        "min": 1 / 60,
        "sec": 1.0,
        "millisec": 1000.0,
        "game": 15.0,
        "film": 24.0,
        "pal": 25.0,
        "ntsc": 30.0,
        "show": 48.0,
        "palf": 50.0,
        "ntscf": 60.0,
        "120fps": 120.0,
        "23.976fps": 24000 / 1001,
        "29.97fps": 30000 / 1001,
    }

    def seconds(self, time: float) -> float:
        return time / self.UNITS[self.time_unit]

    def length_out(self, centimetres: float) -> float:
        return centimetres / {"cm": 1.0, "m": 100.0, "mm": 0.1, "in": 2.54}[self.linear_unit]

    def angle_out(self, radians: float) -> float:
        return float(np.degrees(radians)) if self.angular_unit == "deg" else radians

    # ---- Undo ----------------------------------------------------------------------------------------------------

    def undo(self) -> None:
        command = self.undo_queue.pop()
        command.undoIt()
        self.redo_queue.append(command)

    def redo(self) -> None:
        command = self.redo_queue.pop()
        command.redoIt()
        self.undo_queue.append(command)


def evaluate(keys: list[Key], seconds: float) -> float:
    """A curve with linear tangents and constant infinity; at its keys this is any curve."""
    if not keys:
        return 0.0
    return float(np.interp(seconds, [key.time for key in keys], [key.value for key in keys]))


current = Scene()


def reset() -> Scene:
    """A new scene, with the commands of the plug-in still registered."""
    global current
    before = current
    current = Scene()
    current.commands = before.commands
    return current
