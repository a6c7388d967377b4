# SPDX-License-Identifier: GPL-3.0-or-later
"""Making body parts of an action anew. See `jobs/operator.py` for the shape."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from bpy.app.translations import pgettext_rpt as rpt_

from .. import library
from ..addon import AddonError
from ..history import prompts
from ..host import channels, control_edit, controls, fitting, objects, sampling, skeleton
from ..host import quaternions as quat
from ..host.canonical import label
from ..host.writing import Writer
from ..jobs.job import Report, listener
from ..jobs.operator import Applied, Plan
from ..mapping import store
from ..results import tags
from . import parts

#: Seconds of the action around the range that the model is shown, where the model's limit leaves room.
CONTEXT_SECONDS = 10.0


@dataclass(frozen=True)
class Request:
    """What shall be made anew."""

    parts: tuple[str, ...]
    prompt: str
    #: Frames of the scene, both included; None: the whole action.
    start: int | None
    end: int | None
    in_step: bool
    seed: int
    guidance: float | None


@dataclass
class Made:
    frames: np.ndarray
    channels: list[channels.Channel] | control_edit.ControlEdit
    mapping: store.Found
    warnings: list[str]


class RedoPlan(Plan):
    title = "redo"

    def __init__(self, context, request: Request, options: library.Options) -> None:
        self._request, self._options = request, options
        scene = context.scene
        self._fps = objects.frame_rate(scene)
        armature = objects.selected_armature(context)
        objects.check_editable(armature)
        action = objects.action_of(armature)
        objects.check_action(action)
        ends = sampling.key_range(armature, action)
        if ends is None:
            raise AddonError(rpt_("the armature has no action with keys"), rpt_("generate a motion first"))
        first, last = int(np.ceil(ends[0] - 1e-3)), int(np.floor(ends[1] + 1e-3))
        start = first if request.start is None else request.start
        end = last if request.end is None else request.end
        if not first <= start < end <= last:
            raise AddonError(
                rpt_("the frames {} to {} are not inside the action").format(start, end),
                rpt_("choose a range within {} to {}").format(first, last),
            )
        self._start, self._end = start, end
        around = round(CONTEXT_SECONDS * self._fps)
        self._first, self._last = max(first, start - around), min(last, end + around)
        self._target, self._action = objects.Reference.to(armature), objects.Reference.to(action)
        #: Local rotations and places of the bones.
        self._old: tuple[np.ndarray, np.ndarray] | None = None
        self._near: dict[str, list[float]] = {}
        self._bones = skeleton.read(armature, scene.unit_settings.scale_length)
        pose = armature.pose.bones
        self._controls = controls.find(self._bones, lambda bone, setting: pose[bone].get(setting) is not None)
        if self._controls is not None:
            self._bones = self._controls.body
        self._mapping_text = store.text(armature)

    def read(self) -> Generator[None, None, None]:
        frames = np.arange(self._first, self._last + 1, dtype=float)
        if self._controls is not None:
            self._old = yield from control_edit.skeleton(self._controls, self._target, frames)
            return
        armature, action = self._target.get(bpy.data.objects), self._action.get(bpy.data.actions)
        self._near = sampling.rotation_numbers(armature, action, self._bones.names, float(self._start))
        self._old = channels.pose(self._bones, sampling.read(armature, self._bones, action, frames))

    # ---- On the thread ------------------------------------------------------------------------------------------

    def work(self, report: Report) -> Made:
        request, bones = self._request, self._bones
        report(0.0, rpt_("Loading the model"))
        rigged = fitting.rig(bones, self._mapping_text)
        engine = library.engine(self._options)
        joints = parts.joints_of(request.parts, engine)
        first, last = self._shown(engine)
        begin = first - self._first
        shown = slice(begin, last - self._first + 1)
        old_turned, old_placed = self._old[0][shown], self._old[1][shown]
        motion = fitting.to_motion(rigged, self._fps, old_turned, old_placed)
        whole_end = self._end == last
        made = engine.redo(
            motion,
            list(request.parts),
            request.prompt,
            start=(self._start - first) / self._fps,
            end=None if whole_end else (self._end + 1 - first) / self._fps,
            in_step=request.in_step,
            seed=request.seed,
            guidance=request.guidance,
            progress=listener(report, 0.0, 0.9, rpt_("Making the parts anew")),
        )
        # Both clips go onto the rig the same way, and only what differs between them is laid over the old keys: where
        # nothing was made anew they come out as they were, whatever was lost on the way there and back.
        before = fitting.fit(motion, rigged, contacts=False, in_place=False)
        after = fitting.fit(made, rigged, contacts=False, in_place=False)
        own = parts.bones_of(joints, rigged)
        span = slice(self._start - first, self._end - first + 1)
        change = quat.multiply(quat.conjugate(before.rotations), after.rotations)[span]
        shift = (after.translations - before.translations)[span]
        others = [index for index in range(len(bones)) if index not in own]
        change[:, others], shift[:, others] = (0.0, 0.0, 0.0, 1.0), 0.0
        report(1.0, rpt_("Writing the keys"))
        return self._made(rigged, own, old_turned[span], old_placed[span], change, shift)

    def _shown(self, engine: Any) -> tuple[int, int]:
        """The frames that the model is shown: the range with as much around it as its limit allows."""
        seconds = engine.limits.max_seconds
        room = int(seconds * self._fps) - (self._end - self._start + 1)
        if room < 0:
            raise AddonError(
                rpt_("the frame range is longer than the {:.0f} s that the model can make").format(seconds),
                rpt_("choose a shorter range"),
            )
        before = min(self._start - self._first, max(room // 2, room - (self._last - self._end)))
        after = min(self._last - self._end, room - before)
        return self._start - before, self._end + after

    def _made(self, rigged, own: set[int], old_turned, old_placed, change, shift) -> Made:
        """What is written for a change of the part's bones over the range."""
        bones = rigged.bones
        turned = np.linalg.norm(change[..., :3], axis=-1).max(axis=0) > channels.STILL_ANGLE
        shifted = np.abs(shift).max(axis=(0, 2)) > channels.STILL_PLACE
        if not turned.any() and not shifted.any():
            raise AddonError(
                rpt_("nothing would change"), rpt_("choose parts whose bones are mapped, or another seed or prompt")
            )
        rotations, translations = quat.multiply(old_turned, change), old_placed + shift
        frames = np.arange(self._start, self._end + 1, dtype=np.float64)
        warnings = list(bones.space.warnings)
        keyed: list[channels.Channel] | control_edit.ControlEdit
        if self._controls is not None:
            # Whole limbs: a hand that stays as it is still has to be posed where IK gives way to FK.
            names = frozenset(bones.names[index] for index in own)
            keyed = control_edit.ControlEdit.of(self._controls, frames, rotations, translations, names)
        else:
            turning = np.flatnonzero(turned).tolist()
            moving = [int(index) for index in np.flatnonzero(shifted) if not bones.connected[index]]
            keyed = channels.channels(
                bones, channels.basis(bones, rotations, translations), turning, moving, self._near
            )
            held = sorted({channel.bone for channel in keyed} & bones.constrained)
            if held:
                warnings.append(rpt_("Constraints or drivers hold keyed bones: {}").format(", ".join(held[:3])))
        return Made(frames, keyed, store.Found.of(rigged, automatic=not self._mapping_text), warnings)

    # ---- On the main thread -------------------------------------------------------------------------------------

    def apply(self, context, result: Made) -> Generator[None, None, Applied]:
        armature = self._target.get(bpy.data.objects)
        objects.check_editable(armature)
        edit = yield from control_edit.solved(result.channels, self._target)
        armature, action = self._target.get(bpy.data.objects), self._action.get(bpy.data.actions)
        writer = Writer(action, armature)
        try:
            writer.switch(edit.switches, result.frames)
            yield from writer.write(edit.channels, result.frames)
            armature, action = self._target.get(bpy.data.objects), self._action.get(bpy.data.actions)
        except BaseException as error:
            writer.take_back()
            if isinstance(error, ReferenceError):
                raise AddonError(rpt_("the armature or its action was removed meanwhile"), rpt_("try again")) from error
            raise
        store.keep(armature, result.mapping)
        prompts.remember(self._request.prompt)
        kept = tags.read(action)
        if kept:
            tags.write(action, kept | {"redone": ", ".join(self._request.parts), "redo_prompt": self._request.prompt})
        names = ", ".join(label(name) for name in self._request.parts)
        message = rpt_("{} made anew on frames {} to {}").format(names, self._start, self._end)
        return Applied(message, tuple(result.warnings))
