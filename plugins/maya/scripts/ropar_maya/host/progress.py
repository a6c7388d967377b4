"""Maya's progress window, with Esc, for commands that are waited for."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, cast

from maya import cmds

from ..job import Job
from ..translations import tr
from . import scene


@contextlib.contextmanager
def window(title: str) -> Iterator[Callable[[Job], None] | None]:
    """Shows a progress window; nothing where there is no interface.

    What it hands out shows how a job is doing and cancels it where the user has pressed Esc.
    """
    if scene.in_batch():
        yield None
        return
    ask = cast(Any, cmds.progressWindow)
    if not ask(title=title, status=tr("Starting"), progress=0, maxValue=100, isInterruptable=True):
        yield None  # another command shows one
        return

    def show(job: Job) -> None:
        left = job.seconds_left()
        text = job.text + (tr(" ({:.0f} s left)").format(left) if left is not None else "")
        ask(edit=True, progress=round(100 * job.share), status=text)
        if ask(query=True, isCancelled=True):
            job.cancel()

    try:
        yield show
    finally:
        ask(endProgress=True)
