# SPDX-License-Identifier: GPL-3.0-or-later
"""Tries everything that a motion needs and says what works."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass

import bpy
from bpy.app.translations import pgettext_rpt as rpt_

from . import library
from .addon import words
from .host import fitting
from .jobs.job import Report, listener
from .jobs.operator import Applied, JobOperator, Plan
from .mannequin import build
from .results import tags


@dataclass(frozen=True)
class Line:
    """One finding."""

    text: str
    good: bool = True


_lines: list[Line] = []


def lines() -> list[Line]:
    """What the last test found."""
    return _lines


class SelfTestPlan(Plan):
    title = "self-test"

    def __init__(self, options: library.Options) -> None:
        self._options = options

    def work(self, report: Report) -> list[Line]:
        found = [Line(f"Blender {bpy.app.version_string}, Python package: {rpt_('not tried')}")]
        try:
            self._try(report, found)
        except Exception as error:
            if type(error).__name__ in ("Stopped", "Cancelled"):
                raise
            found.append(Line(words(error), good=False))
        return found

    def _try(self, report: Report, found: list[Line]) -> None:
        report(0.0, rpt_("Loading the library"))
        ropar = library.module()
        found[0] = Line(f"Blender {bpy.app.version_string}, ropar {ropar.__version__}")
        began = time.monotonic()
        engine = library.engine(self._options)
        found.append(
            Line(
                rpt_("Model loaded in {:.1f} s on {} ({}); weights: {}").format(
                    time.monotonic() - began, engine.backend, engine.provider, engine.licence
                )
            )
        )
        report(0.3, rpt_("Making a motion"))
        began = time.monotonic()
        motion = engine.generate(
            "a person waves", seconds=2.0, seed=1, progress=listener(report, 0.3, 0.6, "Making a motion")
        )
        found.append(Line(rpt_("{:.1f} s of motion made in {:.1f} s").format(motion.seconds, time.monotonic() - began)))
        rigged = fitting.rig(build.bones(build.rest_places()))
        result = fitting.fit(motion, rigged, contacts=True, in_place=False)
        grade = tags.grade(result.report)
        found.append(Line(rpt_("Retargeting: {}").format(grade), good=grade != "failed"))

    def apply(self, context, result: list[Line]) -> Generator[None, None, Applied]:
        _lines[:] = result
        for line in result:
            print(f"RoPAR self-test: {'works' if line.good else 'FAILS'}: {line.text}")
        for window in context.window_manager.windows:
            for area in window.screen.areas:
                area.tag_redraw()
        bad = [line.text for line in result if not line.good]
        return Applied(bad[0] if bad else rpt_("Everything works"), tuple(bad[1:]))
        yield


class ROPAR_OT_self_test(JobOperator, bpy.types.Operator):
    """Load the library and the model, make a short motion, retarget it, and say what works"""

    bl_idname = "ropar.self_test"
    bl_label = "Self-Test"
    bl_options = {"INTERNAL"}

    def plan(self, context) -> SelfTestPlan:
        from .preferences import options

        return SelfTestPlan(options(context))


def register() -> None:
    bpy.utils.register_class(ROPAR_OT_self_test)


def unregister() -> None:
    bpy.utils.unregister_class(ROPAR_OT_self_test)
