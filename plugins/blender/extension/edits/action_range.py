# SPDX-License-Identifier: GPL-3.0-or-later
"""A range of frames of an action: read as a motion, and written where a motion shall be another one.

Going to the canonical skeleton and back loses a little. So both motions, the one that is there and the one that shall
be, are put on the rig the same way, and only what differs between them is laid over the keys: where nothing is made
anew they come out as they were.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from bpy.app.translations import pgettext_rpt as rpt_

from ..addon import AddonError, some
from ..host import channels, control_edit, controls, fitting, guards, objects, sampling, skeleton
from ..host import quaternions as quat
from ..host.writing import Writer
from ..mapping import store

#: Seconds of the action around the range that the model is shown, where the model's limit leaves room.
CONTEXT_SECONDS = 10.0


@dataclass(frozen=True)
class Shown:
    """What the model is shown: the range with some of the action around it."""

    rigged: fitting.Rigged
    motion: Any
    #: Seconds of the motion at which the range starts and ends; None: at the end of the action.
    start: float
    end: float | None
    #: Frame of the motion at which the range starts.
    first: int


@dataclass(frozen=True)
class Change:
    """What is written."""

    frames: np.ndarray
    channels: list[channels.Channel] | control_edit.ControlEdit
    mapping: store.Found
    warnings: tuple[str, ...]


class ActionRange:
    """Frames `start` to `end` of the selected armature's action, both included; None: its first and its last.

    Raises:
        AddonError: there is no such armature, no such action, or the range is not inside of it.
    """

    def __init__(self, context, start: int | None, end: int | None) -> None:
        scene = context.scene
        self.fps = objects.frame_rate(scene)
        armature = objects.selected_armature(context)
        objects.check_editable(armature)
        action = objects.action_of(armature)
        objects.check_action(action)
        ends = sampling.key_range(armature, action)
        if ends is None:
            raise AddonError(rpt_("the armature has no action with keys"), rpt_("generate a motion first"))
        first, last = int(np.ceil(ends[0] - 1e-3)), int(np.floor(ends[1] + 1e-3))
        self.start, self.end = first if start is None else start, last if end is None else end
        if not first <= self.start < self.end <= last:
            raise AddonError(
                rpt_("the frames {} to {} are not inside the action").format(self.start, self.end),
                rpt_("choose a range within {} to {}").format(first, last),
            )
        around = round(CONTEXT_SECONDS * self.fps)
        self._first, self._last = max(first, self.start - around), min(last, self.end + around)
        self._target, self._action = objects.Reference.to(armature), objects.Reference.to(action)
        #: Local rotations and places of the bones on the frames from the first to the last.
        self._old: tuple[np.ndarray, np.ndarray] | None = None
        self._near: dict[str, list[float]] = {}
        self._bones = skeleton.read(armature, scene.unit_settings.scale_length)
        pose = armature.pose.bones
        self._controls = controls.find(self._bones, lambda bone, setting: pose[bone].get(setting) is not None)
        if self._controls is not None:
            self._bones = self._controls.body
        self._mapping_text = store.text(armature)

    def read(self) -> Generator[None, None, None]:
        """Reads the poses. Main thread; yields at the end of a slice."""
        frames = np.arange(self._first, self._last + 1, dtype=float)
        if self._controls is not None:
            self._old = yield from control_edit.skeleton(self._controls, self._target, frames)
            return
        armature, action = self._target.get(bpy.data.objects), self._action.get(bpy.data.actions)
        self._near = sampling.rotation_numbers(armature, action, self._bones.names, float(self.start))
        self._old = channels.pose(self._bones, sampling.read(armature, self._bones, action, frames))

    def show(self, engine: Any) -> Shown:
        """The action as a motion. Any thread."""
        first, last = self._around(engine.limits.max_seconds)
        shown = slice(first - self._first, last - self._first + 1)
        rigged = fitting.rig(self._bones, self._mapping_text)
        motion = fitting.to_motion(rigged, self.fps, self._old[0][shown], self._old[1][shown])
        return Shown(
            rigged=rigged,
            motion=motion,
            start=(self.start - first) / self.fps,
            end=None if self.end == last else (self.end + 1 - first) / self.fps,
            first=self.start - first,
        )

    def change(self, shown: Shown, made: Any, own: Iterable[int]) -> Change:
        """What has to be written so that the bones `own` do in the range what `made` does, and not the motion shown.

        Any thread.

        Raises:
            AddonError: they do the same.
        """
        own, bones = set(own), self._bones
        before = fitting.fit(shown.motion, shown.rigged, contacts=False, in_place=False)
        after = fitting.fit(made, shown.rigged, contacts=False, in_place=False)
        span = slice(shown.first, shown.first + self.end - self.start + 1)
        turn = quat.multiply(quat.conjugate(before.rotations), after.rotations)[span]
        shift = (after.translations - before.translations)[span]
        others = [index for index in range(len(bones)) if index not in own]
        turn[:, others], shift[:, others] = (0.0, 0.0, 0.0, 1.0), 0.0
        turned = np.linalg.norm(turn[..., :3], axis=-1).max(axis=0) > channels.STILL_ANGLE
        shifted = np.abs(shift).max(axis=(0, 2)) > channels.STILL_PLACE
        if not turned.any() and not shifted.any():
            raise AddonError(
                rpt_("nothing would change"), rpt_("choose parts whose bones are mapped, or another seed or prompt")
            )
        there = slice(self.start - self._first, self.end - self._first + 1)
        rotations, translations = quat.multiply(self._old[0][there], turn), self._old[1][there] + shift
        frames = np.arange(self.start, self.end + 1, dtype=np.float64)
        warnings = list(bones.warnings)
        keyed: list[channels.Channel] | control_edit.ControlEdit
        if self._controls is not None:
            # Whole limbs: a hand that stays as it is still has to be posed where IK gives way to FK.
            names = frozenset(bones.names[index] for index in own)
            keyed = control_edit.ControlEdit.of(self._controls, frames, rotations, translations, names)
        else:
            turning = np.flatnonzero(turned).tolist()
            moving = [int(index) for index in np.flatnonzero(shifted) if not bones.connected[index]]
            posed = channels.basis(bones, rotations, translations)
            keyed = channels.channels(bones, posed, turning, moving, self._near)
            held = {channel.bone for channel in keyed} & bones.constrained
            if held:
                warnings.append(rpt_("Constraints or drivers hold keyed bones: {}").format(some(held)))
        found = store.Found.of(shown.rigged, automatic=not self._mapping_text)
        return Change(frames, keyed, found, tuple(warnings))

    def write(self, change: Change) -> Generator[None, None, tuple[Any, tuple[str, ...]]]:
        """Writes it, all or nothing; the action, and warnings. Main thread; yields at the end of a slice.

        Raises:
            AddonError: the armature or its action was deleted meanwhile, or curves that are written are locked.
        """
        objects.check_editable(self._target.get(bpy.data.objects))
        edit = yield from control_edit.solved(change.channels, self._target)
        action, armature = self._action.get(bpy.data.actions), self._target.get(bpy.data.objects)
        warnings = guards.check(action, armature, edit, change.frames)
        writer = Writer(action, armature)
        try:
            writer.switch(edit.switches, change.frames)
            yield from writer.write(edit.channels, change.frames)
            armature, action = self._target.get(bpy.data.objects), self._action.get(bpy.data.actions)
        except BaseException as error:
            writer.take_back()
            if isinstance(error, ReferenceError):
                raise AddonError(rpt_("the armature or its action was removed meanwhile"), rpt_("try again")) from error
            raise
        store.keep(armature, change.mapping)
        return action, (*change.warnings, *warnings)

    def _around(self, seconds: float) -> tuple[int, int]:
        """The range with as much around it as `seconds`, the model's limit, allow: first and last frame."""
        room = int(seconds * self.fps) - (self.end - self.start + 1)
        if room < 0:
            raise AddonError(
                rpt_("the frame range is longer than the {:.0f} s that the model can make").format(seconds),
                rpt_("choose a shorter range"),
            )
        before = min(self.start - self._first, max(room // 2, room - (self._last - self.end)))
        after = min(self._last - self.end, room - before)
        return self.start - before, self.end + after
