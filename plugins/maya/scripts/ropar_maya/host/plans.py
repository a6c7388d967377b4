"""A command's work in three steps: read the scene, make the motion (on a thread), write the keys."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from maya import cmds

from .. import history, library, making, redoing
from ..errors import MayaError
from ..job import Report
from ..making import Made, Subject
from ..requests import Generate, Placement, Redo, Retarget
from ..translations import tr
from ..values import pose_of
from . import reading, scene

#: Name of the group of a new skeleton.
NEW = "ropar"


@dataclass(frozen=True)
class Plan:
    """Work that is ready to run. `work` touches nothing of the scene."""

    #: The command that writes what is made.
    command: str
    subject: Subject
    work: Callable[[Report], Made]
    prompt: str = ""


def plan(command: str, values: Mapping[str, Any]) -> Plan:
    """Reads all that a command needs, and changes nothing.

    Raises:
        MayaError: flags, skeleton or range that cannot be.
    """
    if command == "roparGenerate":
        return _generate(values)
    if command == "roparRetarget":
        return _retarget(values)
    return _redo(values)


def _generate(values: Mapping[str, Any]) -> Plan:
    request = Generate.of(values, scene.playback()[0])
    placement = request.placement
    if "newSkeleton" in values:
        if values.get("target") or placement.from_pose:
            raise MayaError("-newSkeleton goes with neither -target nor -fromPose", "leave one of them out")
        subject = reading.new_subject(values["newSkeleton"] or scene.unused(NEW))
    else:
        subject = _subject(values, placement)
    options = scene.engine_options()
    return Plan(
        "roparGenerate", subject, lambda report: making.generate(request, subject, options, report), request.prompt
    )


def _retarget(values: Mapping[str, Any]) -> Plan:
    start, end = scene.playback()
    request = Retarget.of(values, start)
    placement = request.placement
    subject = _subject(values, placement)
    source = None
    if request.source:
        first = start if request.source_start is None else request.source_start
        last = end if request.source_end is None else request.source_end
        source = reading.source(request.source, first, last)
        if source.subject.root == subject.root:
            raise MayaError(
                f"{scene.short(subject.root)} is source and target at once", tr("select another target, or use -target")
            )
    return Plan("roparRetarget", subject, lambda report: making.retarget(request, subject, source, report))


def _subject(values: Mapping[str, Any], placement: Placement) -> Subject:
    """The skeleton that gets a motion, and what of it matters where the motion starts."""
    start = placement.start
    found = reading.subject(values.get("target", ""), present_at=start if placement.from_pose else None)
    return reading.entering(found, start)


def _redo(values: Mapping[str, Any]) -> Plan:
    request = Redo.of(values)
    subject = reading.subject(values.get("target", ""))
    first, last = _key_range(subject)
    start = first if request.start is None else request.start
    end = last if request.end is None else request.end
    if not first <= start < end <= last:
        raise MayaError(
            f"the frames {start:g} to {end:g} are not within the keys", f"choose a range within {first:g} to {last:g}"
        )
    subject = reading.entering(subject, start)
    around = redoing.CONTEXT_SECONDS * subject.units
    step = subject.step
    before = math.floor(min(start - first, around) / step)
    after = math.floor(min(last - end, around) / step)
    length = round((end - start) / step)
    origin = start - before * step
    frames = reading.frames_of(subject, origin, before + length + 1 + after)
    old = pose_of(subject.skeleton, frames)
    where = redoing.Range(origin, before, before + length)
    options: library.Options = scene.engine_options()
    return Plan(
        "roparRedo",
        subject,
        lambda report: redoing.redo(request, subject, old, where, options, report),
        request.prompt,
    )


def _key_range(subject: Subject) -> tuple[float, float]:
    """First and last key of the skeleton, whole frames, on all layers."""
    times: list[float] = []
    for joint in subject.skeleton.joints:
        times += cast(Any, cmds.keyframe)(joint.path, query=True, timeChange=True) or []
    if not times:
        raise MayaError(f"{scene.short(subject.root)} has no keys", tr("generate a motion first"))
    return float(math.ceil(min(times) - 1e-3)), float(math.floor(max(times) + 1e-3))


def remember(done: Plan) -> None:
    """Keeps the prompt, where there is a user to offer it to."""
    if done.prompt and not scene.in_batch():
        scene.keep_option(history.OPTION, history.with_prompt(scene.option(history.OPTION, ""), done.prompt))
