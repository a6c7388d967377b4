"""What the scene says of itself: time, selection, skeletons by any of their parts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from maya import cmds

from .. import humanik, library
from ..errors import MayaError
from ..translations import tr
from .maya_api import MTime

CHARACTER = "HIKCharacterNode"


def units_per_second() -> float:
    """Units of the scene's time per second: its frame rate, where the unit is a frame."""
    return float(MTime(1.0, MTime.kSeconds).asUnits(MTime.uiUnit()))


def playback() -> tuple[float, float]:
    """Start and end of the playback range, in the scene's unit."""
    ask = cast(Any, cmds.playbackOptions)
    return float(ask(query=True, minTime=True)), float(ask(query=True, maxTime=True))


def now() -> float:
    """The current time, in the scene's unit."""
    return float(cast(Any, cmds.currentTime)(query=True))


def z_up() -> bool:
    return str(cast(Any, cmds.upAxis)(query=True, axis=True)).lower() == "z"


def in_batch() -> bool:
    """Whether there is no interface, as in `mayapy` and `maya -batch`."""
    return bool(cmds.about(batch=True))


def language() -> str:
    return str(cmds.about(uiLanguage=True))


def option(name: str, default: str) -> str:
    """A setting that Maya keeps for the user."""
    return str(cast(Any, cmds.optionVar)(query=name)) if cast(Any, cmds.optionVar)(exists=name) else default


def keep_option(name: str, value: str) -> None:
    cast(Any, cmds.optionVar)(stringValue=(name, value))


def engine_options() -> library.Options:
    """What the user chose for the model."""
    threads = option("roparThreads", "0")
    return library.Options(
        package=option("roparPackage", ""),
        provider=option("roparProvider", "auto"),
        threads=int(threads) if threads.isdigit() else 0,
        runtime_library=option("roparRuntimeLibrary", ""),
    )


def selected() -> list[str]:
    return [str(name) for name in cast(Any, cmds.ls)(selection=True, long=True, objectsOnly=True) or []]


def root_of(target: str) -> tuple[str, str]:
    """The root joint of a skeleton, and its HumanIK character or nothing.

    Args:
        target: name of a joint, a group or mesh of the skeleton, or a HumanIK character; empty: the selection.

    Raises:
        MayaError: there is no such thing, no skeleton in it, or more than one.
    """
    if target:
        names = [str(name) for name in cast(Any, cmds.ls)(target, long=True) or []]
        if not names:
            raise MayaError(f"there is no {target} in this scene", tr("check its name and namespace"))
        if len(names) > 1:
            raise MayaError(f"{target} is the name of {len(names)} things", f"name one, such as {names[0]}")
    else:
        names = selected()
        if not names:
            raise MayaError(
                tr("no skeleton is selected"), tr("select a joint of the character, or name it with -target")
            )
    found = {root: character for name in names for root, character in _skeletons(name)}
    if not found:
        raise MayaError(
            f"{short(names[0])} has no skeleton", tr("select a joint of the character, or name it with -target")
        )
    if len(found) > 1:
        several = ", ".join(short(root) for root in sorted(found)[:4])
        raise MayaError(f"there are {len(found)} skeletons ({several})", tr("select a joint of one of them"))
    ((root, character),) = found.items()
    return root, character or _character_of(root)


def _skeletons(name: str) -> Iterable[tuple[str, str]]:
    """Root joints, each with the HumanIK character that it was found by."""
    if kind(name) == CHARACTER:
        joints = characterised(name)
        if not joints:
            raise MayaError(f"the HumanIK character {name} has no joints", tr("finish its definition first"))
        return {(top(joint), name) for joint in joints.values()}
    if is_joint(name):
        return [(top(name), "")]
    below = joints_below(name)
    if not below:
        below = _influences(name)
    return {(top(joint), "") for joint in below}


def kind(name: str) -> str:
    return str(cmds.nodeType(name))


def is_joint(name: str) -> bool:
    return kind(name) == "joint"


def joints_below(name: str) -> list[str]:
    """All joints below a node, by full path."""
    found = cast(Any, cmds.listRelatives)(name, allDescendents=True, fullPath=True, type="joint")
    return [str(joint) for joint in found or []]


def top(joint: str) -> str:
    """The highest joint above a joint, or itself."""
    path = str(cast(Any, cmds.ls)(joint, long=True)[0])
    parts = path.split("|")
    for end in range(2, len(parts)):
        above = "|".join(parts[:end])
        if is_joint(above):
            return above
    return path


def _influences(name: str) -> list[str]:
    """The joints that a mesh is bound to."""
    history = cast(Any, cmds.listHistory)(name, pruneDagObjects=True) or []
    result: list[str] = []
    for node in history:
        if kind(str(node)) == "skinCluster":
            result += [str(joint) for joint in cast(Any, cmds.skinCluster)(str(node), query=True, influence=True) or []]
    return [joint for joint in result if is_joint(joint)]


def characterised(character: str) -> dict[str, str]:
    """HumanIK slot -> full path of its joint."""
    result: dict[str, str] = {}
    for slot in humanik.ALL_SLOTS:
        plug = f"{character}.{slot}"
        if not cmds.objExists(plug):
            continue
        joints = cast(Any, cmds.listConnections)(plug, source=True, destination=False) or []
        for joint in joints:
            result[slot] = str(cast(Any, cmds.ls)(joint, long=True)[0])
    return result


def _character_of(root: str) -> str:
    """The HumanIK character of a skeleton, where it has exactly one."""
    own = {root, *joints_below(root)}
    found = [
        str(character)
        for character in cast(Any, cmds.ls)(type=CHARACTER) or []
        if set(characterised(str(character)).values()) & own
    ]
    return found[0] if len(found) == 1 else ""


def unused(name: str, taken: Iterable[str] = ()) -> str:
    """`name`, with a number where there is such a node already or it is in `taken`."""
    others, number, candidate = set(taken), 1, name
    while candidate in others or cmds.objExists(candidate):
        number += 1
        candidate = f"{name}_{number}"
    return candidate


def short(path: str) -> str:
    """A name for people: without the path."""
    return path.rsplit("|", 1)[-1]


def uuid(path: str) -> str:
    found = cast(Any, cmds.ls)(path, uuid=True) or [""]
    return str(found[0])
