# SPDX-License-Identifier: GPL-3.0-or-later
"""The one job in the background, from its first pose to its last key. Main thread, in slices.

It belongs to this module and not to its operator: Blender frees an operator without a word where the extension is
disabled or updated, and the job has to be ended then as well.
"""

from __future__ import annotations

from collections.abc import Generator

import bpy
from bpy.app.translations import pgettext_rpt as rpt_

from ..addon import Stopped
from .job import Job
from .plan import Applied, Plan

#: Seconds between two looks at the job.
TICK = 0.03

_running: Running | None = None


class Running:
    """A plan on its way. Ends with :meth:`close`, whatever came of it."""

    def __init__(self, context, plan: Plan) -> None:
        self.job = Job(plan.title, plan.work)
        self._plan = plan
        self._reading: Generator[None, None, None] | None = plan.read()
        self._applying: Generator[None, None, Applied] | None = None
        self._shown: tuple[str, int, int] | None = None
        self._timer = context.window_manager.event_timer_add(TICK, window=context.window)

    def step(self, context) -> Applied | None:
        """Goes on for a slice; what came of it, once all is written.

        Raises:
            Stopped: the job was cancelled. Its thread comes to its end by itself; nobody waits for it.
            Exception: what went wrong.
        """
        job = self.job
        if job.cancelled:
            raise Stopped
        self._show()
        if self._reading is not None:
            self._read_on()
            return None
        if not job.done:
            return None
        if job.error is not None:
            raise job.error
        if self._applying is None:
            self._applying = self._plan.apply(context, job.result)
        try:
            next(self._applying)
        except StopIteration as end:
            return end.value
        return None

    def close(self) -> None:
        """Ends the job; what was written of a part of it is taken back."""
        global _running
        _running = None
        self.job.cancel()
        bpy.context.window_manager.event_timer_remove(self._timer)
        for steps in (self._reading, self._applying):
            if steps is not None:
                steps.close()
        redraw()

    def _read_on(self) -> None:
        """Reads for a slice; starts the thread when all is read."""
        self.job.text = rpt_("Reading the poses")
        if next(self._reading, self) is self:
            self._reading = None
            self.job.text = ""
            self.job.start()

    def _show(self) -> None:
        shown = self.job.text, round(100 * self.job.share), round(self.job.seconds_left() or 0)
        if shown != self._shown:
            self._shown = shown
            redraw()


def start(context, plan: Plan) -> Running:
    """Begins with `plan` in the background."""
    global _running
    _running = Running(context, plan)
    redraw()
    return _running


def current() -> Job | None:
    """The job that is running in the background."""
    return _running.job if _running is not None else None


def cancel_current() -> None:
    """Asks the running job to stop; does nothing where none is."""
    if _running is not None:
        _running.job.cancel()


def close_current() -> None:
    """Ends the running job here and now; does nothing where none is."""
    if _running is not None:
        _running.close()


def redraw() -> None:
    """Shows progress: all 3D viewports draw their sidebars again."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                for region in area.regions:
                    if region.type == "UI":
                        region.tag_redraw()
