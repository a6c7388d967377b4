# SPDX-License-Identifier: GPL-3.0-or-later
"""The shape of every operator that makes motion: see `plan.py` for its steps.

Pressed in the interface, the operator is modal: the work goes on while the viewport stays free. Called from a script or
from ``blender -b``, it returns when the work is done.
"""

from __future__ import annotations

import bpy
from bpy.app.handlers import persistent
from bpy.app.translations import pgettext_rpt as rpt_

from ..addon import AddonError, Stopped, words
from .job import Job
from .plan import Applied, Plan
from .running import cancel_current, close_current, current, start


class JobOperator:
    """Mixin of the operators that make motion."""

    bl_options = {"UNDO"}

    def plan(self, context) -> Plan:
        raise NotImplementedError

    @classmethod
    def poll(cls, context) -> bool:
        if current() is not None:
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
        if bpy.app.background or context.window is None:
            return self.execute(context)
        try:
            self._running = start(context, self.plan(context))
        except Exception as error:
            return self._fail(error)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context, event):
        if event.type == "ESC" and event.value == "PRESS":
            self._running.job.cancel()
        elif event.type != "TIMER":
            return {"PASS_THROUGH"}
        try:
            applied = self._running.step(context)
        except Exception as error:
            self._running.close()
            return self._fail(error)
        if applied is None:
            return {"PASS_THROUGH"}
        self._running.close()
        return self._finish(applied)

    def cancel(self, context) -> None:
        """Blender takes the operator down: another file, a closed window, the end."""
        self._running.close()

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
        return current() is not None

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
    close_current()
    bpy.app.handlers.load_pre.remove(_before_load)
    bpy.utils.unregister_class(ROPAR_OT_cancel)
