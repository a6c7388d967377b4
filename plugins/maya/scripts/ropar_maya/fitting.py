"""Motions onto a skeleton, and back. Runs on any thread."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from . import library, maths
from .canonical import HIPS_HEIGHT, JOINTS
from .errors import MayaError
from .maths import Quaternion, Vector
from .skeleton import Skeleton
from .space import UP
from .translations import tr
from .values import Pose, worlds_of


@dataclass(frozen=True)
class Rigged:
    """A skeleton as RoPAR knows it: the rig, and which joint is which."""

    skeleton: Skeleton
    rig: Any
    mapping: Any

    def node(self, joint: str) -> int | None:
        """The Maya joint that stands for a joint of the body."""
        found = self.mapping.joints.get(joint)
        return None if found is None else int(found[0])

    def nodes(self) -> list[int]:
        """The Maya joints that stand for joints of the body."""
        return sorted({int(node) for node, _ in self.mapping.joints.values()})


@dataclass(frozen=True)
class Fitted:
    """A motion on a skeleton, and how good it is."""

    pose: Pose
    report: dict[str, Any]


def rig(skeleton: Skeleton, mapping_text: str = "") -> Rigged:
    """Hands the joints to RoPAR, with the mapping in `mapping_text` or with the one that RoPAR finds.

    Raises:
        MayaError: this is not a human body, or the mapping does not fit it.
        ropar.Error: anything else that is wrong with the rig.
    """
    try:
        return _rig(skeleton, mapping_text)
    except Exception:
        # Joints that were never bound and have no orients say nothing at 0 degrees; then they stand as they should now.
        if skeleton.bound:
            raise
        with contextlib.suppress(Exception):
            return _rig(skeleton.standing(), mapping_text)
        raise


def _rig(skeleton: Skeleton, mapping_text: str) -> Rigged:
    ropar = library.module()
    made = ropar.Rig.from_arrays(list(skeleton.names), list(skeleton.parents), skeleton.rest_matrices())
    with _in_mayas_words(mapping_text):
        mapping = ropar.Mapping.from_json(mapping_text, made) if mapping_text else made.map()
        if not skeleton.bound:
            # Whether the rest says how the body stands is only seen when something is put on it.
            ropar.retarget(_standing_still(), made, mapping, contacts=False)
    return Rigged(skeleton, made, mapping)


def _standing_still() -> Any:
    upright = [[0.0, 0.0, 0.0, 1.0]] * len(JOINTS)
    return library.module().Motion.from_arrays(20.0, [[0.0, HIPS_HEIGHT, 0.0]] * 2, [upright] * 2)


@contextlib.contextmanager
def _in_mayas_words(mapping_text: str) -> Iterator[None]:
    """What is wrong with a mapping, with the next step in Maya and not on the command line."""
    try:
        yield
    except Exception as error:
        message, hint = getattr(error, "message", ""), getattr(error, "hint", "")
        if not mapping_text and "map" not in hint:
            raise
        step = tr("correct the roparMapping attribute of the root, or clear it") if mapping_text else ""
        raise MayaError(message or str(error), step or tr("choose the joints by hand under Joint Mapping")) from error


def reference(skeleton: Skeleton, index: int) -> str:
    """How a mapping names a joint: by name, or by the shortest end of its path that only it has."""
    paths = [_path(skeleton, other) for other in range(len(skeleton))]
    own = paths[index]
    for length in range(1, len(own) + 1):
        if sum(path[-length:] == own[-length:] for path in paths) == 1:
            return "/".join(own[-length:])
    return "/".join(own)


def _path(skeleton: Skeleton, index: int) -> tuple[str, ...]:
    names = []
    while index >= 0:
        names.append(skeleton.names[index])
        index = skeleton.parents[index]
    return tuple(reversed(names))


def fit(motion: Any, rigged: Rigged, *, contacts: bool, in_place: bool, hand_contacts: bool = False) -> Fitted:
    """Retargets a motion, at the motion's own rate."""
    with _in_mayas_words(""):
        result = library.module().retarget(
            motion, rigged.rig, rigged.mapping, contacts=contacts, in_place=in_place, hand_contacts=hand_contacts
        )
    return Fitted(Pose(_quaternions(result.rotations), _vectors(result.translations)), result.report)


