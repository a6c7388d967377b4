"""The MEL commands that the plug-in gives to modifiers. Each answers how it is undone, as Maya's own commands know."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import scene


def words(command: str) -> list[str]:
    """MEL's words, with strings unescaped."""
    found = re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', command)
    escapes = {"n": "\n", "t": "\t", "r": "\r"}
    return [bare or re.sub(r"\\(.)", lambda m: escapes.get(m[1], m[1]), text) for text, bare in found]


def unused(name: str) -> str:
    number, candidate = 0, name
    while candidate in scene.current.nodes:
        number += 1
        candidate = f"{name}{number}"
    return candidate


def run(command: str) -> Callable[[], None]:
    name, *rest = words(command)
    commands = {
        "animLayer": _layer,
        "addAttr": _add_attribute,
        "setAttr": _set_attribute,
        "createNode": _create,
        "select": _select,
    }
    return commands[name](rest)


def _made(name: str, kind: str, **attributes: Any) -> None:
    """A node of a command: when it is made again by redo, Maya gives it the UUID that it had."""
    scene.current.add(name, kind, **attributes).uuid = f"uuid-of-{name}"


def _layer(rest: list[str]) -> Callable[[], None]:
    current = scene.current
    if rest[:2] == ["-override", "true"]:
        (_, _, name) = rest
        _made(name, "animLayer", mute=False, blends={}, override=True, weight=1.0)
        return lambda: current.nodes.pop(name) and None  # type: ignore[func-returns-value]
    if rest[:3] == ["-edit", "-mute", "true"]:
        current.nodes[rest[3]].attributes["mute"] = True

        def unmute() -> None:
            current.nodes[rest[3]].attributes["mute"] = False

        return unmute
    edit, attribute, plug, layer = rest
    assert (edit, attribute) == ("-edit", "-attribute")
    node, channel = current.split(plug)
    if channel in current.nodes[node].locked_plugs:
        raise RuntimeError(f"{plug} is locked")
    blend = unused(f"{node.rsplit('|', 1)[-1]}_{channel}_{layer}")
    axis = channel[-1] if channel.startswith("rotate") else ""
    kind = "animBlendNodeAdditiveRotation" if axis else "animBlendNodeAdditiveDL"
    values = {f"inputA{axis}": current.stored(node, channel), f"inputB{axis}": 0.0, "layer": layer}
    _made(blend, kind, **values)
    key = f"{node}.{channel}"
    before = current.connections.pop(key, None)
    if before is not None:
        current.connections[f"{blend}.inputA{axis}"] = before
    current.connections[key] = f"{blend}.output{axis}"
    current.nodes[layer].attributes["blends"][key] = f"{blend}.inputB{axis}"

    def undo() -> None:
        del current.nodes[layer].attributes["blends"][key]
        del current.connections[key]
        current.connections.pop(f"{blend}.inputA{axis}", None)
        if before is not None:
            current.connections[key] = before
        del current.nodes[blend]

    return undo


def _create(rest: list[str]) -> Callable[[], None]:
    kind, skip, flag, name, *parent = rest
    assert (skip, flag) == ("-skipSelect", "-name")
    current = scene.current
    path = f"{current.find(parent[1]) if parent else ''}|{name}"
    (current.joint if kind == "joint" else current.transform)(path).uuid = f"uuid-of-{path}"
    return lambda: current.nodes.pop(path) and None  # type: ignore[func-returns-value]


def _select(rest: list[str]) -> Callable[[], None]:
    current = scene.current
    before, current.selection = current.selection, [current.find(rest[1])]

    def undo() -> None:
        current.selection = before

    return undo


def _add_attribute(rest: list[str]) -> Callable[[], None]:
    long, name, kind, string, node = rest
    assert (long, kind, string) == ("-longName", "-dataType", "string")
    path = scene.current.find(node)
    current = scene.current
    assert name not in current.nodes[path].attributes
    current.nodes[path].attributes[name] = ""
    return lambda: current.nodes[path].attributes.pop(name) and None  # type: ignore[func-returns-value]


def _set_attribute(rest: list[str]) -> Callable[[], None]:
    kind, string, plug, *numbers = rest
    assert kind == "-type"
    current = scene.current
    text: Any = numbers[0]
    if string == "double3":
        text = tuple(float(number) / current.length_out(1.0) for number in numbers)
    node, attribute = current.split(plug)
    before = current.nodes[node].attributes[attribute]
    current.nodes[node].attributes[attribute] = text

    def undo() -> None:
        current.nodes[node].attributes[attribute] = before

    return undo
