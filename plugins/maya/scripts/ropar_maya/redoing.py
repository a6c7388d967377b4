"""Making body parts anew: only their joints get keys, and only in the range. Runs on any thread.

Going to the canonical skeleton and back loses a little. So both motions, before and after, are put on the skeleton, and
only the difference between them is laid over what is there: where nothing was made anew, the values come out as they
went in.
"""

from __future__ import annotations

from dataclasses import dataclass

from . import fitting, library, maths
from .errors import MayaError
from .job import Report, listener
from .making import Made, Subject, Take, layer_name
from .requests import Redo
from .translations import tr
from .values import Pose, channels

#: Seconds around the range that the model is shown, where its limit leaves room.
CONTEXT_SECONDS = 5.0
#: A joint that changes by no more than this was not made anew: radians, metres.
STILL_TURN, STILL_PLACE = 1e-5, 1e-6


@dataclass(frozen=True)
class Range:
    """Frames of the old motion, counted from its first: `start` to `end` are made anew, both included."""

    #: Time of frame 0 in the scene's unit.
    origin: float
    start: int
    end: int


def redo(request: Redo, subject: Subject, old: Pose, where: Range, options: library.Options, report: Report) -> Made:
    """Makes the parts anew.

    Args:
        request: what shall be done.
        subject: the skeleton.
        old: what it does now, one frame per key.
        where: the part of `old` that is made anew.
        options: of the engine.
        report: is told how far it is.
    """
    report(0.0, tr("Loading the model"))
    rigged = fitting.rig(subject.skeleton, subject.mapping)
    skeleton = rigged.skeleton
    engine = library.engine(options)
    joints = fitting.joints_of(request.parts, engine)
    first, last = shown(where, len(old), int(engine.limits.max_seconds * subject.rate))
    before_pose = old.span(first, last + 1)
    rate = subject.rate
    motion = fitting.to_motion(rigged, rate, before_pose)
    made = engine.redo(
        motion,
        list(request.parts),
        request.prompt,
        start=(where.start - first) / rate,
        end=None if where.end == last else (where.end + 1 - first) / rate,
        in_step=request.in_step,
        seed=request.seed,
        guidance=request.guidance,
        progress=listener(report, 0.0, 0.9, tr("Making the parts anew")),
    )
    before = fitting.fit(motion, rigged, contacts=False, in_place=False).pose
    after = fitting.fit(made, rigged, contacts=False, in_place=False).pose
    new, changed = _overlay(before_pose, before, after)
    span = new.span(where.start - first, where.end - first + 1)
    own = fitting.members(joints, rigged)
    wanted = [
        index
        for index in sorted(own)
        if any(changed[frame][index] for frame in range(where.start - first, where.end - first + 1))
    ]
    if not wanted:
        raise MayaError(tr("no joint of these parts is mapped"), tr("look at the joint mapping, or choose other parts"))
    keyed = channels(skeleton, span, wanted, only=own)
    times = [where.origin + subject.step * frame for frame in range(where.start, where.end + 1)]
    metadata = {
        "redone": list(request.parts),
        "redo_prompt": request.prompt,
        "seed": request.seed,
        "package": engine.package_name,
        "licence": str(engine.licence),
        "start": times[0],
        "end": times[-1],
    }
    layer = request.layer
    name = None if layer is None else layer_name(layer or request.prompt)
    report(1.0, tr("Writing the keys"))
    return Made(
        # Outside of the range the layer is silent: an override layer would hold its first and last pose there.
        takes=[Take(keyed, times, metadata, name, fades=True)],
        skeleton=skeleton,
        mapping=rigged.mapping.to_json(),
        family=str(rigged.mapping.family),
        replace=True,
        below_layers=False,
        warnings=list(skeleton.warnings),
    )


def shown(where: Range, frames: int, most: int) -> tuple[int, int]:
    """The first and last frame that the model is shown: the range with as much around it as its limit allows."""
    room = most - (where.end - where.start + 1)
    if room < 0:
        raise MayaError(
            tr("the range is longer than the {} frames that the model can make").format(most),
            tr("choose a shorter range"),
        )
    ahead = frames - 1 - where.end
    before = min(where.start, max(room // 2, room - ahead))
    return where.start - before, where.end + min(ahead, room - before)


def _overlay(old: Pose, before: Pose, after: Pose) -> tuple[Pose, list[list[bool]]]:
    """`old` with the change from `before` to `after`, and which joints that moved in which frame."""
    result = Pose([], [])
    changed = []
    for frame in range(len(old)):
        turns, places, moved = [], [], []
        for q, p, q0, q1, p0, p1 in zip(
            old.rotations[frame],
            old.places[frame],
            before.rotations[frame],
            after.rotations[frame],
            before.places[frame],
            after.places[frame],
            strict=True,
        ):
            change = maths.turned(maths.conjugate(q0), q1)
            shift = maths.subtract(p1, p0)
            turns.append(maths.normalised(maths.turned(q, change)))
            places.append(maths.add(p, shift))
            moved.append(maths.dot(change[:3], change[:3]) > STILL_TURN**2 or maths.dot(shift, shift) > STILL_PLACE**2)
        result.rotations.append(turns)
        result.places.append(places)
        changed.append(moved)
    return result, changed
