# SPDX-License-Identifier: GPL-3.0-or-later
"""Channels into actions, in slices, with a way back. Main thread."""

from __future__ import annotations

from collections.abc import Generator, Iterable

import numpy as np

from ..jobs.job import Pace
from . import keys
from .actions import curves, new_curve
from .channels import Channel


class Writer:
    """Writes channels into an action, and can take it all back."""

    def __init__(self, action, target) -> None:
        self.action, self._target = action, target
        self._changed: list[tuple[str, int, dict | None]] = []

    def write(self, channels: Iterable[Channel], frames: np.ndarray) -> Generator[None, None, None]:
        """Keys on `frames` in place of those between the first and the last of them. Yields at the end of a slice."""
        pace = Pace()
        found = curves(self.action, self._target)
        known = {(curve.data_path, curve.array_index): curve for curve in found}
        for channel in channels:
            path = keys.path(channel.bone, channel.property)
            curve = known.get((path, channel.index))
            values = channel.values
            if curve is None:
                curve = new_curve(found, self.action, path, channel.index, channel.bone)
                self._changed.append((path, channel.index, None))
                keys.fill(curve, frames[: len(values)], values)
            else:
                self._changed.append((path, channel.index, keys.read(curve)))
                keys.replace(curve, frames[: len(values)], values)
            if pace.due():
                yield
                pace.resume()

    def take_back(self) -> None:
        """Undoes everything that was written."""
        found = curves(self.action, self._target)
        for path, index, before in reversed(self._changed):
            curve = found.find(path, index=index)
            if curve is None:
                continue
            if before is None:
                found.remove(curve)
            else:
                keys.put_back(curve, before)
        self._changed.clear()
