"""Where the keys of a channel go, and why they cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from maya import cmds

from ..errors import MayaError
from ..translations import tr
from .maya_api import MFnAnimCurve, MFnDependencyNode, MPlug, MSelectionList

#: Nodes of HumanIK that drive joints.
HUMANIK = ("HIKState2SK", "HIKState2FK", "HIKState2Effector", "HIKSolverNode")
#: How many blocked channels an error names.
NAMED = 3


@dataclass(frozen=True)
class Blocked:
    """A channel that cannot be keyed."""

    reason: str
    hint: str


@dataclass(frozen=True)
class Free:
    """A plug that nothing drives: it gets a curve of its own."""

    plug: MPlug


Destination = MFnAnimCurve | Free | Blocked


def plug(name: str) -> MPlug:
    """A plug by its name, such as ``|hips.rotateX``.

    Raises:
        MayaError: there is none.
    """
    selection = MSelectionList()
    try:
        selection.add(name)
        found: MPlug = selection.getPlug(0)
        return found
    except RuntimeError:
        raise MayaError(f"there is no {name} any more", tr("try again")) from None


def destination(name: str, onto_layer: bool, below_layers: bool = True) -> Destination:
    """Where a channel's keys go.

    Args:
        name: the channel, such as ``|hips.rotateX``.
        onto_layer: whether the keys go onto a new layer; existing curves are then not touched.
        below_layers: whether they may otherwise go on the base layer where there are layers above it.
    """
    found = plug(name)
    node = MFnDependencyNode(found.node())
    if found.isLocked or found.parent().isLocked:
        return Blocked(f"{_label(name)} is locked", tr("unlock it, or take the joint out of the mapping"))
    if node.isLocked:
        return Blocked(f"{_label(name)} is on a locked node", tr("unlock the node (lockNode -lock 0)"))
    if found.parent().isDestination:
        return _driver(name, found.parent())
    for _ in range(64):  # as many layers as anybody has
        if not found.isDestination:
            return Free(found)
        driver = MFnDependencyNode(found.source().node())
        kind = str(driver.typeName)
        if kind.startswith("animCurve"):
            return _curve(name, found, onto_layer)
        if not kind.startswith("animBlendNode"):
            return _driver(name, found)
        if onto_layer:
            return Free(found)
        if not below_layers:
            return Blocked(f"{_label(name)} is on animation layers", tr("use -layer, or merge them"))
        found = _below(found, driver)
    return Blocked(f"{_label(name)} is on too many animation layers", tr("merge some of them"))


def _curve(name: str, found: MPlug, onto_layer: bool) -> Destination:
    curve = MFnAnimCurve(found.source().node())
    if onto_layer:
        return curve
    if not curve.isTimeInput:
        return Blocked(f"{_label(name)} is driven by set driven keys", tr("bake them, or use -layer"))
    if curve.isFromReferencedFile:
        return Blocked(f"the keys of {_label(name)} come from a referenced file", tr("use -layer"))
    if curve.isLocked:
        return Blocked(f"the curve of {_label(name)} is locked", tr("unlock it, or use -layer"))
    return curve


def _below(found: MPlug, blend: MFnDependencyNode) -> MPlug:
    """The base layer's input of a blend node whose output drives `found`.

    The layer command does not say it (its -layeredPlug knows upper layers only), but the names do: output -> inputA,
    outputX -> inputAX.
    """
    output = str(found.source().partialName(useLongNames=True)).rsplit(".", 1)[-1]
    return plug(f"{blend.name()}.inputA{output.removeprefix('output')}")


def _driver(name: str, found: MPlug) -> Blocked:
    driver = MFnDependencyNode(found.source().node())
    kind = str(driver.typeName)
    if kind in HUMANIK:
        return Blocked(
            f"{_label(name)} is driven by HumanIK", tr("set the character's Source to None, or bake to the skeleton")
        )
    return Blocked(
        f"{_label(name)} is driven by {driver.name()} ({kind})",
        tr("bake the joints (Key > Bake Simulation) or break the connection"),
    )


def held_by_ik(joints: Sequence[str]) -> dict[str, str]:
    """Joints whose rotations an IK handle solves, whatever their channels say: full path -> handle."""
    wanted = set(joints)
    result: dict[str, str] = {}
    for handle in cast(Any, cmds.ls)(type="ikHandle", long=True) or []:
        if not cast(Any, cmds.getAttr)(f"{handle}.ikBlend"):
            continue
        for joint in cast(Any, cmds.ikHandle)(handle, query=True, jointList=True) or []:
            for path in cast(Any, cmds.ls)(joint, long=True) or []:
                if path in wanted:
                    result[str(path)] = str(handle)
    return result


def is_layered(name: str) -> bool:
    """Whether a channel is on animation layers."""
    found = plug(name)
    return bool(found.isDestination) and kind_of_driver(found).startswith("animBlendNode")


def kind_of_driver(found: MPlug) -> str:
    return str(MFnDependencyNode(found.source().node()).typeName)


def on_handle(name: str, handle: str) -> Blocked:
    """A joint that an IK handle holds."""
    return Blocked(
        f"{_label(name)} is held by the IK handle {_label(handle)}", tr("set its IK Blend to 0, or bake the joints")
    )


def layered(layer: str, name: str) -> MPlug:
    """A channel's input on a layer.

    Raises:
        MayaError: the layer does not hold the channel.
    """
    found = cast(Any, cmds.animLayer)(layer, query=True, layeredPlug=name)
    if isinstance(found, list):
        found = found[0] if found else ""
    if not found:
        raise MayaError(f"{_label(name)} could not be put on the layer {layer}", tr("check that it is not locked"))
    return plug(str(found))


def refuse(blocked: list[Blocked]) -> None:
    """Raises what stands in the way, if anything does."""
    if not blocked:
        return
    reasons = list(dict.fromkeys(item.reason for item in blocked))
    more = tr(", and {} more channels").format(len(reasons) - NAMED) if len(reasons) > NAMED else ""
    raise MayaError("; ".join(reasons[:NAMED]) + more, blocked[0].hint)


def _label(name: str) -> str:
    return name.rsplit("|", 1)[-1]
