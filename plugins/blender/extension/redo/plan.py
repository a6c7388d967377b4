# SPDX-License-Identifier: GPL-3.0-or-later
"""Making body parts of an action anew. See `jobs/plan.py` for the shape."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from bpy.app.translations import pgettext_rpt as rpt_

from .. import library
from ..edits.action_range import ActionRange, Change
from ..history import prompts
from ..host.canonical import label
from ..jobs.job import Report, listener
from ..jobs.plan import Applied, Plan
from ..results import tags
from . import parts


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


class RedoPlan(Plan):
    title = "redo"

    def __init__(self, context, request: Request, options: library.Options) -> None:
        self._request, self._options = request, options
        self._range = ActionRange(context, request.start, request.end)

    def read(self) -> Generator[None, None, None]:
        return self._range.read()

    def work(self, report: Report) -> Change:
        request = self._request
        report(0.0, rpt_("Loading the model"))
        engine = library.engine(self._options)
        shown = self._range.show(engine)
        made = engine.redo(
            shown.motion,
            list(request.parts),
            request.prompt,
            start=shown.start,
            end=shown.end,
            in_step=request.in_step,
            seed=request.seed,
            guidance=request.guidance,
            progress=listener(report, 0.0, 0.9, rpt_("Making the parts anew")),
        )
        own = parts.bones_of(parts.joints_of(request.parts, engine), shown.rigged)
        change = self._range.change(shown, made, own)
        report(1.0, rpt_("Writing the keys"))
        return change

    def apply(self, context, result: Change) -> Generator[None, None, Applied]:
        request = self._request
        action, warnings = yield from self._range.write(result)
        prompts.remember(request.prompt)
        kept = tags.read(action)
        if kept:
            tags.write(action, kept | {"redone": ", ".join(request.parts), "redo_prompt": request.prompt})
        names = ", ".join(rpt_(label(name)) for name in request.parts)
        message = rpt_("{} made anew on frames {} to {}").format(names, self._range.start, self._range.end)
        return Applied(message, warnings)
