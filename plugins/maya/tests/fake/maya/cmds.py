"""`maya.cmds`, as far as the plug-in calls it. The commands of the plug-in itself are found by `__getattr__`."""

from __future__ import annotations

from typing import Any

import numpy as np
import scene


def playbackOptions(query: bool = False, **flags: Any) -> Any:
    if query:
        (name,) = flags
        return scene.current.playback[name]
    scene.current.playback.update({name: float(value) for name, value in flags.items()})
    return None


def upAxis(query: bool, axis: bool) -> str:
    return scene.current.up


def about(**flags: bool) -> Any:
    (name,) = flags
    return {"batch": scene.current.batch, "uiLanguage": "en_US", "version": "2025"}[name]


def optionVar(query: str = "", exists: str = "", stringValue: tuple[str, str] | None = None) -> Any:
    if stringValue is not None:
        scene.current.options[stringValue[0]] = stringValue[1]
        return None
    return exists in scene.current.options if exists else scene.current.options.get(query, 0)


def ls(
    *names: str,
    long: bool = False,
    selection: bool = False,
    objectsOnly: bool = False,
    uuid: bool = False,
    type: str = "",
) -> list[str]:
    current = scene.current
    if selection:
        return list(current.selection)
    if type:
        return [name for name, node in current.nodes.items() if node.kind.startswith(type)]
    found = [path for name in names for path in current.matching(name)]
    return [current.nodes[path].uuid for path in found] if uuid else found


def objExists(name: str) -> bool:
    current = scene.current
    if "." not in name:
        return bool(current.matching(name))
    node, attribute = name.split(".", 1)
    found = current.matching(node)
    return bool(found) and (attribute in current.nodes[found[0]].attributes)


def nodeType(name: str) -> str:
    return scene.current.nodes[scene.current.find(name)].kind


def listRelatives(name: str, allDescendents: bool, fullPath: bool, type: str) -> list[str] | None:
    path = scene.current.find(name)
    found = [p for p, node in scene.current.nodes.items() if p.startswith(path + "|") and node.kind == type]
    return found[::-1] or None  # lowest first, as Maya has it


def listHistory(name: str, pruneDagObjects: bool) -> list[str] | None:
    return scene.current.nodes[scene.current.find(name)].attributes.get("history")


def skinCluster(name: str, query: bool, influence: bool) -> list[str]:
    return scene.current.nodes[name].attributes["influences"]


def listConnections(plugs: Any, source: bool, destination: bool) -> list[str] | None:
    found = []
    for plug in [plugs] if isinstance(plugs, str) else plugs:
        node, attribute = scene.current.split(plug)
        driver = scene.current.connections.get(f"{node}.{attribute}")
        if driver:
            found.append(driver.split(".", 1)[0])
    return found or None


def getAttr(plug: str, time: float | None = None, multiIndices: bool = False, lock: bool = False) -> Any:
    current = scene.current
    node, attribute = current.split(plug)
    if lock:
        return attribute in current.nodes[node].locked_plugs
    seconds = None if time is None else current.seconds(time)
    if attribute == "matrix":
        return [float(value) for value in np.asarray(current.local(node, seconds)).ravel()]
    if attribute == "worldMatrix[0]" and current.nodes[node].kind != "dagPose":
        return [float(value) for value in np.asarray(current.world(node, seconds)).ravel()]
    if multiIndices:
        return sorted(current.nodes[node].attributes[attribute])
    if attribute in ("translate", "rotate"):
        convert = current.length_out if attribute == "translate" else current.angle_out
        return [tuple(convert(current.value(f"{node}.{attribute}{axis}", seconds)) for axis in "XYZ")]
    if "[" in attribute:
        name, index = attribute[:-1].split("[")
        return current.nodes[node].attributes[name][int(index)]
    value = current.stored(node, attribute)
    if attribute in scene.ANGLES:
        return [tuple(current.angle_out(angle) for angle in value)]
    return [tuple(value)] if isinstance(value, tuple) else value


def attributeQuery(attribute: str, node: str, exists: bool) -> bool:
    return attribute in scene.current.nodes[scene.current.find(node)].attributes


def dagPose(*joints: str, query: bool, bindPose: bool) -> list[str] | None:
    current = scene.current
    found = [
        name
        for name, node in current.nodes.items()
        if node.kind == "dagPose"
        and any(f"{name}.members[{i}]" in current.connections for i in node.attributes["members"])
    ]
    return found or None


def animLayer(layer: str = "", query: bool = False, layeredPlug: str = "") -> Any:
    blend = scene.current.nodes[layer].attributes["blends"].get(layeredPlug)
    return blend