def _quaternions(frames: Sequence[Sequence[Sequence[float]]]) -> list[list[Quaternion]]:
    return [[(float(q[0]), float(q[1]), float(q[2]), float(q[3])) for q in frame] for frame in frames]


def _vectors(frames: Sequence[Sequence[Sequence[float]]]) -> list[list[Vector]]:
    return [[(float(p[0]), float(p[1]), float(p[2])) for p in frame] for frame in frames]


def to_length(motion: Any, frames: int) -> Any:
    """The motion with exactly so many frames: cut, or its last pose held."""
    if motion.frames == frames:
        return motion
    at = [min(frame, motion.frames - 1) for frame in range(frames)]
    root, rotations = motion.root, motion.rotations
    return library.module().Motion.from_arrays(
        motion.fps,
        [list(root[frame]) for frame in at],
        [[list(q) for q in rotations[frame]] for frame in at],
        metadata=motion.metadata,
    )


def start_at(fitted: Fitted, rigged: Rigged, present: Pose) -> Fitted:
    """The motion moved over the floor and turned about the vertical to go on where `present` (one frame) is."""
    pelvis = rigged.node("pelvis")
    if pelvis is None or not len(fitted.pose):
        return fitted
    turned, placed = worlds_of(rigged.skeleton, present, 0)
    first_turned, first_placed = worlds_of(rigged.skeleton, fitted.pose, 0)
    change = maths.turned(turned[pelvis], maths.conjugate(first_turned[pelvis]))
    heading = maths.twist(change, UP)
    matrix = maths.matrix_of(heading)
    shift = maths.subtract(placed[pelvis], maths.apply(matrix, first_placed[pelvis]))
    shift = (shift[0], 0.0, shift[2])
    rotations = [[maths.turned(heading, frame[0]), *frame[1:]] for frame in fitted.pose.rotations]
    places = [[maths.add(maths.apply(matrix, frame[0]), shift), *frame[1:]] for frame in fitted.pose.places]
    return Fitted(Pose(rotations, places), fitted.report)


def to_motion(rigged: Rigged, fps: float, pose: Pose) -> Any:
    """What a skeleton does, as a motion of the canonical skeleton: the way back from :func:`fit` without contacts."""
    return library.module().Motion.from_rig(
        rigged.rig, fps, _lists(pose.rotations), _lists(pose.places), mapping=rigged.mapping, contacts=False
    )


def _lists(frames: Sequence[Sequence[Sequence[float]]]) -> list[list[list[float]]]:
    return [[list(item) for item in frame] for frame in frames]


def joints_of(parts: Iterable[str], engine: Any) -> set[str]:
    """The joints of the body that belong to `parts` in the part scheme of the engine's model.

    Raises:
        MayaError: the model does not have these parts.
    """
    result: set[str] = set()
    for part in parts:
        if part not in engine.parts:
            raise MayaError(f"there is no body part {part}", f"the model has {', '.join(engine.parts)}")
        result |= {JOINTS[joint] for joint in engine.part_joints(part)}
    return result


def members(joints: set[str], rigged: Rigged) -> set[int]:
    """The Maya joints that belong to joints of the body: those that stand for them, and those in between and below.

    What hangs on no mapped joint (a ground joint above the pelvis) goes with the pelvis.
    """
    joint_of = {int(node): joint for joint, (node, _) in rigged.mapping.joints.items()}
    result = set()
    for index in range(len(rigged.skeleton)):
        above = index
        while above >= 0 and above not in joint_of:
            above = rigged.skeleton.parents[above]
        if (joint_of[above] if above >= 0 else "pelvis") in joints:
            result.add(index)
    return result


def grade(report: dict[str, Any]) -> str:
    """``good``, ``look at it`` or ``failed``."""
    return str((report.get("verdict") or {}).get("grade", "")).replace("_", " ")


def judgement(report: dict[str, Any]) -> dict[str, Any]:
    """The part of a report that is kept: the verdict, its reason, and the figures that are numbers."""
    verdict = report.get("verdict") or {}
    figures = {str(k): float(v) for k, v in report.items() if isinstance(v, (int, float)) and not isinstance(v, bool)}
    return {"verdict": grade(report), "reason": str(verdict.get("reason", "")), "figures": figures}
