"""A joint hierarchy of the scene as data, and what it does over time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from maya import cmds

from .. import body, fitting, humanik, maths
from ..errors import MayaError
from ..making import Source, Subject
from ..maths import Vector
from ..skeleton import NOWHERE, Joint, Skeleton, World, compose, relative
from ..values import pose_of
from . import scene
from .maya_api import MAngle, MDistance

#: Attribute of the root that keeps the mapping, and the one that keeps how its motion was made.
MAPPING, MOTION = "roparMapping", "roparMotion"


def subject(target: str, *, present_at: float | None = None) -> Subject:
    """Reads a skeleton.

    Args:
        target: as for `scene.root_of`.
        present_at: a time; the pose at it is read as well.

    Raises:
        MayaError: no skeleton, or one that cannot be read.
    """
    root, character = scene.root_of(target)
    skeleton = _skeleton(root)
    mapping = text_of(root, MAPPING)
    if not mapping and character:
        mapping = _characterisation(skeleton, character)
    present = None if present_at is None else pose_of(skeleton, [locals_at(skeleton, present_at)])
    return Subject(skeleton, root, scene.uuid(root), mapping, scene.units_per_second(), present)


def entering(found: Subject, time: float) -> Subject:
    """A skeleton whose new keys begin at a time: their angles go on from those that its channels have there.

    Those at the current time may be whole turns away from them.
    """
    joints = tuple(
        replace(joint, entry=_angles(joint.path, "rotate", time=time)) if joint.rotates else joint
        for joint in found.skeleton.joints
    )
    return replace(found, skeleton=replace(found.skeleton, joints=joints))


def new_subject(name: str) -> Subject:
    """A skeleton that is not in the scene yet.

    Raises:
        MayaError: the name is taken, or cannot be one.
    """
    if not name.isidentifier() or not name.isascii():
        raise MayaError(f"{name} cannot be the name of a group", "use letters, digits and _")
    if cmds.objExists(name):
        raise MayaError(f"there is a {name} already", "choose another name for -newSkeleton")
    made = body.skeleton(f"|{name}", scene.z_up())
    return Subject(made, made.joints[0].path, "", units=scene.units_per_second(), new=True)


def source(target: str, start: float, end: float) -> Source:
    """Reads an animated skeleton from `start` to `end`, both included.

    Raises:
        MayaError: as for `subject`, and an empty range.
    """
    found = subject(target)
    if end <= start:
        raise MayaError(f"the frames {start:g} to {end:g} are no range", "choose an end after the start")
    frames = round((end - start) / found.step) + 1
    return Source(found, pose_of(found.skeleton, frames_of(found, start, frames)))


def frames_of(found: Subject, start: float, frames: int) -> list[list[World]]:
    return [locals_at(found.skeleton, start + found.step * frame) for frame in range(frames)]


def locals_at(skeleton: Skeleton, time: float) -> list[World]:
    """Local matrices of all joints at a time, without moving the scene."""
    get = cast(Any, cmds.getAttr)
    return [maths.from_maya(get(f"{joint.path}.matrix", time=time)) for joint in skeleton.joints]


def text_of(node: str, attribute: str) -> str:
    """A text attribute; empty where there is none."""
    if not cast(Any, cmds.attributeQuery)(attribute, node=node, exists=True):
        return ""
    return str(cmds.getAttr(f"{node}.{attribute}") or "")


def _characterisation(skeleton: Skeleton, character: str) -> str:
    place = {joint.path: index for index, joint in enumerate(skeleton.joints)}
    names = {
        slot: fitting.reference(skeleton, place[path])
        for slot, path in scene.characterised(character).items()
        if path in place
    }
    return humanik.mapping(names) if names else ""


# ---- Joints ------------------------------------------------------------------------------------------------------


def _skeleton(root: str) -> Skeleton:
    paths = sorted([root, *scene.joints_below(root)], key=lambda path: path.count("|"))
    place = {path: index for index, path in enumerate(paths)}
    bind = _bind_matrices(paths)
    joints: list[Joint] = []
    worlds: list[World] = []
    warnings: list[str] = []
    bound = False
    for path in paths:
        parent, groups = _over(path, place)
        joint = _joint(path, parent, groups)
        over = joint.above if parent < 0 else compose(worlds[parent], joint.above)
        if path in bind:
            bound = True
            bind_over = _bind_over(path, parent, paths, groups, bind, over)
            try:
                linear, spot = relative(bind_over, bind[path])
                joint = _with_rest(joint, joint.rotation(linear), spot)
            except ZeroDivisionError:
                raise MayaError(f"{joint.name} is scaled to nothing", "give its scale values other than 0") from None
        joints.append(joint)
        worlds.append(compose(over, (joint.linear(joint.rest_rotation), joint.rest_translate)))
        warnings += _limits(path)
    skeleton = Skeleton(tuple(joints), scene.z_up(), bound, tuple(warnings[:3]))
    return skeleton if bound or not joints[0].translates else _grounded(skeleton)


def _over(path: str, place: dict[str, int]) -> tuple[int, list[str]]:
    """The joint above a joint, -1 for none, and the groups in between, lowest first."""
    groups: list[str] = []
    above = path.rsplit("|", 1)[0]
    while above:
        if above in place:
            return place[above], groups
        groups.append(above)
        above = above.rsplit("|", 1)[0]
    return -1, groups


def _joint(path: str, parent: int, groups: Sequence[str]) -> Joint:
    get = cast(Any, cmds.getAttr)
    above = NOWHERE
    inherits = [bool(get(f"{node}.inheritsTransform")) for node in (path, *groups)]
    if parent >= 0 and not all(inherits):
        raise MayaError(f"{scene.short(path)} does not inherit the joint above", "turn Inherits Transform on")
    for group, inherited in zip(groups if inherits[0] else (), inherits[1:], strict=False):
        above = compose(maths.from_maya(get(f"{group}.matrix")), above)
        above = compose(maths.from_maya(get(f"{group}.offsetParentMatrix")), above)
        if not inherited:  # what is above it does not matter
            break
    above = compose(above, maths.from_maya(get(f"{path}.offsetParentMatrix")))
    compensated = bool(get(f"{path}.segmentScaleCompensate"))
    translate = _lengths(path, "translate")
    return Joint(
        name=path.rsplit("|", 1)[-1].rsplit(":", 1)[-1],
        path=path,
        parent=parent,
        translate=translate,
        rotate=_angles(path, "rotate"),
        order=int(get(f"{path}.rotateOrder")),
        orient=_angles(path, "jointOrient"),
        axis=_angles(path, "rotateAxis"),
        scale=_three(get(f"{path}.scale")),
        inverse_scale=_three(get(f"{path}.inverseScale")) if compensated else (1.0, 1.0, 1.0),
        above=above,
        rest_translate=translate,
        rotates=_driven(path, "rotate"),
        translates=_driven(path, "translate"),
    )


def _with_rest(joint: Joint, rotation: maths.Matrix, translate: Vector) -> Joint:
    return replace(joint, rest_rotation=rotation, rest_translate=translate)


def _three(value: Sequence[Sequence[float]]) -> Vector:
    x, y, z = value[0]
    return (float(x), float(y), float(z))


def _angles(path: str, attribute: str, **when: float) -> Vector:
    """Radians, whatever unit the interface shows; now, or at a ``time``."""
    x, y, z = _three(cast(Any, cmds.getAttr)(f"{path}.{attribute}", **when))
    return (float(MAngle.uiToInternal(x)), float(MAngle.uiToInternal(y)), float(MAngle.uiToInternal(z)))


def _lengths(path: str, attribute: str) -> Vector:
    """Centimetres, whatever unit the interface shows."""
    x, y, z = _three(cast(Any, cmds.getAttr)(f"{path}.{attribute}"))
    return (float(MDistance.uiToInternal(x)), float(MDistance.uiToInternal(y)), float(MDistance.uiToInternal(z)))


def _driven(path: str, attribute: str) -> bool:
    plugs = [f"{path}.{attribute}", *(f"{path}.{attribute}{axis}" for axis in "XYZ")]
    return bool(cast(Any, cmds.listConnections)(plugs, source=True, destination=False))


def _limits(path: str) -> list[str]:
    """A warning where the rotation of a joint is limited: Maya then holds the motion back."""
    get = cast(Any, cmds.getAttr)
    for axis in "XYZ":
        if get(f"{path}.minRot{axis}LimitEnable") or get(f"{path}.maxRot{axis}LimitEnable"):
            return [f"The rotation of {scene.short(path)} is limited, which may hold the motion back"]
    return []


# ---- Rest --------------------------------------------------------------------------------------------------------


def _bind_matrices(paths: Sequence[str]) -> dict[str, World]:
    """World matrices in the bind pose, of joints and of groups above them."""
    get, connected = cast(Any, cmds.getAttr), cast(Any, cmds.listConnections)
    result: dict[str, World] = {}
    for pose in cast(Any, cmds.dagPose)(*paths, query=True, bindPose=True) or []:
        for index in get(f"{pose}.members", multiIndices=True) or []:
            for member in connected(f"{pose}.members[{index}]", source=True, destination=False) or []:
                path = str(cast(Any, cmds.ls)(member, long=True)[0])
                result.setdefault(path, maths.from_maya(get(f"{pose}.worldMatrix[{index}]")))
    return result


def _bind_over(
    path: str, parent: int, paths: Sequence[str], groups: Sequence[str], bind: dict[str, World], over: World
) -> World:
    """World matrix, in the bind pose, of what a joint hangs under."""
    get = cast(Any, cmds.getAttr)
    offset = maths.from_maya(get(f"{path}.offsetParentMatrix"))
    if groups and groups[0] in bind:
        return compose(bind[groups[0]], offset)
    if not groups and parent >= 0 and paths[parent] in bind:
        return compose(bind[paths[parent]], offset)
    return over


def _grounded(skeleton: Skeleton) -> Skeleton:
    """A skeleton that was never bound and whose root is animated: it stands on the floor where it is now."""
    up = min(skeleton.space.point_in(place)[1] for _, place in skeleton.rest)
    root = skeleton.joints[0]
    lift = skeleton.space.point_out((0.0, -up, 0.0))
    shift = maths.apply(maths.inverse(root.above[0]), maths.subtract(lift, skeleton.space.origin))
    lifted = replace(root, rest_translate=maths.add(root.rest_translate, shift))
    return replace(skeleton, joints=(lifted, *skeleton.joints[1:]))


def kept(root: str, attribute: str) -> dict[str, Any]:
    """The JSON of an attribute; empty where there is none or it is damaged."""
    try:
        found = json.loads(text_of(root, attribute) or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