def ikHandle(name: str, query: bool, jointList: bool) -> list[str]:
    return scene.current.nodes[name].attributes["joints"]


def lockNode(name: str, query: bool, lock: bool) -> list[bool]:
    return [scene.current.nodes[scene.current.find(name)].locked]


def keyframe(name: str, query: bool, timeChange: bool = False, valueChange: bool = False) -> list[float] | None:
    current = scene.current
    if name in current.nodes and current.nodes[name].kind.startswith("animCurve"):
        keys = current.nodes[name].keys
        return [key.value if valueChange else key.time * current.UNITS[current.time_unit] for key in keys]
    path = current.find(name)
    pending = [plug for plug in current.connections if plug.startswith(path + ".")]
    times: list[float] = []
    while pending:
        driver = current.connections[pending.pop()].split(".", 1)[0]
        times += [key.time * current.UNITS[current.time_unit] for key in current.nodes[driver].keys]
        pending += [plug for plug in current.connections if plug.startswith(driver + ".")]
    return times or None


_progress: dict[str, Any] = {}


def progressWindow(**flags: Any) -> Any:
    if flags.pop("query", False):
        current = scene.current
        if current.escape_after is None:
            return False
        current.escape_after -= 1
        return current.escape_after < 0
    if flags.pop("edit", False) or "title" in flags:
        _progress.update(flags)
        return True
    _progress.clear()
    return None


def menu(name: str, **flags: Any) -> Any:
    return False if flags.get("exists") else name


def menuItem(**flags: Any) -> str:
    return "item"


def deleteUI(name: str, menu: bool = False, control: bool = False) -> None:
    if control:
        del _controls[name]


def currentTime(query: bool) -> float:
    return scene.current.playback["minTime"]


def undoInfo(**flags: Any) -> None: ...


def undo() -> None:
    scene.current.undo()


def redo() -> None:
    scene.current.redo()


def addAttr(node: str, longName: str, dataType: str) -> None:
    scene.current.nodes[scene.current.find(node)].attributes[longName] = ""


def setAttr(plug: str, *values: Any, type: str = "", lock: bool | None = None) -> None:
    current = scene.current
    node, attribute = current.split(plug)
    if lock is not None:
        current.nodes[node].locked_plugs.add(attribute)
        return
    value: Any = tuple(float(number) for number in values) if type == "double3" else values[0]
    if attribute in scene.ANGLES:
        value = tuple(number / current.angle_out(1.0) for number in value)
    current.nodes[node].attributes[attribute] = value
    if attribute == "scale":  # Maya connects it to the inverseScale of the joints below
        for path, below in current.nodes.items():
            if path.rsplit("|", 1)[0] == node and below.kind == "joint":
                below.attributes["inverseScale"] = value


def createNode(kind: str, name: str, parent: str = "") -> str:
    assert kind == "joint"
    scene.current.joint(f"{parent}|{name}")
    return name


def xform(path: str, worldSpace: bool, translation: list[float]) -> None:
    """Moves a node to a place in the world (internal units: the self-test runs in centimetres)."""
    current = scene.current
    above = path.rsplit("|", 1)[0]
    over = current.world(above) if above else np.eye(4)
    place = np.append(np.asarray(translation, dtype=float), 1.0) @ np.linalg.inv(over)
    current.nodes[path].attributes["translate"] = tuple(float(v) for v in place[:3])


def file(new: bool, force: bool) -> None:
    scene.reset()


def currentUnit(time: str) -> None:
    scene.current.time_unit = time


def pluginInfo(
    name: str, query: bool = False, loaded: bool = False, edit: bool = False, autoload: bool = False
) -> bool:
    return bool(scene.current.commands)


def loadPlugin(name: str, quiet: bool = False) -> None: ...


_controls: dict[str, dict[str, Any]] = {}


def workspaceControl(name: str, **flags: Any) -> Any:
    if flags.pop("exists", False):
        return name in _controls
    _controls.setdefault(name, {}).update(flags)
    return name


def internalVar(userAppDir: bool) -> str:
    return scene.current.options["userAppDir"]


def confirmDialog(title: str, message: str, button: list[str]) -> str:
    scene.current.messages.append(("dialog", message))
    return button[0]


def __getattr__(name: str) -> Any:
    if name not in scene.current.commands:
        raise AttributeError(f"module 'maya.cmds' has no attribute '{name}'")

    def run(*objects: str, **flags: Any) -> Any:
        from maya.api.OpenMaya import run_command

        return run_command(name, objects, flags)

    return run
