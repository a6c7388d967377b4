"""Jobs that run while Maya goes on, one at a time; what they made is written by a command, as one undoable step."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from maya import cmds, utils

from ..errors import MayaError, Stopped, is_cancel, is_expected, words
from ..job import Job
from ..translations import tr
from . import scene
from .maya_api import MGlobal
from .plans import Plan


@dataclass
class Running:
    number: int
    plan: Plan
    job: Job


_numbers = itertools.count(1)
_running: Running | None = None
#: The last error that was shown: what comes out of a failed command as an exception is up to Maya.
_shown = ""
#: Called when a job is over and written: with what a user should read where nothing was made, and whether it failed.
_listeners: list[Callable[[str, bool], None]] = []


def running() -> Running | None:
    """The job that is running, or waiting to be written."""
    return _running


def listen(listener: Callable[[str, bool], None]) -> None:
    _listeners.append(listener)


def unlisten(listener: Callable[[str, bool], None]) -> None:
    if listener in _listeners:
        _listeners.remove(listener)


def check_free() -> None:
    """
    Raises:
        MayaError: another job is running.
    """
    if _running is not None:
        raise MayaError(tr("another motion is being made"), tr("wait for it, or cancel it (roparGenerate -cancel)"))


def start(plan: Plan) -> int:
    """Starts a job and answers its number."""
    global _running
    check_free()
    if scene.in_batch():
        raise MayaError(
            tr("without Maya's interface there is no idle moment to write the keys"), tr("leave -background out")
        )
    number = next(_numbers)
    job = Job(plan.command, plan.work)
    _running = Running(number, plan, job)
    # The thread may not touch the scene, so it leaves the writing to Maya's own.
    job.start(lambda: utils.executeDeferred(_finish, number))
    return number


def cancel() -> None:
    """Asks the running job to stop; does nothing where none is."""
    if _running is not None:
        _running.job.cancel()


def close() -> None:
    """Asks the running job to stop, and tells nobody: the window goes as well."""
    cancel()
    _listeners.clear()


def take(number: int) -> Running:
    """Hands over a job that is done.

    Raises:
        MayaError: there is no such job, or it is not done.
    """
    global _running
    if _running is None or _running.number != number or not _running.job.done:
        raise MayaError(f"there is no finished job {number}", "-applyJob is for the plug-in itself")
    found, _running = _running, None
    return found


def _finish(number: int) -> None:
    global _running
    if _running is None or _running.number != number:
        return
    found, text, failed = _running, "", False
    error = found.job.error
    if error is None and found.job.cancelled:  # too late for the work, and in time for the scene
        error = Stopped()
    if error is None:
        try:
            getattr(cmds, found.plan.command)(applyJob=number)
        except Exception:  # the command has shown it
            _running = None
            text, failed = _shown, True
    else:
        _running = None
        text, failed = words(error), not is_cancel(error)
        show(error)
    for listener in list(_listeners):
        listener(text, failed)


def shown() -> str:
    """The last error that was shown."""
    return _shown


def show(error: BaseException) -> None:
    """Says in Maya what went wrong; with the traceback where nobody expected it. A cancel is no error."""
    global _shown
    _shown = words(error)
    if is_cancel(error):
        MGlobal.displayInfo(_shown)
        return
    if isinstance(error, Exception) and not is_expected(error):
        import traceback

        traceback.print_exception(type(error), error, error.__traceback__, file=sys.stderr)
    MGlobal.displayError(_shown)


def foreground(plan: Plan, progress: Callable[[Job], Any] | None) -> Any:
    """Does a plan's work now; `progress` is called meanwhile and may cancel it.

    Raises:
        BaseException: what the work failed with.
    """
    check_free()
    job = Job(plan.command, plan.work)
    if progress is None:
        job.run()
    else:
        job.start()
        while not job.wait(0.05):
            progress(job)
    if job.error is not None:
        raise job.error
    return job.result
