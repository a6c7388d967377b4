# SPDX-License-Identifier: GPL-3.0-or-later
"""Channels into actions, in slices, with a way back. Main thread."""

from __future__ import annotations

from collections.abc import Generator, Iterable

import bpy
import numpy as np

from ..addon import AddonError
from ..jobs.job import Pace
from . import keys, sampling
from .actions import curves, new_curve
from .channels import Channel
from .objects import Reference
from .stage import Setting


class Writer:
    """Writes channels into an action, and can take it all back.

    What is written concerns some frames. A curve that is new holds on all other frames of the action the value that
    there was without it.
    """

    def __init__(self, action, target) -> None:
        self._action, self._target = Reference.to(action), Reference.to(target)
        self._changed: list[tuple[str, int, dict | None]] = []
        #: First and last key of the action as it was.
        self._ends = sampling.key_range(target, action)

    def write(self, channels: Iterable[Channel], frames: np.ndarray) -> Generator[None, None, None]:
        """Keys on `frames` in place of those between the first and the last of them. Yields at the end of a slice.

        Raises:
            AddonError: the action or the armature was deleted in the meantime.
        """
        pace = Pace()
        known = None
        for channel in channels:
            if known is None:  # at first, and after Blender had its turn
                found = self._curves()
                known = {(curve.data_path, curve.array_index): curve for curve in found}
            path = keys.path(channel.bone, channel.property)
            curve = known.get((path, channel.index))
            at, values = frames[: len(channel.values)], channel.values
            if curve is None:
                at, values = self._anchored(path, channel.index, at, values)
                curve = self._new(found, path, channel.index, channel.bone)
                keys.fill(curve, at, values)
            else:
                self._changed.append((path, channel.index, keys.read(curve)))
                keys.replace(curve, at, values, *self._around(float(at[0]), float(at[-1])))
            if pace.due():
                yield
                known = None
                pace.resume()

    def switch(self, settings: Iterable[Setting], frames: np.ndarray) -> None:
        """Makes custom properties so on `frames`, and afterwards what they were where the action goes on."""
        first, last = float(frames[0]), float(frames[-1])
        before, after = self._around(first, last)
        found, bones = self._curves(), self._target.get(bpy.data.objects).pose.bones
        for setting in settings:
            curve = found.find(setting.path, index=0)
            if curve is None:
                curve = self._new(found, setting.path, 0, setting.bone)
            else:
                self._changed.append((setting.path, 0, keys.read(curve)))
            present = float(bones[setting.bone][setting.name])
            keys.hold(curve, first, last, setting.value, present, before, after)

    def take_back(self) -> None:
        """Undoes everything that was written; nothing is left to do where the action is gone."""
        try:
            found = self._curves()
        except AddonError:
            return
        for path, index, before in reversed(self._changed):
            curve = found.find(path, index=index)
            if curve is None:
                continue
            if before is None:
                found.remove(curve)
            else:
                keys.put_back(curve, before)
        self._changed.clear()

    def _curves(self):
        return curves(self._action.get(bpy.data.actions), self._target.get(bpy.data.objects))

    def _new(self, found, path: str, index: int, group: str):
        self._changed.append((path, index, None))
        return new_curve(found, self._action.get(bpy.data.actions), path, index, group)

    def _around(self, first: float, last: float) -> tuple[bool, bool]:
        """Whether the action has frames before and after these."""
        return (False, False) if self._ends is None else (self._ends[0] < first, self._ends[1] > last)

    def _anchored(self, path: str, index: int, frames: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The keys of a new curve with the present value on both sides, so that other frames do not change."""
        before, after = self._around(float(frames[0]), float(frames[-1]))
        if not before and not after:
            return frames, values
        now = self._target.get(bpy.data.objects).path_resolve(path)
        present = float(now[index] if hasattr(now, "__len__") else now)
        left, right = [present] * before, [present] * after
        return (
            np.concatenate((frames[:1] - 1 if before else [], frames, frames[-1:] + 1 if after else [])),
            np.concatenate((left, values, right)),
        )
