# SPDX-License-Identifier: GPL-3.0-or-later
"""A piece of work on a thread of its own. It must not touch Blender's data."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from ..addon import Stopped

#: Work calls this with the share that is done (0 to 1) and what it is doing. Raises `Stopped` after a cancel.
Report = Callable[[float, str], None]
Work = Callable[[Report], Any]

#: The time left is shown once this share is done: before, it is a guess.
TELLING_SHARE = 0.03


class Job:
    """Runs `work` and can be asked how it is doing."""

    def __init__(self, title: str, work: Work) -> None:
        self.title = title
        self.share = 0.0
        self.text = ""
        self.result: Any = None
        self.error: BaseException | None = None
        self._work = work
        self._stop = threading.Event()
        self._done = threading.Event()
        self._began: float | None = None

    def start(self) -> None:
        """Starts the thread. It is a daemon: quitting Blender does not wait for it."""
        threading.Thread(target=self.run, name=f"ropar {self.title}", daemon=True).start()

    def run(self) -> None:
        """Does the work here and now."""
        try:
            self.result = self._work(self._report)
        except BaseException as error:
            self.error = error
        finally:
            self._done.set()

    def cancel(self) -> None:
        """Asks the work to stop."""
        self._stop.set()

    @property
    def cancelled(self) -> bool:
        return self._stop.is_set()

    @property
    def done(self) -> bool:
        return self._done.is_set()

    def seconds_left(self) -> float | None:
        """How long it will still take, once that can be told."""
        if self._began is None or self.share < TELLING_SHARE:
            return None
        return (time.monotonic() - self._began) * (1.0 - self.share) / self.share

    def _report(self, share: float, text: str) -> None:
        if self._began is None and share > 0.0:
            self._began = time.monotonic()
        self.share = max(self.share, min(share, 1.0))
        self.text = text
        if self._stop.is_set():
            raise Stopped


def listener(report: Report, start: float, span: float, text: str) -> Callable[[float], bool]:
    """A progress callback for the library: its 0 to 1 is `start` to `start + span` of the job. True asks it to stop."""

    def listen(share: float) -> bool:
        try:
            report(start + span * share, text)
        except Stopped:
            return True
        return False

    return listen


class Pace:
    """Says when it is time to let Blender draw.

    Blender gets about as long as it takes: where drawing is slow, slices are longer, so that there are fewer of them.
    """

    #: Seconds of work in one go: at least, and at most.
    SLICE, LONGEST = 0.02, 0.045

    def __init__(self) -> None:
        self._slice = self.SLICE
        self._began = self._left = time.monotonic()

    def due(self) -> bool:
        """Whether a slice is over."""
        self._left = time.monotonic()
        return self._left - self._began > self._slice

    def resume(self) -> None:
        """A new slice begins."""
        self._began = time.monotonic()
        self._slice = min(max(self.SLICE, self._began - self._left), self.LONGEST)
