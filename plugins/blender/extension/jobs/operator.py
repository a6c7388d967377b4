# SPDX-License-Identifier: GPL-3.0-or-later
"""The shape of every operator that makes motion: plan, read, work, apply.

- ``plan(context)`` reads what is needed from Blender and changes nothing. Main thread.
- ``Plan.read()`` reads what takes longer, such as poses that Blender has to work out first. Main thread; it yields
  whenever it has taken so long that the viewport should be drawn.
- ``Plan.work(report)`` makes the motion. On a thread; touches no Blender data.
- ``Plan.apply(context, result)`` writes it into the file. Main thread. It yields whenever it has taken so long that the
  viewport should be drawn (see `Pace`); anything may have happened when it goes on. Where it fails it takes back
  what it did.

Pressed in the interface, the operator is modal: the work goes on while the viewport stays free. Called from a script or
from ``blender -b``, it returns when the work is done.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import bpy
from bpy.app.handlers import persistent
from bpy.app.translations import pgettext_rpt as rpt_

from ..addon import AddonError, Stopped, words
from .job import Job, Report

#: Seconds between two looks at the job.
TICK = 0.03

_current: Job | None = None


@dataclass
class Applied:
    """What came of a job, for the info log."""

    message: str
    warnings: tuple[str, ...] = ()


class Plan:
    """A job that is ready to run. See the module."""

    title = ""

    def read(self) -> Generator[None, None, None]:
        yield from ()

    def work(self, report: Report) -> Any:
        raise NotImplementedError

    def apply(self, context, result: Any) -> Generator[None, None, Applied]:
        raise NotImplementedError


def current() -> Job | None:
    """The job that is running in the background."""
    return _current


def cancel_current() -> None:
    """Asks the running job to stop; does nothing where none is."""
    if _current is not None:
        _current.cancel()


def redraw() -> None:
    """Shows progress: all 3D viewports draw their sidebars again."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                for region in area.regions:
                    if region.type == "UI":
                        region.tag_redraw()


class JobOperator:
    """Mixin of the operators that make motion."""

    bl_options = {"UNDO"}

    def plan(self, context) -> Plan:
        raise NotImplementedError

    @classmethod
    def poll(cls, context) -> bool:
        if _current is not None:
            cls.poll_message_set("Another motion is being made: wait for it or cancel it")
            return False
        return True

    def execute(self, context):
        """From scripts: everything now."""
        try:
            plan = self.plan(context)
            for _ in plan.read():
                pass
            job = Job(plan.title, plan.work)
            job.run()
            if job.error is not None:
                raise job.error
            applying = plan.apply(context, job.result)
            while True:
                next(applying)
        except StopIteration as end:
            return self._finish(end.value)
        except Exception as error:
            return self._fail(error)

    def invoke(self, context, event):
        """From the interface: in the background."""
        global _current
        if bpy.app.background or context.window is None:
            return self.execute(context)
        try:
            self._plan = self.plan(context)
        except Exception as error:
            return self._fail(error)
        self._applying = self._shown = None
        self._reading = self._plan.read()
        self._job = _current = Job(self._plan.title, self._plan.work)
        self._timer = context.window_manager.event_timer_add(TICK, window=context.window)
        context.window_manager.modal_handler_add(self)
        redraw()
        return {"RUNNING_MODAL"}

    def _read_on(self) -> None:
        """Reads for a slice; starts the thread when all is read."""
        self._job.text = rpt_("Reading the poses")
        if next(self._reading, self) is self:
            self._reading = None
            self._job.text = ""
            self._job.start()

    def modal(self, context, event):
        job = self._job
        if event.type == "ESC" and event.value == "PRESS" and self._applying is None:
            job.cancel()
        elif event.type != "TIMER":
            return {"PASS_THROUGH"}
        shown = job.text, round(100 * job.share), round(job.seconds_left() or 0)
        if shown != self._shown:
            self._shown = shown
            redraw()
        if self._applying is None:
            if job.cancelled:
                # The thread comes to its end by itself; nobody waits for it.
                return self._leave(context, self._fail(Stopped()))
            if self._reading is not None:
                try:
                    self._read_on()
                except Exception as error:
                    return self._leave(context, self._fail(error))
                return {"RUNNING_MODAL"}
            if not job.done:
                return {"PASS_THROUGH"}
            if job.error is not None:
                return self._leave(context, self._fail(job.error))
            self._applying = self._plan.apply(context, job.result)
        try:
            next(self._applying)
        except StopIteration as end:
            return self._leave(context, self._finish(end.value))
        except Exception as error:
            return self._leave(context, self._fail(error))
        return {"RUNNING_MODAL"}

    def cancel(self, context) -> None:
        """Blender takes the operator down: another file, a closed window, the end."""
        self._job.cancel()
        if self._applying is not None:
            self._applying.close()
        self._leave(context, None)

    def _leave(self, context, result):
        global _current
        _current = None
        if self._reading is not None:
            self._reading.close()
            self._reading = None
        if self._timer is not None:
            context.window_manager.event_timer_remove(self._timer)
            self._timer = None
        redraw()
        return result

    def _finish(self, applied: Applied):
        for warning in applied.warnings:
            self.report({"WARNING"}, warning)
        self.report({"INFO"}, applied.message)
        return {"FINISHED"}

    def _fail(self, error: BaseException):
        if isinstance(error, Stopped) or type(error).__name__ == "Cancelled":
            self.report({"INFO"}, rpt_("Cancelled; nothing was changed"))
            return {"CANCELLED"}
        if not isinstance(error, AddonError) and not hasattr(error, "hint"):
            import traceback

            traceback.print_exception(error)
        self.report({"ERROR"}, words(error))
        return {"CANCELLED"}


class ROPAR_OT_cancel(bpy.types.Operator):
    """Stop making the motion; nothing is changed"""

    bl_idname = "ropar.cancel"
    bl_label = "Cancel"

    @classmethod
    def poll(cls, context) -> bool:
        return _current is not None

    def execute(self, context):
        cancel_current()
        return {"FINISHED"}


@persistent
def _before_load(*_) -> None:
    cancel_current()


def register() -> None:
    bpy.utils.register_class(ROPAR_OT_cancel)
    bpy.app.handlers.load_pre.append(_before_load)


def unregister() -> None:
    cancel_current()
    bpy.app.handlers.load_pre.remove(_before_load)
    bpy.utils.unregister_class(ROPAR_OT_cancel)
