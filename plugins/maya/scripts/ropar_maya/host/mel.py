"""Commands as MEL text, for modifiers: Maya itself then undoes them exactly."""

from __future__ import annotations

from collections.abc import Sequence


def quoted(text: str) -> str:
    """A string literal."""
    escaped = (
        text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    )
    return f'"{escaped}"'


def add_string_attribute(node: str, name: str) -> str:
    return f"addAttr -longName {quoted(name)} -dataType {quoted('string')} {quoted(node)}"


def set_string(plug: str, value: str) -> str:
    return f"setAttr -type {quoted('string')} {quoted(plug)} {quoted(value)}"


def new_layer(name: str) -> str:
    """An override layer: its keys replace what is below it."""
    return f"animLayer -override true {quoted(name)}"


def put_on_layer(layer: str, plug: str) -> str:
    return f"animLayer -edit -attribute {quoted(plug)} {quoted(layer)}"


def mute_layer(layer: str) -> str:
    return f"animLayer -edit -mute true {quoted(layer)}"


def new_node(kind: str, name: str, parent: str = "") -> str:
    under = f" -parent {quoted(parent)}" if parent else ""
    return f"createNode {kind} -skipSelect -name {quoted(name)}{under}"


def set_three(plug: str, values: Sequence[float]) -> str:
    """Sets a vector; lengths in the unit of the interface."""
    return f"setAttr -type {quoted('double3')} {quoted(plug)} " + " ".join(repr(value) for value in values)


def select(node: str) -> str:
    return f"select -replace {quoted(node)}"
